//! Reading triggers, event triggers and policies.

use std::collections::BTreeSet;

use pgwright_catalog::{
    EventTrigger, Expression, Name, ObjectId, Policy, PolicyCommand, Trigger, TriggerEnabled,
    TriggerEvent, TriggerTiming,
};

use super::constraints::{deferrability, expression};
use super::relations::not_understood;
use super::{Class, ReadError, Reader, Record, text};

impl Reader<'_> {
    pub(super) fn read_triggers(&mut self) -> Result<(), ReadError> {
        for row in self.query("triggers", include_str!("../queries/triggers.sql"), &[])? {
            let relation: u32 = row.get("relation")?;
            let Some(holder) = self.id(Class::Relation, relation).cloned() else {
                continue;
            };
            let (ObjectId::Table(on) | ObjectId::View(on)) = &holder else {
                continue;
            };
            let oid = row.get("oid")?;
            let name = row.name("name")?;
            if row.get("is_inherited")? {
                let state = enabled(row.code("enabled")?);
                let table = self.catalog.tables.get_mut(on);
                if let Some(table) = table.filter(|_| row.get("has_own_state").unwrap_or(false)) {
                    table.inherited_trigger_states.insert(name, state);
                }
                continue;
            }
            if self.left_out.contains(&(Class::Trigger.number(), oid)) {
                continue;
            }
            let id = ObjectId::Trigger(on.clone(), name.clone());
            let Some(trigger) = self.trigger(relation, &id, &row)? else {
                continue;
            };
            let trigger = Trigger {
                comment: self.comment(Class::Trigger, oid),
                ..trigger
            };
            self.ids.insert((Class::Trigger, oid), id);
            let triggers = match &holder {
                ObjectId::Table(on) => self.catalog.tables.get_mut(on).map(|t| &mut t.triggers),
                _ => self.catalog.views.get_mut(on).map(|v| &mut v.triggers),
            };
            if let Some(triggers) = triggers {
                triggers.insert(name, trigger);
            }
        }
        self.read_event_triggers()
    }

    fn trigger(
        &self,
        relation: u32,
        id: &ObjectId,
        row: &Record,
    ) -> Result<Option<Trigger>, ReadError> {
        let bits: i32 = row.get("bits")?;
        let events = [
            (bit::INSERT, TriggerEvent::Insert),
            (bit::DELETE, TriggerEvent::Delete),
            (bit::UPDATE, TriggerEvent::Update),
            (bit::TRUNCATE, TriggerEvent::Truncate),
        ];
        let events = events.into_iter().filter(|(b, _)| bits & b != 0);
        let when = match row.get::<Option<String>>("definition")? {
            Some(definition) => {
                let condition = when(&definition).ok_or_else(|| not_understood(id, &definition))?;
                Some(condition)
            }
            None => None,
        };
        let constraint = match row.get("is_constraint")? {
            true => Some(deferrability(row)?),
            false => None,
        };
        let Some(function) = self.names.function(row.get("function")?) else {
            return Ok(None);
        };
        let from: u32 = row.get("from_relation")?;
        let columns: Vec<i16> = row.get("update_columns")?;
        let of = self.relations.get(&relation);
        let timing = match () {
            () if bits & bit::BEFORE != 0 => TriggerTiming::Before,
            () if bits & bit::INSTEAD != 0 => TriggerTiming::InsteadOf,
            () => TriggerTiming::After,
        };
        Ok(Some(Trigger {
            update_columns: of.map(|of| of.columns(&columns)).unwrap_or_default(),
            for_each_row: bits & bit::ROW != 0,
            when,
            arguments: trigger_arguments(&row.get::<Vec<u8>>("arguments")?),
            constraint,
            from: self.relations.get(&from).map(|from| from.name.clone()),
            old_table: row.optional_name("old_table")?,
            new_table: row.optional_name("new_table")?,
            enabled: enabled(row.code("enabled")?),
            ..Trigger::row(timing, events.map(|(_, event)| event), function)
        }))
    }

    fn read_event_triggers(&mut self) -> Result<(), ReadError> {
        let query = include_str!("../queries/event_triggers.sql");
        for row in self.query("event triggers", query, &[])? {
            let oid = row.get("oid")?;
            let function = self.names.function(row.get("function")?);
            let Some(function) = function.filter(|_| self.is_own(Class::EventTrigger, oid)) else {
                continue;
            };
            let tags: Option<Vec<String>> = row.get("tags")?;
            let trigger = EventTrigger {
                event: row.get("event")?,
                tags: tags.unwrap_or_default().into_iter().collect(),
                function,
                enabled: enabled(row.code("enabled")?),
                owner: self.owner(row.get("owner")?),
                comment: self.comment(Class::EventTrigger, oid),
            };
            let name = row.name("name")?;
            let id = ObjectId::EventTrigger(name.clone());
            self.ids.insert((Class::EventTrigger, oid), id);
            self.catalog.event_triggers.insert(name, trigger);
        }
        Ok(())
    }

    pub(super) fn read_policies(&mut self) -> Result<(), ReadError> {
        for row in self.query("policies", include_str!("../queries/policies.sql"), &[])? {
            let relation: u32 = row.get("relation")?;
            let Some(ObjectId::Table(on)) = self.id(Class::Relation, relation).cloned() else {
                continue;
            };
            let oid = row.get("oid")?;
            let name = row.name("name")?;
            let clause = |column| -> Result<Option<Expression>, ReadError> {
                let sql: Option<String> = row.get(column)?;
                Ok(sql.map(|sql| expression(&sql)))
            };
            let roles: Vec<u32> = row.get("roles")?;
            let roles: BTreeSet<Name> = roles
                .iter()
                .filter_map(|role| self.names.get(Class::Role, *role).cloned())
                .collect();
            let policy = Policy {
                command: match row.code("command")? {
                    'r' => PolicyCommand::Select,
                    'a' => PolicyCommand::Insert,
                    'w' => PolicyCommand::Update,
                    'd' => PolicyCommand::Delete,
                    _ => PolicyCommand::All,
                },
                permissive: row.get("permissive")?,
                roles,
                using: clause("using_expression")?,
                with_check: clause("with_check")?,
                comment: self.comment(Class::Policy, oid),
            };
            let id = ObjectId::Policy(on.clone(), name.clone());
            self.ids.insert((Class::Policy, oid), id);
            if let Some(table) = self.catalog.tables.get_mut(&on) {
                table.policies.insert(name, policy);
            }
        }
        Ok(())
    }
}

/// The enable state of a trigger or rule.
pub(super) fn enabled(code: char) -> TriggerEnabled {
    match code {
        'D' => TriggerEnabled::Disabled,
        'R' => TriggerEnabled::Replica,
        'A' => TriggerEnabled::Always,
        _ => TriggerEnabled::Origin,
    }
}

/// The bits of pg_trigger.tgtype (catalog/pg_trigger.h).
mod bit {
    pub(super) const ROW: i32 = 1;
    pub(super) const BEFORE: i32 = 1 << 1;
    pub(super) const INSERT: i32 = 1 << 2;
    pub(super) const DELETE: i32 = 1 << 3;
    pub(super) const UPDATE: i32 = 1 << 4;
    pub(super) const TRUNCATE: i32 = 1 << 5;
    pub(super) const INSTEAD: i32 = 1 << 6;
}

/// The condition out of `CREATE TRIGGER … WHEN (condition) EXECUTE FUNCTION …`: pg_get_expr cannot
/// print it, because it speaks of two rows.
fn when(definition: &str) -> Option<Expression> {
    let at = text::find(definition, " WHEN (")? + " WHEN ".len();
    Some(expression(text::enclosed(&definition[at..])?.0))
}

/// Arguments are stored each with a zero byte behind it.
fn trigger_arguments(bytes: &[u8]) -> Vec<String> {
    bytes
        .split_inclusive(|byte| *byte == 0)
        .map(|part| String::from_utf8_lossy(part.strip_suffix(&[0]).unwrap_or(part)).into_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn conditions_are_found_behind_awkward_names() {
        let definition = r#"CREATE TRIGGER " WHEN (" BEFORE UPDATE ON s.t FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION s.f(') WHEN (')"#;
        assert_eq!(
            when(definition).unwrap().sql(),
            "old.* IS DISTINCT FROM new.*"
        );
    }

    #[test]
    fn arguments_may_be_empty() {
        assert_eq!(trigger_arguments(b"a\0\0b c\0"), ["a", "", "b c"]);
        assert!(trigger_arguments(b"").is_empty());
    }
}
