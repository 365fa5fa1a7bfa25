//! Fixes: changes of a catalog, as data.

use std::collections::BTreeSet;

use pgwright_catalog::{
    Catalog, Constraint, Expression, Grant, Index, Name, ObjectId, QualifiedName, RoutineSignature,
    TriggerEnabled, Volatility,
};
use serde::{Serialize, Serializer};

/// What to do about a fault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Fix {
    /// What it does, in words.
    pub summary: String,
    /// Why it needs a look before it is made; nothing when it is safe.
    pub risk: Option<String>,
    /// The changes of the catalog, in words.
    #[cfg_attr(feature = "schema", schemars(with = "Vec<String>"))]
    pub changes: Vec<Change>,
}

impl Fix {
    pub(crate) fn new(summary: impl Into<String>, changes: Vec<Change>) -> Self {
        Self {
            summary: summary.into(),
            risk: None,
            changes,
        }
    }

    pub(crate) fn risky(mut self, risk: impl Into<String>) -> Self {
        self.risk = Some(risk.into());
        self
    }
}

/// A change of a catalog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// A new index of a table.
    AddIndex(QualifiedName, Name, Box<Index>),
    /// An index that goes, of a table or materialized view.
    DropIndex(QualifiedName, Name),
    /// Another predicate of an index, or none.
    IndexPredicate(QualifiedName, Name, Option<Expression>),
    /// A new constraint.
    AddConstraint(QualifiedName, Name, Box<Constraint>),
    /// A constraint that goes.
    DropConstraint(QualifiedName, Name),
    /// A constraint that every row meets from now on.
    Validate(QualifiedName, Name),
    /// A unique constraint or index in which nulls are equal.
    NullsNotDistinct(QualifiedName, Name),
    /// Another type of a column. Its default follows where it is a constant of the old type.
    ColumnType(QualifiedName, Name, String),
    /// Another default of a column, or none.
    ColumnDefault(QualifiedName, Name, Option<Expression>),
    /// The column that owns a sequence.
    SequenceOwner(QualifiedName, QualifiedName, Name),
    /// The type of a sequence.
    SequenceType(QualifiedName, String),
    /// A setting of a routine.
    RoutineSetting(RoutineSignature, String, String),
    /// The volatility of a routine.
    RoutineVolatility(RoutineSignature, Volatility),
    /// An option of a view.
    ViewOption(QualifiedName, String, String),
    /// Row-level security that is on.
    EnableRowSecurity(QualifiedName),
    /// A trigger that fires.
    EnableTrigger(QualifiedName, Name),
    /// A storage parameter of a table that goes.
    ResetOption(QualifiedName, String),
    /// A privilege on a table, view, schema or routine that goes.
    Revoke(ObjectId, Grant),
}

impl Change {
    /// The change in words.
    pub fn describe(&self) -> String {
        match self {
            Self::AddIndex(table, name, index) => {
                let keys: Vec<&str> = index
                    .elements
                    .iter()
                    .map(|element| match &element.key {
                        pgwright_catalog::IndexKey::Column(column) => column.as_str(),
                        pgwright_catalog::IndexKey::Expression(e) => e.sql(),
                    })
                    .collect();
                format!("add index {name} on {table} ({})", keys.join(", "))
            }
            Self::DropIndex(table, name) => format!("drop index {name} of {table}"),
            Self::IndexPredicate(table, name, None) => {
                format!("drop the predicate of index {name} of {table}")
            }
            Self::IndexPredicate(table, name, Some(predicate)) => {
                format!("index {name} of {table} where {}", predicate.sql())
            }
            Self::AddConstraint(table, name, _) => format!("add constraint {name} to {table}"),
            Self::DropConstraint(table, name) => format!("drop constraint {name} of {table}"),
            Self::Validate(table, name) => format!("validate constraint {name} of {table}"),
            Self::NullsNotDistinct(table, name) => {
                format!("nulls are not distinct in {name} of {table}")
            }
            Self::ColumnType(table, column, data_type) => {
                format!("type of {table}.{column}: {data_type}")
            }
            Self::ColumnDefault(table, column, None) => {
                format!("drop the default of {table}.{column}")
            }
            Self::ColumnDefault(table, column, Some(default)) => {
                format!("default of {table}.{column}: {}", default.sql())
            }
            Self::SequenceOwner(sequence, table, column) => {
                format!("sequence {sequence} belongs to {table}.{column}")
            }
            Self::SequenceType(sequence, data_type) => {
                format!("type of sequence {sequence}: {data_type}")
            }
            Self::RoutineSetting(routine, name, value) => {
                format!("{routine}: SET {name} = {value}")
            }
            Self::RoutineVolatility(routine, volatility) => {
                format!("{routine}: {}", format!("{volatility:?}").to_uppercase())
            }
            Self::ViewOption(view, name, value) => format!("view {view}: {name} = {value}"),
            Self::EnableRowSecurity(table) => format!("enable row-level security of {table}"),
            Self::EnableTrigger(table, name) => format!("enable trigger {name} of {table}"),
            Self::ResetOption(table, name) => format!("reset {name} of {table}"),
            Self::Revoke(object, grant) => {
                let from = grant.grantee.as_ref().map_or("PUBLIC", Name::as_str);
                let privilege = format!("{:?}", grant.privilege).to_uppercase();
                format!("revoke {privilege} on {object} from {from}")
            }
        }
    }
}

impl Serialize for Change {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.describe())
    }
}

/// The catalog with some changes made. One that is about something that an earlier one took away does
/// nothing.
pub fn apply<'a>(catalog: &Catalog, changes: impl IntoIterator<Item = &'a Change>) -> Catalog {
    let mut catalog = catalog.clone();
    for change in changes {
        make(&mut catalog, change);
    }
    catalog
}

fn make(catalog: &mut Catalog, change: &Change) -> Option<()> {
    match change {
        Change::AddIndex(table, name, index) => {
            let table = catalog.tables.get_mut(table)?;
            table
                .indexes
                .entry(name.clone())
                .or_insert((**index).clone());
        }
        Change::DropIndex(table, name) => {
            drop_parts(catalog, table, name);
            if let Some(view) = catalog.materialized_views.get_mut(table) {
                view.indexes.remove(name)?;
            } else {
                catalog.tables.get_mut(table)?.indexes.remove(name)?;
            }
        }
        Change::IndexPredicate(table, name, predicate) => {
            let table = catalog.tables.get_mut(table)?;
            table.indexes.get_mut(name)?.predicate.clone_from(predicate);
        }
        Change::AddConstraint(table, name, constraint) => {
            let table = catalog.tables.get_mut(table)?;
            let constraints = &mut table.constraints;
            constraints
                .entry(name.clone())
                .or_insert((**constraint).clone());
        }
        Change::DropConstraint(table, name) => {
            drop_parts(catalog, table, name);
            catalog.tables.get_mut(table)?.constraints.remove(name)?;
        }
        Change::Validate(table, name) => {
            let table = catalog.tables.get_mut(table)?;
            table.constraints.get_mut(name)?.validated = true;
        }
        Change::NullsNotDistinct(table, name) => {
            let table = catalog.tables.get_mut(table)?;
            if let Some(index) = table.indexes.get_mut(name) {
                index.nulls_not_distinct = true;
            } else if let pgwright_catalog::ConstraintKind::Unique(key) =
                &mut table.constraints.get_mut(name)?.kind
            {
                key.nulls_not_distinct = true;
            }
        }
        Change::ColumnType(table, column, data_type) => {
            let column = catalog.tables.get_mut(table)?.column_mut(column.as_str())?;
            if let Some(default) = &mut column.default {
                // A constant is printed with the type that it was read as.
                let old = format!("::{}", column.data_type);
                if let Some(constant) = default.0.strip_suffix(&old) {
                    default.0 = format!("{constant}::{data_type}");
                }
            }
            column.data_type.clone_from(data_type);
            column.collation = None;
        }
        Change::ColumnDefault(table, column, default) => {
            let column = catalog.tables.get_mut(table)?.column_mut(column.as_str())?;
            column.default.clone_from(default);
        }
        Change::SequenceOwner(sequence, table, column) => {
            let sequence = catalog.sequences.get_mut(sequence)?;
            sequence.owned_by = Some((table.clone(), column.clone()));
        }
        Change::SequenceType(sequence, data_type) => {
            let sequence = catalog.sequences.get_mut(sequence)?;
            sequence.data_type.clone_from(data_type);
        }
        Change::RoutineSetting(routine, name, value) => {
            let routine = catalog.routines.get_mut(routine)?;
            routine.settings.insert(name.clone(), value.clone());
        }
        Change::RoutineVolatility(routine, volatility) => {
            catalog.routines.get_mut(routine)?.volatility = *volatility;
        }
        Change::ViewOption(view, name, value) => {
            let view = catalog.views.get_mut(view)?;
            view.options.insert(name.clone(), value.clone());
        }
        Change::EnableRowSecurity(table) => catalog.tables.get_mut(table)?.row_security = true,
        Change::EnableTrigger(table, name) => {
            let table = catalog.tables.get_mut(table)?;
            table.triggers.get_mut(name)?.enabled = TriggerEnabled::Origin;
        }
        Change::ResetOption(table, name) => {
            catalog.tables.get_mut(table)?.options.remove(name)?;
        }
        Change::Revoke(object, grant) => {
            grants_of(catalog, object)?.remove(grant);
        }
    }
    Some(())
}

fn grants_of<'a>(catalog: &'a mut Catalog, object: &ObjectId) -> Option<&'a mut BTreeSet<Grant>> {
    Some(match object {
        ObjectId::Table(name) => &mut catalog.tables.get_mut(name)?.grants,
        ObjectId::View(name) => &mut catalog.views.get_mut(name)?.grants,
        ObjectId::MaterializedView(name) => &mut catalog.materialized_views.get_mut(name)?.grants,
        ObjectId::Schema(name) => &mut catalog.schemas.get_mut(name)?.grants,
        ObjectId::Routine(name) => &mut catalog.routines.get_mut(name)?.grants,
        _ => return None,
    })
}

/// The parts that partitions have of an index or key go with it.
fn drop_parts(catalog: &mut Catalog, table: &QualifiedName, name: &Name) {
    let partitions: Vec<QualifiedName> = catalog
        .partitions_of(table)
        .map(|(partition, _)| partition.clone())
        .collect();
    for partition in partitions {
        let Some(held) = catalog.tables.get(&partition) else {
            continue;
        };
        let index = held
            .indexes
            .iter()
            .find(|(_, i)| i.parent.as_ref() == Some(name));
        let key = (held.constraints.iter()).find(|(_, c)| c.parent.as_ref() == Some(name));
        let parts: Vec<Name> = (index.map(|(n, _)| n.clone()).into_iter())
            .chain(key.map(|(n, _)| n.clone()))
            .collect();
        for part in parts {
            drop_parts(catalog, &partition, &part);
            if let Some(held) = catalog.tables.get_mut(&partition) {
                held.indexes.remove(&part);
                held.constraints.remove(&part);
            }
        }
    }
}
