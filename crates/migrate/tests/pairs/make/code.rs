//! Makers of functions and procedures.

use super::named;
use crate::model::*;
use crate::random::Random;
use crate::values::Ty;

/// A function of an integer that may stand in indexes, checks and generated columns.
pub fn pure(model: &mut Model, random: &mut Random) -> bool {
    let mut function = new(model, random, Shape::Pure);
    function.volatility = Some("IMMUTABLE");
    // Whoever owns a table must be able to call what its indexes and checks call.
    function.named.closed = false;
    let name = random.one_of(&["x", "value", "Odd"]);
    function.arguments = vec![argument(name, Ty::Int)];
    if random.chance(25) {
        function.arguments.push(Argument {
            default: Some(random.number(9)),
            ..argument("more", Ty::Text)
        });
    }
    function.returns = random.one_of(&[Ty::Int, Ty::Int, Ty::Big]);
    let key = model.key();
    model.functions.insert(key, function);
    true
}

fn argument(name: &str, ty: Ty) -> Argument {
    Argument {
        name: name.to_owned(),
        ty,
        default: None,
    }
}

fn new(model: &mut Model, random: &mut Random, shape: Shape) -> Function {
    let mut named = named(model, random, "f", &["EXECUTE"]);
    named.closed = random.chance(20);
    let mut function = Function {
        named,
        shape,
        arguments: vec![],
        returns: Ty::Big,
        body: random.number(90),
        language: random.one_of(&[Language::Sql, Language::Plpgsql, Language::Atomic]),
        volatility: random.one_of(&[None, Some("STABLE"), Some("IMMUTABLE")]),
        strict: random.chance(25),
        definer: random.chance(20),
        leakproof: random.chance(10),
        parallel: random.one_of(&[None, None, Some("SAFE"), Some("RESTRICTED")]),
        cost: random.chance(15).then(|| random.number(9) + 1),
        setting: random.chance(20).then(|| random.number(4)),
    };
    function.settle();
    function
}

impl Function {
    /// Takes away what a function of the shape cannot have.
    pub fn settle(&mut self) {
        match self.shape {
            Shape::Procedure => {
                self.volatility = None;
                self.strict = false;
                self.leakproof = false;
                self.parallel = None;
                self.cost = None;
            }
            Shape::Trigger | Shape::EventTrigger => {
                self.language = Language::Plpgsql;
                self.strict = false;
            }
            _ => {}
        }
    }
}

/// One of the shapes of functions, by number.
pub fn function(model: &mut Model, random: &mut Random, number: usize) -> bool {
    let mut relations: Vec<Key> = model.tables.keys().copied().collect();
    let tables = relations.clone();
    relations.extend(model.views.keys());
    let shape = match number {
        0 => match random.pick(&relations) {
            Some(of) => {
                let columns = if model.tables.contains_key(&of) {
                    model.columns(of)
                } else {
                    vec![]
                };
                let filter = random
                    .chance(60)
                    .then(|| super::expression_of(model, random, &columns, true));
                Shape::Count(of, filter.flatten())
            }
            None => return false,
        },
        1 => match random.pick(&relations) {
            Some(of) => Shape::Rows(of),
            None => return false,
        },
        2 => match random.pick(&tables) {
            Some(of) => Shape::OfRow(of),
            None => return false,
        },
        3 => Shape::Columns {
            out: random.chance(50),
        },
        4 => {
            let user: Vec<Ty> = model.types.keys().map(|k| Ty::User(*k)).collect();
            match random.pick(&user) {
                Some(ty) => Shape::Takes(ty),
                None => return false,
            }
        }
        5 => {
            return pure(model, random);
        }
        6 => Shape::Procedure,
        7 => Shape::EventTrigger,
        _ => Shape::Trigger,
    };
    let mut function = new(model, random, shape);
    if matches!(function.shape, Shape::Columns { .. } | Shape::Procedure) {
        let types = model.all_types();
        for at in 0..random.below(3) {
            let name = format!("p{at}");
            function
                .arguments
                .push(argument(&name, random.one_of(&types)));
        }
        if random.chance(40) {
            function.arguments.push(Argument {
                default: Some(random.number(9)),
                ..argument("last", random.one_of(&types))
            });
        }
    }
    let key = model.key();
    model.functions.insert(key, function);
    true
}
