//! Reading tables, views and materialized views with their columns, partitions, and sequences.

use std::collections::{BTreeMap, BTreeSet};

use pgwright_catalog::{
    Column, Expression, Generated, Identity, MaterializedView, NotNull, ObjectId, PartitionBound,
    PartitionKey, PartitionOf, Persistence, QualifiedName, Sequence, SequenceOptions, Table, View,
    ViewColumn,
};

use super::{Class, ReadError, Reader, Record, text};

impl Reader<'_> {
    pub(super) fn read_relations(&mut self) -> Result<(), ReadError> {
        let mut bounds = BTreeMap::new();
        for row in self.query("relations", include_str!("../queries/relations.sql"), &[])? {
            let oid: u32 = row.get("oid")?;
            let name = row.qualified_name()?;
            let id = match row.text("kind")?.as_str() {
                "v" => {
                    self.catalog.views.insert(name.clone(), self.view(&row)?);
                    ObjectId::View(name)
                }
                "m" => {
                    let view = self.materialized_view(&row)?;
                    self.catalog.materialized_views.insert(name.clone(), view);
                    ObjectId::MaterializedView(name)
                }
                _ => {
                    let id = ObjectId::Table(name.clone());
                    let table = self.table(&id, &row)?;
                    self.catalog.tables.insert(name, table);
                    if let Some(bound) = row.get::<Option<String>>("partition_bound")? {
                        bounds.insert(oid, bound);
                    }
                    id
                }
            };
            self.ids.insert((Class::Relation, oid), id);
        }
        self.read_inheritance(&bounds)?;
        self.read_columns()
    }

    fn table(&mut self, id: &ObjectId, row: &Record) -> Result<Table, ReadError> {
        let method: Option<String> = row.get("access_method")?;
        if let Some(method) = method.filter(|method| method != "heap") {
            self.warn(id, format!("its access method {method} is not held"));
        }
        if row.get("is_typed")? {
            self.warn(id, "that it is a typed table is not held");
        }
        match row.text("replica_identity")?.as_str() {
            "d" => {}
            "f" => self.warn(id, "REPLICA IDENTITY FULL is not held"),
            "n" => self.warn(id, "REPLICA IDENTITY NOTHING is not held"),
            _ => self.warn(id, "REPLICA IDENTITY USING INDEX is not held"),
        }
        let partition_by = match row.get::<Option<String>>("partition_key")? {
            Some(key) => Some(partition_key(&key).ok_or_else(|| not_understood(id, &key))?),
            None => None,
        };
        Ok(Table {
            row_security: row.get("row_security")?,
            force_row_security: row.get("force_row_security")?,
            partition_by,
            persistence: match row.text("persistence")?.as_str() {
                "u" => Persistence::Unlogged,
                _ => Persistence::Permanent,
            },
            options: text::options(row.get("options")?),
            tablespace: row.get::<Option<String>>("tablespace")?.map(Into::into),
            owner: self.owner(row.get("owner")?),
            comment: row.get("comment")?,
            ..Table::default()
        })
    }

    fn view(&self, row: &Record) -> Result<View, ReadError> {
        Ok(View {
            query: query(&row.text("query")?),
            options: text::options(row.get("options")?),
            owner: self.owner(row.get("owner")?),
            comment: row.get("comment")?,
            ..View::default()
        })
    }

    fn materialized_view(&self, row: &Record) -> Result<MaterializedView, ReadError> {
        Ok(MaterializedView {
            query: query(&row.text("query")?),
            options: text::options(row.get("options")?),
            tablespace: row.get::<Option<String>>("tablespace")?.map(Into::into),
            owner: self.owner(row.get("owner")?),
            comment: row.get("comment")?,
            ..MaterializedView::default()
        })
    }

    fn read_inheritance(&mut self, bounds: &BTreeMap<u32, String>) -> Result<(), ReadError> {
        for row in self.query(
            "inheritance",
            include_str!("../queries/inheritance.sql"),
            &[],
        )? {
            let child: u32 = row.get("child")?;
            let Some(ObjectId::Table(name)) = self.id(Class::Relation, child).cloned() else {
                continue;
            };
            let id = ObjectId::Table(name.clone());
            let Some(parent) = self.relation(row.get("parent")?).cloned() else {
                self.warn(&id, "its parent is not held");
                continue;
            };
            let bound = match bounds.get(&child) {
                Some(text) => Some(partition_bound(text).ok_or_else(|| not_understood(&id, text))?),
                None => None,
            };
            if let Some(table) = self.catalog.tables.get_mut(&name) {
                match bound {
                    Some(bound) => {
                        table.partition_of = Some(PartitionOf {
                            parent,
                            bound,
                            attached: false,
                        })
                    }
                    None => table.inherits.push(parent),
                }
            }
        }
        Ok(())
    }

    fn read_columns(&mut self) -> Result<(), ReadError> {
        for row in self.query("columns", include_str!("../queries/columns.sql"), &[])? {
            let Some(id) = self.id(Class::Relation, row.get("relation")?).cloned() else {
                continue;
            };
            match &id {
                ObjectId::View(name) => {
                    if let Some(view) = self.catalog.views.get_mut(name) {
                        view.columns.push(view_column(&row)?);
                    }
                }
                ObjectId::MaterializedView(name) => {
                    if let Some(view) = self.catalog.materialized_views.get_mut(name) {
                        view.columns.push(view_column(&row)?);
                    }
                }
                ObjectId::Table(name) => {
                    let column = column(&row)?;
                    if row.get::<Option<Vec<String>>>("options")?.is_some() {
                        let column = ObjectId::Column(name.clone(), column.name.clone());
                        self.warn(&column, "its options (n_distinct) are not held");
                    }
                    if let Some(table) = self.catalog.tables.get_mut(name) {
                        table.columns.push(column);
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    pub(super) fn read_sequences(&mut self) -> Result<(), ReadError> {
        for row in self.query("sequences", include_str!("../queries/sequences.sql"), &[])? {
            let name = row.qualified_name()?;
            let data_type = row.text("data_type")?;
            let options = sequence_options(&row, &data_type)?;
            let table = match row.get::<Option<u32>>("column_relation")? {
                Some(oid) => self.relation(oid).cloned(),
                None => None,
            };
            let column = row
                .get::<Option<String>>("column_name")?
                .map(pgwright_catalog::Name::from);
            let owned_by = table.zip(column);
            if !row.get::<bool>("is_identity")? {
                let sequence = Sequence {
                    data_type,
                    options,
                    owned_by,
                    unlogged: row.get("unlogged")?,
                    owner: self.owner(row.get("owner")?),
                    comment: row.get("comment")?,
                    grants: BTreeSet::new(),
                };
                let id = ObjectId::Sequence(name.clone());
                self.ids.insert((Class::Relation, row.get("oid")?), id);
                self.catalog.sequences.insert(name, sequence);
                continue;
            }
            let Some((table, column)) = owned_by else {
                continue;
            };
            let id = ObjectId::Column(table.clone(), column.clone());
            if row.get::<Option<String>>("comment")?.is_some() {
                self.warn(&id, "the comment of its identity's sequence is not held");
            }
            let usual = format!("{}_{}_seq", table.name, column);
            if name.name.as_str() != usual && usual.len() <= 63 {
                self.warn(
                    &id,
                    format!("the name {name} of its identity's sequence is not held"),
                );
            }
            if row.get("has_privileges")? {
                self.warn(&id, "privileges on its identity's sequence are not held");
            }
            let identity = self
                .catalog
                .tables
                .get_mut(&table)
                .and_then(|table| table.column_mut(column.as_str()))
                .and_then(|column| column.identity.as_mut());
            if let Some(identity) = identity {
                identity.sequence = options;
            }
        }
        Ok(())
    }

    /// Leaves a partition, and a child by plain inheritance, only the columns that differ from what
    /// it gets from its parents. Comments and statistics targets are not inherited.
    pub(super) fn leave_out_inherited_columns(&mut self) -> Result<(), ReadError> {
        let inherited = |column: &Column| Column {
            comment: None,
            statistics: None,
            ..column.clone()
        };
        // All columns of all tables, before any are left out: a parent may be a child as well.
        let mut given: BTreeMap<QualifiedName, Vec<Column>> = BTreeMap::new();
        for (name, table) in &self.catalog.tables {
            let parents = table
                .partition_of
                .iter()
                .map(|p| &p.parent)
                .chain(&table.inherits);
            for parent in parents.filter_map(|parent| self.catalog.tables.get(parent)) {
                let columns = given.entry(name.clone()).or_default();
                for column in parent.columns.iter().map(inherited) {
                    if columns.iter().all(|known| known.name != column.name) {
                        columns.push(column);
                    }
                }
            }
        }
        for (name, given) in given {
            let Some(table) = self.catalog.tables.get_mut(&name) else {
                continue;
            };
            let is_partition = table.partition_of.is_some();
            table.columns.retain(|column| {
                let Some(mut parent) = given.iter().find(|g| g.name == column.name).cloned() else {
                    return true;
                };
                // Identity is not inherited by children, and by partitions only since 17.
                if column.identity.is_none() || !is_partition {
                    parent.identity = column.identity.clone();
                }
                parent != *column
            });
        }
        Ok(())
    }
}

pub(super) fn not_understood(id: &ObjectId, text: &str) -> ReadError {
    ReadError::Form {
        object: id.to_string(),
        text: text.to_owned(),
    }
}

fn query(definition: &str) -> String {
    let definition = definition.trim();
    definition
        .strip_suffix(';')
        .unwrap_or(definition)
        .to_owned()
}

fn view_column(row: &Record) -> Result<ViewColumn, ReadError> {
    Ok(ViewColumn {
        name: row.name("name")?,
        data_type: Some(row.get("data_type")?),
        comment: row.get("comment")?,
        ..ViewColumn::default()
    })
}

fn column(row: &Record) -> Result<Column, ReadError> {
    let expression: Option<String> = row.get("default_value")?;
    let (default, generated) = match (expression, row.text("generated")?.as_str()) {
        (Some(sql), "") => (Some(Expression::new(sql)), None),
        (Some(sql), kind) => {
            let expression = Expression::new(text::strip_parentheses(&sql));
            (
                None,
                Some(Generated {
                    expression,
                    stored: kind == "s",
                }),
            )
        }
        (None, _) => (None, None),
    };
    let identity = match row.text("identity")?.as_str() {
        "" => None,
        // The sequence's options follow with the sequences.
        kind => Some(Identity {
            always: kind == "a",
            ..Identity::default()
        }),
    };
    Ok(Column {
        name: row.name("name")?,
        data_type: row.get("data_type")?,
        not_null: row.get("not_null")?,
        default,
        identity,
        generated,
        collation: row.pair("collation")?,
        not_null_constraint: NotNull::default(),
        options: BTreeMap::new(),
        foreign_options: BTreeMap::new(),
        inherited: false,
        storage: row.get("storage")?,
        compression: row.get("compression")?,
        statistics: row.get("statistics")?,
        comment: row.get("comment")?,
    })
}

/// A sequence's options, those that are the default for its type and direction left out.
fn sequence_options(row: &Record, data_type: &str) -> Result<SequenceOptions, ReadError> {
    let (low, high) = match data_type {
        "smallint" => (i64::from(i16::MIN), i64::from(i16::MAX)),
        "integer" => (i64::from(i32::MIN), i64::from(i32::MAX)),
        _ => (i64::MIN, i64::MAX),
    };
    let increment: i64 = row.get("increment")?;
    let (least, greatest) = if increment > 0 { (1, high) } else { (low, -1) };
    let (minimum, maximum): (i64, i64) = (row.get("minimum")?, row.get("maximum")?);
    let first = if increment > 0 { minimum } else { maximum };
    let unless = |value: i64, usual: i64| (value != usual).then_some(value);
    Ok(SequenceOptions {
        start: unless(row.get("start")?, first),
        increment: unless(increment, 1),
        minimum: unless(minimum, least),
        maximum: unless(maximum, greatest),
        cache: unless(row.get("cache")?, 1),
        cycle: row.get("cycle")?,
    })
}

/// `RANGE (created_at, lower(name))`.
fn partition_key(text: &str) -> Option<PartitionKey> {
    let (strategy, rest) = text.split_once(' ')?;
    let (inside, _) = text::enclosed(rest.trim_start())?;
    Some(PartitionKey {
        strategy: strategy.to_owned(),
        elements: text::split_list(inside),
    })
}

/// `FOR VALUES FROM (1) TO (2)`, `FOR VALUES IN (…)`, `FOR VALUES WITH (modulus 4, remainder 0)`,
/// `DEFAULT`.
fn partition_bound(text: &str) -> Option<PartitionBound> {
    if text == "DEFAULT" {
        return Some(PartitionBound::Default);
    }
    let values = text.strip_prefix("FOR VALUES ")?;
    if let Some(list) = values.strip_prefix("IN ") {
        return Some(PartitionBound::List(text::split_list(
            text::enclosed(list)?.0,
        )));
    }
    if let Some(range) = values.strip_prefix("FROM ") {
        let (from, rest) = text::enclosed(range)?;
        let (to, _) = text::enclosed(rest.trim_start().strip_prefix("TO ")?)?;
        let (from, to) = (text::split_list(from), text::split_list(to));
        return Some(PartitionBound::Range { from, to });
    }
    let (inside, _) = text::enclosed(values.strip_prefix("WITH ")?)?;
    let (modulus, remainder) = inside.split_once(',')?;
    Some(PartitionBound::Hash {
        modulus: modulus.trim().strip_prefix("modulus ")?.parse().ok()?,
        remainder: remainder.trim().strip_prefix("remainder ")?.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_of_every_strategy_are_read() {
        let list = |values: &[&str]| values.iter().map(|v| (*v).to_owned()).collect::<Vec<_>>();
        assert_eq!(
            partition_bound("FOR VALUES FROM ('2024-01-01', MINVALUE) TO ('a)b', 3)"),
            Some(PartitionBound::Range {
                from: list(&["'2024-01-01'", "MINVALUE"]),
                to: list(&["'a)b'", "3"])
            })
        );
        assert_eq!(
            partition_bound("FOR VALUES IN ('a', NULL)"),
            Some(PartitionBound::List(list(&["'a'", "NULL"])))
        );
        assert_eq!(
            partition_bound("FOR VALUES WITH (modulus 4, remainder 3)"),
            Some(PartitionBound::Hash {
                modulus: 4,
                remainder: 3
            })
        );
        assert_eq!(partition_bound("DEFAULT"), Some(PartitionBound::Default));
        assert_eq!(partition_bound("FOR SOMETHING NEW"), None);
    }
}
