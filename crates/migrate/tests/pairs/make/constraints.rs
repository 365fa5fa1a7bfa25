//! Makers of constraints. Rows satisfy all of them, those of A and those that B adds.

use super::comment;
use crate::expression::{Expr, Form, conditions};
use crate::model::*;
use crate::random::Random;
use crate::values::{Class, Ty};

impl Model {
    /// The columns can be part of a key: rows have different values in them.
    pub fn key_columns(&self, key: Key) -> Vec<Column> {
        let filled = self.changing && super::columns::heirs_rows(self, key) > 0;
        let columns = self.columns(key).into_iter();
        columns
            .filter(|c| c.ty.is_distinct() && !c.is_generated())
            .filter(|c| !(filled && (c.fresh || c.retyped)))
            .collect()
    }

    /// Columns that every key of the table must have.
    pub fn needed_in_keys(&self, key: Key) -> Vec<String> {
        let root = self.root(key);
        let mut needed: Vec<String> = vec![];
        for (k, table) in &self.tables {
            if let Some(by) = &table.by
                && self.root(*k) == root
                && !needed.contains(&by.column)
            {
                needed.push(by.column.clone());
            }
        }
        needed
    }

    fn put(&mut self, key: Key, constraint: Constraint) -> bool {
        if let Some(table) = self.tables.get_mut(&key) {
            table.constraints.push(constraint);
        }
        true
    }
}

impl Table {
    /// The columns are those of a key WITHOUT OVERLAPS, which other keys cannot refer to.
    pub fn is_temporal(&self, columns: &[String]) -> bool {
        self.constraints.iter().any(|c| match &c.kind {
            ConstraintKind::Primary {
                columns: key,
                without_overlaps: true,
                ..
            } => key.iter().all(|k| columns.contains(k)),
            _ => false,
        })
    }
}

fn new(model: &mut Model, random: &mut Random, kind: ConstraintKind) -> Constraint {
    Constraint {
        name: model.name("k"),
        kind,
        deferrable: 0,
        validated: true,
        enforced: true,
        comment: comment(random),
    }
}

fn can_have_keys(model: &Model, key: Key) -> bool {
    let kind = model.tables.get(&key).map(|t| &t.kind);
    matches!(kind, Some(Kind::Plain | Kind::Child(_) | Kind::Typed(_)))
}

pub fn primary(model: &mut Model, random: &mut Random, key: Key) -> bool {
    let there = |c: &Constraint| matches!(c.kind, ConstraintKind::Primary { .. });
    if !can_have_keys(model, key) || model.tables[&key].constraints.iter().any(there) {
        return false;
    }
    let candidates: Vec<Column> = model
        .key_columns(key)
        .into_iter()
        .filter(|c| !c.nulls)
        .collect();
    let mut columns = model.needed_in_keys(key);
    let plain = model.tables[&key].by.is_none();
    let temporal = |ty: &Ty| {
        candidates
            .iter()
            .find(|c| c.ty == *ty)
            .map(|c| c.name.clone())
    };
    let (room, during) = (temporal(&Ty::Int4range), temporal(&Ty::Tstzrange));
    let mut without_overlaps = false;
    if let (Some(room), Some(during)) = (room, during)
        && plain
        && model.target >= 18
    {
        columns = vec![room, during];
        without_overlaps = true;
    } else {
        let more: Vec<String> = candidates
            .iter()
            .map(|c| c.name.clone())
            .filter(|c| !columns.contains(c))
            .collect();
        if columns.is_empty() {
            columns.extend(random.pick(&more));
        }
        if random.chance(40)
            && let Some(second) = random.pick(&more)
            && !columns.contains(&second)
        {
            columns.push(second);
        }
    }
    if columns.is_empty()
        || columns
            .iter()
            .any(|c| !candidates.iter().any(|d| d.name == *c))
    {
        return false;
    }
    let include = include(model, random, key, &columns);
    let kind = ConstraintKind::Primary {
        columns,
        include: if without_overlaps { vec![] } else { include },
        fillfactor: random.chance(15).then(|| 50 + random.number(50)),
        without_overlaps,
    };
    let constraint = new(model, random, kind);
    model.put(key, constraint)
}

fn include(model: &Model, random: &mut Random, key: Key, but: &[String]) -> Vec<String> {
    let columns = model.columns(key);
    let others: Vec<_> = columns
        .iter()
        .filter(|c| !but.contains(&c.name) && !c.is_virtual())
        .map(|c| c.name.clone())
        .collect();
    match random.chance(15) {
        true => random.pick(&others).into_iter().collect(),
        false => vec![],
    }
}

pub fn unique(model: &mut Model, random: &mut Random, key: Key) -> bool {
    if !can_have_keys(model, key) {
        return false;
    }
    let mut columns = model.needed_in_keys(key);
    let candidates: Vec<String> = model.key_columns(key).into_iter().map(|c| c.name).collect();
    if columns.iter().any(|c| !candidates.contains(c)) {
        return false;
    }
    let more: Vec<String> = candidates
        .into_iter()
        .filter(|c| !columns.contains(c))
        .collect();
    let Some(first) = random.pick(&more) else {
        return false;
    };
    columns.push(first);
    if random.chance(35)
        && let Some(second) = random.pick(&more)
        && !columns.contains(&second)
    {
        columns.push(second);
    }
    let include = include(model, random, key, &columns);
    let kind = ConstraintKind::Unique {
        columns,
        include,
        nulls_not_distinct: model.target >= 15 && random.chance(25),
    };
    let mut constraint = new(model, random, kind);
    constraint.deferrable = random.one_of(&[0, 0, 0, 1, 2]);
    model.put(key, constraint)
}

/// A condition that holds for every row.
pub fn expression_of(
    model: &Model,
    random: &mut Random,
    columns: &[Column],
    functions: bool,
) -> Option<Expr> {
    let mut choices = vec![];
    for column in columns {
        let mut forms = conditions(&column.ty, model);
        if functions && matches!(column.ty, Ty::Small | Ty::Int) {
            let pure = model
                .functions
                .iter()
                .filter(|(_, f)| f.shape == Shape::Pure);
            forms.extend(pure.map(|(k, _)| Form::Called(*k)));
        }
        choices.extend(forms.into_iter().map(|f| (f, column.name.clone())));
    }
    let (form, column) = random.pick(&choices)?;
    Some(Expr {
        form,
        column,
        number: random.number(50),
    })
}

pub fn check(model: &mut Model, random: &mut Random, key: Key) -> bool {
    let Some(table) = model.tables.get(&key) else {
        return false;
    };
    let (parted, foreign) = (table.by.is_some(), matches!(table.kind, Kind::Foreign(_)));
    let columns = model.columns(key);
    let mut all = vec![];
    for _ in 0..random.between(1, 2) {
        all.extend(expression_of(model, random, &columns, true));
    }
    if all.is_empty() {
        return false;
    }
    let no_inherit = !parted && random.chance(15);
    let kind = ConstraintKind::Check { all, no_inherit };
    let mut constraint = new(model, random, kind);
    constraint.validated = foreign || random.chance(80);
    constraint.enforced = foreign || model.target < 18 || random.chance(85);
    model.put(key, constraint)
}

pub fn foreign(model: &mut Model, random: &mut Random, key: Key) -> bool {
    if !can_have_keys(model, key) {
        return false;
    }
    let rows = model.rows(key);
    let mine = model.key_columns(key);
    let mut choices = vec![];
    for (target, table) in &model.tables {
        let fewer = model.rows(*target) < rows;
        let volatile = table.unlogged && !model.tables[&key].unlogged;
        if fewer || volatile || table.lost_home && rows > 0 || !can_have_keys(model, *target) {
            continue;
        }
        for constraint in &table.constraints {
            let columns = match &constraint.kind {
                ConstraintKind::Primary {
                    columns,
                    without_overlaps: false,
                    ..
                }
                | ConstraintKind::Unique { columns, .. } => columns,
                _ => continue,
            };
            if constraint.deferrable > 0 || table.is_temporal(columns) {
                continue;
            }
            let theirs = model.columns(*target);
            let ours: Vec<Option<String>> = columns
                .iter()
                .map(|c| {
                    let their = theirs.iter().find(|t| t.name == *c)?;
                    // NULL there would be no partner.
                    let fits: Vec<_> = mine
                        .iter()
                        .filter(|m| compatible(&m.ty, &their.ty) && (!their.nulls || m.nulls))
                        .filter(|m| m.ty.is_text() != m.collate || their.collate == m.collate)
                        .filter(|m| their.collate == m.collate)
                        .map(|m| m.name.clone())
                        .collect();
                    random.pick(&fits)
                })
                .collect();
            let ours: Vec<String> = ours.into_iter().flatten().collect();
            let different: std::collections::BTreeSet<_> = ours.iter().collect();
            if ours.len() == columns.len() && different.len() == ours.len() {
                choices.push((*target, ours, columns.clone()));
            }
        }
    }
    let Some((target, columns, target_columns)) = random.pick(&choices) else {
        return false;
    };
    let actions = [
        "NO ACTION",
        "NO ACTION",
        "RESTRICT",
        "CASCADE",
        "SET NULL",
        "SET DEFAULT",
    ];
    let kind = ConstraintKind::Foreign {
        columns,
        target,
        target_columns,
        full: random.chance(15),
        on_delete: random.one_of(&actions),
        on_update: random.one_of(&actions),
    };
    let mut constraint = new(model, random, kind);
    let old_parted = model.target < 18 && model.tables[&key].by.is_some();
    constraint.deferrable = if target > key {
        2
    } else {
        random.one_of(&[0, 0, 1, 2])
    };
    constraint.validated = old_parted || random.chance(80);
    constraint.enforced = model.target < 18 || random.chance(85);
    model.put(key, constraint)
}

/// Values of one type can refer to those of the other.
pub fn compatible(left: &Ty, right: &Ty) -> bool {
    let integer = |ty: &Ty| matches!(ty, Ty::Small | Ty::Int | Ty::Big);
    let text = |ty: &Ty| matches!(ty, Ty::Text | Ty::Varchar(_));
    left == right || integer(left) && integer(right) || text(left) && text(right)
}

pub fn exclusion(model: &mut Model, random: &mut Random, key: Key) -> bool {
    if !can_have_keys(model, key) || model.tables[&key].by.is_some() {
        return false;
    }
    let columns = model.key_columns(key);
    let ranges: Vec<_> = columns
        .iter()
        .filter(|c| c.ty.class(model) == Class::Range)
        .collect();
    let integers: Vec<_> = columns
        .iter()
        .filter(|c| c.ty.class(model) == Class::Integer)
        .collect();
    let (method, elements) = if let Some(range) = random.pick(&ranges) {
        ("gist", vec![(range.name.clone(), "&&")])
    } else if let Some(integer) = random.pick(&integers) {
        ("btree", vec![(integer.name.clone(), "=")])
    } else {
        return false;
    };
    let predicate = match random.chance(40) {
        true => random.pick(&columns).map(|c| Expr {
            form: Form::NotNull,
            ..Expr::column(&c.name)
        }),
        false => None,
    };
    let kind = ConstraintKind::Exclude {
        elements,
        method,
        predicate,
    };
    let mut constraint = new(model, random, kind);
    constraint.deferrable = random.one_of(&[0, 0, 1, 2]);
    model.put(key, constraint)
}
