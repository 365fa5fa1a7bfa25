//! SQL queries of reports and access patterns: names and fixed values are checked.

use pgwright_ddl::expr::parse_expression;
use pgwright_ddl::query::{Query, QueryKind, Relation, Resolver, parse_query};
use pgwright_ddl::quote;

use crate::model::Entity;
use crate::read::Reader;
use crate::read::expression::{Scope, check_values};
use crate::read::prepared::{Prepared, floor, quoted_length, word_length};
use crate::text::Text;
use crate::vocabulary::{VocabularyRelation, relations};

/// What a query may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    /// It becomes a view.
    Report,
    /// The application sends it.
    Access,
}

/// Resolves names to themselves, which is enough to find those that are wrong.
struct Names<'a>(Vec<VocabularyRelation<'a>>);

impl Resolver for Names<'_> {
    fn relation(&self, path: &[String]) -> Option<Relation> {
        let [name] = path else { return None };
        let found = self.0.iter().find(|relation| relation.name == *name)?;
        let columns = found
            .columns
            .iter()
            .map(|c| (c.name.clone(), c.name.clone()))
            .collect();
        Some(Relation {
            schema: None,
            name: name.clone(),
            columns,
        })
    }

    fn relation_names(&self) -> Vec<String> {
        self.0
            .iter()
            .map(|relation| relation.name.clone())
            .collect()
    }
}

/// Checks SQL over entity and attribute names, and gives it back with entities that are called like a
/// word of SQL (`user`, `order`) in quotes.
pub(crate) fn check<'a>(
    reader: &mut Reader<'a>,
    text: Text<'a>,
    entities: &[Entity],
    usage: Use,
) -> String {
    let names = Names(relations(entities));
    let prepared = quote_names(text, &names.0);
    let at = |byte: usize| {
        let start = floor(text.as_str(), prepared.origin(byte));
        let length = word_length(&text.as_str()[start..]);
        text.slice(start..start + length).range()
    };
    let query = match parse_query(&prepared.sql) {
        Ok(query) => query,
        Err(error) => {
            let hint = error.hint.unwrap_or_else(|| {
                "it is SQL for PostgreSQL over the names of entities and attributes".to_owned()
            });
            let message = format!("this SQL cannot be read: {}", error.message);
            reader.report.error_hint(at(error.offset), message, hint);
            return prepared.sql;
        }
    };
    if usage == Use::Report {
        if query.kind() != QueryKind::Select {
            reader
                .report
                .error_hint(text.range(), "a report is a SELECT", "it becomes a view");
        }
        if let Some(first) = query.parameters().first() {
            reader.report.error_hint(
                text.range(),
                format!("a report takes no parameter such as ${first}"),
                "select the column and let the reader of the view choose, or make it an access pattern",
            );
        }
    }
    if let Err(errors) = query.rewrite(&names) {
        for error in errors {
            if !reader.incomplete.contains(&error.name) {
                reader
                    .report
                    .push(at(error.offset), error.message, error.hint);
            }
        }
    }
    fixed_values(reader, text, &query, &names, entities);
    prepared.sql
}

/// Constants that a query compares with fixed values must be among them.
fn fixed_values<'a>(
    reader: &mut Reader<'a>,
    text: Text<'a>,
    query: &Query,
    names: &Names<'_>,
    entities: &[Entity],
) {
    for relation in query.predicates(names).relations {
        let [name] = relation.relation.as_slice() else {
            continue;
        };
        let Some(found) = names.0.iter().find(|r| r.name == *name) else {
            continue;
        };
        let scope = Scope::row(entities, found.entity);
        for constant in &relation.constants {
            if let Ok(expression) = parse_expression(constant) {
                check_values(reader, text, &expression, &scope);
            }
        }
    }
}

/// Words after which a relation is named.
const BEFORE_RELATION: [&str; 4] = ["from", "join", "into", "update"];

/// Puts names that are words of SQL in quotes where they can only be an entity or an attribute:
/// otherwise `from user u` would read the name of the current user, without an error.
fn quote_names(text: Text<'_>, relations: &[VocabularyRelation<'_>]) -> Prepared {
    let raw = text.as_str();
    let mut prepared = Prepared::default();
    let (mut at, mut done) = (0, 0);
    let mut previous = "";
    while at < raw.len() {
        let rest = &raw[at..];
        let Some(c) = rest.chars().next() else { break };
        if c == '\'' || c == '"' {
            at += quoted_length(rest, c);
            previous = "";
            continue;
        }
        if rest.starts_with("--") {
            at += rest.find('\n').unwrap_or(rest.len());
            continue;
        }
        if !(c.is_alphabetic() || c == '_') {
            at += c.len_utf8();
            if !c.is_whitespace() {
                previous = if c == '.' { "." } else { "" };
            }
            continue;
        }
        let path = &rest[..word_length(rest)];
        let (first, qualified) = match path.split_once('.') {
            Some((first, _)) => (first, true),
            None => (path, false),
        };
        let lower = first.to_lowercase();
        let reserved = previous != "." && quote::identifier(&lower) != lower;
        let relation = || relations.iter().any(|relation| relation.name == lower);
        let named = BEFORE_RELATION
            .iter()
            .any(|word| previous.eq_ignore_ascii_case(word));
        let attribute = || {
            lower == "user"
                && !previous.eq_ignore_ascii_case("as")
                && relations
                    .iter()
                    .any(|r| r.columns.iter().any(|c| c.name == lower))
        };
        if reserved && (((named || qualified) && relation()) || (!qualified && attribute())) {
            prepared.push(&raw[done..at], done, true);
            prepared.push(&quote::identifier(&lower), at, false);
            done = at + first.len();
        }
        at += path.len();
        previous = path.rsplit('.').next().unwrap_or(path);
    }
    prepared.push(&raw[done..], done, true);
    prepared
}
