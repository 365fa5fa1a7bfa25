//! Makers of views, materialized views and their parts.

use super::{comment, indexes, named};
use crate::expression::{self, Expr, computations};
use crate::model::*;
use crate::random::Random;

pub fn view(model: &mut Model, random: &mut Random, materialized: bool) -> bool {
    let mut relations: Vec<Key> = model
        .tables
        .keys()
        .chain(model.views.keys())
        .copied()
        .collect();
    relations.retain(|k| !(materialized && model.is_remote(*k)));
    let Some(from) = random.pick(&relations) else {
        return false;
    };
    let mut privileges = super::TABLE_PRIVILEGES.to_vec();
    if materialized {
        privileges.truncate(1);
    }
    let mut view = View {
        named: named(model, random, "v", &privileges),
        materialized,
        from,
        join: None,
        outputs: vec![],
        filter: None,
        form: if random.chance(50) {
            Form::Simple
        } else {
            random.one_of(&FORMS)
        },
        barrier: None,
        invoker: None,
        check_option: None,
        fillfactor: None,
        no_data: materialized && random.chance(15),
        indexes: vec![],
        clustered: None,
        triggers: vec![],
        rules: vec![],
    };
    if random.chance(35) {
        view.join = join(model, random, from, &relations);
    }
    for _ in 0..random.between(2, 4) {
        output(model, random, &mut view);
    }
    if view.outputs.is_empty() {
        return false;
    }
    if random.chance(40) {
        view.filter = filter(model, random, from);
    }
    if materialized {
        view.fillfactor = random.chance(20).then(|| 50 + random.number(50));
    } else {
        view.barrier = random.chance(20).then(|| random.chance(60));
        view.invoker = (model.target >= 15 && random.chance(20)).then(|| random.chance(70));
        view.check_option = random
            .chance(25)
            .then(|| random.one_of(&["LOCAL", "CASCADED"]));
    }
    let key = model.key();
    model.views.insert(key, view);
    true
}

fn join(
    model: &Model,
    random: &mut Random,
    from: Key,
    relations: &[Key],
) -> Option<(Key, String, String)> {
    let other = random.pick(relations)?;
    let (left, right) = (model.relation(from), model.relation(other));
    let mut pairs = vec![];
    for l in &left {
        for r in &right {
            if l.ty == r.ty && l.ty.is_ordered(model) {
                pairs.push((l.name.clone(), r.name.clone()));
            }
        }
    }
    let (left, right) = random.pick(&pairs)?;
    Some((other, left, right))
}

pub fn filter(model: &Model, random: &mut Random, from: Key) -> Option<Expr> {
    let columns: Vec<Column> = model
        .relation(from)
        .into_iter()
        .map(|c| Column::new(&c.name, c.ty))
        .collect();
    super::expression_of(model, random, &columns, true)
}

/// Adds an output column to a view.
pub fn output(model: &mut Model, random: &mut Random, view: &mut View) -> bool {
    let joined = view.join.is_some() && random.chance(40);
    let of = match (&view.join, joined) {
        (Some(join), true) => join.0,
        _ => view.from,
    };
    let columns: Vec<expression::Named> = model
        .relation(of)
        .into_iter()
        .filter(|c| view.form == Form::Simple || c.ty.is_ordered(model))
        .collect();
    let Some(column) = random.pick(&columns) else {
        return false;
    };
    let mut expr = Expr::column(&column.name);
    let forms = computations(&column.ty, model);
    if random.chance(30)
        && let Some(form) = random.pick(&forms)
    {
        expr.form = form;
        expr.number = random.number(9);
    }
    let taken =
        |name: &str, view: &View| view.outputs.iter().any(|o| o.name == name) || name == "total";
    let plain = expr.form == expression::Form::Column;
    let name = match plain && random.chance(60) && !taken(&column.name, view) {
        true => column.name.clone(),
        false => model.name("o"),
    };
    view.outputs.push(Output {
        name,
        joined,
        expr,
        comment: comment(random),
        default: random.chance(10).then(|| random.number(9)),
        granted: random.chance(10),
    });
    true
}

/// Adds an index to a materialized view.
pub fn view_index(model: &mut Model, random: &mut Random, key: Key) -> bool {
    let Some(view) = model.views.get(&key).filter(|v| v.materialized) else {
        return false;
    };
    let outputs = model.outputs(view);
    let columns: Vec<_> = outputs.into_iter().map(|c| (c.name, c.ty)).collect();
    // Rows are different where they are the rows of one table, and nothing is added to them.
    let table = model.tables.get(&view.from);
    let single = view.form == Form::Simple
        && view.join.is_none()
        && table.is_some_and(|t| t.kind == Kind::Plain)
        && model.children(view.from).is_empty();
    let mut unique = vec![];
    if single {
        let keys = model.key_columns(view.from);
        for output in &view.outputs {
            let column = output.expr.form == expression::Form::Column;
            if column
                && keys
                    .iter()
                    .any(|k| k.name == output.expr.column && !k.fresh && !k.retyped)
            {
                unique.push(output.name.clone());
            }
        }
    }
    let Some(mut index) = indexes::build(model, random, &columns, &unique) else {
        return false;
    };
    for element in &mut index.elements {
        element.own_class = None;
    }
    if let Some(view) = model.views.get_mut(&key) {
        view.indexes.push(index);
    }
    true
}
