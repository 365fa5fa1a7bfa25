//! `LIKE table INCLUDING …` in CREATE TABLE.

use pg_query::protobuf::TableLikeClause;
use pgwright_catalog::{
    Column, Constraint, ConstraintKind, IndexKey, Name, NotNull, ObjectId, QualifiedName,
    SequenceOptions,
};

use super::column::Pending;
use super::index;
use super::index_build::{self, Built};
use super::inheritance::Columns;
use super::not_null::Wanted;
use super::statistics;
use crate::read::failure::Failure;
use crate::read::state::{Origin, RelationKind, State, has_index};

const COMMENTS: u32 = 1 << 0;
const COMPRESSION: u32 = 1 << 1;
const CONSTRAINTS: u32 = 1 << 2;
const DEFAULTS: u32 = 1 << 3;
const GENERATED: u32 = 1 << 4;
const IDENTITY: u32 = 1 << 5;
const INDEXES: u32 = 1 << 6;
const STATISTICS: u32 = 1 << 7;
const STORAGE: u32 = 1 << 8;

/// What is left to do when the table is there.
#[derive(Debug)]
pub(super) struct Like {
    source: QualifiedName,
    options: u32,
    columns: Vec<Column>,
}

/// Adds the columns of the relation.
pub(super) fn columns(
    state: &State,
    clause: &TableLikeClause,
    columns: &mut Columns,
    pending: &mut Pending,
) -> Result<Like, Failure> {
    let relation = clause
        .relation
        .as_ref()
        .ok_or_else(|| Failure::new("a relation is missing"))?;
    let (source, kind) = state.relation(relation)?;
    if matches!(kind, RelationKind::Sequence | RelationKind::Index) {
        return Err(Failure::new(format!(
            "relation \"{}\" is invalid in LIKE clause",
            source.name
        )));
    }
    let has = |option: u32| clause.options & option != 0;
    let from = match kind {
        RelationKind::CompositeType => super::create::typed_columns(state, &source)?,
        _ => index::columns_of_relation(state, &source),
    };
    for column in &from {
        columns.own(Column {
            not_null: false,
            not_null_constraint: NotNull::default(),
            default: None,
            generated: None,
            identity: None,
            statistics: None,
            inherited: false,
            options: Default::default(),
            foreign_options: Default::default(),
            storage: column.storage.clone().filter(|_| has(STORAGE)),
            compression: column.compression.clone().filter(|_| has(COMPRESSION)),
            comment: column.comment.clone().filter(|_| has(COMMENTS)),
            ..column.clone()
        })?;
        if column.not_null {
            let wanted = Wanted {
                name: column.not_null_constraint.name.clone(),
                no_inherit: column.not_null_constraint.no_inherit,
                not_valid: false,
            };
            pending.not_null(column.name.clone(), wanted);
        }
    }
    Ok(Like {
        source,
        options: clause.options,
        columns: from,
    })
}

impl Like {
    fn has(&self, option: u32) -> bool {
        self.options & option != 0
    }

    /// Adds defaults, checks, indexes and statistics.
    pub(super) fn complete(self, state: &mut State, on: &QualifiedName) -> Result<(), Failure> {
        self.values(state, on)?;
        let Some(source) = state.catalog.tables.get(&self.source).cloned() else {
            return Ok(());
        };
        for (name, constraint) in &source.constraints {
            let is_check = matches!(constraint.kind, ConstraintKind::Check(_));
            if is_check && self.has(CONSTRAINTS) {
                let copy = Constraint {
                    comment: self.comment(constraint.comment.as_ref()),
                    validated: constraint.enforced,
                    ..constraint.clone()
                };
                if state.constraint_of_table(on, name.as_str()) {
                    return Err(super::not_null::taken(name, on));
                }
                state.put_constraint(on, name.clone(), copy, Origin::LOCAL)?;
            }
        }
        if self.has(INDEXES) {
            self.indexes(state, on, &source)?;
        }
        if self.has(STATISTICS) {
            self.statistics(state, on);
        }
        Ok(())
    }

    fn comment(&self, comment: Option<&String>) -> Option<String> {
        comment.filter(|_| self.has(COMMENTS)).cloned()
    }

    fn values(&self, state: &mut State, on: &QualifiedName) -> Result<(), Failure> {
        for column in &self.columns {
            let uses = state
                .catalog
                .dependencies
                .get(&ObjectId::Column(self.source.clone(), column.name.clone()))
                .cloned()
                .unwrap_or_default();
            let default = column.default.clone().filter(|_| self.has(DEFAULTS));
            let generated = column.generated.clone().filter(|_| self.has(GENERATED));
            if default.is_some() || generated.is_some() {
                if let Some(held) = state.table_mut(on)?.column_mut(column.name.as_str()) {
                    held.default = default;
                    held.generated = generated;
                }
                state.set_uses(ObjectId::Column(on.clone(), column.name.clone()), uses);
            }
            if let Some(identity) = column.identity.as_ref().filter(|_| self.has(IDENTITY)) {
                let name = index::sequence_name(state, on, column.name.as_str());
                let mut identity = identity.clone();
                as_bigint(&column.data_type, &mut identity.sequence);
                identity.name = Some(name.clone());
                identity.persistence = None;
                identity.comment = None;
                identity.grants = Default::default();
                if let Some(held) = state.table_mut(on)?.column_mut(column.name.as_str()) {
                    held.identity = Some(identity);
                }
                state
                    .identity_sequences
                    .insert(name, (on.clone(), column.name.clone()));
            }
        }
        Ok(())
    }

    fn indexes(
        &self,
        state: &mut State,
        on: &QualifiedName,
        source: &pgwright_catalog::Table,
    ) -> Result<(), Failure> {
        let constraints = source
            .constraints
            .values()
            .filter(|constraint| has_index(constraint))
            .map(|constraint| {
                Built::Constraint(Constraint {
                    parent: None,
                    comment: None,
                    index_comment: self.comment(constraint.index_comment.as_ref()),
                    ..constraint.clone()
                })
            });
        let indexes = source.indexes.values().map(|index| {
            Built::Index(pgwright_catalog::Index {
                parent: None,
                only: false,
                comment: self.comment(index.comment.as_ref()),
                ..index.clone()
            })
        });
        let all: Vec<Built> = constraints.chain(indexes).collect();
        for built in all {
            let names = built.column_names();
            index_build::build(state, on, None, built, &names, true)?;
        }
        Ok(())
    }

    fn statistics(&self, state: &mut State, on: &QualifiedName) {
        let copies: Vec<_> = state
            .catalog
            .statistics
            .values()
            .filter(|held| held.table == self.source)
            .cloned()
            .collect();
        for mut copy in copies {
            copy.table = on.clone();
            copy.comment = self.comment(copy.comment.as_ref());
            copy.owner = state.new_owner();
            let names: Vec<&Name> = copy
                .elements
                .iter()
                .filter_map(|key| match key {
                    IndexKey::Column(name) => Some(name),
                    IndexKey::Expression(_) => None,
                })
                .collect();
            let expressions = copy.elements.len() - names.len();
            let name = statistics::automatic_name(state, on, &names, expressions);
            state.touch(&ObjectId::Statistics(name.clone()));
            state.catalog.statistics.insert(name, copy);
        }
    }
}

/// The options of a sequence are copied, its type is not: the bounds of a smaller type stay as bounds.
fn as_bigint(data_type: &str, options: &mut SequenceOptions) {
    let (low, high) = match data_type {
        "smallint" => (i64::from(i16::MIN), i64::from(i16::MAX)),
        "integer" => (i64::from(i32::MIN), i64::from(i32::MAX)),
        _ => return,
    };
    if options.increment.unwrap_or(1) > 0 {
        options.maximum = options.maximum.or(Some(high));
    } else {
        options.minimum = options.minimum.or(Some(low));
    }
}
