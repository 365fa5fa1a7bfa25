//! What a statement is: what it does, on which relations, and which others are the same but for constants.

use std::collections::BTreeSet;

use pg_query::{FingerprintOptions, NodeEnum, NodeRef};

use crate::error::SyntaxError;
use crate::parse;

/// What a statement does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StatementKind {
    /// SELECT, VALUES, or a WITH around one.
    Select,
    /// INSERT
    Insert,
    /// UPDATE
    Update,
    /// DELETE
    Delete,
    /// MERGE
    Merge,
    /// Everything that has no plan of its own, by its first word: `BEGIN`, `SET`, `COPY` …
    Utility(String),
}

/// What is to be known of a statement without a schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// What it does.
    pub kind: StatementKind,
    /// The same for statements that differ in constants, aliases and spacing alone.
    pub fingerprint: String,
    /// The relations it names, as written, each once, that which is written to first; without those of WITH.
    pub relations: Vec<Vec<String>>,
    /// The greatest number of a parameter in it; 0 without any.
    pub parameters: u32,
}

/// Reads one statement.
///
/// # Errors
/// When it is not SQL, or several statements.
///
/// ```
/// use pgwright_ddl::statements::{StatementKind, facts};
/// let one = facts("select * from shop.orders where id = 7")?;
/// assert_eq!(one.kind, StatementKind::Select);
/// assert_eq!(one.relations, [["shop", "orders"]]);
/// assert_eq!(one.fingerprint, facts("SELECT * FROM shop.orders o WHERE id = 12")?.fingerprint);
/// # Ok::<(), pgwright_ddl::SyntaxError>(())
/// ```
pub fn facts(sql: &str) -> Result<Facts, SyntaxError> {
    let tokens = parse::tokens(sql)?;
    parse::check_bounds(sql, &tokens)?;
    let parsed = pg_query::parse(sql, 0).map_err(|e| parse::parse_error(sql, &tokens, &e))?;
    let mut statements = parsed.protobuf.stmts.iter();
    let node = statements
        .next()
        .and_then(|raw| raw.stmt.as_ref()?.node.as_ref())
        .ok_or_else(|| SyntaxError::at(sql, 0, "a statement is missing"))?;
    if let Some(second) = statements.next() {
        let offset = second.stmt_location.max(0) as usize;
        let message = "one statement is expected, not several";
        return Err(SyntaxError::at(sql, offset, message));
    }
    let kind = match node {
        NodeEnum::SelectStmt(_) => StatementKind::Select,
        NodeEnum::InsertStmt(_) => StatementKind::Insert,
        NodeEnum::UpdateStmt(_) => StatementKind::Update,
        NodeEnum::DeleteStmt(_) => StatementKind::Delete,
        NodeEnum::MergeStmt(_) => StatementKind::Merge,
        _ => {
            let first = tokens.first().map(|token| parse::text_of(sql, token));
            StatementKind::Utility(first.unwrap_or_default().to_ascii_uppercase())
        }
    };
    let options = FingerprintOptions::RANGEVAR_PG17_COMPAT | FingerprintOptions::FULL_RELNAME;
    let fingerprint = pg_query::fingerprint(sql, 0, options)
        .map_err(|e| parse::parse_error(sql, &tokens, &e))?
        .hex;
    let parameters = tokens
        .iter()
        .filter(|token| token.token() == pg_query::protobuf::Token::Param)
        .filter_map(|token| parse::text_of(sql, token).get(1..)?.parse().ok())
        .max()
        .unwrap_or(0);
    Ok(Facts {
        kind,
        fingerprint,
        relations: relations(&parsed.protobuf),
        parameters,
    })
}

fn relations(parsed: &pg_query::protobuf::ParseResult) -> Vec<Vec<String>> {
    let nodes = parsed.nodes();
    let with: BTreeSet<&str> = nodes
        .iter()
        .filter_map(|(node, ..)| match node {
            NodeRef::CommonTableExpr(cte) => Some(cte.ctename.as_str()),
            _ => None,
        })
        .collect();
    let mut found: Vec<(i32, Vec<String>)> = nodes
        .iter()
        .filter_map(|(node, ..)| match node {
            NodeRef::RangeVar(range) => Some(range),
            _ => None,
        })
        .filter(|range| !range.schemaname.is_empty() || !with.contains(range.relname.as_str()))
        .map(|range| {
            let path = [&range.schemaname, &range.relname];
            let path = path.into_iter().filter(|part| !part.is_empty());
            (range.location, path.cloned().collect())
        })
        .collect();
    found.sort();
    let mut paths: Vec<Vec<String>> = Vec::new();
    for (_, path) in found {
        if !paths.contains(&path) {
            paths.push(path);
        }
    }
    paths
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn statements_are_told_apart_by_what_they_do() {
        let kind = |sql: &str| facts(sql).unwrap().kind;
        assert_eq!(
            kind("WITH x AS (SELECT 1) INSERT INTO t SELECT * FROM x"),
            StatementKind::Insert
        );
        assert_eq!(
            kind("begin isolation level serializable"),
            StatementKind::Utility("BEGIN".to_owned())
        );
        assert!(facts("SELECT 1; SELECT 2").is_err() && facts("").is_err());
    }

    #[test]
    fn the_fingerprint_is_that_of_the_relations_in_full() {
        let print = |sql: &str| facts(sql).unwrap().fingerprint;
        assert_eq!(
            print("SELECT a FROM t WHERE b IN (1, 2)"),
            print("select a from t x where b in ($1)")
        );
        assert_ne!(print("SELECT a FROM s.t"), print("SELECT a FROM r.t"));
        assert_ne!(print("SELECT a FROM t_2024"), print("SELECT a FROM t_2025"));
    }

    #[test]
    fn relations_come_in_the_order_of_the_text() {
        let found = facts(
            "WITH x AS (SELECT * FROM b) UPDATE a SET n = 1 FROM x, c WHERE EXISTS (SELECT FROM d, a)",
        );
        assert_eq!(found.unwrap().relations, [["b"], ["a"], ["c"], ["d"]]);
    }
}
