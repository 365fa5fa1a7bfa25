//! Numbers without gaps, correct under concurrent writers.

mod cases;

use pgwright_brief::model::{Attribute, Entity, RuleForm};
use pgwright_catalog::{
    Column, Constraint, Expression, Key, Name, ObjectId, QualifiedName, Table, Trigger,
    TriggerEvent, TriggerTiming, quote_literal,
};
use pgwright_ddl::expr::Expr;

use super::Family;
use crate::decision::{Alternative, Decision, Enforcement, Question, Source, Weight};
use crate::draft::{Columns, Draft, SideTable, SideTableKind};
use crate::fixtures::Fixtures;
use crate::layout;
use crate::names;
use crate::testing::{ConcurrentTest, RuleTest};
use crate::trigger_rules::{self, Refusal, Rights, columns_of, dotted, function_object, list};
use crate::words;

const FAMILY: &str = "gapless_numbers";

/// Numbers without gaps.
#[derive(Debug)]
pub struct GaplessNumbers;

impl Family for GaplessNumbers {
    fn name(&self) -> &'static str {
        FAMILY
    }

    fn build(&self, draft: &mut Draft<'_>) {
        for numbered in all_numbered(draft) {
            build(draft, &numbered);
        }
    }

    fn tests(&self, draft: &Draft<'_>, fixtures: &Fixtures<'_>) -> Vec<RuleTest> {
        cases::tests(draft, fixtures)
    }

    fn concurrent_tests(&self, draft: &Draft<'_>, fixtures: &Fixtures<'_>) -> Vec<ConcurrentTest> {
        cases::concurrent_tests(draft, fixtures)
    }
}

/// A numbered attribute.
#[derive(Debug)]
struct Numbered<'e> {
    entity: &'e Entity,
    attribute: &'e Attribute,
    column: Name,
    /// Columns of the rows that are numbered together.
    scope: Vec<Name>,
    /// A number is given only once this holds, where the brief says so.
    when: Option<&'e Expr>,
}

impl Numbered<'_> {
    fn rule(&self) -> String {
        format!("{}.{}_gapless", self.entity.name, self.attribute.name)
    }

    fn constraint(&self, draft: &Draft<'_>) -> String {
        let table = &draft.plan(&self.entity.name).table;
        names::derived(table, &[self.column.as_str()], "gapless").to_string()
    }
}

fn all_numbered<'e>(draft: &Draft<'e>) -> Vec<Numbered<'e>> {
    draft
        .created_entities()
        .flat_map(|entity| {
            Draft::stored_attributes(entity)
                .into_iter()
                .map(move |(attribute, _)| (entity, attribute))
        })
        .filter_map(|(entity, attribute)| {
            let per = attribute.gapless.as_ref()?;
            Some(Numbered {
                entity,
                attribute,
                column: draft.column(&entity.name, &attribute.name)?,
                scope: scope(draft, entity, per),
                when: given_when(entity, attribute),
            })
        })
        .collect()
}

/// Columns of the scope, the tenant's first: numbers of different tenants never meet.
fn scope(draft: &Draft<'_>, entity: &Entity, per: &[String]) -> Vec<Name> {
    let mut columns: Vec<Name> = draft
        .plan(&entity.name)
        .tenant_column
        .iter()
        .cloned()
        .collect();
    for attribute in per {
        let found = match draft.columns(&entity.name, attribute) {
            Some(Columns::Reference { columns, .. }) => columns.clone(),
            Some(other) => other.all(),
            // The tenant itself may be named without being an attribute.
            None => Vec::new(),
        };
        for column in found {
            if !columns.contains(&column) {
                columns.push(column);
            }
        }
    }
    columns
}

/// A number that may be missing is given when a rule demands it (`when finalized then number is not
/// null`), or else when the row is frozen; with neither, at once.
fn given_when<'e>(entity: &'e Entity, attribute: &Attribute) -> Option<&'e Expr> {
    if !attribute.optional {
        return None;
    }
    let demands = |requirement: &Expr| {
        let mut found = false;
        requirement.visit(&mut |e| {
            if let Expr::IsNull {
                operand,
                negated: true,
            } = e
            {
                found |= **operand == Expr::column(&attribute.name);
            }
        });
        found
    };
    let by_rule = entity.rules.iter().find_map(|rule| match &rule.form {
        RuleForm::When {
            condition,
            requirement,
        } if demands(requirement) => Some(condition),
        _ => None,
    });
    by_rule.or_else(|| {
        entity.rules.iter().find_map(|rule| match &rule.form {
            RuleForm::Frozen { condition, .. } => Some(condition),
            _ => None,
        })
    })
}

fn build(draft: &mut Draft<'_>, numbered: &Numbered<'_>) {
    let counter = add_counter(draft, numbered);
    let unique = ensure_unique(draft, numbered);
    let mut by = add_numbering(draft, numbered, &counter);
    by.extend(add_keeping(draft, numbered));
    by.push(ObjectId::Table(counter.clone()));
    by.extend(unique);
    let place = format!("{}.{}", numbered.entity.name, numbered.attribute.name);
    let source = Source::at(place, numbered.attribute.span);
    let what = format!(
        "{} are numbered 1, 2, 3 … without gaps{}",
        words::capital(&words::spoken(&names::plural(&numbered.entity.name))),
        match numbered.attribute.gapless.as_deref() {
            Some([]) | None => String::new(),
            Some(per) => format!(" per {}", words::spoken(&words::list(per))),
        }
    );
    draft.enforce(Enforcement {
        rule: numbered.rule(),
        says: numbered
            .attribute
            .says
            .clone()
            .unwrap_or_else(|| format!("{what}.")),
        by: by.clone(),
        how: format!(
            "A trigger takes the next number from {} in the row's own transaction. The counter's \
             row stays locked until that ends: the next writer of the same scope waits, and a \
             transaction that is rolled back gives its number back. Numbers never change, and \
             numbered rows are not removed.",
            counter.name
        ),
        family: FAMILY,
        source: source.clone(),
    });
    decide(draft, numbered, &counter, by, &source);
    if numbered.attribute.optional && numbered.when.is_none() {
        draft.ask(Question {
            id: numbered.rule(),
            ask: format!(
                "When does {} get its {}?",
                words::a(&numbered.entity.name),
                words::spoken(&numbered.attribute.name)
            ),
            default: "When it is added.".to_owned(),
            matters:
                "A number once given is never given back, so drafts that are thrown away must \
                      not have one."
                    .to_owned(),
            otherwise: "With a rule such as “when issued then number is not null” it is given at \
                        that moment."
                .to_owned(),
            source,
        });
    }
}

/// The table of counters: one row per scope with the last number given.
fn add_counter(draft: &mut Draft<'_>, numbered: &Numbered<'_>) -> QualifiedName {
    let singular = format!(
        "{}_{}_counter",
        numbered.entity.name, numbered.attribute.name
    );
    let name = layout::free_relation(draft, &singular);
    let plan = draft.plan(&numbered.entity.name).clone();
    let source = draft.table(&numbered.entity.name).clone();
    let mut table = Table {
        comment: Some(format!(
            "Last {} given{}. Written by a trigger only.",
            words::spoken(&numbered.attribute.name),
            if numbered.scope.is_empty() {
                ""
            } else {
                ", by the rows that are numbered together"
            }
        )),
        ..Table::default()
    };
    let mut key: Vec<Name> = Vec::new();
    for column in &numbered.scope {
        let data_type = source
            .column(column.as_str())
            .map_or("bigint", |c| c.data_type.as_str());
        table
            .columns
            .push(Column::new(column.clone(), data_type).not_null());
        key.push(column.clone());
    }
    if key.is_empty() {
        let only = Name::new("only_row");
        table.columns.push(
            Column::new(only.clone(), "boolean")
                .not_null()
                .default("true")
                .comment("There is one row."),
        );
        table.constraints.insert(
            names::derived(&name, &[only.as_str()], "check"),
            Constraint::check("only_row"),
        );
        key.push(only);
    }
    table.columns.push(
        Column::new("last_number", "bigint")
            .not_null()
            .comment("The number given last."),
    );
    table.constraints.insert(
        names::derived(&name, &["last_number"], "check"),
        Constraint::check("last_number > 0"),
    );
    table.constraints.insert(
        names::derived(&name, &[], "pkey"),
        Constraint::primary_key(key.iter().cloned()),
    );
    // No foreign keys: a counter is only ever written beside a row that has them, whose numbers keep
    // what they refer to in place.
    // Each number rewrites its counter: room on the page keeps that off the index.
    table
        .options
        .insert("fillfactor".to_owned(), "50".to_owned());
    draft.catalog.tables.insert(name.clone(), table);
    draft.side_tables.insert(
        name.clone(),
        SideTable {
            kind: SideTableKind::Counter,
            entity: numbered.entity.name.clone(),
            of: numbered.attribute.name.clone(),
            tenant_column: plan
                .tenant_column
                .filter(|tenant| numbered.scope.contains(tenant)),
            entity_columns: Vec::new(),
        },
    );
    name
}

/// Numbers are unique within their scope.
fn ensure_unique(draft: &mut Draft<'_>, numbered: &Numbered<'_>) -> Option<ObjectId> {
    let plan = draft.plan(&numbered.entity.name).clone();
    let mut columns = numbered.scope.clone();
    columns.push(numbered.column.clone());
    let table = draft.table_mut(&numbered.entity.name);
    let same = |key: &Key| {
        key.columns.len() == columns.len() && key.columns.iter().all(|c| columns.contains(c))
    };
    if let Some((name, _)) = table.keys().find(|(_, key)| same(key)) {
        return Some(ObjectId::Constraint(plan.table, name.clone()));
    }
    // A partitioned table could only keep numbers unique within a partition; the counter does it.
    if plan.partition.is_some() {
        return None;
    }
    let middle: Vec<&str> = columns.iter().map(Name::as_str).collect();
    let name = names::derived(&plan.table, &middle, "key");
    table
        .constraints
        .insert(name.clone(), Constraint::unique(columns.iter().cloned()));
    Some(ObjectId::Constraint(plan.table, name))
}

fn add_numbering(
    draft: &mut Draft<'_>,
    numbered: &Numbered<'_>,
    counter: &QualifiedName,
) -> Vec<ObjectId> {
    let table = draft.plan(&numbered.entity.name).table.clone();
    let number = numbered.column.quoted();
    let constraint = numbered.constraint(draft);
    let given_by_hand = Refusal {
        condition: "restrict_violation",
        constraint: &constraint,
        table: &table,
        message: quote_literal(&format!(
            "{} is given by the database and not chosen",
            words::spoken(&numbered.attribute.name)
        )),
        hint: Some(quote_literal("Leave the column out.")),
    };
    let (columns, values, target) = if numbered.scope.is_empty() {
        (
            "last_number".to_owned(),
            "1".to_owned(),
            "only_row".to_owned(),
        )
    } else {
        let scope = list("", &numbered.scope);
        (
            format!("{scope}, last_number"),
            format!("{}, 1", list("NEW", &numbered.scope)),
            scope,
        )
    };
    let take = format!(
        "    -- The counter's row is locked until this transaction ends: the next writer of the same\n    \
         -- scope waits here, and a rollback takes the number back. That is what leaves no gaps, and\n    \
         -- what a sequence does not do.\n    \
         INSERT INTO {} AS c ({columns})\n    \
         VALUES ({values})\n    \
         ON CONFLICT ({target}) DO UPDATE\n       \
         SET last_number = c.last_number + 1\n    \
         RETURNING c.last_number INTO NEW.{number};\n",
        counter.quoted()
    );
    let later = numbered.when.map(|when| {
        let sql = draft.prefixed_expression(&numbered.entity.name, "new", when);
        format!(
            "    -- Not yet.\n    IF ({}) IS NOT TRUE THEN\n        RETURN NEW;\n    END IF;\n",
            sql.to_sql()
        )
    });
    let by_hand = if numbered.when.is_some() {
        format!(
            "    IF NEW.{number} IS NOT NULL THEN\n        \
             IF TG_OP = 'UPDATE' THEN\n            \
             IF OLD.{number} IS NOT NULL THEN\n                \
             RETURN NEW;\n            \
             END IF;\n        \
             END IF;\n{}    END IF;\n",
            given_by_hand.raise(8)
        )
    } else {
        format!(
            "    IF NEW.{number} IS NOT NULL THEN\n{}    END IF;\n",
            given_by_hand.raise(8)
        )
    };
    let body = format!(
        "BEGIN\n{by_hand}{}{take}    RETURN NEW;\nEND",
        later.unwrap_or_default()
    );
    let function = trigger_rules::add_function(
        draft,
        names::derived(&table, &["give"], numbered.column.as_str()),
        body,
        Rights::Owner,
        &format!("Gives the next {} without gaps.", numbered.column),
        std::slice::from_ref(counter),
    );
    let mut events = vec![TriggerEvent::Insert];
    let mut columns = Vec::new();
    if let Some(when) = numbered.when {
        events.push(TriggerEvent::Update);
        columns = columns_of(draft, &numbered.entity.name, when);
        if !columns.contains(&numbered.column) {
            columns.push(numbered.column.clone());
        }
    }
    let mut trigger = Trigger::row(TriggerTiming::Before, events, function.clone());
    trigger.update_columns = columns;
    trigger.comment = Some("Numbers without gaps.".to_owned());
    let name = format!("number_{}", numbered.column);
    vec![
        trigger_rules::add_trigger(draft, &table, &name, trigger),
        function_object(&function),
    ]
}

/// Numbers and their scope never change, and numbered rows stay.
fn add_keeping(draft: &mut Draft<'_>, numbered: &Numbered<'_>) -> Vec<ObjectId> {
    // Nothing of an append-only row changes anyway.
    if numbered.entity.append_only {
        return Vec::new();
    }
    let table = draft.plan(&numbered.entity.name).table.clone();
    let number = numbered.column.quoted();
    let constraint = numbered.constraint(draft);
    let changed: Vec<String> = [&numbered.column]
        .into_iter()
        .chain(&numbered.scope)
        .map(|c| format!("{} IS DISTINCT FROM {}", dotted("NEW", c), dotted("OLD", c)))
        .collect();
    let refusal = |message: String| Refusal {
        condition: "restrict_violation",
        constraint: &constraint,
        table: &table,
        message: quote_literal(&message),
        hint: None,
    };
    let one = words::a(&numbered.entity.name);
    let word = words::spoken(&numbered.attribute.name);
    let removed = refusal(format!(
        "{one} with {} is not removed: it would leave a gap",
        words::a(&numbered.attribute.name)
    ));
    let renumbered = refusal(format!("the {word} of {one} never changes"));
    let maintenance = trigger_rules::unless_in_maintenance(draft);
    let body = format!(
        "BEGIN\n{maintenance}    \
         IF TG_OP = 'DELETE' THEN\n{}    \
         END IF;\n    \
         IF {} THEN\n{}    \
         END IF;\n    \
         RETURN NEW;\nEND",
        removed.raise(8),
        changed.join("\n       OR "),
        renumbered.raise(8)
    );
    let function = trigger_rules::add_function(
        draft,
        names::derived(&table, &["refuse", numbered.column.as_str()], "change"),
        body,
        Rights::Session,
        &format!(
            "Refuses to change a {} that was given, or to remove its row.",
            numbered.column
        ),
        &[],
    );
    let mut trigger = Trigger::row(
        TriggerTiming::Before,
        [TriggerEvent::Update, TriggerEvent::Delete],
        function.clone(),
    );
    trigger.update_columns = [&numbered.column]
        .into_iter()
        .chain(&numbered.scope)
        .cloned()
        .collect();
    trigger.when = Some(Expression::new(format!("OLD.{number} IS NOT NULL")));
    let name = format!("refuse_{}_change", numbered.column);
    vec![
        trigger_rules::add_trigger(draft, &table, &name, trigger),
        function_object(&function),
    ]
}

fn decide(
    draft: &mut Draft<'_>,
    numbered: &Numbered<'_>,
    counter: &QualifiedName,
    subjects: Vec<ObjectId>,
    source: &Source,
) {
    let many = words::spoken(&names::plural(&numbered.entity.name));
    let rate = crate::companion::rows_per_month(numbered.entity).map_or_else(String::new, |rows| {
        format!(
            " At {} {many} a month, over all scopes, the wait is not felt.",
            words::count(rows)
        )
    });
    let when = numbered.when.map_or_else(
        || "as the row is added".to_owned(),
        |w| format!("when {}", w.to_sql()),
    );
    draft.decide(Decision {
        family: FAMILY,
        title: format!(
            "{} of {many} without gaps",
            words::capital(&words::spoken(&numbered.attribute.name))
        ),
        subjects,
        choice: format!(
            "A row of {} per scope, counted up by a trigger {when}.",
            counter.name
        ),
        rationale: format!(
            "Gaps can only be avoided when a number is taken and the row is written in one \
             transaction, and the next number is given after that one has ended. The counter's row \
             is what writers of the same scope queue for; scopes do not meet.{rate} A number is \
             never changed, and a numbered row is not removed: cancelling is a state. Keep \
             transactions that number rows short, and take the number late in them."
        ),
        alternatives: vec![
            Alternative::new(
                "A sequence or identity column",
                "Never waits, and leaves a gap whenever a transaction is rolled back or the server \
                 restarts.",
            ),
            Alternative::new(
                "max(number) + 1",
                "Two sessions find the same maximum; the unique key then fails one of them.",
            ),
            Alternative::new(
                "Number afterwards, in a job",
                "No queue for writers, and the rows are without their number for a while.",
            ),
        ],
        source: source.clone(),
        weight: Weight::Notable,
    });
}
