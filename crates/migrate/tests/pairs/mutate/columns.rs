//! Changes of columns.

use super::{Apply, other_of, pick, recomment};
use crate::make;
use crate::model::*;
use crate::random::Random;
use crate::values::{Class, Ty};

pub const ALL: &[(&str, Apply)] = &[
    ("column: add", add),
    ("column: add another", add),
    ("column: drop", |m, r| {
        let Some((key, name)) = choose(m, r, droppable) else {
            return false;
        };
        if let Some(table) = m.tables.get_mut(&key) {
            table.columns.retain(|c| c.name != name);
        }
        true
    }),
    ("column: replace by another", |m, r| {
        let Some((key, name)) = choose(m, r, droppable) else {
            return false;
        };
        if let Some(table) = m.tables.get_mut(&key) {
            table.columns.retain(|c| c.name != name);
        }
        make::column(m, r, key)
    }),
    ("column: type", retype),
    ("column: another type", retype),
    ("column: set not null", |m, r| {
        let Some((key, name)) = choose(m, r, |m, k, c| {
            let absent = c.fresh && make::heirs_rows(m, k) > 0 && c.source == Source::None;
            !c.not_null && !c.nulls && !absent && !c.is_generated()
        }) else {
            return false;
        };
        edit(m, key, &name, |c| c.not_null = true)
    }),
    ("column: drop not null", |m, r| {
        let Some((key, name)) = choose(m, r, |_, _, c| {
            c.not_null && !matches!(c.source, Source::Identity { .. } | Source::Serial)
        }) else {
            return false;
        };
        let keyed = m.tables[&key].constraints.iter().any(|c| match &c.kind {
            ConstraintKind::Primary { columns, .. } => columns.contains(&name),
            _ => false,
        });
        !keyed && edit(m, key, &name, |c| c.not_null = false)
    }),
    ("column: name of not null", |m, r| {
        if m.target < 18 {
            return false;
        }
        let constraint = m.name("n");
        let Some((key, name)) = choose(m, r, |_, _, c| c.not_null) else {
            return false;
        };
        edit(m, key, &name, |c| {
            c.not_null_name = if c.not_null_name.is_some() {
                None
            } else {
                Some(constraint)
            };
        })
    }),
    ("column: default", |m, r| {
        let Some((key, name)) = choose(m, r, |_, _, c| {
            matches!(
                c.source,
                Source::None
                    | Source::Literal(_)
                    | Source::Now
                    | Source::Call(..)
                    | Source::Next(_)
            )
        }) else {
            return false;
        };
        let number = r.number(9);
        edit(m, key, &name, |c| {
            c.source = match &c.source {
                Source::None => Source::Literal(number),
                Source::Literal(old) if number > 3 => Source::Literal((old + 1) % 9),
                _ => Source::None,
            };
        })
    }),
    ("column: identity or serial", |m, r| {
        let Some((key, name)) = choose(m, r, |m, k, c| {
            let table = &m.tables[&k];
            let heir = matches!(table.kind, Kind::Plain) && table.by.is_none();
            heir && c.ty.class(m) == Class::Integer && !c.nulls && !c.is_generated()
        }) else {
            return false;
        };
        let sources = [
            Source::None,
            Source::Serial,
            Source::Identity {
                always: true,
                start: 1,
                increment: 1,
            },
            Source::Identity {
                always: false,
                start: 20,
                increment: 2,
            },
        ];
        let now = column(m, key, &name).source;
        let source = other_of(&now, &sources, r);
        edit(m, key, &name, |c| {
            c.not_null |= c.is_required();
            c.source = source;
        })
    }),
    ("column: options of identity", |m, r| {
        let Some((key, name)) = choose(m, r, |_, _, c| matches!(c.source, Source::Identity { .. }))
        else {
            return false;
        };
        let which = r.below(3);
        edit(m, key, &name, |c| {
            if let Source::Identity {
                always,
                start,
                increment,
            } = &mut c.source
            {
                match which {
                    0 => *always = !*always,
                    1 => *start += 10,
                    _ => *increment += 1,
                }
            }
        })
    }),
    ("column: default of another kind", |m, r| {
        let Some((key, name)) = choose(m, r, |m, k, c| {
            let simple = matches!(
                c.source,
                Source::None
                    | Source::Literal(_)
                    | Source::Now
                    | Source::Call(..)
                    | Source::Next(_)
            );
            simple && m.tables[&k].kind == Kind::Plain && !c.nulls
        }) else {
            return false;
        };
        let ty = column(m, key, &name).ty;
        let source = make::source(m, r, key, &ty);
        edit(m, key, &name, |c| c.source = source)
    }),
    ("column: expression of a generated one", |m, r| {
        let Some((key, name)) = choose(m, r, |_, _, c| c.is_generated()) else {
            return false;
        };
        edit(m, key, &name, |c| {
            if let Source::Stored(expr) | Source::Virtual(expr) = &mut c.source {
                expr.number += 1;
            }
        })
    }),
    ("column: no longer generated", |m, r| {
        let Some((key, name)) = choose(m, r, |_, _, c| c.is_generated()) else {
            return false;
        };
        edit(m, key, &name, |c| {
            c.source = Source::None;
            // What was computed may be NULL.
            c.nulls = true;
        })
    }),
    ("column: generated now", |m, r| {
        let Some((key, name)) = choose(m, r, |m, k, c| {
            m.tables[&k].kind == Kind::Plain
                && !c.is_generated()
                && droppable(m, k, c)
                && !m.swapped
        }) else {
            return false;
        };
        let Some((source, ty)) = make::generated(m, r, key) else {
            return false;
        };
        let (Source::Stored(expr) | Source::Virtual(expr)) = &source else {
            return false;
        };
        if expr.column == name {
            return false;
        }
        // Other generated columns cannot name it any more.
        let named = m.tables[&key].columns.iter().any(|c| match &c.source {
            Source::Stored(e) | Source::Virtual(e) => e.column == name,
            _ => false,
        });
        !named
            && edit(m, key, &name, |c| {
                c.source = source;
                c.ty = ty;
                c.not_null = false;
                c.nulls = false;
            })
    }),
    ("column: stored or virtual", |m, r| {
        if m.target < 18 {
            return false;
        }
        let Some((key, name)) = choose(m, r, |_, _, c| match &c.source {
            Source::Stored(e) | Source::Virtual(e) => e.calls().is_none(),
            _ => false,
        }) else {
            return false;
        };
        edit(m, key, &name, |c| {
            c.source = match c.source.clone() {
                Source::Stored(expr) => Source::Virtual(expr),
                Source::Virtual(expr) => Source::Stored(expr),
                source => source,
            };
        })
    }),
    ("column: collation", |m, r| {
        let Some((key, name)) = choose(m, r, |_, _, c| c.ty.is_text() && !c.is_generated()) else {
            return false;
        };
        edit(m, key, &name, |c| c.collate = !c.collate)
    }),
    ("column: storage", |m, r| {
        let Some((key, name)) = choose(m, r, |m, k, c| c.ty == Ty::Text && !remote(m, k)) else {
            return false;
        };
        let now = column(m, key, &name).storage;
        let storage = other_of(&now, &[None, Some("EXTERNAL"), Some("MAIN")], r);
        edit(m, key, &name, |c| c.storage = storage)
    }),
    ("column: compression", |m, r| {
        let Some((key, name)) = choose(m, r, |m, k, c| {
            c.ty == Ty::Text && !remote(m, k) && !c.is_virtual()
        }) else {
            return false;
        };
        edit(m, key, &name, |c| {
            c.compression = if c.compression.is_some() {
                None
            } else {
                Some("pglz")
            }
        })
    }),
    ("column: statistics", |m, r| {
        let Some((key, name)) = choose(m, r, |_, _, _| true) else {
            return false;
        };
        let now = column(m, key, &name).statistics;
        let statistics = other_of(&now, &[None, Some(0), Some(200)], r);
        edit(m, key, &name, |c| c.statistics = statistics)
    }),
    ("column: options", |m, r| {
        let Some((key, name)) = choose(m, r, |m, k, _| !remote(m, k)) else {
            return false;
        };
        let now = column(m, key, &name).n_distinct;
        let n_distinct = other_of(&now, &[None, Some(5), Some(6)], r);
        edit(m, key, &name, |c| c.n_distinct = n_distinct)
    }),
    ("column: foreign options", |m, r| {
        let Some((key, name)) = choose(m, r, |m, k, _| remote(m, k)) else {
            return false;
        };
        let now = column(m, key, &name).remote;
        let option = other_of(&now, &[None, Some(1), Some(2)], r);
        edit(m, key, &name, |c| c.remote = option)
    }),
    ("column: comment", |m, r| {
        let Some((key, name)) = choose(m, r, |_, _, _| true) else {
            return false;
        };
        let mut comment = column(m, key, &name).comment;
        recomment(&mut comment, r);
        edit(m, key, &name, |c| c.comment = comment)
    }),
    ("column: grants", |m, r| {
        let Some((key, name)) = choose(m, r, |_, _, _| true) else {
            return false;
        };
        let privilege = r.one_of(&["SELECT", "UPDATE", "INSERT", "REFERENCES"]);
        edit(m, key, &name, |c| {
            let grant = (READER, privilege);
            if c.grants.is_empty() {
                c.grants.insert(grant);
            } else {
                c.grants.pop_first();
            }
        })
    }),
    ("column: order", |m, r| {
        let Some(key) = pick(&m.tables, r, |t| {
            t.columns.len() > 2 && t.kind == Kind::Plain
        }) else {
            return false;
        };
        if m.has_heirs(key) {
            return false;
        }
        if let Some(table) = m.tables.get_mut(&key) {
            let last = table.columns.len() - 1;
            table.columns.swap(last - 1, last);
        }
        true
    }),
];

fn add(model: &mut Model, random: &mut Random) -> bool {
    let own = |t: &Table| !matches!(t.kind, Kind::Partition { .. } | Kind::Typed(_));
    let Some(key) = pick(&model.tables, random, own) else {
        return false;
    };
    make::column(model, random, key)
}

fn retype(model: &mut Model, random: &mut Random) -> bool {
    let Some((key, name)) = choose(model, random, |m, k, c| {
        let keyed = m.is_partition_key(k, &c.name);
        let late = c.fresh && make::heirs_rows(m, k) > 0;
        !keyed && !late && !c.retyped && !c.is_generated() && !targets(m, c).is_empty()
    }) else {
        return false;
    };
    let column = column(model, key, &name);
    let target = random.one_of(&targets(model, &column));
    edit(model, key, &name, |c| {
        c.ty = target;
        c.retyped = true;
    })
}

fn targets(model: &Model, column: &Column) -> Vec<Ty> {
    let numbered = matches!(
        column.source,
        Source::Identity { .. } | Source::Serial | Source::Next(_) | Source::Call(..)
    );
    let mut targets = column.ty.castable(model);
    if numbered {
        targets.retain(|t| t.class(model) == Class::Integer);
    }
    if model.swapped {
        // The other way round the values must be castable too.
        let same = |t: &Ty| {
            let (a, b) = (t.class(model), column.ty.class(model));
            let number = |c| matches!(c, Class::Integer | Class::Number);
            a == b && a != Class::Other || number(a) && number(b)
        };
        targets.retain(same);
    }
    targets
}

fn remote(model: &Model, key: Key) -> bool {
    matches!(model.tables[&key].kind, Kind::Foreign(_))
}

/// The other way round, the column is added: rows must be able to do without a value.
fn droppable(model: &Model, key: Key, column: &Column) -> bool {
    if model.is_partition_key(key, &column.name) {
        return false;
    }
    if !model.swapped || make::heirs_rows(model, key) == 0 {
        return true;
    }
    let named = |c: &Constraint| match &c.kind {
        ConstraintKind::Primary { columns, .. }
        | ConstraintKind::Unique { columns, .. }
        | ConstraintKind::Foreign { columns, .. } => columns.contains(&column.name),
        ConstraintKind::Exclude { elements, .. } => elements.iter().any(|e| e.0 == column.name),
        ConstraintKind::Check { .. } => false,
    };
    let target = model
        .tables
        .values()
        .flat_map(|t| &t.constraints)
        .any(|c| match &c.kind {
            ConstraintKind::Foreign { target_columns, .. } => target_columns.contains(&column.name),
            _ => false,
        });
    let mut tables = vec![key];
    tables.extend(model.children(key));
    let keyed = tables.iter().any(|k| {
        let table = &model.tables[k];
        let index = |i: &Index| i.unique && i.elements.iter().any(|e| e.expr.column == column.name);
        table.constraints.iter().any(named) || table.indexes.iter().any(index)
    });
    let generated = column.is_generated() || column.source != Source::None;
    !keyed
        && !target
        && (generated || !column.is_required())
        && !model.is_not_null_domain(&column.ty)
}

/// A column that a table says itself.
fn choose(
    model: &Model,
    random: &mut Random,
    fits: impl Fn(&Model, Key, &Column) -> bool,
) -> Option<(Key, String)> {
    let mut columns = vec![];
    for (key, table) in &model.tables {
        let fitting = table.columns.iter().filter(|c| fits(model, *key, c));
        columns.extend(fitting.map(|c| (*key, c.name.clone())));
    }
    random.pick(&columns)
}

fn column(model: &Model, key: Key, name: &str) -> Column {
    let column = model.tables[&key].columns.iter().find(|c| c.name == name);
    column.cloned().unwrap()
}

fn edit(model: &mut Model, key: Key, name: &str, apply: impl FnOnce(&mut Column)) -> bool {
    let columns = model.tables.get_mut(&key).map(|t| &mut t.columns);
    let column = columns.and_then(|c| c.iter_mut().find(|c| c.name == name));
    column.map(apply).is_some()
}
