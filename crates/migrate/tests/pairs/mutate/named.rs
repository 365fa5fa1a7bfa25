//! Changes of what all objects have: comments, owners, privileges, names.

use super::{Apply, pick, recomment};
use crate::make;
use crate::model::*;
use crate::random::Random;
use crate::render::DEFAULT_PRIVILEGES;

pub const ALL: &[(&str, Apply)] = &[
    ("schema: add", make::schema),
    ("schema: drop", |m, r| {
        // Only with little in it: everything in it goes.
        let count = |key: Key| m.tables.values().filter(|t| t.named.schema == key).count();
        let keys: Vec<Key> = m
            .schemas
            .keys()
            .copied()
            .filter(|k| count(*k) <= 2)
            .collect();
        let Some(key) = r.pick(&keys) else {
            return false;
        };
        if m.swapped && m.tables.values().any(|t| t.named.schema == key) {
            return false;
        }
        m.schemas.remove(&key);
        true
    }),
    ("default privileges", |m, r| {
        let number = r.below(DEFAULT_PRIVILEGES.len());
        if !m.default_privileges.remove(&number) {
            m.default_privileges.insert(number);
        }
        true
    }),
    ("schema: comment", |m, r| comment(m, r, Place::Schema)),
    ("schema: owner", |m, r| owner(m, r, Place::Schema)),
    ("schema: grants", |m, r| grants(m, r, Place::Schema)),
    ("type: comment", |m, r| comment(m, r, Place::Type)),
    ("type: owner", |m, r| owner(m, r, Place::Type)),
    ("type: grants", |m, r| grants(m, r, Place::Type)),
    ("type: closed to PUBLIC", |m, r| closed(m, r, Place::Type)),
    ("sequence: comment", |m, r| comment(m, r, Place::Sequence)),
    ("sequence: owner", |m, r| owner(m, r, Place::Sequence)),
    ("sequence: grants", |m, r| grants(m, r, Place::Sequence)),
    ("function: comment", |m, r| comment(m, r, Place::Function)),
    ("function: owner", |m, r| owner(m, r, Place::Function)),
    ("function: grants", |m, r| grants(m, r, Place::Function)),
    ("function: closed to PUBLIC", |m, r| {
        closed(m, r, Place::Function)
    }),
    ("table: comment", |m, r| comment(m, r, Place::Table)),
    ("table: owner", |m, r| owner(m, r, Place::Table)),
    ("table: grants", |m, r| grants(m, r, Place::Table)),
    ("view: comment", |m, r| comment(m, r, Place::View)),
    ("view: owner", |m, r| owner(m, r, Place::View)),
    ("view: grants", |m, r| grants(m, r, Place::View)),
    ("view: move to a schema", |m, r| moved(m, r, Place::View)),
    ("function: move to a schema", |m, r| {
        moved(m, r, Place::Function)
    }),
    ("view: rename", |m, r| rename(m, r, Place::View)),
    ("function: rename", |m, r| rename(m, r, Place::Function)),
    ("sequence: rename", |m, r| rename(m, r, Place::Sequence)),
];

#[derive(Clone, Copy, PartialEq)]
enum Place {
    Schema,
    Type,
    Sequence,
    Function,
    Table,
    View,
}

impl Place {
    fn privileges(self) -> &'static [&'static str] {
        match self {
            Self::Schema => &["CREATE"],
            Self::Type => &["USAGE"],
            Self::Sequence => &["USAGE", "SELECT", "UPDATE"],
            Self::Function => &["EXECUTE"],
            Self::Table | Self::View => &make::TABLE_PRIVILEGES,
        }
    }
}

fn chosen<'a>(model: &'a mut Model, random: &mut Random, place: Place) -> Option<&'a mut Named> {
    Some(match place {
        Place::Schema => {
            let key = pick(&model.schemas, random, |_| true)?;
            model.schemas.get_mut(&key)?
        }
        Place::Type => {
            let key = pick(&model.types, random, |_| true)?;
            &mut model.types.get_mut(&key)?.named
        }
        Place::Sequence => {
            let key = pick(&model.sequences, random, |s| s.owned_by.is_none())?;
            &mut model.sequences.get_mut(&key)?.named
        }
        Place::Function => {
            let key = pick(&model.functions, random, |_| true)?;
            &mut model.functions.get_mut(&key)?.named
        }
        Place::Table => {
            let key = pick(&model.tables, random, |_| true)?;
            &mut model.tables.get_mut(&key)?.named
        }
        Place::View => {
            let key = pick(&model.views, random, |_| true)?;
            &mut model.views.get_mut(&key)?.named
        }
    })
}

fn comment(model: &mut Model, random: &mut Random, place: Place) -> bool {
    let Some(named) = chosen(model, random, place) else {
        return false;
    };
    recomment(&mut named.comment, random);
    true
}

fn owner(model: &mut Model, random: &mut Random, place: Place) -> bool {
    let Some(named) = chosen(model, random, place) else {
        return false;
    };
    named.owner = super::other_of(&named.owner, &[None, Some(OWNER), Some(WRITER)], random);
    true
}

fn grants(model: &mut Model, random: &mut Random, place: Place) -> bool {
    let Some(named) = chosen(model, random, place) else {
        return false;
    };
    let there: Vec<Grant> = named.grants.iter().copied().collect();
    match random.pick(&there) {
        Some(grant) if random.chance(50) => {
            named.grants.remove(&grant);
            if random.chance(40) {
                // The same privilege, WITH GRANT OPTION or without.
                named.grants.insert((grant.0, grant.1, !grant.2));
            }
        }
        _ => named.grants.extend(make::grant(random, place.privileges())),
    }
    true
}

fn closed(model: &mut Model, random: &mut Random, place: Place) -> bool {
    if place == Place::Function {
        let Some(key) = pick(&model.functions, random, |f| f.shape != Shape::Pure) else {
            return false;
        };
        if let Some(function) = model.functions.get_mut(&key) {
            function.named.closed = !function.named.closed;
        }
        return true;
    }
    let Some(named) = chosen(model, random, place) else {
        return false;
    };
    named.closed = !named.closed;
    true
}

fn moved(model: &mut Model, random: &mut Random, place: Place) -> bool {
    let mut schemas: Vec<Key> = model.schemas.keys().copied().collect();
    schemas.push(0);
    let Some(named) = chosen(model, random, place) else {
        return false;
    };
    schemas.retain(|s| *s != named.schema);
    let Some(schema) = random.pick(&schemas) else {
        return false;
    };
    named.schema = schema;
    true
}

fn rename(model: &mut Model, random: &mut Random, place: Place) -> bool {
    let name = model.name("r");
    let Some(named) = chosen(model, random, place) else {
        return false;
    };
    named.name = name;
    true
}
