//! Tables, and everything that stands on them.

pub(super) mod alter;
pub(super) mod create;
pub(super) mod create_as;
pub(super) mod index;
pub(super) mod policy;
pub(super) mod rename;
pub(super) mod rule;
pub(super) mod schema;
pub(super) mod sequence;
pub(super) mod statistics;
pub(super) mod trigger;
