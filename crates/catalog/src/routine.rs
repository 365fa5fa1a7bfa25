//! Functions, procedures and the triggers that call them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Serialize, Serializer};

use crate::{Deferrability, Expression, Grant, Name, Privilege, QualifiedName};

/// What identifies a routine: its name and the types of its input arguments.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoutineSignature {
    /// Name.
    pub name: QualifiedName,
    /// Types of the IN, INOUT and VARIADIC arguments, as `format_type` prints them.
    pub arguments: Vec<String>,
}

impl RoutineSignature {
    /// A signature.
    pub fn new(
        name: QualifiedName,
        arguments: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        Self {
            name,
            arguments: arguments.into_iter().map(Into::into).collect(),
        }
    }

    /// `schema.name(type, …)` as SQL text needs it.
    pub fn quoted(&self) -> String {
        format!("{}({})", self.name.quoted(), self.arguments.join(", "))
    }
}

impl fmt::Display for RoutineSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({})", self.name, self.arguments.join(", "))
    }
}

impl Serialize for RoutineSignature {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A function or procedure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Routine {
    /// Function or procedure.
    pub kind: RoutineKind,
    /// Arguments in order, all modes. TABLE columns are arguments of mode `Table`.
    pub arguments: Vec<Argument>,
    /// Return type as SQL (`trigger`, `SETOF crm.contacts`, `TABLE(…)` is given by arguments and
    /// this is then `None`); `None` for procedures.
    pub returns: Option<String>,
    /// Language: `sql`, `plpgsql` or an extension's.
    pub language: Name,
    /// The body.
    pub body: RoutineBody,
    /// IMMUTABLE, STABLE or VOLATILE.
    pub volatility: Volatility,
    /// STRICT.
    pub strict: bool,
    /// SECURITY DEFINER.
    pub security_definer: bool,
    /// LEAKPROOF.
    pub leakproof: bool,
    /// PARALLEL.
    pub parallel: Parallel,
    /// COST, when it is not the language's default.
    pub cost: Option<String>,
    /// ROWS, when it is not the default.
    pub rows: Option<String>,
    /// SUPPORT function.
    pub support: Option<QualifiedName>,
    /// TRANSFORM FOR TYPE: the types.
    pub transforms: Vec<String>,
    /// SET parameters, such as `search_path`; the value as SQL text after `TO`.
    pub settings: BTreeMap<String, String>,
    /// Owner, when known or chosen.
    pub owner: Option<Name>,
    /// `COMMENT ON FUNCTION`.
    pub comment: Option<String>,
    /// Privileges of everyone but the owner; by default PUBLIC has EXECUTE.
    pub grants: BTreeSet<Grant>,
}

impl Routine {
    /// A function with PostgreSQL's defaults and a fixed, empty search path: names in its body
    /// must be qualified, so that no caller can put another object in their place. A body of several
    /// lines starts and ends on lines of its own.
    pub fn function(language: &str, returns: impl Into<String>, body: impl Into<String>) -> Self {
        Self {
            kind: RoutineKind::Function,
            arguments: Vec::new(),
            returns: Some(returns.into()),
            language: Name::new(language),
            body: RoutineBody::Text(own_lines(&body.into())),
            volatility: Volatility::Volatile,
            strict: false,
            security_definer: false,
            leakproof: false,
            parallel: Parallel::Unsafe,
            cost: None,
            rows: None,
            support: None,
            transforms: Vec::new(),
            settings: BTreeMap::from([("search_path".to_owned(), "''".to_owned())]),
            owner: None,
            comment: None,
            grants: BTreeSet::from([Grant::to_public(Privilege::Execute)]),
        }
    }

    /// A PL/pgSQL trigger function.
    pub fn trigger_function(body: impl Into<String>) -> Self {
        Self::function("plpgsql", "trigger", body)
    }

    /// The signature of this routine under a name.
    pub fn signature(&self, name: QualifiedName) -> RoutineSignature {
        RoutineSignature {
            name,
            arguments: self
                .arguments
                .iter()
                .filter(|a| !matches!(a.mode, ArgumentMode::Out | ArgumentMode::Table))
                .map(|a| a.data_type.clone())
                .collect(),
        }
    }
}

/// A body of several lines starts and ends on lines of its own.
fn own_lines(text: &str) -> String {
    if !text.contains('\n') {
        return text.to_owned();
    }
    let start = if text.starts_with(char::is_whitespace) {
        ""
    } else {
        "\n"
    };
    let end = if text.ends_with(char::is_whitespace) {
        ""
    } else {
        "\n"
    };
    format!("{start}{text}{end}")
}

/// Function or procedure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum RoutineKind {
    /// A function.
    Function,
    /// A procedure.
    Procedure,
    /// A function that can only be called as a window function.
    Window,
}

/// The body of a routine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum RoutineBody {
    /// Text between dollar quotes (`prosrc`).
    Text(String),
    /// A standard SQL body, as SQL (`BEGIN ATOMIC … END` or `RETURN …`).
    Sql(String),
    /// A C function: object file and link symbol.
    C(String, String),
}

/// An argument of a routine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Argument {
    /// Mode.
    pub mode: ArgumentMode,
    /// Name, when it has one.
    pub name: Option<Name>,
    /// Type as `format_type` prints it.
    pub data_type: String,
    /// DEFAULT.
    pub default: Option<Expression>,
}

impl Argument {
    /// An input argument.
    pub fn input(name: impl Into<Name>, data_type: impl Into<String>) -> Self {
        Self {
            mode: ArgumentMode::In,
            name: Some(name.into()),
            data_type: data_type.into(),
            default: None,
        }
    }

    /// A column of `RETURNS TABLE (…)`.
    pub fn table_column(name: impl Into<Name>, data_type: impl Into<String>) -> Self {
        Self {
            mode: ArgumentMode::Table,
            ..Self::input(name, data_type)
        }
    }

    /// The same argument with a default.
    pub fn default(mut self, sql: impl Into<String>) -> Self {
        self.default = Some(Expression::new(sql));
        self
    }
}

/// Mode of an argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ArgumentMode {
    /// IN.
    In,
    /// OUT.
    Out,
    /// INOUT.
    InOut,
    /// VARIADIC.
    Variadic,
    /// A column of RETURNS TABLE.
    Table,
}

/// IMMUTABLE, STABLE or VOLATILE.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Volatility {
    /// IMMUTABLE.
    Immutable,
    /// STABLE.
    Stable,
    /// VOLATILE.
    Volatile,
}

/// PARALLEL SAFE, RESTRICTED or UNSAFE.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Parallel {
    /// SAFE.
    Safe,
    /// RESTRICTED.
    Restricted,
    /// UNSAFE.
    Unsafe,
}

/// A trigger; its name is its key in the table or view.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Trigger {
    /// BEFORE, AFTER or INSTEAD OF.
    pub timing: TriggerTiming,
    /// Events, in the order INSERT, DELETE, UPDATE, TRUNCATE.
    pub events: BTreeSet<TriggerEvent>,
    /// UPDATE OF columns; empty means any column.
    pub update_columns: Vec<Name>,
    /// FOR EACH ROW, as opposed to FOR EACH STATEMENT.
    pub for_each_row: bool,
    /// WHEN, without the outer parentheses.
    pub when: Option<Expression>,
    /// The function.
    pub function: QualifiedName,
    /// Arguments, as text.
    pub arguments: Vec<String>,
    /// CREATE CONSTRAINT TRIGGER, with when it is checked.
    pub constraint: Option<Deferrability>,
    /// FROM: the other table that a constraint trigger names.
    pub from: Option<QualifiedName>,
    /// REFERENCING OLD TABLE AS.
    pub old_table: Option<Name>,
    /// REFERENCING NEW TABLE AS.
    pub new_table: Option<Name>,
    /// Enable state.
    pub enabled: TriggerEnabled,
    /// `COMMENT ON TRIGGER`.
    pub comment: Option<String>,
}

impl Trigger {
    /// A row trigger.
    pub fn row(
        timing: TriggerTiming,
        events: impl IntoIterator<Item = TriggerEvent>,
        function: QualifiedName,
    ) -> Self {
        Self {
            timing,
            events: events.into_iter().collect(),
            update_columns: Vec::new(),
            for_each_row: true,
            when: None,
            function,
            arguments: Vec::new(),
            constraint: None,
            from: None,
            old_table: None,
            new_table: None,
            enabled: TriggerEnabled::Origin,
            comment: None,
        }
    }
}

/// BEFORE, AFTER or INSTEAD OF.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TriggerTiming {
    /// BEFORE.
    Before,
    /// AFTER.
    After,
    /// INSTEAD OF.
    InsteadOf,
}

/// Events of a trigger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TriggerEvent {
    /// INSERT.
    Insert,
    /// DELETE.
    Delete,
    /// UPDATE.
    Update,
    /// TRUNCATE.
    Truncate,
}

/// Enable state of a trigger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TriggerEnabled {
    /// Fires in origin and local mode: the default.
    Origin,
    /// ENABLE ALWAYS.
    Always,
    /// ENABLE REPLICA.
    Replica,
    /// DISABLED.
    Disabled,
}
