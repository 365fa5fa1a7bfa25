//! What a name means: look-up along the search path, the schema of new objects, automatic names.

use pg_query::NodeEnum;
use pg_query::protobuf::{Node, RangeVar, RoleSpec, RoleSpecType};
use pgwright_catalog::{Name, QualifiedName, TypeKind};

use super::failure::Failure;
use super::state::{RelationKind, State, TEMPORARY_SCHEMA};

/// How many bytes a name has at most.
pub(super) const MAXIMUM_NAME: usize = 63;

/// The texts of a list of String nodes: a dotted name.
pub(super) fn strings(nodes: &[Node]) -> Vec<&str> {
    nodes
        .iter()
        .filter_map(|node| match node.node.as_ref()? {
            NodeEnum::String(text) => Some(text.sval.as_str()),
            _ => None,
        })
        .collect()
}

/// Schema and name of a dotted name; a database's name before them is left out.
pub(super) fn split_name<'a>(parts: &[&'a str]) -> Option<(Option<&'a str>, &'a str)> {
    match parts {
        [.., schema, name] => Some((Some(schema), name)),
        [name] => Some((None, name)),
        [] => None,
    }
}

/// A name as the server keeps it: cut to 63 bytes between characters.
pub(super) fn truncate(name: &str) -> &str {
    clip(name, MAXIMUM_NAME)
}

/// The longest prefix of at most `length` bytes that ends between characters.
fn clip(text: &str, length: usize) -> &str {
    let mut end = text.len().min(length);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

/// `first_second_label`, with the longer of the first two parts shortened until all fits into 63 bytes.
pub(super) fn object_name(first: &str, second: Option<&str>, label: &str) -> String {
    let overhead =
        usize::from(second.is_some()) + if label.is_empty() { 0 } else { label.len() + 1 };
    let available = MAXIMUM_NAME.saturating_sub(overhead);
    let (mut one, mut two) = (first.len(), second.map_or(0, str::len));
    while one + two > available {
        if one > two {
            one -= 1;
        } else {
            two -= 1;
        }
    }
    let mut name = clip(first, one).to_owned();
    if let Some(second) = second {
        name.push('_');
        name.push_str(clip(second, two));
    }
    if !label.is_empty() {
        name.push('_');
        name.push_str(label);
    }
    name
}

impl State {
    /// The schemas of the search path that exist, `$user` resolved.
    pub(super) fn visible_schemas(&self) -> Vec<Name> {
        let mut path = Vec::new();
        for entry in &self.session.search_path {
            let schema = match entry.as_str() {
                "$user" => match self.session.role.as_ref() {
                    Some(role) => role.clone(),
                    None => continue,
                },
                _ => entry.clone(),
            };
            if self.schemas.contains(&schema) && !path.contains(&schema) {
                path.push(schema);
            }
        }
        path
    }

    /// The schema that a new object goes into.
    pub(super) fn creation_schema(&self, schema: Option<&str>) -> Result<Name, Failure> {
        match schema.filter(|schema| !schema.is_empty()) {
            Some(schema) => self.existing_schema(schema),
            None => self
                .visible_schemas()
                .into_iter()
                .next()
                .ok_or_else(|| Failure::new("no schema has been selected to create in")),
        }
    }

    /// A schema by name, which must exist.
    pub(super) fn existing_schema(&self, schema: &str) -> Result<Name, Failure> {
        let schema = if schema.starts_with("pg_temp") {
            TEMPORARY_SCHEMA
        } else {
            schema
        };
        match self.schemas.get(schema) {
            Some(schema) => Ok(schema.clone()),
            None => Err(Failure::missing("schema", schema)),
        }
    }

    /// The full name of a new object with a dotted name.
    pub(super) fn new_name(&self, parts: &[&str]) -> Result<QualifiedName, Failure> {
        let (schema, name) = split_name(parts).ok_or_else(|| Failure::new("a name is missing"))?;
        Ok(QualifiedName::new(
            self.creation_schema(schema)?,
            truncate(name),
        ))
    }

    /// The full name of a new relation; temporary ones stand in a schema of their own.
    pub(super) fn new_relation_name(&self, relation: &RangeVar) -> Result<QualifiedName, Failure> {
        if relation.relpersistence == "t" {
            return Ok(QualifiedName::new(
                TEMPORARY_SCHEMA,
                truncate(&relation.relname),
            ));
        }
        let schema = self.creation_schema(Some(&relation.schemaname))?;
        Ok(QualifiedName::new(schema, truncate(&relation.relname)))
    }

    /// The kind of relation of a full name.
    pub(super) fn relation_kind(&self, name: &QualifiedName) -> Option<RelationKind> {
        let catalog = &self.catalog;
        if let Some(table) = catalog.tables.get(name) {
            return Some(match table.foreign {
                Some(_) => RelationKind::ForeignTable,
                None => RelationKind::Table,
            });
        }
        if catalog.views.contains_key(name) {
            return Some(RelationKind::View);
        }
        if catalog.materialized_views.contains_key(name) {
            return Some(RelationKind::MaterializedView);
        }
        if catalog.sequences.contains_key(name) || self.identity_sequences.contains_key(name) {
            return Some(RelationKind::Sequence);
        }
        if self.index_tables.contains_key(name) {
            return Some(RelationKind::Index);
        }
        match catalog.types.get(name).map(|held| &held.kind) {
            Some(TypeKind::Composite(_)) => Some(RelationKind::CompositeType),
            _ => None,
        }
    }

    /// A relation by schema and name, along the search path when no schema is given.
    pub(super) fn find_relation(
        &self,
        schema: Option<&str>,
        name: &str,
    ) -> Option<(QualifiedName, RelationKind)> {
        let found = |schema: &str| {
            let name = QualifiedName::new(schema, truncate(name));
            let kind = self.relation_kind(&name)?;
            Some((name, kind))
        };
        match schema.filter(|schema| !schema.is_empty()) {
            Some(schema) if schema.starts_with("pg_temp") => found(TEMPORARY_SCHEMA),
            Some(schema) => found(schema),
            None => found(TEMPORARY_SCHEMA).or_else(|| {
                self.visible_schemas()
                    .iter()
                    .find_map(|schema| found(schema.as_str()))
            }),
        }
    }

    /// The relation that a text names, or the server's error.
    pub(super) fn relation(
        &self,
        relation: &RangeVar,
    ) -> Result<(QualifiedName, RelationKind), Failure> {
        self.find_relation(Some(&relation.schemaname), &relation.relname)
            .ok_or_else(|| no_relation(&relation.schemaname, &relation.relname))
    }

    /// The relation that a text names, if it is there; a schema that is not there is no error.
    pub(super) fn relation_if_exists(
        &self,
        relation: &RangeVar,
    ) -> Option<(QualifiedName, RelationKind)> {
        self.find_relation(Some(&relation.schemaname), &relation.relname)
    }

    /// The name of a role; those that mean the session's role give that, `None` when it is not known.
    pub(super) fn role_name(&self, role: &RoleSpec) -> Option<Name> {
        match role.roletype() {
            RoleSpecType::RolespecCurrentRole | RoleSpecType::RolespecCurrentUser => {
                self.session.role.clone()
            }
            RoleSpecType::RolespecSessionUser => self.session.session_user.clone(),
            _ => Some(Name::new(role.rolename.clone())),
        }
    }

    /// A name for an index, sequence or other relation that no relation of the schema has.
    pub(super) fn choose_relation_name(
        &self,
        first: &str,
        second: Option<&str>,
        label: &str,
        schema: &Name,
        taken: &dyn Fn(&str) -> bool,
    ) -> Name {
        choose(first, second, label, |name| {
            taken(name)
                || self
                    .relation_kind(&QualifiedName::new(schema.clone(), name))
                    .is_some()
        })
    }
}

/// The first of `object_name` with the labels `label`, `label1`, `label2` … that is not taken.
pub(super) fn choose(
    first: &str,
    second: Option<&str>,
    label: &str,
    taken: impl Fn(&str) -> bool,
) -> Name {
    let mut name = object_name(first, second, label);
    let mut pass = 0;
    while taken(&name) {
        pass += 1;
        name = object_name(first, second, &format!("{label}{pass}"));
    }
    Name::new(name)
}

/// `relation "schema.name" does not exist`.
pub(super) fn no_relation(schema: &str, name: &str) -> Failure {
    if schema.is_empty() {
        Failure::missing("relation", name)
    } else {
        Failure::missing("relation", &format!("{schema}.{name}"))
    }
}
