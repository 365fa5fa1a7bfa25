//! Aggregate functions.

use super::Writer;
use super::routine::argument;
use super::text::parenthesised;
use crate::{Aggregate, RoutineSignature};

/// Parameters in the manual's order; others follow in the order of their names.
const ORDER: [&str; 7] = [
    "sfunc",
    "stype",
    "sspace",
    "finalfunc",
    "finalfunc_extra",
    "finalfunc_modify",
    "combinefunc",
];

impl Writer {
    /// `CREATE AGGREGATE`.
    pub fn create_aggregate(&self, signature: &RoutineSignature, aggregate: &Aggregate) -> String {
        let arguments: Vec<_> = aggregate.arguments.iter().map(argument).collect();
        let list = argument_list(&arguments, aggregate.direct_arguments);
        let mut parameters: Vec<_> = aggregate.parameters.iter().collect();
        parameters.sort_by_key(|(name, _)| {
            let place = ORDER.iter().position(|o| o == name);
            (place.unwrap_or(ORDER.len()), *name)
        });
        let parameters: Vec<_> = parameters
            .into_iter()
            .map(|(name, value)| {
                let name = name.to_uppercase();
                if value.trim().is_empty() {
                    name
                } else {
                    format!("{name} = {value}")
                }
            })
            .collect();
        let head = format!("CREATE AGGREGATE {}({list}) ", signature.name.quoted());
        parenthesised(&head, &parameters, 0) + ";"
    }
}

/// Arguments as CREATE, COMMENT and DROP take them: `*`, `x, y`, `x ORDER BY y`.
pub(super) fn argument_list(arguments: &[String], direct: Option<usize>) -> String {
    let Some(direct) = direct else {
        return if arguments.is_empty() {
            "*".to_owned()
        } else {
            arguments.join(", ")
        };
    };
    let (direct, ordered) = arguments.split_at(direct.min(arguments.len()));
    // A VARIADIC "any" that takes both the direct and the ordered arguments is held once.
    let ordered = match (ordered, direct.last()) {
        ([], Some(last)) => std::slice::from_ref(last),
        (ordered, _) => ordered,
    };
    let gap = if direct.is_empty() { "" } else { " " };
    format!("{}{gap}ORDER BY {}", direct.join(", "), ordered.join(", "))
}
