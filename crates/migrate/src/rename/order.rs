//! The order of renames whose new names are old names of others.

use pgwright_catalog::{Name, ObjectId, QualifiedName};

use super::{Found, Rename, qualified};

/// The longest name that PostgreSQL keeps, in bytes.
const LONGEST: usize = 63;

/// Puts a rename after that which frees its new name; where they go round in a circle, one goes by way
/// of a name of its own.
pub(super) fn without_collisions(found: Vec<Found>) -> Vec<Found> {
    let mut waiting = found;
    let mut ordered: Vec<Found> = Vec::new();
    let mut last: Vec<Found> = Vec::new();
    while !waiting.is_empty() {
        let free = waiting.iter().position(|candidate| {
            !waiting
                .iter()
                .any(|other| is_in_the_way(&other.rename, &candidate.rename))
        });
        match free {
            Some(at) => ordered.push(waiting.remove(at)),
            None => {
                let found = waiting.remove(0);
                match by_way_of(&found.rename) {
                    Some((first, second)) => {
                        let assumed = found.assumed;
                        ordered.push(Found {
                            rename: first,
                            assumed: false,
                        });
                        last.push(Found {
                            rename: second,
                            assumed,
                        });
                    }
                    None => ordered.push(found),
                }
            }
        }
    }
    ordered.extend(last);
    ordered
}

/// True when one still has the name that the other shall get.
fn is_in_the_way(other: &Rename, candidate: &Rename) -> bool {
    match (other, candidate) {
        (Rename::Object { old, .. }, Rename::Object { old: own, new }) => {
            old != own
                && (old == new || index_name(old).is_some_and(|n| index_name(new) == Some(n)))
        }
        (
            Rename::Label {
                data_type: a, old, ..
            },
            Rename::Label {
                data_type: b,
                old: own,
                new,
            },
        ) => a == b && old == new && old != own,
        _ => false,
    }
}

/// The name by which an index is known in its schema, that of a constraint too.
fn index_name(object: &ObjectId) -> Option<(&Name, &Name)> {
    match object {
        ObjectId::Index(table, name) | ObjectId::Constraint(table, name) => {
            Some((&table.schema, name))
        }
        _ => None,
    }
}

fn between(name: &Name) -> Name {
    let mut name = format!("pgwright_between_{name}");
    while name.len() > LONGEST {
        name.pop();
    }
    Name::new(name)
}

fn by_way_of(rename: &Rename) -> Option<(Rename, Rename)> {
    match rename {
        Rename::Object { old, new } => {
            let middle = match new {
                ObjectId::Column(table, name) => ObjectId::Column(table.clone(), between(name)),
                ObjectId::Index(table, name) => ObjectId::Index(table.clone(), between(name)),
                ObjectId::Constraint(table, name) => {
                    ObjectId::Constraint(table.clone(), between(name))
                }
                ObjectId::Table(_) => {
                    let name = qualified(new)?;
                    ObjectId::Table(QualifiedName::new(name.schema.clone(), between(&name.name)))
                }
                _ => return None,
            };
            let step = |old: &ObjectId, new: &ObjectId| Rename::Object {
                old: old.clone(),
                new: new.clone(),
            };
            Some((step(old, &middle), step(&middle, new)))
        }
        Rename::Label {
            data_type,
            old,
            new,
        } => {
            let middle = between(&Name::new(new.clone())).to_string();
            let step = |old: &str, new: &str| Rename::Label {
                data_type: data_type.clone(),
                old: old.to_owned(),
                new: new.to_owned(),
            };
            Some((step(old, &middle), step(&middle, new)))
        }
    }
}
