//! Bodies of functions that the server must not look at when the function is created.

use pgwright_catalog::{Catalog, ObjectId, RoutineBody};

use crate::step::{Action, Step};

const SWITCH: &str = "SET check_function_bodies = off;";

/// True when steps create a function in SQL or PL/pgSQL whose body finds its objects by the search
/// path of whoever calls it: that path is not known here, and need not be that of the plan.
pub(crate) fn without_search_path(steps: &[Step], from: &Catalog, to: &Catalog) -> bool {
    steps.iter().any(|step| {
        let ObjectId::Routine(signature) = &step.object else {
            return false;
        };
        if step.action != Action::Create {
            return false;
        }
        let routine = to
            .routines
            .get(signature)
            .or_else(|| from.routines.get(signature));
        routine.is_some_and(|routine| {
            matches!(routine.language.as_str(), "sql" | "plpgsql")
                && matches!(routine.body, RoutineBody::Text(_))
                && !routine.settings.contains_key("search_path")
        })
    })
}

/// True for steps that create routines or give them a new body.
fn concerns_bodies(step: &Step) -> bool {
    matches!(step.object, ObjectId::Routine(_)) && step.action != Action::Drop
}

/// Puts the switch before the first routine that steps create, in its file.
pub(crate) fn take_as_they_are(steps: &mut Vec<Step>) {
    let Some(first) = steps.iter().find(|s| concerns_bodies(s)) else {
        return;
    };
    let mut switch = first.clone();
    SWITCH.clone_into(&mut switch.sql);
    switch.action = Action::Alter;
    switch.locks.clear();
    switch.hazards.clear();
    switch.heading = Some(
        "Bodies are taken as they are: they may name what comes later, or what only a search path \
         finds."
            .to_owned(),
    );
    let at = steps
        .iter()
        .position(|s| s.change == switch.change && concerns_bodies(s));
    steps.insert(at.unwrap_or(0), switch);
}

/// The switch, when the steps have it, for another file that holds routines.
pub(crate) fn switch(steps: &[Step]) -> Option<&Step> {
    steps.iter().find(|s| s.sql == SWITCH)
}

/// True when a file of these steps needs the switch and does not have it.
pub(crate) fn lacks_switch(steps: &[&Step]) -> bool {
    steps.iter().any(|s| concerns_bodies(s)) && !steps.iter().any(|s| s.sql == SWITCH)
}
