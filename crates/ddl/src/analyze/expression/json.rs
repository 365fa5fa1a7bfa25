//! SQL/JSON constructors and predicates.

use pg_query::protobuf;

use crate::analyze::error::Undecided;
use crate::analyze::state::ParseState;
use crate::analyze::tree::Expr;

macro_rules! later { ($($name:ident: $t:ident;)*) => { impl ParseState<'_> { $(pub(super) fn $name(&mut self, _e: &protobuf::$t) -> Result<Expr, Undecided> { Err(Undecided::new("SQL/JSON")) })* } } }
later! { json_object: JsonObjectConstructor; json_array: JsonArrayConstructor; json_array_query: JsonArrayQueryConstructor; json_object_agg: JsonObjectAgg; json_array_agg: JsonArrayAgg; json_is_predicate: JsonIsPredicate; json_parse: JsonParseExpr; json_scalar: JsonScalarExpr; json_serialize: JsonSerializeExpr; json_function: JsonFuncExpr; }
