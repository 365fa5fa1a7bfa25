//! Values copied when a row is added and kept as they were; attributes that are set once.

mod cases;

use std::collections::BTreeMap;

use pgwright_brief::model::{Attribute, Entity};
use pgwright_catalog::{
    Expression, Name, ObjectId, QualifiedName, Trigger, TriggerEvent, TriggerTiming, quote_literal,
};

use super::Family;
use crate::decision::{Alternative, Decision, Enforcement, Question, Source, Weight};
use crate::draft::{Columns, Draft};
use crate::fixtures::Fixtures;
use crate::names;
use crate::paths;
use crate::testing::RuleTest;
use crate::trigger_rules::{self, Refusal, Rights};
use crate::words;

const FAMILY: &str = "copied_values";

/// Values copied when a row is added, and attributes that are set once.
#[derive(Debug)]
pub struct CopiedValues;

impl Family for CopiedValues {
    fn name(&self) -> &'static str {
        FAMILY
    }

    fn build(&self, draft: &mut Draft<'_>) {
        for entity in draft.created_entities() {
            build_copies(draft, entity);
            build_fixed(draft, entity);
        }
    }

    fn tests(&self, draft: &Draft<'_>, fixtures: &Fixtures<'_>) -> Vec<RuleTest> {
        cases::tests(draft, fixtures)
    }
}

/// Attributes of an entity that are copied from elsewhere, with the path.
fn copied<'e>(draft: &Draft<'_>, entity: &'e Entity) -> Vec<(&'e Attribute, &'e [String], Name)> {
    Draft::stored_attributes(entity)
        .into_iter()
        .filter_map(|(attribute, _)| {
            let path = attribute.copied_from.as_deref()?;
            let column = draft.column(&entity.name, &attribute.name)?;
            is_copied(attribute).then_some((attribute, path, column))
        })
        .collect()
}

/// Whether a value never changes once it is set: said to be fixed, or kept as it was copied.
pub(crate) fn is_set_once(attribute: &Attribute) -> bool {
    attribute.fixed || is_copied(attribute)
}

fn is_copied(attribute: &Attribute) -> bool {
    attribute
        .copied_from
        .as_ref()
        .is_some_and(|path| path.len() > 1)
}

fn copy_rule(entity: &Entity, attribute: &Attribute) -> String {
    format!("{}.{}_copied", entity.name, attribute.name)
}

fn build_copies(draft: &mut Draft<'_>, entity: &Entity) {
    let table = draft.plan(&entity.name).table.clone();
    let copies = copied(draft, entity);
    if copies.is_empty() {
        return;
    }
    let mut body = String::from("BEGIN\n");
    let mut conditions = Vec::new();
    let mut reads = Vec::new();
    let mut built = Vec::new();
    for (attribute, path, column) in copies {
        let Some(source) = paths::follow(draft, &entity.name, path) else {
            continue;
        };
        let place = format!("NEW.{}", column.quoted());
        // An amount with its own currency brings the currency along.
        let mut pairs = vec![(column.clone(), source.column.clone())];
        pairs.extend(currency_pair(draft, entity, attribute, path));
        let selected: Vec<String> = pairs
            .iter()
            .map(|(_, from)| format!("{}.{}", source.alias, from.quoted()))
            .collect();
        let into: Vec<String> = pairs
            .iter()
            .map(|(to, _)| format!("NEW.{}", to.quoted()))
            .collect();
        body.push_str(&format!(
            "    IF {place} IS NULL THEN\n        \
             SELECT {} INTO {}\n          \
             FROM {}\n         \
             WHERE {};\n{}    \
             END IF;\n",
            selected.join(", "),
            into.join(", "),
            source.from,
            source.condition,
            missing_source(draft, entity, path),
        ));
        conditions.push(format!("{place} IS NULL"));
        reads.extend(source.tables.clone());
        built.push((attribute, path));
    }
    body.push_str("    RETURN NEW;\nEND");
    let function = trigger_rules::add_function(
        draft,
        names::derived(&table, &["fill"], "copies"),
        body,
        Rights::Session,
        &format!(
            "Fills values of a new row of {table} that are copied from the rows it refers to."
        ),
        &reads,
    );
    let mut trigger = Trigger::row(
        TriggerTiming::Before,
        [TriggerEvent::Insert],
        function.clone(),
    );
    trigger.when = Some(Expression::new(conditions.join(" OR ")));
    let object = trigger_rules::add_trigger(draft, &table, "fill_copies", trigger);
    let by = vec![object, trigger_rules::function_object(&function)];
    for (attribute, path) in &built {
        draft.enforce(Enforcement {
            rule: copy_rule(entity, attribute),
            says: attribute.says.clone().unwrap_or_else(|| {
                format!(
                    "The {} of {} is that of its {} when the row was added, and stays so.",
                    attribute.name.replace('_', " "),
                    words::a(&entity.name),
                    path.join(" ").replace('_', " ")
                )
            }),
            by: by.clone(),
            how: format!(
                "A trigger fills the column on INSERT when no value is given. A value that was \
                 agreed on may be given instead; nothing changes it when the source changes, and \
                 {}.",
                if entity.append_only {
                    "rows are never changed"
                } else {
                    "another trigger refuses to change it later"
                }
            ),
            family: FAMILY,
            source: Source::at(
                format!("{}.{}", entity.name, attribute.name),
                attribute.span,
            ),
        });
    }
    if let Some((first, _)) = built.first() {
        decide_copies(draft, entity, first, &built, by);
    }
}

/// A reference to nothing is refused as its foreign key would: that is tested only after the row is
/// complete, and a column that could not be filled would hide it.
fn missing_source(draft: &Draft<'_>, entity: &Entity, path: &[String]) -> String {
    let Some(columns) = path
        .first()
        .and_then(|reference| paths::step(draft, &paths::to_entity(&entity.name), reference))
        .map(|step| step.columns)
    else {
        return String::new();
    };
    let table = &draft.plan(&entity.name).table;
    let found = draft
        .table(&entity.name)
        .foreign_keys()
        .find(|(_, key)| key.columns == columns)
        .map(|(name, key)| (name.to_string(), key.references.clone()));
    let Some((name, referenced)) = found else {
        return String::new();
    };
    let is_set: Vec<String> = columns
        .iter()
        .map(|c| format!("NEW.{} IS NOT NULL", c.quoted()))
        .collect();
    let refusal = Refusal {
        condition: "foreign_key_violation",
        constraint: &name,
        table,
        message: quote_literal(&format!(
            "the {} that the new row refers to is not there",
            words::spoken(&names::singular(referenced.name.as_str()))
        )),
        hint: None,
    };
    format!(
        "        IF NOT FOUND AND {} THEN\n{}        END IF;\n",
        is_set.join(" AND "),
        refusal.raise(12)
    )
}

/// The currency columns of an amount and of the amount it is copied from.
fn currency_pair(
    draft: &Draft<'_>,
    entity: &Entity,
    attribute: &Attribute,
    path: &[String],
) -> Option<(Name, Name)> {
    let currency = |columns: &Columns| match columns {
        Columns::Several(parts) => parts
            .iter()
            .find(|(part, _)| part == "currency")
            .map(|(_, column)| column.clone()),
        _ => None,
    };
    let own = currency(draft.columns(&entity.name, &attribute.name)?)?;
    let (last, references) = path.split_last()?;
    let target = paths::target_entity(draft, &entity.name, references)?;
    Some((own, currency(draft.columns(&target, last)?)?))
}

fn ask_for_corrections(
    draft: &mut Draft<'_>,
    entity: &Entity,
    first: &Attribute,
    built: &[(&Attribute, &[String])],
) {
    let names: Vec<String> = built.iter().map(|(a, _)| words::spoken(&a.name)).collect();
    draft.ask(Question {
        id: format!("{}.{}_correctable", entity.name, first.name),
        ask: format!(
            "May {} of {} be corrected after the row was added?",
            words::list(&names),
            words::a(&entity.name)
        ),
        default: "No: a value that is kept as it was may be given when the row is added, and is \
                  never changed after that."
            .to_owned(),
        matters: "A change would pass for what was agreed at the time, and nothing in the row \
                  would tell."
            .to_owned(),
        otherwise: "The trigger still fills the column, the one that refuses changes goes, and a \
                    history of the attribute shows what it was before."
            .to_owned(),
        source: Source::at(format!("{}.{}", entity.name, first.name), first.span),
    });
}

fn decide_copies(
    draft: &mut Draft<'_>,
    entity: &Entity,
    first: &Attribute,
    built: &[(&Attribute, &[String])],
    subjects: Vec<ObjectId>,
) {
    let said: Vec<String> = built
        .iter()
        .map(|(a, path)| format!("{} from {}", a.name, path.join(".")))
        .collect();
    if !entity.append_only {
        ask_for_corrections(draft, entity, first, built);
    }
    draft.decide(Decision {
        family: FAMILY,
        title: format!(
            "{} keeps values as they were",
            words::capital(&words::a(&entity.name))
        ),
        subjects,
        choice: format!(
            "Columns of its own, filled once by a trigger: {}.",
            said.join("; ")
        ),
        rationale: "The source will change, and what was agreed must not change with it: the \
                    value is a fact about this row, not a repetition. It may be given (a \
                    negotiated price); the trigger only fills what was left out, so no program \
                    can forget it. Once there it stays: what is kept as it was is not written \
                    again, neither by the source nor by hand. The read takes no lock: a source that changes at the same \
                    moment gives either its old or its new value, and both were true."
            .to_owned(),
        alternatives: vec![
            Alternative::new(
                "Read the value through the reference",
                "Rewrites history whenever the source changes.",
            ),
            Alternative::new(
                "Keep every version of the source with its period of validity and join by time",
                "Right when the versions matter in themselves; it makes every report join by time, \
                 and there is nowhere to put a value that was negotiated.",
            ),
            Alternative::new(
                "Let the application copy it",
                "Works until one program forgets.",
            ),
        ],
        source: Source::at(format!("{}.{}", entity.name, first.name), first.span),
        weight: Weight::Notable,
    });
}

/// A table with attributes that are set once, and their columns.
struct Fixed<'e> {
    table: QualifiedName,
    role: Option<&'e str>,
    attributes: Vec<(&'e Attribute, Vec<Name>)>,
}

/// Attributes that are set once, by the table that holds them.
fn fixed<'e>(draft: &Draft<'_>, entity: &'e Entity) -> Vec<Fixed<'e>> {
    let plan = draft.plan(&entity.name);
    let of = |attributes: Vec<&'e Attribute>, columns: &BTreeMap<String, Columns>| {
        attributes
            .into_iter()
            .filter(|a| is_set_once(a))
            .filter_map(|a| {
                let own = match columns.get(&a.name)? {
                    Columns::Reference { own, columns, .. } if own.is_empty() => columns.clone(),
                    Columns::Reference { own, .. } => own.clone(),
                    other => other.all(),
                };
                (!own.is_empty()).then_some((a, own))
            })
            .collect::<Vec<_>>()
    };
    let stored = Draft::stored_attributes(entity)
        .into_iter()
        .map(|(a, _)| a)
        .collect();
    let mut tables = vec![Fixed {
        table: plan.table.clone(),
        role: None,
        attributes: of(stored, &plan.columns),
    }];
    for role in &entity.roles {
        if let Some(role_table) = plan.role_tables.get(&role.name) {
            tables.push(Fixed {
                table: role_table.table.clone(),
                role: Some(&role.name),
                attributes: of(role.attributes.iter().collect(), &role_table.columns),
            });
        }
    }
    tables.retain(|t| !t.attributes.is_empty());
    tables
}

fn fixed_rule(entity: &Entity, attribute: &Attribute) -> String {
    format!("{}.{}_fixed", entity.name, attribute.name)
}

fn fixed_constraint(table: &QualifiedName, attribute: &Attribute) -> String {
    names::derived(table, &[&attribute.name], "fixed").to_string()
}

fn build_fixed(draft: &mut Draft<'_>, entity: &Entity) {
    // Nothing of an append-only row changes anyway.
    if entity.append_only {
        return;
    }
    for Fixed {
        table, attributes, ..
    } in fixed(draft, entity)
    {
        let mut body = format!("BEGIN\n{}", trigger_rules::unless_in_maintenance(draft));
        let mut tests = Vec::new();
        for (attribute, columns) in &attributes {
            let changed: Vec<String> = columns
                .iter()
                .map(|c| {
                    let c = c.quoted();
                    format!("OLD.{c} IS NOT NULL AND NEW.{c} IS DISTINCT FROM OLD.{c}")
                })
                .collect();
            let changed = match changed.as_slice() {
                [one] => one.clone(),
                many => format!("({})", many.join(") OR (")),
            };
            let constraint = fixed_constraint(&table, attribute);
            let refusal = Refusal {
                condition: "restrict_violation",
                constraint: &constraint,
                table: &table,
                message: quote_literal(&format!(
                    "{} of {} is set once and never changed",
                    attribute.name.replace('_', " "),
                    words::a(&entity.name)
                )),
                hint: None,
            };
            body.push_str(&format!(
                "    IF {changed} THEN\n{}    END IF;\n",
                refusal.raise(8)
            ));
            tests.push(changed);
        }
        body.push_str("    RETURN NEW;\nEND");
        let function = trigger_rules::add_function(
            draft,
            names::derived(&table, &["refuse", "fixed"], "change"),
            body,
            Rights::Session,
            &format!("Refuses changes of columns of {table} that are set once."),
            &[],
        );
        let mut trigger = Trigger::row(
            TriggerTiming::Before,
            [TriggerEvent::Update],
            function.clone(),
        );
        trigger.update_columns = attributes.iter().flat_map(|(_, c)| c.clone()).collect();
        let object = trigger_rules::add_trigger(draft, &table, "refuse_fixed_change", trigger);
        let by = vec![object, trigger_rules::function_object(&function)];
        for (attribute, _) in &attributes {
            draft.enforce(Enforcement {
                rule: fixed_rule(entity, attribute),
                says: format!(
                    "The {} of {} is set once and never changed.",
                    attribute.name.replace('_', " "),
                    words::a(&entity.name)
                ),
                by: by.clone(),
                how: "Row trigger on UPDATE of the column: once it holds a value, another one is \
                      refused with restrict_violation."
                    .to_owned(),
                family: FAMILY,
                source: Source::at(
                    format!("{}.{}", entity.name, attribute.name),
                    attribute.span,
                ),
            });
        }
        let first = attributes[0].0;
        draft.decide(Decision {
            family: FAMILY,
            title: format!("Columns of {} that are set once", table.name),
            subjects: by,
            choice: "One trigger per table refuses to change them.".to_owned(),
            rationale: format!(
                "{} must not change once set. A trigger holds for everyone and allows a value \
                 that was left open to be filled in later.",
                attributes
                    .iter()
                    .map(|(a, _)| a.name.as_str())
                    .collect::<Vec<_>>()
                    .join(", ")
            ),
            alternatives: vec![Alternative::new(
                "Withhold UPDATE on the columns",
                "Declarative and free, but it does not bind the owner, and a column privilege \
                 cannot tell setting from changing.",
            )],
            source: Source::at(format!("{}.{}", entity.name, first.name), first.span),
            weight: Weight::Routine,
        });
    }
}
