//! Reading tables, foreign tables, views and materialized views with their columns and partitions.

use std::collections::BTreeMap;

use pgwright_catalog::{
    Column, CompositeAttribute, Expression, ForeignTable, Generated, Identity, InheritedNotNull,
    MaterializedView, Name, ObjectId, PartitionBound, PartitionKey, PartitionOf, Persistence,
    QualifiedName, ReplicaIdentity, Table, View, ViewColumn, leave_out_inherited,
};

use super::{Class, ReadError, Reader, Record, text};

/// What others must know of a table, view or composite type.
pub(super) struct Relation {
    pub(super) name: QualifiedName,
    /// In their order; dropped ones are not among them.
    pub(super) attributes: Vec<Attribute>,
    /// The attributes of a composite type.
    pub(super) composite: Vec<CompositeAttribute>,
}

pub(super) struct Attribute {
    pub(super) number: i16,
    pub(super) name: Name,
    pub(super) type_: u32,
    pub(super) collation: u32,
}

impl Relation {
    pub(super) fn attribute(&self, number: i16) -> Option<&Attribute> {
        // Only dropped columns make the place another than the number says.
        let guess = usize::try_from(number).ok()?.checked_sub(1)?;
        match self.attributes.get(guess).filter(|a| a.number == number) {
            Some(attribute) => Some(attribute),
            None => self.attributes.iter().find(|a| a.number == number),
        }
    }

    /// The names of columns by their numbers; 0, which stands for an expression, has none.
    pub(super) fn columns(&self, numbers: &[i16]) -> Vec<Name> {
        let name = |number: &i16| Some(self.attribute(*number)?.name.clone());
        numbers.iter().filter_map(name).collect()
    }
}

impl Reader<'_> {
    pub(super) fn read_parents(&mut self) -> Result<(), ReadError> {
        let query = include_str!("../queries/inheritance.sql");
        for row in self.query("inheritance", query, &[])? {
            let parents = self.parents.entry(row.get("child")?).or_default();
            parents.push(row.get("parent")?);
        }
        Ok(())
    }

    pub(super) fn read_relations(&mut self) -> Result<(), ReadError> {
        let mut bounds = BTreeMap::new();
        for row in self.query("relations", include_str!("../queries/relations.sql"), &[])? {
            let oid: u32 = row.get("oid")?;
            let schema = self.names.get(Class::Schema, row.get("schema")?);
            let name = QualifiedName::new(schema.cloned().unwrap_or_default(), row.name("name")?);
            let relation = Relation {
                name: name.clone(),
                attributes: Vec::new(),
                composite: Vec::new(),
            };
            self.relations.insert(oid, relation);
            let kind = row.code("kind")?;
            if kind == 'c' || self.own_name(Class::Relation, &row)?.is_none() {
                continue;
            }
            let id = match kind {
                'v' => {
                    let view = self.view(oid, &row)?;
                    self.catalog.views.insert(name.clone(), view);
                    ObjectId::View(name)
                }
                'm' => {
                    let view = self.materialized_view(oid, &row)?;
                    self.catalog.materialized_views.insert(name.clone(), view);
                    ObjectId::MaterializedView(name)
                }
                _ => {
                    let id = ObjectId::Table(name.clone());
                    let table = self.table(oid, &id, &row)?;
                    self.catalog.tables.insert(name, table);
                    if let Some(bound) = row.get::<Option<String>>("partition_bound")? {
                        bounds.insert(oid, bound);
                    }
                    id
                }
            };
            self.ids.insert((Class::Relation, oid), id);
        }
        self.hold_parents(&bounds)?;
        self.read_columns()
    }

    fn table(&mut self, oid: u32, id: &ObjectId, row: &Record) -> Result<Table, ReadError> {
        let partition_by = match row.get::<Option<String>>("partition_key")? {
            Some(key) => Some(partition_key(&key).ok_or_else(|| not_understood(id, &key))?),
            None => None,
        };
        let foreign = match row.get::<Option<u32>>("foreign_server")? {
            Some(server) => Some(ForeignTable {
                server: (self.names.get(Class::ForeignServer, server).cloned()).unwrap_or_default(),
                options: row.options("foreign_options")?,
            }),
            None => None,
        };
        let of_type: u32 = row.get("of_type")?;
        Ok(Table {
            row_security: row.get("row_security")?,
            force_row_security: row.get("force_row_security")?,
            partition_by,
            foreign,
            of_type: self
                .names
                .type_facts(of_type)
                .map(|facts| facts.name.clone()),
            persistence: persistence(row.code("persistence")?),
            access_method: self.access_method(row)?,
            replica_identity: match row.code("replica_identity")? {
                'f' => ReplicaIdentity::Full,
                // What has no rows of its own has nothing to say of them.
                'n' if row.code("kind")? != 'f' => ReplicaIdentity::Nothing,
                // An index follows with the indexes.
                _ => ReplicaIdentity::Default,
            },
            options: storage_parameters(row)?,
            tablespace: self
                .names
                .get(Class::Tablespace, row.get("tablespace")?)
                .cloned(),
            owner: self.owner(row.get("owner")?),
            comment: self.comment(Class::Relation, oid),
            ..Table::default()
        })
    }

    /// A table access method, unless it is the usual one.
    fn access_method(&self, row: &Record) -> Result<Option<Name>, ReadError> {
        let method = self.names.get(Class::AccessMethod, row.get("method")?);
        Ok(method.filter(|name| name.as_str() != "heap").cloned())
    }

    fn view(&mut self, oid: u32, row: &Record) -> Result<View, ReadError> {
        Ok(View {
            query: query(row.get("query")?),
            options: storage_parameters(row)?,
            owner: self.owner(row.get("owner")?),
            comment: self.comment(Class::Relation, oid),
            ..View::default()
        })
    }

    fn materialized_view(&mut self, oid: u32, row: &Record) -> Result<MaterializedView, ReadError> {
        Ok(MaterializedView {
            query: query(row.get("query")?),
            options: storage_parameters(row)?,
            access_method: self.access_method(row)?,
            tablespace: self
                .names
                .get(Class::Tablespace, row.get("tablespace")?)
                .cloned(),
            unpopulated: !row.get::<bool>("is_populated")?,
            owner: self.owner(row.get("owner")?),
            comment: self.comment(Class::Relation, oid),
            ..MaterializedView::default()
        })
    }

    fn hold_parents(&mut self, bounds: &BTreeMap<u32, String>) -> Result<(), ReadError> {
        let parents: Vec<(u32, Vec<u32>)> = self
            .parents
            .iter()
            .map(|(child, parents)| (*child, parents.clone()))
            .collect();
        for (child, parents) in parents {
            let Some(ObjectId::Table(name)) = self.id(Class::Relation, child).cloned() else {
                continue;
            };
            let id = ObjectId::Table(name.clone());
            for parent in parents {
                let Some(parent) = self.relation(parent).cloned() else {
                    self.warn(&id, "its parent is not held");
                    continue;
                };
                let bound = match bounds.get(&child) {
                    Some(text) => {
                        Some(partition_bound(text).ok_or_else(|| not_understood(&id, text))?)
                    }
                    None => None,
                };
                if let Some(table) = self.catalog.tables.get_mut(&name) {
                    match bound {
                        Some(bound) => {
                            table.partition_of = Some(PartitionOf {
                                parent,
                                bound,
                                // Decided when all columns are known.
                                attached: false,
                            });
                        }
                        None => table.inherits.push(parent),
                    }
                }
            }
        }
        Ok(())
    }

    fn read_columns(&mut self) -> Result<(), ReadError> {
        let mut rows = self.query("columns", include_str!("../queries/columns.sql"), &[])?;
        // In the order of their tables and numbers, which the server has them in already, or nearly.
        rows.sort_by_cached_key(|row| {
            let relation: u32 = row.get("relation").unwrap_or(0);
            let number: i16 = row.get("number").unwrap_or(0);
            (relation, number)
        });
        for row in rows {
            let oid: u32 = row.get("relation")?;
            let attribute = Attribute {
                number: row.get("number")?,
                name: row.name("name")?,
                type_: row.get("type")?,
                collation: row.get("collation")?,
            };
            match self.id(Class::Relation, oid).cloned() {
                Some(ObjectId::View(name)) => {
                    let column = self.view_column(oid, &attribute, &row)?;
                    if let Some(view) = self.catalog.views.get_mut(&name) {
                        view.columns.push(column);
                    }
                }
                Some(ObjectId::MaterializedView(name)) => {
                    let column = self.view_column(oid, &attribute, &row)?;
                    if let Some(view) = self.catalog.materialized_views.get_mut(&name) {
                        view.columns.push(column);
                    }
                }
                Some(ObjectId::Table(name)) => {
                    let is_partition = (self.catalog.tables.get(&name))
                        .is_some_and(|table| table.partition_of.is_some());
                    let column = self.column(oid, &attribute, is_partition, &row)?;
                    if let Some(table) = self.catalog.tables.get_mut(&name) {
                        table.columns.push(column);
                    }
                }
                _ => self.read_attribute(oid, &attribute, &row)?,
            }
            if let Some(relation) = self.relations.get_mut(&oid) {
                relation.attributes.push(attribute);
            }
        }
        Ok(())
    }

    /// Of a composite type, or of what is not held.
    fn read_attribute(
        &mut self,
        oid: u32,
        attribute: &Attribute,
        row: &Record,
    ) -> Result<(), ReadError> {
        let held = CompositeAttribute {
            name: attribute.name.clone(),
            data_type: self.column_type(attribute, row)?,
            collation: self.names.collation(attribute.collation, attribute.type_),
            comment: self.column_comment(oid, attribute.number),
        };
        if let Some(relation) = self.relations.get_mut(&oid) {
            relation.composite.push(held);
        }
        Ok(())
    }

    fn view_column(
        &mut self,
        oid: u32,
        attribute: &Attribute,
        row: &Record,
    ) -> Result<ViewColumn, ReadError> {
        Ok(ViewColumn {
            name: attribute.name.clone(),
            data_type: Some(self.column_type(attribute, row)?),
            default: row
                .get::<Option<String>>("default_value")?
                .map(Expression::new),
            statistics: row.get("statistics")?,
            storage: self.storage(attribute.type_, row)?,
            compression: compression(row)?,
            comment: self.column_comment(oid, attribute.number),
        })
    }

    fn column(
        &mut self,
        oid: u32,
        attribute: &Attribute,
        is_partition: bool,
        row: &Record,
    ) -> Result<Column, ReadError> {
        let expression: Option<String> = row.get("default_value")?;
        let (default, generated) = match (expression, row.code("generated")?) {
            (Some(sql), 's' | 'v') => {
                let generated = Generated {
                    expression: Expression::new(text::strip_parentheses(&sql)),
                    stored: row.code("generated")? == 's',
                };
                (None, Some(generated))
            }
            (sql, _) => (sql.map(Expression::new), None),
        };
        let identity = match row.code("identity")? {
            // Since 17 a partition has it from its parent, and no sequence of its own.
            _ if is_partition && self.major >= 17 => None,
            kind @ ('a' | 'd') => Some(Identity {
                always: kind == 'a',
                // The sequence follows with the sequences.
                ..Identity::default()
            }),
            _ => None,
        };
        let data_type = self.column_type(attribute, row)?;
        Ok(Column {
            not_null: row.get("not_null")?,
            default,
            identity,
            generated,
            collation: self.names.collation(attribute.collation, attribute.type_),
            storage: self.storage(attribute.type_, row)?,
            compression: compression(row)?,
            statistics: row.get("statistics")?,
            options: row.options("options")?,
            foreign_options: row.options("foreign_options")?,
            inherited: !row.get::<bool>("is_local")?,
            comment: self.column_comment(oid, attribute.number),
            ..Column::new(attribute.name.clone(), data_type)
        })
    }

    /// A type as `format_type` prints it.
    fn column_type(&self, attribute: &Attribute, row: &Record) -> Result<String, ReadError> {
        let spelled: Option<String> = row.get("spelled")?;
        Ok(spelled.unwrap_or_else(|| self.names.type_name(attribute.type_)))
    }

    /// Storage, when it is not the type's own.
    fn storage(&self, type_: u32, row: &Record) -> Result<Option<String>, ReadError> {
        let storage = row.code("storage")?;
        let usual = self.names.type_facts(type_).map(|facts| facts.storage);
        let word = match storage {
            _ if usual == Some(storage) => return Ok(None),
            'p' => "PLAIN",
            'e' => "EXTERNAL",
            'm' => "MAIN",
            _ => "EXTENDED",
        };
        Ok(Some(word.to_owned()))
    }

    /// Leaves tables only the columns that they do not have from a parent.
    pub(super) fn leave_out_inherited(&mut self) {
        let inherited = match self.major {
            18.. => InheritedNotNull::Known(std::mem::take(&mut self.inherited_not_null)),
            _ => InheritedNotNull::Unknown,
        };
        leave_out_inherited(&mut self.catalog, &inherited);
    }
}

pub(super) fn not_understood(id: &ObjectId, text: &str) -> ReadError {
    ReadError::Form {
        object: id.to_string(),
        text: text.to_owned(),
    }
}

pub(super) fn persistence(code: char) -> Persistence {
    match code {
        'u' => Persistence::Unlogged,
        _ => Persistence::Permanent,
    }
}

/// Of the table and of its TOAST table.
fn storage_parameters(row: &Record) -> Result<BTreeMap<String, String>, ReadError> {
    let mut options = row.options("options")?;
    for (name, value) in row.options("toast_options")? {
        options.insert(format!("toast.{name}"), value);
    }
    Ok(options)
}

fn compression(row: &Record) -> Result<Option<String>, ReadError> {
    let method = match row.code("compression")? {
        'p' => "pglz",
        'l' => "lz4",
        _ => return Ok(None),
    };
    Ok(Some(method.to_owned()))
}

/// A view's SELECT. A view that was dropped meanwhile has none.
fn query(definition: Option<String>) -> String {
    let definition = definition.unwrap_or_default();
    let definition = definition.trim();
    definition
        .strip_suffix(';')
        .unwrap_or(definition)
        .to_owned()
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
