//! Uniqueness: of attributes, combinations and keys, and rules of the form "at most one".

mod cases;
mod concurrent;
mod explain;
mod registry;

use pgwright_brief::model::{AttributeKind, Brief, Entity, RuleForm, Span, ValueType};
use pgwright_catalog::{
    Constraint, ConstraintKind, Expression, Index, IndexElement, Key, Name, ObjectId, QualifiedName,
};
use pgwright_ddl::expr::Expr;

use super::Family;
use crate::decision::{Enforcement, Source};
use crate::draft::{Columns, Draft, KeyKind};
use crate::fixtures::Fixtures;
use crate::layout::{Place, Stored};
use crate::testing::{ConcurrentTest, RuleTest};
use crate::{names, words};

/// Uniqueness: of attributes, combinations and keys, and rules of the form "at most one".
#[derive(Debug)]
pub struct Uniqueness;

impl Family for Uniqueness {
    fn name(&self) -> &'static str {
        "uniqueness"
    }

    fn build(&self, draft: &mut Draft<'_>) {
        let demands = demands(draft.brief);
        for demand in &demands {
            build_demand(draft, demand);
        }
        explain::decisions(draft, &demands);
    }

    fn tests(&self, draft: &Draft<'_>, fixtures: &Fixtures<'_>) -> Vec<RuleTest> {
        demands(draft.brief)
            .iter()
            .filter_map(|demand| cases::test(draft, fixtures, demand))
            .collect()
    }

    fn concurrent_tests(&self, draft: &Draft<'_>, fixtures: &Fixtures<'_>) -> Vec<ConcurrentTest> {
        demands(draft.brief)
            .iter()
            .filter_map(|demand| concurrent::test(draft, fixtures, demand))
            .collect()
    }
}

/// Something that must be unique.
#[derive(Debug, Clone)]
struct Demand<'b> {
    entity: &'b Entity,
    place: Place<'b>,
    /// Name of the rule.
    rule: String,
    /// In words.
    says: String,
    /// Attributes that rows share: uniqueness is within them.
    scope: Vec<String>,
    /// Attributes that are unique within the scope; none for "at most one".
    unique: Vec<String>,
    /// Only among rows where this holds.
    condition: Option<&'b Expr>,
    /// The constraint's own name, for rules that have one.
    named: Option<String>,
    span: Span,
}

impl Demand<'_> {
    fn attributes(&self) -> impl Iterator<Item = &String> {
        self.scope.iter().chain(&self.unique)
    }

    fn part(&self) -> String {
        match self.unique.first() {
            Some(first) => format!("{}.{first}", self.entity.name),
            None => self.entity.name.clone(),
        }
    }
}

/// Everything that the brief wants unique, in its order.
fn demands(brief: &Brief) -> Vec<Demand<'_>> {
    let mut demands = Vec::new();
    for entity in brief.entities.iter().filter(|e| e.existing.is_none()) {
        let a = words::a(&entity.name);
        for stored in Stored::of(entity) {
            if let Some(scope) = &stored.attribute.unique {
                let name = &stored.attribute.name;
                let within = within(scope);
                demands.push(Demand {
                    entity,
                    place: stored.place,
                    rule: stored.rule("unique"),
                    says: stored.attribute.says.clone().unwrap_or_else(|| {
                        format!("The {} of {a} is unique{within}.", words::spoken(name))
                    }),
                    scope: scope.iter().filter(|s| *s != name).cloned().collect(),
                    unique: vec![name.clone()],
                    condition: None,
                    named: None,
                    span: stored.attribute.span,
                });
            }
        }
        if let Some(key) = &entity.key {
            let spoken: Vec<String> = key.iter().map(|k| words::spoken(k)).collect();
            demands.push(Demand {
                entity,
                place: Place::Entity,
                rule: format!("{}.key_unique", entity.name),
                says: format!(
                    "{} is identified by its {}.",
                    words::capital(&a),
                    words::list(&spoken)
                ),
                scope: Vec::new(),
                unique: key.clone(),
                condition: None,
                named: None,
                span: entity.span,
            });
        }
        for unique in &entity.unique {
            let spoken: Vec<String> = unique.attributes.iter().map(|k| words::spoken(k)).collect();
            let only = match &unique.condition {
                Some(condition) => format!(" among those where {condition}"),
                None => String::new(),
            };
            demands.push(Demand {
                entity,
                place: Place::Entity,
                rule: format!("{}.{}_unique", entity.name, unique.attributes.join("_")),
                says: format!(
                    "No two {} have the same {}{only}.",
                    words::spoken(&names::plural(&entity.name)),
                    words::list(&spoken)
                ),
                scope: Vec::new(),
                unique: unique.attributes.clone(),
                condition: unique.condition.as_ref(),
                named: None,
                span: unique.span,
            });
        }
        for rule in &entity.rules {
            if let RuleForm::AtMostOne { per, condition } = &rule.form {
                demands.push(Demand {
                    entity,
                    place: Place::Entity,
                    rule: rule.name.clone(),
                    says: rule.says.clone(),
                    scope: per.clone(),
                    unique: Vec::new(),
                    condition: condition.as_ref(),
                    named: Some(rule.name.clone()),
                    span: rule.span,
                });
            }
        }
    }
    demands
}

fn within(scope: &[String]) -> String {
    if scope.is_empty() {
        return String::new();
    }
    let spoken: Vec<String> = scope.iter().map(|s| words::spoken(s)).collect();
    format!(" within its {}", words::list(&spoken))
}

/// A column as a unique index compares it.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    /// As it is.
    Column(Name),
    /// Whatever the case: e-mail addresses.
    Lower(Name),
}

impl Part {
    fn column(&self) -> &Name {
        match self {
            Self::Column(name) | Self::Lower(name) => name,
        }
    }
}

/// What becomes a unique constraint or index.
#[derive(Debug, Clone)]
struct Spec {
    table: QualifiedName,
    parts: Vec<Part>,
    conditions: Vec<String>,
    name: Name,
    says: String,
    nulls_not_distinct: bool,
}

fn table_of(draft: &Draft<'_>, demand: &Demand<'_>) -> QualifiedName {
    let plan = draft.plan(&demand.entity.name);
    match demand.place {
        Place::Role(role) => plan
            .role_tables
            .get(&role.name)
            .map_or_else(|| plan.table.clone(), |r| r.table.clone()),
        Place::Entity | Place::Kind(_) => plan.table.clone(),
    }
}

fn columns_of(draft: &Draft<'_>, demand: &Demand<'_>, attribute: &str) -> Option<Columns> {
    let plan = draft.plan(&demand.entity.name);
    if let Place::Role(role) = demand.place
        && let Some(table) = plan.role_tables.get(&role.name)
        && let Some(columns) = table.columns.get(attribute)
    {
        return Some(columns.clone());
    }
    plan.columns.get(attribute).cloned()
}

/// The constraints and indexes that a demand needs: one, or one for each choice of a reference to
/// one of several.
fn specs(draft: &Draft<'_>, demand: &Demand<'_>) -> Vec<Spec> {
    let table = table_of(draft, demand);
    let mut sets: Vec<Vec<Part>> = vec![tenant(draft, demand)];
    for attribute in demand.attributes() {
        let Some(columns) = columns_of(draft, demand, attribute) else {
            continue;
        };
        let choices: Vec<Vec<Part>> = match &columns {
            Columns::One(name) if is_email(demand.entity, attribute) => {
                vec![vec![Part::Lower(name.clone())]]
            }
            Columns::Either(choices) => choices
                .iter()
                .map(|(_, columns)| columns.iter().cloned().map(Part::Column).collect())
                .collect(),
            Columns::Reference { columns, .. } => {
                vec![columns.iter().cloned().map(Part::Column).collect()]
            }
            other => vec![other.all().into_iter().map(Part::Column).collect()],
        };
        sets = sets
            .iter()
            .flat_map(|set| {
                choices.iter().map(move |choice| {
                    let mut set = set.clone();
                    set.extend(
                        choice
                            .iter()
                            .filter(|p| !set.contains(p))
                            .cloned()
                            .collect::<Vec<_>>(),
                    );
                    set
                })
            })
            .collect();
    }
    let mut conditions = Vec::new();
    if let Some(condition) = demand.condition {
        conditions.push(
            draft
                .row_expression(&demand.entity.name, condition)
                .to_sql(),
        );
    }
    let not_distinct = draft.brief.minimum_version >= 15;
    sets.into_iter()
        .flat_map(|parts| {
            let nulls = nulls(draft, demand, &table, &parts);
            let mut conditions = conditions.clone();
            conditions.extend(nulls.conditions);
            let middle: Vec<&str> = match &demand.named {
                Some(name) => vec![names::rule_part(&table, name)],
                None => parts
                    .iter()
                    .map(|p| p.column())
                    .filter(|c| Some(*c) != tenant_of(draft, demand).as_ref() || parts.len() == 1)
                    .map(Name::as_str)
                    .collect(),
            };
            let whole = Spec {
                name: names::derived(&table, &middle, "key"),
                table: table.clone(),
                parts,
                conditions,
                says: demand.says.clone(),
                nulls_not_distinct: not_distinct && !nulls.scope.is_empty(),
            };
            let groups = if not_distinct {
                Vec::new()
            } else {
                groups(&whole, &nulls.scope)
            };
            std::iter::once(whole).chain(groups)
        })
        .collect()
}

/// Before PostgreSQL 15 each group of rows that lack the same columns needs an index of its own.
fn groups(whole: &Spec, scope: &[Name]) -> Vec<Spec> {
    let scope = &scope[..scope.len().min(3)];
    (1..1_usize << scope.len())
        .map(|chosen| {
            let missing: Vec<&Name> = scope
                .iter()
                .enumerate()
                .filter(|(position, _)| chosen & (1 << position) != 0)
                .map(|(_, column)| column)
                .collect();
            let mut spec = whole.clone();
            spec.parts.retain(|p| !missing.contains(&p.column()));
            spec.conditions
                .extend(missing.iter().map(|c| format!("{} IS NULL", c.quoted())));
            let middle: Vec<&str> = spec
                .parts
                .iter()
                .map(|p| p.column().as_str())
                .chain(["without"])
                .chain(missing.iter().map(|c| c.as_str()))
                .collect();
            spec.name = names::derived(&spec.table, &middle, "key");
            spec
        })
        .collect()
}

/// How values that are not known count.
struct Nulls {
    /// Columns that may be empty and still tell rows apart: those without are one group.
    scope: Vec<Name>,
    /// What the index leaves out.
    conditions: Vec<String>,
}

/// Rows without the unique value itself do not clash. Rows without the value that they are unique
/// within, such as tasks without a project, are one group: only NULLS NOT DISTINCT says so.
fn nulls(draft: &Draft<'_>, demand: &Demand<'_>, table: &QualifiedName, parts: &[Part]) -> Nulls {
    let none = Nulls {
        scope: Vec::new(),
        conditions: Vec::new(),
    };
    if demand.unique.is_empty() {
        return none;
    }
    let Some(table) = draft.catalog.tables.get(table) else {
        return none;
    };
    let nullable = |part: &&Part| {
        table
            .column(part.column().as_str())
            .is_some_and(|c| !c.not_null)
    };
    let either = demand
        .attributes()
        .any(|a| matches!(columns_of(draft, demand, a), Some(Columns::Either(_))));
    let empty: Vec<&Part> = parts.iter().filter(nullable).collect();
    if empty.is_empty() || empty.len() == parts.len() || parts.len() == 1 || either {
        return none;
    }
    // What is unique within something is the last; a combination has no such part.
    let last = demand
        .unique
        .last()
        .filter(|_| !demand.scope.is_empty())
        .and_then(|a| columns_of(draft, demand, a))
        .map(|c| c.all())
        .unwrap_or_default();
    let scope: Vec<Name> = empty
        .iter()
        .map(|p| p.column())
        .filter(|c| !last.contains(c))
        .cloned()
        .collect();
    if scope.is_empty() {
        return none;
    }
    Nulls {
        scope,
        conditions: empty
            .iter()
            .filter(|p| last.contains(p.column()))
            .map(|p| format!("{} IS NOT NULL", p.column().quoted()))
            .collect(),
    }
}

fn tenant_of(draft: &Draft<'_>, demand: &Demand<'_>) -> Option<Name> {
    draft.plan(&demand.entity.name).tenant_column.clone()
}

fn tenant(draft: &Draft<'_>, demand: &Demand<'_>) -> Vec<Part> {
    tenant_of(draft, demand)
        .into_iter()
        .map(Part::Column)
        .collect()
}

fn is_email(entity: &Entity, attribute: &str) -> bool {
    Stored::of(entity).iter().any(|s| {
        s.attribute.name == attribute && s.attribute.kind == AttributeKind::Value(ValueType::Email)
    })
}

fn build_demand(draft: &mut Draft<'_>, demand: &Demand<'_>) {
    let mut by = Vec::new();
    let mut how = String::new();
    for spec in specs(draft, demand) {
        let (objects, text) = keep(draft, demand.entity, spec);
        by.extend(objects);
        how = text;
    }
    draft.enforce(Enforcement {
        rule: demand.rule.clone(),
        says: demand.says.clone(),
        by,
        how,
        family: "uniqueness",
        source: Source::at(demand.part(), demand.span),
    });
}

/// Makes columns of a table unique, for the families of references: among rows that are not
/// hidden, and across partitions.
pub(super) fn add_unique(
    draft: &mut Draft<'_>,
    entity: &Entity,
    table: &QualifiedName,
    columns: &[Name],
    says: &str,
) -> Vec<ObjectId> {
    let tenant = draft.plan(&entity.name).tenant_column.clone();
    let middle: Vec<&str> = columns
        .iter()
        .filter(|c| Some(*c) != tenant.as_ref() || columns.len() == 1)
        .map(Name::as_str)
        .collect();
    let spec = Spec {
        table: table.clone(),
        parts: columns.iter().cloned().map(Part::Column).collect(),
        conditions: Vec::new(),
        name: names::derived(table, &middle, "key"),
        says: says.to_owned(),
        nulls_not_distinct: false,
    };
    keep(draft, entity, spec).0
}

/// Adds what keeps a combination unique; gives the objects, and how they do it.
fn keep(draft: &mut Draft<'_>, entity: &Entity, mut spec: Spec) -> (Vec<ObjectId>, String) {
    let plan = draft.plan(&entity.name).clone();
    let on_entity = spec.table == plan.table;
    let columns: Vec<Name> = spec.parts.iter().map(|p| p.column().clone()).collect();
    let plain = spec.parts.iter().all(|p| matches!(p, Part::Column(_)));
    if plain && let Some(key) = same_key(draft, &spec.table, &columns) {
        return (
            vec![ObjectId::Constraint(spec.table.clone(), key)],
            "It is the table's key.".to_owned(),
        );
    }
    if on_entity && plan.restorable {
        spec.conditions.push("deleted_at IS NULL".to_owned());
    }
    if on_entity
        && let Some(partition) = &plan.partition
        && !columns.contains(&partition.column)
    {
        return registry::build(draft, entity, &spec);
    }
    let Some(table) = draft.catalog.tables.get_mut(&spec.table) else {
        return (Vec::new(), String::new());
    };
    if plain && spec.conditions.is_empty() && !columns.is_empty() {
        let mut key = Key::new(columns);
        key.nulls_not_distinct = spec.nulls_not_distinct;
        table.constraints.insert(
            spec.name.clone(),
            Constraint::new(ConstraintKind::Unique(key)).comment(words::sentence(&spec.says)),
        );
        return (
            vec![ObjectId::Constraint(spec.table, spec.name)],
            "A unique constraint: of two writers at once, the second waits for the first and is \
             then refused."
                .to_owned(),
        );
    }
    let mut index = Index::btree(Vec::<Name>::new());
    index.unique = true;
    index.nulls_not_distinct = spec.nulls_not_distinct;
    index.elements = spec
        .parts
        .iter()
        .map(|part| match part {
            Part::Column(name) => IndexElement::column(name.clone()),
            Part::Lower(name) => IndexElement::expression(format!("lower({})", name.quoted())),
        })
        .collect();
    if index.elements.is_empty() {
        // At most one row in all: every row that the condition lets in has the same key.
        index.elements.push(IndexElement::expression("true"));
    }
    if !spec.conditions.is_empty() {
        index.predicate = Some(Expression::new(conjunction(&spec.conditions)));
    }
    index.comment = Some(words::sentence(&spec.says));
    table.indexes.insert(spec.name.clone(), index);
    let only = if spec.conditions.is_empty() {
        String::new()
    } else {
        format!(" over the rows where {}", spec.conditions.join(" and "))
    };
    (
        vec![ObjectId::Index(spec.table, spec.name)],
        format!(
            "A unique index{only}: of two writers at once, the second waits for the first and is \
             then refused."
        ),
    )
}

fn conjunction(conditions: &[String]) -> String {
    match conditions {
        [one] => one.clone(),
        many => many
            .iter()
            .map(|c| {
                // OR binds weaker than the AND that joins them; nothing else does.
                if c.to_uppercase().contains(" OR ") {
                    format!("({c})")
                } else {
                    c.clone()
                }
            })
            .collect::<Vec<_>>()
            .join(" AND "),
    }
}

/// A key of the table over exactly these columns, in any order.
fn same_key(draft: &Draft<'_>, table: &QualifiedName, columns: &[Name]) -> Option<Name> {
    let table = draft.catalog.tables.get(table)?;
    table
        .keys()
        .find(|(_, key)| {
            key.columns.len() == columns.len() && key.columns.iter().all(|c| columns.contains(c))
        })
        .map(|(name, _)| name.clone())
}

/// The table's own key says it already.
fn is_primary(draft: &Draft<'_>, demand: &Demand<'_>) -> bool {
    draft.plan(&demand.entity.name).key_kind == KeyKind::Natural
        && demand.entity.key.as_ref() == Some(&demand.unique)
}
