//! Periods that must not overlap.

mod cases;

use std::collections::BTreeMap;

use pgwright_brief::model::{Entity, PeriodOf, Rule, RuleForm};
use pgwright_catalog::{
    Constraint, ConstraintKind, ExclusionElement, Expression, IndexElement, Key, Name, ObjectId,
    QualifiedName, TypeKind,
};
use pgwright_ddl::expr::Expr;

use super::Family;
use crate::decision::{Alternative, Decision, Enforcement, Question, Source, Weight};
use crate::draft::{Columns, Draft};
use crate::fixtures::Fixtures;
use crate::logic;
use crate::names;
use crate::testing::{ConcurrentTest, RuleTest};
use crate::words;

const FAMILY: &str = "periods";

/// Periods that must not overlap.
#[derive(Debug)]
pub struct Periods;

impl Family for Periods {
    fn name(&self) -> &'static str {
        FAMILY
    }

    fn build(&self, draft: &mut Draft<'_>) {
        for entity in draft.created_entities() {
            for rule in &entity.rules {
                build_rule(draft, entity, rule);
            }
        }
    }

    fn tests(&self, draft: &Draft<'_>, fixtures: &Fixtures<'_>) -> Vec<RuleTest> {
        cases::tests(draft, fixtures)
    }

    fn concurrent_tests(&self, draft: &Draft<'_>, fixtures: &Fixtures<'_>) -> Vec<ConcurrentTest> {
        cases::concurrent_tests(draft, fixtures)
    }
}

/// A period as its columns.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Period {
    /// A range column.
    Range(Name),
    /// Start and end columns and the range that they make.
    Pair {
        start: Name,
        end: Name,
        data_type: String,
        range: String,
        /// The end itself belongs to the period: a last day.
        inclusive: bool,
    },
}

/// A rule of the brief lets the end be the start: a leave of one day, a loan returned the same day.
pub(crate) fn may_be_equal(entity: &Entity, start: &str, end: &str) -> bool {
    let compares = |expression: &Expr, operator: &str, left: &str, right: &str| {
        matches!(expression, Expr::Binary { operator: o, left: l, right: r }
            if o == operator
                && **l == Expr::column(left)
                && **r == Expr::column(right))
    };
    entity.rules.iter().any(|rule| match &rule.form {
        RuleForm::Check(order)
        | RuleForm::When {
            requirement: order, ..
        } => compares(order, ">=", end, start) || compares(order, "<=", start, end),
        _ => false,
    })
}

/// The end is named as the last of the days, and not as the first one after.
fn names_its_last_day(end: &str) -> bool {
    end.split('_')
        .any(|word| matches!(word, "last" | "through" | "inclusive"))
}

impl Period {
    fn of(draft: &Draft<'_>, entity: &Entity, period: &PeriodOf) -> Option<Self> {
        match period {
            PeriodOf::Attribute(attribute) => match draft.columns(&entity.name, attribute)? {
                Columns::One(column) => Some(Self::Range(column.clone())),
                Columns::Several(parts) => {
                    let part = |names: [&str; 2], index: usize| {
                        parts
                            .iter()
                            .find(|(part, _)| names.iter().any(|n| part.contains(n)))
                            .or_else(|| parts.get(index))
                            .map(|(_, column)| column.clone())
                    };
                    Self::pair(
                        draft,
                        entity,
                        part(["start", "from"], 0)?,
                        part(["end", "until"], 1)?,
                        false,
                    )
                }
                _ => None,
            },
            PeriodOf::Between(start, end) => {
                let inclusive = may_be_equal(entity, start, end) && names_its_last_day(end);
                let start = draft.column(&entity.name, start)?;
                let end = draft.column(&entity.name, end)?;
                Self::pair(draft, entity, start, end, inclusive)
            }
        }
    }

    fn pair(
        draft: &Draft<'_>,
        entity: &Entity,
        start: Name,
        end: Name,
        inclusive: bool,
    ) -> Option<Self> {
        let table = draft.catalog.tables.get(&draft.plan(&entity.name).table)?;
        let data_type = base_type(draft, &table.column(start.as_str())?.data_type);
        let (from, to) = (start.quoted(), end.quoted());
        let range = match data_type.as_str() {
            "date" if inclusive => format!("daterange({from}, {to}, '[]')"),
            "date" => format!("daterange({from}, {to}, '[)')"),
            "timestamp without time zone" | "timestamp" => format!("tsrange({from}, {to}, '[)')"),
            "integer" | "smallint" => format!("int4range({from}, {to}, '[)')"),
            "bigint" => format!("int8range({from}, {to}, '[)')"),
            t if t.starts_with("numeric") => format!("numrange({from}, {to}, '[)')"),
            // PostgreSQL has no range of times of day: any one day makes them comparable.
            t if t.starts_with("time") && !t.starts_with("timestamp") => {
                format!("tsrange('2000-01-01'::date + {from}, '2000-01-01'::date + {to}, '[)')")
            }
            _ => format!("tstzrange({from}, {to}, '[)')"),
        };
        let inclusive = inclusive && data_type == "date";
        Some(Self::Pair {
            start,
            end,
            data_type,
            range,
            inclusive,
        })
    }

    fn element(&self) -> IndexElement {
        match self {
            Self::Range(column) => IndexElement::column(column.clone()),
            Self::Pair { range, .. } => IndexElement::expression(range.clone()),
        }
    }
}

/// The type under a domain; the type itself when it is none.
fn base_type(draft: &Draft<'_>, data_type: &str) -> String {
    let Some((schema, name)) = data_type.split_once('.') else {
        return data_type.to_owned();
    };
    let name = QualifiedName::new(schema.trim_matches('"'), name.trim_matches('"'));
    match draft.catalog.types.get(&name).map(|t| &t.kind) {
        Some(TypeKind::Domain { base, .. }) => base.clone(),
        _ => data_type.to_owned(),
    }
}

/// What rows must share for their periods to collide: one list for each choice of an attribute
/// that refers to one of several, because only one of those columns is ever filled.
fn shared_columns(draft: &Draft<'_>, entity: &Entity, per: &[String]) -> Vec<Vec<Name>> {
    let mut lists: Vec<Vec<Name>> = vec![Vec::new()];
    for attribute in per {
        let choices: Vec<Vec<Name>> = match draft.columns(&entity.name, attribute) {
            Some(Columns::Either(choices)) => choices.iter().map(|(_, c)| c.clone()).collect(),
            Some(columns) => vec![columns.all()],
            None => Vec::new(),
        };
        lists = lists
            .iter()
            .flat_map(|list| {
                choices.iter().map(move |choice| {
                    let mut longer = list.clone();
                    longer.extend(choice.iter().filter(|c| !list.contains(c)).cloned());
                    longer
                })
            })
            .collect();
    }
    lists
}

fn build_rule(draft: &mut Draft<'_>, entity: &Entity, rule: &Rule) {
    let RuleForm::NoOverlap {
        period,
        per,
        condition,
    } = &rule.form
    else {
        return;
    };
    let source = Source::at(format!("{}.rules.{}", entity.name, rule.name), rule.span);
    let Some(found) = Period::of(draft, entity, period) else {
        return;
    };
    if condition.as_ref().is_some_and(logic::reads_clock) {
        ask_about_clock(draft, rule, &source);
    }
    // An index cannot follow the clock: the rest of the rule is kept for all rows.
    let condition = condition.as_ref().filter(|c| !logic::reads_clock(c));
    let table = draft.plan(&entity.name).table.clone();
    let mut by = Vec::new();
    let order = match period {
        PeriodOf::Between(start, end) => Some((start.as_str(), end.as_str())),
        PeriodOf::Attribute(_) => None,
    };
    by.extend(build_bounds(draft, entity, &found, order, &source));
    if let Some((start, end)) = order
        && may_be_equal(entity, start, end)
    {
        ask_about_end(draft, rule, &found, &source);
    }

    let predicate = predicate(draft, entity, condition);
    let lists = shared_columns(draft, entity, per);
    let temporal_key = draft.brief.minimum_version >= 18
        && predicate.is_none()
        && matches!(found, Period::Range(_));
    for (index, columns) in lists.iter().enumerate() {
        let suffix = if temporal_key { "key" } else { "excl" };
        let choice = columns.last().filter(|_| lists.len() > 1);
        let middle: Vec<&str> = [names::rule_part(&table, &rule.name)]
            .into_iter()
            .chain(choice.map(Name::as_str))
            .collect();
        let name = names::derived(&table, &middle, suffix);
        let kind = match &found {
            Period::Range(column) if temporal_key => {
                let mut key = Key::new(columns.iter().chain([column]).cloned());
                key.without_overlaps = true;
                ConstraintKind::Unique(key)
            }
            _ => ConstraintKind::Exclusion {
                method: Name::new("gist"),
                elements: exclusion_elements(draft, &table, columns, &found),
                predicate: predicate.clone().map(Expression::new),
                include: Vec::new(),
                options: BTreeMap::new(),
                tablespace: None,
            },
        };
        let constraint = Constraint::new(kind).comment(rule.says.clone());
        let object = ObjectId::Constraint(table.clone(), name.clone());
        if !columns.is_empty() {
            add_btree_gist(draft, &object);
        }
        if let Some(found) = draft.catalog.tables.get_mut(&table) {
            found.constraints.insert(name, constraint);
        }
        by.insert(index, object);
    }
    draft.enforce(Enforcement {
        rule: rule.name.clone(),
        says: rule.says.clone(),
        by: by.clone(),
        how: "The server compares each new period with those in the index. A second writer waits \
              for an unfinished first one and then fails with exclusion_violation (23P01), so two \
              sessions can never both take the same time."
            .to_owned(),
        family: FAMILY,
        source: source.clone(),
    });
    decide(
        draft,
        entity,
        rule,
        &found,
        predicate.is_some(),
        temporal_key,
        by,
        source,
    );
}

fn exclusion_elements(
    draft: &Draft<'_>,
    table: &QualifiedName,
    columns: &[Name],
    period: &Period,
) -> Vec<ExclusionElement> {
    let data_type = |column: &Name| {
        draft
            .catalog
            .tables
            .get(table)
            .and_then(|t| t.column(column.as_str()))
            .map(|c| base_type(draft, &c.data_type))
    };
    let equal = columns.iter().map(|column| {
        let element = match data_type(column).as_deref() {
            // btree_gist learned booleans with PostgreSQL 15.
            Some("boolean") if draft.brief.minimum_version < 15 => {
                IndexElement::expression(format!("{}::integer", column.quoted()))
            }
            _ => IndexElement::column(column.clone()),
        };
        ExclusionElement {
            element,
            operator: "=".to_owned(),
        }
    });
    equal
        .chain([ExclusionElement {
            element: period.element(),
            operator: "&&".to_owned(),
        }])
        .collect()
}

/// The rows that count: those of the condition, and none that are hidden.
fn predicate(draft: &Draft<'_>, entity: &Entity, condition: Option<&Expr>) -> Option<String> {
    let mut conditions: Vec<Expr> = condition
        .map(|c| draft.row_expression(&entity.name, c))
        .into_iter()
        .collect();
    if draft.plan(&entity.name).restorable {
        conditions.push(Expr::column("deleted_at").is_null());
    }
    (!conditions.is_empty()).then(|| Expr::and(conditions).to_sql())
}

/// btree_gist gives GiST the operator classes of plain columns. They are found by type, and `=` and
/// `&&` are operators of pg_catalog, so the extension may live in whatever schema the server puts it.
fn add_btree_gist(draft: &mut Draft<'_>, object: &ObjectId) {
    let name = Name::new("btree_gist");
    draft.catalog.extensions.entry(name.clone()).or_default();
    draft
        .catalog
        .depends(object.clone(), ObjectId::Extension(name));
}

/// Rule identifier of what holds a period together.
fn bounds_rule(entity: &Entity, period: &Period) -> String {
    match period {
        Period::Range(column) => format!("{}.{column}_not_empty", entity.name),
        Period::Pair { start, end, .. } => format!("{}.{start}_before_{end}", entity.name),
    }
}

/// The end comes after the start, and no range is empty: an empty one would overlap nothing.
fn build_bounds(
    draft: &mut Draft<'_>,
    entity: &Entity,
    period: &Period,
    order: Option<(&str, &str)>,
    source: &Source,
) -> Option<ObjectId> {
    let table = draft.plan(&entity.name).table.clone();
    let rule = bounds_rule(entity, period);
    let (columns, sql, says) = match period {
        Period::Range(column) => (
            vec![column.as_str()],
            format!("NOT isempty({})", column.quoted()),
            "A period has at least one moment.".to_owned(),
        ),
        Period::Pair { start, end, .. } => (
            vec![start.as_str(), end.as_str()],
            format!("{} < {}", start.quoted(), end.quoted()),
            format!(
                "The {} of {} is before its {}.",
                words::spoken(start.as_str()),
                words::a(&entity.name),
                words::spoken(end.as_str())
            ),
        ),
    };
    let is_said = draft.catalog.tables.get(&table).is_some_and(|t| {
        t.constraints.values().any(|c| match (&c.kind, period) {
            (ConstraintKind::Check(check), Period::Range(column)) => check
                .sql()
                .contains(&format!("isempty({})", column.quoted())),
            (ConstraintKind::Check(check), Period::Pair { start, end, .. }) => {
                check.sql() == sql
                    || check.sql() == format!("{} > {}", end.quoted(), start.quoted())
            }
            _ => false,
        })
    }) || says_order(entity, draft, period)
        || matches!((period, order), (Period::Pair { .. }, Some((start, end)))
            if may_be_equal(entity, start, end));
    if is_said {
        return None;
    }
    let name = names::derived(&table, &columns, "check");
    let object = ObjectId::Constraint(table.clone(), name.clone());
    if let Some(found) = draft.catalog.tables.get_mut(&table) {
        found.constraints.insert(name, Constraint::check(sql));
    }
    draft.enforce(Enforcement {
        rule,
        says,
        by: vec![object.clone()],
        how: "CHECK constraint; without it a period of no length would escape the test for \
              overlap."
            .to_owned(),
        family: FAMILY,
        source: source.clone(),
    });
    Some(object)
}

/// Whether a written rule already says `start < end`.
fn says_order(entity: &Entity, draft: &Draft<'_>, period: &Period) -> bool {
    let Period::Pair { start, end, .. } = period else {
        return false;
    };
    entity.rules.iter().any(|rule| match &rule.form {
        RuleForm::Check(expression) => match draft.row_expression(&entity.name, expression) {
            Expr::Binary {
                operator,
                left,
                right,
            } => {
                let (left, right) = (*left, *right);
                let (start, end) = (Expr::column(start.as_str()), Expr::column(end.as_str()));
                (operator == "<" && left == start && right == end)
                    || (operator == ">" && left == end && right == start)
            }
            _ => false,
        },
        _ => false,
    })
}

fn ask_about_end(draft: &mut Draft<'_>, rule: &Rule, period: &Period, source: &Source) {
    let Period::Pair { end, inclusive, .. } = period else {
        return;
    };
    let end = words::spoken(end.as_str());
    let (default, otherwise) = if *inclusive {
        (
            format!("The {end} is taken: the next period may begin the day after."),
            "The range excludes its end.",
        )
    } else {
        (
            format!("The {end} is free again: the next period may begin on it."),
            "The range includes its end.",
        )
    };
    draft.ask(Question {
        id: rule.name.clone(),
        ask: format!(
            "Does the {end} itself belong to the period in “{}”?",
            rule.says
        ),
        default,
        matters: "Periods that only touch collide in one case and not in the other.".to_owned(),
        otherwise: otherwise.to_owned(),
        source: source.clone(),
    });
}

fn ask_about_clock(draft: &mut Draft<'_>, rule: &Rule, source: &Source) {
    draft.ask(Question {
        id: rule.name.clone(),
        ask: format!(
            "“{}” depends on the current time. Should rows stop counting by themselves as time \
             passes?",
            rule.says
        ),
        default: "All rows count, whatever the time.".to_owned(),
        matters: "An index cannot forget rows as the clock moves; a state that is set when a row \
                  stops counting can be part of the rule."
            .to_owned(),
        otherwise: "Give the entity a state or an end, and name it in the condition.".to_owned(),
        source: source.clone(),
    });
}

#[allow(clippy::too_many_arguments)]
fn decide(
    draft: &mut Draft<'_>,
    entity: &Entity,
    rule: &Rule,
    period: &Period,
    partial: bool,
    temporal_key: bool,
    subjects: Vec<ObjectId>,
    source: Source,
) {
    let name = entity.name.replace('_', " ");
    let choice = if temporal_key {
        format!("A unique constraint WITHOUT OVERLAPS on the period of {name}.")
    } else {
        format!(
            "A {}GiST exclusion constraint on the period of {name}.",
            if partial { "partial " } else { "" }
        )
    };
    let mut rationale = format!(
        "“{}” is about pairs of rows, so no CHECK can keep it, and a query before the INSERT \
         cannot either: two sessions would both find the time free. The constraint's index finds \
         overlapping periods and makes the second writer wait for the first. Periods include \
         their start and exclude their end, so one may begin at the moment another ends.",
        rule.says
    );
    if let Period::Pair { data_type, .. } = period {
        let pair = if data_type.starts_with("time") && !data_type.starts_with("timestamp") {
            " Start and end stay two columns, as people enter them; the index compares the range \
             they make on one arbitrary day."
        } else {
            " Start and end stay two columns, as the brief has them; the index is on the range \
             they make, and an end that is not known yet makes it open."
        };
        rationale.push_str(pair);
    }
    if partial {
        rationale.push_str(
            " Only rows that count are in the index: as soon as a row no longer does, its time is \
             free again.",
        );
    }
    if !temporal_key {
        rationale.push_str(
            " The extension btree_gist, part of every PostgreSQL distribution, lets the index \
             compare plain columns beside periods; its operator classes are found by type, \
             so it does not matter in which schema it stands.",
        );
    }
    let mut alternatives = vec![
        Alternative::new(
            "A trigger that looks for an overlapping row",
            "Right only with a lock around it, and then every writer of the table queues.",
        ),
        Alternative::new(
            "Cut time into slots with a unique key on each",
            "Simple and fast where all periods have the same few lengths; here they do not.",
        ),
    ];
    if !temporal_key {
        alternatives.push(Alternative::new(
            "UNIQUE … WITHOUT OVERLAPS",
            if draft.brief.minimum_version >= 18 {
                "Has no WHERE and takes a range column only; this rule needs more."
            } else {
                "PostgreSQL 18 says the same in standard SQL; older servers are to be supported."
            },
        ));
    }
    draft.decide(Decision {
        family: FAMILY,
        title: format!("No overlapping periods of {name}"),
        subjects,
        choice,
        rationale,
        alternatives,
        source,
        weight: Weight::Notable,
    });
}

/// The objects that a rule became, found again for its tests.
fn constraint_names(draft: &Draft<'_>, rule: &str) -> Vec<String> {
    draft
        .enforcements
        .iter()
        .filter(|e| e.family == FAMILY && e.rule == rule)
        .flat_map(|e| &e.by)
        .filter_map(|object| match object {
            ObjectId::Constraint(_, name) => Some(name.to_string()),
            _ => None,
        })
        .collect()
}
