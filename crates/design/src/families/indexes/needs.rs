//! What must be found fast: by access patterns, foreign keys and live reports.

use std::collections::BTreeMap;

use pgwright_brief::model::{AccessForm, AccessPattern, AttributeKind, Entity};
use pgwright_catalog::{ForeignKey, IndexElement, Name, ObjectId, QualifiedName};
use pgwright_ddl::expr::Expr;
use pgwright_ddl::query::{RelationPredicates, parse_query};

use crate::companion;
use crate::decision::{Alternative, Decision, Source, Weight};
use crate::draft::{Columns, Draft};
use crate::relations::{self, Rows};
use crate::{names, words};

/// Rows below which a report's scan is not worth an index.
const ROWS_FOR_REPORTS: f64 = 100_000.0;

/// Something that an index serves.
#[derive(Debug, Clone)]
pub struct Need {
    /// Columns compared for equality, in any order.
    pub equality: Vec<Name>,
    /// What follows: an order or a range, in this order.
    pub then: Vec<IndexElement>,
    /// Only rows where this holds.
    pub predicate: Option<String>,
    /// Only rows where this column is filled: what a foreign key may restrict itself to.
    pub filled: Option<Name>,
    /// Whom it serves, as a sentence.
    pub reason: String,
    /// More to say about the choice.
    pub details: Vec<String>,
    /// The brief asked for it, as opposed to a foreign key.
    pub asked: bool,
    /// It covers a foreign key, and must therefore hold every row.
    pub foreign_key: bool,
    /// A range over a column that grows with the table: BRIN will do.
    pub in_order: bool,
    /// Where it comes from.
    pub source: Source,
}

type Needs = BTreeMap<QualifiedName, Vec<Need>>;

/// Everything that must be found fast, by table.
pub fn collect(draft: &mut Draft<'_>) -> Needs {
    let mut needs = Needs::new();
    let brief = draft.brief;
    for pattern in &brief.access_patterns {
        match &pattern.form {
            AccessForm::FindBy {
                entity,
                by,
                condition,
            } => find(
                draft,
                &mut needs,
                pattern,
                entity,
                by,
                condition.as_ref(),
                &[],
                None,
            ),
            AccessForm::List {
                entity,
                of,
                between,
                order,
                condition,
                ..
            } => {
                find(
                    draft,
                    &mut needs,
                    pattern,
                    entity,
                    of,
                    condition.as_ref(),
                    order,
                    between.as_deref(),
                );
            }
            AccessForm::Sql(sql) => of_sql(draft, &mut needs, sql, pattern),
            // The search family has made their indexes.
            AccessForm::FindByPart { .. } | AccessForm::FindByWords { .. } => {}
        }
    }
    for report in brief.reports.iter().filter(|r| r.stale_minutes.is_none()) {
        of_report(draft, &mut needs, report);
    }
    of_foreign_keys(draft, &mut needs);
    of_retention(draft, &mut needs);
    needs
}

fn frequency(pattern: &AccessPattern) -> String {
    match pattern.per_second {
        Some(rate) if rate >= 1.0 => format!(", {} times a second", words::count(rate)),
        _ => String::new(),
    }
}

#[allow(clippy::too_many_arguments)] // The parts of one sentence of the brief.
fn find(
    draft: &Draft<'_>,
    needs: &mut Needs,
    pattern: &AccessPattern,
    entity: &str,
    by: &[String],
    condition: Option<&Expr>,
    order: &[(String, bool)],
    between: Option<&str>,
) {
    let Some(found) = draft
        .brief
        .entity(entity)
        .filter(|e| companion::is_designed(e))
    else {
        return;
    };
    let plan = draft.plan(entity);
    let mut then = Vec::new();
    for (attribute, descending) in order {
        if let Some(element) = element(draft, entity, attribute) {
            then.push(if *descending {
                element.descending()
            } else {
                element
            });
        }
    }
    if let Some(attribute) = between
        && !order.iter().any(|(a, _)| a == attribute)
        && let Some(element) = element(draft, entity, attribute)
    {
        // A range comes before any further order: after it, order is lost anyway.
        then.insert(0, element);
    }
    let mut predicates = Vec::new();
    if let Some(condition) = condition {
        predicates.push(draft.row_expression(entity, condition).to_sql());
    }
    if plan.restorable {
        predicates.push("deleted_at IS NULL".to_owned());
    }
    let mut details = Vec::new();
    if by.is_empty() {
        details.push("it is read in order, so the order is the index".to_owned());
    } else if !then.is_empty() {
        details.push(
            "columns compared for equality come first, then the order or range: the rows wanted \
             lie side by side and need no sort"
                .to_owned(),
        );
    }
    if plan.partition.is_some() {
        details.push(
            "the table is partitioned by time, so each partition has its own piece; a reader in \
             order of time stops in the newest ones"
                .to_owned(),
        );
    }
    if plan.restorable {
        details.push("hidden rows are left out".to_owned());
    }
    // Each of several references is its own search.
    for columns in equality_choices(draft, found, by) {
        let (mut equality, choice) = columns;
        if let Some(tenant) = &plan.tenant_column {
            equality.retain(|c| c != tenant);
            equality.insert(0, tenant.clone());
        }
        then.retain(|e| companion::element_column(e).is_none_or(|c| !equality.contains(c)));
        if equality.is_empty() && then.is_empty() {
            continue;
        }
        let mut all = predicates.clone();
        if let Some(column) = choice {
            all.insert(0, format!("{} IS NOT NULL", column.quoted()));
        }
        let in_order =
            by.is_empty() && between.is_some() && found.append_only && plan.tenant_column.is_none();
        needs.entry(plan.table.clone()).or_default().push(Need {
            equality,
            then: then.clone(),
            predicate: (!all.is_empty()).then(|| all.join(" AND ")),
            filled: None,
            reason: format!(
                "serves \"{}\"{}",
                pattern.says.trim().trim_end_matches('.'),
                frequency(pattern)
            ),
            details: details.clone(),
            asked: true,
            foreign_key: false,
            in_order,
            source: Source::at(pattern.name.clone(), pattern.span),
        });
    }
}

/// An index key on an attribute: the column, or where a period begins.
pub(crate) fn element(draft: &Draft<'_>, entity: &str, attribute: &str) -> Option<IndexElement> {
    let columns = draft.columns(entity, attribute);
    let column = match columns {
        Some(Columns::Several(parts)) => parts.first().map(|(_, c)| c.clone())?,
        Some(columns) => columns.scalar()?.clone(),
        None => draft.column(entity, attribute).or_else(|| {
            let own = Name::new(attribute);
            draft
                .table(entity)
                .column(own.as_str())
                .map(|_| own.clone())
        })?,
    };
    let is_range = draft
        .table(entity)
        .column(column.as_str())
        .is_some_and(|c| c.data_type.ends_with("range"));
    Some(if is_range {
        IndexElement::expression(format!("lower({})", column.quoted()))
    } else {
        IndexElement::column(column)
    })
}

/// Columns compared for equality; several sets when one of the attributes refers to one of several
/// entities, with the column that the choice fills.
pub(crate) fn equality_choices(
    draft: &Draft<'_>,
    entity: &Entity,
    by: &[String],
) -> Vec<(Vec<Name>, Option<Name>)> {
    let mut choices: Vec<(Vec<Name>, Option<Name>)> = vec![(Vec::new(), None)];
    for attribute in by {
        let options: Vec<(Vec<Name>, Option<Name>)> = match draft.columns(&entity.name, attribute) {
            Some(Columns::Either(targets)) => targets
                .iter()
                .map(|(_, columns)| (columns.clone(), columns.last().cloned()))
                .collect(),
            Some(columns) => vec![(columns.all(), None)],
            None => match alternative(draft, entity, attribute) {
                Some(columns) => vec![(columns.clone(), columns.last().cloned())],
                None => vec![(
                    draft.column(&entity.name, attribute).into_iter().collect(),
                    None,
                )],
            },
        };
        choices = choices
            .iter()
            .flat_map(|(known, filled)| {
                options.iter().map(move |(columns, own)| {
                    let mut all = known.clone();
                    all.extend(columns.iter().filter(|c| !known.contains(c)).cloned());
                    (all, own.clone().or_else(|| filled.clone()))
                })
            })
            .collect();
    }
    choices
}

/// Columns of one target of a reference to one of several, by the target's name.
fn alternative(draft: &Draft<'_>, entity: &Entity, name: &str) -> Option<Vec<Name>> {
    entity.attributes.iter().find_map(|attribute| {
        let AttributeKind::Either(targets) = &attribute.kind else {
            return None;
        };
        let target = targets.iter().find(|t| {
            entity.alternative_name(attribute, t) == name
                || t.role.as_deref().unwrap_or(&t.entity) == name
        })?;
        match draft.columns(&entity.name, &attribute.name)? {
            Columns::Either(choices) => choices
                .iter()
                .find(|(r, _)| r == target)
                .map(|(_, c)| c.clone()),
            _ => None,
        }
    })
}

fn of_sql(draft: &mut Draft<'_>, needs: &mut Needs, sql: &str, pattern: &AccessPattern) {
    let Ok(query) = parse_query(sql) else {
        return;
    };
    let relations = relations::for_query(draft, &query, Rows::Live);
    let predicates = query.predicates(&relations);
    let limit = predicates.limit.is_some();
    for found in &predicates.relations {
        let [name] = found.relation.as_slice() else {
            continue;
        };
        let Some(entity) = relations.entity(name).map(str::to_owned) else {
            continue;
        };
        let reason = format!(
            "serves \"{}\"{}",
            pattern.says.trim().trim_end_matches('.'),
            frequency(pattern)
        );
        let source = Source::at(pattern.name.clone(), pattern.span);
        of_relation(draft, needs, &entity, found, limit, reason, source);
    }
}

fn of_report(draft: &mut Draft<'_>, needs: &mut Needs, report: &pgwright_brief::model::Report) {
    let Ok(query) = parse_query(&report.sql) else {
        return;
    };
    let relations = relations::for_query(draft, &query, Rows::Live);
    for found in &query.predicates(&relations).relations {
        let [name] = found.relation.as_slice() else {
            continue;
        };
        let Some(entity) = relations.entity(name).map(str::to_owned) else {
            continue;
        };
        let large = super::rows_of(draft, &draft.plan(&entity).table.clone())
            .is_some_and(|rows| rows >= ROWS_FOR_REPORTS);
        // A report joins much and filters little: only what leaves out most of a large table counts.
        if !large || found.ranges.is_empty() && found.equality.is_empty() {
            continue;
        }
        let joined: Vec<&str> = found.joins.iter().map(|j| j.column.as_str()).collect();
        if found.ranges.is_empty() && found.equality.iter().all(|c| joined.contains(&c.as_str())) {
            continue;
        }
        let reason = format!("serves the live report {}", report.name);
        let source = Source::at(format!("reports.{}", report.name), report.span);
        of_relation(draft, needs, &entity, found, false, reason, source);
    }
}

/// The need of one relation of a query: equality with parameters and joins, then one range or the
/// order.
fn of_relation(
    draft: &Draft<'_>,
    needs: &mut Needs,
    entity: &str,
    found: &RelationPredicates,
    limit: bool,
    reason: String,
    source: Source,
) {
    let Some(described) = draft
        .brief
        .entity(entity)
        .filter(|e| companion::is_designed(e))
    else {
        return;
    };
    let plan = draft.plan(entity);
    let table = draft.table(entity);
    let known = |column: &str| table.column(column).is_some();
    // What a parameter or constant fixes narrows the search; a join column does so only where
    // nothing else does, when the rows are looked up one by one for those of another table.
    let joined = |column: &str| found.joins.iter().any(|j| j.column == column);
    let fixed = found.equality.iter().any(|c| known(c) && !joined(c));
    let mut equality: Vec<Name> = Vec::new();
    for column in &found.equality {
        if known(column)
            && !(fixed && joined(column))
            && !equality.iter().any(|c| c.as_str() == column)
        {
            equality.push(Name::new(column.clone()));
        }
    }
    let mut then: Vec<IndexElement> = Vec::new();
    let is_range = |column: &str| {
        table
            .column(column)
            .is_some_and(|c| c.data_type.ends_with("range"))
    };
    if let Some(range) = found.ranges.iter().find(|c| known(c) && !is_range(c)) {
        then.push(IndexElement::column(range.clone()));
    } else if limit {
        for order in found.order_by.iter().filter(|o| known(&o.column)) {
            let mut element = IndexElement::column(order.column.clone());
            element.descending = order.descending;
            element.nulls_first = order.nulls_first;
            then.push(element);
        }
    }
    if let Some(tenant) = &plan.tenant_column {
        equality.retain(|c| c != tenant);
        equality.insert(0, tenant.clone());
    }
    then.retain(|e| companion::element_column(e).is_none_or(|c| !equality.contains(c)));
    let only_tenant = equality.len() == usize::from(plan.tenant_column.is_some());
    if only_tenant && then.is_empty() {
        return;
    }
    // A join by the whole key is served by the key; a column of few values is no search.
    if equality.len() == 1 && then.is_empty() && is_coarse(described, draft, &equality[0]) {
        return;
    }
    let mut predicates: Vec<String> = Vec::new();
    let has_search = !only_tenant || !then.is_empty();
    // One of several references: rows that refer to something else hold NULL.
    predicates.extend(
        equality
            .iter()
            .filter(|c| optional_choice(draft, &plan.table, std::slice::from_ref(c)).is_some())
            .map(|c| format!("{} IS NOT NULL", c.quoted())),
    );
    if has_search {
        predicates.extend(found.constants.iter().filter(|c| is_plain(c)).cloned());
    }
    if plan.restorable {
        predicates.push("deleted_at IS NULL".to_owned());
    }
    predicates.dedup();
    needs.entry(plan.table.clone()).or_default().push(Need {
        equality,
        then,
        predicate: (!predicates.is_empty()).then(|| predicates.join(" AND ")),
        filled: None,
        reason,
        details: vec![
            "columns compared for equality come first, then the range or the order".to_owned(),
        ],
        asked: true,
        foreign_key: false,
        in_order: false,
        source,
    });
}

/// A condition that may stand in an index: the same answer for the same row at any time.
fn is_plain(condition: &str) -> bool {
    let lower = condition.to_ascii_lowercase();
    !["now(", "current_", "localtime", "select", "random("]
        .iter()
        .any(|word| lower.contains(word))
}

/// A state, a kind, a yes or no: an index on it alone finds half the table.
fn is_coarse(entity: &Entity, draft: &Draft<'_>, column: &Name) -> bool {
    entity.attributes.iter().any(|a| {
        draft.column(&entity.name, &a.name).as_ref() == Some(column)
            && matches!(
                a.kind,
                AttributeKind::OneOf(_)
                    | AttributeKind::States(_)
                    | AttributeKind::Value(pgwright_brief::model::ValueType::Boolean)
            )
    })
}

/// Those columns of a foreign key that tell the referenced row. A key that carries more than that, to
/// hold two paths to one parent together, finds its rows by the narrower index as well.
fn telling_columns(draft: &Draft<'_>, key: &ForeignKey) -> Vec<Name> {
    let telling = draft.catalog.tables.get(&key.references).and_then(|table| {
        table
            .keys()
            .map(|(_, k)| &k.columns)
            .filter(|columns| columns.iter().all(|c| key.referenced_columns.contains(c)))
            .min_by_key(|columns| columns.len())
    });
    let tells = |column: &Name| telling.is_none_or(|columns| columns.contains(column));
    key.columns
        .iter()
        .zip(&key.referenced_columns)
        .filter(|(_, referenced)| tells(referenced))
        .map(|(column, _)| column.clone())
        .collect()
}

/// Every foreign key's referencing side, and every part by its whole.
fn of_foreign_keys(draft: &mut Draft<'_>, needs: &mut Needs) {
    let mut left_out = Vec::new();
    for (table, found) in &draft.catalog.tables {
        for (name, key) in found.foreign_keys() {
            if too_many(draft, table, &key.references) {
                let led_by_key = found.primary_key().is_some_and(|(_, primary)| {
                    primary
                        .columns
                        .iter()
                        .take(key.columns.len())
                        .all(|c| key.columns.contains(c))
                });
                if !led_by_key {
                    left_out.push((table.clone(), name.clone(), key.references.clone()));
                }
                continue;
            }
            let either = optional_choice(draft, table, &key.columns);
            let columns: Vec<String> = key.columns.iter().map(Name::to_string).collect();
            let mut details = vec![
                "without it, deleting or re-keying a referenced row would read the whole table, \
                 once for each such row"
                    .to_owned(),
            ];
            if either.is_some() {
                details.push(
                    "rows that refer to something else hold NULL here and are left out".to_owned(),
                );
            }
            needs.entry(table.clone()).or_default().push(Need {
                equality: telling_columns(draft, key),
                then: Vec::new(),
                predicate: either
                    .as_ref()
                    .map(|c| format!("{} IS NOT NULL", c.quoted())),
                filled: either,
                reason: format!(
                    "covers the foreign key {name}: finds the {} that refer to a row of {}",
                    words::spoken(table.name.as_str()),
                    words::spoken(key.references.name.as_str()),
                ),
                details,
                asked: false,
                foreign_key: true,
                in_order: false,
                source: Source::of(format!("{table} ({})", columns.join(", "))),
            });
        }
    }
    for (table, name, references) in left_out {
        explain_left_out(draft, table, &name, &references);
    }
    of_parts(draft, needs);
}

/// Rows of a table from which an index for the sake of a foreign key alone is not kept.
const TOO_MANY_FOR_KEYS: f64 = 1e9;

/// Rows of a referenced table up to which its rows are there to stay: a list of things to refer to.
const FEW: f64 = 1e5;

/// Whether an index would be of that size for a handful of referenced rows.
fn too_many(draft: &Draft<'_>, table: &QualifiedName, references: &QualifiedName) -> bool {
    super::rows_of(draft, table).is_some_and(|rows| rows >= TOO_MANY_FOR_KEYS)
        && super::rows_of(draft, references).is_none_or(|rows| rows <= FEW)
}

fn explain_left_out(
    draft: &mut Draft<'_>,
    table: QualifiedName,
    key: &Name,
    references: &QualifiedName,
) {
    let rows = super::rows_of(draft, &table).unwrap_or_default();
    let (here, there) = (
        words::spoken(table.name.as_str()),
        words::spoken(references.name.as_str()),
    );
    draft.decide(Decision {
        family: "indexes",
        title: format!("No index for the foreign key {key}"),
        subjects: vec![ObjectId::Constraint(table.clone(), key.clone())],
        choice: format!(
            "{} are not indexed by what they refer to in {there}.",
            words::capital(&here)
        ),
        rationale: format!(
            "Such an index serves only the removal of one of the {there}, and nothing in the \
             brief looks {here} up that way. Over {} rows it would take hundreds of gigabytes and \
             a write for each row that comes. {} are few and stay: one that is no longer used is \
             marked so, not deleted.",
            words::count(rows),
            words::capital(&there),
        ),
        alternatives: vec![Alternative::new(
            "The index, as everywhere else",
            "Deleting a referenced row is then quick. It can be added when it is needed, partition \
             by partition (CREATE INDEX CONCURRENTLY), and dropped again.",
        )],
        source: Source::of(table.to_string()),
        weight: Weight::Notable,
    });
}

/// Parts are read with their whole, also where the foreign key between them has more columns.
fn of_parts(draft: &Draft<'_>, needs: &mut Needs) {
    for name in companion::designed_entities(draft) {
        let Some(part) = draft.brief.entity(&name).and_then(|e| e.part_of.as_ref()) else {
            continue;
        };
        let plan = draft.plan(&name);
        let Some(Columns::Reference { columns, .. }) = plan.columns.get(&part.name) else {
            continue;
        };
        let whole_key = draft.plan(&part.whole).key.len();
        let equality: Vec<Name> = columns.iter().take(whole_key).cloned().collect();
        needs.entry(plan.table.clone()).or_default().push(Need {
            equality,
            then: Vec::new(),
            predicate: None,
            filled: None,
            reason: format!(
                "finds the {} of one {}",
                words::spoken(&names::plural(&name)),
                words::spoken(&part.whole)
            ),
            details: Vec::new(),
            asked: false,
            foreign_key: true,
            in_order: false,
            source: Source::at(format!("{name}.part_of"), part.span),
        });
    }
}

/// The column of one choice of several, most rows of which are empty.
fn optional_choice(draft: &Draft<'_>, table: &QualifiedName, columns: &[Name]) -> Option<Name> {
    let (_, plan) = draft.entities.iter().find(|(_, p)| p.table == *table)?;
    plan.columns.values().find_map(|c| match c {
        Columns::Either(choices) => choices
            .iter()
            .find(|(_, own)| own.len() == columns.len() && own.iter().all(|c| columns.contains(c)))
            .and_then(|(_, own)| own.last().cloned()),
        _ => None,
    })
}

/// What the removal of expired rows looks for, in tables that have no partitions to drop.
fn of_retention(draft: &Draft<'_>, needs: &mut Needs) {
    for name in companion::designed_entities(draft) {
        let Some(entity) = draft.brief.entity(&name) else {
            continue;
        };
        let plan = draft.plan(&name);
        let Some(keep) = entity.volume.as_ref().and_then(|v| v.keep_months) else {
            continue;
        };
        if plan.partition.is_some() || entity.part_of.is_some() || plan.restorable {
            continue;
        }
        let Some(column) = super::super::partitioning::expiry_column(draft, &name) else {
            continue;
        };
        needs.entry(plan.table.clone()).or_default().push(Need {
            equality: plan.tenant_column.iter().cloned().collect(),
            then: vec![IndexElement::column(column)],
            predicate: None,
            filled: None,
            reason: format!(
                "finds rows older than {} for their removal",
                companion::months(keep)
            ),
            details: Vec::new(),
            asked: false,
            foreign_key: false,
            in_order: plan.tenant_column.is_none(),
            source: Source::of(format!("{name}.volume")),
        });
    }
}
