//! Roles that a row plays and kinds that it is one of: tables for the former, columns for the latter.

mod cases;
mod defaults;

use pgwright_brief::model::{Entity, Kind, Kinds};
use pgwright_catalog::{
    Column, Constraint, ConstraintKind, ForeignKey, Name, ObjectId, QualifiedName,
    ReferentialAction, Type, TypeKind, quote_literal,
};

use super::{Family, enumerations};
use crate::decision::{Alternative, Decision, Enforcement, Source, Weight};
use crate::draft::{Columns, Draft};
use crate::fixtures::Fixtures;
use crate::layout::{self, Place, Stored};
use crate::presence::Presence;
use crate::testing::{ConcurrentTest, RuleTest};
use crate::trigger_rules::ISOLATION_LEVELS;
use crate::{names, words};

/// Roles that a row plays and kinds that it is one of.
#[derive(Debug)]
pub struct RolesAndKinds;

impl Family for RolesAndKinds {
    fn name(&self) -> &'static str {
        "roles_and_kinds"
    }

    fn build(&self, draft: &mut Draft<'_>) {
        for entity in draft.created_entities() {
            if !entity.roles.is_empty() {
                build_roles(draft, entity);
            }
            if let Some(kinds) = &entity.kinds {
                build_kinds(draft, entity, kinds);
            }
        }
    }

    fn tests(&self, draft: &Draft<'_>, fixtures: &Fixtures<'_>) -> Vec<RuleTest> {
        let mut tests = Vec::new();
        for entity in draft.created_entities() {
            tests.extend(cases::role_tests(draft, fixtures, entity));
            if let Some(kinds) = &entity.kinds {
                tests.extend(cases::kind_tests(draft, fixtures, entity, kinds));
            }
        }
        tests
    }

    fn concurrent_tests(&self, draft: &Draft<'_>, fixtures: &Fixtures<'_>) -> Vec<ConcurrentTest> {
        draft
            .created_entities()
            .filter_map(|entity| cases::last_roles(draft, fixtures, entity))
            .collect()
    }
}

fn role_rule(entity: &Entity) -> Name {
    names::shortened(&format!("{}_plays_a_role", entity.name), "")
}

fn build_roles(draft: &mut Draft<'_>, entity: &Entity) {
    let plan = draft.plan(&entity.name).clone();
    for role in &entity.roles {
        let Some(made) = plan.role_tables.get(&role.name) else {
            continue;
        };
        let mut foreign_key = ForeignKey::new(
            made.key.iter().map(|(column, _)| column.clone()),
            plan.table.clone(),
            plan.key.iter().map(|(column, _)| column.clone()),
        );
        foreign_key.on_delete = ReferentialAction::Cascade;
        let main = main_column(&made.key, plan.tenant_column.as_ref());
        let name = names::derived(&made.table, &[main.map_or("", Name::as_str)], "fkey");
        let about = match &role.about {
            Some(about) => format!(
                "{} A row for each {} that is one.",
                words::sentence(about),
                words::spoken(&entity.name)
            ),
            None => format!(
                "{} that {} {}.",
                words::capital(&words::spoken(&names::plural(&entity.name))),
                "are",
                words::spoken(&names::plural(&role.name))
            ),
        };
        if let Some(table) = draft.catalog.tables.get_mut(&made.table) {
            table.constraints.insert(
                name,
                Constraint::new(ConstraintKind::ForeignKey(foreign_key)).comment(format!(
                    "The role goes with the {}.",
                    words::spoken(&entity.name)
                )),
            );
            table.comment = Some(about);
        }
    }
    let tables: Vec<QualifiedName> = entity
        .roles
        .iter()
        .filter_map(|r| Some(plan.role_tables.get(&r.name)?.table.clone()))
        .collect();
    let spoken: Vec<String> = entity
        .roles
        .iter()
        .map(|r| words::spoken(&r.name))
        .collect();
    if entity.roles_required
        && let Some(first) = plan.role_tables.values().next()
    {
        let rule = role_rule(entity);
        let presence = Presence {
            table: plan.table.clone(),
            key: plan.key.clone(),
            beside: tables.clone(),
            columns: first.key.iter().map(|(column, _)| column.clone()).collect(),
            append_only: entity.append_only,
            rule: rule.clone(),
            function: rule,
            message: format!(
                "{} must be {}",
                words::a(&entity.name),
                words::choice(&spoken)
            ),
            hint:
                "Write the role in the same transaction, or the new one before the last is removed."
                    .to_owned(),
        };
        let by = presence.build(draft);
        draft.enforce(Enforcement {
            rule: format!("{}.plays_a_role", entity.name),
            says: format!(
                "{} is at least one of {}.",
                words::capital(&words::a(&entity.name)),
                words::list(&spoken)
            ),
            by,
            how: format!(
                "Deferred constraint triggers look when the transaction ends, with the {} locked: \
                 of two transactions that each take away one of the last two roles, the second is \
                 refused. {ISOLATION_LEVELS}",
                words::spoken(&entity.name)
            ),
            family: "roles_and_kinds",
            source: Source::at(format!("{}.roles", entity.name), entity.span),
        });
    }
    explain_roles(draft, entity, &tables, &spoken);
}

/// The key column that is not the tenant's.
fn main_column<'k>(key: &'k [(Name, String)], tenant: Option<&Name>) -> Option<&'k Name> {
    key.iter()
        .map(|(column, _)| column)
        .find(|column| Some(*column) != tenant)
        .or_else(|| key.first().map(|(column, _)| column))
}

fn explain_roles(
    draft: &mut Draft<'_>,
    entity: &Entity,
    tables: &[QualifiedName],
    spoken: &[String],
) {
    let with_facts: Vec<String> = entity
        .roles
        .iter()
        .filter(|r| !r.attributes.is_empty())
        .map(|r| {
            let facts: Vec<String> = r
                .attributes
                .iter()
                .map(|a| words::spoken(&a.name))
                .collect();
            format!("{} has {}", words::a(&r.name), words::list(&facts))
        })
        .collect();
    let facts = if with_facts.is_empty() {
        String::new()
    } else {
        format!(
            " What only one role has stands there and can be required: {}.",
            words::list(&with_facts)
        )
    };
    let subjects = tables.iter().cloned().map(ObjectId::Table).collect();
    draft.decide(Decision {
        family: "roles_and_kinds",
        title: format!("Roles of {}", words::spoken(&names::plural(&entity.name))),
        subjects,
        choice: format!(
            "A table for each role ({}), keyed by the {}'s own key.",
            words::list(&tables.iter().map(|t| t.name.as_str()).collect::<Vec<_>>()),
            words::spoken(&entity.name)
        ),
        rationale: format!(
            "{} can be {} at once, and roles come and go while it stays the same row. Because each \
             role has a table, a reference can ask for it: a foreign key to {} accepts only rows \
             that play that role, and the role cannot be taken away while something relies on it.\
             {facts}",
            words::capital(&words::a(&entity.name)),
            words::list(spoken),
            tables.first().map_or("", |t| t.name.as_str())
        ),
        alternatives: vec![
            Alternative::new(
                "a yes/no column for each role",
                "One table and one row, but a reference to a distributor could then name any row \
                 unless a trigger looks, and what only one role has must be allowed to be empty for \
                 all.",
            ),
            Alternative::new(
                "one table of pairs, row and role",
                "A new role without a new table; references need the role as a second column, with \
                 a constant in it, to ask for one.",
            ),
            Alternative::new(
                "separate entities",
                "Right if one never plays two roles. A company that is two of them would be two \
                 rows, with two names to keep alike.",
            ),
        ],
        source: Source::at(format!("{}.roles", entity.name), entity.span),
        weight: Weight::Major,
    });
}

/// The enum type of the kinds.
fn kind_type(draft: &Draft<'_>, entity: &Entity, kinds: &Kinds) -> QualifiedName {
    layout::free_type(draft, &format!("{}_{}", entity.name, kinds.attribute))
}

fn kind_names(kinds: &Kinds) -> Vec<String> {
    kinds.kinds.iter().map(|k| k.name.clone()).collect()
}

fn kind_check(table: &QualifiedName, column: &Name) -> Name {
    names::derived(table, &[column.as_str()], "kind_check")
}

fn build_kinds(draft: &mut Draft<'_>, entity: &Entity, kinds: &Kinds) {
    let plan = draft.plan(&entity.name).clone();
    let Some(Columns::One(column)) = plan.columns.get(&kinds.attribute) else {
        return;
    };
    let values = kind_names(kinds);
    let mut made = if enumerations::is_enum(&values) {
        let name = kind_type(draft, entity, kinds);
        let mut new = Type::new(TypeKind::Enum(values.clone()));
        new.comment = Some(format!("Kinds of {}.", words::spoken(&entity.name)));
        draft.catalog.types.insert(name.clone(), new);
        Column::new(column.clone(), name.quoted())
    } else {
        let list: Vec<String> = values.iter().map(|v| quote_literal(v)).collect();
        draft.table_mut(&entity.name).constraints.insert(
            names::derived(&plan.table, &[column.as_str(), "one_of"], "check"),
            Constraint::check(format!("{} IN ({})", column.quoted(), list.join(", "))),
        );
        Column::new(column.clone(), "text")
    };
    made.not_null = true;
    made.comment = Some(format!(
        "Which kind of {} the row is: {}.",
        words::spoken(&entity.name),
        words::choice(&values)
    ));
    layout::put_in_entity(draft, entity, vec![made]);
    let mut by = Vec::new();
    for stored in kind_attributes(entity) {
        for name in kind_columns(draft, &stored) {
            let holders = holders(kinds, &stored);
            let check = kind_check(&plan.table, &name.0);
            let constraint = Constraint::check(kind_condition(column, &holders, &name))
                .comment(kind_comment(&stored, &holders));
            by.push(ObjectId::Constraint(plan.table.clone(), check.clone()));
            draft
                .table_mut(&entity.name)
                .constraints
                .insert(check, constraint);
        }
    }
    by.extend(defaults::build(draft, entity, kinds, column));
    draft.enforce(Enforcement {
        rule: format!("{}.{}", entity.name, kinds.attribute),
        says: format!(
            "{} is exactly one of {}, and has what that kind has and no other.",
            words::capital(&words::a(&entity.name)),
            words::list(&values)
        ),
        by,
        how:
            "The kind is a required column; a check for each fact of a kind ties the two together."
                .to_owned(),
        family: "roles_and_kinds",
        source: Source::at(format!("{}.kinds", entity.name), kinds.span),
    });
    explain_kinds(draft, entity, kinds);
}

fn kind_attributes(entity: &Entity) -> Vec<Stored<'_>> {
    Stored::of(entity)
        .into_iter()
        .filter(|s| matches!(s.place, Place::Kind(_)) && s.attribute.computed.is_none())
        .collect()
}

/// Columns of an attribute of a kind, each with whether it must be there.
fn kind_columns(draft: &Draft<'_>, stored: &Stored<'_>) -> Vec<(Name, bool)> {
    let required = !stored.attribute.optional;
    match stored.columns(draft) {
        Some(Columns::One(name)) => vec![(name, required)],
        Some(Columns::Reference { own, .. }) => own.into_iter().map(|c| (c, required)).collect(),
        // The parts of an address that may be missing are settled by the check of the whole.
        Some(Columns::Several(parts)) => parts
            .into_iter()
            .map(|(part, c)| {
                let needed = !matches!(part.as_str(), "postal_code" | "region");
                (c, required && needed)
            })
            .collect(),
        // That exactly one is there is the reference's own check.
        Some(either @ Columns::Either(_)) => either.all().into_iter().map(|c| (c, false)).collect(),
        Some(Columns::Table(_)) | None => Vec::new(),
    }
}

/// Kinds that have the attribute.
fn holders<'k>(kinds: &'k Kinds, stored: &Stored<'_>) -> Vec<&'k Kind> {
    kinds
        .kinds
        .iter()
        .filter(|k| k.attributes.iter().any(|a| a.name == stored.attribute.name))
        .collect()
}

/// For the kinds that have it, the column is there (or may be); for the others it is not.
fn kind_condition(kind: &Name, holders: &[&Kind], (column, required): &(Name, bool)) -> String {
    let list: Vec<String> = holders.iter().map(|k| quote_literal(&k.name)).collect();
    let is = match list.as_slice() {
        [one] => format!("{} = {one}", kind.quoted()),
        many => format!("{} IN ({})", kind.quoted(), many.join(", ")),
    };
    if *required {
        format!("({is}) = ({} IS NOT NULL)", column.quoted())
    } else {
        format!("{is} OR {} IS NULL", column.quoted())
    }
}

fn kind_comment(stored: &Stored<'_>, holders: &[&Kind]) -> String {
    let kinds: Vec<String> = holders.iter().map(|k| words::a(&k.name)).collect();
    let verb = if stored.attribute.optional {
        "may have"
    } else {
        "has"
    };
    format!(
        "{} {verb} {}; no other kind does.",
        words::capital(&words::list(&kinds)),
        words::a(&stored.attribute.name)
    )
}

fn explain_kinds(draft: &mut Draft<'_>, entity: &Entity, kinds: &Kinds) {
    let table = draft.table_object(&entity.name);
    let facts: usize = kinds.kinds.iter().map(|k| k.attributes.len()).sum();
    let with: Vec<String> = kinds
        .kinds
        .iter()
        .filter(|k| !k.attributes.is_empty())
        .map(|k| words::spoken(&k.name))
        .collect();
    let why = match (facts, with.as_slice()) {
        (0, _) => "The kinds differ in nothing but their name.".to_owned(),
        (_, with) => format!(
            "Only {} {} facts of {} own, {facts} in all; an empty column takes one bit of a row.",
            words::list(with),
            if with.len() == 1 { "has" } else { "have" },
            if with.len() == 1 { "its" } else { "their" },
        ),
    };
    let rows = draft
        .plan(&entity.name)
        .expected_rows
        .map(|rows| {
            format!(
                " Over {} rows, a table for each kind would mean a second insertion and a join for \
                 every one of them.",
                words::count(rows)
            )
        })
        .unwrap_or_default();
    draft.decide(Decision {
        family: "roles_and_kinds",
        title: format!("Kinds of {}", words::spoken(&entity.name)),
        subjects: vec![table],
        choice: format!(
            "One table with a column {} and the facts of all kinds, tied together by checks.",
            kinds.attribute
        ),
        rationale: format!(
            "All kinds are listed, counted and searched together. {why}{rows} The checks say for \
             each fact which kind has it, so that a row is never half of two kinds."
        ),
        alternatives: vec![
            Alternative::new(
                "a table for each kind, with the kind in its key",
                "Facts of a kind can be NOT NULL and be referred to. Right when kinds have many \
                 facts, or when something refers to one kind only.",
            ),
            Alternative::new(
                "a table for each kind and none in common",
                "A list over all kinds is a union, and a key of \"any of them\" does not exist.",
            ),
            Alternative::new(
                "jsonb for the facts of a kind",
                "Nothing says then which facts there are, or what is in them.",
            ),
        ],
        source: Source::at(format!("{}.kinds", entity.name), kinds.span),
        weight: Weight::Notable,
    });
}
