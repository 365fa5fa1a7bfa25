//! One module per command.

pub mod apply;
pub mod brief;
pub mod completions;
pub mod design;
pub mod explain;
pub mod inspect;
pub mod plan;
pub mod postgres;
pub mod profile;
pub mod review;
pub mod rules;
pub mod stats;
pub mod tune;
pub mod verify;
