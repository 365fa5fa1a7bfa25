//! Changes of constraints and indexes.

use super::{Apply, one, other_of, recomment};
use crate::expression::Form;
use crate::make;
use crate::model::*;
use crate::random::Random;

pub const ALL: &[(&str, Apply)] = &[
    ("primary key: add", |m, r| {
        on_some_table(m, r, make::primary)
    }),
    ("unique: add", |m, r| on_some_table(m, r, make::unique)),
    ("check: add", |m, r| on_some_table(m, r, make::check)),
    ("foreign key: add", |m, r| {
        on_some_table(m, r, make::foreign)
    }),
    ("exclusion: add", |m, r| {
        on_some_table(m, r, make::exclusion)
    }),
    ("primary key: drop", |m, r| {
        drop(m, r, |c| matches!(c.kind, ConstraintKind::Primary { .. }))
    }),
    ("unique: drop", |m, r| {
        drop(m, r, |c| matches!(c.kind, ConstraintKind::Unique { .. }))
    }),
    ("check: drop", |m, r| {
        drop(m, r, |c| matches!(c.kind, ConstraintKind::Check { .. }))
    }),
    ("foreign key: drop", |m, r| {
        drop(m, r, |c| matches!(c.kind, ConstraintKind::Foreign { .. }))
    }),
    ("exclusion: drop", |m, r| {
        drop(m, r, |c| matches!(c.kind, ConstraintKind::Exclude { .. }))
    }),
    ("constraint: rename", |m, r| {
        let name = m.name("k");
        constraint(m, r, |_| true, |c, _| c.name = name)
    }),
    ("constraint: comment", |m, r| {
        constraint(m, r, |_| true, |c, r| recomment(&mut c.comment, r))
    }),
    ("constraint: validated", |m, r| {
        let old = m.target < 18;
        let Some((key, at)) = choose(m, r, |m, k, c| match c.kind {
            ConstraintKind::Check { .. } => !matches!(m.tables[&k].kind, Kind::Foreign(_)),
            ConstraintKind::Foreign { .. } => !(old && m.tables[&k].by.is_some()),
            _ => false,
        }) else {
            return false;
        };
        edit(m, key, at, |c| c.validated = !c.validated)
    }),
    ("constraint: enforced", |m, r| {
        if m.target < 18 {
            return false;
        }
        let Some((key, at)) = choose(m, r, |m, k, c| {
            let kind = matches!(
                c.kind,
                ConstraintKind::Check { .. } | ConstraintKind::Foreign { .. }
            );
            kind && !matches!(m.tables[&k].kind, Kind::Foreign(_))
        }) else {
            return false;
        };
        edit(m, key, at, |c| c.enforced = !c.enforced)
    }),
    ("constraint: deferrable", |m, r| {
        let Some((key, at)) = choose(m, r, |m, k, c| match &c.kind {
            ConstraintKind::Foreign { .. } | ConstraintKind::Exclude { .. } => true,
            ConstraintKind::Unique { .. } => !m.is_referenced(k),
            _ => false,
        }) else {
            return false;
        };
        let now = m.tables[&key].constraints[at].deferrable;
        let other = other_of(&now, &[0, 1, 2], r);
        edit(m, key, at, |c| c.deferrable = other)
    }),
    ("foreign key: actions", |m, r| {
        let is = |c: &Constraint| matches!(c.kind, ConstraintKind::Foreign { .. });
        constraint(m, r, is, |c, r| {
            if let ConstraintKind::Foreign {
                on_delete,
                on_update,
                ..
            } = &mut c.kind
            {
                let side = if r.chance(50) { on_delete } else { on_update };
                *side = other_of(
                    side,
                    &[
                        "NO ACTION",
                        "RESTRICT",
                        "CASCADE",
                        "SET NULL",
                        "SET DEFAULT",
                    ],
                    r,
                );
            }
        })
    }),
    ("foreign key: match", |m, r| {
        let is = |c: &Constraint| matches!(c.kind, ConstraintKind::Foreign { .. });
        constraint(m, r, is, |c, _| {
            if let ConstraintKind::Foreign { full, .. } = &mut c.kind {
                *full = !*full;
            }
        })
    }),
    ("check: expression", |m, r| {
        let is = |c: &Constraint| matches!(c.kind, ConstraintKind::Check { .. });
        constraint(m, r, is, |c, _| {
            if let ConstraintKind::Check { all, .. } = &mut c.kind {
                all[0].number += 1;
            }
        })
    }),
    ("check: no inherit", |m, r| {
        let Some((key, at)) = choose(m, r, |m, k, c| {
            matches!(c.kind, ConstraintKind::Check { .. }) && m.tables[&k].by.is_none()
        }) else {
            return false;
        };
        edit(m, key, at, |c| {
            if let ConstraintKind::Check { no_inherit, .. } = &mut c.kind {
                *no_inherit = !*no_inherit;
            }
        })
    }),
    ("unique: nulls not distinct", |m, r| {
        let is = |c: &Constraint| matches!(c.kind, ConstraintKind::Unique { .. });
        m.target >= 15
            && constraint(m, r, is, |c, _| {
                if let ConstraintKind::Unique {
                    nulls_not_distinct, ..
                } = &mut c.kind
                {
                    *nulls_not_distinct = !*nulls_not_distinct;
                }
            })
    }),
    ("key: included columns", |m, r| {
        let Some((key, at)) = choose(m, r, |m, k, c| match &c.kind {
            ConstraintKind::Primary {
                include,
                without_overlaps,
                ..
            } => !without_overlaps && free(m, k, c, include),
            ConstraintKind::Unique { include, .. } => free(m, k, c, include),
            _ => false,
        }) else {
            return false;
        };
        let others = not_in_key(m, key, &m.tables[&key].constraints[at]);
        let other = r.pick(&others);
        edit(m, key, at, |c| {
            if let ConstraintKind::Primary { include, .. }
            | ConstraintKind::Unique { include, .. } = &mut c.kind
            {
                if include.is_empty() {
                    include.extend(other);
                } else {
                    include.clear();
                }
            }
        })
    }),
    ("primary key: storage parameters", |m, r| {
        let is = |c: &Constraint| matches!(c.kind, ConstraintKind::Primary { .. });
        constraint(m, r, is, |c, r| {
            if let ConstraintKind::Primary { fillfactor, .. } = &mut c.kind {
                *fillfactor = other_of(fillfactor, &[None, Some(55), Some(66)], r);
            }
        })
    }),
    ("key: order of columns", |m, r| {
        let Some((key, at)) = choose(m, r, |m, k, c| match &c.kind {
            ConstraintKind::Primary {
                columns,
                without_overlaps: false,
                ..
            }
            | ConstraintKind::Unique { columns, .. } => columns.len() > 1 && !m.is_referenced(k),
            _ => false,
        }) else {
            return false;
        };
        edit(m, key, at, |c| {
            if let ConstraintKind::Primary { columns, .. }
            | ConstraintKind::Unique { columns, .. } = &mut c.kind
            {
                columns.reverse();
            }
        })
    }),
    ("exclusion: predicate", |m, r| {
        let is = |c: &Constraint| matches!(c.kind, ConstraintKind::Exclude { .. });
        constraint(m, r, is, |c, _| {
            if let ConstraintKind::Exclude {
                predicate,
                elements,
                ..
            } = &mut c.kind
            {
                *predicate = match predicate {
                    Some(_) => None,
                    None => Some(crate::expression::Expr {
                        form: Form::NotNull,
                        ..crate::expression::Expr::column(&elements[0].0)
                    }),
                };
            }
        })
    }),
    ("index: add", |m, r| on_some_table(m, r, make::index)),
    ("index: drop", |m, r| {
        let Some((key, at)) = choose_index(m, r, |_| true) else {
            return false;
        };
        if let Some(table) = m.tables.get_mut(&key) {
            table.indexes.remove(at);
        }
        true
    }),
    ("index: rename", |m, r| {
        let name = m.name("i");
        index(m, r, |_| true, |i, _| i.name = name)
    }),
    ("index: comment", |m, r| {
        index(m, r, |_| true, |i, r| recomment(&mut i.comment, r))
    }),
    ("index: storage parameters", |m, r| {
        index(
            m,
            r,
            |_| true,
            |i, r| i.option = other_of(&i.option, &[None, Some(71), Some(72)], r),
        )
    }),
    ("index: predicate", |m, r| {
        index(
            m,
            r,
            |i| i.elements[0].expr.form == Form::Column,
            |i, _| {
                i.predicate = match &i.predicate {
                    Some(_) => None,
                    None => Some(crate::expression::Expr {
                        form: Form::NotNull,
                        ..i.elements[0].expr.clone()
                    }),
                };
            },
        )
    }),
    ("index: order", |m, r| {
        index(
            m,
            r,
            |i| i.method == "btree",
            |i, r| {
                if let Some(element) = one(&mut i.elements, r, |_| true) {
                    element.descending = !element.descending;
                }
            },
        )
    }),
    ("index: unique", |m, r| {
        // Only away with it: rows may not be so.
        if m.swapped {
            return false;
        }
        index(
            m,
            r,
            |i| i.unique,
            |i, _| {
                i.unique = false;
                i.nulls_not_distinct = false;
            },
        )
    }),
    ("index: expression", |m, r| {
        let changes = |i: &Index| {
            matches!(
                i.elements[0].expr.form,
                Form::Plus | Form::Times | Form::Concat
            )
        };
        index(m, r, changes, |i, _| i.elements[0].expr.number += 1)
    }),
    ("index: statistics", |m, r| {
        let expression = |i: &Index| {
            i.method == "btree" && i.elements.iter().any(|e| e.expr.form != Form::Column)
        };
        index(m, r, expression, |i, r| {
            i.statistics = other_of(&i.statistics, &[None, Some(5), Some(6)], r);
        })
    }),
    ("index: operator class or collation", |m, r| {
        let texts: Vec<String> = m
            .tables
            .keys()
            .flat_map(|k| m.columns(*k))
            .filter(|c| c.ty.is_text())
            .map(|c| c.name)
            .collect();
        index(
            m,
            r,
            |i| i.method == "btree" && texts.contains(&i.elements[0].expr.column),
            |i, _| {
                let element = &mut i.elements[0];
                element.collate = element.class.is_some() || !element.collate;
                element.class = None;
            },
        )
    }),
];

/// Makes something on a table, trying several.
pub fn on_some_table(
    model: &mut Model,
    random: &mut Random,
    make: fn(&mut Model, &mut Random, Key) -> bool,
) -> bool {
    let mut keys: Vec<Key> = model.tables.keys().copied().collect();
    random.shuffle(&mut keys);
    keys.into_iter().any(|key| make(model, random, key))
}

fn not_in_key(model: &Model, key: Key, constraint: &Constraint) -> Vec<String> {
    let columns = match &constraint.kind {
        ConstraintKind::Primary { columns, .. } | ConstraintKind::Unique { columns, .. } => columns,
        _ => return vec![],
    };
    let all = model.columns(key).into_iter();
    all.filter(|c| !c.is_virtual() && !columns.contains(&c.name))
        .map(|c| c.name)
        .collect()
}

fn free(model: &Model, key: Key, constraint: &Constraint, include: &[String]) -> bool {
    !include.is_empty() || !not_in_key(model, key, constraint).is_empty()
}

fn choose(
    model: &Model,
    random: &mut Random,
    fits: impl Fn(&Model, Key, &Constraint) -> bool,
) -> Option<(Key, usize)> {
    let mut all = vec![];
    for (key, table) in &model.tables {
        let fitting = table
            .constraints
            .iter()
            .enumerate()
            .filter(|(_, c)| fits(model, *key, c));
        all.extend(fitting.map(|(at, _)| (*key, at)));
    }
    random.pick(&all)
}

fn edit(model: &mut Model, key: Key, at: usize, apply: impl FnOnce(&mut Constraint)) -> bool {
    let constraint = model
        .tables
        .get_mut(&key)
        .and_then(|t| t.constraints.get_mut(at));
    constraint.map(apply).is_some()
}

fn constraint(
    model: &mut Model,
    random: &mut Random,
    fits: impl Fn(&Constraint) -> bool,
    apply: impl FnOnce(&mut Constraint, &mut Random),
) -> bool {
    let Some((key, at)) = choose(model, random, |_, _, c| fits(c)) else {
        return false;
    };
    edit(model, key, at, |c| apply(c, random))
}

fn drop(model: &mut Model, random: &mut Random, fits: impl Fn(&Constraint) -> bool) -> bool {
    let Some((key, at)) = choose(model, random, |_, _, c| fits(c)) else {
        return false;
    };
    if let Some(table) = model.tables.get_mut(&key) {
        table.constraints.remove(at);
    }
    true
}

fn choose_index(
    model: &Model,
    random: &mut Random,
    fits: impl Fn(&Index) -> bool,
) -> Option<(Key, usize)> {
    let mut all = vec![];
    for (key, table) in &model.tables {
        let fitting = table.indexes.iter().enumerate().filter(|(_, i)| fits(i));
        all.extend(fitting.map(|(at, _)| (*key, at)));
    }
    random.pick(&all)
}

fn index(
    model: &mut Model,
    random: &mut Random,
    fits: impl Fn(&Index) -> bool,
    apply: impl FnOnce(&mut Index, &mut Random),
) -> bool {
    let Some((key, at)) = choose_index(model, random, fits) else {
        return false;
    };
    let index = model
        .tables
        .get_mut(&key)
        .and_then(|t| t.indexes.get_mut(at));
    index.map(|i| apply(i, random)).is_some()
}
