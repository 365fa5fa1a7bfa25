//! Time zones: their names are the server's to know, so a trigger asks it.

use pgwright_catalog::{
    Name, ObjectId, Routine, RoutineSignature, Trigger, TriggerEvent, TriggerTiming,
};

use crate::draft::{Columns, Draft};
use crate::layout::Stored;
use crate::names;

/// The name of the trigger on a column.
pub(super) fn trigger_name(column: &Name) -> Name {
    names::shortened(&format!("{column}_is_known"), "")
}

/// Adds the trigger that asks whether PostgreSQL knows the zone.
///
/// A check constraint may not say it: what zones there are changes with the server's files, and a
/// check is taken to hold for ever once a row has passed it. The trigger asks when the value is
/// written, which for time zones is seldom.
pub(super) fn build(draft: &mut Draft<'_>, stored: &Stored<'_>, columns: &Columns) {
    let Columns::One(column) = columns else {
        return;
    };
    let function = draft.qualified("time_zone_is_known");
    let signature = RoutineSignature::new(function.clone(), Vec::<String>::new());
    if !draft.catalog.routines.contains_key(&signature) {
        let mut routine = Routine::trigger_function(BODY);
        routine.comment = Some(
            "Refuses a time zone that this server does not know; the trigger's argument is the \
             column."
                .to_owned(),
        );
        draft.catalog.routines.insert(signature.clone(), routine);
    }
    let mut trigger = Trigger::row(
        TriggerTiming::Before,
        [TriggerEvent::Insert, TriggerEvent::Update],
        function,
    );
    trigger.update_columns = vec![column.clone()];
    trigger.arguments = vec![column.as_str().to_owned()];
    trigger.comment = Some(format!("{column} names a time zone that PostgreSQL knows."));
    let table = stored.table(draft);
    let name = trigger_name(column);
    draft.catalog.depends(
        ObjectId::Trigger(table.clone(), name.clone()),
        ObjectId::Routine(signature),
    );
    if let Some(table) = draft.catalog.tables.get_mut(&table) {
        table.triggers.insert(name, trigger);
    }
}

const BODY: &str = "
DECLARE
    zone text := to_jsonb(NEW) ->> TG_ARGV[0];
BEGIN
    PERFORM now() AT TIME ZONE zone;
    RETURN NEW;
EXCEPTION
    WHEN invalid_parameter_value THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            MESSAGE = format('\"%s\" is no time zone that this server knows', zone),
            HINT = 'Use a name such as Europe/Berlin; pg_timezone_names lists them.',
            SCHEMA = TG_TABLE_SCHEMA,
            TABLE = TG_TABLE_NAME,
            COLUMN = TG_ARGV[0],
            CONSTRAINT = TG_NAME;
END;
";
