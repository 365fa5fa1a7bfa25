//! Queries: from raw SELECT, INSERT, UPDATE, DELETE and MERGE to the analysed tree.

use pg_query::protobuf::SelectStmt;

use super::{ParseState, Undecided, tree::Query};

/// Analyses a sub-select of an expression or of FROM, whose names may refer to `parent`'s.
pub(crate) fn analyze_select(
    _statement: &SelectStmt,
    _parent: &ParseState<'_>,
) -> Result<Query, Undecided> {
    Err(Undecided::new("sub-selects are not analysed yet"))
}
