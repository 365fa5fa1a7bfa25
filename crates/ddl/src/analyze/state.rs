//! The state of an analysis: which names mean what, inside which query.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::sync::Arc;

use super::environment::{Environment, Relation};
use super::tree::{
    CommonTableExpr, RangeTableEntry, ReturningType, RteColumn, Type, Var, WindowClause,
};

/// Where an expression stands (`ParseExprKind`): it decides what is allowed and how `UNKNOWN` is treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum ExprKind {
    None,
    JoinOn,
    JoinUsing,
    FromSubselect,
    FromFunction,
    Where,
    Having,
    Filter,
    WindowPartition,
    WindowOrder,
    WindowFrame,
    SelectTarget,
    InsertTarget,
    UpdateSource,
    UpdateTarget,
    MergeWhen,
    GroupBy,
    OrderBy,
    DistinctOn,
    Limit,
    Offset,
    Returning,
    Values,
    ValuesSingle,
    CheckConstraint,
    DomainCheck,
    ColumnDefault,
    FunctionDefault,
    IndexExpression,
    IndexPredicate,
    StatsExpression,
    AlterColumnTransform,
    ExecuteParameter,
    TriggerWhen,
    Policy,
    PartitionBound,
    PartitionExpression,
    CallArgument,
    CopyWhere,
    GeneratedColumn,
    CycleMark,
}

/// One query under analysis, with the queries around it.
pub struct ParseState<'a> {
    /// The objects around.
    pub environment: &'a dyn Environment,
    /// The query around this one.
    pub parent: Option<&'a ParseState<'a>>,
    /// The range table so far; entries are numbered from 1.
    pub range_table: Vec<RangeTableEntry>,
    /// The entries that names can refer to at this point.
    pub namespace: Vec<NamespaceItem>,
    /// The WITH queries that can be referred to at this point, innermost last.
    pub ctes: Vec<CommonTableExpr>,
    /// Output columns of recursive WITH queries of `ctes` that are still being analysed, as their
    /// non-recursive terms gave them, by place in `ctes`.
    pub recursive_columns: RefCell<BTreeMap<usize, Vec<RteColumn>>>,
    /// When this is the query of a recursive WITH query: its place in the parent's `ctes`.
    pub parent_cte: Option<usize>,
    /// Whether `lateral_only` items of the namespace can be seen (`p_lateral_active`): inside LATERAL.
    pub lateral_active: bool,
    /// Windows: those of the WINDOW clause first, then those made for OVER (…). The analysis of a
    /// window function call adds what it needs as raw definitions; see `window_definitions`.
    pub windows: Vec<WindowClause>,
    /// The raw definitions of `windows`, which are analysed when the target list is known.
    pub window_definitions: Vec<pg_query::protobuf::WindowDef>,
    /// Where the expression under analysis stands.
    pub kind: ExprKind,
    /// The target of INSERT, UPDATE, DELETE or MERGE, for `SET` and column defaults.
    pub target: Option<(usize, Arc<Relation>)>,
    /// What `$n` means: types of a function's arguments, and their names.
    pub parameters: Vec<(Option<Arc<str>>, Type, i32)>,
    /// Whether `$n` may be of any type, which the place it stands in tells: a statement that is prepared.
    pub open_parameters: bool,
    /// The name of the function whose body this is: qualifies its arguments.
    pub function_name: Option<Arc<str>>,
    /// The type of `VALUE`, inside a domain's check.
    pub domain_value: Option<(Type, i32)>,
    /// Whether an UNKNOWN output column becomes text (`p_resolve_unknowns`).
    pub resolve_unknowns: bool,
    /// The next number of a multiple-assignment sub-select.
    pub multi_assign: i32,
    /// How deep the expression at hand nests.
    pub depth: usize,
    /// An aggregate of this query was seen.
    pub has_aggregates: Cell<bool>,
    /// A window function of this query was seen.
    pub has_window_functions: Cell<bool>,
    /// A set-returning function was seen in the target list.
    pub has_target_srfs: Cell<bool>,
    /// A sub-select in an expression was seen.
    pub has_sublinks: Cell<bool>,
}

impl<'a> ParseState<'a> {
    /// The state of a query, inside another or not.
    pub fn new(environment: &'a dyn Environment, parent: Option<&'a ParseState<'a>>) -> Self {
        Self {
            environment,
            parent,
            range_table: Vec::new(),
            namespace: Vec::new(),
            ctes: Vec::new(),
            recursive_columns: RefCell::default(),
            parent_cte: None,
            lateral_active: false,
            windows: Vec::new(),
            window_definitions: Vec::new(),
            kind: ExprKind::None,
            target: None,
            parameters: parent.map(|p| p.parameters.clone()).unwrap_or_default(),
            open_parameters: parent.is_some_and(|p| p.open_parameters),
            function_name: parent.and_then(|p| p.function_name.clone()),
            domain_value: None,
            resolve_unknowns: true,
            multi_assign: 0,
            depth: parent.map_or(0, |p| p.depth),
            has_aggregates: Cell::new(false),
            has_window_functions: Cell::new(false),
            has_target_srfs: Cell::new(false),
            has_sublinks: Cell::new(false),
        }
    }
}

/// A range table entry that names can refer to.
#[derive(Debug, Clone, PartialEq)]
pub struct NamespaceItem {
    /// The name that qualifies its columns.
    pub name: Arc<str>,
    /// The schema of a relation without alias, which may qualify the name.
    pub schema: Option<Arc<str>>,
    /// The entry of the range table.
    pub rtindex: usize,
    /// Its columns: name (empty for one that cannot be named), and the Var that it means.
    pub columns: Vec<NamespaceColumn>,
    /// Whether `name.column` can be written.
    pub relation_visible: bool,
    /// Whether `column` alone can be written.
    pub columns_visible: bool,
    /// Whether only LATERAL can see it.
    pub lateral_only: bool,
    /// Whether LATERAL may see it (not from the nullable side of a join).
    pub lateral_ok: bool,
    /// `old` or `new` of RETURNING.
    pub returning: ReturningType,
}

/// A column of a [`NamespaceItem`].
#[derive(Debug, Clone, PartialEq)]
pub struct NamespaceColumn {
    /// The name.
    pub name: Arc<str>,
    /// The Var, with `levels_up` 0.
    pub var: Var,
    /// Whether `*` leaves it out.
    pub dont_expand: bool,
}

impl NamespaceItem {
    /// The item of an entry whose columns are its own: everything but joins.
    pub fn of_entry(rtindex: usize, entry: &RangeTableEntry) -> Self {
        let columns = entry
            .eref
            .columns
            .iter()
            .zip(&entry.columns)
            .zip(1i16..)
            .map(|((name, column), attno)| NamespaceColumn {
                name: name.as_str().into(),
                var: Var {
                    varno: rtindex,
                    attno,
                    data_type: column.data_type.clone(),
                    typmod: column.typmod,
                    levels_up: 0,
                    varnosyn: rtindex,
                    attnosyn: attno,
                    returning: ReturningType::Default,
                },
                dont_expand: false,
            })
            .collect();
        let schema = match (&entry.kind, &entry.alias) {
            (super::tree::RteKind::Relation(relation), None) => Some(relation.schema.clone()),
            _ => None,
        };
        Self {
            name: entry.eref.name.as_str().into(),
            schema,
            rtindex,
            columns,
            relation_visible: true,
            columns_visible: true,
            lateral_only: false,
            lateral_ok: true,
            returning: ReturningType::Default,
        }
    }
}
