//! Tables, and everything that stands on them.

pub(super) mod alter;
pub(super) mod alter_column;
pub(super) mod alter_constraint;
mod check;
mod column;
pub(super) mod column_name;
pub(super) mod create;
pub(super) mod create_as;
mod foreign_key;
pub(super) mod index;
mod index_build;
mod inheritance;
mod key;
mod like;
mod not_null;
pub(super) mod operator_class;
mod options;
pub(super) mod part;
mod partition;
pub(super) mod policy;
pub(super) mod rename;
mod rename_column;
pub(super) mod rule;
pub(super) mod schema;
pub(super) mod sequence;
pub(super) mod statistics;
pub(super) mod trigger;
