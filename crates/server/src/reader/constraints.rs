//! Reading constraints and indexes.

use pgwright_catalog::{
    Constraint, ConstraintKind, Deferrability, ExclusionElement, Expression, ForeignKey, Index,
    IndexElement, IndexKey, Key, Name, ObjectId, QualifiedName, ReferentialAction,
};

use super::relations::not_understood;
use super::{Class, ReadError, Reader, Record, text};

impl Reader<'_> {
    pub(super) fn read_constraints(&mut self) -> Result<(), ReadError> {
        for row in self.query(
            "constraints",
            include_str!("../queries/constraints.sql"),
            &[],
        )? {
            let relation: u32 = row.get("relation")?;
            let Some(ObjectId::Table(table)) = self.id(Class::Relation, relation).cloned() else {
                continue;
            };
            let name = row.name("name")?;
            let id = ObjectId::Constraint(table.clone(), name.clone());
            let kind = match row.text("kind")?.as_str() {
                "p" => ConstraintKind::PrimaryKey(key(&row)?),
                "u" => ConstraintKind::Unique(key(&row)?),
                "f" => ConstraintKind::ForeignKey(self.foreign_key(&id, &row)?),
                "c" => ConstraintKind::Check(expression(&row.text("expression")?)),
                "x" => exclusion(&id, &row)?,
                _ => {
                    self.check_not_null(&table, &name, &row)?;
                    continue;
                }
            };
            let constraint = Constraint {
                kind,
                deferrability: deferrability(&row)?,
                validated: row.get("validated")?,
                enforced: row.get("enforced")?,
                // Keys and foreign keys are marked so without meaning it.
                no_inherit: row.text("kind")? == "c" && row.get("no_inherit")?,
                parent: None,
                comment: row.get("comment")?,
                index_comment: None,
            };
            self.ids
                .insert((Class::Constraint, row.get("oid")?), id.clone());
            if let Some(index) = row.get::<Option<u32>>("index")? {
                // Who needs the index, such as a foreign key, needs the constraint.
                self.ids.insert((Class::Relation, index), id);
            }
            let clustered = row.get::<bool>("clustered")?;
            if let Some(table) = self.catalog.tables.get_mut(&table) {
                if clustered {
                    table.clustered_on = Some(name.clone());
                }
                table.constraints.insert(name, constraint);
            }
        }
        Ok(())
    }

    fn clustered_on(&mut self, holder: &ObjectId, index: &Name) {
        let index = Some(index.clone());
        match holder {
            ObjectId::Table(on) => {
                if let Some(table) = self.catalog.tables.get_mut(on) {
                    table.clustered_on = index;
                }
            }
            ObjectId::MaterializedView(on) => {
                if let Some(view) = self.catalog.materialized_views.get_mut(on) {
                    view.clustered_on = index;
                }
            }
            _ => {}
        }
    }

    fn foreign_key(&mut self, id: &ObjectId, row: &Record) -> Result<ForeignKey, ReadError> {
        let references = row
            .pair("references_table")?
            .ok_or_else(|| not_understood(id, "references"))?;
        let columns = row.names("delete_set_columns")?;
        Ok(ForeignKey {
            columns: row.names("columns")?,
            references,
            referenced_columns: row.names("referenced_columns")?,
            match_full: row.text("match_type")? == "f",
            on_delete: action(&row.text("delete_action")?, columns),
            on_update: action(&row.text("update_action")?, Vec::new()),
            period: row.get("period")?,
        })
    }

    /// Since 18, NOT NULL is a constraint with a name and properties; a catalog holds the fact only.
    fn check_not_null(
        &mut self,
        table: &QualifiedName,
        name: &Name,
        row: &Record,
    ) -> Result<(), ReadError> {
        let Some(column) = row.names("columns")?.into_iter().next() else {
            return Ok(());
        };
        let usual = format!("{}_{column}_not_null", table.name);
        let id = ObjectId::Column(table.clone(), column);
        // A long name is shortened by the server's rule, which is not worth repeating here.
        if usual.len() <= 63 && name.as_str() != usual {
            self.warn(
                &id,
                format!("the name {name} of its NOT NULL constraint is not held"),
            );
        }
        if !row.get::<bool>("validated")? {
            self.warn(&id, "that its NOT NULL is NOT VALID is not held");
        }
        if row.get("no_inherit")? {
            self.warn(&id, "NO INHERIT of its NOT NULL is not held");
        }
        Ok(())
    }

    pub(super) fn read_indexes(&mut self) -> Result<(), ReadError> {
        for row in self.query("indexes", include_str!("../queries/indexes.sql"), &[])? {
            let relation: u32 = row.get("relation")?;
            let Some(holder) = self.id(Class::Relation, relation).cloned() else {
                continue;
            };
            let (ObjectId::Table(on) | ObjectId::MaterializedView(on)) = &holder else {
                continue;
            };
            let name = row.name("name")?;
            let id = ObjectId::Index(on.clone(), name.clone());
            if !row.get::<bool>("is_valid")? {
                self.warn(&id, "it is invalid: a build of it failed or has not ended");
            }
            let index = index(&id, &row)?;
            if row.get("clustered")? {
                self.clustered_on(&holder, &name);
            }
            self.ids.insert((Class::Relation, row.get("oid")?), id);
            let indexes = match &holder {
                ObjectId::Table(on) => self.catalog.tables.get_mut(on).map(|t| &mut t.indexes),
                _ => self
                    .catalog
                    .materialized_views
                    .get_mut(on)
                    .map(|v| &mut v.indexes),
            };
            if let Some(indexes) = indexes {
                indexes.insert(name, index);
            }
        }
        Ok(())
    }
}

/// Without the outer parentheses.
pub(super) fn expression(sql: &str) -> Expression {
    Expression::new(text::strip_parentheses(sql))
}

/// The columns `is_deferrable` and `is_deferred`.
pub(super) fn deferrability(row: &Record) -> Result<Deferrability, ReadError> {
    Ok(match (row.get("is_deferrable")?, row.get("is_deferred")?) {
        (false, _) => Deferrability::NotDeferrable,
        (true, false) => Deferrability::InitiallyImmediate,
        (true, true) => Deferrability::InitiallyDeferred,
    })
}

fn key(row: &Record) -> Result<Key, ReadError> {
    Ok(Key {
        columns: row.names("columns")?,
        include: row.names("include")?,
        nulls_not_distinct: row.get("nulls_not_distinct")?,
        without_overlaps: row.get("period")?,
        options: text::options(row.get("options")?),
        tablespace: row.get::<Option<String>>("tablespace")?.map(Name::from),
    })
}

fn action(code: &str, columns: Vec<Name>) -> ReferentialAction {
    match code {
        "r" => ReferentialAction::Restrict,
        "c" => ReferentialAction::Cascade,
        "n" => ReferentialAction::SetNull(columns),
        "d" => ReferentialAction::SetDefault(columns),
        _ => ReferentialAction::NoAction,
    }
}

fn exclusion(id: &ObjectId, row: &Record) -> Result<ConstraintKind, ReadError> {
    let definition = row.text("definition")?;
    let keys: Vec<String> = row.get("keys")?;
    let bad = || not_understood(id, &definition);
    let suffixes = text::element_suffixes(&definition, &keys).ok_or_else(bad)?;
    let columns: Vec<Option<String>> = row.get("key_columns")?;
    let mut elements = Vec::new();
    for ((key, column), suffix) in keys.iter().zip(columns).zip(suffixes) {
        let operator = suffix.operator.clone().ok_or_else(bad)?;
        let element = element(key, column.map(Name::from).as_ref(), suffix);
        elements.push(ExclusionElement { element, operator });
    }
    Ok(ConstraintKind::Exclusion {
        method: row.name("method")?,
        elements,
        predicate: row
            .get::<Option<String>>("predicate")?
            .map(|sql| expression(&sql)),
        include: row.names("include")?,
        options: text::options(row.get("options")?),
        tablespace: row.get::<Option<String>>("tablespace")?.map(Name::from),
    })
}

fn index(id: &ObjectId, row: &Record) -> Result<Index, ReadError> {
    let definition = row.text("definition")?;
    let keys: Vec<String> = row.get("keys")?;
    let columns: Vec<Option<String>> = row.get("key_columns")?;
    let suffixes = text::element_suffixes(&definition, &keys)
        .ok_or_else(|| not_understood(id, &definition))?;
    let elements = keys
        .iter()
        .zip(columns)
        .zip(suffixes)
        .map(|((key, column), suffix)| element(key, column.map(Name::from).as_ref(), suffix))
        .collect();
    Ok(Index {
        method: row.name("method")?,
        unique: row.get("is_unique")?,
        nulls_not_distinct: row.get("nulls_not_distinct")?,
        elements,
        include: row.names("include")?,
        predicate: row
            .get::<Option<String>>("predicate")?
            .map(|sql| expression(&sql)),
        options: text::options(row.get("options")?),
        tablespace: row.get::<Option<String>>("tablespace")?.map(Name::from),
        only: false,
        parent: None,
        comment: row.get("comment")?,
    })
}

fn element(key: &str, column: Option<&Name>, suffix: text::ElementSuffix) -> IndexElement {
    IndexElement {
        key: match column {
            Some(column) => IndexKey::Column(column.clone()),
            None => IndexKey::Expression(expression(key)),
        },
        operator_class: suffix.operator_class,
        collation: suffix.collation,
        descending: suffix.descending,
        nulls_first: suffix.nulls_first,
        statistics: None,
    }
}
