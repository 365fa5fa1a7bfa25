//! The options of functions and procedures, of CREATE and ALTER.

use pg_query::NodeEnum;
use pg_query::protobuf::{Node, VariableSetKind, VariableSetStmt};
use pgwright_catalog::{Name, Parallel, QualifiedName, Routine, Volatility, quote_literal};

use super::nodes;
use super::options::{self, DefinedOption};
use crate::read::failure::Failure;
use crate::read::state::State;

/// The settings whose values are lists of names.
const LIST_SETTINGS: [&str; 7] = [
    "createrole_self_grant",
    "local_preload_libraries",
    "search_path",
    "session_preload_libraries",
    "shared_preload_libraries",
    "temp_tablespaces",
    "unix_socket_directories",
];

/// What was said.
#[derive(Debug, Default)]
pub(super) struct Options {
    /// AS: one text, or an object file and a symbol.
    pub body: Option<Vec<String>>,
    pub language: Option<Name>,
    pub window: Option<bool>,
    volatility: Option<Volatility>,
    strict: Option<bool>,
    security_definer: Option<bool>,
    leakproof: Option<bool>,
    cost: Option<f32>,
    rows: Option<f32>,
    support: Option<QualifiedName>,
    parallel: Option<Parallel>,
    transforms: Option<Vec<String>>,
    /// In order: a value for a name, or none to take it away; without a name all of them.
    settings: Vec<(Option<String>, Option<String>)>,
}

impl Options {
    /// Reads a list of options.
    pub(super) fn read(state: &State, nodes: &[Node]) -> Result<Self, Failure> {
        let mut read = Self::default();
        for option in options::options(nodes) {
            read.add(state, option)?;
        }
        Ok(read)
    }

    fn add(&mut self, state: &State, option: DefinedOption<'_>) -> Result<(), Failure> {
        match option.name() {
            "as" => {
                let parts = option.list().iter().filter_map(nodes::string);
                self.body = Some(parts.map(str::to_owned).collect());
            }
            "language" => self.language = Some(Name::new(option.text().to_lowercase())),
            "window" => self.window = Some(option.truth()),
            "volatility" => {
                self.volatility = Some(match option.text().as_str() {
                    "immutable" => Volatility::Immutable,
                    "stable" => Volatility::Stable,
                    _ => Volatility::Volatile,
                });
            }
            "strict" => self.strict = Some(option.truth()),
            "security" => self.security_definer = Some(option.truth()),
            "leakproof" => self.leakproof = Some(option.truth()),
            "cost" => self.cost = Some(positive("COST", option)?),
            "rows" => self.rows = Some(positive("ROWS", option)?),
            "support" => self.support = Some(state.function_named(&option.written())),
            "parallel" => {
                self.parallel = Some(match option.text().to_ascii_lowercase().as_str() {
                    "safe" => Parallel::Safe,
                    "restricted" => Parallel::Restricted,
                    "unsafe" => Parallel::Unsafe,
                    _ => {
                        return Err(Failure::new(
                            "parameter \"parallel\" must be SAFE, RESTRICTED, or UNSAFE",
                        ));
                    }
                });
            }
            "transform" => {
                let types = option.list().iter().map(|node| state.node_type(node));
                self.transforms = Some(types.collect::<Result<_, _>>()?);
            }
            "set" => {
                if let Some(NodeEnum::VariableSetStmt(set)) =
                    option.node().and_then(|node| node.node.as_ref())
                {
                    self.settings.push(setting(state, set));
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Applies what was said to a routine.
    pub(super) fn apply(&self, routine: &mut Routine, procedure: bool) -> Result<(), Failure> {
        if procedure
            && (self.volatility.is_some()
                || self.strict.is_some()
                || self.leakproof.is_some()
                || self.cost.is_some()
                || self.rows.is_some()
                || self.parallel.is_some())
        {
            return Err(Failure::new("invalid attribute in procedure definition"));
        }
        routine.volatility = self.volatility.unwrap_or(routine.volatility);
        routine.strict = self.strict.unwrap_or(routine.strict);
        routine.security_definer = self.security_definer.unwrap_or(routine.security_definer);
        routine.leakproof = self.leakproof.unwrap_or(routine.leakproof);
        routine.parallel = self.parallel.unwrap_or(routine.parallel);
        if let Some(cost) = self.cost {
            let foreign = matches!(routine.language.as_str(), "c" | "internal");
            let usual = if foreign { 1.0 } else { 100.0 };
            routine.cost = (cost != usual).then(|| cost.to_string());
        }
        if let Some(rows) = self.rows {
            let set = routine
                .returns
                .as_deref()
                .is_none_or(|returns| returns.starts_with("SETOF "));
            if !set {
                return Err(Failure::new(
                    "ROWS is not applicable when function does not return a set",
                ));
            }
            routine.rows = (rows != 1000.0).then(|| rows.to_string());
        }
        if let Some(support) = &self.support {
            routine.support = Some(support.clone());
        }
        if let Some(transforms) = &self.transforms {
            routine.transforms.clone_from(transforms);
        }
        for (name, value) in &self.settings {
            match (name, value) {
                (None, _) => routine.settings.clear(),
                (Some(name), None) => {
                    routine.settings.remove(name);
                }
                (Some(name), Some(value)) => {
                    routine.settings.insert(name.clone(), value.clone());
                }
            }
        }
        Ok(())
    }
}

fn positive(word: &str, option: DefinedOption<'_>) -> Result<f32, Failure> {
    option
        .text()
        .parse()
        .ok()
        .filter(|value| *value > 0.0)
        .ok_or_else(|| Failure::new(format!("{word} must be positive")))
}

/// A setting's name and its value as SQL, `None` for RESET.
fn setting(state: &State, set: &VariableSetStmt) -> (Option<String>, Option<String>) {
    let name = canonical(&set.name);
    match set.kind() {
        VariableSetKind::VarResetAll => (None, None),
        VariableSetKind::VarReset | VariableSetKind::VarSetDefault => (Some(name), None),
        VariableSetKind::VarSetCurrent => {
            let value = current(state, &name);
            (Some(name), Some(value))
        }
        _ => {
            let values: Vec<String> = set.args.iter().filter_map(value).collect();
            let sql = if LIST_SETTINGS.contains(&name.as_str()) {
                list(values.iter().map(String::as_str))
            } else {
                quote_literal(&values.join(", "))
            };
            (Some(name), Some(sql))
        }
    }
}

fn list<'a>(values: impl Iterator<Item = &'a str>) -> String {
    values.map(quote_literal).collect::<Vec<_>>().join(", ")
}

/// The value that the session has.
fn current(state: &State, name: &str) -> String {
    if name == "search_path" {
        return list(state.session.search_path.iter().map(Name::as_str));
    }
    let held = state.session.settings.get(&name.to_ascii_lowercase());
    quote_literal(held.map_or("", String::as_str))
}

fn value(node: &Node) -> Option<String> {
    match node.node.as_ref()? {
        // SET TIME ZONE INTERVAL '…'.
        NodeEnum::TypeCast(cast) => nodes::constant_text(cast.arg.as_deref()?),
        _ => nodes::constant_text(node),
    }
}

/// The name as the server spells it.
fn canonical(name: &str) -> String {
    let lower = name.to_ascii_lowercase();
    match lower.as_str() {
        "timezone" => "TimeZone".to_owned(),
        "datestyle" => "DateStyle".to_owned(),
        "intervalstyle" => "IntervalStyle".to_owned(),
        _ => lower,
    }
}
