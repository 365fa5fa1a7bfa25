//! Changes of tables as a whole.

use super::{Apply, change, other_of, pick};
use crate::make;
use crate::model::*;
use crate::other::OtherKind;
use crate::random::Random;

pub const ALL: &[(&str, Apply)] = &[
    ("table: add", |m, r| make::plain(m, r)),
    ("table: add a partitioned one", make::partitioned),
    ("table: add a child", make::child),
    ("table: add a foreign one", make::foreign_table),
    ("table: add a typed one", make::typed),
    ("table: drop", |m, r| {
        let keys: Vec<Key> = m
            .tables
            .iter()
            .filter(|(_, t)| !matches!(t.kind, Kind::Partition { .. }))
            .map(|(k, _)| *k)
            .collect();
        let Some(key) = r.pick(&keys) else {
            return false;
        };
        m.tables.remove(&key);
        true
    }),
    ("partition: add", |m, r| {
        let Some(key) = pick(&m.tables, r, |t| t.by.is_some()) else {
            return false;
        };
        make::partition(m, r, key, false)
    }),
    ("partition: drop", |m, r| {
        let Some(key) = free_partition(m, r) else {
            return false;
        };
        lose_home(m, key);
        m.tables.remove(&key);
        true
    }),
    ("partition: detach", detach),
    ("partition: bound", |m, r| {
        let Some(key) = pick(&m.tables, r, |t| {
            matches!(
                &t.kind,
                Kind::Partition {
                    home: false,
                    bound: Bound::Range(..) | Bound::List(_),
                    ..
                }
            )
        }) else {
            return false;
        };
        let value = format!("y{}", m.key());
        let Some(Table {
            kind: Kind::Partition { bound, parent, .. },
            ..
        }) = m.tables.get_mut(&key)
        else {
            return false;
        };
        let parent = *parent;
        match bound {
            Bound::Range(from, to) => match to {
                Some(end) if *end == *from + 1 => *to = None,
                _ => *to = Some(*from + 1),
            },
            Bound::List(values) => values.push(value),
            _ => return false,
        }
        // No two partitions may overlap: only the last can go on without end.
        let open = m
            .partitions(parent)
            .iter()
            .filter(|k| {
                matches!(
                    &m.tables[k].kind,
                    Kind::Partition {
                        bound: Bound::Range(..),
                        ..
                    }
                )
            })
            .max()
            .copied();
        open == Some(key)
            || matches!(
                &m.tables[&key].kind,
                Kind::Partition {
                    bound: Bound::List(_),
                    ..
                }
            )
    }),
    ("partition: values of a column", |m, r| {
        let heir = |t: &Table| matches!(t.kind, Kind::Partition { .. } | Kind::Child(_));
        let Some(key) = pick(&m.tables, r, heir) else {
            return false;
        };
        let columns: Vec<Column> = m.columns(key);
        let own: Vec<String> = m.tables[&key]
            .columns
            .iter()
            .map(|c| c.name.clone())
            .collect();
        let columns: Vec<Column> = columns
            .into_iter()
            .filter(|c| !own.contains(&c.name) && !c.is_generated())
            .collect();
        let Some(column) = r.pick(&columns) else {
            return false;
        };
        let Some(table) = m.tables.get_mut(&key) else {
            return false;
        };
        if table.overrides.remove(&column.name).is_none() {
            let said = Override {
                default: Some(r.number(9)),
                comment: make::comment(r),
                statistics: r.chance(30).then(|| r.number(90)),
            };
            table.overrides.insert(column.name, said);
        }
        true
    }),
    ("table: to partitioned", to_partitioned),
    ("child: no inherit", |m, r| {
        let Some(key) = pick(&m.tables, r, |t| matches!(t.kind, Kind::Child(_))) else {
            return false;
        };
        if !m.children(key).is_empty() {
            return false;
        }
        let columns = m.columns(key);
        if columns.iter().any(Column::is_generated) {
            return false;
        }
        if let Some(table) = m.tables.get_mut(&key) {
            table.kind = Kind::Plain;
            table.columns = columns.into_iter().map(loose).collect();
            table.overrides.clear();
        }
        true
    }),
    ("table: unlogged", |m, r| {
        let fits = |t: &Table| t.kind == Kind::Plain && t.by.is_none();
        change(&mut m.tables, r, fits, |t, _| t.unlogged = !t.unlogged)
    }),
    ("table: storage parameters", |m, r| {
        let fits = |t: &Table| !matches!(t.kind, Kind::Foreign(_)) && t.by.is_none();
        change(&mut m.tables, r, fits, |t, r| {
            let name = r.one_of(&[
                "fillfactor",
                "autovacuum_enabled",
                "autovacuum_vacuum_scale_factor",
            ]);
            if t.options.remove(name).is_none() || r.chance(50) {
                let value = if name == "fillfactor" {
                    30 + r.number(60)
                } else {
                    r.number(8) + 1
                };
                t.options.insert(name, value);
            }
        })
    }),
    ("table: replica identity", |m, r| {
        let fits = |t: &Table| !matches!(t.kind, Kind::Foreign(_)) && t.by.is_none();
        change(&mut m.tables, r, fits, |t, r| {
            let index = make::replica(t, r);
            t.replica = other_of(
                &t.replica,
                &[Replica::Default, Replica::Full, Replica::Nothing, index],
                r,
            );
        })
    }),
    ("table: cluster", |m, r| {
        let fits = |t: &Table| t.by.is_none() && t.indexes.iter().any(make::clusterable);
        change(&mut m.tables, r, fits, |t, r| {
            let indexes = t.indexes.iter().filter(|i| make::clusterable(i));
            let mut all: Vec<_> = indexes.map(|i| Some(i.name.clone())).collect();
            all.push(None);
            t.clustered = other_of(&t.clustered, &all, r);
        })
    }),
    ("table: row security", |m, r| {
        let fits = |t: &Table| !matches!(t.kind, Kind::Foreign(_));
        change(&mut m.tables, r, fits, |t, _| {
            t.row_security = !t.row_security
        })
    }),
    ("table: force row security", |m, r| {
        let fits = |t: &Table| !matches!(t.kind, Kind::Foreign(_));
        change(&mut m.tables, r, fits, |t, _| t.force = !t.force)
    }),
    ("table: access method", |m, r| {
        if !m.others.values().any(|o| o.kind == OtherKind::TableMethod) {
            make::other(m, r, OtherKind::TableMethod);
        }
        let method = pick(&m.others, r, |o| o.kind == OtherKind::TableMethod);
        let fits = |t: &Table| t.kind == Kind::Plain && t.by.is_none();
        change(&mut m.tables, r, fits, |t, _| {
            t.method = if t.method.is_some() { None } else { method };
        })
    }),
    ("table: privileges of the owner", |m, r| {
        let fits = |t: &Table| t.named.owner.is_some() && !matches!(t.kind, Kind::Foreign(_));
        change(&mut m.tables, r, fits, |t, _| t.given_up = !t.given_up)
    }),
];

/// A partition that can go: nobody refers to the rows in it.
fn free_partition(model: &Model, random: &mut Random) -> Option<Key> {
    let keys: Vec<Key> = model
        .tables
        .iter()
        .filter(|(key, t)| match &t.kind {
            Kind::Partition { home, .. } => {
                let root = model.root(**key);
                !home || (!model.is_referenced(root) && !model.is_referenced(**key))
            }
            _ => false,
        })
        .map(|(key, _)| *key)
        .collect();
    random.pick(&keys)
}

fn lose_home(model: &mut Model, key: Key) {
    let root = model.root(key);
    if matches!(model.tables[&key].kind, Kind::Partition { home: true, .. })
        && let Some(root) = model.tables.get_mut(&root)
    {
        root.lost_home = true;
    }
}

/// The column as a table of its own has it.
fn loose(column: Column) -> Column {
    Column {
        source: match column.source {
            Source::Identity { .. } | Source::Serial => Source::None,
            source => source,
        },
        not_null: column.not_null,
        ..column
    }
}

fn detach(model: &mut Model, random: &mut Random) -> bool {
    let Some(key) = free_partition(model, random) else {
        return false;
    };
    let columns = model.columns(key);
    if columns.iter().any(Column::is_generated) || model.tables[&key].by.is_some() {
        return false;
    }
    let rows = model.rows(key);
    lose_home(model, key);
    let Some(table) = model.tables.get_mut(&key) else {
        return false;
    };
    let Kind::Partition { bound, home, .. } = &table.kind else {
        return false;
    };
    let whole = *home && !matches!(bound, Bound::Hash(..));
    // Some of the rows may be in it; nobody is to refer to them.
    table.rows = if whole { rows } else { 0 };
    table.lost_home = true;
    table.kind = Kind::Plain;
    table.overrides.clear();
    table.columns = columns
        .into_iter()
        .map(|c| Column {
            fresh: !whole,
            ..loose(c)
        })
        .collect();
    true
}

/// Makes a plain table one that is partitioned by its key.
fn to_partitioned(model: &mut Model, random: &mut Random) -> bool {
    let keys: Vec<Key> = model
        .tables
        .iter()
        .filter(|(key, t)| {
            t.kind == Kind::Plain
                && t.by.is_none()
                && model.children(**key).is_empty()
                && !t.unlogged
        })
        .filter(|(_, t)| {
            t.columns
                .iter()
                .all(|c| !matches!(c.source, Source::Identity { .. } | Source::Serial))
        })
        .filter(|(key, t)| {
            t.columns.first().is_some_and(|c| {
                c.ty == crate::values::Ty::Int && c.not_null && !c.fresh && !c.retyped
            }) && !model.is_referenced(**key)
        })
        .map(|(key, _)| *key)
        .collect();
    let Some(key) = random.pick(&keys) else {
        return false;
    };
    let Some(table) = model.tables.get_mut(&key) else {
        return false;
    };
    table.by = Some(By {
        strategy: "RANGE",
        column: table.columns[0].name.clone(),
    });
    table.options.clear();
    table.replica = Replica::Default;
    table.clustered = None;
    make::partition(model, random, key, true) && make::partition(model, random, key, false)
}
