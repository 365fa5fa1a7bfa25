//! Changes of functions and procedures.

use super::{Apply, change, one, other_of, pick};
use crate::make;
use crate::model::*;
use crate::random::Random;
use crate::values::Ty;

pub const ALL: &[(&str, Apply)] = &[
    ("function: add a pure one", make::pure),
    ("function: add one that counts", |m, r| {
        make::function(m, r, 0)
    }),
    ("function: add one that returns rows", |m, r| {
        make::function(m, r, 1)
    }),
    ("function: add one of a row", |m, r| make::function(m, r, 2)),
    ("function: add one with columns", |m, r| {
        make::function(m, r, 3)
    }),
    ("function: add one of a type", |m, r| {
        make::function(m, r, 4)
    }),
    ("procedure: add", |m, r| make::function(m, r, 6)),
    ("function: drop", |m, r| {
        let Some(key) = pick(&m.functions, r, |_| true) else {
            return false;
        };
        m.functions.remove(&key);
        true
    }),
    ("function: body", |m, r| any(m, r, |f, _| f.body += 1)),
    ("function: language", |m, r| {
        let fits = |f: &Function| !matches!(f.shape, Shape::Trigger | Shape::EventTrigger);
        change(&mut m.functions, r, fits, |f, r| {
            f.language = other_of(
                &f.language,
                &[Language::Sql, Language::Plpgsql, Language::Atomic],
                r,
            );
        })
    }),
    ("function: volatility", |m, r| {
        let fits = |f: &Function| !matches!(f.shape, Shape::Pure | Shape::Procedure);
        change(&mut m.functions, r, fits, |f, r| {
            f.volatility = other_of(&f.volatility, &[None, Some("STABLE"), Some("IMMUTABLE")], r);
        })
    }),
    ("function: strict", |m, r| {
        real(m, r, |f, _| f.strict = !f.strict)
    }),
    ("function: security definer", |m, r| {
        any(m, r, |f, _| f.definer = !f.definer)
    }),
    ("function: leakproof", |m, r| {
        real(m, r, |f, _| f.leakproof = !f.leakproof)
    }),
    ("function: parallel", |m, r| {
        real(m, r, |f, r| {
            f.parallel = other_of(&f.parallel, &[None, Some("SAFE"), Some("RESTRICTED")], r)
        })
    }),
    ("function: cost", |m, r| {
        real(m, r, |f, r| {
            f.cost = other_of(&f.cost, &[None, Some(3), Some(7)], r)
        })
    }),
    ("function: setting", |m, r| {
        any(m, r, |f, r| {
            f.setting = other_of(&f.setting, &[None, Some(0), Some(1), Some(2), Some(3)], r)
        })
    }),
    ("function: return type", |m, r| {
        let fits = |f: &Function| {
            matches!(
                f.shape,
                Shape::Pure | Shape::Count(..) | Shape::OfRow(_) | Shape::Takes(_)
            )
        };
        change(&mut m.functions, r, fits, |f, r| {
            f.returns = other_of(&f.returns, &[Ty::Int, Ty::Big], r);
        })
    }),
    ("function: name of an argument", |m, r| {
        let name = m.name("x");
        change(
            &mut m.functions,
            r,
            |f| !f.arguments.is_empty(),
            |f, r| {
                if let Some(argument) = one(&mut f.arguments, r, |_| true) {
                    argument.name = name;
                }
            },
        )
    }),
    ("function: default of an argument", |m, r| {
        change(
            &mut m.functions,
            r,
            |f| f.arguments.len() > 1 || defaulted(f),
            |f, _| {
                // Only the last ones can have defaults.
                if let Some(last) = f.arguments.last_mut() {
                    last.default = last.default.map(|d| d + 1).or(Some(1));
                }
            },
        )
    }),
    ("function: add an argument", |m, r| {
        let name = m.name("x");
        let types = m.all_types();
        let ty = r.one_of(&types);
        change(&mut m.functions, r, takes_more, |f, _| {
            let ty = if f.shape == Shape::Pure { Ty::Text } else { ty };
            f.arguments.push(Argument {
                name,
                ty,
                default: Some(3),
            });
        })
    }),
    ("function: drop an argument", |m, r| {
        let least = |f: &Function| usize::from(f.shape == Shape::Pure);
        change(
            &mut m.functions,
            r,
            |f| f.arguments.len() > least(f),
            |f, _| {
                f.arguments.pop();
            },
        )
    }),
    ("function: type of an argument", |m, r| {
        let fits = |f: &Function| !f.arguments.is_empty() && f.shape != Shape::Pure;
        change(&mut m.functions, r, fits, |f, r| {
            if let Some(argument) = one(&mut f.arguments, r, |_| true) {
                argument.ty = other_of(&argument.ty, &[Ty::Int, Ty::Text, Ty::Date], r);
            }
        })
    }),
    ("function: kind of result", |m, r| {
        let fits = |f: &Function| matches!(f.shape, Shape::Columns { .. });
        change(&mut m.functions, r, fits, |f, _| {
            if let Shape::Columns { out } = &mut f.shape {
                *out = !*out;
            }
        })
    }),
    ("function: procedure instead", |m, r| {
        let fits = |f: &Function| matches!(f.shape, Shape::Procedure | Shape::Columns { .. });
        change(&mut m.functions, r, fits, |f, _| {
            f.shape = match f.shape {
                Shape::Procedure => Shape::Columns { out: false },
                _ => Shape::Procedure,
            };
        })
    }),
];

fn takes_more(function: &Function) -> bool {
    matches!(
        function.shape,
        Shape::Pure | Shape::Columns { .. } | Shape::Procedure
    )
}

fn defaulted(function: &Function) -> bool {
    function.arguments.iter().any(|a| a.default.is_some())
}

fn any(
    model: &mut Model,
    random: &mut Random,
    apply: impl FnOnce(&mut Function, &mut Random),
) -> bool {
    change(&mut model.functions, random, |_| true, apply)
}

/// Functions only: procedures have less.
fn real(
    model: &mut Model,
    random: &mut Random,
    apply: impl FnOnce(&mut Function, &mut Random),
) -> bool {
    change(
        &mut model.functions,
        random,
        |f| f.shape != Shape::Procedure,
        apply,
    )
}
