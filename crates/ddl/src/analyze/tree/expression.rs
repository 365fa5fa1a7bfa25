//! Analysed expressions.

use std::sync::Arc;

use super::{Collation, Function, Operator, Query, SortGroupClause, TargetEntry, Type};

/// An analysed expression.
#[derive(Debug, Clone, PartialEq)]
pub enum Expr {
    /// A column of a range table entry.
    Var(Var),
    /// A constant.
    Const(Const),
    /// A parameter.
    Param(Param),
    /// An aggregate call.
    Aggref(Box<Aggref>),
    /// `GROUPING(…)`.
    GroupingFunc(GroupingFunc),
    /// A window function call.
    WindowFunc(Box<WindowFunc>),
    /// `MERGE_ACTION()`.
    MergeSupportFunc,
    /// An array element or slice, or a jsonb subscript.
    SubscriptingRef(Box<SubscriptingRef>),
    /// A function call, or a cast made by a function.
    FuncExpr(Box<FuncExpr>),
    /// `name => argument`.
    NamedArg(Box<NamedArg>),
    /// An operator.
    OpExpr(Box<OpExpr>),
    /// `IS DISTINCT FROM`, its operator being `=`.
    DistinctExpr(Box<OpExpr>),
    /// `NULLIF`, its operator being `=`; the result has the type of the first argument.
    NullIfExpr(Box<OpExpr>),
    /// `operand operator ANY/ALL (array)`.
    ScalarArrayOp(Box<ScalarArrayOp>),
    /// AND, OR, NOT.
    Bool(BoolExpr),
    /// A subquery inside an expression.
    SubLink(Box<SubLink>),
    /// A field of a composite value.
    FieldSelect(Box<FieldSelect>),
    /// Assignment to fields of a composite column (INSERT and UPDATE targets).
    FieldStore(Box<FieldStore>),
    /// A cast that changes nothing but the type.
    RelabelType(Box<Coercion>),
    /// A cast by text output and input.
    CoerceViaIo(Box<Coercion>),
    /// A cast of an array, element by element.
    ArrayCoerce(Box<ArrayCoerce>),
    /// A cast from a row type to that of its parent table.
    ConvertRowtype(Box<Coercion>),
    /// `COLLATE`.
    Collate(Box<Collate>),
    /// `CASE`.
    Case(Box<Case>),
    /// The operand of `CASE operand WHEN …`, inside the comparison of a branch; also the element
    /// inside an [`ArrayCoerce`].
    CaseTest(Type, i32),
    /// `ARRAY[…]`.
    Array(ArrayExpr),
    /// `ROW(…)`.
    Row(RowExpr),
    /// `ROW(…) < ROW(…)` and the like; equality of rows is a conjunction instead.
    RowCompare(Box<RowCompare>),
    /// `COALESCE(…)`.
    Coalesce(Coalesce),
    /// `GREATEST(…)`, `LEAST(…)`.
    MinMax(MinMax),
    /// `CURRENT_DATE` and its like.
    SqlValueFunction(SqlValueFunction),
    /// `XMLELEMENT(…)` and its like.
    Xml(Box<XmlExpr>),
    /// `value FORMAT JSON`.
    JsonValue(Box<JsonValueExpr>),
    /// `JSON_OBJECT(…)`, `JSON_ARRAY(…)`, `JSON_OBJECTAGG(…)`, `JSON(…)`, …
    JsonConstructor(Box<JsonConstructor>),
    /// `value IS JSON …`.
    JsonIsPredicate(Box<JsonIsPredicate>),
    /// `JSON_EXISTS(…)`, `JSON_QUERY(…)`, `JSON_VALUE(…)`.
    JsonExpr(Box<JsonExpr>),
    /// `IS [NOT] NULL`.
    NullTest(Box<NullTest>),
    /// `IS [NOT] TRUE` and its like.
    BooleanTest(Box<BooleanTest>),
    /// A cast to a domain.
    CoerceToDomain(Box<Coercion>),
    /// `VALUE` inside a domain's check.
    CoerceToDomainValue(Type, i32),
    /// `DEFAULT` as a value of INSERT or UPDATE.
    SetToDefault(Type, i32),
    /// `CURRENT OF cursor`.
    CurrentOf(String),
}

/// A column of a range table entry.
#[derive(Debug, Clone, PartialEq)]
pub struct Var {
    /// The entry, from 1, in the range table that is `levels_up` queries out.
    pub varno: usize,
    /// The column, from 1; 0 is the whole row, a negative number a system column.
    pub attno: i16,
    /// The type.
    pub data_type: Type,
    /// The type modifier, -1 for none.
    pub typmod: i32,
    /// How many queries out the entry is.
    pub levels_up: usize,
    /// The entry that the text named, where it is not `varno` (a column merged by JOIN … USING).
    pub varnosyn: usize,
    /// The column of `varnosyn`.
    pub attnosyn: i16,
    /// `old.` or `new.` of a RETURNING list.
    pub returning: ReturningType,
}

/// Which row a Var of a RETURNING list means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ReturningType {
    /// Not said.
    #[default]
    Default,
    /// `old`.
    Old,
    /// `new`.
    New,
}

/// A constant.
#[derive(Debug, Clone, PartialEq)]
pub struct Const {
    /// The type; `UNKNOWN` of a string literal that nothing has coerced.
    pub data_type: Type,
    /// The type modifier, -1 for none.
    pub typmod: i32,
    /// What the type's output function prints; none for NULL.
    pub value: Option<Arc<str>>,
}

/// A parameter.
#[derive(Debug, Clone, PartialEq)]
pub struct Param {
    /// What kind of parameter.
    pub kind: ParamKind,
    /// Its number.
    pub number: i32,
    /// Its type.
    pub data_type: Type,
    /// Its type modifier.
    pub typmod: i32,
}

/// What kind of parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParamKind {
    /// `$1`, or an argument of a function with an SQL body.
    Extern,
    /// An output column of the SubLink whose test this stands in.
    Sublink,
    /// A column of a multiple assignment (`SET (a, b) = (SELECT …)`).
    MultiExpr,
}

/// An aggregate call.
#[derive(Debug, Clone, PartialEq)]
pub struct Aggref {
    /// The aggregate.
    pub function: Arc<Function>,
    /// Type of the result.
    pub data_type: Type,
    /// Declared types of the actual arguments, direct ones first, after polymorphism is resolved.
    pub argument_types: Vec<Type>,
    /// Direct arguments of an ordered-set aggregate.
    pub direct_arguments: Vec<Expr>,
    /// Aggregated arguments; entries that only ORDER BY needs are `junk`.
    pub arguments: Vec<TargetEntry>,
    /// ORDER BY, by `sort_group_ref` of `arguments`.
    pub order_by: Vec<SortGroupClause>,
    /// DISTINCT, by `sort_group_ref` of `arguments`.
    pub distinct: Vec<SortGroupClause>,
    /// FILTER (WHERE …).
    pub filter: Option<Expr>,
    /// `count(*)`.
    pub star: bool,
    /// Whether the last argument is passed as VARIADIC array.
    pub variadic: bool,
    /// How many queries out the aggregate belongs.
    pub levels_up: usize,
}

/// `GROUPING(…)`.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupingFunc {
    /// The arguments.
    pub arguments: Vec<Expr>,
    /// How many queries out it belongs.
    pub levels_up: usize,
}

/// A window function call.
#[derive(Debug, Clone, PartialEq)]
pub struct WindowFunc {
    /// The window function or aggregate.
    pub function: Arc<Function>,
    /// Type of the result.
    pub data_type: Type,
    /// The arguments.
    pub arguments: Vec<Expr>,
    /// FILTER (WHERE …).
    pub filter: Option<Expr>,
    /// The window, from 1, in [`Query::windows`](super::Query).
    pub window: usize,
    /// `count(*)`.
    pub star: bool,
}

/// An array element or slice, or a jsonb subscript; with `assignment`, a store into it.
#[derive(Debug, Clone, PartialEq)]
pub struct SubscriptingRef {
    /// Type of the container (after a domain over it is looked through).
    pub container_type: Type,
    /// Type of an element.
    pub element_type: Type,
    /// Type of the result.
    pub data_type: Type,
    /// Type modifier of the container.
    pub typmod: i32,
    /// Upper subscripts, or the subscripts themselves; none where a slice leaves the bound out.
    pub upper: Vec<Option<Expr>>,
    /// Lower subscripts; empty when this is not a slice.
    pub lower: Vec<Option<Expr>>,
    /// The container.
    pub container: Expr,
    /// The value stored, in INSERT and UPDATE targets.
    pub assignment: Option<Expr>,
}

/// How a call or a coercion was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CoercionForm {
    /// A function call.
    #[default]
    ExplicitCall,
    /// A cast that was written.
    ExplicitCast,
    /// A cast that was not written, and is not printed.
    ImplicitCast,
    /// SQL syntax of its own: `EXTRACT(… FROM …)`.
    SqlSyntax,
}

/// A function call, or a cast made by a function.
#[derive(Debug, Clone, PartialEq)]
pub struct FuncExpr {
    /// The function.
    pub function: Arc<Function>,
    /// Type of the result, after polymorphism is resolved.
    pub data_type: Type,
    /// Whether the last argument is passed as VARIADIC array (or the elements were gathered into one).
    pub variadic: bool,
    /// How it was written.
    pub form: CoercionForm,
    /// The arguments; those of a length coercion are value, typmod and is-explicit.
    pub arguments: Vec<Expr>,
}

/// `name => argument`.
#[derive(Debug, Clone, PartialEq)]
pub struct NamedArg {
    /// The name.
    pub name: String,
    /// The argument.
    pub argument: Expr,
    /// Its place among the function's arguments, from 0.
    pub place: usize,
}

/// An operator with its operands.
#[derive(Debug, Clone, PartialEq)]
pub struct OpExpr {
    /// The operator.
    pub operator: Arc<Operator>,
    /// Type of the result.
    pub data_type: Type,
    /// One operand of a prefix operator, else two.
    pub arguments: Vec<Expr>,
}

/// `operand operator ANY/ALL (array)`.
#[derive(Debug, Clone, PartialEq)]
pub struct ScalarArrayOp {
    /// The operator, between operand and element.
    pub operator: Arc<Operator>,
    /// ANY, as opposed to ALL.
    pub any: bool,
    /// The operand.
    pub operand: Expr,
    /// The array.
    pub array: Expr,
}

/// AND, OR, NOT.
#[derive(Debug, Clone, PartialEq)]
pub struct BoolExpr {
    /// Which.
    pub kind: BoolKind,
    /// The operands: one of NOT, two or more of the others.
    pub arguments: Vec<Expr>,
}

/// AND, OR or NOT.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BoolKind {
    /// AND.
    And,
    /// OR.
    Or,
    /// NOT.
    Not,
}

/// A subquery inside an expression.
#[derive(Debug, Clone, PartialEq)]
pub struct SubLink {
    /// Which kind.
    pub kind: SubLinkKind,
    /// For ANY, ALL and row comparison: an [`OpExpr`], a conjunction or disjunction of them, or a
    /// [`RowCompare`]; the subquery's columns in it are [`ParamKind::Sublink`].
    pub test: Option<Expr>,
    /// The operator's name as written; empty for `IN`.
    pub operator_name: Vec<String>,
    /// The subquery.
    pub query: Box<Query>,
}

/// Kinds of subqueries inside expressions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubLinkKind {
    /// `EXISTS (…)`.
    Exists,
    /// `operand operator ALL (…)`.
    All,
    /// `operand operator ANY (…)`, `operand IN (…)`.
    Any,
    /// `ROW(…) operator (SELECT …)`.
    RowCompare,
    /// `(SELECT …)` as a value.
    Expr,
    /// `SET (a, b) = (SELECT …)`; with its number.
    MultiExpr(i32),
    /// `ARRAY(SELECT …)`.
    Array,
}

/// A field of a composite value.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldSelect {
    /// The value.
    pub argument: Expr,
    /// The field, from 1.
    pub field: i16,
    /// The field's name.
    pub name: Arc<str>,
    /// Type of the field.
    pub data_type: Type,
    /// Type modifier of the field.
    pub typmod: i32,
}

/// Assignment to fields of a composite column.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldStore {
    /// The column, or NULL.
    pub argument: Expr,
    /// Names and new values of the fields.
    pub fields: Vec<(Arc<str>, Expr)>,
    /// The composite type.
    pub data_type: Type,
}

/// A cast without a function.
#[derive(Debug, Clone, PartialEq)]
pub struct Coercion {
    /// What is cast.
    pub argument: Expr,
    /// To which type.
    pub data_type: Type,
    /// With which type modifier.
    pub typmod: i32,
    /// How it was written.
    pub form: CoercionForm,
}

/// A cast of an array, element by element.
#[derive(Debug, Clone, PartialEq)]
pub struct ArrayCoerce {
    /// What is cast.
    pub argument: Expr,
    /// The cast of an element, which is [`Expr::CaseTest`] in it.
    pub element: Expr,
    /// To which type.
    pub data_type: Type,
    /// With which type modifier.
    pub typmod: i32,
    /// How it was written.
    pub form: CoercionForm,
}

/// `COLLATE`.
#[derive(Debug, Clone, PartialEq)]
pub struct Collate {
    /// The value.
    pub argument: Expr,
    /// The collation.
    pub collation: Collation,
}

/// `CASE`.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// Type of the result.
    pub data_type: Type,
    /// The operand of the simple form.
    pub operand: Option<Expr>,
    /// Conditions and results; of the simple form a condition compares [`Expr::CaseTest`].
    pub branches: Vec<(Expr, Expr)>,
    /// ELSE; a NULL constant where it was left out.
    pub otherwise: Expr,
}

/// `ARRAY[…]`.
#[derive(Debug, Clone, PartialEq)]
pub struct ArrayExpr {
    /// The array type.
    pub data_type: Type,
    /// The element type.
    pub element_type: Type,
    /// The elements, arrays themselves when `multidimensional`.
    pub elements: Vec<Expr>,
    /// Whether the elements are arrays.
    pub multidimensional: bool,
}

/// `ROW(…)`.
#[derive(Debug, Clone, PartialEq)]
pub struct RowExpr {
    /// `RECORD`, or a composite type after a coercion.
    pub data_type: Type,
    /// The fields.
    pub arguments: Vec<Expr>,
    /// `ROW` written (`ExplicitCall`), not written (`ImplicitCast`), or a cast.
    pub form: CoercionForm,
}

/// An ordering comparison of rows.
#[derive(Debug, Clone, PartialEq)]
pub struct RowCompare {
    /// The operator of the first pair that is printed: `<`, `<=`, `>`, `>=`.
    pub operator_name: Arc<str>,
    /// The operators of the pairs.
    pub operators: Vec<Arc<Operator>>,
    /// Left operands.
    pub left: Vec<Expr>,
    /// Right operands.
    pub right: Vec<Expr>,
}

/// `COALESCE(…)`.
#[derive(Debug, Clone, PartialEq)]
pub struct Coalesce {
    /// Type of the result.
    pub data_type: Type,
    /// The arguments.
    pub arguments: Vec<Expr>,
}

/// `GREATEST(…)`, `LEAST(…)`.
#[derive(Debug, Clone, PartialEq)]
pub struct MinMax {
    /// GREATEST, as opposed to LEAST.
    pub greatest: bool,
    /// Type of the result.
    pub data_type: Type,
    /// The arguments.
    pub arguments: Vec<Expr>,
}

/// `CURRENT_DATE` and its like.
#[derive(Debug, Clone, PartialEq)]
pub struct SqlValueFunction {
    /// Which.
    pub kind: SqlValueKind,
    /// Type of the result.
    pub data_type: Type,
    /// The precision in parentheses, -1 for none.
    pub typmod: i32,
}

/// Which SQL value function. The key words are the names, without precision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum SqlValueKind {
    CurrentDate,
    CurrentTime,
    CurrentTimestamp,
    Localtime,
    Localtimestamp,
    CurrentRole,
    CurrentUser,
    User,
    SessionUser,
    CurrentCatalog,
    CurrentSchema,
}

/// `XMLELEMENT(…)` and its like.
#[derive(Debug, Clone, PartialEq)]
pub struct XmlExpr {
    /// Which.
    pub kind: XmlKind,
    /// Name of an element or processing instruction, as stored (escaped).
    pub name: Option<String>,
    /// Attributes or forest members, with their names as stored (escaped).
    pub named_arguments: Vec<(String, Expr)>,
    /// The other arguments.
    pub arguments: Vec<Expr>,
    /// DOCUMENT, as opposed to CONTENT.
    pub document: bool,
    /// INDENT of XMLSERIALIZE.
    pub indent: bool,
    /// Type of the result.
    pub data_type: Type,
    /// Type modifier of the result.
    pub typmod: i32,
}

/// Which XML expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum XmlKind {
    Concat,
    Element,
    Forest,
    Parse,
    Pi,
    Root,
    Serialize,
    IsDocument,
}

/// FORMAT JSON [ENCODING …].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct JsonFormat {
    /// JSON, JSONB or default.
    pub kind: JsonFormatKind,
    /// The encoding.
    pub encoding: JsonEncoding,
}

/// JSON, JSONB or not said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(missing_docs)]
pub enum JsonFormatKind {
    #[default]
    Default,
    Json,
    Jsonb,
}

/// ENCODING.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(missing_docs)]
pub enum JsonEncoding {
    #[default]
    Default,
    Utf8,
    Utf16,
    Utf32,
}

/// RETURNING type [FORMAT …].
#[derive(Debug, Clone, PartialEq)]
pub struct JsonReturning {
    /// The format.
    pub format: JsonFormat,
    /// The type.
    pub data_type: Type,
    /// The type modifier.
    pub typmod: i32,
}

/// `value FORMAT JSON`.
#[derive(Debug, Clone, PartialEq)]
pub struct JsonValueExpr {
    /// What was written; this is printed.
    pub raw: Expr,
    /// The value coerced to a JSON type.
    pub formatted: Expr,
    /// The format.
    pub format: JsonFormat,
}

/// A JSON constructor.
#[derive(Debug, Clone, PartialEq)]
pub struct JsonConstructor {
    /// Which.
    pub kind: JsonConstructorKind,
    /// The arguments; keys and values in turn for an object.
    pub arguments: Vec<Expr>,
    /// The aggregate or window function of JSON_OBJECTAGG, JSON_ARRAYAGG.
    pub function: Option<Expr>,
    /// RETURNING.
    pub returning: JsonReturning,
    /// ABSENT ON NULL, as opposed to NULL ON NULL.
    pub absent_on_null: bool,
    /// WITH UNIQUE KEYS.
    pub unique: bool,
}

/// Which JSON constructor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum JsonConstructorKind {
    Object,
    Array,
    ObjectAgg,
    ArrayAgg,
    Parse,
    Scalar,
    Serialize,
}

/// `value IS JSON …`.
#[derive(Debug, Clone, PartialEq)]
pub struct JsonIsPredicate {
    /// The value.
    pub argument: Expr,
    /// The format.
    pub format: JsonFormat,
    /// Which type of item.
    pub item: JsonItemType,
    /// WITH UNIQUE KEYS.
    pub unique: bool,
}

/// VALUE, OBJECT, ARRAY, SCALAR.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum JsonItemType {
    Any,
    Object,
    Array,
    Scalar,
}

/// `JSON_EXISTS(…)`, `JSON_QUERY(…)`, `JSON_VALUE(…)`, and the context item of `JSON_TABLE(…)`.
#[derive(Debug, Clone, PartialEq)]
pub struct JsonExpr {
    /// Which.
    pub kind: JsonExprKind,
    /// The name of the column of JSON_TABLE that this computes.
    pub column_name: Option<String>,
    /// The context item.
    pub formatted: Expr,
    /// Its format.
    pub format: JsonFormat,
    /// The path.
    pub path: Expr,
    /// RETURNING.
    pub returning: JsonReturning,
    /// PASSING names and values.
    pub passing: Vec<(String, Expr)>,
    /// ON EMPTY.
    pub on_empty: Option<JsonBehavior>,
    /// ON ERROR.
    pub on_error: Option<JsonBehavior>,
    /// WRAPPER.
    pub wrapper: JsonWrapper,
    /// OMIT QUOTES.
    pub omit_quotes: bool,
}

/// Which SQL/JSON query function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum JsonExprKind {
    Exists,
    Query,
    Value,
    Table,
}

/// ON EMPTY, ON ERROR.
#[derive(Debug, Clone, PartialEq)]
pub struct JsonBehavior {
    /// Which.
    pub kind: JsonBehaviorKind,
    /// The expression of DEFAULT.
    pub expression: Option<Expr>,
}

/// What to give on an empty result or an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum JsonBehaviorKind {
    Null,
    Error,
    Empty,
    True,
    False,
    Unknown,
    EmptyArray,
    EmptyObject,
    Default,
}

/// WRAPPER.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum JsonWrapper {
    Unspecified,
    Without,
    Conditional,
    Unconditional,
}

/// `IS [NOT] NULL`.
#[derive(Debug, Clone, PartialEq)]
pub struct NullTest {
    /// The value.
    pub argument: Expr,
    /// IS NULL, as opposed to IS NOT NULL.
    pub is_null: bool,
    /// Whether the value is a row, and each field is tested.
    pub row: bool,
}

/// `IS [NOT] TRUE` and its like.
#[derive(Debug, Clone, PartialEq)]
pub struct BooleanTest {
    /// The value.
    pub argument: Expr,
    /// Which.
    pub kind: BooleanTestKind,
}

/// Which test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum BooleanTestKind {
    IsTrue,
    IsNotTrue,
    IsFalse,
    IsNotFalse,
    IsUnknown,
    IsNotUnknown,
}
