//! Two catalogs to ordered, reversible migration steps; the only producer of DDL text.
//!
//! [`plan`] compares two catalogs and gives the statements that lead from one to the other and back.
//! [`schema_files`], [`schema_script`] and [`migration_files`] lay a plan out as text; [`difference`] says field by field
//! in what two catalogs differ. Nothing here reads files or talks to a server.

mod arrangement;
mod aside;
mod beside;
mod bodies;
mod change;
mod context;
mod conversion;
mod difference;
mod document;
mod effects;
mod files;
mod in_use;
mod kinds;
mod layout;
mod links;
pub mod locks;
mod order;
mod plan;
mod question;
mod reach;
mod rebuild;
mod references;
mod rename;
mod replace;
mod serial;
mod simulate;
mod step;
mod way;

pub use arrangement::Arrangement;
pub use aside::{ASIDE, without_aside};
pub use difference::{Difference, difference};
#[cfg(feature = "schema")]
pub use document::plan_schema;
pub use files::{schema_files, schema_script};
pub use layout::{Layout, MigrationName, migration_files};
pub use plan::{Plan, PlanError, PlanOptions, Rewrites, TableSize, plan};
pub use question::Question;
pub use rename::{Rename, parse as parse_rename};
pub use step::{Action, FileGroup, Hazard, Lock, LockLevel, Resume, Step, Transaction};
