//! Renames as they are written on a command line: `app.users.mail=email`.

use pgwright_catalog::write::scan;
use pgwright_catalog::{Catalog, Name, ObjectId, QualifiedName, TypeKind};

use super::Rename;

/// Reads `OLD=NEW`. The old name is looked up in the left catalog; of the new one only what differs has
/// to be said: `app.users.mail=email`, `users=app.people`, `old_schema=new_schema`,
/// `app.status.open=active` for a label.
///
/// # Errors
///
/// A text that says what was not found, with a hint.
pub fn parse(text: &str, from: &Catalog, to: &Catalog) -> Result<Vec<Rename>, String> {
    let (old, new) = split(text).ok_or_else(|| {
        format!("`{text}` is no rename\nhint: write it as OLD=NEW, as in app.users.mail=email")
    })?;
    let arguments = arguments(&old);
    let (old, new) = (parts(bare(&old)), parts(bare(&new)));
    if old.is_empty() || new.is_empty() {
        return Err(format!(
            "`{text}` lacks a name\nhint: write it as OLD=NEW, as in app.users.mail=email"
        ));
    }
    let mut found = candidates(&old, &new, from, to);
    if let Some(arguments) = &arguments {
        for renames in &mut found {
            renames.retain(|rename| match rename {
                Rename::Object {
                    old: ObjectId::Routine(signature),
                    ..
                } => signature.arguments == *arguments,
                _ => true,
            });
        }
    }
    found.retain(|renames| !renames.is_empty());
    match found.into_iter().next() {
        Some(renames) => Ok(renames),
        // It was done before: both have it under the new name.
        None if !candidates(&completed(&old, &new), &new, to, to).is_empty()
            && !candidates(&completed(&old, &new), &new, from, from).is_empty() =>
        {
            Ok(Vec::new())
        }
        None => Err(format!(
            "`{text}`: the first schema has nothing of the name {} that the second has under the name {}\n\
             hint: names are schema.table, schema.table.column, schema.type.label or schema",
            old.join("."),
            new.join(".")
        )),
    }
}

/// The types in the parentheses of a function.
fn arguments(text: &str) -> Option<Vec<String>> {
    let inside = text.split_once('(')?.1.trim_end().strip_suffix(')')?;
    let types = inside.split(',').map(|t| t.trim().to_owned());
    Some(types.filter(|t| !t.is_empty()).collect())
}

/// A name without the arguments of a function.
fn bare(text: &str) -> &str {
    match text.trim_end().ends_with(')') {
        true => text.split_once('(').map_or(text, |(name, _)| name),
        false => text,
    }
}

/// Cuts at the `=` that stands outside of quotes.
fn split(text: &str) -> Option<(String, String)> {
    let mut quoted = false;
    for (at, character) in text.char_indices() {
        match character {
            '"' => quoted = !quoted,
            '=' if !quoted => {
                return Some((
                    text[..at].trim().to_owned(),
                    text[at + 1..].trim().to_owned(),
                ));
            }
            _ => {}
        }
    }
    None
}

/// The names of a dotted name; a label may hold anything.
fn parts(text: &str) -> Vec<String> {
    let tokens = scan(text);
    let regular = !tokens.is_empty()
        && tokens.iter().enumerate().all(|(i, t)| match i % 2 {
            0 => t.name().is_some(),
            _ => t.is_symbol("."),
        });
    if regular {
        tokens.iter().filter_map(|t| t.name()).collect()
    } else {
        text.split('.').map(str::to_owned).collect()
    }
}

/// The new name, with what it does not say taken from the old one.
fn completed(old: &[String], new: &[String]) -> Vec<String> {
    let missing = old.len().saturating_sub(new.len());
    old[..missing].iter().chain(new).cloned().collect()
}

fn candidates(old: &[String], new: &[String], from: &Catalog, to: &Catalog) -> Vec<Vec<Rename>> {
    let mut found = Vec::new();
    let object = |old: ObjectId, new: ObjectId| Rename::Object { old, new };
    let new = completed(old, new);
    let name = |text: &String| Name::new(text.clone());
    if let ([a], [b]) = (old, new.as_slice()) {
        let (a, b) = (ObjectId::Schema(name(a)), ObjectId::Schema(name(b)));
        if from.contains(&a) && to.contains(&b) {
            found.push(vec![object(a, b)]);
        }
    }
    for (old, new) in with_schema(old, &new) {
        if let ([s, a], [t, b]) = (old.as_slice(), new.as_slice()) {
            let a = QualifiedName::new(name(s), name(a));
            let b = QualifiedName::new(name(t), name(b));
            macro_rules! named {
                ($($id:ident),*) => {
                    $(
                        let (x, y) = (ObjectId::$id(a.clone()), ObjectId::$id(b.clone()));
                        if from.contains(&x) && to.contains(&y) {
                            found.push(vec![object(x, y)]);
                        }
                    )*
                };
            }
            named!(
                Table,
                View,
                MaterializedView,
                Type,
                Sequence,
                Statistics,
                Collation,
                TextSearchConfiguration,
                TextSearchDictionary
            );
            let routines: Vec<_> = from
                .routines
                .keys()
                .filter(|s| s.name == a)
                .filter_map(|s| {
                    let mut renamed = s.clone();
                    renamed.name = b.clone();
                    let there = to.routines.contains_key(&renamed);
                    there.then(|| object(ObjectId::Routine(s.clone()), ObjectId::Routine(renamed)))
                })
                .collect();
            if !routines.is_empty() {
                found.push(routines);
            }
            // An index or a constraint goes by its schema too.
            for (table, definition) in from.tables.iter().filter(|(t, _)| t.schema == a.schema) {
                if definition.indexes.contains_key(&a.name) {
                    let id = |n: &Name| ObjectId::Index(table.clone(), n.clone());
                    found.push(vec![object(id(&a.name), id(&b.name))]);
                } else if definition.constraints.contains_key(&a.name) {
                    let id = |n: &Name| ObjectId::Constraint(table.clone(), n.clone());
                    found.push(vec![object(id(&a.name), id(&b.name))]);
                }
            }
        }
        if let ([s, t, a], [u, v, b]) = (old.as_slice(), new.as_slice()) {
            let table = QualifiedName::new(name(s), name(t));
            let other = QualifiedName::new(name(u), name(v));
            let (a_name, b_name) = (name(a), name(b));
            // The table may have its new name in what is written.
            let before = from.tables.get(&table);
            let after = to.tables.get(&other);
            let has = |t: Option<&pgwright_catalog::Table>, n: &Name| {
                t.is_some_and(|t| t.column(n.as_str()).is_some())
            };
            if has(before, &a_name) && (has(after, &b_name) || after.is_none()) {
                let old = ObjectId::Column(other.clone(), a_name.clone());
                let new = ObjectId::Column(other.clone(), b_name.clone());
                found.push(vec![object(old, new)]);
            }
            macro_rules! part {
                ($($id:ident),*) => {
                    $(
                        let x = ObjectId::$id(table.clone(), a_name.clone());
                        let y = ObjectId::$id(other.clone(), b_name.clone());
                        if from.contains(&x) && to.contains(&y) {
                            let x = ObjectId::$id(other.clone(), a_name.clone());
                            found.push(vec![object(x, y)]);
                        }
                    )*
                };
            }
            part!(Index, Constraint, Trigger, Policy, Rule);
            if let (Some(TypeKind::Enum(x)), Some(TypeKind::Enum(y))) = (
                from.types.get(&table).map(|t| &t.kind),
                to.types.get(&other).map(|t| &t.kind),
            ) && x.contains(a)
                && y.contains(b)
            {
                found.push(vec![Rename::Label {
                    data_type: other.clone(),
                    old: a.clone(),
                    new: b.clone(),
                }]);
            }
        }
    }
    found
}

/// The names as they are, and in `public`.
fn with_schema(old: &[String], new: &[String]) -> Vec<(Vec<String>, Vec<String>)> {
    let public = |parts: &[String]| -> Vec<String> {
        std::iter::once("public".to_owned())
            .chain(parts.iter().cloned())
            .collect()
    };
    vec![(old.to_vec(), new.to_vec()), (public(old), public(new))]
}
