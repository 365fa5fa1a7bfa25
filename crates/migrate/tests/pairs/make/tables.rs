//! Makers of tables: plain, partitioned, inheriting, foreign and typed.

use std::collections::BTreeMap;

use super::{
    TABLE_PRIVILEGES, check, column, comment, exclusion, foreign, index, named, policy, primary,
    rule, trigger, unique,
};
use crate::model::*;
use crate::other::OtherKind;
use crate::random::Random;
use crate::values::Ty;

fn new(model: &mut Model, random: &mut Random, kind: Kind) -> Table {
    let mut options = BTreeMap::new();
    if random.chance(20) {
        options.insert("fillfactor", 50 + random.number(50));
    }
    if random.chance(15) {
        options.insert("autovacuum_enabled", random.number(2));
    }
    if random.chance(10) {
        options.insert("autovacuum_vacuum_scale_factor", random.number(9) + 1);
    }
    let rows = match model.changing {
        true => 0,
        false => random.one_of(&[0, 3, 3, 3]),
    };
    Table {
        named: named(model, random, "t", &TABLE_PRIVILEGES),
        kind,
        by: None,
        columns: vec![],
        constraints: vec![],
        indexes: vec![],
        triggers: vec![],
        rules: vec![],
        policies: vec![],
        rows,
        unlogged: false,
        options,
        replica: Replica::Default,
        clustered: None,
        row_security: random.chance(10),
        force: random.chance(5),
        method: None,
        given_up: random.chance(15),
        lost_home: false,
        overrides: BTreeMap::new(),
    }
}

fn insert(model: &mut Model, table: Table) -> Key {
    let key = model.key();
    model.tables.insert(key, table);
    key
}

pub fn plain(model: &mut Model, random: &mut Random) -> bool {
    let mut table = new(model, random, Kind::Plain);
    table.unlogged = random.chance(12);
    let methods = model
        .others
        .iter()
        .filter(|(_, o)| o.kind == OtherKind::TableMethod);
    let methods: Vec<Key> = methods.map(|(k, _)| *k).collect();
    if random.chance(30) {
        table.method = random.pick(&methods);
    }
    table.columns.push(key_column(model, Ty::Int));
    if random.chance(30) {
        table.columns.push(key_column(model, Ty::Int4range));
        table.columns.push(key_column(model, Ty::Tstzrange));
    }
    let key = insert(model, table);
    for _ in 0..random.between(2, 6) {
        column(model, random, key);
    }
    if random.chance(75) {
        primary(model, random, key);
    }
    true
}

fn key_column(model: &mut Model, ty: Ty) -> Column {
    let name = model.name("c");
    Column {
        not_null: true,
        ..Column::new(&name, ty)
    }
}

pub fn partitioned(model: &mut Model, random: &mut Random) -> bool {
    let (strategy, ty) = random.one_of(&[
        ("RANGE", Ty::Int),
        ("RANGE", Ty::Date),
        ("LIST", Ty::Text),
        ("HASH", Ty::Int),
    ]);
    let mut table = new(model, random, Kind::Plain);
    table.options.clear();
    let by = key_column(model, ty);
    table.by = Some(By {
        strategy,
        column: by.name.clone(),
    });
    table.columns.push(by);
    let key = insert(model, table);
    for _ in 0..random.between(2, 4) {
        column(model, random, key);
    }
    for home in [true, false] {
        partition(model, random, key, home);
    }
    if strategy != "HASH" && random.chance(50) {
        partition(model, random, key, false);
    }
    if random.chance(60) {
        primary(model, random, key);
    }
    if random.chance(30) {
        unique(model, random, key);
    }
    true
}

/// Adds a partition; `home` is one that rows belong into.
pub fn partition(model: &mut Model, random: &mut Random, parent: Key, home: bool) -> bool {
    let Some(by) = model.tables.get(&parent).and_then(|t| t.by.clone()) else {
        return false;
    };
    let siblings: Vec<Bound> = model
        .partitions(parent)
        .iter()
        .filter_map(|k| match &model.tables[k].kind {
            Kind::Partition { bound, .. } => Some(bound.clone()),
            _ => None,
        })
        .collect();
    let number = siblings.len() as u32;
    let identity = model
        .columns(parent)
        .iter()
        .any(|c| matches!(c.source, Source::Identity { .. }));
    let mut by_default = !home && random.chance(30) && !siblings.contains(&Bound::Default);
    let bound = match by.strategy {
        "HASH" => {
            by_default = false;
            let free = (0..2).find(|r| !siblings.contains(&Bound::Hash(2, *r)));
            match free {
                Some(remainder) => Bound::Hash(2, remainder),
                None => return false,
            }
        }
        "LIST" if home => Bound::List(vec!["1".into(), "2".into(), "3".into()]),
        "LIST" => Bound::List(vec![format!("x{number}"), format!("it's {}", model.key())]),
        _ if home => Bound::Range(0, Some(1)),
        _ => {
            let ends: Option<Vec<u32>> = siblings
                .iter()
                .filter(|b| **b != Bound::Default)
                .map(|b| match b {
                    Bound::Range(_, Some(to)) => Some(*to),
                    _ => None,
                })
                .collect();
            match ends {
                Some(ends) => {
                    let from = ends.into_iter().max().unwrap_or(1);
                    Bound::Range(from, (!random.chance(15)).then_some(from + 1))
                }
                None if by_default => Bound::Default,
                None => return false,
            }
        }
    };
    let bound = if by_default { Bound::Default } else { bound };
    // Rows of hash partitions belong into all of them.
    let home = home || by.strategy == "HASH";
    let kind = Kind::Partition {
        parent,
        bound,
        home,
        attached: !identity && random.chance(30),
    };
    let mut table = new(model, random, kind.clone());
    table.rows = 0;
    let below = random.chance(20) && model.root(parent) == parent && by.strategy != "HASH";
    if below {
        table.by = Some(By {
            strategy: "HASH",
            column: by.column.clone(),
        });
        table.options.clear();
    }
    let columns = model.columns(parent);
    if random.chance(40)
        && let Some(column) = random.pick(&columns)
        && !column.is_generated()
    {
        let plain = matches!(column.source, Source::None | Source::Literal(_));
        let said = Override {
            default: (plain && random.chance(50)).then(|| random.number(9)),
            comment: comment(random),
            statistics: random.chance(30).then(|| random.number(90)),
        };
        table.overrides.insert(column.name, said);
    }
    let key = insert(model, table);
    if below {
        for _ in 0..2 {
            partition(model, random, key, home);
        }
    }
    true
}

pub fn child(model: &mut Model, random: &mut Random) -> bool {
    let parents: Vec<Key> = model
        .tables
        .iter()
        .filter(|(_, t)| matches!(t.kind, Kind::Plain | Kind::Child(_)) && t.by.is_none())
        .filter(|(_, t)| t.triggers.iter().all(|t| !t.transition))
        .map(|(k, _)| *k)
        .collect();
    let Some(parent) = random.pick(&parents) else {
        return false;
    };
    let mut all = vec![parent];
    if random.chance(25)
        && let Some(second) = random.pick(&parents)
        && second != parent
        && matches!(model.tables[&second].kind, Kind::Plain)
        && matches!(model.tables[&parent].kind, Kind::Plain)
    {
        all.push(second);
    }
    let mut table = new(model, random, Kind::Child(all));
    let columns = model.columns(parent);
    if random.chance(50)
        && let Some(column) = random.pick(&columns)
        && matches!(column.source, Source::None | Source::Literal(_))
    {
        let said = Override {
            default: Some(random.number(9)),
            comment: comment(random),
            statistics: None,
        };
        table.overrides.insert(column.name, said);
    }
    let key = insert(model, table);
    for _ in 0..random.below(3) {
        column_of(model, random, key);
    }
    true
}

fn column_of(model: &mut Model, random: &mut Random, key: Key) {
    column(model, random, key);
}

pub fn foreign_table(model: &mut Model, random: &mut Random) -> bool {
    let servers = |model: &Model| -> Vec<Key> {
        let others = model.others.iter();
        others
            .filter(|(_, o)| o.kind == OtherKind::Server)
            .map(|(k, _)| *k)
            .collect()
    };
    if servers(model).is_empty() {
        super::other(model, random, OtherKind::Server);
    }
    let Some(server) = random.pick(&servers(model)) else {
        return false;
    };
    let mut table = new(model, random, Kind::Foreign(server));
    table.rows = 0;
    table.options.clear();
    table.row_security = false;
    table.force = false;
    let key = insert(model, table);
    for _ in 0..random.between(2, 4) {
        column(model, random, key);
    }
    true
}

pub fn typed(model: &mut Model, random: &mut Random) -> bool {
    let types: Vec<Key> = model
        .types
        .iter()
        .filter(|(_, t)| matches!(t.kind, TypeKind::Composite(_)))
        .map(|(k, _)| *k)
        .collect();
    let Some(of) = random.pick(&types) else {
        return false;
    };
    let mut table = new(model, random, Kind::Typed(of));
    table.rows = table.rows.min(1);
    insert(model, table);
    true
}

/// Gives a table some of the parts that tables have.
pub fn furnish(model: &mut Model, random: &mut Random, key: Key) {
    for _ in 0..random.below(3) {
        check(model, random, key);
    }
    if random.chance(40) {
        unique(model, random, key);
    }
    if random.chance(25) {
        exclusion(model, random, key);
    }
    if random.chance(60) {
        foreign(model, random, key);
    }
    for _ in 0..random.below(4) {
        index(model, random, key);
    }
    for _ in 0..random.below(3) {
        trigger(model, random, key);
    }
    if random.chance(20) {
        rule(model, random, key);
    }
    for _ in 0..random.below(3) {
        if random.chance(50) {
            policy(model, random, key);
        }
    }
    let Some(table) = model.tables.get_mut(&key) else {
        return;
    };
    let foreign = matches!(table.kind, Kind::Foreign(_));
    if !foreign && table.by.is_none() {
        table.replica = replica(table, random);
        let indexes = table.indexes.iter().filter(|i| clusterable(i));
        let indexes: Vec<String> = indexes.map(|i| i.name.clone()).collect();
        if random.chance(25) {
            table.clustered = random.pick(&indexes);
        }
    }
}

/// CLUSTER ON takes no partial index.
pub fn clusterable(index: &Index) -> bool {
    index.predicate.is_none() && matches!(index.method, "btree" | "gist")
}

pub fn replica(table: &Table, random: &mut Random) -> Replica {
    let usable = |i: &&Index| {
        i.unique
            && i.predicate.is_none()
            && i.elements.iter().all(|e| {
                let column = table.columns.iter().find(|c| c.name == e.expr.column);
                column.is_some_and(|c| c.not_null)
            })
    };
    let index = table
        .indexes
        .iter()
        .find(usable)
        .map(|i| Replica::Index(i.name.clone()));
    match random.below(6) {
        0 => Replica::Full,
        1 => Replica::Nothing,
        2 | 3 => index.unwrap_or(Replica::Default),
        _ => Replica::Default,
    }
}
