//! Sequences: CREATE SEQUENCE, ALTER SEQUENCE, and the options that identity columns share with them.

use std::collections::BTreeSet;

use pg_query::NodeEnum;
use pg_query::protobuf::{AlterSeqStmt, CreateSeqStmt, DefElem, Node};
use pgwright_catalog::{Name, ObjectId, QualifiedName, Sequence, SequenceOptions};

use crate::read::failure::Failure;
use crate::read::names::{no_relation, strings};
use crate::read::state::{RelationKind, State};
use crate::read::type_name::integer;

/// CREATE SEQUENCE.
pub(in crate::read) fn create(state: &mut State, statement: &CreateSeqStmt) -> Result<(), Failure> {
    let relation = statement
        .sequence
        .as_ref()
        .ok_or_else(|| Failure::new("a name is missing"))?;
    let name = state.new_relation_name(relation)?;
    if state.relation_kind(&name).is_some() {
        if statement.if_not_exists {
            return Ok(());
        }
        return Err(Failure::exists("relation", name.name.as_str()));
    }
    let mut values = Values::default();
    values.read(state, &statement.options)?;
    let mut sequence = Sequence {
        data_type: "bigint".to_owned(),
        options: SequenceOptions::default(),
        owned_by: None,
        unlogged: relation.relpersistence == "u",
        owner: state.new_owner(),
        comment: None,
        grants: BTreeSet::new(),
    };
    values.apply(&mut sequence.data_type, &mut sequence.options, true)?;
    if let Some(owned_by) = values.owned_by {
        sequence.owned_by = owned_by_column(state, &name, &owned_by)?;
    }
    insert(state, name, sequence);
    Ok(())
}

/// Puts a sequence into the catalog.
pub(super) fn insert(state: &mut State, name: QualifiedName, sequence: Sequence) {
    let object = ObjectId::Sequence(name.clone());
    state.touch(&object);
    state.catalog.sequences.insert(name, sequence);
    state.set_initial_privileges(&object);
}

/// ALTER SEQUENCE.
pub(in crate::read) fn alter(state: &mut State, statement: &AlterSeqStmt) -> Result<(), Failure> {
    let relation = statement
        .sequence
        .as_ref()
        .ok_or_else(|| Failure::new("a name is missing"))?;
    let Some((name, kind)) = state.relation_if_exists(relation) else {
        if statement.missing_ok {
            return Ok(());
        }
        return Err(no_relation(&relation.schemaname, &relation.relname));
    };
    if kind != RelationKind::Sequence {
        return Err(Failure::new(format!(
            "cannot open relation \"{}\"",
            name.name
        )));
    }
    let mut values = Values::default();
    values.read(state, &statement.options)?;
    if let Some((table, column)) = state.identity_sequences.get(&name).cloned() {
        if values.owned_by.is_some() {
            return Err(Failure::new("cannot change ownership of identity sequence"));
        }
        let data_type = state
            .table(&table)?
            .column(column.as_str())
            .map(|column| column.data_type.clone())
            .unwrap_or_default();
        let identity = state
            .table_mut(&table)?
            .column_mut(column.as_str())
            .and_then(|column| column.identity.as_mut());
        if let Some(identity) = identity {
            let mut data_type = data_type;
            return values.apply(&mut data_type, &mut identity.sequence, false);
        }
        return Ok(());
    }
    let owned_by = match &values.owned_by {
        Some(owned_by) => Some(owned_by_column(state, &name, owned_by)?),
        None => None,
    };
    state.touch(&ObjectId::Sequence(name.clone()));
    let Some(sequence) = state.catalog.sequences.get_mut(&name) else {
        return Err(Failure::missing("relation", name.name.as_str()));
    };
    values.apply(&mut sequence.data_type, &mut sequence.options, false)?;
    if let Some(owned_by) = owned_by {
        sequence.owned_by = owned_by;
    }
    Ok(())
}

/// The column of OWNED BY; `None` for NONE.
fn owned_by_column(
    state: &State,
    sequence: &QualifiedName,
    parts: &[String],
) -> Result<Option<(QualifiedName, Name)>, Failure> {
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let (schema, table, column) = match parts.as_slice() {
        ["none"] => return Ok(None),
        [.., schema, table, column] => (Some(*schema), *table, *column),
        [table, column] => (None, *table, *column),
        _ => {
            return Err(Failure::new("invalid OWNED BY option")
                .hint("Specify OWNED BY table.column or OWNED BY NONE."));
        }
    };
    let (table, kind) = state
        .find_relation(schema, table)
        .ok_or_else(|| no_relation(schema.unwrap_or_default(), table))?;
    if !matches!(
        kind,
        RelationKind::Table | RelationKind::ForeignTable | RelationKind::View
    ) {
        return Err(Failure::new(format!(
            "sequence cannot be owned by relation \"{}\"",
            table.name
        )));
    }
    if table.schema != sequence.schema {
        return Err(Failure::new(
            "sequence must be in same schema as table it is linked to",
        ));
    }
    let known = match state.catalog.tables.get(&table) {
        Some(table) => table.column(column).is_some(),
        None => true,
    };
    if !known {
        return Err(Failure::new(format!(
            "column \"{column}\" of relation \"{}\" does not exist",
            table.name
        )));
    }
    Ok(Some((table, Name::new(column))))
}

/// What the options of a sequence say.
#[derive(Debug, Default)]
pub(super) struct Values {
    data_type: Option<String>,
    start: Option<i64>,
    increment: Option<i64>,
    /// `Some(None)` is NO MINVALUE.
    minimum: Option<Option<i64>>,
    maximum: Option<Option<i64>>,
    cache: Option<i64>,
    cycle: Option<bool>,
    owned_by: Option<Vec<String>>,
    /// `SEQUENCE NAME`, which pg_dump writes for identity columns.
    pub(super) name: Option<Vec<String>>,
    /// LOGGED or UNLOGGED, likewise.
    pub(super) unlogged: Option<bool>,
}

impl Values {
    /// Reads a list of options; later ones that repeat an earlier one are refused.
    pub(super) fn read(&mut self, state: &State, options: &[Node]) -> Result<(), Failure> {
        let mut seen = BTreeSet::new();
        for option in options {
            let Some(NodeEnum::DefElem(option)) = option.node.as_ref() else {
                continue;
            };
            if !seen.insert(option.defname.clone()) {
                return Err(Failure::new("conflicting or redundant options"));
            }
            self.option(state, option)?;
        }
        Ok(())
    }

    /// Reads one option.
    pub(super) fn option(&mut self, state: &State, option: &DefElem) -> Result<(), Failure> {
        let argument = option.arg.as_deref();
        let number = || {
            argument
                .map(|node| {
                    integer(node)
                        .ok_or_else(|| Failure::new("value is out of range for type bigint"))
                })
                .transpose()
        };
        match option.defname.as_str() {
            "as" => {
                if let Some(NodeEnum::TypeName(name)) = argument.and_then(|a| a.node.as_ref()) {
                    let data_type = state.type_text(name)?;
                    if !matches!(data_type.as_str(), "smallint" | "integer" | "bigint") {
                        return Err(Failure::new(
                            "sequence type must be smallint, integer, or bigint",
                        ));
                    }
                    self.data_type = Some(data_type);
                }
            }
            "start" => self.start = number()?,
            "increment" => self.increment = number()?,
            "minvalue" => self.minimum = Some(number()?),
            "maxvalue" => self.maximum = Some(number()?),
            "cache" => self.cache = number()?,
            "cycle" => {
                self.cycle = Some(match argument.and_then(|a| a.node.as_ref()) {
                    Some(NodeEnum::Boolean(cycle)) => cycle.boolval,
                    _ => true,
                });
            }
            "owned_by" => self.owned_by = Some(list(argument)),
            "sequence_name" => self.name = Some(list(argument)),
            "logged" => self.unlogged = Some(false),
            "unlogged" => self.unlogged = Some(true),
            // Where it stands is data, not schema.
            _ => {}
        }
        Ok(())
    }

    /// Applies the options to those that there are, and leaves out what is the default.
    pub(super) fn apply(
        &self,
        data_type: &mut String,
        options: &mut SequenceOptions,
        is_new: bool,
    ) -> Result<(), Failure> {
        let mut increment = options.increment.unwrap_or(1);
        let (mut minimum, mut maximum) = (options.minimum, options.maximum);
        let start = options.start.unwrap_or_else(|| {
            let (least, greatest) = default_range(data_type, increment);
            if increment > 0 {
                minimum.unwrap_or(least)
            } else {
                maximum.unwrap_or(greatest)
            }
        });
        // What was the default of the old type becomes the default of the new one.
        if let Some(new) = &self.data_type {
            data_type.clone_from(new);
        }
        if let Some(new) = self.increment {
            if new == 0 {
                return Err(Failure::new("INCREMENT must not be zero"));
            }
            // The bounds stay what they were, if the direction turns.
            if !is_new && (new > 0) != (increment > 0) {
                let (least, greatest) = default_range(data_type, increment);
                minimum = Some(minimum.unwrap_or(least));
                maximum = Some(maximum.unwrap_or(greatest));
            }
            increment = new;
        }
        if let Some(new) = self.minimum {
            minimum = new;
        }
        if let Some(new) = self.maximum {
            maximum = new;
        }
        let (least, greatest) = default_range(data_type, increment);
        let (low, high) = (minimum.unwrap_or(least), maximum.unwrap_or(greatest));
        if low >= high {
            return Err(Failure::new(format!(
                "MINVALUE ({low}) must be less than MAXVALUE ({high})"
            )));
        }
        let usual = if increment > 0 { low } else { high };
        // A new sequence starts at its bound; of one that is altered the start stays.
        let start = match self.start {
            Some(start) => start,
            None if is_new => usual,
            None => start,
        };
        if start < low {
            return Err(Failure::new(format!(
                "START value ({start}) cannot be less than MINVALUE ({low})"
            )));
        }
        if start > high {
            return Err(Failure::new(format!(
                "START value ({start}) cannot be greater than MAXVALUE ({high})"
            )));
        }
        if self.cache.is_some_and(|cache| cache <= 0) {
            return Err(Failure::new(format!(
                "CACHE ({}) must be greater than zero",
                self.cache.unwrap_or_default()
            )));
        }
        let unless = |value: i64, default: i64| (value != default).then_some(value);
        options.increment = unless(increment, 1);
        options.minimum = unless(low, least);
        options.maximum = unless(high, greatest);
        options.start = unless(start, usual);
        if let Some(cache) = self.cache {
            options.cache = unless(cache, 1);
        }
        if let Some(cycle) = self.cycle {
            options.cycle = cycle;
        }
        Ok(())
    }
}

/// The bounds of a sequence that does not say them.
fn default_range(data_type: &str, increment: i64) -> (i64, i64) {
    let (low, high) = match data_type {
        "smallint" => (i64::from(i16::MIN), i64::from(i16::MAX)),
        "integer" => (i64::from(i32::MIN), i64::from(i32::MAX)),
        _ => (i64::MIN, i64::MAX),
    };
    if increment > 0 { (1, high) } else { (low, -1) }
}

fn list(argument: Option<&Node>) -> Vec<String> {
    match argument.and_then(|node| node.node.as_ref()) {
        Some(NodeEnum::List(list)) => strings(&list.items)
            .into_iter()
            .map(str::to_owned)
            .collect(),
        _ => Vec::new(),
    }
}
