//! Policies for those who see only some rows: `principal sees product where principal = me`.

use std::collections::BTreeSet;

use pgwright_brief::model::Visibility;
use pgwright_catalog::write::scan;
use pgwright_catalog::{
    Expression, Name, ObjectId, Policy, PolicyCommand, QualifiedName, Routine, RoutineSignature,
    Volatility,
};
use pgwright_ddl::query::parse_query;

use super::tenants;
use crate::companion;
use crate::decision::{Alternative, Decision, Enforcement, Question, Source, Weight};
use crate::draft::Draft;
use crate::relations::{Relations, Rows};
use crate::trigger_rules;
use crate::{names, words};

/// The role of those that a visibility rule is about: `crm_principal`.
pub fn who_role(draft: &Draft<'_>, rule: &Visibility) -> Name {
    companion::role(draft, &names::identifier(&rule.who))
}

/// Tables that such a role may read: what it sees, the parts of it, and what plays a role in it.
pub fn seen_by(draft: &Draft<'_>, rule: &Visibility) -> BTreeSet<QualifiedName> {
    let mut seen: BTreeSet<QualifiedName> = BTreeSet::new();
    for entity in seen_entities(draft, rule) {
        seen.insert(draft.plan(&entity).table.clone());
    }
    for (part, _) in parts(draft, rule) {
        seen.insert(draft.plan(&part).table.clone());
    }
    seen
}

fn seen_entities(draft: &Draft<'_>, rule: &Visibility) -> Vec<String> {
    rule.sees
        .iter()
        .filter(|e| draft.brief.entity(e).is_some_and(companion::is_designed))
        .cloned()
        .collect()
}

/// Parts of what is seen, not named by themselves, with their whole.
fn parts(draft: &Draft<'_>, rule: &Visibility) -> Vec<(String, String)> {
    companion::designed_entities(draft)
        .into_iter()
        .filter(|name| !rule.sees.contains(name))
        .filter_map(|name| {
            let part = draft.brief.entity(&name)?.part_of.as_ref()?;
            rule.sees
                .contains(&part.whole)
                .then(|| (name.clone(), part.whole.clone()))
        })
        .collect()
}

/// What `me` is called in settings: the role or entity that logs in.
pub fn me(draft: &Draft<'_>, rule: &Visibility) -> String {
    let entity = &rule.me.entity;
    let is_actor = companion::actor(draft).is_some_and(|a| a.entity == *entity);
    let is_tenant = draft
        .brief
        .policies
        .tenancy
        .as_ref()
        .is_some_and(|t| t.tenant == *entity);
    match &rule.me.role {
        Some(role) => role.clone(),
        None if is_actor => "actor".to_owned(),
        None if is_tenant => "tenant".to_owned(),
        None => entity.clone(),
    }
}

/// Adds roles' policies, and one for everybody else.
pub fn build(draft: &mut Draft<'_>) {
    let rules = draft.brief.policies.visibility.clone();
    let mut secured: BTreeSet<QualifiedName> = BTreeSet::new();
    for rule in &rules {
        let me = me(draft, rule);
        let me_type = companion::own_key_type(draft.plan(&rule.me.entity));
        let current = draft.setting_function(&me, &me_type);
        let me_sql = companion::once(&current.name);
        let mut by = Vec::new();
        for entity in seen_entities(draft, rule) {
            if let Some(condition) = condition(draft, rule, &entity, &me_sql) {
                let table = draft.plan(&entity).table.clone();
                by.push(add_policy(draft, rule, &table, condition));
                secured.insert(table);
            }
        }
        for (part, whole) in parts(draft, rule) {
            let Some(link) = trigger_rules::link(draft, &part, &whole) else {
                continue;
            };
            let (table, whole_table) = (
                draft.plan(&part).table.clone(),
                draft.plan(&whole).table.clone(),
            );
            let joined: Vec<String> = link
                .key
                .iter()
                .zip(&link.columns)
                .map(|(key, own)| {
                    format!(
                        "w.{} = {}.{}",
                        key.quoted(),
                        table.name.quoted(),
                        own.quoted()
                    )
                })
                .collect();
            // The whole's own policy decides: the subquery runs with the reader's rights.
            let condition = format!(
                "EXISTS (SELECT FROM {} AS w WHERE {})",
                whole_table.quoted(),
                joined.join(" AND ")
            );
            by.push(add_policy(draft, rule, &table, condition));
            secured.insert(table);
        }
        record(draft, rule, by, &me);
    }
    let owned = tenants::owned_tables(draft);
    let insiders: BTreeSet<Name> = ["owner", "migrator", "readwrite", "readonly", "auditor"]
        .map(|what| companion::role(draft, what))
        .into();
    for name in secured {
        let tenant_owned = owned.contains_key(&name);
        if let Some(table) = draft.catalog.tables.get_mut(&name) {
            table.row_security = true;
            table.force_row_security = true;
            if !tenant_owned {
                table.policies.insert(
                    Name::new("everyone_else"),
                    Policy {
                        command: PolicyCommand::All,
                        permissive: true,
                        roles: insiders.clone(),
                        using: Some(Expression::new("true")),
                        with_check: None,
                        comment: Some(
                            "The application's own roles see every row; privileges say what they \
                             may do."
                                .to_owned(),
                        ),
                    },
                );
            }
        }
    }
}

fn add_policy(
    draft: &mut Draft<'_>,
    rule: &Visibility,
    table: &QualifiedName,
    condition: String,
) -> ObjectId {
    let who = names::identifier(&rule.who);
    let role = who_role(draft, rule);
    let base = names::shortened(&who, "sees");
    let found = draft.catalog.tables.get_mut(table);
    let mut name = base.clone();
    if let Some(found) = found {
        let mut number = 2;
        while found.policies.contains_key(&name) {
            name = names::shortened(base.as_str(), &number.to_string());
            number += 1;
        }
        found.policies.insert(
            name.clone(),
            Policy {
                command: PolicyCommand::Select,
                permissive: true,
                roles: [role].into(),
                using: Some(Expression::new(condition)),
                with_check: None,
                comment: Some(words::sentence(&rule.says)),
            },
        );
    }
    ObjectId::Policy(table.clone(), name)
}

/// The rule's condition over columns of the entity's table, with what always holds: not hidden, of
/// the session's tenant.
fn condition(
    draft: &mut Draft<'_>,
    rule: &Visibility,
    entity: &str,
    me_sql: &str,
) -> Option<String> {
    let written = with_parameter(&rule.condition);
    let text = format!(
        "SELECT FROM {} WHERE {written}",
        pgwright_catalog::quote_identifier(entity)
    );
    let query = parse_query(&text).ok()?;
    let relations = Relations::new(draft, Rows::All);
    let reads = relations.read_by(&query);
    let rewritten = relations.rewrite(&query).ok()?;
    let position = rewritten.find(" WHERE ")?;
    let mut condition = rewritten[position + " WHERE ".len()..].trim().to_owned();
    condition = condition.replace("$1", me_sql);
    let plan = draft.plan(entity).clone();

    if reads.len() > 1 || query.relations().len() > 1 {
        // The subqueries read tables that the role itself may not read.
        condition = function_call(
            draft,
            rule,
            entity,
            &rewritten[..position],
            &condition,
            &reads,
        );
    }
    let mut terms = Vec::new();
    if let Some(tenant) = &plan.tenant_column {
        let current = draft.qualified("current_tenant_id");
        terms.push(format!(
            "{} = {}",
            tenant.quoted(),
            companion::once(&current)
        ));
    }
    if plan.restorable {
        terms.push("(deleted_at IS NULL)".to_owned());
    }
    if terms.is_empty() {
        return Some(condition);
    }
    terms.push(format!("({condition})"));
    Some(terms.join(" AND "))
}

/// `me` as a parameter, which the names of a query are not looked up for.
fn with_parameter(condition: &str) -> String {
    let mut sql = String::new();
    let mut rest = 0;
    for token in scan(condition) {
        if token.is("me") {
            sql.push_str(&condition[rest..token.start]);
            sql.push_str("$1");
            rest = token.start + token.text.len();
        }
    }
    sql.push_str(&condition[rest..]);
    sql
}

/// A function that tells whether a row is seen, by the owner's rights.
fn function_call(
    draft: &mut Draft<'_>,
    rule: &Visibility,
    entity: &str,
    from: &str,
    condition: &str,
    reads: &[ObjectId],
) -> String {
    let plan = draft.plan(entity).clone();
    let who = names::identifier(&rule.who);
    let name = draft.qualified(names::shortened(&format!("{who}_sees_{entity}"), ""));
    // Without an alias the table goes by its own name.
    let alias = from.rsplit_once(" AS ").map_or_else(
        || plan.table.name.quoted(),
        |(_, alias)| alias.trim().to_owned(),
    );
    let key = companion::key_equals_arguments(&plan, &alias);
    let mut function = Routine::function(
        "sql",
        "boolean",
        format!("SELECT EXISTS (\n    {from}\n    WHERE {key}\n        AND ({condition})\n)"),
    );
    function.arguments = companion::key_arguments(&plan);
    function.volatility = Volatility::Stable;
    function.security_definer = true;
    function.comment = Some(format!(
        "Whether {} of the session sees {}: {}",
        words::spoken(&rule.who),
        words::a(entity),
        words::sentence(&rule.says)
    ));
    let signature: RoutineSignature = function.signature(name.clone());
    for object in reads {
        draft
            .catalog
            .depends(ObjectId::Routine(signature.clone()), object.clone());
    }
    draft.catalog.routines.insert(signature, function);
    let arguments: Vec<String> = plan.key.iter().map(|(n, _)| n.quoted()).collect();
    format!("{}({})", name.quoted(), arguments.join(", "))
}

fn record(draft: &mut Draft<'_>, rule: &Visibility, by: Vec<ObjectId>, me: &str) {
    let role = who_role(draft, rule);
    let setting = draft.setting(me);
    let id = rule_id(rule);
    let seen: Vec<String> = rule
        .sees
        .iter()
        .map(|e| words::spoken(&names::plural(e)))
        .collect();
    let part_names: Vec<String> = parts(draft, rule)
        .iter()
        .map(|(p, _)| words::spoken(&names::plural(p)))
        .collect();
    draft.enforce(Enforcement {
        rule: id,
        says: rule.says.clone(),
        by: by.clone(),
        how: format!(
            "The role {role} may read only these tables, and a policy shows it only the rows of \
             {setting}. A session that does not set it sees nothing."
        ),
        family: "row_security",
        source: Source::at("policies.visibility", rule.span),
    });
    let with_parts = if part_names.is_empty() {
        String::new()
    } else {
        format!(
            " {} are seen with what they are parts of.",
            words::capital(&words::list(&part_names))
        )
    };
    let by_function = by.iter().any(|object| match object {
        ObjectId::Policy(table, name) => draft
            .catalog
            .tables
            .get(table)
            .and_then(|t| t.policies.get(name))
            .and_then(|p| p.using.as_ref())
            .is_some_and(|u| u.sql().contains("_sees_")),
        _ => false,
    });
    let cost = if by_function {
        " The condition looks into tables that the role may not read, so it stands in a function \
         that runs as the owner; it is asked for each row that the query's other conditions leave, \
         and keys and equality come first, text search does not (its operators are not leakproof)."
    } else {
        " The setting is read once per query, and the comparison uses an index."
    };
    draft.decide(Decision {
        family: "row_security",
        title: format!("What {} sees", words::a(&rule.who)),
        subjects: by,
        choice: format!(
            "A role of its own, {role}, that reads {} and nothing else, row by row.",
            words::list(&seen)
        ),
        rationale: format!(
            "{} Whoever logs in so is outside the application's own people: what it may not see \
             is withheld by the server, not by the screens.{with_parts}{cost} All other roles have \
             a policy that shows them everything, which costs nothing: the planner drops it.",
            words::sentence(&rule.says)
        ),
        alternatives: vec![
            Alternative::new(
                "Views that filter, granted instead of the tables",
                "Easier to read in a small case. Every table needs its view, nothing keeps a new \
                 one from being forgotten, and the owner's rights hide inside.",
            ),
            Alternative::new(
                "The application filters",
                "Costs nothing here, and each forgotten condition shows other people's business.",
            ),
        ],
        source: Source::at("policies.visibility", rule.span),
        weight: Weight::Major,
    });
    if !part_names.is_empty() || draft.brief.policies.visibility.len() == 1 {
        draft.ask(Question {
            id: format!("visibility.{}", names::identifier(&rule.who)),
            ask: format!(
                "Apart from {}{}, may {} read anything else?",
                words::list(&seen),
                if part_names.is_empty() {
                    String::new()
                } else {
                    format!(" and their {}", words::list(&part_names))
                },
                words::a(&rule.who)
            ),
            default: "No, but for lists of values, which name categories and the like.".to_owned(),
            matters: "Anything that is not granted cannot be shown, not even a name beside a key."
                .to_owned(),
            otherwise: "Each further entity is one more `sees` in the brief.".to_owned(),
            source: Source::at("policies.visibility", rule.span),
        });
    }
}

/// The rule's name: who, and what is seen.
pub fn rule_id(rule: &Visibility) -> String {
    format!(
        "{}_sees_{}",
        names::identifier(&rule.who),
        rule.sees.join("_")
    )
}
