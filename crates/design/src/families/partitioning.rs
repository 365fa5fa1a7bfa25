//! Partitioning by volume and retention, and what it forces on keys.

use super::Family;

/// Partitioning by volume and retention, and what it forces on keys.
#[derive(Debug)]
pub struct Partitioning;

impl Family for Partitioning {
    fn name(&self) -> &'static str {
        "partitioning"
    }
}
