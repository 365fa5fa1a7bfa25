//! shim
use super::tree::*;
use super::*;
pub(crate) fn transform(
    _s: &mut ParseState<'_>,
    _n: &pg_query::protobuf::Node,
    _k: ExprKind,
) -> Result<Expr, Undecided> {
    Err(Undecided::new(""))
}
pub(crate) fn collation(
    _s: &ParseState<'_>,
    _n: &pg_query::protobuf::CollateClause,
) -> Result<Collation, Undecided> {
    Err(Undecided::new(""))
}
