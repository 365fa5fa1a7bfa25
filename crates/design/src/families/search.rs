//! Search: trigram indexes for parts of words, full text for words.

use pgwright_brief::model::{AccessForm, AccessPattern};
use pgwright_catalog::{
    Column, Expression, Extension, Generated, Index, IndexElement, Name, ObjectId, quote_literal,
};

use super::Family;
use crate::companion;
use crate::decision::{Alternative, Decision, Question, Source, Weight};
use crate::draft::{Columns, Draft};
use crate::{names, words};

/// Search: trigram indexes for parts of words, full text for words.
#[derive(Debug)]
pub struct Search;

/// Schema that extensions are installed in: where nearly every server has them.
const EXTENSION_SCHEMA: &str = "public";

impl Family for Search {
    fn name(&self) -> &'static str {
        "search"
    }

    fn build(&self, draft: &mut Draft<'_>) {
        let brief = draft.brief;
        for pattern in &brief.access_patterns {
            match &pattern.form {
                AccessForm::FindByPart { entity, of } if is_designed(draft, entity) => {
                    by_part(draft, pattern, entity, of);
                }
                AccessForm::FindByWords { entity, of } if is_designed(draft, entity) => {
                    by_words(draft, pattern, entity, of);
                }
                _ => {}
            }
        }
    }
}

fn is_designed(draft: &Draft<'_>, entity: &str) -> bool {
    draft
        .brief
        .entity(entity)
        .is_some_and(companion::is_designed)
}

/// Text columns of the attributes, in order.
pub(crate) fn text_columns(draft: &Draft<'_>, entity: &str, attributes: &[String]) -> Vec<Name> {
    let table = draft.table(entity);
    let mut columns = Vec::new();
    for attribute in attributes {
        let all = draft
            .columns(entity, attribute)
            .map(Columns::all)
            .unwrap_or_default();
        for column in all {
            if table.column(column.as_str()).is_some() && !columns.contains(&column) {
                columns.push(column);
            }
        }
    }
    columns
}

fn live_only(draft: &Draft<'_>, entity: &str) -> Option<Expression> {
    draft
        .plan(entity)
        .restorable
        .then(|| Expression::new("deleted_at IS NULL"))
}

/// Under row-level security an index cannot be searched by an operator that is not leakproof, and
/// none of the text search operators is.
fn barred(draft: &Draft<'_>, entity: &str) -> bool {
    draft.plan(entity).tenant_column.is_some()
}

fn record_barred(draft: &mut Draft<'_>, pattern: &AccessPattern, entity: &str, kind: &str) {
    let plan = draft.plan(entity);
    let table = plan.table.clone();
    let tenant = draft
        .brief
        .policies
        .tenancy
        .as_ref()
        .map(|t| words::spoken(&t.tenant))
        .unwrap_or_default();
    draft.decide(Decision {
        family: "search",
        title: format!("{} without a {kind} index", words::capital(&pattern.says)),
        subjects: vec![ObjectId::Table(table)],
        choice: format!(
            "No {kind} index: rows of the {tenant} are found by the primary key, which begins \
             with it, and filtered."
        ),
        rationale: format!(
            "Row-level security lets PostgreSQL apply a condition before the policy only when its \
             operator is leakproof, and the operators of text search are not: an index for them \
             would be paid for with every write and never be used by a session that the policy \
             holds for. The rows of one {tenant} are few enough to filter."
        ),
        alternatives: vec![Alternative::new(
            format!("A {kind} index read by a SECURITY DEFINER function"),
            format!(
                "The function searches by the owner's rights and compares the {tenant} itself. \
                 Right when single {tenant}s hold hundreds of thousands of rows."
            ),
        )],
        source: Source::at(pattern.name.clone(), pattern.span),
        weight: Weight::Notable,
    });
}

fn by_part(draft: &mut Draft<'_>, pattern: &AccessPattern, entity: &str, of: &[String]) {
    let columns = text_columns(draft, entity, of);
    if columns.is_empty() {
        return;
    }
    if barred(draft, entity) {
        record_barred(draft, pattern, entity, "trigram");
        return;
    }
    draft
        .catalog
        .extensions
        .entry(Name::new("pg_trgm"))
        .or_insert_with(|| Extension {
            schema: Some(Name::new(EXTENSION_SCHEMA)),
            ..Extension::default()
        });
    let table = draft.plan(entity).table.clone();
    let class = format!("{EXTENSION_SCHEMA}.gin_trgm_ops");
    let mut index = gin(columns
        .iter()
        .map(|c| IndexElement::column(c.clone()).operator_class(class.clone()))
        .collect());
    index.predicate = live_only(draft, entity);
    index.comment = Some(words::sentence(&pattern.says));
    let parts: Vec<&str> = columns.iter().map(Name::as_str).collect();
    let name = names::derived(&table, &parts, "trgm_idx");
    if draft.table(entity).indexes.contains_key(&name) {
        return;
    }
    draft.table_mut(entity).indexes.insert(name.clone(), index);
    let object = ObjectId::Index(table.clone(), name);
    draft
        .catalog
        .depends(object.clone(), ObjectId::Extension(Name::new("pg_trgm")));
    let rows = rows_of(draft, entity);
    let live = if draft.plan(entity).restorable {
        " Only live rows are indexed."
    } else {
        ""
    };
    draft.decide(Decision {
        family: "search",
        title: words::capital(&pattern.says),
        subjects: vec![object],
        choice: format!(
            "A GIN index of trigrams over {} (extension pg_trgm).",
            words::list(&parts)
        ),
        rationale: format!(
            "Part of a value, anywhere in it and in any case, is what ILIKE '%…%' asks, and only \
             an index of three-letter pieces answers that without reading all{rows}. The search \
             text should have at least three characters: shorter ones have no whole trigram and \
             read the table. A GIN index is smaller and faster to search than GiST, and slower to \
             write: each new value adds one entry per trigram, gathered in a pending list.{live}"
        ),
        alternatives: vec![
            Alternative::new(
                "A B-tree with text_pattern_ops",
                "Answers only LIKE 'start%', at a tenth of the cost. Right when people always \
                 type the beginning.",
            ),
            Alternative::new(
                "Full text search",
                "Finds words, in any of their forms, and not parts of them: 'Luig' would not find \
                 'Luigi'.",
            ),
            Alternative::new(
                "A GiST index of trigrams",
                "Also sorts by similarity (ORDER BY name <-> 'x'), and is several times slower \
                 for ILIKE.",
            ),
        ],
        source: Source::at(pattern.name.clone(), pattern.span),
        weight: Weight::Notable,
    });
}

fn rows_of(draft: &Draft<'_>, entity: &str) -> String {
    draft
        .plan(entity)
        .expected_rows
        .or_else(|| draft.brief.entity(entity)?.volume.as_ref()?.rows)
        .map(|rows| format!(" {} rows", words::count(rows)))
        .unwrap_or_else(|| " rows".to_owned())
}

fn gin(elements: Vec<IndexElement>) -> Index {
    Index {
        method: Name::new("gin"),
        elements,
        ..Index::btree(Vec::<Name>::new())
    }
}

fn by_words(draft: &mut Draft<'_>, pattern: &AccessPattern, entity: &str, of: &[String]) {
    let columns = text_columns(draft, entity, of);
    if columns.is_empty() {
        return;
    }
    if barred(draft, entity) {
        record_barred(draft, pattern, entity, "full text");
        return;
    }
    let table = draft.plan(entity).table.clone();
    let searched: Vec<&str> = columns.iter().map(Name::as_str).collect();
    let weights = ["A", "B", "C", "D"];
    let vectors: Vec<String> = columns
        .iter()
        .enumerate()
        .map(|(position, column)| {
            let vector = format!(
                "to_tsvector('simple'::regconfig, COALESCE({}, ''::text))",
                column.quoted()
            );
            if columns.len() == 1 {
                vector
            } else {
                let weight = weights[position.min(3)];
                format!("setweight({vector}, '{weight}'::\"char\")")
            }
        })
        .collect();
    let mut name = Name::new("search_words");
    if draft.table(entity).column(name.as_str()).is_some() {
        name = names::shortened(&format!("search_words_{}", searched.join("_")), "");
    }
    let mut column = Column::new(name.clone(), "tsvector");
    column.generated = Some(Generated {
        expression: Expression::new(vectors.join(" || ")),
        stored: true,
    });
    column.comment = Some(format!(
        "Words of {}, for full text search.",
        words::list(&searched)
    ));
    let mut index = gin(vec![IndexElement::column(name.clone())]);
    index.predicate = live_only(draft, entity);
    index.comment = Some(words::sentence(&pattern.says));
    let index_name = names::derived(&table, &[name.as_str()], "idx");
    let found = draft.table_mut(entity);
    found.columns.push(column);
    found.indexes.insert(index_name.clone(), index);
    let rows = rows_of(draft, entity);
    draft.decide(Decision {
        family: "search",
        title: words::capital(&pattern.says),
        subjects: vec![
            ObjectId::Column(table.clone(), name.clone()),
            ObjectId::Index(table, index_name),
        ],
        choice: format!(
            "A generated tsvector column over {} with a GIN index.",
            words::list(&searched)
        ),
        rationale: format!(
            "Words anywhere in a text are found through an inverted index instead of reading \
             all{rows}. The column is stored, so that ranking and highlighting do not parse the \
             text again; PostgreSQL keeps it current by itself. The configuration 'simple' takes \
             words as they are, in any language: query with websearch_to_tsquery('simple', $1). \
             Words in earlier attributes weigh more when results are ranked."
        ),
        alternatives: vec![
            Alternative::new(
                "A language's own configuration, such as 'english'",
                "Finds 'calling' for 'call' and drops words like 'the'. Right when all texts are \
                 in one language; wrong stems in others.",
            ),
            Alternative::new(
                "An index on the expression, without a column",
                "Saves the stored vector, and parses the text again for every row that is \
                 rechecked or ranked.",
            ),
            Alternative::new(
                "A search engine beside the database",
                "More kinds of ranking and spelling help, for a second system that must be kept \
                 in step.",
            ),
        ],
        source: Source::at(pattern.name.clone(), pattern.span),
        weight: Weight::Notable,
    });
    let id = format!("{entity}.search_language");
    if !draft.questions.iter().any(|q| q.id == id) {
        draft.ask(Question {
            id,
            ask: format!(
                "Are the texts of {} all in one language?",
                words::spoken(&names::plural(entity))
            ),
            default: "Not assumed: words are found as they are written, without their other forms."
                .to_owned(),
            matters: "A language's configuration finds other forms of a word, and misreads other \
                      languages."
                .to_owned(),
            otherwise: format!(
                "The generated column would use {} or another configuration.",
                quote_literal("pg_catalog.english")
            ),
            source: Source::at(pattern.name.clone(), pattern.span),
        });
    }
}
