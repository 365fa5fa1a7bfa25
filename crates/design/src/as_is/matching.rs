//! Which table holds an entity, and which column an attribute.

use std::collections::{BTreeMap, BTreeSet};

use pgwright_brief::model::{Attribute, AttributeKind, Brief, Entity, ValueType};
use pgwright_catalog::{Catalog, Name, QualifiedName, Table};

use super::{By, Match, Misfit};
use crate::names;

/// Names of tables that mean the same, for what applications have under many names.
const ENTITIES: [&[&str]; 4] = [
    &["user", "account", "app_user", "auth_user"],
    &["product", "article", "item"],
    &["customer", "client"],
    &["employee", "staff", "staff_member"],
];

/// Names of columns that mean the same, the likelier first. A person's title is not the person's name.
const ATTRIBUTES: [&[&str]; 5] = [
    &["name", "full_name", "display_name", "label"],
    &["name", "title"],
    &["email", "mail", "email_address"],
    &["phone", "phone_number", "telephone"],
    &["code", "sku", "number", "reference"],
];

fn means_the_same(groups: &[&[&str]], a: &str, b: &str) -> bool {
    groups
        .iter()
        .any(|group| group.contains(&a) && group.contains(&b))
}

/// The tables that entities are already, and what does not fit.
pub(super) fn find(brief: &Brief, schema: &Catalog) -> (Vec<Match>, Vec<Misfit>) {
    let (mut matches, mut misfits) = (Vec::new(), Vec::new());
    let mut taken: BTreeSet<&QualifiedName> = BTreeSet::new();
    // What the brief says comes before what names tell, and that before what names mean.
    for by in [By::Brief, By::Name, By::Synonym] {
        for entity in &brief.entities {
            if matches
                .iter()
                .any(|found: &Match| found.entity == entity.name)
            {
                continue;
            }
            match table_of(entity, schema, &taken, by) {
                Ok(Some((name, table))) => {
                    taken.insert(name);
                    matches.push(matched(entity, name, table, schema, by));
                    if key_of(table).is_none() {
                        misfits.push(no_single_key(entity, name, table));
                    }
                }
                Ok(None) => {}
                Err(misfit) => misfits.push(misfit),
            }
        }
    }
    let place = |found: &Match| brief.entities.iter().position(|e| e.name == found.entity);
    matches.sort_by_key(place);
    link(brief, schema, &mut matches);
    (matches, misfits)
}

fn table_of<'s>(
    entity: &Entity,
    schema: &'s Catalog,
    taken: &BTreeSet<&QualifiedName>,
    by: By,
) -> Result<Option<(&'s QualifiedName, &'s Table)>, Misfit> {
    if let By::Brief = by {
        let Some(existing) = &entity.existing else {
            return Ok(None);
        };
        let wanted = existing.table.join(".");
        let name = existing.table.last().map_or("", String::as_str);
        let inside = |n: &QualifiedName| match existing.table.as_slice() {
            [schema, _] => n.schema.as_str() == schema,
            _ => true,
        };
        let found = schema
            .tables
            .iter()
            .find(|(n, _)| n.name.as_str() == name && inside(n));
        return match found {
            Some(found) => Ok(Some(found)),
            None => Err(Misfit {
                span: existing.span,
                problem: format!("the schema has no table {wanted}"),
                hint: nearest(name, schema),
            }),
        };
    }
    if entity.existing.is_some() {
        return Ok(None);
    }
    let fits = |name: &QualifiedName| {
        let table = names::singular(&names::identifier(name.name.as_str()));
        match by {
            By::Synonym => means_the_same(&ENTITIES, &table, &entity.name),
            _ => table == entity.name || entity.plural.as_deref() == Some(name.name.as_str()),
        }
    };
    let mut found = schema.tables.iter().filter(|(name, table)| {
        table.partition_of.is_none() && !taken.contains(name) && fits(name)
    });
    let (first, second) = (found.next(), found.next());
    match (first, second) {
        (Some(one), None) => Ok(Some(one)),
        (Some((one, _)), Some((other, _))) if matches!(by, By::Name) => Err(Misfit {
            span: entity.span,
            problem: format!("{} may be the table {one} or {other}", entity.name),
            hint: format!("say which: `existing: {one} (…)` at the entity"),
        }),
        _ => Ok(None),
    }
}

fn nearest(name: &str, schema: &Catalog) -> String {
    let distance = |other: &QualifiedName| strsim::damerau_levenshtein(name, other.name.as_str());
    let near = schema.tables.keys().min_by_key(|other| distance(other));
    match near {
        Some(near) if distance(near) <= 1 + name.len() / 4 => format!("did you mean {near}?"),
        Some(_) => format!(
            "it has {} tables: `pgwright inspect` lists them",
            schema.tables.len()
        ),
        None => "it has no tables at all".to_owned(),
    }
}

fn no_single_key(entity: &Entity, name: &QualifiedName, table: &Table) -> Misfit {
    let problem = match table.primary_key() {
        Some((_, key)) => format!(
            "{name}, which holds {}, has a primary key of {} columns; references to it need one",
            entity.name,
            key.columns.len()
        ),
        None => format!(
            "{name}, which holds {}, has no primary key to refer to",
            entity.name
        ),
    };
    Misfit {
        span: entity.span,
        problem,
        hint: "give the table a key of one column first, or call the entity otherwise when it is not this \
               table"
            .to_owned(),
    }
}

/// The key column of a table, and its type, where the key is one column.
pub(super) fn key_of(table: &Table) -> Option<(Name, String)> {
    let (_, key) = table.primary_key()?;
    let [only] = key.columns.as_slice() else {
        return None;
    };
    let column = table.column(only.as_str())?;
    Some((only.clone(), column.data_type.clone()))
}

fn matched(
    entity: &Entity,
    name: &QualifiedName,
    table: &Table,
    schema: &Catalog,
    by: By,
) -> Match {
    let mut columns = BTreeMap::new();
    let mut lacks = Vec::new();
    let mut free: Vec<&Name> = table.columns.iter().map(|c| &c.name).collect();
    // Exact names first, so that no other attribute takes a column that has its own.
    for same in [true, false] {
        for attribute in entity.attributes.iter().filter(|a| is_value(a)) {
            if columns.contains_key(&attribute.name) {
                continue;
            }
            let candidates = match same {
                true => vec![attribute.name.as_str()],
                false => synonyms(entity, &attribute.name),
            };
            let at = candidates.iter().find_map(|candidate| {
                let at = free
                    .iter()
                    .position(|column| column.as_str() == *candidate)?;
                (same || fits_type(attribute, table, candidate, schema)).then_some(at)
            });
            if let Some(at) = at {
                columns.insert(attribute.name.clone(), free.remove(at).clone());
            }
        }
    }
    for attribute in entity.attributes.iter().filter(|a| is_value(a)) {
        let key = attribute.name == "id";
        if !key && !columns.contains_key(&attribute.name) {
            lacks.push(attribute.name.clone());
        }
    }
    Match {
        entity: entity.name.clone(),
        table: name.clone(),
        columns,
        lacks,
        by,
    }
}

/// What else an attribute may be called, the likelier first.
fn synonyms<'n>(entity: &Entity, attribute: &str) -> Vec<&'n str> {
    let groups = ATTRIBUTES.iter().filter(|group| group.contains(&attribute));
    let titled = |name: &&str| *name != "title" || !entity.actor;
    groups
        .flat_map(|group| group.iter().copied())
        .filter(titled)
        .collect()
}

fn is_value(attribute: &Attribute) -> bool {
    !matches!(
        attribute.kind,
        AttributeKind::Reference(_) | AttributeKind::Either(_) | AttributeKind::Many { .. }
    )
}

/// A name may be kept in a text only; what else may hold it is not looked into.
fn fits_type(attribute: &Attribute, table: &Table, column: &str, schema: &Catalog) -> bool {
    let Some(column) = table.column(column) else {
        return false;
    };
    let is_text = [
        "text",
        "character varying",
        "varchar",
        "character",
        "citext",
    ]
    .iter()
    .any(|text| column.data_type.starts_with(text))
        || schema.types.keys().any(|t| t.quoted() == column.data_type);
    let textual = matches!(
        attribute.kind,
        AttributeKind::Value(
            ValueType::Name
                | ValueType::Text
                | ValueType::LongText
                | ValueType::Code
                | ValueType::Email
                | ValueType::Phone
                | ValueType::Url
        )
    );
    is_text == textual
}

/// The columns of references between matched tables: those of the foreign key that leads there.
fn link(brief: &Brief, schema: &Catalog, matches: &mut [Match]) {
    let tables: BTreeMap<String, QualifiedName> = matches
        .iter()
        .map(|m| (m.entity.clone(), m.table.clone()))
        .collect();
    for found in matches {
        let entity = brief.entities.iter().find(|e| e.name == found.entity);
        let table = schema.tables.get(&found.table);
        let (Some(entity), Some(table)) = (entity, table) else {
            continue;
        };
        for attribute in &entity.attributes {
            let AttributeKind::Reference(reference) = &attribute.kind else {
                continue;
            };
            let target = tables.get(&reference.entity);
            let keys: Vec<&Name> = table
                .foreign_keys()
                .filter(|(_, key)| Some(&key.references) == target && key.columns.len() == 1)
                .filter_map(|(_, key)| key.columns.first())
                .collect();
            let named = |column: &&&Name| {
                let column = column.as_str();
                column == attribute.name || column.strip_suffix("_id") == Some(&attribute.name)
            };
            let column = keys.iter().find(named).or(match keys.as_slice() {
                [only] => Some(only),
                _ => None,
            });
            match column {
                Some(column) => {
                    found
                        .columns
                        .insert(attribute.name.clone(), (*column).clone());
                }
                None => found.lacks.push(attribute.name.clone()),
            }
        }
    }
}

/// Entities that would get a table of a name that another has.
pub(super) fn taken_names(brief: &Brief, schema: &Catalog, matches: &[Match]) -> Vec<Misfit> {
    let mut misfits = Vec::new();
    for entity in &brief.entities {
        if matches.iter().any(|found| found.entity == entity.name) {
            continue;
        }
        let table = match (&entity.plural, brief.naming.plural_tables) {
            (Some(plural), true) => plural.clone(),
            (None, true) => names::plural(&entity.name),
            (_, false) => entity.name.clone(),
        };
        let name = QualifiedName::new(brief.naming.schema.as_str(), table.as_str());
        let is_taken = schema.tables.contains_key(&name)
            || schema.views.contains_key(&name)
            || schema.materialized_views.contains_key(&name);
        if is_taken {
            misfits.push(Misfit {
                span: entity.span,
                problem: format!(
                    "{name} is there already, and is not what holds {}",
                    entity.name
                ),
                hint: "call the entity otherwise, or put the new tables into another schema with \
                       `naming: {schema: …}`"
                    .to_owned(),
            });
        }
    }
    misfits
}
