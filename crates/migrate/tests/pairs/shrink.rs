//! Makes a pair that fails smaller, as long as it fails in the same way.

use std::collections::BTreeMap;

use crate::model::*;
use crate::mutate::Pair;

/// One way to make a pair smaller.
type Smaller = Box<dyn Fn(&mut Model, &mut Model)>;

/// The smallest pair found for which `fails` still holds.
pub fn shrink(pair: Pair, mut fails: impl FnMut(&Pair) -> bool) -> Pair {
    let mut best = pair;
    loop {
        let before = (best.a_sql.clone(), best.b_sql.clone());
        for candidates in [coarse, middle, fine] {
            for smaller in candidates(&best.from, &best.to) {
                let (mut from, mut to) = (best.from.clone(), best.to.clone());
                smaller(&mut from, &mut to);
                from.repair();
                to.repair();
                let pair = Pair::new(from, to, best.mutations.clone());
                let same = pair.a_sql == best.a_sql && pair.b_sql == best.b_sql;
                if !same && fails(&pair) {
                    best = pair;
                }
            }
        }
        if (&best.a_sql, &best.b_sql) == (&before.0, &before.1) {
            return best;
        }
    }
}

/// The same change of both.
fn both(change: impl Fn(&mut Model) + 'static) -> Smaller {
    Box::new(move |from, to| {
        change(from);
        change(to);
    })
}

/// Whole kinds of things at once.
fn coarse(_: &Model, _: &Model) -> Vec<Smaller> {
    vec![
        both(|m| everything(m, |n| n.comment = None)),
        both(|m| everything(m, |n| n.grants.clear())),
        both(|m| everything(m, |n| n.owner = None)),
        both(|m| m.default_privileges.clear()),
        both(|m| m.others.clear()),
        both(|m| m.views.clear()),
        both(|m| m.functions.retain(|_, f| f.shape == Shape::Pure)),
        both(|m| m.functions.clear()),
        both(|m| m.sequences.clear()),
        both(|m| m.tables.values_mut().for_each(|t| t.policies.clear())),
        both(|m| m.tables.values_mut().for_each(|t| t.triggers.clear())),
        both(|m| m.tables.values_mut().for_each(|t| t.rules.clear())),
        both(|m| m.tables.values_mut().for_each(|t| t.indexes.clear())),
        both(|m| m.tables.values_mut().for_each(|t| t.overrides.clear())),
        both(|m| {
            for table in m.tables.values_mut() {
                table.options.clear();
                table.replica = Replica::Default;
                table.row_security = false;
                table.force = false;
                table.clustered = None;
            }
        }),
        both(|m| m.tables.values_mut().for_each(|t| t.rows = 0)),
        both(|m| {
            for column in m.tables.values_mut().flat_map(|t| &mut t.columns) {
                column.comment = None;
                column.grants.clear();
                column.statistics = None;
                column.n_distinct = None;
                column.storage = None;
                column.compression = None;
            }
        }),
    ]
}

fn everything(model: &mut Model, change: impl Fn(&mut Named)) {
    model.schemas.values_mut().for_each(&change);
    model.types.values_mut().for_each(|o| change(&mut o.named));
    model
        .sequences
        .values_mut()
        .for_each(|o| change(&mut o.named));
    model
        .functions
        .values_mut()
        .for_each(|o| change(&mut o.named));
    model.tables.values_mut().for_each(|o| change(&mut o.named));
    model.views.values_mut().for_each(|o| change(&mut o.named));
    model.others.values_mut().for_each(|o| change(&mut o.named));
}

/// Single objects: gone from both, or the same in both.
fn middle(from: &Model, to: &Model) -> Vec<Smaller> {
    let mut all: Vec<Smaller> = vec![];
    macro_rules! objects {
        ($($map:ident),*) => {$(
            let mut keys: Vec<Key> = from.$map.keys().chain(to.$map.keys()).copied().collect();
            keys.sort_unstable();
            keys.dedup();
            for key in keys.into_iter().rev() {
                all.push(both(move |m| {
                    m.$map.remove(&key);
                }));
                if from.$map.get(&key) != to.$map.get(&key) {
                    all.push(Box::new(move |from, to| same(&from.$map, &mut to.$map, key)));
                }
            }
        )*};
    }
    objects!(others, views, functions, tables, sequences, types);
    for key in from.schemas.keys().copied() {
        // What is in it moves to `public`.
        all.push(both(move |m| {
            m.types.values_mut().for_each(|o| leave(&mut o.named, key));
            m.sequences
                .values_mut()
                .for_each(|o| leave(&mut o.named, key));
            m.functions
                .values_mut()
                .for_each(|o| leave(&mut o.named, key));
            m.tables.values_mut().for_each(|o| leave(&mut o.named, key));
            m.views.values_mut().for_each(|o| leave(&mut o.named, key));
            m.others.values_mut().for_each(|o| leave(&mut o.named, key));
            m.schemas.remove(&key);
        }));
    }
    all
}

fn leave(named: &mut Named, schema: Key) {
    if named.schema == schema {
        named.schema = 0;
    }
}

fn same<T: Clone>(from: &BTreeMap<Key, T>, to: &mut BTreeMap<Key, T>, key: Key) {
    match from.get(&key) {
        Some(item) => to.insert(key, item.clone()),
        None => to.remove(&key),
    };
}

/// Parts of objects: gone from both, or the same in both.
fn fine(from: &Model, to: &Model) -> Vec<Smaller> {
    let mut all: Vec<Smaller> = vec![];
    for (key, table) in from.tables.iter().chain(&to.tables) {
        let key = *key;
        macro_rules! parts {
            ($($list:ident),*) => {$(
                for part in &table.$list {
                    let name = part.name.clone();
                    all.push(both(move |m| {
                        if let Some(table) = m.tables.get_mut(&key) {
                            table.$list.retain(|p| p.name != name);
                        }
                    }));
                    let name = part.name.clone();
                    all.push(Box::new(move |from, to| {
                        let part = from.tables.get(&key).and_then(|t| t.$list.iter().find(|p| p.name == name));
                        let list = to.tables.get_mut(&key).map(|t| &mut t.$list);
                        let now = list.and_then(|l| l.iter_mut().find(|p| p.name == name));
                        if let (Some(part), Some(now)) = (part, now) {
                            *now = part.clone();
                        }
                    }));
                }
            )*};
        }
        parts!(policies, triggers, rules, indexes, constraints, columns);
        all.push(both(move |m| {
            if let Some(table) = m.tables.get_mut(&key) {
                table.named.comment = None;
                table.named.owner = None;
                table.named.grants.clear();
                table.options.clear();
                table.overrides.clear();
            }
        }));
        for column in &table.columns {
            let name = column.name.clone();
            all.push(both(move |m| {
                let table = m.tables.get_mut(&key);
                let columns = table.into_iter().flat_map(|t| &mut t.columns);
                for column in columns.filter(|c| c.name == name) {
                    column.comment = None;
                    column.grants.clear();
                    column.not_null = false;
                    column.collate = false;
                    if matches!(column.source, Source::Literal(_)) {
                        column.source = Source::None;
                    }
                }
            }));
        }
    }
    for (key, view) in from.views.iter().chain(&to.views) {
        let key = *key;
        let change = |change: fn(&mut View)| {
            both(move |m: &mut Model| {
                if let Some(view) = m.views.get_mut(&key) {
                    change(view);
                }
            })
        };
        all.push(change(|v| v.join = None));
        all.push(change(|v| v.filter = None));
        all.push(change(|v| v.form = Form::Simple));
        all.push(change(|v| v.indexes.clear()));
        all.push(change(|v| v.triggers.clear()));
        all.push(change(|v| v.rules.clear()));
        all.push(change(|v| v.check_option = None));
        for output in &view.outputs {
            let name = output.name.clone();
            all.push(both(move |m| {
                if let Some(view) = m.views.get_mut(&key) {
                    view.outputs.retain(|o| o.name != name);
                }
            }));
        }
    }
    all
}
