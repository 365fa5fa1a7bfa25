//! Reading functions and procedures, triggers and policies.

use std::collections::{BTreeMap, BTreeSet};

use pgwright_catalog::{
    Argument, ArgumentMode, Expression, Name, ObjectId, Parallel, Policy, PolicyCommand,
    QualifiedName, Routine, RoutineBody, RoutineKind, Trigger, TriggerEnabled, TriggerEvent,
    TriggerTiming, Volatility, quote_literal,
};

use super::constraints::{deferrability, expression};
use super::relations::not_understood;
use super::{Class, ReadError, Reader, Record, text};

/// The settings whose values are lists of names, stored quoted (GUC_LIST_QUOTE).
const LIST_SETTINGS: [&str; 7] = [
    "createrole_self_grant",
    "local_preload_libraries",
    "search_path",
    "session_preload_libraries",
    "shared_preload_libraries",
    "temp_tablespaces",
    "unix_socket_directories",
];

impl Reader<'_> {
    pub(super) fn read_routines(&mut self) -> Result<(), ReadError> {
        for row in self.query("routines", include_str!("../queries/routines.sql"), &[])? {
            let routine = Routine {
                owner: self.owner(row.get("owner")?),
                ..routine(&row)?
            };
            let signature = routine.signature(row.qualified_name()?);
            let id = ObjectId::Routine(signature.clone());
            if row.get("has_support")? {
                self.warn(&id, "its SUPPORT function is not held");
            }
            if row.get("has_transforms")? {
                self.warn(&id, "TRANSFORM FOR TYPE is not held");
            }
            self.ids.insert((Class::Routine, row.get("oid")?), id);
            self.catalog.routines.insert(signature, routine);
        }
        Ok(())
    }

    pub(super) fn read_triggers(&mut self) -> Result<(), ReadError> {
        for row in self.query("triggers", include_str!("../queries/triggers.sql"), &[])? {
            let relation: u32 = row.get("relation")?;
            let Some(holder) = self.id(Class::Relation, relation).cloned() else {
                continue;
            };
            let (ObjectId::Table(on) | ObjectId::View(on)) = &holder else {
                continue;
            };
            let name = row.name("name")?;
            let id = ObjectId::Trigger(on.clone(), name.clone());
            if row.get("has_from")? {
                self.warn(&id, "FROM (the referenced table) is not held");
            }
            let trigger = trigger(&id, &row)?;
            self.ids.insert((Class::Trigger, row.get("oid")?), id);
            let triggers = match &holder {
                ObjectId::Table(on) => self.catalog.tables.get_mut(on).map(|t| &mut t.triggers),
                _ => self.catalog.views.get_mut(on).map(|v| &mut v.triggers),
            };
            if let Some(triggers) = triggers {
                triggers.insert(name, trigger);
            }
        }
        Ok(())
    }

    pub(super) fn read_policies(&mut self) -> Result<(), ReadError> {
        for row in self.query("policies", include_str!("../queries/policies.sql"), &[])? {
            let relation: u32 = row.get("relation")?;
            let Some(ObjectId::Table(on)) = self.id(Class::Relation, relation).cloned() else {
                continue;
            };
            let name = row.name("name")?;
            let clause = |column| -> Result<Option<Expression>, ReadError> {
                Ok(row
                    .get::<Option<String>>(column)?
                    .map(|sql| expression(&sql)))
            };
            let policy = Policy {
                command: match row.text("command")?.as_str() {
                    "r" => PolicyCommand::Select,
                    "a" => PolicyCommand::Insert,
                    "w" => PolicyCommand::Update,
                    "d" => PolicyCommand::Delete,
                    _ => PolicyCommand::All,
                },
                permissive: row.get("permissive")?,
                roles: row.names("roles")?.into_iter().collect(),
                using: clause("using_expression")?,
                with_check: clause("with_check")?,
                comment: row.get("comment")?,
            };
            let id = ObjectId::Policy(on.clone(), name.clone());
            self.ids.insert((Class::Policy, row.get("oid")?), id);
            if let Some(table) = self.catalog.tables.get_mut(&on) {
                table.policies.insert(name, policy);
            }
        }
        Ok(())
    }
}

fn routine(row: &Record) -> Result<Routine, ReadError> {
    let source = row.text("source")?;
    let language = row.name("language")?;
    let body = match (
        row.get::<Option<String>>("sql_body")?,
        row.get("object_file")?,
    ) {
        (Some(sql), _) => RoutineBody::Sql(sql.trim().to_owned()),
        (None, Some(file)) if language.as_str() == "c" => RoutineBody::C(file, source),
        (None, _) => RoutineBody::Text(source),
    };
    let result: Option<String> = row.get("result")?;
    Ok(Routine {
        kind: match row.text("kind")?.as_str() {
            "p" => RoutineKind::Procedure,
            _ => RoutineKind::Function,
        },
        arguments: arguments(row)?,
        // RETURNS TABLE is told by the arguments.
        returns: result.filter(|result| !result.starts_with("TABLE(")),
        language,
        body,
        volatility: match row.text("volatility")?.as_str() {
            "i" => Volatility::Immutable,
            "s" => Volatility::Stable,
            _ => Volatility::Volatile,
        },
        strict: row.get("strict")?,
        security_definer: row.get("security_definer")?,
        leakproof: row.get("leakproof")?,
        parallel: match row.text("parallel")?.as_str() {
            "s" => Parallel::Safe,
            "r" => Parallel::Restricted,
            _ => Parallel::Unsafe,
        },
        cost: row.get("cost")?,
        rows: row.get("rows")?,
        support: None,
        transforms: Vec::new(),
        settings: settings(row.get("settings")?),
        owner: None,
        comment: row.get("comment")?,
        grants: BTreeSet::new(),
    })
}

fn arguments(row: &Record) -> Result<Vec<Argument>, ReadError> {
    let types: Vec<String> = row.get("argument_types")?;
    let modes: Option<Vec<String>> = row.get("argument_modes")?;
    let names: Option<Vec<String>> = row.get("argument_names")?;
    let defaults: Vec<Option<String>> = row.get("argument_defaults")?;
    let (modes, names) = (modes.unwrap_or_default(), names.unwrap_or_default());
    let argument = |(place, data_type)| Argument {
        mode: match modes.get(place).map(String::as_str) {
            Some("o") => ArgumentMode::Out,
            Some("b") => ArgumentMode::InOut,
            Some("v") => ArgumentMode::Variadic,
            Some("t") => ArgumentMode::Table,
            _ => ArgumentMode::In,
        },
        name: names
            .get(place)
            .filter(|name: &&String| !name.is_empty())
            .map(|name| Name::new(name.as_str())),
        data_type,
        default: defaults.get(place).cloned().flatten().map(Expression::new),
    };
    Ok(types.into_iter().enumerate().map(argument).collect())
}

/// SET parameters, their values as pg_get_functiondef writes them.
fn settings(list: Option<Vec<String>>) -> BTreeMap<String, String> {
    let value = |name: &str, value: &str| match name {
        _ if LIST_SETTINGS.contains(&name) => text::setting_list(value),
        _ => quote_literal(value),
    };
    text::options(list)
        .into_iter()
        .map(|(name, stored)| {
            let sql = value(&name, &stored);
            (name, sql)
        })
        .collect()
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

fn trigger(id: &ObjectId, row: &Record) -> Result<Trigger, ReadError> {
    let bits: i32 = row.get("bits")?;
    let events = [
        (bit::INSERT, TriggerEvent::Insert),
        (bit::DELETE, TriggerEvent::Delete),
        (bit::UPDATE, TriggerEvent::Update),
        (bit::TRUNCATE, TriggerEvent::Truncate),
    ];
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
    Ok(Trigger {
        timing: match () {
            () if bits & bit::BEFORE != 0 => TriggerTiming::Before,
            () if bits & bit::INSTEAD != 0 => TriggerTiming::InsteadOf,
            () => TriggerTiming::After,
        },
        events: events
            .into_iter()
            .filter(|(b, _)| bits & b != 0)
            .map(|(_, e)| e)
            .collect(),
        update_columns: row.names("update_columns")?,
        for_each_row: bits & bit::ROW != 0,
        when,
        function: QualifiedName::new(row.name("function_schema")?, row.name("function_name")?),
        arguments: trigger_arguments(&row.get::<Vec<u8>>("arguments")?),
        constraint,
        from: None,
        old_table: row.get::<Option<String>>("old_table")?.map(Name::from),
        new_table: row.get::<Option<String>>("new_table")?.map(Name::from),
        enabled: match row.text("enabled")?.as_str() {
            "D" => TriggerEnabled::Disabled,
            "R" => TriggerEnabled::Replica,
            "A" => TriggerEnabled::Always,
            _ => TriggerEnabled::Origin,
        },
        comment: row.get("comment")?,
    })
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
