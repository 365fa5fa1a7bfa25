//! Event triggers.

use std::collections::BTreeSet;

use pg_query::protobuf::{AlterEventTrigStmt, CreateEventTrigStmt};
use pgwright_catalog::{EventTrigger, Name, ObjectId, TriggerEnabled};

use super::{nodes, options};
use crate::read::failure::Failure;
use crate::read::state::State;

/// CREATE EVENT TRIGGER.
pub(super) fn create(state: &mut State, s: &CreateEventTrigStmt) -> Result<(), Failure> {
    let name = Name::new(s.trigname.clone());
    if state.catalog.event_triggers.contains_key(&name) {
        return Err(Failure::exists("event trigger", name.as_str()));
    }
    let mut tags = BTreeSet::new();
    for option in options::options(&s.whenclause) {
        if option.name() != "tag" {
            return Err(Failure::new(format!(
                "unrecognized filter variable \"{}\"",
                option.name()
            )));
        }
        tags.extend(
            nodes::strings(option.list())
                .into_iter()
                .map(str::to_uppercase),
        );
    }
    let function = state.function_named(&nodes::written(&s.funcname));
    let id = ObjectId::EventTrigger(name.clone());
    let needed = state.function_objects(&function).into_iter().collect();
    state.touch(&id);
    let held = EventTrigger {
        event: s.eventname.clone(),
        tags,
        function,
        enabled: TriggerEnabled::Origin,
        owner: state.new_owner(),
        comment: None,
    };
    state.catalog.event_triggers.insert(name, held);
    state.set_uses(id, needed);
    Ok(())
}

/// ALTER EVENT TRIGGER … ENABLE and DISABLE.
pub(super) fn alter(state: &mut State, s: &AlterEventTrigStmt) -> Result<(), Failure> {
    let name = Name::new(s.trigname.clone());
    state.touch(&ObjectId::EventTrigger(name.clone()));
    let Some(held) = state.catalog.event_triggers.get_mut(&name) else {
        return Err(Failure::missing("event trigger", name.as_str()));
    };
    held.enabled = match s.tgenabled.as_str() {
        "D" => TriggerEnabled::Disabled,
        "R" => TriggerEnabled::Replica,
        "A" => TriggerEnabled::Always,
        _ => TriggerEnabled::Origin,
    };
    Ok(())
}
