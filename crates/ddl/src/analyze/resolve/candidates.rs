//! The rules that choose among overloaded functions and operators (`func_select_candidate`).

use crate::analyze::coerce::{CoercionContext, can_coerce_all};
use crate::analyze::environment::Environment;
use crate::analyze::error::Undecided;
use crate::analyze::tree::Type;
use crate::analyze::types::{base_type, category, is_preferred, type_category};

/// Something with argument types that may be chosen.
pub(crate) trait Candidate {
    /// The declared types of the arguments, in the order of the actual ones.
    fn arguments(&self) -> &[Type];
}

/// Leaves the candidates whose arguments the actual types can be coerced to.
pub(crate) fn match_arguments<C: Candidate>(
    env: &dyn Environment,
    actual: &[Type],
    candidates: Vec<C>,
) -> Result<Vec<C>, Undecided> {
    let mut kept = Vec::new();
    for candidate in candidates {
        if can_coerce_all(
            env,
            actual,
            candidate.arguments(),
            CoercionContext::Implicit,
        )? {
            kept.push(candidate);
        }
    }
    Ok(kept)
}

/// Leaves the candidates with the highest score.
fn keep_best<C>(candidates: Vec<C>, score: impl Fn(&C) -> usize) -> Vec<C> {
    let best = candidates.iter().map(&score).max().unwrap_or(0);
    candidates
        .into_iter()
        .filter(|c| score(c) == best)
        .collect()
}

/// Chooses among candidates that all match; none when the choice is ambiguous.
pub(crate) fn select_candidate<C: Candidate>(
    env: &dyn Environment,
    actual: &[Type],
    candidates: Vec<C>,
) -> Result<Option<C>, Undecided> {
    let mut inputs: Vec<Type> = actual.iter().map(|t| base_type(env, t)).collect();
    let known = |i: usize| actual.get(i).is_some_and(|t| *t != Type::UNKNOWN);
    let unknown_count = actual.iter().filter(|t| **t == Type::UNKNOWN).count();

    // The most exact matches.
    let candidates = keep_best(candidates, |c| {
        let pairs = c.arguments().iter().zip(&inputs).enumerate();
        pairs.filter(|(i, (d, a))| known(*i) && d == a).count()
    });
    if candidates.len() <= 1 {
        return Ok(candidates.into_iter().next());
    }

    // The most exact or preferred matches.
    let categories: Vec<u8> = inputs.iter().map(|t| type_category(env, t)).collect();
    let candidates = keep_best(candidates, |c| {
        let pairs = c.arguments().iter().zip(inputs.iter().zip(&categories));
        pairs
            .enumerate()
            .filter(|(i, (declared, (input, category)))| {
                known(*i)
                    && (declared == input
                        || (is_preferred(declared) && type_category(env, declared) == **category))
            })
            .count()
    });
    if candidates.len() <= 1 || unknown_count == 0 {
        return Ok(single(candidates));
    }

    let candidates = by_unknowns(env, actual, candidates);
    if candidates.len() <= 1 {
        return Ok(candidates.into_iter().next());
    }

    // When all known arguments have one type, the unknown ones are taken to have it too.
    if unknown_count < actual.len() {
        let mut types = inputs
            .iter()
            .zip(actual)
            .filter(|(_, a)| **a != Type::UNKNOWN);
        let first = types.next().map(|(t, _)| t.clone());
        if let Some(first) = first
            && types.all(|(t, _)| *t == first)
        {
            inputs.iter_mut().for_each(|t| *t = first.clone());
            let kept = match_arguments(env, &inputs, candidates)?;
            return Ok(single(kept));
        }
    }
    Ok(None)
}

fn single<C>(candidates: Vec<C>) -> Option<C> {
    let mut all = candidates.into_iter();
    let first = all.next();
    match all.next() {
        None => first,
        Some(_) => None,
    }
}

/// Chooses by the category that the candidates accept where arguments are unknown: text if any does.
fn by_unknowns<C: Candidate>(env: &dyn Environment, actual: &[Type], candidates: Vec<C>) -> Vec<C> {
    let mut slots = Vec::new();
    for (i, actual) in actual.iter().enumerate() {
        if *actual != Type::UNKNOWN {
            continue;
        }
        let mut slot: Option<(u8, bool)> = None;
        let mut conflict = false;
        for declared in candidates.iter().filter_map(|c| c.arguments().get(i)) {
            let current = (type_category(env, declared), is_preferred(declared));
            slot = Some(match slot {
                None => current,
                Some((category, preferred)) if category == current.0 => {
                    (category, preferred || current.1)
                }
                Some(_) if current.0 == category::STRING => current,
                Some(other) => {
                    conflict = true;
                    other
                }
            });
        }
        let Some((category, preferred)) = slot else {
            continue;
        };
        if conflict && category != category::STRING {
            return candidates;
        }
        slots.push((i, category, preferred));
    }
    let accepts = |c: &C| {
        slots.iter().all(|(i, category, preferred)| {
            c.arguments().get(*i).is_some_and(|declared| {
                type_category(env, declared) == *category && (!preferred || is_preferred(declared))
            })
        })
    };
    if candidates.iter().any(&accepts) {
        candidates.into_iter().filter(accepts).collect()
    } else {
        candidates
    }
}
