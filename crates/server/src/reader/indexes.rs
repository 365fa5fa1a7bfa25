//! Reading indexes and extended statistics objects.

use std::collections::BTreeMap;

use pgwright_catalog::{
    Expression, Index, IndexElement, IndexKey, Name, ObjectId, QualifiedName, ReplicaIdentity,
    Statistics, quote_identifier, quote_literal,
};

use super::constraints::expression;
use super::relations::not_understood;
use super::{Class, ReadError, Reader, Record, text};

/// An index as read; it becomes an [`Index`], or what a constraint says of the index behind it.
pub(super) struct IndexRow {
    pub(super) relation: u32,
    pub(super) name: Name,
    pub(super) method: Name,
    pub(super) is_unique: bool,
    pub(super) nulls_not_distinct: bool,
    pub(super) is_valid: bool,
    pub(super) elements: Vec<IndexElement>,
    pub(super) include: Vec<Name>,
    pub(super) predicate: Option<Expression>,
    pub(super) options: BTreeMap<String, String>,
    pub(super) tablespace: Option<Name>,
    pub(super) backs_constraint: bool,
}

/// Of a key: parameters of its operator class, and a statistics target.
type KeyFacts = BTreeMap<(u32, usize), (Option<Vec<String>>, Option<i32>)>;

impl Reader<'_> {
    /// Reads all indexes; those that back no constraint are held when the constraints are known.
    pub(super) fn read_indexes(&mut self) -> Result<(), ReadError> {
        let mut facts = KeyFacts::new();
        let query = include_str!("../queries/index_keys.sql");
        for row in self.query("keys of indexes", query, &[])? {
            let number: i16 = row.get("number")?;
            let place = usize::try_from(number).unwrap_or(0);
            let fact = (row.get("options")?, row.get("statistics")?);
            facts.insert((row.get("index")?, place), fact);
        }
        for row in self.query("indexes", include_str!("../queries/indexes.sql"), &[])? {
            let oid: u32 = row.get("oid")?;
            let relation: u32 = row.get("relation")?;
            let Some(holder) = self.id(Class::Relation, relation).cloned() else {
                continue;
            };
            let (ObjectId::Table(on) | ObjectId::MaterializedView(on)) = &holder else {
                continue;
            };
            let index = self.index_row(oid, &row, on, &facts)?;
            let name = index.name.clone();
            if row.get("is_clustered")? {
                let place = match &holder {
                    ObjectId::Table(on) => {
                        (self.catalog.tables.get_mut(on)).map(|table| &mut table.clustered_on)
                    }
                    _ => (self.catalog.materialized_views.get_mut(on))
                        .map(|view| &mut view.clustered_on),
                };
                if let Some(place) = place {
                    *place = Some(name.clone());
                }
            }
            let is_identity = row.get("is_replica_identity")?;
            if let Some(table) = self.catalog.tables.get_mut(on).filter(|_| is_identity) {
                table.replica_identity = ReplicaIdentity::Index(name);
            }
            self.indexes.insert(oid, index);
        }
        Ok(())
    }

    /// Holds the indexes that back no constraint.
    pub(super) fn hold_indexes(&mut self) {
        let names: BTreeMap<u32, Name> = (self.indexes.iter())
            .map(|(oid, index)| (*oid, index.name.clone()))
            .collect();
        for (oid, row) in std::mem::take(&mut self.indexes) {
            let Some(holder) = self.id(Class::Relation, row.relation).cloned() else {
                continue;
            };
            let (ObjectId::Table(on) | ObjectId::MaterializedView(on)) = &holder else {
                continue;
            };
            if row.backs_constraint || self.left_out.contains(&(Class::Relation.number(), oid)) {
                continue;
            }
            let id = ObjectId::Index(on.clone(), row.name.clone());
            let table = self.catalog.tables.get(on);
            let is_partitioned = table.is_some_and(|table| table.partition_by.is_some());
            if !row.is_valid && !is_partitioned {
                self.warn(
                    &id,
                    "is not held: it is invalid, because a build of it failed or has not ended",
                );
                continue;
            }
            let parent = self.parents.get(&oid).and_then(|parents| parents.first());
            let index = Index {
                only: !row.is_valid,
                parent: parent.and_then(|parent| names.get(parent)).cloned(),
                method: row.method,
                unique: row.is_unique,
                nulls_not_distinct: row.nulls_not_distinct,
                elements: row.elements,
                include: row.include,
                predicate: row.predicate,
                options: row.options,
                tablespace: row.tablespace,
                comment: self.comment(Class::Relation, oid),
            };
            self.ids.insert((Class::Relation, oid), id);
            let indexes = match &holder {
                ObjectId::Table(on) => self.catalog.tables.get_mut(on).map(|t| &mut t.indexes),
                _ => (self.catalog.materialized_views.get_mut(on)).map(|view| &mut view.indexes),
            };
            if let Some(indexes) = indexes {
                indexes.insert(row.name, index);
            }
        }
    }

    fn index_row(
        &mut self,
        oid: u32,
        row: &Record,
        on: &QualifiedName,
        facts: &KeyFacts,
    ) -> Result<IndexRow, ReadError> {
        let name = row.name("name")?;
        let relation: u32 = row.get("relation")?;
        let keys: i16 = row.get("keys")?;
        let keys = usize::try_from(keys).unwrap_or(0);
        let columns: Vec<i16> = row.get("columns")?;
        let id = ObjectId::Index(on.clone(), name.clone());
        let mut elements = self.elements(oid, &id, row, keys, facts)?;
        for (place, element) in elements.iter_mut().enumerate() {
            let statistics = facts.get(&(oid, place + 1)).and_then(|(_, target)| *target);
            element.statistics = statistics;
        }
        let of = self.relations.get(&relation);
        let include = columns.get(keys..).unwrap_or_default();
        let predicate: Option<String> = row.get("predicate")?;
        let method = self.names.get(Class::AccessMethod, row.get("method")?);
        let tablespace = self.names.get(Class::Tablespace, row.get("tablespace")?);
        Ok(IndexRow {
            relation,
            name,
            method: method.cloned().unwrap_or_default(),
            is_unique: row.get("is_unique")?,
            nulls_not_distinct: row.get("nulls_not_distinct")?,
            is_valid: row.get("is_valid")?,
            elements,
            include: of.map(|of| of.columns(include)).unwrap_or_default(),
            predicate: predicate.map(|sql| expression(&sql)),
            options: row.options("options")?,
            tablespace: tablespace.cloned(),
            backs_constraint: false,
        })
    }

    fn elements(
        &mut self,
        oid: u32,
        id: &ObjectId,
        row: &Record,
        keys: usize,
        facts: &KeyFacts,
    ) -> Result<Vec<IndexElement>, ReadError> {
        let columns: Vec<i16> = row.get("columns")?;
        let classes: Vec<u32> = row.get("classes")?;
        let collations: Vec<u32> = row.get("collations")?;
        let options: Vec<i16> = row.get("key_options")?;
        let relation = self.relations.get(&row.get("relation")?);
        let mut expressions = Expressions::of(id, row, keys)?;
        let mut elements = Vec::with_capacity(keys);
        for (place, number) in columns.iter().take(keys).enumerate() {
            let Some(attribute) = relation.and_then(|relation| relation.attribute(*number)) else {
                elements.push(expressions.next(place)?);
                continue;
            };
            let at = |list: &[u32]| list.get(place).copied().unwrap_or(0);
            let bits = options.get(place).copied().unwrap_or(0);
            let parameters = facts.get(&(oid, place + 1)).and_then(|(o, _)| o.as_deref());
            let class = at(&classes);
            let operator_class = match parameters {
                // With parameters it is named even where it is the default.
                Some(list) => self
                    .classes
                    .text(class)
                    .map(|text| with_parameters(text, list)),
                None => (self.classes).unless_default(&self.names, class, attribute.type_),
            };
            let collation = at(&collations);
            let collation = (collation != 0 && collation != attribute.collation)
                .then(|| self.names.qualified(Class::Collation, collation))
                .flatten();
            elements.push(IndexElement {
                key: IndexKey::Column(attribute.name.clone()),
                operator_class,
                collation: collation.map(|name| super::names::spelled(&name)),
                descending: bits & DESCENDING != 0,
                nulls_first: bits & NULLS_FIRST != 0,
                statistics: None,
            });
        }
        Ok(elements)
    }

    pub(super) fn read_statistics(&mut self) -> Result<(), ReadError> {
        let query = include_str!("../queries/statistics.sql");
        for row in self.query("statistics objects", query, &[])? {
            let Some(name) = self.own_name(Class::Statistics, &row)? else {
                continue;
            };
            let oid = row.get("oid")?;
            let Some(relation) = self.relations.get(&row.get("relation")?) else {
                continue;
            };
            let mut columns: Vec<i16> = row.get("columns")?;
            columns.sort_unstable();
            let columns = relation.columns(&columns).into_iter().map(IndexKey::Column);
            let expressions: Option<Vec<String>> = row.get("expressions")?;
            let expressions = expressions.unwrap_or_default();
            let expressions = expressions
                .iter()
                .map(|sql| IndexKey::Expression(expression(sql)));
            let kinds: Vec<String> = row.get("kinds")?;
            let kinds = kinds.iter().filter_map(|kind| {
                Some(match kind.as_str() {
                    "d" => "ndistinct".to_owned(),
                    "f" => "dependencies".to_owned(),
                    "m" => "mcv".to_owned(),
                    _ => return None,
                })
            });
            let statistics = Statistics {
                table: relation.name.clone(),
                kinds: kinds.collect(),
                elements: columns.chain(expressions).collect(),
                target: row.get("target")?,
                owner: self.owner(row.get("owner")?),
                comment: None,
            };
            let statistics = Statistics {
                comment: self.comment(Class::Statistics, oid),
                ..statistics
            };
            let id = ObjectId::Statistics(name.clone());
            self.ids.insert((Class::Statistics, oid), id);
            self.catalog.statistics.insert(name, statistics);
        }
        Ok(())
    }
}

/// The bits of pg_index.indoption (catalog/pg_index.h).
const DESCENDING: i16 = 1;
const NULLS_FIRST: i16 = 2;

/// The keys of an index that are expressions. What stands beside one, and what is the default for its
/// type and collation, only the server's text tells.
struct Expressions<'a> {
    id: &'a ObjectId,
    definition: String,
    elements: Vec<String>,
    expressions: std::vec::IntoIter<String>,
}

impl<'a> Expressions<'a> {
    fn of(id: &'a ObjectId, row: &Record, keys: usize) -> Result<Self, ReadError> {
        let definition: String = row.get::<Option<_>>("definition")?.unwrap_or_default();
        let expressions: Option<String> = row.get("expressions")?;
        let elements = match expressions {
            Some(_) => text::elements(&definition)
                .filter(|elements| elements.len() == keys)
                .ok_or_else(|| not_understood(id, &definition))?,
            None => Vec::new(),
        };
        let expressions = text::split_list(&expressions.unwrap_or_default());
        Ok(Self {
            id,
            definition,
            elements,
            expressions: expressions.into_iter(),
        })
    }

    fn next(&mut self, place: usize) -> Result<IndexElement, ReadError> {
        let bad = || not_understood(self.id, &self.definition);
        let sql = self.expressions.next().ok_or_else(bad)?;
        let element = self.elements.get(place).ok_or_else(bad)?;
        // All but calls of functions stand in parentheses; a CASE begins on a line of its own.
        let suffix = element
            .strip_prefix(&format!("({sql})"))
            .or_else(|| element.strip_prefix(&format!("(\n{sql})")))
            .or_else(|| element.strip_prefix(sql.as_str()))
            .and_then(text::element_suffix)
            .ok_or_else(bad)?;
        Ok(IndexElement {
            key: IndexKey::Expression(expression(&sql)),
            operator_class: suffix.operator_class,
            collation: suffix.collation,
            descending: suffix.descending,
            nulls_first: suffix.nulls_first,
            statistics: None,
        })
    }
}

/// `gist_trgm_ops (siglen='32')`, as the server prints it: a value is quoted unless it is a plain name.
fn with_parameters(class: String, parameters: &[String]) -> String {
    let parameter = |parameter: &String| {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        let value = match quote_identifier(value) == value {
            true => value.to_owned(),
            false => quote_literal(value),
        };
        format!("{}={value}", quote_identifier(name))
    };
    let list: Vec<String> = parameters.iter().map(parameter).collect();
    format!("{class} ({})", list.join(", "))
}
