//! Business rules: sentence forms, and SQL expressions for everything else.

use pgwright_ddl::expr::Expr;

use crate::keys::RULE;
use crate::model::{Entity, Rule, RuleForm};
use crate::read::entity::Pending;
use crate::read::expression::{self, Scope};
use crate::read::fields::{Fields, name_of, text_of};
use crate::read::sentence::{Context, follows};
use crate::read::{Reader, unique_rule_name};
use crate::text::Text;
use crate::yaml::{Node, Value};

/// A rule before it has its name.
struct Draft<'a> {
    text: Text<'a>,
    says: Option<String>,
    name: Option<String>,
    form: RuleForm,
}

/// Reads the rules of all entities.
pub(crate) fn read_all<'a>(
    reader: &mut Reader<'a>,
    entities: &mut [Entity],
    pending: &[Pending<'a>],
) {
    let mut all: Vec<Vec<Draft<'a>>> = Vec::with_capacity(entities.len());
    for (index, rest) in pending.iter().enumerate() {
        let mut rules = Vec::new();
        if let (Some(node), Some(entity)) = (rest.rules, entities.get(index)) {
            for node in items(node) {
                rules.extend(rule(reader, entities, entity, node));
            }
        }
        all.push(rules);
    }
    // Given names first, so that made ones step aside.
    for draft in all.iter().flatten() {
        if let Some(name) = &draft.name
            && !reader.rule_names.insert(name.clone())
        {
            reader.report.error_hint(
                draft.text.range(),
                format!("another rule is called `{name}`"),
                "names of rules stand once in a brief",
            );
        }
    }
    for (index, drafts) in all.into_iter().enumerate() {
        let Some(name) = entities.get(index).map(|entity| entity.name.clone()) else {
            continue;
        };
        for draft in drafts {
            let rule_name = match draft.name {
                Some(given) => given,
                None => unique_rule_name(reader, &made_name(&name, &draft.form)),
            };
            let text = draft
                .text
                .as_str()
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ");
            let rule = Rule {
                name: rule_name,
                says: draft.says.unwrap_or_else(|| text.clone()),
                text,
                form: draft.form,
                span: reader.report.span(&draft.text.range()),
            };
            if let Some(entity) = entities.get_mut(index) {
                entity.rules.push(rule);
            }
        }
        if let Some(whole) = pending.get(index).and_then(|rest| rest.exactly_one.clone())
            && let Some(at) = pending.get(index).and_then(|rest| rest.part_of.clone())
        {
            let rule = Rule {
                name: unique_rule_name(reader, &format!("{whole}_one_{name}")),
                says: format!(
                    "Every {} has exactly one {}.",
                    whole.replace('_', " "),
                    name.replace('_', " ")
                ),
                text: format!("exactly one {name}"),
                form: RuleForm::ExactlyOne {
                    entity: name,
                    condition: None,
                },
                span: reader.report.span(&at),
            };
            if let Some(entity) = entities.iter_mut().find(|entity| entity.name == whole) {
                entity.rules.push(rule);
            }
        }
    }
}

fn items(node: &Node) -> Vec<&Node> {
    match &node.value {
        Value::List(items) => items.iter().collect(),
        _ => vec![node],
    }
}

fn rule<'a>(
    reader: &mut Reader<'a>,
    entities: &[Entity],
    entity: &Entity,
    node: &'a Node,
) -> Option<Draft<'a>> {
    let (text, says, name) = match &node.value {
        Value::Map(_) => {
            let fields = Fields::read(&mut reader.report, node, &super::point(&node.range), &RULE)?;
            let says = fields.words(&mut reader.report, "says");
            let name = fields
                .text(&mut reader.report, "name")
                .and_then(|text| name_of(&mut reader.report, text));
            (fields.text(&mut reader.report, "rule")?, says, name)
        }
        _ => (text_of(&mut reader.report, node, "rules")?, None, None),
    };
    let form = form(reader, entities, entity, text)?;
    Some(Draft {
        text,
        says,
        name,
        form,
    })
}

/// The form of a rule: the sentence forms are tried in turn, and an expression is what remains.
fn form<'a>(
    reader: &mut Reader<'a>,
    entities: &[Entity],
    entity: &Entity,
    text: Text<'a>,
) -> Option<RuleForm> {
    let all = Context { entities, entity };
    if let Some(rest) = text
        .after("no overlap of")
        .or_else(|| text.after("no overlap"))
    {
        return all.no_overlap(reader, rest);
    }
    if let Some(rest) = text.after("at most one") {
        return all.at_most_one(reader, text, rest);
    }
    if let Some(rest) = text.after("exactly one") {
        let (entity, condition) = all.counted(reader, rest)?;
        return Some(RuleForm::ExactlyOne { entity, condition });
    }
    if let Some(rest) = text.after("at least one") {
        let (entity, condition) = all.counted(reader, rest)?;
        return Some(RuleForm::AtLeastOne { entity, condition });
    }
    if let Some(rest) = ["frozen when", "frozen once", "frozen if"]
        .iter()
        .find_map(|w| text.after(w))
    {
        return all.frozen(reader, rest);
    }
    if let Some(rest) = text.after("sum of") {
        return all.sum_at_most(reader, rest);
    }
    if let Some((attribute, rest)) = text.around("never below") {
        return all.never_below(reader, attribute, rest);
    }
    if let Some((attribute, _)) = text.around("never negative") {
        let name = all.number(reader, attribute)?;
        return Some(RuleForm::NeverBelow {
            attribute: name,
            minimum: "0".to_owned(),
        });
    }
    if let Some((left, rest)) = text.around("sum of")
        && let Some(attribute) = left
            .as_str()
            .strip_suffix('=')
            .or_else(|| left.as_str().strip_suffix(" is"))
    {
        return all.sum_equals(reader, left.until(attribute.len()).trim(), rest);
    }
    if let Some(rest) = text.after("when").or_else(|| text.after("if")) {
        return all.when(reader, text, rest);
    }
    if let Some(form) = all.same_path(reader, text) {
        return form;
    }
    let followed = Scope::followed(entities, entity);
    let requirement = expression::condition(reader, text, &followed)?;
    if follows(&requirement) {
        return Some(RuleForm::WhenReferenced {
            condition: Expr::Bool(true),
            requirement,
        });
    }
    Some(RuleForm::Check(requirement))
}

/// A short name from what the rule is about.
fn made_name(entity: &str, form: &RuleForm) -> String {
    let columns = |expression: &Expr| -> Vec<String> {
        expression
            .columns()
            .into_iter()
            .map(|path| path.join("_"))
            .collect()
    };
    let of = |parts: &[String]| -> String {
        parts.iter().take(3).cloned().collect::<Vec<_>>().join("_")
    };
    let tail = match form {
        RuleForm::Check(check) => of(&columns(check)),
        RuleForm::When {
            condition,
            requirement,
        }
        | RuleForm::WhenReferenced {
            condition,
            requirement,
        } => {
            let needs = of(&columns(requirement));
            let when = of(&columns(condition));
            if when.is_empty() {
                needs
            } else {
                format!("{needs}_when_{when}")
            }
        }
        RuleForm::SamePath { left, right } => {
            let last = left.last().or(right.last()).cloned().unwrap_or_default();
            format!("same_{last}")
        }
        RuleForm::NoOverlap { per, .. } if per.is_empty() => "no_overlap".to_owned(),
        RuleForm::NoOverlap { per, .. } => format!("no_overlap_per_{}", of(per)),
        RuleForm::AtMostOne { per, condition } => {
            let among = condition
                .as_ref()
                .map(|c| of(&columns(c)))
                .unwrap_or_default();
            match (per.is_empty(), among.is_empty()) {
                (true, _) => format!("one_{among}"),
                (false, true) => format!("one_per_{}", of(per)),
                (false, false) => format!("one_{among}_per_{}", of(per)),
            }
        }
        RuleForm::NeverBelow { attribute, minimum } => {
            let minimum: String = minimum
                .chars()
                .filter(char::is_ascii_alphanumeric)
                .collect();
            format!("{attribute}_never_below_{minimum}")
        }
        RuleForm::SumEquals {
            attribute, entity, ..
        } => format!("{attribute}_is_sum_of_{entity}"),
        RuleForm::SumAtMost { entity, of, .. } => format!("sum_of_{entity}_{of}"),
        RuleForm::ExactlyOne { entity, .. } => format!("exactly_one_{entity}"),
        RuleForm::AtLeastOne { entity, .. } => format!("at_least_one_{entity}"),
        RuleForm::Frozen { .. } => "frozen".to_owned(),
    };
    let mut name = format!("{entity}_{tail}");
    // Room for a suffix within PostgreSQL's 63 bytes.
    const MOST: usize = 56;
    if name.len() > MOST {
        let mut end = MOST;
        while !name.is_char_boundary(end) {
            end -= 1;
        }
        name.truncate(end);
    }
    name.trim_end_matches('_').to_owned()
}
