//! What the names in a brief's SQL stand for: entities and attributes as tables and columns.

use std::collections::BTreeMap;

use pgwright_brief::vocabulary::{
    ColumnSource, Holder, RelationSource, VocabularyRelation, vocabulary,
};
use pgwright_catalog::{ObjectId, QualifiedName, View};
use pgwright_ddl::query::{Query, Relation, Resolver, RewriteError};

use crate::companion;
use crate::draft::{Columns, Draft, SideTableKind};
use crate::{names, words};

/// Which rows of a restorable entity a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rows {
    /// Rows that are not hidden: what reports and searches read.
    Live,
    /// All rows: what rules and policies are about.
    All,
}

/// Tables and views by the names that SQL in a brief calls them.
#[derive(Debug)]
pub struct Relations {
    by_name: BTreeMap<String, Known>,
}

#[derive(Debug, Clone)]
struct Known {
    relation: Relation,
    object: ObjectId,
    entity: String,
}

impl Relations {
    /// The names of a brief. Tables must have been built.
    pub fn new(draft: &Draft<'_>, rows: Rows) -> Self {
        let mut by_name = BTreeMap::new();
        for found in vocabulary(draft.brief) {
            if let Some(known) = known(draft, &found, rows) {
                by_name.insert(found.name.clone(), known);
            }
        }
        Self { by_name }
    }

    /// The entity whose rows a relation holds.
    pub fn entity(&self, name: &str) -> Option<&str> {
        self.by_name.get(name).map(|k| k.entity.as_str())
    }

    /// The table or view behind a name.
    pub fn object(&self, name: &str) -> Option<&ObjectId> {
        self.by_name.get(name).map(|k| &k.object)
    }

    /// Tables and views that a query reads.
    pub fn read_by(&self, query: &Query) -> Vec<ObjectId> {
        let mut objects = Vec::new();
        for reference in query.relations() {
            if let [name] = reference.path.as_slice()
                && let Some(object) = self.object(name)
                && !objects.contains(object)
            {
                objects.push(object.clone());
            }
        }
        objects
    }

    /// Entities that a query reads, each once.
    pub fn entities_of(&self, query: &Query) -> Vec<String> {
        let mut entities: Vec<String> = Vec::new();
        for reference in query.relations() {
            if let [name] = reference.path.as_slice()
                && let Some(entity) = self.entity(name)
                && !entities.iter().any(|e| e == entity)
            {
                entities.push(entity.to_owned());
            }
        }
        entities
    }

    /// The query over tables and columns. The reader of the brief has checked its names, so an error
    /// means that a table lacks what the brief has.
    ///
    /// # Errors
    /// Names that no table or column stands for.
    pub fn rewrite(&self, query: &Query) -> Result<String, Vec<RewriteError>> {
        query.rewrite(self)
    }
}

impl Resolver for Relations {
    fn relation(&self, path: &[String]) -> Option<Relation> {
        let [name] = path else {
            return None;
        };
        self.by_name.get(name).map(|k| k.relation.clone())
    }

    fn relation_names(&self) -> Vec<String> {
        self.by_name.keys().cloned().collect()
    }
}

fn known(draft: &Draft<'_>, found: &VocabularyRelation<'_>, rows: Rows) -> Option<Known> {
    let entity = found.entity.name.as_str();
    let plan = draft.plan(entity);
    let (name, columns) = match found.source {
        RelationSource::Entity | RelationSource::Role(_) => {
            let name = match found.source {
                RelationSource::Role(role) => role_view(draft, entity, role),
                _ if has_role_attributes(found) => with_roles_view(draft, entity),
                _ if rows == Rows::Live => plan.read_relation.clone(),
                _ => plan.table.clone(),
            };
            let columns = found
                .columns
                .iter()
                .filter_map(|c| Some((c.name.clone(), column(draft, entity, &c.source)?)))
                .collect();
            (name, with_own_names(draft, entity, columns))
        }
        RelationSource::Many(attribute) => {
            let Columns::Table(table) = draft.columns(entity, &attribute.name)? else {
                return None;
            };
            let side = draft.side_tables.get(table)?;
            let own = side.entity_columns.last()?.clone();
            let other = draft
                .catalog
                .tables
                .get(table)?
                .primary_key()?
                .1
                .columns
                .iter()
                .rev()
                .find(|c| !side.entity_columns.contains(c))?
                .clone();
            let columns = found
                .columns
                .iter()
                .map(|c| {
                    let column = if c.name == entity { &own } else { &other };
                    (c.name.clone(), column.to_string())
                })
                .collect();
            (table.clone(), columns)
        }
        RelationSource::Lookup(attribute) => {
            let table = draft.side_tables.iter().find(|(_, side)| {
                side.kind == SideTableKind::Lookup
                    && side.entity == entity
                    && side.of == attribute.name
            })?;
            let columns = found
                .columns
                .iter()
                .map(|c| (c.name.clone(), c.name.clone()))
                .collect();
            (table.0.clone(), columns)
        }
    };
    let object = if draft.catalog.tables.contains_key(&name) {
        ObjectId::Table(name.clone())
    } else {
        ObjectId::View(name.clone())
    };
    Some(Known {
        relation: Relation {
            schema: Some(name.schema.to_string()),
            name: name.name.to_string(),
            columns,
        },
        object,
        entity: entity.to_owned(),
    })
}

fn column(draft: &Draft<'_>, entity: &str, source: &ColumnSource<'_>) -> Option<String> {
    let plan = draft.plan(entity);
    let of = |attribute: &str, role: Option<&str>| match role {
        Some(role) => plan.role_tables.get(role)?.columns.get(attribute).cloned(),
        None => plan.columns.get(attribute).cloned(),
    };
    let role_of = |holder: &Holder<'_>| match holder {
        Holder::Role(role) => Some((*role).to_owned()),
        _ => None,
    };
    let name = match source {
        ColumnSource::Key => draft
            .column(entity, "id")
            .unwrap_or_else(|| companion::own_key(plan).0.clone()),
        ColumnSource::Whole(part) => of(&part.name, None)?.scalar()?.clone(),
        ColumnSource::Kind(kinds) => of(&kinds.attribute, None)?.scalar()?.clone(),
        ColumnSource::Attribute(attribute, holder) => {
            of(&attribute.name, role_of(holder).as_deref())?
                .scalar()?
                .clone()
        }
        ColumnSource::Alternative(attribute, target, holder) => {
            match of(&attribute.name, role_of(holder).as_deref())? {
                Columns::Either(choices) => choices
                    .iter()
                    .find(|(r, _)| r == *target)?
                    .1
                    .last()?
                    .clone(),
                _ => return None,
            }
        }
        ColumnSource::Part(attribute, part, holder) => {
            match of(&attribute.name, role_of(holder).as_deref())? {
                Columns::Several(parts) => parts.iter().find(|(p, _)| p == part)?.1.clone(),
                other => other.scalar()?.clone(),
            }
        }
        ColumnSource::List(_) => return None,
    };
    Some(name.to_string())
}

/// Columns that no attribute stands for may be called by their own names.
fn with_own_names(
    draft: &Draft<'_>,
    entity: &str,
    mut columns: Vec<(String, String)>,
) -> Vec<(String, String)> {
    let own: Vec<String> = draft
        .catalog
        .tables
        .get(&draft.plan(entity).table)
        .map(|t| t.columns.iter().map(|c| c.name.to_string()).collect())
        .unwrap_or_default();
    for column in own {
        let known = columns
            .iter()
            .any(|(name, target)| *name == column || *target == column);
        if !known {
            columns.push((column.clone(), column));
        }
    }
    columns
}

fn has_role_attributes(found: &VocabularyRelation<'_>) -> bool {
    found.entity.roles.iter().any(|r| !r.attributes.is_empty())
}

fn role_view(draft: &Draft<'_>, entity: &str, role: &str) -> QualifiedName {
    let plan = draft.plan(entity);
    let table = plan.role_tables.get(role).map(|r| &r.table);
    let name = names::plural(role);
    // The role's own table usually has the plain name.
    if table.is_some_and(|t| t.name.as_str() == name) {
        draft.qualified(names::shortened(&format!("all_{name}"), ""))
    } else {
        draft.qualified(names::shortened(&name, ""))
    }
}

fn with_roles_view(draft: &Draft<'_>, entity: &str) -> QualifiedName {
    let table = &draft.plan(entity).table.name;
    draft.qualified(names::shortened(&format!("{table}_with_roles"), ""))
}

/// Adds the views that a query needs because it speaks of a role, or of attributes that only a role
/// has, and gives the names it may use.
pub fn for_query(draft: &mut Draft<'_>, query: &Query, rows: Rows) -> Relations {
    let mut names = Relations::new(draft, rows);
    let brief = draft.brief;
    for found in vocabulary(brief) {
        let entity = found.entity.name.as_str();
        let referred = query
            .relations()
            .iter()
            .any(|r| r.path.len() == 1 && r.path[0] == found.name);
        match found.source {
            RelationSource::Role(role) if referred => {
                add_role_view(draft, entity, Some(role), rows)
            }
            RelationSource::Entity if has_role_attributes(&found) => {
                let of_role = |name: &str| {
                    found
                        .entity
                        .roles
                        .iter()
                        .flat_map(|r| &r.attributes)
                        .any(|a| a.name == name)
                };
                if referred && query.column_references().iter().any(|c| of_role(&c.name)) {
                    add_role_view(draft, entity, None, rows);
                } else if let Some(known) = names.by_name.get_mut(&found.name) {
                    // No role's attribute is asked for: the table itself will do.
                    let plan = draft.plan(entity);
                    let name = if rows == Rows::Live {
                        plan.read_relation.clone()
                    } else {
                        plan.table.clone()
                    };
                    known.relation.name = name.name.to_string();
                    known.object = if name == plan.table {
                        ObjectId::Table(name)
                    } else {
                        ObjectId::View(name)
                    };
                }
            }
            _ => {}
        }
    }
    names
}

/// The view of an entity's rows in a role, or of all its rows with every role's attributes.
fn add_role_view(draft: &mut Draft<'_>, entity: &str, role: Option<&str>, rows: Rows) {
    let plan = draft.plan(entity).clone();
    let name = match role {
        Some(role) => role_view(draft, entity, role),
        None => with_roles_view(draft, entity),
    };
    if draft.catalog.views.contains_key(&name) {
        return;
    }
    let source = if rows == Rows::Live {
        &plan.read_relation
    } else {
        &plan.table
    };
    let hidden = ["deleted_at", "deleted_by"];
    let mut columns: Vec<String> = draft
        .table(entity)
        .columns
        .iter()
        .map(|c| c.name.clone())
        .filter(|c| rows == Rows::All || !hidden.contains(&c.as_str()))
        .map(|c| format!("t.{}", c.quoted()))
        .collect();
    let mut joins = String::new();
    let mut needed = vec![source.clone()];
    for (index, (role_name, table)) in plan.role_tables.iter().enumerate() {
        let wanted = role.is_some_and(|r| r == role_name);
        if !wanted && table.columns.is_empty() {
            continue;
        }
        let alias = format!("r{index}");
        let kind = if wanted { "JOIN" } else { "LEFT JOIN" };
        let joined: Vec<String> = table
            .key
            .iter()
            .zip(&plan.key)
            .map(|((own, _), (key, _))| format!("{alias}.{} = t.{}", own.quoted(), key.quoted()))
            .collect();
        joins.push_str(&format!(
            "\n{kind} {} AS {alias} ON {}",
            table.table.quoted(),
            joined.join(" AND ")
        ));
        columns.extend(
            table
                .columns
                .values()
                .flat_map(Columns::all)
                .map(|c| format!("{alias}.{}", c.quoted())),
        );
        needed.push(table.table.clone());
    }
    let mut view = View {
        query: format!(
            "SELECT\n    {}\nFROM {} AS t{joins}",
            columns.join(",\n    "),
            source.quoted()
        ),
        comment: Some(match role {
            Some(role) => format!(
                "{} in the role of {}, with what only that role has.",
                words::capital(&words::spoken(plan.table.name.as_str())),
                words::spoken(role)
            ),
            None => format!(
                "{} with the attributes of their roles.",
                words::capital(&words::spoken(plan.table.name.as_str()))
            ),
        }),
        ..View::default()
    };
    if draft.brief.minimum_version >= 15 {
        view.options
            .insert("security_invoker".to_owned(), "true".to_owned());
    }
    for relation in needed {
        let object = if draft.catalog.tables.contains_key(&relation) {
            ObjectId::Table(relation)
        } else {
            ObjectId::View(relation)
        };
        draft.catalog.depends(ObjectId::View(name.clone()), object);
    }
    draft.catalog.views.insert(name, view);
}
