//! What would lose data is kept aside, until a contract that is run by itself drops it for good.
//!
//! A column stays where it is under another name; tables and sequences move to a schema beside their
//! own, and with them what they cannot be without. The way back takes them from there, or makes them
//! anew, without their data, where the contract was run in between.

mod attribute;
mod keeper;
mod position;

use std::collections::BTreeSet;

use pgwright_catalog::write::Writer;
use pgwright_catalog::{
    Catalog, Column, CompositeAttribute, Name, ObjectId, QualifiedName, Routine, RoutineSignature,
    Sequence, Table, Type, TypeKind,
};

use crate::change::Change;
use crate::plan::{PlanError, PlanOptions};

use crate::references::References;
use crate::replace::Replaced;
pub(crate) use attribute::keep_attributes;
use keeper::Keeper;

/// What the names of everything that is kept aside begin with.
pub const ASIDE: &str = "pgwright_aside_";

/// The longest name that PostgreSQL keeps, in bytes.
const LONGEST: usize = 63;

/// What is kept aside, and how it comes back or goes.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    /// What drops it for good.
    pub contract: Vec<Change>,
    /// What clears the places that the way back uses itself.
    pub clear: Vec<Change>,
    /// What brings it back, in order.
    pub restore: Vec<Change>,
    /// What takes away the schemas that nothing is kept in any more.
    pub tidy: Vec<Change>,
    restored: Vec<Restored>,
}

/// An object that is back, as far as the restoring brings it.
#[derive(Debug)]
enum Restored {
    Table(QualifiedName, Box<Table>),
    Column(QualifiedName, Box<Column>, usize),
    Sequence(QualifiedName, Sequence),
    Type(QualifiedName, Type),
    Routine(RoutineSignature, Box<Routine>),
    Schema(Name),
    Attribute(QualifiedName, CompositeAttribute, usize),
}

impl Kept {
    /// The columns that are kept, with their tables.
    pub fn columns(&self) -> impl Iterator<Item = (&QualifiedName, &Column)> {
        self.restored.iter().filter_map(|restored| match restored {
            Restored::Column(table, column, _) => Some((table, &**column)),
            _ => None,
        })
    }

    /// The tables that are kept, as they come back.
    pub fn tables(&self) -> impl Iterator<Item = &QualifiedName> {
        self.restored.iter().filter_map(|restored| match restored {
            Restored::Table(name, _) => Some(name),
            _ => None,
        })
    }

    /// A catalog with what was brought back.
    pub fn added_to(&self, catalog: &Catalog) -> Catalog {
        let mut catalog = catalog.clone();
        for restored in &self.restored {
            match restored {
                Restored::Table(name, table) => {
                    catalog.tables.insert(name.clone(), (**table).clone());
                }
                Restored::Column(table, column, at) => {
                    if let Some(table) = catalog.tables.get_mut(table) {
                        let at = (*at).min(table.columns.len());
                        table.columns.insert(at, (**column).clone());
                    }
                }
                Restored::Sequence(name, sequence) => {
                    catalog.sequences.insert(name.clone(), sequence.clone());
                }
                Restored::Attribute(name, attribute, at) => {
                    if let Some(TypeKind::Composite(attributes)) =
                        catalog.types.get_mut(name).map(|t| &mut t.kind)
                    {
                        let at = (*at).min(attributes.len());
                        attributes.insert(at, attribute.clone());
                    }
                }
                Restored::Schema(name) => {
                    catalog.schemas.entry(name.clone()).or_default();
                }
                Restored::Type(name, definition) => {
                    catalog.types.insert(name.clone(), definition.clone());
                }
                Restored::Routine(signature, routine) => {
                    catalog
                        .routines
                        .insert(signature.clone(), (**routine).clone());
                }
            }
        }
        catalog
    }
}

/// The drops of a way with what is kept aside, and what is dropped at its end.
#[derive(Debug, Default)]
pub(crate) struct Transformed {
    pub changes: Vec<Change>,
    pub last: Vec<Change>,
    pub kept: Kept,
}

/// The schema that keeps the objects of another.
fn aside_schema(schema: &Name) -> Name {
    cut(format!("{ASIDE}{schema}"))
}

fn cut(mut name: String) -> Name {
    while name.len() > LONGEST {
        name.pop();
    }
    Name::new(name)
}

/// Where a table is kept.
pub(crate) fn aside_name(name: &QualifiedName) -> QualifiedName {
    QualifiedName::new(aside_schema(&name.schema), name.name.clone())
}

/// What a column is called while it is kept.
pub(crate) fn aside_column(name: &Name) -> Name {
    cut(format!("{ASIDE}{name}"))
}

/// What a type that is made anew is called until no column has it any more.
fn old_type(name: &QualifiedName) -> QualifiedName {
    let mut old = name.name.to_string();
    while old.len() + "__pgwright_old".len() > LONGEST {
        old.pop();
    }
    QualifiedName::new(name.schema.clone(), format!("{old}__pgwright_old"))
}

/// The multirange type that comes with a range type.
fn multirange(name: &QualifiedName, definition: &Type) -> Option<QualifiedName> {
    match &definition.kind {
        TypeKind::Range { multirange, .. } => {
            let automatic = || crate::references::automatic_multirange(name);
            let own = multirange.clone().unwrap_or_else(automatic);
            Some(QualifiedName::new(name.schema.clone(), own))
        }
        _ => None,
    }
}

/// Keeps aside what the drops of a way would lose.
pub(crate) fn transform(
    drops: Vec<Change>,
    from: &Catalog,
    to: &Catalog,
    replaced: &Replaced,
    options: &PlanOptions,
    keep: bool,
) -> Result<Transformed, PlanError> {
    let mut keeper = Keeper {
        from,
        to,
        replaced,
        writer: Writer::new(options.target),
        keep,
        references: References::new(from),
        needed: BTreeSet::new(),
        schemas: BTreeSet::new(),
        done: Transformed::default(),
    };
    if keep {
        keeper.find_needed(&drops);
    }
    for change in drops {
        keeper.take(change)?;
    }
    if keep {
        keeper.positions()?;
    }
    keeper.finish();
    Ok(keeper.done)
}

/// The schema without what is kept aside.
pub fn without_aside(catalog: Catalog) -> Catalog {
    let mut rest = catalog;
    let aside = |name: &QualifiedName| name.schema.as_str().starts_with(ASIDE);
    rest.schemas.retain(|n, _| !n.as_str().starts_with(ASIDE));
    rest.tables.retain(|n, _| !aside(n));
    rest.sequences.retain(|n, _| !aside(n));
    rest.types.retain(|n, _| !aside(n));
    rest.routines.retain(|s, _| !aside(&s.name));
    rest.statistics.retain(|n, _| !aside(n));
    let of_aside = |object: &ObjectId| {
        let schema = object.schema();
        let column = match object {
            ObjectId::Column(_, name) | ObjectId::Schema(name) => Some(name),
            _ => None,
        };
        (schema.into_iter().chain(column)).any(|n| n.as_str().starts_with(ASIDE))
    };
    rest.owner_privileges.retain(|object, _| !of_aside(object));
    rest.security_labels.retain(|object, _| !of_aside(object));
    for table in rest.tables.values_mut() {
        let kept = |name: &Name| name.as_str().starts_with(ASIDE);
        table.columns.retain(|c| !kept(&c.name));
        table
            .grants
            .retain(|g| !g.column.as_ref().is_some_and(kept));
    }
    for definition in rest.types.values_mut() {
        if let TypeKind::Composite(attributes) = &mut definition.kind {
            attributes.retain(|a| !a.name.as_str().starts_with(ASIDE));
        }
    }
    rest
}
