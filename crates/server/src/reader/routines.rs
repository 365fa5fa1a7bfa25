//! Reading functions, procedures and window functions.

use std::collections::{BTreeMap, BTreeSet};

use pgwright_catalog::{
    Argument, ArgumentMode, Expression, Grant, Name, ObjectId, Parallel, Privilege, Routine,
    RoutineBody, RoutineKind, Volatility, quote_literal,
};

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
            let Some(name) = self.own_name(Class::Routine, &row)? else {
                continue;
            };
            let oid = row.get("oid")?;
            let routine = self.routine(oid, &row)?;
            let signature = routine.signature(name);
            let id = ObjectId::Routine(signature.clone());
            self.ids.insert((Class::Routine, oid), id);
            self.catalog.routines.insert(signature, routine);
        }
        Ok(())
    }

    fn routine(&mut self, oid: u32, row: &Record) -> Result<Routine, ReadError> {
        let source = row.text("source")?;
        let language = self.names.get(Class::Language, row.get("language")?);
        let language = language.cloned().unwrap_or_default();
        let is_compiled = matches!(language.as_str(), "c" | "internal");
        let body = match (
            row.get::<Option<String>>("sql_body")?,
            row.get("object_file")?,
        ) {
            (Some(sql), _) => RoutineBody::Sql(sql.trim().to_owned()),
            (None, Some(file)) if language.as_str() == "c" => RoutineBody::C(file, source),
            (None, _) => RoutineBody::Text(source),
        };
        let kind = match row.code("kind")? {
            'p' => RoutineKind::Procedure,
            'w' => RoutineKind::Window,
            _ => RoutineKind::Function,
        };
        let arguments = self.arguments(row)?;
        let (cost, rows): (f32, f32) = (row.get("cost")?, row.get("rows")?);
        let usual_cost = if is_compiled { 1.0 } else { 100.0 };
        let returns_set = row.get("returns_set")?;
        let usual_rows = if returns_set { 1000.0 } else { 0.0 };
        let transforms: Option<Vec<u32>> = row.get("transforms")?;
        Ok(Routine {
            kind,
            returns: match kind {
                RoutineKind::Procedure => None,
                // RETURNS TABLE is told by the arguments.
                _ if arguments.iter().any(|a| a.mode == ArgumentMode::Table) => None,
                _ => {
                    let result = self.names.type_name(row.get("result")?);
                    Some(if returns_set {
                        format!("SETOF {result}")
                    } else {
                        result
                    })
                }
            },
            arguments,
            language,
            body,
            volatility: match row.code("volatility")? {
                'i' => Volatility::Immutable,
                's' => Volatility::Stable,
                _ => Volatility::Volatile,
            },
            strict: row.get("strict")?,
            security_definer: row.get("security_definer")?,
            leakproof: row.get("leakproof")?,
            parallel: parallel(row.code("parallel")?),
            cost: (cost != usual_cost).then(|| cost.to_string()),
            rows: (rows != usual_rows).then(|| rows.to_string()),
            support: self.names.function(row.get("support")?),
            transforms: self.names.type_names(&transforms.unwrap_or_default()),
            settings: settings(row.get("settings")?),
            owner: self.owner(row.get("owner")?),
            comment: self.comment(Class::Routine, oid),
            grants: BTreeSet::from([Grant::to_public(Privilege::Execute)]),
        })
    }

    /// The columns argument_types, argument_modes, argument_names and argument_defaults.
    pub(super) fn arguments(&self, row: &Record) -> Result<Vec<Argument>, ReadError> {
        let types: Vec<u32> = row.get("argument_types")?;
        let modes: Vec<String> = row.get::<Option<_>>("argument_modes")?.unwrap_or_default();
        let names: Vec<String> = row.get::<Option<_>>("argument_names")?.unwrap_or_default();
        let defaults: Option<Vec<Option<String>>> = row.get("argument_defaults")?;
        let defaults = defaults.unwrap_or_default();
        let argument = |(place, type_): (usize, u32)| Argument {
            mode: match modes.get(place).map(String::as_str) {
                Some("o") => ArgumentMode::Out,
                Some("b") => ArgumentMode::InOut,
                Some("v") => ArgumentMode::Variadic,
                Some("t") => ArgumentMode::Table,
                _ => ArgumentMode::In,
            },
            name: names
                .get(place)
                .filter(|name| !name.is_empty())
                .map(|name| Name::new(name.as_str())),
            data_type: self.names.type_name(type_),
            default: defaults.get(place).cloned().flatten().map(Expression::new),
        };
        Ok(types.into_iter().enumerate().map(argument).collect())
    }
}

pub(super) fn parallel(code: char) -> Parallel {
    match code {
        's' => Parallel::Safe,
        'r' => Parallel::Restricted,
        _ => Parallel::Unsafe,
    }
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
