//! Rows that stop changing once a condition holds, and their parts with them.

mod cases;

use pgwright_brief::model::{Entity, Rule, RuleForm};
use pgwright_catalog::{
    Argument, Expression, Name, ObjectId, Routine, Trigger, TriggerEvent, TriggerTiming,
    quote_literal,
};
use pgwright_ddl::expr::Expr;

use super::Family;
use crate::decision::{Alternative, Decision, Enforcement, Source, Weight};
use crate::draft::Draft;
use crate::fixtures::Fixtures;
use crate::names;
use crate::testing::RuleTest;
use crate::trigger_rules::{self, Refusal, Rights, dotted, equal, function_object, link};
use crate::words;

const FAMILY: &str = "frozen_rows";

/// Rows that stop changing.
#[derive(Debug)]
pub struct FrozenRows;

impl Family for FrozenRows {
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
}

fn build_rule(draft: &mut Draft<'_>, entity: &Entity, rule: &Rule) {
    let RuleForm::Frozen {
        condition,
        except,
        parts,
    } = &rule.form
    else {
        return;
    };
    let mut by = build_whole(draft, entity, rule, condition, except);
    let links: Vec<_> = parts
        .iter()
        .filter_map(|part| Some((part.as_str(), link(draft, part, &entity.name)?)))
        .collect();
    if !links.is_empty() {
        let check = add_check(draft, entity, rule, condition, &links[0].1.key);
        for (part, link) in &links {
            by.extend(build_part(draft, entity, rule, part, link, &check));
        }
        by.push(check.0);
    }
    let source = Source::at(format!("{}.rules.{}", entity.name, rule.name), rule.span);
    draft.enforce(Enforcement {
        rule: rule.name.clone(),
        says: rule.says.clone(),
        by: by.clone(),
        how: if links.is_empty() {
            "Row trigger: an UPDATE or DELETE of a row that was frozen before it fails with \
             restrict_violation. The row's own lock puts concurrent writers in order."
        } else {
            "Row triggers: an UPDATE or DELETE of a row that was frozen before it fails with \
             restrict_violation, and so does any change of its parts. Writers of a part lock the \
             whole first, so none slips in while it is being frozen."
        }
        .to_owned(),
        family: FAMILY,
        source: source.clone(),
    });
    decide(draft, entity, rule, except, parts, by, source);
}

/// Columns that may change in a frozen row: those of the listed attributes, what the database
/// computes by itself, and the marks of the last change.
fn allowed_columns(draft: &Draft<'_>, entity: &Entity, except: &[String]) -> Vec<String> {
    let table = draft.table(&entity.name);
    let mut columns: Vec<String> = except
        .iter()
        .filter_map(|attribute| draft.columns(&entity.name, attribute))
        .flat_map(|columns| columns.all())
        .map(|c| c.to_string())
        .collect();
    columns.extend(
        table
            .columns
            .iter()
            .filter(|c| c.generated.is_some())
            .map(|c| c.name.to_string()),
    );
    columns.extend(["updated_at".to_owned(), "updated_by".to_owned()]);
    columns
}

fn build_whole(
    draft: &mut Draft<'_>,
    entity: &Entity,
    rule: &Rule,
    condition: &Expr,
    except: &[String],
) -> Vec<ObjectId> {
    let table = draft.plan(&entity.name).table.clone();
    let allowed: Vec<String> = allowed_columns(draft, entity, except)
        .iter()
        .map(|c| quote_literal(c))
        .collect();
    let refusal = Refusal {
        condition: "restrict_violation",
        constraint: &rule.name,
        table: &table,
        message: quote_literal(&rule.says),
        hint: (!except.is_empty()).then(|| {
            quote_literal(&format!(
                "Only {} may still change.",
                except.join(", ").replace('_', " ")
            ))
        }),
    };
    let maintenance = trigger_rules::unless_in_maintenance(draft);
    let body = format!(
        "DECLARE\n    \
         may_change constant text[] := ARRAY[{}];\n\
         BEGIN\n{maintenance}    \
         -- Columns that are added later are frozen too, unless they are named above.\n    \
         IF TG_OP = 'UPDATE' THEN\n        \
         IF to_jsonb(NEW) - may_change = to_jsonb(OLD) - may_change THEN\n            \
         RETURN NEW;\n        \
         END IF;\n    \
         END IF;\n\
         {}END",
        allowed.join(", "),
        refusal.raise(4)
    );
    let function = trigger_rules::add_function(
        draft,
        names::derived(&table, &["refuse"], &rule.name),
        body,
        Rights::Session,
        &rule.says,
        &[],
    );
    let mut trigger = Trigger::row(
        TriggerTiming::Before,
        [TriggerEvent::Update, TriggerEvent::Delete],
        function.clone(),
    );
    let old = draft.prefixed_expression(&entity.name, "old", condition);
    trigger.when = Some(Expression::new(old.to_sql()));
    trigger.comment = Some(rule.says.clone());
    vec![
        trigger_rules::add_trigger(draft, &table, &format!("refuse_{}", rule.name), trigger),
        function_object(&function),
    ]
}

fn argument(column: &Name) -> Name {
    names::shortened(&format!("checked_{column}"), "")
}

/// The function that locks a whole and says whether it is frozen.
fn add_check(
    draft: &mut Draft<'_>,
    entity: &Entity,
    rule: &Rule,
    condition: &Expr,
    key: &[Name],
) -> (ObjectId, String) {
    let plan = draft.plan(&entity.name).clone();
    let arguments: Vec<Name> = key.iter().map(argument).collect();
    let sql = draft.prefixed_expression(&entity.name, "w", condition);
    let body = format!(
        "BEGIN\n    \
         -- Locked first: a session that is freezing the row is waited for, and one that wants to\n    \
         -- waits for this transaction. FOR SHARE would let two writers in together, and each would\n    \
         -- then block the other when it updates the row; NO KEY UPDATE makes them queue.\n    \
         RETURN (\n        \
         SELECT ({}) IS TRUE\n          \
         FROM {} AS w\n         \
         WHERE {}\n           \
         FOR NO KEY UPDATE\n    \
         );\n\
         END",
        sql.to_sql(),
        plan.table.quoted(),
        equal("w", key, "", &arguments)
    );
    let mut function = Routine::function("plpgsql", "boolean", body);
    function.security_definer = true;
    function.arguments = key
        .iter()
        .map(|column| {
            let data_type = plan
                .key
                .iter()
                .find(|(name, _)| name == column)
                .map_or("bigint", |(_, data_type)| data_type.as_str());
            Argument::input(argument(column), data_type)
        })
        .collect();
    function.comment = Some(format!(
        "Locks {} and says whether it is frozen: {}",
        words::a(&entity.name),
        rule.says
    ));
    let name = draft.qualified(names::derived(&plan.table, &["locked"], &rule.name));
    let signature = function.signature(name.clone());
    let object = ObjectId::Routine(signature.clone());
    draft
        .catalog
        .depends(object.clone(), ObjectId::Table(plan.table));
    draft.catalog.routines.insert(signature, function);
    (object, name.quoted())
}

fn build_part(
    draft: &mut Draft<'_>,
    entity: &Entity,
    rule: &Rule,
    part: &str,
    link: &trigger_rules::Link,
    check: &(ObjectId, String),
) -> Vec<ObjectId> {
    let table = draft.plan(part).table.clone();
    let refusal = Refusal {
        condition: "restrict_violation",
        constraint: &rule.name,
        table: &table,
        message: quote_literal(&rule.says),
        hint: Some(quote_literal(&format!(
            "{} is a part of {}, and changes no more than that.",
            words::capital(&words::a(part)),
            words::a(&entity.name)
        ))),
    };
    let raise = refusal.raise(12);
    let maintenance = trigger_rules::unless_in_maintenance(draft);
    let moved = link
        .columns
        .iter()
        .map(|c| format!("{} IS DISTINCT FROM {}", dotted("NEW", c), dotted("OLD", c)))
        .collect::<Vec<_>>()
        .join(" OR ");
    let body = format!(
        "BEGIN\n{maintenance}    \
         IF TG_OP <> 'INSERT' THEN\n        \
         IF {check}({old}) THEN\n\
         {raise}        \
         END IF;\n        \
         IF TG_OP = 'DELETE' THEN\n            \
         RETURN OLD;\n        \
         END IF;\n        \
         IF NOT ({moved}) THEN\n            \
         RETURN NEW;\n        \
         END IF;\n    \
         END IF;\n    \
         IF {check}({new}) THEN\n\
         {raise_new}    \
         END IF;\n    \
         RETURN NEW;\nEND",
        check = check.1,
        old = trigger_rules::list("OLD", &link.columns),
        new = trigger_rules::list("NEW", &link.columns),
        raise_new = refusal.raise(8),
    );
    let function = trigger_rules::add_function(
        draft,
        names::derived(&table, &["refuse"], &rule.name),
        body,
        Rights::Owner,
        &rule.says,
        &[],
    );
    draft
        .catalog
        .depends(function_object(&function), check.0.clone());
    let mut trigger = Trigger::row(
        TriggerTiming::Before,
        [
            TriggerEvent::Insert,
            TriggerEvent::Update,
            TriggerEvent::Delete,
        ],
        function.clone(),
    );
    trigger.comment = Some(rule.says.clone());
    vec![
        trigger_rules::add_trigger(draft, &table, &format!("refuse_{}", rule.name), trigger),
        function_object(&function),
    ]
}

fn decide(
    draft: &mut Draft<'_>,
    entity: &Entity,
    rule: &Rule,
    except: &[String],
    parts: &[String],
    subjects: Vec<ObjectId>,
    source: Source,
) {
    let name = entity.name.replace('_', " ");
    let mut rationale = format!(
        "Whether {} may change depends on how it was before, so this is a matter for a trigger. It \
         binds everyone, the owner and cascades included, and it compares whole rows, so that a \
         column added next year is frozen without anyone thinking of it.",
        words::a(&entity.name)
    );
    if !except.is_empty() {
        rationale.push_str(&format!(
            " {} stays open.",
            except.join(", ").replace('_', " ")
        ));
    }
    if !parts.is_empty() {
        rationale.push_str(&format!(
            " Its {} freeze with it: whoever writes one locks the {name} first, which makes the \
             writers of one {name} queue and leaves those of others alone.",
            parts
                .iter()
                .map(|p| names::plural(p).replace('_', " "))
                .collect::<Vec<_>>()
                .join(" and ")
        ));
    }
    draft.decide(Decision {
        family: FAMILY,
        title: format!("“{}”", rule.says.trim_end_matches('.')),
        subjects,
        choice: "BEFORE triggers refuse changes and removal once the condition holds.".to_owned(),
        rationale,
        alternatives: vec![
            Alternative::new(
                "Move finished rows to a table without UPDATE privileges",
                "Makes them safe with privileges alone, but every reference and report must then \
                 look in two places.",
            ),
            Alternative::new(
                "Row-level security that shows frozen rows to SELECT only",
                "An UPDATE would then find no row and succeed in changing nothing, which programs \
                 take for success.",
            ),
        ],
        source,
        weight: Weight::Notable,
    });
}
