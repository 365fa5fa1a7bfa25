//! Makers: each adds one random object to a model. A is made of them, and mutations add by them.

mod code;
mod columns;
mod constraints;
mod indexes;
mod others;
mod parts;
mod tables;
mod types;
mod views;

use std::collections::BTreeMap;

pub use code::{function, pure};
pub use columns::{column, generated, heirs_rows, source};
pub use constraints::{check, compatible, exclusion, expression_of, foreign, primary, unique};
pub use indexes::index;
pub use others::other;
pub use parts::{policy, rule, trigger, view_trigger};
pub use tables::{
    child, clusterable, foreign_table, partition, partitioned, plain, replica, typed,
};
pub use types::{attribute, domain_check, sequence, user_type};
pub use views::{filter, output, view, view_index};

use crate::model::*;
use crate::other::{KINDS, OtherKind};
use crate::random::Random;

pub const TABLE_PRIVILEGES: [&str; 6] = [
    "SELECT",
    "INSERT",
    "UPDATE",
    "DELETE",
    "REFERENCES",
    "TRIGGER",
];

/// A random schema with the kinds that are wanted, and without those that are not.
pub fn generate(random: &mut Random, target: u32, wanted: &BTreeMap<OtherKind, bool>) -> Model {
    let mut model = Model::new(target);
    let m = &mut model;
    for _ in 0..random.between(1, 2) {
        schema(m, random);
    }
    for _ in 0..random.between(1, 2) {
        pure(m, random);
    }
    let some = |kind: &OtherKind, random: &mut Random| match wanted.get(kind) {
        Some(wanted) => *wanted,
        None => random.chance(25),
    };
    // The order of kinds is one in which each finds what it needs.
    for kind in KINDS {
        let early = !matches!(
            kind,
            OtherKind::Cast
                | OtherKind::Statistics
                | OtherKind::EventTrigger
                | OtherKind::Publication
                | OtherKind::Subscription
                | OtherKind::Configuration
        );
        if early && some(&kind, random) {
            other(m, random, kind);
        }
    }
    for kind in 0..5 {
        // Enums are the most used, and the first of all.
        let number = if kind == 0 {
            random.between(1, 2)
        } else {
            usize::from(random.chance(65))
        };
        for _ in 0..number {
            user_type(m, random, kind);
        }
    }
    for _ in 0..random.between(1, 2) {
        sequence(m, random);
    }
    for _ in 0..random.between(2, 3) {
        plain(m, random);
    }
    let kinds: [fn(&mut Model, &mut Random) -> bool; 4] =
        [partitioned, child, foreign_table, typed];
    for (at, make) in kinds.into_iter().enumerate() {
        if random.chance([80, 60, 60, 50][at]) {
            make(m, random);
        }
    }
    for shape in 0..9 {
        if shape >= 6 || random.chance(55) {
            function(m, random, shape);
        }
    }
    let tables: Vec<Key> = m.tables.keys().copied().collect();
    for key in tables {
        tables::furnish(m, random, key);
    }
    for _ in 0..random.between(2, 4) {
        view(m, random, false);
    }
    for _ in 0..random.between(1, 2) {
        view(m, random, true);
    }
    let views: Vec<Key> = m.views.keys().copied().collect();
    for key in views {
        if random.chance(40) {
            view_trigger(m, random, key);
        }
        for _ in 0..random.below(3) {
            view_index(m, random, key);
        }
    }
    for kind in KINDS {
        if some(&kind, random) {
            other(m, random, kind);
        }
    }
    for number in 0..crate::render::DEFAULT_PRIVILEGES.len() {
        if random.chance(20) {
            m.default_privileges.insert(number);
        }
    }
    m.repair();
    model
}

pub fn schema(model: &mut Model, random: &mut Random) -> bool {
    let mut named = Named {
        name: model.name("s"),
        ..Named::default()
    };
    dress(&mut named, &["CREATE"], random);
    let key = model.key();
    model.schemas.insert(key, named);
    true
}

/// A name for a new object, with all that objects have.
pub fn named(
    model: &mut Model,
    random: &mut Random,
    letter: &str,
    privileges: &[&'static str],
) -> Named {
    let mut schemas: Vec<Key> = model.schemas.keys().copied().collect();
    schemas.push(0);
    let mut named = Named {
        schema: random.one_of(&schemas),
        name: model.name(letter),
        ..Named::default()
    };
    dress(&mut named, privileges, random);
    named
}

fn dress(named: &mut Named, privileges: &[&'static str], random: &mut Random) {
    if random.chance(30) {
        named.owner = Some(random.one_of(&[OWNER, WRITER]));
    }
    named.comment = comment(random);
    for _ in 0..random.below(3) {
        named.grants.extend(grant(random, privileges));
    }
}

/// A privilege for some role. The owner needs none.
pub fn grant(random: &mut Random, privileges: &[&'static str]) -> Option<Grant> {
    let privilege = random.pick(privileges)?;
    Some((READER, privilege, random.chance(20)))
}

pub fn comment(random: &mut Random) -> Option<String> {
    random.chance(30).then(|| some_comment(random))
}

pub fn some_comment(random: &mut Random) -> String {
    let words = ["It's so", "says \\ nothing", "two\nlines", "für \"alle\""];
    format!("{} {}", random.one_of(&words), random.below(1000))
}
