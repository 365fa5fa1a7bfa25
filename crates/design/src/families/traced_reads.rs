//! Tables every read of which leaves a trace.

use super::Family;

/// Tables every read of which leaves a trace.
#[derive(Debug)]
pub struct TracedReads;

impl Family for TracedReads {
    fn name(&self) -> &'static str {
        "traced_reads"
    }
}
