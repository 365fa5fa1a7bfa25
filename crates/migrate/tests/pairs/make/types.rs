//! Makers of types and sequences.

use super::{comment, named};
use crate::expression::{Expr, conditions};
use crate::model::*;
use crate::random::Random;
use crate::values::Ty;

/// An enum, domain, composite, range or base type.
pub fn user_type(model: &mut Model, random: &mut Random, kind: usize) -> bool {
    let kind = match kind {
        0 => {
            let labels: Vec<String> = ["new", "Open", "it's", "done", "lost"]
                .iter()
                .take(random.between(3, 5))
                .map(|l| (*l).to_owned())
                .collect();
            TypeKind::Enum {
                pinned: labels[..2].to_vec(),
                labels,
            }
        }
        1 => {
            let mut bases = vec![
                Ty::Int,
                Ty::Big,
                Ty::Text,
                Ty::Varchar(40),
                Ty::Numeric(10, 2),
            ];
            bases.extend(
                model
                    .types
                    .iter()
                    .filter(|(_, t)| matches!(t.kind, TypeKind::Domain { .. }))
                    .map(|(k, _)| Ty::User(*k)),
            );
            let base = random.one_of(&bases);
            TypeKind::Domain {
                collation: random.chance(30) && base.is_text(),
                base,
                checks: vec![],
                default: random.chance(40).then(|| random.number(9)),
                not_null: random.chance(25),
            }
        }
        2 => {
            let types: Vec<Ty> = model
                .all_types()
                .into_iter()
                .filter(|t| !model.is_not_null_domain(t) && !matches!(t, Ty::Users(_)))
                .collect();
            let attributes = (0..random.between(1, 4))
                .map(|_| attribute(model, random, &types))
                .collect();
            TypeKind::Composite(attributes)
        }
        3 => TypeKind::Range {
            subtype: random.one_of(&[Ty::Double, Ty::Text, Ty::Time]),
            diff: random.chance(50),
            multirange: random.chance(40).then(|| model.name("m")),
        },
        _ => TypeKind::Base {
            default: random.number(3),
            category: random.chance(50),
            send: random.chance(50),
        },
    };
    let mut named = named(model, random, "e", &["USAGE"]);
    named.closed = random.chance(20);
    let key = model.key();
    model.types.insert(key, UserType { named, kind });
    for _ in 0..random.below(3) {
        domain_check(model, random, key);
    }
    true
}

pub fn attribute(model: &mut Model, random: &mut Random, types: &[Ty]) -> Attribute {
    Attribute {
        name: model.name("a"),
        ty: random.one_of(types),
        comment: comment(random),
    }
}

pub fn domain_check(model: &mut Model, random: &mut Random, key: Key) -> bool {
    let name = model.name("k");
    let Some(TypeKind::Domain { base, .. }) = model.types.get(&key).map(|t| &t.kind) else {
        return false;
    };
    let mut forms = conditions(base, model);
    if *base == Ty::Int {
        let pure = model
            .functions
            .iter()
            .filter(|(_, f)| f.shape == Shape::Pure);
        forms.extend(pure.map(|(k, _)| crate::expression::Form::Called(*k)));
    }
    let Some(form) = random.pick(&forms) else {
        return false;
    };
    let check = DomainCheck {
        name,
        check: Expr {
            form,
            column: String::new(),
            number: random.number(9),
        },
        validated: random.chance(80),
        comment: comment(random),
    };
    if let Some(UserType {
        kind: TypeKind::Domain { checks, .. },
        ..
    }) = model.types.get_mut(&key)
    {
        checks.push(check);
    }
    true
}

pub fn sequence(model: &mut Model, random: &mut Random) -> bool {
    let sequence = Sequence {
        named: named(model, random, "q", &["USAGE", "SELECT", "UPDATE"]),
        ty: random.one_of(&[Ty::Small, Ty::Int, Ty::Big]),
        increment: random.one_of(&[1, 1, 5]),
        start: random.one_of(&[1, 1, 100]),
        maximum: random.chance(30).then_some(20_000),
        cache: random.one_of(&[1, 1, 10]),
        cycle: random.chance(20),
        unlogged: model.target >= 15 && random.chance(15),
        owned_by: None,
    };
    let key = model.key();
    model.sequences.insert(key, sequence);
    true
}
