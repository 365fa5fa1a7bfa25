//! Designs for an application that exists: what a brief speaks of is found among the tables that are there, their
//! habits are followed, and the result is the existing schema with what is new in it.

mod habits;
mod matching;
mod merge;

use std::collections::BTreeMap;

use pgwright_brief::BriefError;
use pgwright_brief::model::{Brief, Existing, Span};
use pgwright_catalog::{Catalog, Name, QualifiedName, Table};

pub use merge::merged;

/// A brief fitted to a schema that is there.
#[derive(Debug, Clone)]
pub struct Fitted {
    /// The brief, with the tables that its entities are already, and the schema's habits of naming.
    pub brief: Brief,
    /// The tables that were found for entities.
    pub matches: Vec<Match>,
    /// The habits that are followed, one sentence each.
    pub habits: Vec<String>,
}

/// What a design knows of the schema that is there.
#[derive(Debug, Clone, Copy)]
pub struct AsIs<'a> {
    /// The schema.
    pub schema: &'a Catalog,
    /// Tables that hold entities.
    pub matches: &'a [Match],
    /// The habits that are followed.
    pub habits: &'a [String],
}

impl<'a> AsIs<'a> {
    /// The table that holds an entity.
    pub fn of(&self, entity: &str) -> Option<(&'a Match, &'a Table)> {
        let found = self.matches.iter().find(|found| found.entity == entity)?;
        Some((found, self.schema.tables.get(&found.table)?))
    }
}

/// A table that holds an entity already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// The entity.
    pub entity: String,
    /// The table.
    pub table: QualifiedName,
    /// Its columns by the brief's attributes, where it has them.
    pub columns: BTreeMap<String, Name>,
    /// Attributes that the table lacks.
    pub lacks: Vec<String>,
    /// What tells that it is this table.
    pub by: By,
}

/// What tells that a table holds an entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// The brief says so.
    Brief,
    /// They have the same name, in the singular or the plural.
    Name,
    /// The names mean the same.
    Synonym,
}

/// Why a brief does not fit a schema.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{problem}\nhint: {hint}")]
pub struct Misfit {
    /// Place in the brief.
    pub span: Span,
    /// What is wrong.
    pub problem: String,
    /// What to do.
    pub hint: String,
}

impl From<Misfit> for BriefError {
    fn from(misfit: Misfit) -> Self {
        BriefError {
            span: misfit.span,
            range: 0..0,
            message: misfit.problem,
            hint: Some(misfit.hint),
        }
    }
}

/// Finds the entities of a brief among the tables of a schema, and takes on the schema's habits.
///
/// # Errors
/// Everything in which the brief does not fit.
pub fn fit(brief: &Brief, schema: &Catalog) -> Result<Fitted, Vec<Misfit>> {
    let mut fitted = brief.clone();
    let (matches, misfits) = matching::find(brief, schema);
    if !misfits.is_empty() {
        return Err(misfits);
    }
    for found in &matches {
        let key = schema.tables.get(&found.table).and_then(matching::key_of);
        let entity = fitted.entities.iter_mut().find(|e| e.name == found.entity);
        if let (Some(entity), Some((column, data_type))) = (entity, key) {
            entity.existing = Some(Existing {
                table: vec![found.table.schema.to_string(), found.table.name.to_string()],
                key_column: column.to_string(),
                key_type: data_type,
                span: entity.span,
            });
            // What holds in the table, the table says itself.
            entity.rules.clear();
            entity.unique.clear();
            entity.key = None;
        }
    }
    let tables: Vec<&QualifiedName> = matches.iter().map(|found| &found.table).collect();
    let habits = habits::follow(&mut fitted.naming, schema, &tables);
    let taken = matching::taken_names(&fitted, schema, &matches);
    if !taken.is_empty() {
        return Err(taken);
    }
    Ok(Fitted {
        brief: fitted,
        matches,
        habits,
    })
}
