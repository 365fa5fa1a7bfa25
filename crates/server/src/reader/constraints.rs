//! Reading constraints of tables.

use std::collections::BTreeMap;

use pgwright_catalog::{
    Constraint, ConstraintKind, Deferrability, ExclusionElement, Expression, ForeignKey, IndexKey,
    Key, Name, NotNull, ObjectId, QualifiedName, ReferentialAction,
};

use super::relations::not_understood;
use super::{Class, ReadError, Reader, Record, text};

impl Reader<'_> {
    pub(super) fn read_constraints(&mut self) -> Result<(), ReadError> {
        let query = include_str!("../queries/constraints.sql");
        let rows = self.query("constraints", query, &[])?;
        let mut names = BTreeMap::new();
        for row in &rows {
            names.insert(row.get::<u32>("oid")?, row.name("name")?);
        }
        for row in &rows {
            let holder = self.id(Class::Relation, row.get("relation")?).cloned();
            if let Some(ObjectId::Table(table)) = holder {
                match row.code("kind")? {
                    'n' => self.hold_not_null(&table, row)?,
                    kind => self.hold_constraint(&table, kind, row, &names)?,
                }
            }
        }
        self.hold_indexes();
        Ok(())
    }

    fn hold_constraint(
        &mut self,
        table: &QualifiedName,
        kind: char,
        row: &Record,
        names: &BTreeMap<u32, Name>,
    ) -> Result<(), ReadError> {
        let oid: u32 = row.get("oid")?;
        let name = row.name("name")?;
        let id = ObjectId::Constraint(table.clone(), name.clone());
        let index: u32 = row.get("index")?;
        let held = match kind {
            'p' => ConstraintKind::PrimaryKey(self.key(row)?),
            'u' => ConstraintKind::Unique(self.key(row)?),
            'f' => ConstraintKind::ForeignKey(self.foreign_key(&id, row)?),
            'c' => match row.get::<Option<String>>("expression")? {
                Some(sql) => ConstraintKind::Check(expression(&sql)),
                // The table was dropped meanwhile.
                None => return Ok(()),
            },
            _ => self.exclusion(&id, row)?,
        };
        let mut constraint = Constraint {
            deferrability: deferrability(row)?,
            validated: row.get("validated")?,
            enforced: row.get("enforced")?,
            // Keys and foreign keys are marked so without meaning it.
            no_inherit: kind == 'c' && row.get("no_inherit")?,
            comment: self.comment(Class::Constraint, oid),
            ..Constraint::new(held)
        };
        self.ids.insert((Class::Constraint, oid), id.clone());
        // A foreign key names the index that it refers to.
        if kind != 'f' && index != 0 {
            let parent: u32 = row.get("parent")?;
            let parents = self.parents.get(&index);
            let parent_index = parents.and_then(|parents| parents.first());
            constraint.parent = names.get(&parent).cloned().or_else(|| {
                let index = self.indexes.get(parent_index?)?;
                Some(index.name.clone())
            });
            constraint.index_comment = self.comment(Class::Relation, index);
            let is_valid = match self.indexes.get_mut(&index) {
                Some(index) => {
                    index.backs_constraint = true;
                    index.is_valid
                }
                None => true,
            };
            if !is_valid {
                self.warn(
                    &id,
                    "that not all partitions have their part of it is not held",
                );
            }
            // Who needs the index, such as a foreign key, needs the constraint.
            self.ids.insert((Class::Relation, index), id);
        }
        if let Some(table) = self.catalog.tables.get_mut(table) {
            table.constraints.insert(name, constraint);
        }
        Ok(())
    }

    fn key(&self, row: &Record) -> Result<Key, ReadError> {
        let relation = self.relations.get(&row.get("relation")?);
        let columns: Vec<i16> = row.get::<Option<_>>("columns")?.unwrap_or_default();
        let index = self.indexes.get(&row.get("index")?);
        Ok(Key {
            columns: relation
                .map(|relation| relation.columns(&columns))
                .unwrap_or_default(),
            include: index.map(|index| index.include.clone()).unwrap_or_default(),
            nulls_not_distinct: index.is_some_and(|index| index.nulls_not_distinct),
            without_overlaps: row.get("period")?,
            options: index.map(|index| index.options.clone()).unwrap_or_default(),
            tablespace: index.and_then(|index| index.tablespace.clone()),
        })
    }

    fn foreign_key(&self, id: &ObjectId, row: &Record) -> Result<ForeignKey, ReadError> {
        let relation = self.relations.get(&row.get("relation")?);
        let columns = |column| -> Result<Vec<Name>, ReadError> {
            let numbers: Vec<i16> = row.get::<Option<_>>(column)?.unwrap_or_default();
            Ok(relation
                .map(|relation| relation.columns(&numbers))
                .unwrap_or_default())
        };
        let references = (self.relations.get(&row.get("references_table")?))
            .ok_or_else(|| not_understood(id, "references"))?;
        let numbers: Vec<i16> = row
            .get::<Option<_>>("referenced_columns")?
            .unwrap_or_default();
        Ok(ForeignKey {
            columns: columns("columns")?,
            references: references.name.clone(),
            referenced_columns: references.columns(&numbers),
            match_full: row.code("match_type")? == 'f',
            on_delete: action(row.code("delete_action")?, columns("delete_set_columns")?),
            on_update: action(row.code("update_action")?, Vec::new()),
            period: row.get("period")?,
        })
    }

    fn exclusion(&self, id: &ObjectId, row: &Record) -> Result<ConstraintKind, ReadError> {
        let definition = row.get::<Option<String>>("definition")?.unwrap_or_default();
        let bad = || not_understood(id, &definition);
        let index = self.indexes.get(&row.get("index")?).ok_or_else(bad)?;
        let texts = text::elements(&definition).ok_or_else(bad)?;
        let mut elements = Vec::with_capacity(texts.len());
        for (element, text) in index.elements.iter().zip(texts) {
            let key = match &element.key {
                IndexKey::Column(column) => column.quoted(),
                IndexKey::Expression(sql) => sql.sql().to_owned(),
            };
            let operator = text::operator(&text, &key).ok_or_else(bad)?;
            elements.push(ExclusionElement {
                element: element.clone(),
                operator,
            });
        }
        Ok(ConstraintKind::Exclusion {
            method: index.method.clone(),
            elements,
            predicate: index.predicate.clone(),
            include: index.include.clone(),
            options: index.options.clone(),
            tablespace: index.tablespace.clone(),
        })
    }

    /// Since 18, NOT NULL is a constraint with a name and properties.
    fn hold_not_null(&mut self, table: &QualifiedName, row: &Record) -> Result<(), ReadError> {
        let numbers: Vec<i16> = row.get::<Option<_>>("columns")?.unwrap_or_default();
        let relation = self.relations.get(&row.get("relation")?);
        let columns = relation.map(|relation| relation.columns(&numbers));
        let Some(column) = columns.unwrap_or_default().into_iter().next() else {
            return Ok(());
        };
        let oid = row.get("oid")?;
        let not_null = NotNull {
            name: Some(row.name("name")?),
            not_valid: !row.get::<bool>("validated")?,
            no_inherit: row.get("no_inherit")?,
            comment: self.comment(Class::Constraint, oid),
        };
        if !row.get::<bool>("is_local")? {
            self.inherited_not_null
                .insert((table.clone(), column.clone()));
        }
        let id = ObjectId::Column(table.clone(), column.clone());
        self.ids.insert((Class::Constraint, oid), id);
        let table = self.catalog.tables.get_mut(table);
        if let Some(column) = table.and_then(|table| table.column_mut(column.as_str())) {
            column.not_null_constraint = not_null;
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

fn action(code: char, columns: Vec<Name>) -> ReferentialAction {
    match code {
        'r' => ReferentialAction::Restrict,
        'c' => ReferentialAction::Cascade,
        'n' => ReferentialAction::SetNull(columns),
        'd' => ReferentialAction::SetDefault(columns),
        _ => ReferentialAction::NoAction,
    }
}
