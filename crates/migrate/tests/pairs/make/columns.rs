//! Makers of columns and of what fills them.

use super::comment;
use crate::expression::{Expr, Form, computations};
use crate::model::*;
use crate::random::Random;
use crate::values::{Class, Ty};

/// Adds a column to a table that says its columns itself.
pub fn column(model: &mut Model, random: &mut Random, key: Key) -> bool {
    let Some(table) = model.tables.get(&key) else {
        return false;
    };
    if matches!(table.kind, Kind::Partition { .. } | Kind::Typed(_)) {
        return false;
    }
    let filled = model.changing && heirs_rows(model, key) > 0;
    let types: Vec<Ty> = model
        .all_types()
        .into_iter()
        .filter(|t| !filled || !model.is_not_null_domain(t))
        .collect();
    let mut column = Column::new(&model.name("c"), random.one_of(&types));
    column.fresh = model.changing;
    if random.chance(15)
        && let Some((source, ty)) = generated(model, random, key)
    {
        column.source = source;
        column.ty = ty;
        return put(model, key, column);
    }
    column.not_null = random.chance(40);
    if random.chance(50) {
        column.source = source(model, random, key, &column.ty);
    }
    if filled && column.source == Source::None {
        column.not_null = false;
    }
    column.nulls =
        !column.is_required() && !model.is_not_null_domain(&column.ty) && random.chance(40);
    if column.not_null && model.target >= 18 && random.chance(20) {
        column.not_null_name = Some(model.name("n"));
    }
    column.collate = column.ty.is_text() && random.chance(20);
    let foreign = matches!(model.tables[&key].kind, Kind::Foreign(_));
    if foreign {
        column.remote = random.chance(40).then(|| random.number(9));
    } else {
        column.storage = random
            .chance(15)
            .then(|| random.one_of(&["EXTERNAL", "MAIN", "PLAIN"]));
        column.compression = random.chance(10).then_some("pglz");
        column.n_distinct = random.chance(10).then(|| random.number(100) + 1);
    }
    column.statistics = random.chance(10).then(|| random.number(500));
    column.comment = comment(random);
    if random.chance(20) {
        column
            .grants
            .insert((READER, random.one_of(&["SELECT", "UPDATE"])));
    }
    put(model, key, column)
}

fn put(model: &mut Model, key: Key, column: Column) -> bool {
    if let Some(table) = model.tables.get_mut(&key) {
        table.columns.push(column);
    }
    true
}

/// Rows of a table and of all tables that inherit from it.
pub fn heirs_rows(model: &Model, key: Key) -> usize {
    let children = model.children(key).into_iter();
    let below: usize = children.map(|k| heirs_rows(model, k)).sum();
    model.rows(key) + below
}

/// A default, identity or the like, as the type and table allow.
pub fn source(model: &Model, random: &mut Random, key: Key, ty: &Ty) -> Source {
    let table = &model.tables[&key];
    let foreign = matches!(table.kind, Kind::Foreign(_));
    let attached = model
        .partitions(key)
        .iter()
        .any(|k| matches!(model.tables[k].kind, Kind::Partition { attached: true, .. }));
    let number = random.number(9);
    let mut sources = vec![Source::Literal(number)];
    match ty.class(model) {
        Class::Integer => {
            let pure = model
                .functions
                .iter()
                .filter(|(_, f)| f.shape == Shape::Pure);
            sources.extend(pure.map(|(k, _)| Source::Call(*k, number)));
            let next = model.sequences.keys().map(|k| Source::Next(*k));
            sources.extend(next);
            if !foreign && table.by.is_none() {
                sources.push(Source::Serial);
            }
            if !foreign && (table.by.is_none() || (model.target >= 17 && !attached)) {
                sources.push(Source::Identity {
                    always: random.chance(50),
                    start: random.one_of(&[1, 1, 50]),
                    increment: random.one_of(&[1, 1, 2]),
                });
            }
        }
        Class::Time | Class::Zone => sources.push(Source::Now),
        _ => {}
    }
    random.one_of(&sources)
}

/// A generated column over another of the table.
pub fn generated(model: &Model, random: &mut Random, key: Key) -> Option<(Source, Ty)> {
    let table = &model.tables[&key];
    let columns: Vec<_> = table.columns.iter().filter(|c| !c.is_generated()).collect();
    let column = random.pick(&columns)?;
    let mut forms = computations(&column.ty, model);
    let is_virtual = model.target >= 18 && random.chance(40);
    if is_virtual {
        // No functions of users in virtual columns.
        forms.retain(|f| !matches!(f, Form::Call(_)));
    }
    let expr = Expr {
        form: random.pick(&forms)?,
        column: column.name.clone(),
        number: random.number(9),
    };
    let (_, ty) = expr.sql(&model.relation(key), "", model)?;
    let source = if is_virtual {
        Source::Virtual(expr)
    } else {
        Source::Stored(expr)
    };
    Some((source, ty))
}
