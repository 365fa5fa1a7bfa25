//! Types of values: what each meaning becomes, and which forms of it are refused.

mod cases;
mod column;
mod explain;
mod format;
mod time_zone;

use std::collections::{BTreeMap, BTreeSet};

use pgwright_brief::model::{Attribute, AttributeKind, ValueType};
use pgwright_catalog::{
    Column, Constraint, DomainCheck, Expression, Generated, Index, IndexElement, Name, ObjectId,
    QualifiedName, Type, TypeKind,
};
use pgwright_ddl::expr::Expr;

use super::Family;
use crate::decision::{Enforcement, Source};
use crate::draft::{Columns, Draft};
use crate::fixtures::Fixtures;
use crate::layout::{self, Place, Stored};
use crate::testing::RuleTest;
use crate::{names, words};

pub(super) use column::column_type;
use format::Format;

/// Types of values: what each meaning becomes, and which forms of it are refused.
#[derive(Debug)]
pub struct Types;

impl Family for Types {
    fn name(&self) -> &'static str {
        "types"
    }

    fn build(&self, draft: &mut Draft<'_>) {
        for stored in Stored::of_brief(draft.brief) {
            if let AttributeKind::Value(meaning) = &stored.attribute.kind {
                build_types(draft, meaning);
                build_value(draft, &stored, meaning);
            }
        }
        for entity in draft.created_entities() {
            enforce_required(draft, entity);
        }
        explain::decisions(draft);
        explain::questions(draft);
    }

    fn tests(&self, draft: &Draft<'_>, fixtures: &Fixtures<'_>) -> Vec<RuleTest> {
        cases::tests(draft, fixtures)
    }
}

/// Values of an attribute that its columns hold, with the part each is.
fn value_columns(columns: &Columns) -> Vec<(Option<&str>, &Name)> {
    match columns {
        Columns::One(name) => vec![(None, name)],
        Columns::Several(parts) => parts.iter().map(|(p, c)| (Some(p.as_str()), c)).collect(),
        Columns::Reference { .. } | Columns::Either(_) | Columns::Table(_) => Vec::new(),
    }
}

/// The form that a column must have, if its meaning has one.
fn format_of(meaning: &ValueType, part: Option<&str>) -> Option<Format> {
    match part {
        Some(part) => format::of_part(meaning, part),
        None => format::of(meaning),
    }
}

/// The meaning of a part that is a value of its own.
fn part_meaning(meaning: &ValueType, part: Option<&str>) -> Option<ValueType> {
    match (meaning, part) {
        (_, None) => Some(meaning.clone()),
        (ValueType::Money { .. }, Some("currency")) => Some(ValueType::Currency),
        (ValueType::Address, Some("country")) => Some(ValueType::Country),
        _ => None,
    }
}

/// Types that the meaning needs: domains, the days of the week, ranges over times of day.
fn build_types(draft: &mut Draft<'_>, meaning: &ValueType) {
    let parts = layout::parts(meaning);
    let parts: Vec<Option<&str>> = match parts {
        [] => vec![None],
        parts => parts.iter().map(|p| Some(*p)).collect(),
    };
    for part in parts {
        if let Some(meaning) = part_meaning(meaning, part) {
            build_domain(draft, &meaning);
        }
    }
    match meaning {
        ValueType::Weekday => {
            let days = [
                "monday",
                "tuesday",
                "wednesday",
                "thursday",
                "friday",
                "saturday",
                "sunday",
            ];
            let mut new = Type::new(TypeKind::Enum(days.map(str::to_owned).to_vec()));
            new.comment = Some("A day of the week, in the order of ISO 8601.".to_owned());
            let name = column::weekday_type(draft);
            draft.catalog.types.entry(name).or_insert(new);
        }
        ValueType::TimeOfDayPeriod => {
            let mut new = Type::new(TypeKind::Range {
                subtype: "time without time zone".to_owned(),
                subtype_operator_class: None,
                collation: None,
                canonical: None,
                subtype_diff: None,
                multirange: Some(Name::new("time_of_day_multirange")),
            });
            new.comment = Some(
                "From a time of day to a later one. A period over midnight is two of them."
                    .to_owned(),
            );
            let name = column::time_range_type(draft);
            draft.catalog.types.entry(name).or_insert(new);
        }
        _ => {}
    }
}

fn build_domain(draft: &mut Draft<'_>, meaning: &ValueType) {
    let Some(name) = column::domain(draft, meaning) else {
        return;
    };
    let Some(format) = format::of(meaning) else {
        return;
    };
    let base = match meaning {
        ValueType::Percentage => "numeric(6,3)",
        _ => "text",
    };
    let mut domain = Type::new(TypeKind::Domain {
        base: base.to_owned(),
        collation: None,
        default: None,
        not_null: false,
        not_null_name: None,
        checks: BTreeMap::from([(domain_check(&name), DomainCheck::new(format.on("VALUE")))]),
    });
    domain.comment = Some(format!(
        "{}: the value must {}.",
        words::capital(&words::spoken(name.name.as_str())),
        format.says
    ));
    draft.catalog.types.entry(name).or_insert(domain);
}

fn domain_check(domain: &QualifiedName) -> Name {
    names::shortened(domain.name.as_str(), "check")
}

fn build_value(draft: &mut Draft<'_>, stored: &Stored<'_>, meaning: &ValueType) {
    let Some(planned) = stored.columns(draft) else {
        return;
    };
    let attribute = stored.attribute;
    let mut columns = Vec::new();
    for (part, name) in value_columns(&planned) {
        let data_type = match part {
            Some(part) => column::part_type(draft, meaning, part),
            None => column_type(draft, stored, meaning),
        };
        let mut column = Column::new(name.clone(), data_type);
        column.not_null = !stored.nullable() && !may_be_missing(part);
        if matches!(meaning, ValueType::Tags) && !matches!(stored.place, Place::Kind(_)) {
            // No tags and unknown tags are the same thing: the empty list says both.
            column.not_null = true;
            column.default = Some(Expression::new("'{}'::text[]"));
        }
        if let Some(default) = &attribute.default
            && matches!(part, None | Some("amount"))
        {
            column.default = Some(Expression::new(default.to_sql()));
        }
        if let Some(computed) = &attribute.computed {
            column.not_null = !stored.nullable() && inputs_are_required(stored, computed);
            column.default = None;
            column.generated = Some(Generated {
                expression: Expression::new(computed_sql(draft, stored, computed)),
                stored: true,
            });
        }
        column.comment = column_comment(meaning, part);
        columns.push(column);
    }
    layout::put(draft, stored, columns);
    for (part, name) in value_columns(&planned) {
        build_format(draft, stored, meaning, part, name);
    }
    build_completeness(draft, stored, meaning, &planned);
    if matches!(meaning, ValueType::TimeZone) {
        time_zone::build(draft, stored, &planned);
    }
    if matches!(meaning, ValueType::Tags) {
        build_tag_index(draft, stored, &planned);
    }
}

/// Parts of an address that many have not.
fn may_be_missing(part: Option<&str>) -> bool {
    matches!(part, Some("postal_code" | "region"))
}

/// What the meaning adds to the brief's words; the family of comments puts both together.
fn column_comment(meaning: &ValueType, part: Option<&str>) -> Option<String> {
    Some(match (meaning, part) {
        (
            ValueType::Money {
                currency: Some(code),
                ..
            },
            _,
        ) => format!("In {code}."),
        (ValueType::Quantity { unit: Some(unit) } | ValueType::Integer { unit: Some(unit) }, _) => {
            format!("In {unit}.")
        }
        (_, Some("street")) => "With whatever else stands above the city.".to_owned(),
        (_, Some("country")) | (ValueType::Country, _) => "An ISO 3166-1 code.".to_owned(),
        (_, Some("currency")) | (ValueType::Currency, _) => "An ISO 4217 code.".to_owned(),
        (ValueType::Language, _) => "A BCP 47 tag.".to_owned(),
        (ValueType::TimeZone, _) => "An IANA name, such as Europe/Berlin.".to_owned(),
        (_, Some("latitude" | "longitude")) => "In degrees (WGS 84).".to_owned(),
        (ValueType::Percentage, _) => "In percent, 0 to 100.".to_owned(),
        (ValueType::DatePeriod { open_ended } | ValueType::TimePeriod { open_ended }, _) => {
            let open = if *open_ended {
                " Without an upper bound it has no end yet."
            } else {
                ""
            };
            format!("The lower bound is included, the upper is not.{open}")
        }
        (ValueType::TimeOfDayPeriod, _) => {
            "The lower bound is included, the upper is not.".to_owned()
        }
        (ValueType::Email, _) => "Kept as written; case makes no difference.".to_owned(),
        (ValueType::Secret, _) => "A hash, never the secret itself.".to_owned(),
        _ => return None,
    })
}

/// The check of a column's form, unless its domain has it; and the record of the rule.
fn build_format(
    draft: &mut Draft<'_>,
    stored: &Stored<'_>,
    meaning: &ValueType,
    part: Option<&str>,
    column: &Name,
) {
    let Some(format) = format_of(meaning, part) else {
        return;
    };
    if stored.attribute.computed.is_some() {
        return;
    }
    let table = stored.table(draft);
    let domain = part_meaning(meaning, part).and_then(|m| column::domain(draft, &m));
    let (by, how) = match domain {
        Some(domain) => (
            ObjectId::Type(domain.clone()),
            format!("The column is of the domain {domain}, whose check every write goes through."),
        ),
        None => {
            let name = format_constraint(&table, column, &format);
            let check = Constraint::check(format.on(&column.quoted())).comment(format!(
                "{} must {}.",
                words::capital(&words::spoken(column.as_str())),
                format.says
            ));
            let by = ObjectId::Constraint(table.clone(), name.clone());
            if let Some(table) = draft.catalog.tables.get_mut(&table) {
                table.constraints.insert(name, check);
            }
            (by, "A check constraint on the column.".to_owned())
        }
    };
    if is_blank_check(&format) {
        // One rule for all the texts of an entity: see `enforce_required`.
        return;
    }
    let what = part.map_or_else(
        || format.what.to_owned(),
        |p| format!("{p}_{}", format.what),
    );
    draft.enforce(Enforcement {
        rule: stored.rule(&what),
        says: format!(
            "{} of {} must {}.",
            words::capital(&words::spoken(column.as_str())),
            words::a(&stored.entity.name),
            format.says
        ),
        by: vec![by],
        how,
        family: "types",
        source: Source::at(stored.part(), stored.attribute.span),
    });
}

fn is_blank_check(format: &Format) -> bool {
    format.what == "not_blank"
}

fn format_constraint(table: &QualifiedName, column: &Name, format: &Format) -> Name {
    names::derived(table, &[column.as_str(), format.what], "check")
}

/// Parts that belong together are all there or none is.
fn build_completeness(
    draft: &mut Draft<'_>,
    stored: &Stored<'_>,
    meaning: &ValueType,
    planned: &Columns,
) {
    let Columns::Several(parts) = planned else {
        return;
    };
    if !stored.nullable() {
        return;
    }
    let (needed, rest): (Vec<_>, Vec<_>) = parts
        .iter()
        .partition(|(part, _)| !may_be_missing(Some(part)));
    let quoted = |parts: &[&(String, Name)]| {
        parts
            .iter()
            .map(|(_, c)| c.quoted())
            .collect::<Vec<_>>()
            .join(", ")
    };
    let mut condition = format!("num_nonnulls({}) IN (0, {})", quoted(&needed), needed.len());
    if let (Some((_, first)), false) = (needed.first(), rest.is_empty()) {
        condition.push_str(&format!(
            " AND ({} IS NOT NULL OR num_nonnulls({}) = 0)",
            first.quoted(),
            quoted(&rest)
        ));
    }
    let table = stored.table(draft);
    let name = names::derived(&table, &[&stored.attribute.name, "complete"], "check");
    let needed: Vec<String> = needed.iter().map(|(part, _)| words::spoken(part)).collect();
    let says = format!(
        "{} is there with {}, or not at all.",
        words::capital(&words::spoken(&stored.attribute.name)),
        words::list(&needed)
    );
    let check = Constraint::check(condition).comment(says.clone());
    if let Some(table) = draft.catalog.tables.get_mut(&table) {
        table.constraints.insert(name.clone(), check);
    }
    let _ = meaning;
    draft.enforce(Enforcement {
        rule: stored.rule("complete"),
        says,
        by: vec![ObjectId::Constraint(table, name)],
        how: "A check constraint over the columns.".to_owned(),
        family: "types",
        source: Source::at(stored.part(), stored.attribute.span),
    });
}

fn build_tag_index(draft: &mut Draft<'_>, stored: &Stored<'_>, planned: &Columns) {
    let Columns::One(column) = planned else {
        return;
    };
    let table = stored.table(draft);
    let name = names::derived(&table, &[column.as_str()], "idx");
    let mut index = Index::btree(Vec::<Name>::new());
    index.method = Name::new("gin");
    index.elements = vec![IndexElement::column(column.clone())];
    index.comment = Some(format!(
        "Rows that have a tag: {column} @> ARRAY['…']. = ANY does not use it."
    ));
    if let Some(table) = draft.catalog.tables.get_mut(&table) {
        table.indexes.insert(name, index);
    }
}

/// A generated column cannot read another one, so what those compute is written out.
fn computed_sql(draft: &Draft<'_>, stored: &Stored<'_>, expression: &Expr) -> String {
    let whole = expand(stored, expression, &mut BTreeSet::new());
    let plan = draft.plan(&stored.entity.name);
    let columns = match stored.place {
        Place::Role(role) => plan.role_tables.get(&role.name).map(|r| &r.columns),
        Place::Entity | Place::Kind(_) => Some(&plan.columns),
    };
    whole
        .map_columns(&mut |path| match path {
            [attribute] => {
                let column = columns?.get(attribute)?;
                let column = match column {
                    Columns::Several(parts) => &parts.first()?.1,
                    other => other.scalar()?,
                };
                Some(vec![column.as_str().to_owned()])
            }
            _ => None,
        })
        .to_sql()
}

fn sibling<'b>(stored: &Stored<'b>, name: &str) -> Option<&'b Attribute> {
    match stored.place {
        Place::Role(role) => role.attributes.iter().find(|a| a.name == name),
        Place::Entity | Place::Kind(_) => Draft::stored_attributes(stored.entity)
            .into_iter()
            .map(|(a, _)| a)
            .find(|a| a.name == name),
    }
}

fn expand(stored: &Stored<'_>, expression: &Expr, within: &mut BTreeSet<String>) -> Expr {
    expression.map(&mut |part| {
        let Expr::Column(path) = part else {
            return None;
        };
        let [name] = path.as_slice() else {
            return None;
        };
        let computed = sibling(stored, name)?.computed.as_ref()?;
        // Attributes that compute each other are the brief's error; they are left as they stand.
        if !within.insert(name.clone()) {
            return None;
        }
        let expanded = expand(stored, computed, within);
        within.remove(name);
        Some(expanded)
    })
}

fn inputs_are_required(stored: &Stored<'_>, expression: &Expr) -> bool {
    expand(stored, expression, &mut BTreeSet::new())
        .columns()
        .iter()
        .all(|path| match path.as_slice() {
            [name] => sibling(stored, name).is_none_or(|a| !a.optional),
            _ => true,
        })
}

/// What must be known of every row of an entity, as one rule; and what texts must not be.
fn enforce_required(draft: &mut Draft<'_>, entity: &pgwright_brief::model::Entity) {
    let required: Vec<&Attribute> = entity
        .attributes
        .iter()
        .filter(|a| {
            !a.optional
                && a.computed.is_none()
                && !matches!(
                    a.kind,
                    AttributeKind::Many { .. } | AttributeKind::Either(_)
                )
        })
        .collect();
    if !required.is_empty() {
        let spoken: Vec<String> = required.iter().map(|a| words::spoken(&a.name)).collect();
        draft.enforce(Enforcement {
            rule: format!("{}.required", entity.name),
            says: format!(
                "{} has {}.",
                words::capital(&words::a(&entity.name)),
                words::list(&spoken)
            ),
            by: vec![draft.table_object(&entity.name)],
            how: "The columns are NOT NULL.".to_owned(),
            family: "types",
            source: Source::at(entity.name.clone(), entity.span),
        });
    }
    let texts = cases::texts(entity);
    if !texts.is_empty() {
        let mut by = Vec::new();
        let mut spoken = Vec::new();
        for (stored, meaning) in &texts {
            let Some(Columns::One(column)) = stored.columns(draft) else {
                continue;
            };
            if let Some(format) = format::of(meaning) {
                let table = stored.table(draft);
                let name = format_constraint(&table, &column, &format);
                by.push(ObjectId::Constraint(table, name));
                spoken.push(words::spoken(&stored.attribute.name));
            }
        }
        draft.enforce(Enforcement {
            rule: format!("{}.not_blank", entity.name),
            says: format!(
                "{} of {}, where known, {} more than spaces.",
                words::capital(&words::list(&spoken)),
                words::a(&entity.name),
                if spoken.len() == 1 { "holds" } else { "hold" }
            ),
            by,
            how: "Check constraints: NOT NULL alone would take an empty text for an answer."
                .to_owned(),
            family: "types",
            source: Source::at(entity.name.clone(), entity.span),
        });
    }
}
