//! Scalar expressions as a small tree of our own, read from and written as SQL.

mod hint;
mod read;
mod serialize;
mod type_name;
mod write;

use std::collections::BTreeSet;

pub use hint::hint_for_unknown_name;
pub use read::{ColumnPosition, ParsedExpression, parse_expression, parse_expression_with_columns};

pub(crate) use read::{from_node, operator_name, strings};

/// A scalar expression.
///
/// Two expressions are equal when PostgreSQL reads the same from them; parentheses, letter case of
/// keywords and the several spellings of one construct are not kept.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Expr {
    /// `NULL`
    Null,
    /// `TRUE`, `FALSE`
    Bool(bool),
    /// An integer constant; negative ones hold their sign.
    Integer(i64),
    /// Any other number, as written: `1.50`, `1e9`, or an integer past 64 bits.
    Numeric(String),
    /// `'text'`, without the quotes
    Text(String),
    /// `$1`
    Parameter(u32),
    /// `a`, `a.b`, `a.b.c`; a last element `*` is a star.
    Column(Vec<String>),
    /// All of them; never directly inside another `And`.
    And(Vec<Expr>),
    /// Any of them; never directly inside another `Or`.
    Or(Vec<Expr>),
    /// `NOT a`
    Not(Box<Expr>),
    /// A prefix operator: `- a`, `@ a`
    Unary {
        /// The operator's name.
        operator: String,
        /// What follows it.
        operand: Box<Expr>,
    },
    /// An operator between two operands: comparison (`<>`, never `!=`), arithmetic, `||`, `~`, `@>` …
    Binary {
        /// The operator's name, qualified as `schema.name` only where it was written so.
        operator: String,
        /// The left operand.
        left: Box<Expr>,
        /// The right operand.
        right: Box<Expr>,
    },
    /// `a IS [NOT] DISTINCT FROM b`
    IsDistinctFrom {
        /// The left operand.
        left: Box<Expr>,
        /// The right operand.
        right: Box<Expr>,
        /// `IS NOT DISTINCT FROM`
        negated: bool,
    },
    /// `a [NOT] IN (b, c)`
    In {
        /// What is looked for.
        operand: Box<Expr>,
        /// Where, at least one.
        list: Vec<Expr>,
        /// `NOT IN`
        negated: bool,
    },
    /// `a [NOT] BETWEEN [SYMMETRIC] b AND c`
    Between {
        /// What is compared.
        operand: Box<Expr>,
        /// The lower bound.
        low: Box<Expr>,
        /// The upper bound.
        high: Box<Expr>,
        /// The bounds may come in either order.
        symmetric: bool,
        /// `NOT BETWEEN`
        negated: bool,
    },
    /// `a IS [NOT] NULL`
    IsNull {
        /// What is tested.
        operand: Box<Expr>,
        /// `IS NOT NULL`
        negated: bool,
    },
    /// `a IS [NOT] TRUE`, `FALSE` or `UNKNOWN`
    IsTruth {
        /// What is tested.
        operand: Box<Expr>,
        /// For what.
        truth: Truth,
        /// With `NOT`.
        negated: bool,
    },
    /// `a [NOT] LIKE b [ESCAPE c]`, `ILIKE`, `SIMILAR TO`
    Like {
        /// What is matched.
        operand: Box<Expr>,
        /// The pattern.
        pattern: Box<Expr>,
        /// The escape character, where given.
        escape: Option<Box<Expr>>,
        /// Which of the three.
        kind: LikeKind,
        /// With `NOT`.
        negated: bool,
    },
    /// `name(a, b)`
    Function {
        /// The name, qualified where it was written so.
        name: Vec<String>,
        /// The arguments.
        args: Vec<Expr>,
    },
    /// `CASE [a] WHEN b THEN c … [ELSE d] END`
    Case {
        /// What is compared with each `WHEN`; without it each is a condition.
        operand: Option<Box<Expr>>,
        /// `WHEN`, `THEN`
        branches: Vec<(Expr, Expr)>,
        /// `ELSE`
        otherwise: Option<Box<Expr>>,
    },
    /// `COALESCE(a, b)`
    Coalesce(Vec<Expr>),
    /// `NULLIF(a, b)`
    Nullif(Box<Expr>, Box<Expr>),
    /// `GREATEST(a, b)`
    Greatest(Vec<Expr>),
    /// `LEAST(a, b)`
    Least(Vec<Expr>),
    /// `a::type`, `CAST(a AS type)`, `type 'text'`
    Cast {
        /// What is cast.
        operand: Box<Expr>,
        /// The type as SQL, by the name that `format_type` gives.
        type_name: String,
    },
    /// `ARRAY[a, b]`
    Array(Vec<Expr>),
    /// `ROW(a, b)`, `(a, b)`
    Row(Vec<Expr>),
    /// `EXTRACT(field FROM a)`
    Extract {
        /// The field in lower case: `year`, `epoch` …
        field: String,
        /// From what.
        source: Box<Expr>,
    },
    /// `a AT TIME ZONE zone`
    AtTimeZone {
        /// The timestamp.
        operand: Box<Expr>,
        /// The zone.
        zone: Box<Expr>,
    },
    /// `a COLLATE collation`
    Collate {
        /// The text.
        operand: Box<Expr>,
        /// The collation's name.
        collation: Vec<String>,
    },
    /// `CURRENT_DATE`, `CURRENT_TIMESTAMP(3)`, `CURRENT_USER` …, in upper case
    SqlValue(String),
    /// `a = ANY (array)`, `a <> ALL (array)`
    Quantified {
        /// What is compared.
        operand: Box<Expr>,
        /// The operator's name.
        operator: String,
        /// `ANY` or `ALL`
        quantifier: Quantifier,
        /// The array.
        array: Box<Expr>,
    },
    /// Anything else, as SQL in a canonical spelling.
    Other {
        /// What it is.
        kind: OtherKind,
        /// Its text.
        sql: String,
    },
}

/// What `IS` tests for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Truth {
    /// `IS TRUE`
    True,
    /// `IS FALSE`
    False,
    /// `IS UNKNOWN`
    Unknown,
}

/// The pattern languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LikeKind {
    /// `LIKE`
    Like,
    /// `ILIKE`
    Ilike,
    /// `SIMILAR TO`
    SimilarTo,
}

/// How a comparison with an array is summed up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Quantifier {
    /// True for at least one element.
    Any,
    /// True for every element.
    All,
}

/// What an [`Expr::Other`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OtherKind {
    /// A subquery in any form: `EXISTS (…)`, `a IN (SELECT …)`, `(SELECT …)`.
    Subquery,
    /// An aggregate or window call: `DISTINCT`, `FILTER`, `ORDER BY`, `OVER`, `count(*)`.
    Aggregate,
    /// A function call with named or variadic arguments.
    FunctionCall,
    /// Array subscripts and composite fields: `a[1]`, `(a).b`.
    Subscript,
    /// Whatever is not listed.
    Anything,
}

impl Expr {
    /// A column by its name.
    pub fn column(name: &str) -> Expr {
        Expr::Column(vec![name.to_owned()])
    }

    /// A text constant.
    pub fn text(text: &str) -> Expr {
        Expr::Text(text.to_owned())
    }

    /// An operator between two operands.
    pub fn binary(operator: &str, left: Expr, right: Expr) -> Expr {
        Expr::Binary {
            operator: operator.to_owned(),
            left: left.into(),
            right: right.into(),
        }
    }

    /// A call of an unqualified function.
    pub fn function(name: &str, args: Vec<Expr>) -> Expr {
        Expr::Function {
            name: vec![name.to_owned()],
            args,
        }
    }

    /// All of the conditions; nested conjunctions are flattened, one condition stays itself, none is
    /// true.
    pub fn and(conditions: Vec<Expr>) -> Expr {
        let mut flat = Vec::with_capacity(conditions.len());
        for condition in conditions {
            match condition {
                Expr::And(inner) => flat.extend(inner),
                other => flat.push(other),
            }
        }
        match flat.len() {
            0 => Expr::Bool(true),
            1 => flat.remove(0),
            _ => Expr::And(flat),
        }
    }

    /// Any of the conditions; nested disjunctions are flattened, one condition stays itself, none is
    /// false.
    pub fn or(conditions: Vec<Expr>) -> Expr {
        let mut flat = Vec::with_capacity(conditions.len());
        for condition in conditions {
            match condition {
                Expr::Or(inner) => flat.extend(inner),
                other => flat.push(other),
            }
        }
        match flat.len() {
            0 => Expr::Bool(false),
            1 => flat.remove(0),
            _ => Expr::Or(flat),
        }
    }

    /// `NOT` of the condition.
    pub fn negate(self) -> Expr {
        Expr::Not(Box::new(self))
    }

    /// `IS NULL` of the expression.
    pub fn is_null(self) -> Expr {
        Expr::IsNull {
            operand: Box::new(self),
            negated: false,
        }
    }

    /// The columns named anywhere in the expression. Those inside subqueries are left out: what a name
    /// means there depends on the subquery's own relations.
    pub fn columns(&self) -> BTreeSet<Vec<String>> {
        let mut columns = BTreeSet::new();
        self.visit(&mut |expr| match expr {
            Expr::Column(path) => {
                columns.insert(path.clone());
            }
            Expr::Other { kind, sql } if *kind != OtherKind::Subquery => {
                columns.extend(read::columns_of(sql));
            }
            _ => {}
        });
        columns
    }

    /// Whether the expression holds a subquery.
    pub fn has_subquery(&self) -> bool {
        let mut found = false;
        self.visit(&mut |expr| {
            found |= matches!(
                expr,
                Expr::Other {
                    kind: OtherKind::Subquery,
                    ..
                }
            );
        });
        found
    }

    /// The expression with columns renamed: `rename` gives the new path, or `None` to leave it.
    /// Columns inside subqueries are left as they are.
    pub fn map_columns(&self, rename: &mut dyn FnMut(&[String]) -> Option<Vec<String>>) -> Expr {
        self.map(&mut |expr| match expr {
            Expr::Column(path) => rename(path).map(Expr::Column),
            Expr::Other { kind, sql } if *kind != OtherKind::Subquery => Some(Expr::Other {
                kind: *kind,
                sql: read::rename_columns(sql, rename),
            }),
            _ => None,
        })
    }

    /// Visits the expression and everything in it, outermost first.
    pub fn visit(&self, visitor: &mut dyn FnMut(&Expr)) {
        visitor(self);
        for child in self.children() {
            child.visit(visitor);
        }
    }

    /// The direct parts, from left to right.
    pub fn children(&self) -> Vec<&Expr> {
        match self {
            Expr::Null
            | Expr::Bool(_)
            | Expr::Integer(_)
            | Expr::Numeric(_)
            | Expr::Text(_)
            | Expr::Parameter(_)
            | Expr::Column(_)
            | Expr::SqlValue(_)
            | Expr::Other { .. } => Vec::new(),
            Expr::And(list)
            | Expr::Or(list)
            | Expr::Coalesce(list)
            | Expr::Greatest(list)
            | Expr::Least(list)
            | Expr::Array(list)
            | Expr::Row(list)
            | Expr::Function { args: list, .. } => list.iter().collect(),
            Expr::Not(operand)
            | Expr::Unary { operand, .. }
            | Expr::IsNull { operand, .. }
            | Expr::IsTruth { operand, .. }
            | Expr::Cast { operand, .. }
            | Expr::Extract {
                source: operand, ..
            }
            | Expr::Collate { operand, .. } => vec![operand],
            Expr::Binary { left, right, .. }
            | Expr::IsDistinctFrom { left, right, .. }
            | Expr::Nullif(left, right)
            | Expr::AtTimeZone {
                operand: left,
                zone: right,
            }
            | Expr::Quantified {
                operand: left,
                array: right,
                ..
            } => vec![left, right],
            Expr::In { operand, list, .. } => {
                std::iter::once(operand.as_ref()).chain(list).collect()
            }
            Expr::Between {
                operand, low, high, ..
            } => vec![operand, low, high],
            Expr::Like {
                operand,
                pattern,
                escape,
                ..
            } => {
                let mut parts = vec![operand.as_ref(), pattern.as_ref()];
                parts.extend(escape.as_deref());
                parts
            }
            Expr::Case {
                operand,
                branches,
                otherwise,
            } => operand
                .as_deref()
                .into_iter()
                .chain(branches.iter().flat_map(|(when, then)| [when, then]))
                .chain(otherwise.as_deref())
                .collect(),
        }
    }

    /// A copy in which `replace` may put something else for any part; what it replaces is not
    /// descended into.
    pub fn map(&self, replace: &mut dyn FnMut(&Expr) -> Option<Expr>) -> Expr {
        if let Some(replacement) = replace(self) {
            return replacement;
        }
        let mut copy = self.clone();
        for child in copy.children_mut() {
            let mapped = child.map(replace);
            *child = mapped;
        }
        copy
    }

    /// The direct parts, from left to right, to be changed.
    pub fn children_mut(&mut self) -> Vec<&mut Expr> {
        match self {
            Expr::Null
            | Expr::Bool(_)
            | Expr::Integer(_)
            | Expr::Numeric(_)
            | Expr::Text(_)
            | Expr::Parameter(_)
            | Expr::Column(_)
            | Expr::SqlValue(_)
            | Expr::Other { .. } => Vec::new(),
            Expr::And(list)
            | Expr::Or(list)
            | Expr::Coalesce(list)
            | Expr::Greatest(list)
            | Expr::Least(list)
            | Expr::Array(list)
            | Expr::Row(list)
            | Expr::Function { args: list, .. } => list.iter_mut().collect(),
            Expr::Not(operand)
            | Expr::Unary { operand, .. }
            | Expr::IsNull { operand, .. }
            | Expr::IsTruth { operand, .. }
            | Expr::Cast { operand, .. }
            | Expr::Extract {
                source: operand, ..
            }
            | Expr::Collate { operand, .. } => vec![operand],
            Expr::Binary { left, right, .. }
            | Expr::IsDistinctFrom { left, right, .. }
            | Expr::Nullif(left, right)
            | Expr::AtTimeZone {
                operand: left,
                zone: right,
            }
            | Expr::Quantified {
                operand: left,
                array: right,
                ..
            } => vec![left, right],
            Expr::In { operand, list, .. } => {
                std::iter::once(operand.as_mut()).chain(list).collect()
            }
            Expr::Between {
                operand, low, high, ..
            } => vec![operand, low, high],
            Expr::Like {
                operand,
                pattern,
                escape,
                ..
            } => {
                let mut parts = vec![operand.as_mut(), pattern.as_mut()];
                parts.extend(escape.as_deref_mut());
                parts
            }
            Expr::Case {
                operand,
                branches,
                otherwise,
            } => operand
                .as_deref_mut()
                .into_iter()
                .chain(branches.iter_mut().flat_map(|(when, then)| [when, then]))
                .chain(otherwise.as_deref_mut())
                .collect(),
        }
    }
}

impl std::fmt::Display for Expr {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.to_sql())
    }
}

#[cfg(test)]
mod tests;
