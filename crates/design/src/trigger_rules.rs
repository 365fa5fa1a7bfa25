//! Rules that triggers keep: the functions and triggers, what they raise, and how rows are joined.
//!
//! PostgreSQL fires triggers of one event in the order of their names, so the first word of a name
//! says its turn: `fill_` copies values in, `number_` gives numbers, `refuse_` turns down changes
//! that are never allowed, `verify_` checks what is left. All that is one BEFORE phase; sums and
//! counts (`total_`, `verify_` as constraint triggers) come after.

use std::collections::BTreeSet;

use pgwright_brief::model::{AttributeKind, Reference};
use pgwright_catalog::{
    Name, ObjectId, QualifiedName, Routine, RoutineSignature, Trigger, quote_literal,
};
use pgwright_ddl::expr::Expr;

use crate::companion;
use crate::draft::{Columns, Draft};
use crate::names;

/// SQLSTATE of `check_violation`.
pub const CHECK_VIOLATION: &str = "23514";
/// SQLSTATE of `restrict_violation`.
pub const RESTRICT_VIOLATION: &str = "23001";
/// SQLSTATE of `exclusion_violation`.
pub const EXCLUSION_VIOLATION: &str = "23P01";
/// SQLSTATE of `unique_violation`.
pub const UNIQUE_VIOLATION: &str = "23505";

/// An error that a trigger function raises.
#[derive(Debug)]
pub struct Refusal<'a> {
    /// Condition name: `check_violation` for a value that is wrong, `restrict_violation` for a
    /// change that is not allowed.
    pub condition: &'static str,
    /// What the error names as the constraint: the rule.
    pub constraint: &'a str,
    /// The table that the error names.
    pub table: &'a QualifiedName,
    /// The message, as an SQL expression.
    pub message: String,
    /// The hint, as an SQL expression.
    pub hint: Option<String>,
}

impl Refusal<'_> {
    /// The statement, each line behind `indent` spaces, with a newline at the end.
    pub fn raise(&self, indent: usize) -> String {
        let pad = " ".repeat(indent);
        let mut sql = format!(
            "{pad}RAISE EXCEPTION USING\n\
             {pad}    ERRCODE = {},\n\
             {pad}    SCHEMA = {}, TABLE = {}, CONSTRAINT = {},\n\
             {pad}    MESSAGE = {}",
            quote_literal(self.condition),
            quote_literal(self.table.schema.as_str()),
            quote_literal(self.table.name.as_str()),
            quote_literal(self.constraint),
            self.message,
        );
        if let Some(hint) = &self.hint {
            sql.push_str(&format!(",\n{pad}    HINT = {hint}"));
        }
        sql.push_str(";\n");
        sql
    }
}

/// How rules that [`refuse_old_snapshot`] guards say so.
pub const ISOLATION_LEVELS: &str = "A transaction at REPEATABLE READ would not see what it waited \
     for, so the function refuses that level: READ COMMITTED keeps the rule, and so does \
     SERIALIZABLE where all who write these rows use it.";

/// SQLSTATE of `feature_not_supported`.
pub const NOT_SUPPORTED: &str = "0A000";

/// The lines that turn down a transaction whose snapshot is as old as its first statement, for a
/// function that takes a lock and then looks at other rows: the lock makes it wait, and what the
/// other session committed meanwhile would stay hidden. At SERIALIZABLE the server notices.
pub fn refuse_old_snapshot(constraint: &str, table: &QualifiedName, indent: usize) -> String {
    let pad = " ".repeat(indent);
    let refusal = Refusal {
        condition: "feature_not_supported",
        constraint,
        table,
        message: quote_literal(&format!(
            "{constraint} cannot be tested in a REPEATABLE READ transaction"
        )),
        hint: Some(quote_literal(
            "Write these rows at READ COMMITTED, or all of them at SERIALIZABLE.",
        )),
    };
    format!(
        "{pad}-- At REPEATABLE READ the rows that another session committed during the wait below\n\
         {pad}-- would stay hidden, and both would be let through.\n\
         {pad}IF current_setting('transaction_isolation') = 'repeatable read' THEN\n\
         {}{pad}END IF;\n",
        refusal.raise(indent + 4)
    )
}

/// Whose rights a function has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rights {
    /// The session's: it touches only the row at hand.
    Session,
    /// The owner's (SECURITY DEFINER): it locks or writes rows of tables that the session may not
    /// change, and the rule must hold whoever writes.
    Owner,
}

/// Adds a trigger function and returns its name. `reads` are the tables its body names.
pub fn add_function(
    draft: &mut Draft<'_>,
    name: Name,
    body: String,
    rights: Rights,
    comment: &str,
    reads: &[QualifiedName],
) -> QualifiedName {
    let mut function = Routine::trigger_function(body);
    function.security_definer = rights == Rights::Owner;
    function.comment = Some(comment.to_owned());
    let name = draft.qualified(name);
    let signature = RoutineSignature::new(name.clone(), Vec::<String>::new());
    for table in reads {
        draft.catalog.depends(
            ObjectId::Routine(signature.clone()),
            ObjectId::Table(table.clone()),
        );
    }
    draft.catalog.routines.insert(signature, function);
    name
}

/// The object of a trigger function.
pub fn function_object(name: &QualifiedName) -> ObjectId {
    ObjectId::Routine(RoutineSignature::new(name.clone(), Vec::<String>::new()))
}

/// Adds a trigger to a table and returns its object. The tables of a design exist by the time
/// rules are built; one that does not is left alone.
pub fn add_trigger(
    draft: &mut Draft<'_>,
    table: &QualifiedName,
    name: &str,
    trigger: Trigger,
) -> ObjectId {
    let name = names::shortened(name, "");
    if let Some(found) = draft.catalog.tables.get_mut(table) {
        found.triggers.insert(name.clone(), trigger);
    }
    ObjectId::Trigger(table.clone(), name)
}

/// `left.a = right.b AND …`.
pub fn equal(left: &str, left_columns: &[Name], right: &str, right_columns: &[Name]) -> String {
    left_columns
        .iter()
        .zip(right_columns)
        .map(|(l, r)| format!("{} = {}", dotted(left, l), dotted(right, r)))
        .collect::<Vec<_>>()
        .join(" AND ")
}

/// `prefix.column`, or the column alone under an empty prefix.
pub fn dotted(prefix: &str, column: &Name) -> String {
    if prefix.is_empty() {
        column.quoted()
    } else {
        format!("{prefix}.{}", column.quoted())
    }
}

/// `prefix.a, prefix.b`.
pub fn list(prefix: &str, columns: &[Name]) -> String {
    columns
        .iter()
        .map(|c| dotted(prefix, c))
        .collect::<Vec<_>>()
        .join(", ")
}

/// The reference from a part to its whole.
#[derive(Debug, Clone)]
pub struct Link {
    /// The attribute of the part.
    pub attribute: String,
    /// Referencing columns of the part.
    pub columns: Vec<Name>,
    /// Referenced key columns of the whole, in the same order.
    pub key: Vec<Name>,
}

/// The reference from `part` to `whole`: its ownership, or else its first reference there.
pub fn link(draft: &Draft<'_>, part: &str, whole: &str) -> Option<Link> {
    let entity = draft.brief.entity(part)?;
    let owned = entity
        .part_of
        .iter()
        .filter(|p| p.whole == whole)
        .map(|p| p.name.as_str());
    let referring = entity.attributes.iter().filter_map(|a| match &a.kind {
        AttributeKind::Reference(Reference { entity, .. }) if entity == whole => {
            Some(a.name.as_str())
        }
        AttributeKind::Either(choices) if choices.iter().any(|c| c.entity == whole) => {
            Some(a.name.as_str())
        }
        _ => None,
    });
    for attribute in owned.chain(referring) {
        let (target, columns) = match draft.columns(part, attribute)? {
            Columns::Reference {
                columns, target, ..
            } => (target, columns),
            Columns::Either(choices) => {
                let (target, columns) = choices.iter().find(|(r, _)| r.entity == whole)?;
                (target, columns)
            }
            _ => continue,
        };
        let (_, key) = draft.target(target);
        return Some(Link {
            attribute: attribute.to_owned(),
            columns: columns.clone(),
            key: key.into_iter().map(|(name, _)| name).collect(),
        });
    }
    None
}

/// Columns of a table that cannot be NULL.
pub fn not_null_columns(draft: &Draft<'_>, table: &QualifiedName) -> Vec<String> {
    draft.catalog.tables.get(table).map_or_else(Vec::new, |t| {
        t.columns
            .iter()
            .filter(|c| c.not_null)
            .map(|c| c.name.to_string())
            .collect()
    })
}

/// The column whose numbers are compared or added up: the only one, or the amount of an amount
/// that carries its currency.
pub fn number_column(draft: &Draft<'_>, entity: &str, attribute: &str) -> Option<Name> {
    match draft.columns(entity, attribute)? {
        Columns::Several(parts) => parts
            .iter()
            .find(|(part, _)| part == "amount" || part == "value")
            .or_else(|| parts.first())
            .map(|(_, column)| column.clone()),
        other => other.scalar().cloned(),
    }
}

/// Columns of the attributes that an expression names, each once, in name order.
pub fn columns_of(draft: &Draft<'_>, entity: &str, expression: &Expr) -> Vec<Name> {
    expression
        .columns()
        .iter()
        .filter_map(|path| match path.as_slice() {
            [attribute] => draft.column(entity, attribute),
            _ => None,
        })
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect()
}

/// The column that hides rows of restorable entities.
pub fn hidden_column() -> Name {
    Name::new("deleted_at")
}

/// The lines that let the design's own maintenance through a trigger that refuses changes; none
/// when there is no erasure and no removal of expired rows.
pub fn unless_in_maintenance(draft: &mut Draft<'_>) -> String {
    let expires = draft.created_entities().any(|entity| {
        let keeps = entity.volume.as_ref().and_then(|v| v.keep_months);
        keeps.is_some() && draft.plan(&entity.name).partition.is_none()
    });
    if draft.brief.policies.erasable.is_empty() && !expires {
        return String::new();
    }
    let call = companion::in_maintenance(draft);
    format!(
        "    -- Erasure of personal data and removal of expired rows go through.\n    \
         IF {call} THEN\n        \
         RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;\n    \
         END IF;\n"
    )
}
