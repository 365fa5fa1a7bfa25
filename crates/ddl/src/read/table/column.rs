//! Column definitions: of CREATE TABLE and of ADD COLUMN.

use pg_query::NodeEnum;
use pg_query::protobuf::{self, ColumnDef, ConstrType, Node};
use pgwright_catalog::{
    Column, Expression, Generated, Identity, Name, ObjectId, Persistence, QualifiedName, Sequence,
    SequenceOptions, quote_literal,
};

use super::not_null::Wanted;
use super::{check, foreign_key, index, key, not_null, options, sequence};
use crate::analyze::ExprKind;
use crate::read::expression::Context;
use crate::read::failure::Failure;
use crate::read::names::{strings, truncate};
use crate::read::state::{State, no_column};

/// What is to be put on a table once its columns are there, in the server's order.
#[derive(Debug, Default)]
pub(super) struct Pending {
    pub(super) values: Vec<(Name, Value)>,
    pub(super) checks: Vec<protobuf::Constraint>,
    pub(super) not_nulls: Vec<(Name, Wanted)>,
    pub(super) keys: Vec<(protobuf::Constraint, Option<Name>)>,
    pub(super) foreign_keys: Vec<(protobuf::Constraint, Option<Name>)>,
}

/// Where the value of a column comes from.
#[derive(Debug)]
pub(super) enum Value {
    Default(Node),
    Generated(Node, bool),
    Identity(bool, Vec<Node>),
    /// The type of the sequence of a serial column.
    Serial(&'static str),
}

impl Pending {
    /// Puts all on the table.
    pub(super) fn apply(
        mut self,
        state: &mut State,
        on: &QualifiedName,
        recurse: bool,
    ) -> Result<(), Failure> {
        self.values(state, on)?;
        self.constraints(state, on, recurse)
    }

    /// Defaults, generated and identity columns.
    pub(super) fn values(&mut self, state: &mut State, on: &QualifiedName) -> Result<(), Failure> {
        // Sequences stand before the table, and so before everything else.
        let (own, rest): (Vec<_>, Vec<_>) = std::mem::take(&mut self.values)
            .into_iter()
            .partition(|(_, value)| matches!(value, Value::Serial(_) | Value::Identity(..)));
        for (column, value) in own.into_iter().chain(rest) {
            set_value(state, on, &column, value)?;
        }
        Ok(())
    }

    /// Checks, NOT NULLs, keys and foreign keys.
    pub(super) fn constraints(
        self,
        state: &mut State,
        on: &QualifiedName,
        recurse: bool,
    ) -> Result<(), Failure> {
        for definition in &self.checks {
            check::add(state, on, definition, recurse)?;
        }
        for (column, wanted) in &self.not_nulls {
            not_null::add(state, on, column.as_str(), wanted, recurse)?;
        }
        for (definition, column) in once(self.keys) {
            key::add(
                state,
                on,
                &definition,
                column.as_ref().map(Name::as_str),
                recurse,
            )?;
        }
        for (definition, column) in &self.foreign_keys {
            foreign_key::add(state, on, definition, column.as_ref().map(Name::as_str))?;
        }
        Ok(())
    }

    /// A table constraint, or one that stands at a column.
    pub(super) fn constraint(
        &mut self,
        definition: &protobuf::Constraint,
        column: Option<&Name>,
        creating: bool,
    ) {
        let mut definition = definition.clone();
        if creating {
            // There are no rows that it could be wrong for.
            definition.skip_validation = false;
        }
        let column = column.cloned();
        match definition.contype() {
            ConstrType::ConstrCheck => self.checks.push(definition),
            ConstrType::ConstrPrimary | ConstrType::ConstrUnique | ConstrType::ConstrExclusion => {
                self.keys.push((definition, column))
            }
            ConstrType::ConstrForeign => self.foreign_keys.push((definition, column)),
            ConstrType::ConstrNotnull => {
                let named = strings(&definition.keys)
                    .first()
                    .map(|name| Name::new(*name));
                if let Some(column) = named.or(column) {
                    self.not_null(column, wanted(&definition));
                }
            }
            _ => {}
        }
    }

    /// NOT NULL of a column; said twice it is one.
    pub(super) fn not_null(&mut self, column: Name, wanted: Wanted) {
        match self
            .not_nulls
            .iter_mut()
            .find(|(known, _)| *known == column)
        {
            Some((_, known)) => {
                if known.name.is_none() {
                    known.name = wanted.name;
                }
            }
            None => self.not_nulls.push((column, wanted)),
        }
    }
}

/// What a NOT NULL constraint says.
pub(super) fn wanted(definition: &protobuf::Constraint) -> Wanted {
    Wanted {
        name: (!definition.conname.is_empty()).then(|| Name::new(truncate(&definition.conname))),
        no_inherit: definition.is_no_inherit,
        not_valid: definition.skip_validation,
    }
}

/// The primary key first, and each key that is said twice once.
fn once(
    keys: Vec<(protobuf::Constraint, Option<Name>)>,
) -> Vec<(protobuf::Constraint, Option<Name>)> {
    let (mut kept, rest): (Vec<_>, Vec<_>) = keys
        .into_iter()
        .partition(|(definition, _)| definition.contype() == ConstrType::ConstrPrimary);
    for (definition, column) in rest {
        let columns = key::key_columns(&definition, column.as_ref().map(Name::as_str));
        let same = kept.iter_mut().find(|(known, known_column)| {
            definition.contype() != ConstrType::ConstrExclusion
                && known.contype() != ConstrType::ConstrExclusion
                && key::key_columns(known, known_column.as_ref().map(Name::as_str)) == columns
                && known.including == definition.including
                && known.nulls_not_distinct == definition.nulls_not_distinct
                && known.without_overlaps == definition.without_overlaps
                && known.deferrable == definition.deferrable
                && known.initdeferred == definition.initdeferred
                && (known.conname.is_empty() || definition.conname.is_empty())
                && known.indexname.is_empty()
                && definition.indexname.is_empty()
        });
        match same {
            Some((known, _)) => {
                if known.conname.is_empty() {
                    known.conname = definition.conname;
                }
            }
            None => kept.push((definition, column)),
        }
    }
    kept
}

/// Types that make a sequence.
fn serial(type_name: &protobuf::TypeName) -> Option<(&'static str, &'static str)> {
    if type_name.pct_type {
        return None;
    }
    match strings(&type_name.names).as_slice() {
        ["smallserial" | "serial2"] => Some(("smallint", "smallint")),
        ["serial" | "serial4"] => Some(("integer", "integer")),
        ["bigserial" | "serial8"] => Some(("bigint", "bigint")),
        _ => None,
    }
}

/// A column as its definition says, and what is to be put on it.
pub(super) fn define(
    state: &State,
    on: &QualifiedName,
    definition: &ColumnDef,
    pending: &mut Pending,
    creating: bool,
) -> Result<Column, Failure> {
    let name = Name::new(truncate(&definition.colname));
    let mut column = Column::new(name.clone(), String::new());
    let mut has_value = false;
    if let Some(type_name) = &definition.type_name {
        match serial(type_name) {
            Some((data_type, sequence)) => {
                if !type_name.array_bounds.is_empty() {
                    return Err(Failure::new("array of serial is not implemented"));
                }
                column.data_type = data_type.to_owned();
                pending.values.push((name.clone(), Value::Serial(sequence)));
                pending.not_null(name.clone(), Wanted::default());
                has_value = true;
            }
            None => {
                let resolved = state.resolve_type(type_name)?;
                if type_name.setof {
                    return Err(Failure::new(format!(
                        "column \"{name}\" cannot be declared SETOF"
                    )));
                }
                column.data_type = resolved.text;
            }
        }
    }
    if let Some(collate) = &definition.coll_clause {
        column.collation = state.column_collation(&collate.collname, &column.data_type)?;
    }
    column.storage = storage(&definition.storage_name, &column.data_type);
    if !definition.compression.is_empty() && definition.compression != "default" {
        column.compression = Some(definition.compression.clone());
    }
    options::foreign(&mut column.foreign_options, &definition.fdwoptions)?;
    let mut nullable = false;
    for constraint in attributed(&definition.constraints) {
        match constraint.contype() {
            ConstrType::ConstrNull => nullable = true,
            ConstrType::ConstrDefault
            | ConstrType::ConstrGenerated
            | ConstrType::ConstrIdentity => {
                if has_value {
                    let what = match constraint.contype() {
                        ConstrType::ConstrDefault => "default values",
                        ConstrType::ConstrGenerated => "generation clauses",
                        _ => "identity specifications",
                    };
                    return Err(Failure::new(format!(
                        "multiple {what} specified for column \"{name}\" of table \"{}\"",
                        on.name
                    )));
                }
                has_value = true;
                if constraint.contype() == ConstrType::ConstrIdentity {
                    let always = constraint.generated_when == "a";
                    let value = Value::Identity(always, constraint.options.clone());
                    pending.values.push((name.clone(), value));
                    pending.not_null(name.clone(), Wanted::default());
                } else if let Some(node) = constraint.raw_expr.as_deref() {
                    let node = node.clone();
                    let value = match constraint.contype() {
                        ConstrType::ConstrDefault => Value::Default(node),
                        _ => Value::Generated(node, constraint.generated_kind != "v"),
                    };
                    pending.values.push((name.clone(), value));
                }
            }
            _ => pending.constraint(&constraint, Some(&name), creating),
        }
    }
    if nullable && pending.not_nulls.iter().any(|(column, _)| *column == name) {
        return Err(Failure::new(format!(
            "conflicting NULL/NOT NULL declarations for column \"{name}\" of table \"{}\"",
            on.name
        )));
    }
    Ok(column)
}

/// Constraints of a column, with the DEFERRABLE and ENFORCED that follow them.
fn attributed(nodes: &[Node]) -> Vec<protobuf::Constraint> {
    let mut constraints: Vec<protobuf::Constraint> = Vec::new();
    for node in nodes {
        let Some(NodeEnum::Constraint(constraint)) = node.node.as_ref() else {
            continue;
        };
        match (constraint.contype(), constraints.last_mut()) {
            (ConstrType::ConstrAttrDeferrable, Some(last)) => last.deferrable = true,
            (ConstrType::ConstrAttrNotDeferrable, Some(last)) => last.deferrable = false,
            (ConstrType::ConstrAttrDeferred, Some(last)) => {
                last.deferrable = true;
                last.initdeferred = true;
            }
            (ConstrType::ConstrAttrImmediate, Some(last)) => last.initdeferred = false,
            (ConstrType::ConstrAttrEnforced, Some(last)) => last.is_enforced = true,
            (ConstrType::ConstrAttrNotEnforced, Some(last)) => {
                last.is_enforced = false;
                last.skip_validation = true;
            }
            _ => constraints.push((**constraint).clone()),
        }
    }
    constraints
}

/// STORAGE as it is held: only where it is not the type's own.
pub(super) fn storage(written: &str, data_type: &str) -> Option<String> {
    let written = written.to_ascii_uppercase();
    if written.is_empty() || written == "DEFAULT" || written == type_storage(data_type) {
        return None;
    }
    Some(written)
}

/// The storage of a type: what has a fixed length is plain.
pub(super) fn type_storage(data_type: &str) -> &'static str {
    if data_type.ends_with("[]") {
        return "EXTENDED";
    }
    match super::operator_class::internal_name(data_type).as_str() {
        "numeric" | "inet" | "cidr" => "MAIN",
        "bool" | "int2" | "int4" | "int8" | "float4" | "float8" | "char" | "date" | "time"
        | "timetz" | "timestamp" | "timestamptz" | "interval" | "uuid" | "oid" | "name"
        | "money" | "macaddr" | "macaddr8" | "point" | "line" | "lseg" | "box" | "circle"
        | "xid" | "xid8" | "cid" | "tid" | "pg_lsn" | "regclass" | "regproc" | "regtype" => "PLAIN",
        _ => "EXTENDED",
    }
}

/// Gives a column its default, expression, identity or sequence.
pub(super) fn set_value(
    state: &mut State,
    on: &QualifiedName,
    column: &Name,
    value: Value,
) -> Result<(), Failure> {
    match value {
        Value::Default(node) => set_default(state, on, column, &node),
        Value::Generated(node, stored) => {
            let data_type = type_of(state, on, column.as_str())?;
            let context = Context::new(ExprKind::GeneratedColumn)
                .over(on)
                .wanted(&data_type);
            let (expression, uses) = state.expression_and_uses(&node, &context)?;
            let generated = Generated { expression, stored };
            if let Some(held) = state.table_mut(on)?.column_mut(column.as_str()) {
                held.generated = Some(generated);
            }
            state.set_uses(ObjectId::Column(on.clone(), column.clone()), uses);
            Ok(())
        }
        Value::Identity(always, options) => add_identity(state, on, column, always, &options),
        Value::Serial(data_type) => add_serial(state, on, column, data_type),
    }
}

/// The type of a column.
pub(super) fn type_of(state: &State, on: &QualifiedName, column: &str) -> Result<String, Failure> {
    state
        .table(on)?
        .column(column)
        .map(|column| column.data_type.clone())
        .ok_or_else(|| no_column(column, on))
}

/// SET DEFAULT. A default that is only NULL is none.
pub(super) fn set_default(
    state: &mut State,
    on: &QualifiedName,
    column: &Name,
    node: &Node,
) -> Result<(), Failure> {
    let data_type = type_of(state, on, column.as_str())?;
    let context = Context::new(ExprKind::ColumnDefault)
        .over(on)
        .wanted(&data_type);
    let stored = state.stored(node, &context)?;
    // A plain NULL is what a column has anyway.
    let default = (!stored.is_null).then(|| Expression::new(stored.text));
    if let Some(held) = state.table_mut(on)?.column_mut(column.as_str()) {
        held.default = default;
    }
    state.set_uses(ObjectId::Column(on.clone(), column.clone()), stored.uses);
    Ok(())
}

fn persistence(state: &State, on: &QualifiedName) -> bool {
    state
        .catalog
        .tables
        .get(on)
        .is_some_and(|table| table.persistence == Persistence::Unlogged)
}

fn add_serial(
    state: &mut State,
    on: &QualifiedName,
    column: &Name,
    data_type: &str,
) -> Result<(), Failure> {
    let name = index::sequence_name(state, on, column.as_str());
    let sequence = Sequence {
        data_type: data_type.to_owned(),
        options: SequenceOptions::default(),
        owned_by: Some((on.clone(), column.clone())),
        unlogged: persistence(state, on),
        owner: state.new_owner(),
        comment: None,
        grants: Default::default(),
    };
    sequence::insert(state, name.clone(), sequence);
    let default = Expression::new(nextval(&name));
    if let Some(held) = state.table_mut(on)?.column_mut(column.as_str()) {
        held.default = Some(default);
    }
    state.set_uses(
        ObjectId::Column(on.clone(), column.clone()),
        [ObjectId::Sequence(name)].into(),
    );
    Ok(())
}

/// The default of a column that takes its values from a sequence.
pub(super) fn nextval(sequence: &QualifiedName) -> String {
    format!("nextval({}::regclass)", quote_literal(&sequence.quoted()))
}

/// ADD GENERATED … AS IDENTITY.
pub(super) fn add_identity(
    state: &mut State,
    on: &QualifiedName,
    column: &Name,
    always: bool,
    nodes: &[Node],
) -> Result<(), Failure> {
    let mut data_type = type_of(state, on, column.as_str())?;
    if !matches!(data_type.as_str(), "smallint" | "integer" | "bigint") {
        return Err(Failure::new(
            "identity column type must be smallint, integer, or bigint",
        ));
    }
    let mut values = sequence::Values::default();
    values.read(state, nodes)?;
    let mut sequence = SequenceOptions::default();
    values.apply(&mut data_type, &mut sequence, true)?;
    let name = match &values.name {
        Some(parts) => {
            let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
            let name = match parts.as_slice() {
                [name] => QualifiedName::new(on.schema.clone(), truncate(name)),
                parts => state.new_name(parts)?,
            };
            if name.schema != on.schema {
                // The server looks for the owning table beside the sequence.
                return Err(Failure::missing(
                    "relation",
                    &format!("{}.{}", name.schema, on.name),
                ));
            }
            if state.relation_kind(&name).is_some() {
                return Err(Failure::exists("relation", name.name.as_str()));
            }
            name
        }
        None => index::sequence_name(state, on, column.as_str()),
    };
    let table_unlogged = persistence(state, on);
    let persistence = match values.unlogged {
        Some(true) if !table_unlogged => Some(Persistence::Unlogged),
        Some(false) if table_unlogged => Some(Persistence::Permanent),
        _ => None,
    };
    let identity = Identity {
        always,
        sequence,
        name: Some(name.clone()),
        persistence,
        ..Identity::default()
    };
    let table = state.table_mut(on)?;
    let Some(held) = table.column_mut(column.as_str()) else {
        return Err(no_column(column.as_str(), on));
    };
    held.identity = Some(identity);
    state
        .identity_sequences
        .insert(name, (on.clone(), column.clone()));
    Ok(())
}
