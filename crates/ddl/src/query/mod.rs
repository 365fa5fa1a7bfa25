//! Queries that users write over the names of entities: what they name, how they read over tables and
//! columns, and which of their conditions an index could serve.

mod modify;
mod output;
mod predicate;
mod scope;
mod source;
mod statement;
mod usage;
mod walk;

use pg_query::NodeEnum;

use crate::error::{Position, SyntaxError};
use crate::parse::{self, Token};

pub use predicate::{
    ExpressionPredicate, JoinPredicate, NullTest, OrderColumn, PatternPredicate, Predicates,
    RelationPredicates,
};
pub use usage::{ParameterRole, ParameterUse};

/// A parsed SELECT, INSERT, UPDATE or DELETE.
#[derive(Debug, Clone)]
pub struct Query {
    text: String,
    tokens: Vec<Token>,
    node: NodeEnum,
    kind: QueryKind,
    relations: Vec<RelationReference>,
    columns: Vec<ColumnReference>,
}

/// What a query does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QueryKind {
    /// SELECT, VALUES, or a WITH around one
    Select,
    /// INSERT
    Insert,
    /// UPDATE
    Update,
    /// DELETE
    Delete,
}

/// A place where a query names a relation; names of common table expressions are left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelationReference {
    /// The name as written: `order`, or `sales`, `order`.
    pub path: Vec<String>,
    /// The alias, where one is given.
    pub alias: Option<String>,
    /// Where the name starts.
    pub position: Position,
}

impl RelationReference {
    /// The name that the rest of the query knows the relation by.
    pub fn visible_name(&self) -> &str {
        match &self.alias {
            Some(alias) => alias,
            None => self.path.last().map_or("", String::as_str),
        }
    }
}

/// A place where a query names a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnReference {
    /// What stands before the name: an alias, a relation's name, nothing.
    pub qualifier: Vec<String>,
    /// The column's name, or `*`.
    pub name: String,
    /// Where the reference starts, its qualifier included.
    pub position: Position,
    /// The nesting of the query it stands in: zero for the outermost, more in subqueries.
    pub scope: usize,
}

/// What the names of a query stand for.
pub trait Resolver {
    /// The table or view behind a relation name as it is written in the query.
    fn relation(&self, path: &[String]) -> Option<Relation>;

    /// All relation names, to name the nearest one when a name is unknown.
    fn relation_names(&self) -> Vec<String> {
        Vec::new()
    }
}

/// A table or view that an entity became.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Relation {
    /// Its schema, if the name is to be qualified.
    pub schema: Option<String>,
    /// Its name.
    pub name: String,
    /// Its columns: the name in the query, and the column's own name. A column may be written by its
    /// own name as well.
    pub columns: Vec<(String, String)>,
}

/// A name that could not be resolved.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message} (line {line}, column {column})")]
pub struct RewriteError {
    /// What is wrong with it.
    pub kind: RewriteErrorKind,
    /// The name as written.
    pub name: String,
    /// What is wrong, in words.
    pub message: String,
    /// Byte offset into the query's text.
    pub offset: usize,
    /// Line, from one.
    pub line: usize,
    /// Column in characters, from one.
    pub column: usize,
    /// What to write instead.
    pub hint: Option<String>,
}

/// The ways in which a name can fail to resolve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RewriteErrorKind {
    /// No relation of this name.
    UnknownRelation,
    /// No column of this name where one is expected.
    UnknownColumn,
    /// Several relations have a column of this name.
    Ambiguous,
    /// A construct whose meaning would change with the names.
    Unsupported,
}

/// Reads one SELECT, INSERT, UPDATE or DELETE.
pub fn parse_query(sql: &str) -> Result<Query, SyntaxError> {
    let tokens = parse::tokens(sql).map_err(|error| parameter_hint(sql, error))?;
    let mut raw = parse::statements(sql).map_err(|error| parameter_hint(sql, error))?;
    if let Some(second) = raw.get(1) {
        let offset = second.stmt_location.max(0) as usize;
        let offset = tokens
            .iter()
            .map(|token| token.start.max(0) as usize)
            .find(|start| *start >= offset)
            .unwrap_or(offset);
        return Err(SyntaxError::at(
            sql,
            offset,
            "one query is expected, not several",
        ));
    }
    let node = raw
        .pop()
        .and_then(|raw| raw.stmt)
        .and_then(|stmt| stmt.node);
    let first = tokens
        .first()
        .map_or(0, |token| token.start.max(0) as usize);
    let (node, kind) = match node {
        Some(node @ NodeEnum::SelectStmt(_)) => (node, QueryKind::Select),
        Some(node @ NodeEnum::InsertStmt(_)) => (node, QueryKind::Insert),
        Some(node @ NodeEnum::UpdateStmt(_)) => (node, QueryKind::Update),
        Some(node @ NodeEnum::DeleteStmt(_)) => (node, QueryKind::Delete),
        Some(_) => {
            let message = "a SELECT, INSERT, UPDATE or DELETE is expected";
            return Err(SyntaxError::at(sql, first, message));
        }
        None => return Err(SyntaxError::at(sql, 0, "a query is missing")),
    };
    let mut query = Query {
        text: sql.to_owned(),
        tokens,
        node,
        kind,
        relations: Vec::new(),
        columns: Vec::new(),
    };
    let walk = walk::Walk::over(&query, None);
    let (relations, columns) = (walk.relations, walk.columns);
    query.relations = relations;
    query.columns = columns;
    Ok(query)
}

/// PostgreSQL numbers its parameters; other tools name them.
fn parameter_hint(sql: &str, error: SyntaxError) -> SyntaxError {
    let rest = sql.get(error.offset..).unwrap_or_default();
    if error.hint.is_none() && (rest.starts_with(':') || rest.starts_with('?')) {
        return error.with_hint("parameters are written $1, $2, …");
    }
    error
}

impl Query {
    /// The text as it was given.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What the query does.
    pub fn kind(&self) -> QueryKind {
        self.kind
    }

    /// The relations it names, in the order of the walk: outer before inner, each FROM from left to
    /// right.
    pub fn relations(&self) -> &[RelationReference] {
        &self.relations
    }

    /// The columns it names, in the order of the text.
    pub fn column_references(&self) -> &[ColumnReference] {
        &self.columns
    }

    /// The numbers of its parameters, each once, ascending.
    pub fn parameters(&self) -> Vec<u32> {
        let numbers: std::collections::BTreeSet<u32> = self
            .tokens
            .iter()
            .filter(|token| token.token() == pg_query::protobuf::Token::Param)
            .filter_map(|token| {
                parse::text_of(&self.text, token)
                    .strip_prefix('$')?
                    .parse()
                    .ok()
            })
            .collect();
        numbers.into_iter().collect()
    }

    /// The query over tables and columns: names are replaced in place, everything else stays as the
    /// user wrote it. The names of its result columns stay the user's, too: where a renamed column is
    /// selected, ` AS name` is added.
    pub fn rewrite(&self, resolver: &dyn Resolver) -> Result<String, Vec<RewriteError>> {
        let mut walk = walk::Walk::over(self, Some(resolver));
        if !walk.errors.is_empty() {
            walk.errors.sort_by_key(|error| error.offset);
            walk.errors.dedup();
            return Err(walk.errors);
        }
        let mut text = self.text.clone();
        // A source that several targets share is walked several times.
        walk.edits.sort();
        walk.edits.dedup();
        for (start, end, replacement) in walk.edits.iter().rev() {
            text.replace_range(*start..*end, replacement);
        }
        Ok(text)
    }

    /// The conditions that an index could serve, by relation. Only what certainly holds for every row
    /// wanted is listed: operands of AND, not of OR. Columns go by the resolver's own names; what
    /// does not resolve is left out.
    pub fn predicates(&self, resolver: &dyn Resolver) -> Predicates {
        let walk = walk::Walk::over(self, Some(resolver));
        predicate::predicates(&self.node, &walk)
    }
}

#[cfg(test)]
mod tests;
