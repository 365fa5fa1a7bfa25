//! Changes of triggers, rules and policies.

use super::constraints::on_some_table;
use super::{Apply, one, other_of, pick, recomment};
use crate::make;
use crate::model::*;
use crate::random::Random;

pub const ALL: &[(&str, Apply)] = &[
    ("trigger: add", |m, r| on_some_table(m, r, make::trigger)),
    ("trigger: drop", |m, r| {
        let Some(key) = pick(&m.tables, r, |t| !t.triggers.is_empty()) else {
            return false;
        };
        if let Some(table) = m.tables.get_mut(&key) {
            table.triggers.remove(r.below(table.triggers.len()));
        }
        true
    }),
    ("trigger: rename", |m, r| {
        let name = m.name("g");
        trigger(m, r, |_| true, |t, _| t.name = name)
    }),
    ("trigger: enabled", |m, r| {
        let states = [
            None,
            Some("DISABLE"),
            Some("ENABLE ALWAYS"),
            Some("ENABLE REPLICA"),
        ];
        trigger(
            m,
            r,
            |_| true,
            |t, r| t.enabled = other_of(&t.enabled, &states, r),
        )
    }),
    ("trigger: timing", |m, r| {
        trigger(
            m,
            r,
            |t| t.constraint.is_none() && !t.transition,
            |t, _| {
                t.timing = if t.timing == "AFTER" {
                    "BEFORE"
                } else {
                    "AFTER"
                };
            },
        )
    }),
    ("trigger: events", |m, r| {
        trigger(
            m,
            r,
            |t| t.events != ["TRUNCATE"],
            |t, r| {
                t.events = vec![r.one_of(&["INSERT", "UPDATE", "DELETE"])];
            },
        )
    }),
    ("trigger: condition", |m, r| {
        trigger(
            m,
            r,
            |t| t.when.is_some(),
            |t, r| match &mut t.when {
                Some(when) if r.chance(60) => when.number += 1,
                _ => t.when = None,
            },
        )
    }),
    ("trigger: arguments", |m, r| {
        trigger(m, r, |_| true, |t, _| t.arguments = (t.arguments + 1) % 3)
    }),
    ("trigger: function", |m, r| {
        make::function(m, r, 8);
        let Some(function) = m
            .functions
            .iter()
            .rev()
            .find(|(_, f)| f.shape == Shape::Trigger)
            .map(|(k, _)| *k)
        else {
            return false;
        };
        trigger(m, r, |_| true, |t, _| t.function = function)
    }),
    ("trigger: columns", |m, r| {
        trigger(m, r, |t| !t.of.is_empty(), |t, _| t.of.clear())
    }),
    ("trigger: deferrable", |m, r| {
        trigger(
            m,
            r,
            |t| t.constraint.is_some(),
            |t, r| {
                t.constraint = other_of(&t.constraint, &[Some(0), Some(1), Some(2)], r);
            },
        )
    }),
    ("trigger: transition tables", |m, r| {
        trigger(m, r, |t| t.transition, |t, _| t.transition = false)
    }),
    ("trigger: comment", |m, r| {
        trigger(m, r, |_| true, |t, r| recomment(&mut t.comment, r))
    }),
    ("rule: add", |m, r| on_some_table(m, r, make::rule)),
    ("rule: drop", |m, r| {
        let Some(key) = pick(&m.tables, r, |t| !t.rules.is_empty()) else {
            return false;
        };
        m.tables.get_mut(&key).map(|t| t.rules.pop()).is_some()
    }),
    ("rule: action", |m, r| {
        rule(m, r, |u, _| {
            u.notify += 1;
            u.also = true;
        })
    }),
    ("rule: enabled", |m, r| {
        rule(m, r, |u, r| {
            u.enabled = other_of(
                &u.enabled,
                &[None, Some("DISABLE"), Some("ENABLE ALWAYS")],
                r,
            )
        })
    }),
    ("rule: comment", |m, r| {
        rule(m, r, |u, r| recomment(&mut u.comment, r))
    }),
    ("policy: add", |m, r| on_some_table(m, r, make::policy)),
    ("policy: drop", |m, r| {
        let Some(key) = pick(&m.tables, r, |t| !t.policies.is_empty()) else {
            return false;
        };
        m.tables.get_mut(&key).map(|t| t.policies.pop()).is_some()
    }),
    ("policy: rename", |m, r| {
        let name = m.name("p");
        policy(m, r, |p, _| p.name = name)
    }),
    ("policy: command", |m, r| {
        policy(m, r, |p, r| {
            p.command = other_of(
                &p.command,
                &["ALL", "SELECT", "INSERT", "UPDATE", "DELETE"],
                r,
            )
        })
    }),
    ("policy: permissive", |m, r| {
        policy(m, r, |p, _| p.permissive = !p.permissive)
    }),
    ("policy: roles", |m, r| {
        policy(m, r, |p, r| {
            let role = r.one_of(&ROLES);
            if !p.roles.remove(role) {
                p.roles.insert(role);
            }
        })
    }),
    ("policy: expressions", |m, r| {
        policy(m, r, |p, _| {
            for expr in [&mut p.using, &mut p.check].into_iter().flatten() {
                expr.number += 1;
            }
        })
    }),
    ("policy: check", |m, r| {
        policy(m, r, |p, _| {
            p.check = if p.check.is_some() {
                None
            } else {
                p.using.clone()
            };
        })
    }),
    ("policy: comment", |m, r| {
        policy(m, r, |p, r| recomment(&mut p.comment, r))
    }),
];

fn trigger(
    model: &mut Model,
    random: &mut Random,
    fits: impl Fn(&Trigger) -> bool,
    apply: impl FnOnce(&mut Trigger, &mut Random),
) -> bool {
    let Some(key) = pick(&model.tables, random, |t| t.triggers.iter().any(&fits)) else {
        return false;
    };
    let Some(table) = model.tables.get_mut(&key) else {
        return false;
    };
    let trigger = one(&mut table.triggers, random, &fits).map(|t| t.name.clone());
    let trigger = table
        .triggers
        .iter_mut()
        .find(|t| Some(&t.name) == trigger.as_ref());
    trigger.map(|t| apply(t, random)).is_some()
}

fn rule(
    model: &mut Model,
    random: &mut Random,
    apply: impl FnOnce(&mut Rule, &mut Random),
) -> bool {
    let Some(key) = pick(&model.tables, random, |t| !t.rules.is_empty()) else {
        return false;
    };
    let rule = model.tables.get_mut(&key).and_then(|t| t.rules.first_mut());
    rule.map(|u| apply(u, random)).is_some()
}

fn policy(
    model: &mut Model,
    random: &mut Random,
    apply: impl FnOnce(&mut Policy, &mut Random),
) -> bool {
    let Some(key) = pick(&model.tables, random, |t| !t.policies.is_empty()) else {
        return false;
    };
    let policy = model
        .tables
        .get_mut(&key)
        .and_then(|t| t.policies.first_mut());
    policy.map(|p| apply(p, random)).is_some()
}
