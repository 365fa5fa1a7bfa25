//! Analysed queries.

use std::sync::Arc;

use super::{Collation, Expr, JsonBehavior, JsonExpr, JsonFormat, JsonWrapper, Operator, Type};

/// An analysed query.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    /// SELECT, INSERT, UPDATE, DELETE, MERGE, or a utility statement.
    pub command: Command,
    /// WITH.
    pub ctes: Vec<CommonTableExpr>,
    /// WITH RECURSIVE.
    pub recursive: bool,
    /// The range table; entries are numbered from 1.
    pub range_table: Vec<RangeTableEntry>,
    /// FROM (or USING).
    pub from: Vec<FromItem>,
    /// WHERE.
    pub where_: Option<Expr>,
    /// The target list.
    pub targets: Vec<TargetEntry>,
    /// DISTINCT or DISTINCT ON, by `sort_group_ref` of targets.
    pub distinct: Vec<SortGroupClause>,
    /// Whether `distinct` is DISTINCT ON.
    pub distinct_on: bool,
    /// GROUP BY, by `sort_group_ref` of targets.
    pub group_by: Vec<SortGroupClause>,
    /// GROUP BY DISTINCT.
    pub group_distinct: bool,
    /// GROUPING SETS, ROLLUP, CUBE.
    pub grouping_sets: Vec<GroupingSet>,
    /// HAVING.
    pub having: Option<Expr>,
    /// WINDOW clauses, named or made for an OVER (…); numbered from 1.
    pub windows: Vec<WindowClause>,
    /// ORDER BY, by `sort_group_ref` of targets.
    pub order_by: Vec<SortGroupClause>,
    /// LIMIT; NULL for LIMIT ALL.
    pub limit: Option<Expr>,
    /// FETCH … WITH TIES.
    pub with_ties: bool,
    /// OFFSET.
    pub offset: Option<Expr>,
    /// FOR UPDATE and its like.
    pub row_marks: Vec<RowMark>,
    /// UNION, INTERSECT, EXCEPT.
    pub set_operations: Option<SetOperation>,
    /// The target of INSERT, UPDATE, DELETE, MERGE: an entry of the range table.
    pub result_relation: Option<usize>,
    /// OVERRIDING of INSERT.
    pub overriding: Overriding,
    /// ON CONFLICT.
    pub on_conflict: Option<OnConflict>,
    /// Actions of MERGE.
    pub merge_actions: Vec<MergeAction>,
    /// The condition that joins target and source of MERGE.
    pub merge_condition: Option<Expr>,
    /// RETURNING.
    pub returning: Vec<TargetEntry>,
    /// The alias of `old` in RETURNING, when given.
    pub returning_old_alias: Option<String>,
    /// The alias of `new` in RETURNING, when given.
    pub returning_new_alias: Option<String>,
    /// Whether it was written RETURN, in the body of a function.
    pub is_return: bool,
    /// A utility statement as written (NOTIFY in a rule), with names qualified.
    pub utility: Option<String>,
    /// Whether the target list or HAVING has aggregates.
    pub has_aggregates: bool,
    /// Whether it has window functions.
    pub has_window_functions: bool,
    /// Whether the target list has set-returning functions.
    pub has_target_srfs: bool,
    /// Whether it has sub-selects in expressions.
    pub has_sublinks: bool,
}

impl Query {
    /// A query of a command, with nothing in it.
    pub fn new(command: Command) -> Self {
        Self {
            command,
            ctes: Vec::new(),
            recursive: false,
            range_table: Vec::new(),
            from: Vec::new(),
            where_: None,
            targets: Vec::new(),
            distinct: Vec::new(),
            distinct_on: false,
            group_by: Vec::new(),
            group_distinct: false,
            grouping_sets: Vec::new(),
            having: None,
            windows: Vec::new(),
            order_by: Vec::new(),
            limit: None,
            with_ties: false,
            offset: None,
            row_marks: Vec::new(),
            set_operations: None,
            result_relation: None,
            overriding: Overriding::None,
            on_conflict: None,
            merge_actions: Vec::new(),
            merge_condition: None,
            returning: Vec::new(),
            returning_old_alias: None,
            returning_new_alias: None,
            is_return: false,
            utility: None,
            has_aggregates: false,
            has_window_functions: false,
            has_target_srfs: false,
            has_sublinks: false,
        }
    }
}

/// The command of a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Command {
    Select,
    Insert,
    Update,
    Delete,
    Merge,
    Utility,
    /// `DO INSTEAD NOTHING` of a rule.
    Nothing,
}

/// An entry of a target list.
#[derive(Debug, Clone, PartialEq)]
pub struct TargetEntry {
    /// The expression.
    pub expr: Expr,
    /// Its number, from 1; the number of the target column in INSERT and UPDATE.
    pub resno: i16,
    /// The name of the output column; none of a junk entry.
    pub name: Option<Arc<str>>,
    /// The number by which ORDER BY, GROUP BY, DISTINCT and windows refer to it; 0 for none.
    pub sort_group_ref: u32,
    /// Whether it is no output column, but needed for sorting.
    pub junk: bool,
    /// For a `*` or plain column: nothing depends on it but the origin is told.
    pub origin: Option<(usize, i16)>,
}

/// One item of ORDER BY, GROUP BY, DISTINCT, PARTITION BY.
#[derive(Debug, Clone, PartialEq)]
pub struct SortGroupClause {
    /// The entry of the target list, by its `sort_group_ref`.
    pub target: u32,
    /// The equality operator; none of a type that cannot be compared surely.
    pub equality: Option<Arc<Operator>>,
    /// The ordering operator; none when only grouped.
    pub ordering: Option<Arc<Operator>>,
    /// Whether the ordering operator is the `>` of its operator class.
    pub descending: bool,
    /// NULLS FIRST (by default when descending).
    pub nulls_first: bool,
}

/// A grouping set.
#[derive(Debug, Clone, PartialEq)]
pub enum GroupingSet {
    /// `()`.
    Empty,
    /// An expression or a parenthesised list, by `sort_group_ref`.
    Simple(Vec<u32>),
    /// `ROLLUP (…)`.
    Rollup(Vec<GroupingSet>),
    /// `CUBE (…)`.
    Cube(Vec<GroupingSet>),
    /// `GROUPING SETS (…)`.
    Sets(Vec<GroupingSet>),
}

/// A window.
#[derive(Debug, Clone, PartialEq)]
pub struct WindowClause {
    /// The name of WINDOW; none of one written in OVER.
    pub name: Option<String>,
    /// The window that this one refines.
    pub refname: Option<String>,
    /// PARTITION BY.
    pub partition_by: Vec<SortGroupClause>,
    /// ORDER BY.
    pub order_by: Vec<SortGroupClause>,
    /// `FRAMEOPTION_*` bits of the server, as in the raw tree.
    pub frame_options: i32,
    /// The offset of the frame's start.
    pub start_offset: Option<Expr>,
    /// The offset of the frame's end.
    pub end_offset: Option<Expr>,
    /// Whether ORDER BY was copied from `refname`.
    pub copied_order: bool,
}

/// An alias with column names.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Alias {
    /// The name.
    pub name: String,
    /// The names of columns, as many as were given.
    pub columns: Vec<String>,
}

/// A column of a range table entry.
#[derive(Debug, Clone, PartialEq)]
pub struct RteColumn {
    /// The name that the entry's source gives it (of a relation: the column's own name).
    pub name: Arc<str>,
    /// The type.
    pub data_type: Type,
    /// The type modifier.
    pub typmod: i32,
    /// The collation of the column, where it is not that of its type.
    pub collation: Option<Collation>,
}

/// An entry of the range table.
#[derive(Debug, Clone, PartialEq)]
pub struct RangeTableEntry {
    /// What it is.
    pub kind: RteKind,
    /// The alias as written.
    pub alias: Option<Alias>,
    /// The name and the column names that the text can refer to: the alias with all columns filled in.
    pub eref: Alias,
    /// The columns.
    pub columns: Vec<RteColumn>,
    /// LATERAL written, or meant (functions are always lateral).
    pub lateral: bool,
    /// Whether it stands in FROM (as opposed to the target of INSERT, or `old`/`new` of a rule).
    pub in_from: bool,
}

/// What a range table entry is.
#[derive(Debug, Clone, PartialEq)]
pub enum RteKind {
    /// A table, view or the like.
    Relation(RelationRte),
    /// A subquery.
    Subquery(Box<Query>),
    /// A join.
    Join(JoinRte),
    /// A function, or ROWS FROM of several.
    Function(FunctionRte),
    /// XMLTABLE or JSON_TABLE.
    TableFunction(Box<TableFunction>),
    /// VALUES.
    Values(Vec<Vec<Expr>>),
    /// A reference to a WITH query.
    Cte(CteRte),
    /// A transition table of a trigger.
    NamedTuplestore(String),
    /// No relation at all.
    Result,
}

/// A table, view or the like.
#[derive(Debug, Clone, PartialEq)]
pub struct RelationRte {
    /// The schema.
    pub schema: Arc<str>,
    /// The name.
    pub name: Arc<str>,
    /// `pg_class.relkind`.
    pub kind: RelationKind,
    /// Whether descendants are included: no ONLY.
    pub inherited: bool,
    /// TABLESAMPLE.
    pub sample: Option<TableSample>,
}

/// Kind of a relation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum RelationKind {
    Table,
    PartitionedTable,
    ForeignTable,
    View,
    MaterializedView,
    Sequence,
    CompositeType,
}

/// TABLESAMPLE.
#[derive(Debug, Clone, PartialEq)]
pub struct TableSample {
    /// The name of the method.
    pub method: Vec<String>,
    /// Its arguments.
    pub arguments: Vec<Expr>,
    /// REPEATABLE.
    pub repeatable: Option<Expr>,
}

/// A join as a range table entry.
#[derive(Debug, Clone, PartialEq)]
pub struct JoinRte {
    /// Which join.
    pub kind: JoinKind,
    /// How many of the first columns are merged by USING (or NATURAL).
    pub merged: usize,
    /// What each column of the join is in its inputs: a Var, or a COALESCE of two.
    pub alias_vars: Vec<Expr>,
    /// For each column that comes from the left input (or is merged), its number there.
    pub left_columns: Vec<i16>,
    /// For each merged column, and then each that comes from the right input only, its number there.
    pub right_columns: Vec<i16>,
    /// The alias of USING (…) AS.
    pub using_alias: Option<Alias>,
}

/// Which join.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum JoinKind {
    Inner,
    Left,
    Full,
    Right,
}

/// A function in FROM.
#[derive(Debug, Clone, PartialEq)]
pub struct FunctionRte {
    /// The functions: one, or those of ROWS FROM.
    pub functions: Vec<RangeFunction>,
    /// WITH ORDINALITY.
    pub ordinality: bool,
}

/// One function in FROM.
#[derive(Debug, Clone, PartialEq)]
pub struct RangeFunction {
    /// The call.
    pub expr: Expr,
    /// How many columns it gives.
    pub column_count: usize,
    /// The column definition list, for a function that returns `record`.
    pub column_definitions: Vec<RteColumn>,
}

/// A reference to a WITH query.
#[derive(Debug, Clone, PartialEq)]
pub struct CteRte {
    /// The name.
    pub name: Arc<str>,
    /// How many queries out it is defined.
    pub levels_up: usize,
    /// Whether it is the reference of a recursive query to itself.
    pub self_reference: bool,
}

/// XMLTABLE or JSON_TABLE.
#[derive(Debug, Clone, PartialEq)]
pub struct TableFunction {
    /// XMLTABLE or JSON_TABLE.
    pub kind: TableFunctionKind,
    /// XMLNAMESPACES: names (none for DEFAULT) and URIs.
    pub namespaces: Vec<(Option<String>, Expr)>,
    /// The document (XMLTABLE), or the context item with its path (JSON_TABLE: [`Expr::JsonExpr`]).
    pub document: Expr,
    /// The row path of XMLTABLE.
    pub row_path: Option<Expr>,
    /// The columns of XMLTABLE, in order; those of JSON_TABLE stand in `plan` too.
    pub columns: Vec<TableFunctionColumn>,
    /// The plan of JSON_TABLE.
    pub plan: Option<JsonTablePath>,
}

/// XMLTABLE or JSON_TABLE.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum TableFunctionKind {
    XmlTable,
    JsonTable,
}

/// A column of XMLTABLE or JSON_TABLE.
#[derive(Debug, Clone, PartialEq)]
pub struct TableFunctionColumn {
    /// The name.
    pub name: String,
    /// The type.
    pub data_type: Type,
    /// The type modifier.
    pub typmod: i32,
    /// FOR ORDINALITY.
    pub ordinality: bool,
    /// NOT NULL.
    pub not_null: bool,
    /// PATH of XMLTABLE.
    pub path: Option<Expr>,
    /// DEFAULT of XMLTABLE.
    pub default: Option<Expr>,
    /// What computes a column of JSON_TABLE.
    pub value: Option<JsonExpr>,
    /// The FORMAT of a column of JSON_TABLE.
    pub format: JsonFormat,
    /// WRAPPER, of a column of JSON_TABLE.
    pub wrapper: Option<JsonWrapper>,
    /// ON EMPTY, of a column of JSON_TABLE.
    pub on_empty: Option<JsonBehavior>,
    /// ON ERROR, of a column of JSON_TABLE.
    pub on_error: Option<JsonBehavior>,
}

/// A row pattern of JSON_TABLE with the columns and the nested patterns under it.
#[derive(Debug, Clone, PartialEq)]
pub struct JsonTablePath {
    /// The path, as jsonpath prints it.
    pub path: String,
    /// The name of the path.
    pub name: String,
    /// The columns of this path: numbers from 0 in [`TableFunction::columns`].
    pub columns: Vec<usize>,
    /// ERROR ON ERROR, of the outermost.
    pub error_on_error: bool,
    /// NESTED PATH.
    pub nested: Vec<JsonTablePath>,
}

/// An item of FROM.
#[derive(Debug, Clone, PartialEq)]
pub enum FromItem {
    /// An entry of the range table.
    Entry(usize),
    /// A join.
    Join(Box<JoinItem>),
}

/// A join in FROM.
#[derive(Debug, Clone, PartialEq)]
pub struct JoinItem {
    /// Which join.
    pub kind: JoinKind,
    /// NATURAL as written (its columns are in `using` too).
    pub natural: bool,
    /// The left input.
    pub left: FromItem,
    /// The right input.
    pub right: FromItem,
    /// USING.
    pub using: Vec<String>,
    /// The alias of USING (…) AS.
    pub using_alias: Option<Alias>,
    /// ON; of USING, the condition made for it.
    pub on: Option<Expr>,
    /// The alias of the whole join.
    pub alias: Option<Alias>,
    /// Its entry of the range table.
    pub rtindex: usize,
}

/// A WITH query.
#[derive(Debug, Clone, PartialEq)]
pub struct CommonTableExpr {
    /// The name.
    pub name: Arc<str>,
    /// The column aliases, as written.
    pub alias_columns: Vec<String>,
    /// MATERIALIZED, NOT MATERIALIZED, or not said.
    pub materialized: Option<bool>,
    /// The query; none while a recursive query is being analysed.
    pub query: Option<Box<Query>>,
    /// SEARCH.
    pub search: Option<CteSearch>,
    /// CYCLE.
    pub cycle: Option<Box<CteCycle>>,
    /// Whether it refers to itself.
    pub recursive: bool,
    /// The output columns.
    pub columns: Vec<RteColumn>,
}

/// SEARCH of a recursive query.
#[derive(Debug, Clone, PartialEq)]
pub struct CteSearch {
    /// BREADTH FIRST, as opposed to DEPTH FIRST.
    pub breadth_first: bool,
    /// BY.
    pub columns: Vec<String>,
    /// SET.
    pub sequence_column: String,
}

/// CYCLE of a recursive query.
#[derive(Debug, Clone, PartialEq)]
pub struct CteCycle {
    /// The columns.
    pub columns: Vec<String>,
    /// SET.
    pub mark_column: String,
    /// TO.
    pub mark_value: Expr,
    /// DEFAULT.
    pub mark_default: Expr,
    /// USING.
    pub path_column: String,
}

/// UNION, INTERSECT, EXCEPT over entries of the range table.
#[derive(Debug, Clone, PartialEq)]
pub enum SetOperation {
    /// A subquery: an entry of the range table.
    Leaf(usize),
    /// An operation.
    Node(Box<SetOperationNode>),
}

/// An operation of two queries.
#[derive(Debug, Clone, PartialEq)]
pub struct SetOperationNode {
    /// Which.
    pub kind: SetOperationKind,
    /// ALL.
    pub all: bool,
    /// The left operand.
    pub left: SetOperation,
    /// The right operand.
    pub right: SetOperation,
    /// The types and type modifiers of the result's columns.
    pub columns: Vec<(Type, i32)>,
}

/// UNION, INTERSECT or EXCEPT.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum SetOperationKind {
    Union,
    Intersect,
    Except,
}

/// FOR UPDATE and its like.
#[derive(Debug, Clone, PartialEq)]
pub struct RowMark {
    /// The entry of the range table.
    pub rtindex: usize,
    /// How strong.
    pub strength: LockStrength,
    /// What to do when rows are locked.
    pub wait: LockWait,
    /// Whether it was pushed down from an outer query, and is not printed.
    pub pushed_down: bool,
}

/// How strong a row lock is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum LockStrength {
    KeyShare,
    Share,
    NoKeyUpdate,
    Update,
}

/// What to do when rows are locked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum LockWait {
    Block,
    Skip,
    Error,
}

/// OVERRIDING.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Overriding {
    None,
    User,
    System,
}

/// ON CONFLICT.
#[derive(Debug, Clone, PartialEq)]
pub struct OnConflict {
    /// DO UPDATE, as opposed to DO NOTHING.
    pub update: bool,
    /// The elements of the conflict target.
    pub arbiter: Vec<InferenceElement>,
    /// WHERE of the conflict target.
    pub arbiter_where: Option<Expr>,
    /// ON CONSTRAINT.
    pub constraint: Option<String>,
    /// SET.
    pub set: Vec<TargetEntry>,
    /// WHERE of DO UPDATE.
    pub where_: Option<Expr>,
    /// The entry of `excluded` in the range table.
    pub excluded: Option<usize>,
}

/// An element of a conflict target.
#[derive(Debug, Clone, PartialEq)]
pub struct InferenceElement {
    /// The column or expression.
    pub expr: Expr,
    /// COLLATE.
    pub collation: Option<Collation>,
    /// The operator class as it is printed.
    pub operator_class: Option<(String, String)>,
}

/// WHEN … THEN … of MERGE.
#[derive(Debug, Clone, PartialEq)]
pub struct MergeAction {
    /// MATCHED, NOT MATCHED BY SOURCE, NOT MATCHED BY TARGET.
    pub match_kind: MergeMatchKind,
    /// AND.
    pub condition: Option<Expr>,
    /// INSERT, UPDATE, DELETE or Nothing.
    pub command: Command,
    /// OVERRIDING.
    pub overriding: Overriding,
    /// The columns.
    pub targets: Vec<TargetEntry>,
}

/// Which rows an action of MERGE is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum MergeMatchKind {
    Matched,
    NotMatchedBySource,
    NotMatchedByTarget,
}
