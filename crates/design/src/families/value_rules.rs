//! Rules about the values of one row: ranges, comparisons, conditions.

mod cases;

use std::collections::{BTreeMap, BTreeSet};

use pgwright_brief::model::{Attribute, Bound, Entity, PeriodOf, Rule, RuleForm};
use pgwright_catalog::{
    Constraint, ConstraintKind, Name, ObjectId, QualifiedName, Trigger, TriggerEvent,
    TriggerTiming, quote_literal,
};
use pgwright_ddl::expr::Expr;

use super::Family;
use super::periods::may_be_equal;
use crate::decision::{Alternative, Decision, Enforcement, Question, Source, Weight};
use crate::draft::{Columns, Draft};
use crate::fixtures::Fixtures;
use crate::logic;
use crate::names;
use crate::testing::RuleTest;
use crate::trigger_rules::{self, Refusal, Rights, not_null_columns};
use crate::words;

const FAMILY: &str = "value_rules";

/// Rules about the values of one row: ranges, comparisons, conditions.
#[derive(Debug)]
pub struct ValueRules;

impl Family for ValueRules {
    fn name(&self) -> &'static str {
        FAMILY
    }

    fn build(&self, draft: &mut Draft<'_>) {
        let mut built = Built::default();
        for entity in draft.created_entities() {
            build_ranges(draft, entity, &mut built);
            for rule in &entity.rules {
                if let Some(expression) = row_rule(draft, entity, rule) {
                    build_rule(draft, entity, rule, &expression, &mut built);
                }
            }
        }
        decide(draft, built);
    }

    fn tests(&self, draft: &Draft<'_>, fixtures: &Fixtures<'_>) -> Vec<RuleTest> {
        cases::tests(draft, fixtures)
    }
}

#[derive(Default)]
struct Built {
    ranges: Vec<ObjectId>,
    checks: Vec<ObjectId>,
    conditional: usize,
    first_source: Option<Source>,
}

/// A rule about values of one row, over attributes; false where the rule is broken and never
/// unknown for `when … then …`.
fn row_rule(draft: &Draft<'_>, entity: &Entity, rule: &Rule) -> Option<Expr> {
    match &rule.form {
        RuleForm::Check(expression) => Some(expression.clone()),
        RuleForm::When {
            condition,
            requirement,
        } => Some(logic::implication(
            condition,
            requirement,
            &not_null_attributes(draft, entity),
        )),
        RuleForm::NeverBelow { attribute, minimum } => Some(Expr::binary(
            ">=",
            Expr::column(attribute),
            number_or_text(minimum),
        )),
        _ => None,
    }
}

/// Attributes whose columns cannot be NULL.
fn not_null_attributes(draft: &Draft<'_>, entity: &Entity) -> BTreeSet<String> {
    let plan = draft.plan(&entity.name);
    let not_null = not_null_columns(draft, &plan.table);
    plan.columns
        .iter()
        .filter(|(_, columns)| {
            columns
                .scalar()
                .is_some_and(|c| not_null.iter().any(|n| n == c.as_str()))
        })
        .map(|(attribute, _)| attribute.clone())
        .collect()
}

fn number_or_text(value: &str) -> Expr {
    match value.parse::<i64>() {
        Ok(number) => Expr::Integer(number),
        Err(_) if value.parse::<f64>().is_ok() => Expr::Numeric(value.to_owned()),
        Err(_) => Expr::Text(value.to_owned()),
    }
}

/// The range of an attribute as an expression over `name`.
fn range(name: &str, minimum: Option<&Bound>, maximum: Option<&Bound>) -> Option<Expr> {
    let side = |bound: &Bound, inclusive: &str, exclusive: &str| {
        let operator = if bound.inclusive {
            inclusive
        } else {
            exclusive
        };
        Expr::binary(operator, Expr::column(name), number_or_text(&bound.value))
    };
    let parts: Vec<Expr> = minimum
        .map(|b| side(b, ">=", ">"))
        .into_iter()
        .chain(maximum.map(|b| side(b, "<=", "<")))
        .collect();
    (!parts.is_empty()).then(|| Expr::and(parts))
}

/// The column that a range is about: the only one, or the amount of an amount with its currency.
fn ranged_column(columns: &Columns) -> Option<&Name> {
    match columns {
        Columns::Several(parts) => parts
            .iter()
            .find(|(part, _)| part == "amount" || part == "value")
            .or_else(|| parts.first())
            .map(|(_, column)| column),
        other => other.scalar(),
    }
}

fn range_in_words(minimum: Option<&Bound>, maximum: Option<&Bound>) -> String {
    match (minimum, maximum) {
        (Some(low), Some(high)) if low.inclusive && high.inclusive => {
            format!("from {} to {}", low.value, high.value)
        }
        (low, high) => {
            let low = low.map(|b| {
                format!(
                    "{} {}",
                    if b.inclusive { "at least" } else { "above" },
                    b.value
                )
            });
            let high = high.map(|b| {
                format!(
                    "{} {}",
                    if b.inclusive { "at most" } else { "below" },
                    b.value
                )
            });
            low.into_iter()
                .chain(high)
                .collect::<Vec<_>>()
                .join(" and ")
        }
    }
}

/// Rule identifier of a range.
pub(crate) fn range_rule(entity: &str, attribute: &str) -> String {
    format!("{entity}.{attribute}_range")
}

/// The attributes of an entity with a range, and the table and columns that hold each.
fn ranged<'e>(
    draft: &Draft<'_>,
    entity: &'e Entity,
) -> Vec<(&'e Attribute, QualifiedName, Name, Option<String>)> {
    let plan = draft.plan(&entity.name);
    let bounded = |a: &Attribute| a.minimum.is_some() || a.maximum.is_some();
    let mut found = Vec::new();
    for (attribute, _) in Draft::stored_attributes(entity) {
        if let Some(column) = plan.columns.get(&attribute.name).and_then(ranged_column)
            && bounded(attribute)
        {
            found.push((attribute, plan.table.clone(), column.clone(), None));
        }
    }
    for role in &entity.roles {
        let Some(role_table) = plan.role_tables.get(&role.name) else {
            continue;
        };
        for attribute in role.attributes.iter().filter(|a| bounded(a)) {
            if let Some(column) = role_table
                .columns
                .get(&attribute.name)
                .and_then(ranged_column)
            {
                let table = role_table.table.clone();
                found.push((attribute, table, column.clone(), Some(role.name.clone())));
            }
        }
    }
    found
}

fn build_ranges(draft: &mut Draft<'_>, entity: &Entity, built: &mut Built) {
    for (attribute, table, column, _) in ranged(draft, entity) {
        let (minimum, maximum) = (attribute.minimum.as_ref(), attribute.maximum.as_ref());
        let Some(expression) = range(column.as_str(), minimum, maximum) else {
            continue;
        };
        let mut name = names::derived(&table, &[column.as_str()], "check");
        let taken = |name: &Name| {
            draft
                .catalog
                .tables
                .get(&table)
                .is_some_and(|t| t.constraints.contains_key(name))
        };
        if taken(&name) {
            name = names::derived(&table, &[column.as_str(), "range"], "check");
        }
        let words = range_in_words(minimum, maximum);
        let object = add_check(draft, &table, &name, Constraint::check(expression.to_sql()));
        let source = Source::at(
            format!("{}.{}", entity.name, attribute.name),
            attribute.span,
        );
        built.first_source.get_or_insert_with(|| source.clone());
        built.ranges.push(object.clone());
        // The family that keeps a running total says how its bound holds, and tests it.
        if attribute.running_total.is_some() {
            continue;
        }
        draft.enforce(Enforcement {
            rule: range_rule(&entity.name, &attribute.name),
            // Not in the attribute's own words, which may be about something else.
            says: format!(
                "The {} of {} is {words}.",
                attribute.name.replace('_', " "),
                words::a(&entity.name)
            ),
            by: vec![object],
            how: format!(
                "CHECK constraint, tested on every row as it is written{}.",
                if attribute.optional {
                    "; no value at all is allowed"
                } else {
                    ""
                }
            ),
            family: FAMILY,
            source,
        });
    }
}

fn add_check(
    draft: &mut Draft<'_>,
    table: &QualifiedName,
    name: &Name,
    constraint: Constraint,
) -> ObjectId {
    if let Some(found) = draft.catalog.tables.get_mut(table) {
        found.constraints.insert(name.clone(), constraint);
    }
    ObjectId::Constraint(table.clone(), name.clone())
}

/// A check that says the same already.
fn same_check(draft: &Draft<'_>, table: &QualifiedName, sql: &str) -> Option<Name> {
    let constraints = &draft.catalog.tables.get(table)?.constraints;
    constraints
        .iter()
        .find(|(_, constraint)| {
            matches!(&constraint.kind, ConstraintKind::Check(expression)
                if expression.sql() == sql)
        })
        .map(|(name, _)| name.clone())
}

/// The constraint that a rule about values becomes.
fn check_name(table: &QualifiedName, rule: &Rule) -> Name {
    names::derived(table, &[names::rule_part(table, &rule.name)], "check")
}

fn build_rule(
    draft: &mut Draft<'_>,
    entity: &Entity,
    rule: &Rule,
    expression: &Expr,
    built: &mut Built,
) {
    let source = Source::at(format!("{}.rules.{}", entity.name, rule.name), rule.span);
    if expression.has_subquery() {
        draft.ask(Question {
            id: rule.name.clone(),
            ask: format!(
                "“{}” looks at other rows. Which form of rule is meant: a sum, a number of parts, \
                 a reference's attribute, uniqueness?",
                rule.says
            ),
            default: "The rule is not enforced.".to_owned(),
            matters:
                "A CHECK constraint sees one row; a query inside it would not be tested again \
                      when the other rows change."
                    .to_owned(),
            otherwise: "The rule is kept by the constraint or trigger that fits its form."
                .to_owned(),
            source,
        });
        return;
    }
    let table = draft.plan(&entity.name).table.clone();
    if logic::reads_clock(expression) {
        build_clock_rule(draft, entity, rule, expression, source);
        return;
    }
    let name = check_name(&table, rule);
    let sql = draft.row_expression(&entity.name, expression).to_sql();
    let object = match same_check(draft, &table, &sql) {
        Some(there) => ObjectId::Constraint(table.clone(), there),
        None => add_check(
            draft,
            &table,
            &name,
            Constraint::check(sql).comment(rule.says.clone()),
        ),
    };
    built.first_source.get_or_insert_with(|| source.clone());
    built.checks.push(object.clone());
    let conditional = matches!(rule.form, RuleForm::When { .. });
    built.conditional += usize::from(conditional);
    if let RuleForm::NeverBelow { attribute, .. } = &rule.form
        && entity
            .attribute(attribute)
            .is_some_and(|a| a.running_total.is_some())
    {
        return;
    }
    draft.enforce(Enforcement {
        rule: rule.name.clone(),
        says: rule.says.clone(),
        by: vec![object],
        how: if conditional {
            "CHECK constraint: the condition is not true, or the requirement is. It is about one \
             row, so concurrent writers need no lock."
        } else {
            "CHECK constraint over the row's own columns; it is about one row, so concurrent \
             writers need no lock."
        }
        .to_owned(),
        family: FAMILY,
        source,
    });
}

/// A rule that compares with the current time: true when the row was written is all that can be
/// demanded, and a CHECK would be tested again when a dump is restored.
fn build_clock_rule(
    draft: &mut Draft<'_>,
    entity: &Entity,
    rule: &Rule,
    expression: &Expr,
    source: Source,
) {
    let table = draft.plan(&entity.name).table.clone();
    let new_row = draft.prefixed_expression(&entity.name, "new", expression);
    let columns = trigger_rules::columns_of(draft, &entity.name, expression);
    let refusal = Refusal {
        condition: "check_violation",
        constraint: &rule.name,
        table: &table,
        message: quote_literal(&rule.says),
        hint: None,
    };
    let body = format!(
        "BEGIN\n    IF ({}) IS FALSE THEN\n{}    END IF;\n    RETURN NEW;\nEND",
        new_row.to_sql(),
        refusal.raise(8)
    );
    let function = trigger_rules::add_function(
        draft,
        names::derived(&table, &[names::rule_part(&table, &rule.name)], "check"),
        body,
        Rights::Session,
        &format!(
            "{} Tested when a row is written, not afterwards.",
            rule.says
        ),
        &[],
    );
    let mut trigger = Trigger::row(
        TriggerTiming::Before,
        [TriggerEvent::Insert, TriggerEvent::Update],
        function.clone(),
    );
    trigger.update_columns = columns;
    trigger.comment = Some(rule.says.clone());
    let object =
        trigger_rules::add_trigger(draft, &table, &format!("verify_{}", rule.name), trigger);
    let by = vec![object, trigger_rules::function_object(&function)];
    draft.enforce(Enforcement {
        rule: rule.name.clone(),
        says: rule.says.clone(),
        by: by.clone(),
        how: "Row trigger on INSERT and on UPDATE of the columns it names, because the rule \
              compares with the current time."
            .to_owned(),
        family: FAMILY,
        source: source.clone(),
    });
    draft.decide(Decision {
        family: FAMILY,
        title: format!("“{}” is tested at the time of writing", rule.says),
        subjects: by,
        choice: "A BEFORE trigger compares with the clock when the row is written.".to_owned(),
        rationale: "The rule names the current time. A row that was right when it was written may \
                    not be right later, and nobody means that it must then vanish."
            .to_owned(),
        alternatives: vec![Alternative::new(
            "A CHECK constraint with the current time",
            "PostgreSQL assumes that a CHECK gives the same answer for ever: restoring a dump, or \
             changing another column years later, would fail on rows that were right.",
        )],
        source,
        weight: Weight::Routine,
    });
}

fn decide(draft: &mut Draft<'_>, built: Built) {
    let Some(source) = built.first_source else {
        return;
    };
    let (ranges, checks) = (built.ranges.len(), built.checks.len());
    let mut rationale = format!(
        "{ranges} ranges of values and {checks} rules of the brief are about one row at a time. \
         A CHECK constraint is the cheapest guarantee there is: no look-up, no lock, no way round \
         it, and its name in the error tells the application which rule was broken."
    );
    if built.conditional > 0 {
        rationale.push_str(
            " SQL knows a third answer besides true and false. In “when A then B” an unknown A \
             does not set the rule off and an unknown B does not satisfy it, so the expressions \
             say IS NOT TRUE and IS TRUE wherever a column may be NULL; a plain comparison is \
             passed by NULL, because an unknown value breaks no rule.",
        );
    }
    draft.decide(Decision {
        family: FAMILY,
        title: "Rules about single rows".to_owned(),
        subjects: built.ranges.into_iter().chain(built.checks).collect(),
        choice: "Named CHECK constraints on the table, one per range and one per rule.".to_owned(),
        rationale,
        alternatives: vec![
            Alternative::new(
                "Domains that carry the ranges",
                "Right when many columns share one meaning with one range. Here the ranges belong \
                 to columns, and a domain's constraint cannot be added NOT VALID to a large table.",
            ),
            Alternative::new(
                "Checks in the application only",
                "Each program, import and repair script would have to repeat them, and one will \
                 forget.",
            ),
        ],
        source,
        weight: Weight::Notable,
    });
}

/// Row rules of an entity by rule name, over attributes: what every row must not make false.
pub(crate) fn row_rules(draft: &Draft<'_>, entity: &Entity) -> BTreeMap<String, Expr> {
    let plan = draft.plan(&entity.name);
    let mut rules = BTreeMap::new();
    for (attribute, table, _, _) in ranged(draft, entity) {
        if table == plan.table
            && let Some(expression) = range(
                &attribute.name,
                attribute.minimum.as_ref(),
                attribute.maximum.as_ref(),
            )
        {
            rules.insert(range_rule(&entity.name, &attribute.name), expression);
        }
    }
    for rule in &entity.rules {
        if let Some(expression) = row_rule(draft, entity, rule)
            && !expression.has_subquery()
        {
            rules.insert(rule.name.clone(), expression);
        }
        // A period that must not overlap ends after it starts.
        if let RuleForm::NoOverlap {
            period: PeriodOf::Between(start, end),
            ..
        } = &rule.form
            && !may_be_equal(entity, start, end)
        {
            let order = Expr::binary("<", Expr::column(start), Expr::column(end));
            let order = Expr::or(vec![Expr::column(end).is_null(), order]);
            rules.insert(format!("{}.{start}_before_{end}", entity.name), order);
        }
    }
    rules
}
