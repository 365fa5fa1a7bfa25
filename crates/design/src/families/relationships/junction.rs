//! References to many rows: a table of pairs.

use pgwright_brief::model::{AttributeKind, Reference};
use pgwright_catalog::{
    Column, Constraint, ConstraintKind, ForeignKey, Index, Name, ObjectId, QualifiedName,
    ReferentialAction, Table,
};

use super::on_update;
use crate::decision::{Alternative, Decision, Enforcement, Source, Weight};
use crate::draft::{Columns, Draft, SideTable, SideTableKind};
use crate::fixtures::Fixtures;
use crate::layout::{self, Place, Stored};
use crate::presence::Presence;
use crate::testing::{Case, Expected, RuleTest};
use crate::trigger_rules::ISOLATION_LEVELS;
use crate::{names, trial, words};

/// The columns of a junction table.
struct Pair {
    table: QualifiedName,
    tenant: Option<Name>,
    holder: Vec<Name>,
    target: Vec<Name>,
    target_own: Vec<Name>,
}

fn holder_reference(stored: &Stored<'_>) -> Reference {
    Reference {
        entity: stored.entity.name.clone(),
        role: match stored.place {
            Place::Role(role) => Some(role.name.clone()),
            Place::Entity | Place::Kind(_) => None,
        },
        hierarchy: false,
        single: false,
    }
}

fn pair(draft: &Draft<'_>, stored: &Stored<'_>, to: &Reference) -> Option<Pair> {
    let Columns::Table(table) = stored.columns(draft)? else {
        return None;
    };
    let plan = draft.plan(&stored.entity.name);
    let holder_reference = holder_reference(stored);
    let called = holder_reference
        .role
        .as_ref()
        .unwrap_or(&holder_reference.entity);
    let (holder, _) = layout::reference_columns(
        draft,
        plan.tenant_column.as_ref(),
        called,
        &holder_reference,
    );
    // Where the holder is the tenant itself, its own reference is the tenant's column.
    let is_tenant = draft
        .brief
        .policies
        .tenancy
        .as_ref()
        .is_some_and(|t| t.tenant == stored.entity.name);
    let tenant = match &plan.tenant_column {
        Some(column) => Some(column.clone()),
        None if is_tenant => holder.first().cloned(),
        None => None,
    };
    let called = to.role.as_ref().unwrap_or(&to.entity);
    let (mut target, mut target_own) =
        layout::reference_columns(draft, tenant.as_ref(), called, to);
    if target_own.iter().any(|column| holder.contains(column)) {
        let called = names::singular(&stored.attribute.name);
        (target, target_own) = layout::reference_columns(draft, tenant.as_ref(), &called, to);
    }
    Some(Pair {
        table,
        tenant,
        holder,
        target,
        target_own,
    })
}

pub(super) fn build(
    draft: &mut Draft<'_>,
    stored: &Stored<'_>,
    to: &Reference,
    at_least_one: bool,
) {
    let Some(pair) = pair(draft, stored, to) else {
        return;
    };
    let holder_reference = holder_reference(stored);
    let (holder_table, holder_key) = draft.target(&holder_reference);
    let (target_table, target_key) = draft.target(to);
    let mut table = Table {
        comment: Some(match &stored.attribute.about {
            Some(about) => words::sentence(about),
            None => format!(
                "{} of {}: one row for each pair.",
                words::capital(&words::spoken(&stored.attribute.name)),
                words::spoken(&names::plural(&stored.entity.name))
            ),
        }),
        ..Table::default()
    };
    let holders = pair.holder.iter().zip(&holder_key);
    let targets = pair.target.iter().zip(&target_key);
    for (column, (_, data_type)) in holders.chain(targets) {
        if table.column(column.as_str()).is_none() {
            table
                .columns
                .push(Column::new(column.clone(), data_type.clone()).not_null());
        }
    }
    let mut key = pair.holder.clone();
    key.extend(pair.target_own.iter().cloned());
    table.constraints.insert(
        names::derived(&pair.table, &[], "pkey"),
        Constraint::primary_key(key).comment("A pair is there once."),
    );
    let mut to_holder = ForeignKey::new(
        pair.holder.clone(),
        holder_table.clone(),
        holder_key.iter().map(|(c, _)| c.clone()),
    );
    to_holder.on_delete = ReferentialAction::Cascade;
    to_holder.on_update = on_update(draft, &holder_reference);
    let holder_name = super::foreign_key_name(&pair.table, &pair.holder, &pair.holder);
    table.constraints.insert(
        holder_name,
        Constraint::new(ConstraintKind::ForeignKey(to_holder)).comment(format!(
            "The pair goes when the {} is deleted.",
            words::spoken(&stored.entity.name)
        )),
    );
    let mut to_target = ForeignKey::new(
        pair.target.clone(),
        target_table,
        target_key.iter().map(|(c, _)| c.clone()),
    );
    to_target.on_update = on_update(draft, to);
    let target_name = super::foreign_key_name(&pair.table, &pair.target, &pair.target_own);
    table.constraints.insert(
        target_name.clone(),
        Constraint::new(ConstraintKind::ForeignKey(to_target)).comment(format!(
            "{} that is in use cannot be deleted.",
            words::capital(&words::a(to.role.as_ref().unwrap_or(&to.entity)))
        )),
    );
    // The key finds the pairs of a holder; this finds those of a target, and serves its deletion.
    let mut reverse = pair.target.clone();
    reverse.extend(
        pair.holder
            .iter()
            .filter(|c| !pair.target.contains(c))
            .cloned(),
    );
    let mut index = Index::btree(reverse);
    index.comment = Some(format!(
        "The other direction: the {} of {}; also for deleting one.",
        words::spoken(&names::plural(&stored.entity.name)),
        words::a(to.role.as_ref().unwrap_or(&to.entity))
    ));
    let main = pair.target_own.last().or(pair.target.last());
    table.indexes.insert(
        names::derived(&pair.table, &[main.map_or("", Name::as_str)], "idx"),
        index,
    );
    draft.catalog.tables.insert(pair.table.clone(), table);
    draft.side_tables.insert(
        pair.table.clone(),
        SideTable {
            kind: SideTableKind::Junction,
            entity: stored.entity.name.clone(),
            of: stored.attribute.name.clone(),
            tenant_column: pair.tenant.clone(),
            entity_columns: pair.holder.clone(),
        },
    );
    if let Place::Entity | Place::Kind(_) = stored.place
        && let Some(tenant) = &pair.tenant
        && !pair.holder.contains(tenant)
    {
        // Cannot happen: the holder's key begins with the tenant's column.
        debug_assert!(false, "{} lacks {tenant}", pair.table);
    }
    draft.enforce(Enforcement {
        rule: stored.rule("pairs"),
        says: format!(
            "Each of the {} of {} exists and is there once.",
            words::spoken(&stored.attribute.name),
            words::a(&stored.entity.name)
        ),
        by: vec![
            ObjectId::Constraint(pair.table.clone(), names::derived(&pair.table, &[], "pkey")),
            ObjectId::Constraint(pair.table.clone(), target_name),
        ],
        how: "The pair is the key of its table, and a foreign key each way.".to_owned(),
        family: "relationships",
        source: Source::at(stored.part(), stored.attribute.span),
    });
    if at_least_one {
        require_one(draft, stored, &pair, holder_table, holder_key);
    }
    explain(draft, stored, &pair, to);
}

fn presence_rule(stored: &Stored<'_>, pair: &Pair) -> Name {
    let _ = stored;
    names::shortened(&format!("{}_at_least_one", pair.table.name), "")
}

fn require_one(
    draft: &mut Draft<'_>,
    stored: &Stored<'_>,
    pair: &Pair,
    table: QualifiedName,
    key: Vec<(Name, String)>,
) {
    let rule = presence_rule(stored, pair);
    let singular = words::spoken(&names::singular(&stored.attribute.name));
    let presence = Presence {
        table,
        key,
        beside: vec![pair.table.clone()],
        columns: pair.holder.clone(),
        append_only: stored.entity.append_only,
        rule: rule.clone(),
        function: rule,
        message: format!(
            "{} must have at least one {singular}",
            words::a(&stored.entity.name)
        ),
        hint: format!(
            "Add the {singular} in the same transaction, or add the new one before removing the last."
        ),
    };
    let by = presence.build(draft);
    draft.enforce(Enforcement {
        rule: stored.rule("at_least_one"),
        says: format!(
            "{} has at least one {singular}.",
            words::capital(&words::a(&stored.entity.name))
        ),
        by,
        how: format!(
            "Deferred constraint triggers look when the transaction ends, with the {} locked: of \
             two transactions that each remove one of the last two, the second is refused. \
             {ISOLATION_LEVELS}",
            words::spoken(&stored.entity.name)
        ),
        family: "relationships",
        source: Source::at(stored.part(), stored.attribute.span),
    });
}

fn explain(draft: &mut Draft<'_>, stored: &Stored<'_>, pair: &Pair, to: &Reference) {
    let target = to.role.as_ref().unwrap_or(&to.entity);
    draft.decide(Decision {
        family: "relationships",
        title: format!(
            "{} of {}",
            words::capital(&words::spoken(&stored.attribute.name)),
            words::spoken(&names::plural(&stored.entity.name))
        ),
        subjects: vec![ObjectId::Table(pair.table.clone())],
        choice: format!(
            "A table of pairs, {}, whose key is the pair, with an index for the other direction.",
            pair.table.name
        ),
        rationale: format!(
            "{} has many and {} is had by many. The pair has no facts of its own, so it needs no \
             key of its own: the key says that it is there once and lists what {} has, the index \
             lists who has {}.",
            words::capital(&words::a(&stored.entity.name)),
            words::a(target),
            words::a(&stored.entity.name),
            words::a(target)
        ),
        alternatives: vec![
            Alternative::new(
                "an array of keys in the row",
                "One row to read, but no foreign key can watch over its elements, and two writers \
                 who each add one overwrite each other.",
            ),
            Alternative::new(
                "an entity of its own",
                "Right as soon as something is to be known of the pair: since when, in which order.",
            ),
        ],
        source: Source::at(stored.part(), stored.attribute.span),
        weight: Weight::Notable,
    });
}

pub(super) fn tests(draft: &Draft<'_>, fixtures: &Fixtures<'_>) -> Vec<RuleTest> {
    let mut tests = Vec::new();
    for stored in Stored::of_brief(draft.brief) {
        let AttributeKind::Many { to, at_least_one } = &stored.attribute.kind else {
            continue;
        };
        let Some(pair) = pair(draft, &stored, to) else {
            continue;
        };
        let link = fixtures.table_row(&pair.table, 1);
        let says = |rule: &str| {
            draft
                .enforcements
                .iter()
                .find(|e| e.rule == rule)
                .map(|e| e.says.clone())
                .unwrap_or_default()
        };
        let rule = stored.rule("pairs");
        let key = names::derived(&pair.table, &[], "pkey");
        let mut given = fixtures.needs(&[&link]);
        given.retain(|statement| *statement != fixtures.insert_only(&link));
        tests.push(RuleTest {
            says: says(&rule),
            rule,
            given,
            cases: vec![
                Case {
                    says: "a pair".to_owned(),
                    statements: vec![fixtures.insert_only(&link)],
                    expected: Expected::Accepted,
                },
                Case {
                    says: "the same pair again".to_owned(),
                    statements: vec![fixtures.insert_only(&link)],
                    expected: Expected::rejected("23505", Some(key.as_str())),
                },
            ],
        });
        if *at_least_one && matches!(stored.place, Place::Entity) {
            let rule = stored.rule("at_least_one");
            let row = fixtures.row(&stored.entity.name, 1);
            let constraint = presence_rule(&stored, &pair);
            tests.push(RuleTest {
                says: says(&rule),
                rule,
                given: fixtures.needs(&[&row]),
                cases: vec![
                    Case {
                        says: "none".to_owned(),
                        statements: vec![fixtures.insert_only(&row)],
                        expected: Expected::rejected("23514", Some(constraint.as_str())),
                    },
                    trial::accepted(fixtures, "one", &row),
                    Case {
                        says: "the last one removed".to_owned(),
                        statements: vec![format!("DELETE FROM {}", pair.table.quoted())],
                        expected: Expected::rejected("23514", Some(constraint.as_str())),
                    },
                ],
            });
        }
    }
    tests
}
