//! Rewrite rules of tables and views.

use std::collections::BTreeSet;

use pg_query::protobuf::{CmdType, RuleStmt};
use pgwright_catalog::{
    Expression, Name, ObjectId, QualifiedName, Rule, RuleEvent, TriggerEnabled,
};

use crate::analyze::deparse::{deparse_query, deparse_rule};
use crate::analyze::tree::Command;
use crate::analyze::{
    self, CatalogEnvironment, Undecided, references_of_expression, references_of_query,
};
use crate::read::expression::{strip_parentheses, written, written_statement};
use crate::read::failure::Failure;
use crate::read::names::truncate;
use crate::read::note::NoteKind;
use crate::read::state::State;

/// CREATE RULE.
pub(in crate::read) fn create(state: &mut State, statement: &RuleStmt) -> Result<(), Failure> {
    let relation = statement
        .relation
        .as_ref()
        .ok_or_else(|| Failure::new("a rule needs a relation"))?;
    let (on, _) = state.relation(relation)?;
    let name = Name::new(truncate(&statement.rulename));
    let event = match statement.event() {
        CmdType::CmdInsert => RuleEvent::Insert,
        CmdType::CmdUpdate => RuleEvent::Update,
        CmdType::CmdDelete => RuleEvent::Delete,
        _ => RuleEvent::Select,
    };
    let Some(rules) = rules_mut(state, &on) else {
        return Err(Failure::new(format!(
            "relation \"{}\" cannot have rules",
            on.name
        )));
    };
    let old = rules.get(&name);
    if old.is_some() && !statement.replace {
        return Err(Failure::new(format!(
            "rule \"{name}\" for relation \"{}\" already exists",
            on.name
        )));
    }
    let comment = old.and_then(|old| old.comment.clone());
    let (condition, actions, uses) = match analysed(state, statement) {
        Ok(texts) => texts,
        Err(undecided) => {
            state.note(
                NoteKind::Undecided,
                format!("{}: rule \"{name}\"", undecided.what),
                Some("the rule is kept as it is written".to_owned()),
            );
            as_written(statement)?
        }
    };
    let rule = Rule {
        event,
        condition,
        instead: statement.instead,
        actions,
        enabled: TriggerEnabled::Origin,
        comment,
    };
    if let Some(rules) = rules_mut(state, &on) {
        rules.insert(name.clone(), rule);
    }
    state.set_uses(ObjectId::Rule(on, name), uses);
    Ok(())
}

type Texts = (Option<Expression>, Vec<String>, BTreeSet<ObjectId>);

/// The texts as the server prints them.
fn analysed(state: &State, statement: &RuleStmt) -> Result<Texts, Undecided> {
    let path = state.visible_schemas();
    let path: Vec<&str> = path.iter().map(Name::as_str).collect();
    let environment = CatalogEnvironment::new(&state.catalog, &path);
    let mut rule = analyze::rule(statement, &environment)?;
    let whole = deparse_rule(&rule)?;
    let mut uses = BTreeSet::new();
    for action in &rule.actions {
        uses.extend(state.referred(&references_of_query(action)));
    }
    if let (Some(condition), Some(action)) = (&rule.condition, rule.actions.first()) {
        let used = references_of_expression(condition, &action.range_table);
        uses.extend(state.referred(&used));
    }
    // A rule falls with its own table.
    if let Some(relation) = &statement.relation
        && let Ok((on, _)) = state.relation(relation)
    {
        uses.remove(&ObjectId::Table(on.clone()));
        uses.remove(&ObjectId::View(on));
    }
    // What the condition adds to the text of the rule is the condition's text.
    let condition = match rule.condition.take() {
        Some(_) => {
            let without = deparse_rule(&rule)?;
            let head = without
                .char_indices()
                .zip(whole.chars())
                .find(|((_, a), b)| a != b)
                .map_or(without.len(), |((at, _), _)| at);
            let tail = without.get(head..).unwrap_or_default();
            whole
                .get(head..)
                .and_then(|text| text.strip_suffix(tail))
                .map(|text| text.trim().trim_start_matches("WHERE "))
                .map(|text| Expression::new(strip_parentheses(text)))
        }
        None => None,
    };
    let mut actions = Vec::new();
    for action in rule
        .actions
        .iter()
        .filter(|a| a.command != Command::Nothing)
    {
        actions.push(deparse_query(action, None)?.trim().to_owned());
    }
    Ok((condition, actions, uses))
}

fn as_written(statement: &RuleStmt) -> Result<Texts, Failure> {
    let condition = match statement.where_clause.as_deref() {
        Some(node) => Some(Expression::new(written(node)?)),
        None => None,
    };
    let mut actions = Vec::new();
    for action in statement
        .actions
        .iter()
        .filter_map(|node| node.node.clone())
    {
        actions.push(written_statement(action)?);
    }
    Ok((condition, actions, BTreeSet::new()))
}

/// The rules of a table or view, to change.
pub(super) fn rules_mut<'a>(
    state: &'a mut State,
    on: &QualifiedName,
) -> Option<&'a mut std::collections::BTreeMap<Name, Rule>> {
    if state.catalog.views.contains_key(on) {
        state.touch(&ObjectId::View(on.clone()));
        return state.catalog.views.get_mut(on).map(|view| &mut view.rules);
    }
    state.table_mut(on).ok().map(|table| &mut table.rules)
}

/// ENABLE and DISABLE RULE.
pub(super) fn set_enabled(
    state: &mut State,
    on: &QualifiedName,
    name: &str,
    enabled: TriggerEnabled,
) -> Result<(), Failure> {
    match rules_mut(state, on).and_then(|rules| rules.get_mut(name)) {
        Some(rule) => {
            rule.enabled = enabled;
            Ok(())
        }
        None => Err(Failure::new(format!(
            "rule \"{name}\" for relation \"{}\" does not exist",
            on.name
        ))),
    }
}
