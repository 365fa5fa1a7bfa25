//! Rules whose condition or requirement is about rows that a row refers to.

mod cases;

use std::collections::{BTreeMap, BTreeSet};

use pgwright_brief::model::{Entity, Path, Reference, Rule, RuleForm};
use pgwright_catalog::{
    Name, QualifiedName, Trigger, TriggerEvent, TriggerTiming, quote_identifier, quote_literal,
};
use pgwright_ddl::expr::Expr;

use super::Family;
use crate::decision::{Alternative, Decision, Enforcement, Question, Source, Weight};
use crate::draft::Draft;
use crate::fixtures::Fixtures;
use crate::names;
use crate::paths;
use crate::testing::RuleTest;
use crate::trigger_rules::{self, Refusal, Rights, equal};

const FAMILY: &str = "referenced_rules";

/// Rules over attributes of referenced rows.
#[derive(Debug)]
pub struct ReferencedRules;

impl Family for ReferencedRules {
    fn name(&self) -> &'static str {
        FAMILY
    }

    fn build(&self, draft: &mut Draft<'_>) {
        for entity in draft.created_entities() {
            for rule in &entity.rules {
                if let RuleForm::WhenReferenced {
                    condition,
                    requirement,
                } = &rule.form
                {
                    build_rule(draft, entity, rule, condition, requirement);
                }
            }
        }
    }

    fn tests(&self, draft: &Draft<'_>, fixtures: &Fixtures<'_>) -> Vec<RuleTest> {
        cases::tests(draft, fixtures)
    }
}

/// Reads of referenced rows into record variables of a trigger function.
#[derive(Default)]
struct Reads {
    /// Variable and statement, in an order in which each finds what it needs.
    statements: Vec<(String, String)>,
    /// Expression for each path: `medicine_row.controlled`.
    places: BTreeMap<Path, Vec<String>>,
    /// Columns of the row itself that the rule depends on.
    own_columns: BTreeSet<Name>,
    tables: Vec<QualifiedName>,
}

/// Plans the reads of all paths; none when one of them cannot be followed.
fn reads(draft: &Draft<'_>, entity: &str, expressions: &[&Expr]) -> Option<Reads> {
    let paths: BTreeSet<Path> = expressions.iter().flat_map(|e| e.columns()).collect();
    let mut found = Reads::default();
    // Columns wanted of each row, by the references that lead to it and the table it is in.
    let mut wanted: BTreeMap<(Path, QualifiedName), (Vec<Name>, BTreeSet<Name>)> = BTreeMap::new();
    let mut targets: BTreeMap<Path, Reference> = BTreeMap::new();
    for path in &paths {
        let (attribute, references) = path.split_last()?;
        let mut at = paths::to_entity(entity);
        for (index, reference) in references.iter().enumerate() {
            let step = paths::step(draft, &at, reference)?;
            if index == 0 {
                found.own_columns.extend(step.columns.iter().cloned());
            } else {
                // The row before must give the referencing columns.
                let before = draft.plan(&at.entity);
                let key = before.key.iter().map(|(n, _)| n.clone()).collect();
                wanted
                    .entry((references[..index].to_vec(), before.table.clone()))
                    .or_insert_with(|| (key, BTreeSet::new()))
                    .1
                    .extend(step.columns.iter().cloned());
            }
            at = step.target;
            targets.insert(references[..=index].to_vec(), at.clone());
        }
        if references.is_empty() {
            let column = draft.column(entity, attribute)?;
            found
                .places
                .insert(path.clone(), vec!["new".to_owned(), column.to_string()]);
            found.own_columns.insert(column);
            continue;
        }
        let (table, key, column) = paths::attribute_place(draft, &at, attribute)?;
        let variable = variable(draft, references, &at, &table);
        found
            .places
            .insert(path.clone(), vec![variable, column.to_string()]);
        wanted
            .entry((references.to_vec(), table))
            .or_insert_with(|| (key, BTreeSet::new()))
            .1
            .insert(column);
    }
    for ((references, table), (key, columns)) in wanted {
        let (reference, before) = references.split_last()?;
        let target = targets.get(&references)?;
        let (previous, from) = if before.is_empty() {
            ("NEW".to_owned(), paths::to_entity(entity))
        } else {
            let at = targets.get(before)?.clone();
            let plan_table = draft.plan(&at.entity).table.clone();
            (
                quote_identifier(&variable(draft, before, &at, &plan_table)),
                at,
            )
        };
        let step = paths::step(draft, &from, reference)?;
        let variable = variable(draft, &references, target, &table);
        let columns: Vec<Name> = columns.into_iter().collect();
        // A table of the application as it was may not be ours to lock.
        let is_ours = draft
            .brief
            .entity(&target.entity)
            .is_some_and(|e| e.existing.is_none());
        let lock = if is_ours { "\n       FOR SHARE" } else { "" };
        let statement = format!(
            "    SELECT {}\n      INTO {}\n      FROM {} AS r\n     WHERE {}{lock};\n",
            trigger_rules::list("r", &columns),
            quote_identifier(&variable),
            table.quoted(),
            equal("r", &key, &previous, &step.columns),
        );
        found.statements.push((variable, statement));
        found.tables.push(table);
    }
    Some(found)
}

/// The variable of a referenced row: `medicine_row`; of the row in its role's table,
/// `medicine_prescriber_row`.
fn variable(
    draft: &Draft<'_>,
    path: &[String],
    target: &Reference,
    table: &QualifiedName,
) -> String {
    let plan = draft.plan(&target.entity);
    let role = plan
        .role_tables
        .iter()
        .find(|(_, role_table)| &role_table.table == table)
        .map(|(role, _)| role.as_str());
    let parts: Vec<&str> = path.iter().map(String::as_str).chain(role).collect();
    names::shortened(&parts.join("_"), "row").to_string()
}

fn build_rule(
    draft: &mut Draft<'_>,
    entity: &Entity,
    rule: &Rule,
    condition: &Expr,
    requirement: &Expr,
) {
    let source = Source::at(format!("{}.rules.{}", entity.name, rule.name), rule.span);
    let Some(reads) = reads(draft, &entity.name, &[condition, requirement]) else {
        ask_for_path(draft, rule, source);
        return;
    };
    let table = draft.plan(&entity.name).table.clone();
    let over_variables = |e: &Expr| {
        e.map_columns(&mut |path| reads.places.get(path).cloned())
            .to_sql()
    };
    let refusal = Refusal {
        condition: "check_violation",
        constraint: &rule.name,
        table: &table,
        message: quote_literal(&rule.says),
        hint: None,
    };
    let declarations: String = reads
        .statements
        .iter()
        .map(|(variable, _)| format!("    {} record;\n", quote_identifier(variable)))
        .collect();
    let statements: String = reads.statements.iter().map(|(_, s)| s.as_str()).collect();
    // As in a CHECK, what is not known breaks no rule; what a condition requires must be known.
    let broken = match condition {
        Expr::Bool(true) => format!("({}) IS FALSE", over_variables(requirement)),
        _ => format!(
            "({}) IS TRUE AND ({}) IS NOT TRUE",
            over_variables(condition),
            over_variables(requirement)
        ),
    };
    let body = format!(
        "DECLARE\n{declarations}BEGIN\n    \
         -- The rows that the rule reads are locked against change until this transaction ends:\n    \
         -- otherwise they could change between this look and the commit, unseen by both sides.\n\
         {statements}    \
         IF {broken} THEN\n\
         {}    \
         END IF;\n    \
         RETURN NULL;\nEND",
        refusal.raise(8)
    );
    let function = trigger_rules::add_function(
        draft,
        names::derived(&table, &["verify"], &rule.name),
        body,
        Rights::Owner,
        &format!("{} Tested when a row of {table} is written.", rule.says),
        &reads.tables,
    );
    let mut trigger = Trigger::row(
        // After: computed columns are there, and rows that do not exist are reported as such.
        TriggerTiming::After,
        [TriggerEvent::Insert, TriggerEvent::Update],
        function.clone(),
    );
    trigger.update_columns = reads.own_columns.into_iter().collect();
    trigger.comment = Some(rule.says.clone());
    let object =
        trigger_rules::add_trigger(draft, &table, &format!("verify_{}", rule.name), trigger);
    let by = vec![object, trigger_rules::function_object(&function)];
    draft.enforce(Enforcement {
        rule: rule.name.clone(),
        says: rule.says.clone(),
        by: by.clone(),
        how:
            "Row trigger on INSERT and on UPDATE of the columns involved. It reads the referenced \
              rows FOR SHARE, so whoever changes them at the same moment waits, or is waited for."
                .to_owned(),
        family: FAMILY,
        source: source.clone(),
    });
    let read: BTreeSet<String> = reads.tables.iter().map(|t| t.name.to_string()).collect();
    let read: Vec<String> = read.into_iter().collect();
    draft.decide(Decision {
        family: FAMILY,
        title: format!("“{}”", rule.says.trim_end_matches('.')),
        subjects: by,
        choice: format!(
            "A trigger on {} tests the rule against {} when a row is written.",
            table.name,
            read.join(" and ")
        ),
        rationale: format!(
            "The rule compares rows of different tables, which no CHECK can see. It holds at the \
             time of writing: what was right then stays on record when {} changes later, as people \
             expect of records. The function runs with its owner's rights, so that it sees and may \
             lock the referenced rows whoever writes.",
            read.join(" or ")
        ),
        alternatives: vec![
            Alternative::new(
                "Copy the attributes here through a composite foreign key ON UPDATE CASCADE, and \
                 CHECK them",
                "Declarative, and the rule then holds for ever: a later change over there would be \
                 refused because of old rows here. Right when that is what is meant.",
            ),
            Alternative::new(
                "FOR KEY SHARE, as foreign keys take it",
                "Guards the referenced key only, and it is the other attributes that matter.",
            ),
        ],
        source,
        weight: Weight::Notable,
    });
}

fn ask_for_path(draft: &mut Draft<'_>, rule: &Rule, source: Source) {
    draft.ask(Question {
        id: rule.name.clone(),
        ask: format!(
            "Which rows is “{}” about, where a reference may go to one of several kinds of thing?",
            rule.says
        ),
        default: "The rule is not enforced.".to_owned(),
        matters: "A rule can only follow references that always lead to the same kind of row."
            .to_owned(),
        otherwise: "Name the attribute through a reference to one entity.".to_owned(),
        source,
    });
}
