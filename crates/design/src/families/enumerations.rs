//! Enumerated values: an enum type, a check, or a table that users maintain.

use std::collections::BTreeMap;

use pgwright_brief::model::{Attribute, AttributeKind};
use pgwright_catalog::{
    Column, Constraint, ConstraintKind, ForeignKey, Identity, Name, ObjectId, QualifiedName, Table,
    Type, TypeKind, quote_literal,
};
use pgwright_ddl::expr::Expr;

use super::Family;
use crate::decision::{Alternative, Decision, Enforcement, Source, Weight};
use crate::draft::{Columns, Draft, SideTable, SideTableKind};
use crate::fixtures::Fixtures;
use crate::layout::{self, Place, Stored};
use crate::testing::{Case, Expected, RuleTest};
use crate::{names, trial, words};

/// Enumerated values: an enum type, a check, or a table that users maintain.
#[derive(Debug)]
pub struct Enumerations;

/// Lists of more values than this change too often for a type that cannot lose a value.
const MOST_LABELS: usize = 20;

/// PostgreSQL keeps an enum label as a name: 63 bytes.
const LONGEST_LABEL: usize = 63;

impl Family for Enumerations {
    fn name(&self) -> &'static str {
        "enumerations"
    }

    fn build(&self, draft: &mut Draft<'_>) {
        for stored in Stored::of_brief(draft.brief) {
            if let Some(values) = values(stored.attribute) {
                build_list(draft, &stored, values);
            } else if stored.attribute.kind == AttributeKind::Lookup {
                build_lookup(draft, &stored);
            }
        }
        explain_lists(draft);
        explain_lookups(draft);
    }

    fn tests(&self, draft: &Draft<'_>, fixtures: &Fixtures<'_>) -> Vec<RuleTest> {
        let mut tests = Vec::new();
        for stored in Stored::of_brief(draft.brief) {
            if let Some(values) = values(stored.attribute) {
                tests.extend(list_test(draft, fixtures, &stored, values));
            } else if stored.attribute.kind == AttributeKind::Lookup {
                tests.extend(lookup_test(draft, fixtures, &stored));
            }
        }
        tests
    }
}

/// The values of a list that the brief fixes, states included.
fn values(attribute: &Attribute) -> Option<&[String]> {
    match &attribute.kind {
        AttributeKind::OneOf(values) => Some(values),
        AttributeKind::States(states) => Some(&states.states),
        _ => None,
    }
}

/// The list is an enum type, as opposed to text with a check.
pub(super) fn is_enum(values: &[String]) -> bool {
    values.len() <= MOST_LABELS && values.iter().all(|v| v.len() <= LONGEST_LABEL)
}

/// The type of a column that holds one of the values.
pub(super) fn column_type(draft: &Draft<'_>, stored: &Stored<'_>, values: &[String]) -> String {
    if is_enum(values) {
        type_name(draft, stored, values).quoted()
    } else {
        "text".to_owned()
    }
}

/// The enum type: of the entity and attribute that name it first; attributes of the same name and
/// the same values share it.
fn type_name(draft: &Draft<'_>, stored: &Stored<'_>, list: &[String]) -> QualifiedName {
    let name = &stored.attribute.name;
    let all = Stored::of_brief(draft.brief);
    let alike = |other: &&Stored<'_>| {
        other.attribute.name == *name && values(other.attribute).is_some_and(|v| v == list)
    };
    let first = all.iter().find(alike).unwrap_or(stored);
    let shared = all.iter().filter(alike).count() > 1;
    let others = all
        .iter()
        .any(|s| s.attribute.name == *name && values(s.attribute).is_some_and(|v| v != list));
    let base = match first.place {
        Place::Role(role) => &role.name,
        Place::Entity | Place::Kind(_) => &first.entity.name,
    };
    if shared && !others {
        layout::free_type(draft, name)
    } else {
        layout::free_type(draft, &format!("{base}_{name}"))
    }
}

/// A default as a value of the type.
fn default_sql(default: &Expr, data_type: &str) -> String {
    match default {
        Expr::Text(text) => format!("{}::{data_type}", quote_literal(text)),
        other => other.to_sql(),
    }
}

fn build_list(draft: &mut Draft<'_>, stored: &Stored<'_>, values: &[String]) {
    let Some(Columns::One(name)) = stored.columns(draft) else {
        return;
    };
    let data_type = column_type(draft, stored, values);
    let attribute = stored.attribute;
    let mut column = Column::new(name.clone(), data_type.clone());
    column.not_null = !stored.nullable();
    column.comment = attribute.about.as_deref().map(words::sentence);
    match (&attribute.default, &attribute.kind) {
        (Some(default), _) => column = column.default(default_sql(default, &data_type)),
        (None, AttributeKind::States(states)) => {
            column = column.default(default_sql(&Expr::text(&states.initial), &data_type));
        }
        _ => {}
    }
    layout::put(draft, stored, vec![column]);
    let quoted: Vec<String> = values.iter().map(|v| quote_literal(v)).collect();
    let table = stored.table(draft);
    let (by, how) = if is_enum(values) {
        let name = type_name(draft, stored, values);
        let mut new = Type::new(TypeKind::Enum(values.to_vec()));
        new.comment = Some(match &attribute.kind {
            AttributeKind::States(_) => format!(
                "States of {}, in the order they are gone through.",
                words::a(&stored.entity.name)
            ),
            _ => format!(
                "{} of {}.",
                words::capital(&words::spoken(&attribute.name)),
                words::a(&stored.entity.name)
            ),
        });
        draft.catalog.types.entry(name.clone()).or_insert(new);
        (
            ObjectId::Type(name),
            "The column's type is an enumeration: no other value can be written.",
        )
    } else {
        let check = list_constraint(&table, &name);
        let condition = format!("{} IN ({})", name.quoted(), quoted.join(", "));
        let constraint = Constraint::check(condition).comment(format!(
            "{} is one of the values that the application knows.",
            words::capital(&words::spoken(name.as_str()))
        ));
        if let Some(table) = draft.catalog.tables.get_mut(&table) {
            table.constraints.insert(check.clone(), constraint);
        }
        (
            ObjectId::Constraint(table, check),
            "A check constraint lists the values.",
        )
    };
    draft.enforce(Enforcement {
        rule: stored.rule("one_of"),
        says: format!(
            "{} of {} is one of {}.",
            words::capital(&words::spoken(&attribute.name)),
            words::a(&stored.entity.name),
            words::choice(values)
        ),
        by: vec![by],
        how: how.to_owned(),
        family: "enumerations",
        source: Source::at(stored.part(), attribute.span),
    });
}

fn list_constraint(table: &QualifiedName, column: &Name) -> Name {
    names::derived(table, &[column.as_str(), "one_of"], "check")
}

/// The table of a list that users maintain.
pub(super) fn lookup_table(draft: &Draft<'_>, stored: &Stored<'_>) -> QualifiedName {
    let base = match stored.place {
        Place::Role(role) => &role.name,
        Place::Entity | Place::Kind(_) => &stored.entity.name,
    };
    let singular = format!("{base}_{}", stored.attribute.name);
    let found = draft.side_tables.iter().find(|(_, side)| {
        side.kind == SideTableKind::Lookup
            && side.entity == stored.entity.name
            && side.of == lookup_of(stored)
    });
    match found {
        Some((name, _)) => name.clone(),
        None => layout::free_relation(draft, &singular),
    }
}

fn lookup_of(stored: &Stored<'_>) -> String {
    match stored.place {
        Place::Role(role) => format!("{}.{}", role.name, stored.attribute.name),
        Place::Entity | Place::Kind(_) => stored.attribute.name.clone(),
    }
}

fn build_lookup(draft: &mut Draft<'_>, stored: &Stored<'_>) {
    let Some(Columns::One(column)) = stored.columns(draft) else {
        return;
    };
    let lookup = lookup_table(draft, stored);
    let word = words::spoken(&stored.attribute.name);
    let tenant = draft.plan(&stored.entity.name).tenant_column.clone();
    let tenant_type = draft
        .brief
        .policies
        .tenancy
        .as_ref()
        .and_then(|t| draft.plan(&t.tenant).key.first().cloned());
    let mut table = Table {
        comment: Some(format!(
            "{} that users maintain, for {}.",
            words::capital(&words::spoken(&layout::plural(&stored.attribute.name))),
            words::spoken(&names::plural(&stored.entity.name))
        )),
        ..Table::default()
    };
    let mut key: Vec<Name> = Vec::new();
    if let (Some(tenant), Some((_, data_type))) = (&tenant, &tenant_type) {
        table.columns.push(
            Column::new(tenant.clone(), data_type.clone())
                .not_null()
                .comment("Whose list it is."),
        );
        key.push(tenant.clone());
    }
    let id = if draft.brief.naming.prefixed_keys {
        names::shortened(&stored.attribute.name, "id")
    } else {
        Name::new("id")
    };
    let mut identity = Column::new(id.clone(), "bigint").not_null();
    identity.identity = Some(Identity {
        always: true,
        ..Identity::default()
    });
    table.columns.push(identity);
    let mut unique = key.clone();
    unique.push(Name::new("name"));
    key.push(id.clone());
    table.columns.push(
        Column::new("name", "text")
            .not_null()
            .comment(format!("The {word} as people see it.")),
    );
    table.columns.push(
        Column::new("position", "integer")
            .not_null()
            .default("0")
            .comment("Place in the list; equal places are sorted by name."),
    );
    table.columns.push(
        Column::new("active", "boolean")
            .not_null()
            .default("true")
            .comment("False: kept for rows that have it, no longer offered for new ones."),
    );
    table.constraints.insert(
        names::derived(&lookup, &[], "pkey"),
        Constraint::primary_key(key.clone()),
    );
    table.constraints.insert(
        names::derived(&lookup, &["name"], "key"),
        Constraint::unique(unique).comment(format!("A {word} is in the list once.")),
    );
    table.constraints.insert(
        names::derived(&lookup, &["name", "not_blank"], "check"),
        Constraint::check("name ~ '[^[:space:]]'").comment("A name holds more than spaces."),
    );
    if let (Some(tenant), Some((tenant_key, _)), Some(policy)) =
        (&tenant, &tenant_type, &draft.brief.policies.tenancy)
    {
        let tenants = draft.plan(&policy.tenant).table.clone();
        table.constraints.insert(
            names::derived(&lookup, &[tenant.as_str()], "fkey"),
            Constraint::new(ConstraintKind::ForeignKey(ForeignKey::new(
                [tenant.clone()],
                tenants,
                [tenant_key.clone()],
            ))),
        );
    }
    draft.catalog.tables.insert(lookup.clone(), table);
    draft.side_tables.insert(
        lookup.clone(),
        SideTable {
            kind: SideTableKind::Lookup,
            entity: stored.entity.name.clone(),
            of: lookup_of(stored),
            tenant_column: tenant.clone(),
            entity_columns: Vec::new(),
        },
    );
    let mut reference = Column::new(column.clone(), "bigint");
    reference.not_null = !stored.nullable();
    reference.comment = stored.attribute.about.as_deref().map(words::sentence);
    layout::put(draft, stored, vec![reference]);
    let holder = stored.table(draft);
    let mut columns: Vec<Name> = tenant.into_iter().collect();
    columns.push(column.clone());
    let foreign_key = names::derived(&holder, &[column.as_str()], "fkey");
    let constraint = Constraint::new(ConstraintKind::ForeignKey(ForeignKey::new(
        columns,
        lookup.clone(),
        key,
    )))
    .comment(format!(
        "The {word} is one of the list; one that is in use is not deleted but made inactive."
    ));
    if let Some(table) = draft.catalog.tables.get_mut(&holder) {
        table.constraints.insert(foreign_key.clone(), constraint);
    }
    draft.enforce(Enforcement {
        rule: stored.rule("in_list"),
        says: format!(
            "{} of {} is one of the list that users maintain.",
            words::capital(&word),
            words::a(&stored.entity.name)
        ),
        by: vec![ObjectId::Constraint(holder, foreign_key)],
        how: format!("A foreign key to {lookup}."),
        family: "enumerations",
        source: Source::at(stored.part(), stored.attribute.span),
    });
}

fn explain_lists(draft: &mut Draft<'_>) {
    let all = Stored::of_brief(draft.brief);
    let mut enums: BTreeMap<QualifiedName, Vec<String>> = BTreeMap::new();
    let mut checks = Vec::new();
    let mut source = None;
    let mut largest = 0.0_f64;
    for stored in &all {
        let Some(list) = values(stored.attribute) else {
            continue;
        };
        source.get_or_insert((stored.part(), stored.attribute.span));
        if is_enum(list) {
            let rows = draft.plan(&stored.entity.name).expected_rows.unwrap_or(0.0);
            largest = largest.max(rows);
            enums
                .entry(type_name(draft, stored, list))
                .or_default()
                .push(stored.part());
        } else {
            checks.push(stored.part());
        }
    }
    let Some((part, span)) = source else {
        return;
    };
    if !enums.is_empty() {
        let size = if largest >= 1e6 {
            format!(
                " It takes four bytes a row whatever the word, which over {} rows is felt in every \
                 index on it.",
                words::count(largest)
            )
        } else {
            String::new()
        };
        let parts: Vec<String> = enums.values().flatten().cloned().collect();
        draft.decide(Decision {
            family: "enumerations",
            title: "Lists of values that the program knows".to_owned(),
            subjects: enums.keys().cloned().map(ObjectId::Type).collect(),
            choice: format!("Enum types for {}.", words::list_some(&parts, 8)),
            rationale: format!(
                "Code and rules name these values, so a new one comes with a release anyway; nobody \
                 adds one through a form. An enum is a type: columns, function arguments and \
                 clients know what may stand there, a misspelt value in a query is an error instead \
                 of an empty result, and ORDER BY follows the list and not the alphabet.{size} A \
                 value is added or renamed without touching a row."
            ),
            alternatives: vec![
                Alternative::new(
                    "text with a check constraint",
                    "Values can be taken away again: swap the check, first NOT VALID and then \
                     validated. A label of an enum stays for ever, or the type is replaced and the \
                     column rewritten. Right for lists that shrink.",
                ),
                Alternative::new(
                    "a lookup table",
                    "Right when values have facts of their own, are translated, differ from tenant \
                     to tenant, or are maintained by users. Costs a join or a key that nobody can \
                     read.",
                ),
                Alternative::new(
                    "a small number",
                    "Compact, and unreadable wherever the program is not at hand.",
                ),
            ],
            source: Source::at(part.clone(), span),
            weight: Weight::Notable,
        });
    }
    if !checks.is_empty() {
        draft.decide(Decision {
            family: "enumerations",
            title: "Long lists of values".to_owned(),
            subjects: Vec::new(),
            choice: format!("text with a check constraint for {}.", words::list(&checks)),
            rationale: format!(
                "A list of more than {MOST_LABELS} values is one that grows and shrinks, and an \
                 enum cannot lose a label. A check is replaced in one transaction."
            ),
            alternatives: vec![Alternative::new(
                "a lookup table",
                "As soon as somebody but the programmers should change it.",
            )],
            source: Source::at(part, span),
            weight: Weight::Routine,
        });
    }
}

fn explain_lookups(draft: &mut Draft<'_>) {
    let lookups: Vec<(QualifiedName, SideTable)> = draft
        .side_tables
        .iter()
        .filter(|(_, side)| side.kind == SideTableKind::Lookup)
        .map(|(name, side)| (name.clone(), side.clone()))
        .collect();
    let Some((_, first)) = lookups.first() else {
        return;
    };
    let parts: Vec<String> = lookups
        .iter()
        .map(|(_, side)| format!("{}.{}", side.entity, side.of))
        .collect();
    let tenant = if first.tenant_column.is_some() {
        format!(
            " Each {} has its own.",
            draft
                .brief
                .policies
                .tenancy
                .as_ref()
                .map_or("tenant", |t| &t.tenant)
        )
    } else {
        String::new()
    };
    draft.decide(Decision {
        family: "enumerations",
        title: "Lists that users maintain".to_owned(),
        subjects: lookups
            .iter()
            .map(|(name, _)| ObjectId::Table(name.clone()))
            .collect(),
        choice: format!(
            "A small table each for {}: a name, a place in the list, and whether it is still \
             offered.",
            words::list(&parts)
        ),
        rationale: format!(
            "A value that users add must not need a migration. Rows refer to it by number, so a \
             renamed value is renamed everywhere at once; one that is out of use is made inactive \
             and keeps its meaning for the rows that have it.{tenant}"
        ),
        alternatives: vec![
            Alternative::new(
                "one table for all lists, with a column that says which",
                "One screen maintains all of them, but a foreign key can then not tell a category \
                 from a unit, unless every reference repeats the column.",
            ),
            Alternative::new(
                "the name as the key",
                "No join to show it, but renaming one rewrites every row that has it.",
            ),
        ],
        source: Source::of(parts[0].clone()),
        weight: Weight::Notable,
    });
}

/// A row of the attribute's place.
fn row_of(fixtures: &Fixtures<'_>, stored: &Stored<'_>) -> Option<crate::fixtures::Row> {
    let row = fixtures.row(&stored.entity.name, 1);
    match stored.place {
        Place::Entity => Some(row),
        Place::Kind(kind) => {
            let attribute = &stored.entity.kinds.as_ref()?.attribute;
            Some(fixtures.with(row, attribute, &quote_literal(&kind.name)))
        }
        Place::Role(_) => None,
    }
}

fn list_test(
    draft: &Draft<'_>,
    fixtures: &Fixtures<'_>,
    stored: &Stored<'_>,
    values: &[String],
) -> Option<RuleTest> {
    let rule = stored.rule("one_of");
    let enforcement = draft.enforcements.iter().find(|e| e.rule == rule)?;
    let Columns::One(column) = stored.columns(draft)? else {
        return None;
    };
    let constraint = list_constraint(&stored.table(draft), &column);
    let (sqlstate, constraint) = if is_enum(values) {
        ("22P02", None)
    } else {
        ("23514", Some(constraint.as_str()))
    };
    let (row, mut rejected) = match stored.place {
        Place::Role(role) => {
            let row = fixtures.row_in_role(&stored.entity.name, &role.name, 1);
            let statement = format!(
                "UPDATE {} SET {} = 'no such value'",
                stored.table(draft).quoted(),
                column.quoted()
            );
            (row, vec![statement])
        }
        _ => {
            let row = row_of(fixtures, stored)?;
            let wrong = fixtures.with(row.clone(), column.as_str(), "'no such value'");
            (row, vec![fixtures.insert_only(&wrong)])
        }
    };
    let good = trial::accepted(
        fixtures,
        format!("{} with a value of the list", words::a(&stored.entity.name)),
        &row,
    );
    let bad = Case {
        says: "a value that is not in the list".to_owned(),
        statements: std::mem::take(&mut rejected),
        expected: Expected::rejected(sqlstate, constraint),
    };
    let cases = match stored.place {
        Place::Role(_) => vec![good, bad],
        _ => vec![bad, good],
    };
    Some(RuleTest {
        rule,
        says: enforcement.says.clone(),
        given: fixtures.needs(&[&row]),
        cases,
    })
}

fn lookup_test(
    draft: &Draft<'_>,
    fixtures: &Fixtures<'_>,
    stored: &Stored<'_>,
) -> Option<RuleTest> {
    let rule = stored.rule("in_list");
    let enforcement = draft.enforcements.iter().find(|e| e.rule == rule)?;
    let Columns::One(column) = stored.columns(draft)? else {
        return None;
    };
    let row = row_of(fixtures, stored)?;
    let constraint = names::derived(&stored.table(draft), &[column.as_str()], "fkey");
    let wrong = fixtures.with(row.clone(), column.as_str(), "-1");
    let row = if stored.attribute.optional {
        fixtures.with(row, column.as_str(), "NULL")
    } else {
        row
    };
    Some(RuleTest {
        rule,
        says: enforcement.says.clone(),
        given: fixtures.needs(&[&row]),
        cases: vec![
            Case {
                says: "a key that is not in the list".to_owned(),
                statements: vec![fixtures.insert_only(&wrong)],
                expected: Expected::rejected("23503", Some(constraint.as_str())),
            },
            trial::accepted(
                fixtures,
                format!("{} with a value of the list", words::a(&stored.entity.name)),
                &row,
            ),
        ],
    })
}
