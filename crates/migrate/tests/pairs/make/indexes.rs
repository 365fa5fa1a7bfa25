//! Makers of indexes, of all methods.

use super::comment;
use crate::expression::{Expr, Form, computations};
use crate::model::*;
use crate::other::OtherKind;
use crate::random::Random;
use crate::values::{Class, Ty};

pub fn index(model: &mut Model, random: &mut Random, key: Key) -> bool {
    let Some(table) = model.tables.get(&key) else {
        return false;
    };
    if matches!(table.kind, Kind::Foreign(_)) {
        return false;
    }
    let columns: Vec<Column> = model
        .columns(key)
        .into_iter()
        .filter(|c| !c.is_virtual())
        .collect();
    let unique = match table.kind {
        Kind::Partition { .. } => vec![],
        _ if !model.needed_in_keys(key).is_empty() => vec![],
        _ => model.key_columns(key).into_iter().map(|c| c.name).collect(),
    };
    let named: Vec<_> = columns
        .iter()
        .map(|c| (c.name.clone(), c.ty.clone()))
        .collect();
    let Some(mut index) = build(model, random, &named, &unique) else {
        return false;
    };
    index.predicate = match random.chance(25) {
        true => super::expression_of(model, random, &columns, true),
        false => None,
    };
    if let Some(table) = model.tables.get_mut(&key) {
        table.indexes.push(index);
    }
    true
}

/// An index over some of the columns; unique only over those of `unique`.
pub fn build(
    model: &mut Model,
    random: &mut Random,
    columns: &[(String, Ty)],
    unique: &[String],
) -> Option<Index> {
    let (name, ty) = random.pick(columns)?;
    let class = ty.class(model);
    let mut methods = vec![];
    if ty.is_ordered(model) && ty != Ty::Tsvector {
        methods.extend(["btree", "btree", "btree"]);
        if matches!(class, Class::Integer | Class::Text | Class::Enum) || ty == Ty::Uuid {
            methods.push("hash");
        }
    }
    match class {
        Class::Integer | Class::Time | Class::Zone => methods.push("brin"),
        Class::Text => methods.extend(["gin", "spgist"]),
        Class::Json | Class::Array => methods.push("gin"),
        Class::Range => methods.extend(["gist", "spgist"]),
        _ => {}
    }
    match ty {
        Ty::Point => methods.push("gist"),
        Ty::Inet => methods.push("spgist"),
        Ty::Tsvector => methods.extend(["gin", "gist"]),
        // The default operator class is for text alone.
        Ty::Char(_) => methods.retain(|m| *m != "spgist"),
        _ => {}
    }
    let method = random.pick(&methods)?;
    let mut index = Index {
        name: model.name("i"),
        unique: false,
        method,
        elements: vec![element(&name)],
        include: vec![],
        predicate: None,
        option: None,
        nulls_not_distinct: false,
        statistics: None,
        comment: comment(random),
    };
    match method {
        "btree" => btree(model, random, &mut index, columns, &ty, unique),
        "gin" if class == Class::Text => index.elements[0].expr.form = Form::Search,
        "gin" if class == Class::Json && random.chance(40) => {
            index.elements[0].class = Some("jsonb_path_ops");
        }
        _ => {}
    }
    if random.chance(25) && !(method == "gin" && model.target < 14) {
        index.option = Some(random.between(50, 90).try_into().unwrap());
    }
    Some(index)
}

fn btree(
    model: &Model,
    random: &mut Random,
    index: &mut Index,
    columns: &[(String, Ty)],
    ty: &Ty,
    unique: &[String],
) {
    let name = index.elements[0].expr.column.clone();
    let forms = computations(ty, model);
    if random.chance(25)
        && let Some(form) = random.pick(&forms)
    {
        index.elements[0].expr = Expr {
            form,
            column: name.clone(),
            number: random.number(9),
        };
        index.statistics = random.chance(25).then(|| random.number(300));
    } else {
        index.unique = unique.contains(&name) && random.chance(35);
        index.elements[0].class =
            (*ty == Ty::Text && random.chance(15)).then_some("text_pattern_ops");
        let own = model
            .others
            .iter()
            .filter(|(_, o)| o.kind == OtherKind::OperatorClass);
        let own: Vec<Key> = own.map(|(k, _)| *k).collect();
        if *ty == Ty::Int && random.chance(50) {
            index.elements[0].own_class = random.pick(&own);
        }
    }
    if random.chance(35)
        && let Some((second, second_type)) = random.pick(columns)
        && second != name
        && second_type.is_ordered(model)
        && !index.unique
    {
        index.elements.push(element(&second));
    }
    for element in &mut index.elements {
        element.descending = random.chance(20);
        element.nulls_first = element.descending != random.chance(10);
        element.collate = random.chance(15);
    }
    if random.chance(20)
        && let Some((other, _)) = random.pick(columns)
        && !index.elements.iter().any(|e| e.expr.column == other)
    {
        index.include.push(other);
    }
    index.nulls_not_distinct = index.unique && model.target >= 15 && random.chance(20);
}

pub fn element(column: &str) -> Element {
    Element {
        expr: Expr::column(column),
        class: None,
        own_class: None,
        collate: false,
        descending: false,
        nulls_first: false,
    }
}
