//! Two catalogs to ordered, reversible migration steps; the only producer of DDL text.
//!
//! [`plan`] compares two catalogs and gives the statements that lead from one to the other and back.
//! [`schema_files`], [`schema_script`] and [`migration_files`] lay a plan out as text; [`difference`] says field by field
//! in what two catalogs differ. Nothing here reads files or talks to a server.

mod arrangement;
mod bodies;
mod change;
mod context;
mod difference;
mod files;
mod kinds;
mod layout;
pub mod locks;
mod order;
mod plan;
mod references;
mod step;

pub use arrangement::Arrangement;
pub use difference::{Difference, difference};
pub use files::{schema_files, schema_script};
pub use layout::{Layout, MigrationName, migration_files};
pub use plan::{Plan, PlanError, PlanOptions, plan};
pub use step::{Action, FileGroup, Hazard, Lock, LockLevel, Step, Transaction};
