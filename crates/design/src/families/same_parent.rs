//! Paths that must end in the same row: foreign keys that share a column, and no trigger.

mod cases;
mod explain;

use pgwright_brief::model::{Entity, Path, Reference, Rule, RuleForm};
use pgwright_catalog::{
    Column, Constraint, ConstraintKind, ForeignKey, Name, ObjectId, QualifiedName,
    ReferentialAction,
};

use super::{Family, relationships};
use crate::draft::{Columns, Draft};
use crate::fixtures::Fixtures;
use crate::layout;
use crate::testing::RuleTest;
use crate::{names, words};

/// Paths that must end in the same row.
#[derive(Debug)]
pub struct SameParent;

impl Family for SameParent {
    fn name(&self) -> &'static str {
        "same_parent"
    }

    fn build(&self, draft: &mut Draft<'_>) {
        for (entity, rule, left, right) in rules(draft) {
            build(draft, entity, rule, left, right);
        }
    }

    fn tests(&self, draft: &Draft<'_>, fixtures: &Fixtures<'_>) -> Vec<RuleTest> {
        rules(draft)
            .into_iter()
            .filter_map(|(entity, rule, left, right)| {
                cases::test(draft, fixtures, entity, rule, left, right)
            })
            .collect()
    }
}

type PathRule<'a> = (&'a Entity, &'a Rule, &'a Path, &'a Path);

fn rules<'a>(draft: &Draft<'a>) -> Vec<PathRule<'a>> {
    let mut found = Vec::new();
    for entity in draft.created_entities() {
        for rule in &entity.rules {
            if let RuleForm::SamePath { left, right } = &rule.form {
                found.push((entity, rule, left, right));
            }
        }
    }
    found
}

/// What one rule has become, for its record.
#[derive(Debug, Default)]
struct Made {
    objects: Vec<ObjectId>,
    /// Unique constraints that were added so that foreign keys can point at them.
    targets: Vec<ObjectId>,
    /// Columns that repeat the end of a path.
    carried: Vec<ObjectId>,
    /// References on the way that may be empty where they are.
    unknown: Vec<String>,
}

/// A reference seen from the entity that holds it.
#[derive(Debug, Clone)]
struct Hop {
    columns: Vec<Name>,
    own: Vec<Name>,
    target: Reference,
}

fn hop(draft: &Draft<'_>, entity: &str, name: &str) -> Option<Hop> {
    match draft.columns(entity, name)? {
        Columns::Reference {
            columns,
            own,
            target,
        } => Some(Hop {
            columns: columns.clone(),
            own: own.clone(),
            target: target.clone(),
        }),
        _ => None,
    }
}

/// The columns that an attribute alone uses, in the entity's own table.
fn ends(draft: &Draft<'_>, entity: &str, name: &str) -> Option<Vec<Name>> {
    match draft.columns(entity, name)? {
        Columns::Reference { columns, own, .. } if own.is_empty() => Some(columns.clone()),
        Columns::Reference { own, .. } => Some(own.clone()),
        Columns::One(column) => Some(vec![column.clone()]),
        Columns::Several(parts) => Some(parts.iter().map(|(_, c)| c.clone()).collect()),
        Columns::Either(_) | Columns::Table(_) => None,
    }
}

fn is_not_null(draft: &Draft<'_>, table: &QualifiedName, column: &Name) -> bool {
    draft
        .catalog
        .tables
        .get(table)
        .and_then(|t| t.column(column.as_str()))
        .is_some_and(|c| c.not_null)
}

/// Every reference on the path, and its end, is always there.
fn is_required(draft: &Draft<'_>, entity: &str, path: &[String]) -> bool {
    let table = &draft.plan(entity).table;
    let [first, rest @ ..] = path else {
        return true;
    };
    let here = ends(draft, entity, first)
        .is_some_and(|columns| columns.iter().all(|c| is_not_null(draft, table, c)));
    here && (rest.is_empty()
        || hop(draft, entity, first).is_some_and(|h| is_required(draft, &h.target.entity, rest)))
}

/// The path can be followed with foreign keys: references of tables that this design makes.
fn can_follow(draft: &Draft<'_>, entity: &str, path: &[String]) -> bool {
    let [first, rest @ ..] = path else {
        return false;
    };
    if rest.is_empty() {
        return ends(draft, entity, first).is_some();
    }
    hop(draft, entity, first).is_some_and(|h| {
        draft
            .brief
            .entity(&h.target.entity)
            .is_some_and(|e| e.existing.is_none())
            && can_follow(draft, &h.target.entity, rest)
    })
}

fn build(draft: &mut Draft<'_>, entity: &Entity, rule: &Rule, left: &Path, right: &Path) {
    if !can_follow(draft, &entity.name, left) || !can_follow(draft, &entity.name, right) {
        return explain::cannot(draft, entity, rule);
    }
    let mut made = Made::default();
    let mut kept = "Foreign keys that share a column";
    match (left.as_slice(), right.as_slice()) {
        ([one], [other]) => {
            same_row(draft, entity, rule, one, other, &mut made);
            kept = "A check of the row";
        }
        ([one], path) | (path, [one]) => {
            let Some(here) = ends(draft, &entity.name, one) else {
                return;
            };
            follow(draft, entity, path, Some(&here), false, &mut made);
        }
        (path, other) => {
            let shorter = if path.len() <= other.len() {
                path
            } else {
                other
            };
            let not_null =
                is_required(draft, &entity.name, left) || is_required(draft, &entity.name, right);
            let Some(here) = carry(draft, entity, shorter, not_null, &mut made) else {
                return;
            };
            let plan = draft.plan_mut(&entity.name);
            for path in [left, right] {
                if !plan.carried.iter().any(|(p, _)| p == path) {
                    plan.carried.push((path.clone(), here.clone()));
                }
            }
            follow(draft, entity, path, Some(&here), true, &mut made);
            follow(draft, entity, other, Some(&here), true, &mut made);
        }
    }
    explain::record(draft, entity, rule, left, right, kept, made);
}

/// Two references of one row: a check compares them.
fn same_row(
    draft: &mut Draft<'_>,
    entity: &Entity,
    rule: &Rule,
    one: &str,
    other: &str,
    made: &mut Made,
) {
    let (Some(left), Some(right)) = (
        ends(draft, &entity.name, one),
        ends(draft, &entity.name, other),
    ) else {
        return;
    };
    let table = draft.plan(&entity.name).table.clone();
    let name = names::derived(&table, &[names::rule_part(&table, &rule.name)], "check");
    let pairs: Vec<String> = left
        .iter()
        .zip(&right)
        .map(|(l, r)| format!("{} = {}", l.quoted(), r.quoted()))
        .collect();
    draft.table_mut(&entity.name).constraints.insert(
        name.clone(),
        Constraint::check(pairs.join(" AND ")).comment(words::sentence(&rule.says)),
    );
    made.objects.push(ObjectId::Constraint(table, name));
}

/// New columns that repeat the end of a path, named as they are where the path ends.
fn carry(
    draft: &mut Draft<'_>,
    entity: &Entity,
    path: &[String],
    not_null: bool,
    made: &mut Made,
) -> Option<Vec<Name>> {
    let plan = draft.plan(&entity.name);
    if let Some((_, columns)) = plan.carried.iter().find(|(p, _)| p == path) {
        return Some(columns.clone());
    }
    let (mut holder, mut rest) = (entity.name.clone(), path);
    while let [first, tail @ ..] = rest
        && !tail.is_empty()
    {
        holder = hop(draft, &holder, first)?.target.entity;
        rest = tail;
    }
    let there = ends(draft, &holder, rest.first()?)?;
    let source = draft.plan(&holder).table.clone();
    let table = draft.plan(&entity.name).table.clone();
    let mut columns = Vec::new();
    let mut new = Vec::new();
    for column in &there {
        let data_type = layout::column_type(draft, &source, column)?;
        let taken = |name: &Name| {
            draft
                .catalog
                .tables
                .get(&table)
                .is_some_and(|t| t.column(name.as_str()).is_some())
        };
        let mut name = column.clone();
        if taken(&name) {
            name = names::shortened(&format!("{}_{column}", path[0]), "");
        }
        let mut number = 2;
        while taken(&name) {
            name = names::shortened(&format!("{}_{column}", path[0]), &number.to_string());
            number += 1;
        }
        let mut made_column = Column::new(name.clone(), data_type).comment(format!(
            "The {}, repeated here so that foreign keys can compare it.",
            spoken(path)
        ));
        made_column.not_null = not_null;
        made.carried
            .push(ObjectId::Column(table.clone(), name.clone()));
        columns.push(name);
        new.push(made_column);
    }
    let plan = draft.plan_mut(&entity.name);
    plan.carried.push((path.to_vec(), columns.clone()));
    layout::put_in_entity(draft, entity, new);
    Some(columns)
}

/// `principal of the opportunity`
fn spoken(path: &[String]) -> String {
    path.iter()
        .rev()
        .map(|p| words::spoken(p))
        .collect::<Vec<_>>()
        .join(" of the ")
}

/// Makes the end of a path known in the entity's table, in the columns `here` (or in new ones), by
/// a foreign key for each step. Gives the columns.
fn follow(
    draft: &mut Draft<'_>,
    entity: &Entity,
    path: &[String],
    here: Option<&[Name]>,
    carried: bool,
    made: &mut Made,
) -> Option<Vec<Name>> {
    let [first, rest @ ..] = path else {
        return None;
    };
    if rest.is_empty() {
        return ends(draft, &entity.name, first);
    }
    let step = hop(draft, &entity.name, first)?;
    let brief = draft.brief;
    let target = brief.entity(&step.target.entity)?;
    let there = follow(draft, target, rest, None, true, made)?;
    // What the target's key says, the reference repeats already.
    let key = draft.plan(&target.name).key.clone();
    let repeated: Option<Vec<Name>> = there
        .iter()
        .map(|column| {
            let position = key.iter().position(|(k, _)| k == column)?;
            step.columns.get(position).cloned()
        })
        .collect();
    if let Some(repeated) = repeated {
        if let Some(here) = here {
            compare(draft, entity, path, here, &repeated, made);
        }
        return Some(here.map_or(repeated, <[Name]>::to_vec));
    }
    let here = match here.map(<[Name]>::to_vec) {
        Some(here) => here,
        // A rule of that entity says already which of its own columns the path ends in.
        None if let Some(known) = said_by_a_rule(draft, entity, path) => return Some(known),
        None => {
            let not_null = is_required(draft, &entity.name, path);
            carry(draft, entity, path, not_null, made)?
        }
    };
    tie(draft, entity, first, &step, &here, &there, carried, made);
    Some(here)
}

/// The columns of an attribute that a rule of the entity keeps equal to the end of a path.
fn said_by_a_rule(draft: &Draft<'_>, entity: &Entity, path: &[String]) -> Option<Vec<Name>> {
    entity.rules.iter().find_map(|rule| {
        let RuleForm::SamePath { left, right } = &rule.form else {
            return None;
        };
        match (left.as_slice(), right.as_slice()) {
            ([one], other) | (other, [one]) if other == path => ends(draft, &entity.name, one),
            _ => None,
        }
    })
}

/// A check that two columns of the row agree.
fn compare(
    draft: &mut Draft<'_>,
    entity: &Entity,
    path: &[String],
    here: &[Name],
    there: &[Name],
    made: &mut Made,
) {
    if here == there {
        return;
    }
    let table = draft.plan(&entity.name).table.clone();
    let name = names::derived(&table, &[&path.join("_"), "same"], "check");
    let pairs: Vec<String> = here
        .iter()
        .zip(there)
        .map(|(h, t)| format!("{} = {}", h.quoted(), t.quoted()))
        .collect();
    draft.table_mut(&entity.name).constraints.insert(
        name.clone(),
        Constraint::check(pairs.join(" AND ")).comment(format!("It is the {}.", spoken(path))),
    );
    made.objects.push(ObjectId::Constraint(table, name));
}

/// The foreign key of a reference, which now also compares what it leads to.
#[allow(clippy::too_many_arguments)] // One step of a path has that many ends.
fn tie(
    draft: &mut Draft<'_>,
    entity: &Entity,
    name: &str,
    step: &Hop,
    here: &[Name],
    there: &[Name],
    carried: bool,
    made: &mut Made,
) {
    let table = draft.plan(&entity.name).table.clone();
    let target = draft.plan(&step.target.entity).table.clone();
    let key: Vec<Name> = draft
        .plan(&step.target.entity)
        .key
        .iter()
        .map(|(column, _)| column.clone())
        .collect();
    let mut referenced = key.clone();
    referenced.extend(there.iter().cloned());
    made.targets
        .extend(target_key(draft, &step.target.entity, &target, &referenced));
    let plain = relationships::foreign_key_name(&table, &step.columns, &step.own);
    let old = draft
        .catalog
        .tables
        .get(&table)
        .and_then(|t| t.constraints.get(&plain))
        .cloned();
    let mut columns = step.columns.clone();
    columns.extend(here.iter().cloned());
    let mut foreign_key = ForeignKey::new(columns, target.clone(), referenced);
    foreign_key.on_update = if carried && !entity.append_only {
        ReferentialAction::Cascade
    } else {
        ReferentialAction::NoAction
    };
    let mut constraint = Constraint::new(ConstraintKind::ForeignKey(foreign_key.clone()));
    let mut replaces = false;
    if let Some(old) = old
        && let ConstraintKind::ForeignKey(before) = &old.kind
    {
        // A reference to a role keeps its own foreign key, to the role's table.
        replaces = before.references == target && before.columns == step.columns;
        foreign_key.on_delete = match &before.on_delete {
            ReferentialAction::SetNull(_) if draft.brief.minimum_version >= 15 => {
                ReferentialAction::SetNull(step.own.clone())
            }
            ReferentialAction::SetNull(_) => ReferentialAction::NoAction,
            other => other.clone(),
        };
        if !replaces {
            foreign_key.on_delete = ReferentialAction::NoAction;
        }
        if before.on_update == ReferentialAction::Cascade {
            foreign_key.on_update = ReferentialAction::Cascade;
        }
        constraint.deferrability = old.deferrability;
        constraint.kind = ConstraintKind::ForeignKey(foreign_key);
    }
    let same: Vec<String> = here.iter().map(|c| words::spoken(c.as_str())).collect();
    constraint.comment = Some(format!(
        "{} exists, and its {} is this row's {}.",
        words::capital(&words::a(name)),
        words::list(
            &there
                .iter()
                .map(|c| words::spoken(c.as_str()))
                .collect::<Vec<_>>()
        ),
        words::list(&same)
    ));
    let id = if replaces {
        plain
    } else {
        let own = step.own.last().map_or(name, Name::as_str);
        let last = here.last().map_or("", Name::as_str);
        names::derived(&table, &[own, last], "fkey")
    };
    let nullable = here
        .iter()
        .chain(&step.own)
        .any(|c| !is_not_null(draft, &table, c));
    let unknown = there.iter().any(|c| !is_not_null(draft, &target, c));
    let own_table = draft.table_mut(&entity.name);
    own_table.constraints.insert(id.clone(), constraint);
    made.objects.push(ObjectId::Constraint(table.clone(), id));
    if nullable
        && here
            .iter()
            .any(|c| own_table.column(c.as_str()).is_some_and(|c| !c.not_null))
    {
        let when: Vec<String> = step
            .own
            .iter()
            .map(|c| format!("{} IS NULL", c.quoted()))
            .collect();
        let then: Vec<String> = here
            .iter()
            .map(|c| format!("{} IS NOT NULL", c.quoted()))
            .collect();
        let last = here.last().map_or("", Name::as_str);
        let check = names::derived(&table, &[name, last, "known"], "check");
        own_table.constraints.insert(
            check.clone(),
            Constraint::check(format!("{} OR ({})", when.join(" OR "), then.join(" AND ")))
                .comment(format!(
                    "With {} its {} is known: a foreign key with an empty column is not checked.",
                    words::a(name),
                    words::list(&same)
                )),
        );
        made.objects.push(ObjectId::Constraint(table, check));
    }
    if unknown {
        made.unknown.push(format!(
            "{} whose {} is not known",
            words::a(&step.target.entity),
            there
                .last()
                .map_or_else(String::new, |c| words::spoken(c.as_str()))
        ));
    }
}

/// A unique constraint that a foreign key can point at.
fn target_key(
    draft: &mut Draft<'_>,
    entity: &str,
    target: &QualifiedName,
    columns: &[Name],
) -> Option<ObjectId> {
    let plan = draft.plan(entity);
    let tenant = plan.tenant_column.clone();
    let table = draft.catalog.tables.get_mut(target)?;
    // A foreign key may name the columns in any order, but there must be a key of exactly these.
    let there = table.keys().any(|(_, key)| {
        key.columns.len() == columns.len() && columns.iter().all(|c| key.columns.contains(c))
    });
    if there {
        return None;
    }
    let middle: Vec<&str> = columns
        .iter()
        .filter(|c| Some(*c) != tenant.as_ref())
        .map(Name::as_str)
        .collect();
    let name = names::derived(target, &middle, "key");
    table.constraints.insert(
        name.clone(),
        Constraint::unique(columns.iter().cloned()).comment(
            "The key alone is unique already; this is what foreign keys that compare the other \
             column point at.",
        ),
    );
    Some(ObjectId::Constraint(target.clone(), name))
}
