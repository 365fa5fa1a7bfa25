//! Tables that the application has already: here as far as the design needs to refer to them.

use pgwright_brief::model::{Attribute, AttributeKind, Entity, ValueType};
use pgwright_catalog::{
    Catalog, Column, Constraint, ConstraintKind, Identity, Name, ObjectId, QualifiedName, Table,
};

use super::Family;
use crate::as_is::{AsIs, By};
use crate::decision::{Alternative, Decision, Question, Source, Weight};
use crate::draft::{Columns, Draft};
use crate::names;

/// Tables that the application has already: here as far as the design needs to refer to them.
#[derive(Debug)]
pub struct Existing;

impl Family for Existing {
    fn name(&self) -> &'static str {
        "existing"
    }

    fn build(&self, draft: &mut Draft<'_>) {
        let brief = draft.brief;
        let existing: Vec<&Entity> = brief
            .entities
            .iter()
            .filter(|e| e.existing.is_some())
            .collect();
        for entity in &existing {
            match draft.as_is {
                Some(as_is) if as_is.of(&entity.name).is_some() => as_it_is(draft, entity, as_is),
                _ => stand_in(draft, entity),
            }
        }
        match draft.as_is {
            Some(as_is) => explain_as_is(draft, &existing, as_is),
            None if !existing.is_empty() => explain(draft, &existing),
            None => {}
        }
    }
}

/// Attributes of tables that are there have the columns that they have there.
pub(super) fn columns_as_they_are(draft: &mut Draft<'_>) {
    let Some(as_is) = draft.as_is else {
        return;
    };
    for found in as_is.matches {
        let Some(plan) = draft.entities.get_mut(&found.entity) else {
            continue;
        };
        for (attribute, column) in &found.columns {
            match plan.columns.get_mut(attribute) {
                Some(Columns::Reference { columns, own, .. }) => {
                    *columns = vec![column.clone()];
                    own.clone_from(columns);
                }
                Some(columns) => *columns = Columns::One(column.clone()),
                None => {}
            }
        }
    }
}

/// The table as it is there, with the columns that the brief asks for and it lacks, and the tables that its rows
/// cannot be without.
fn as_it_is(draft: &mut Draft<'_>, entity: &Entity, as_is: AsIs<'_>) {
    let Some((found, table)) = as_is.of(&entity.name) else {
        return;
    };
    let mut table = table.clone();
    let planned = draft.plan(&entity.name).columns.clone();
    for attribute in &entity.attributes {
        if !found.lacks.contains(&attribute.name) {
            continue;
        }
        for column in planned_columns(draft, attribute, planned.get(&attribute.name)) {
            // Rows that are there have no value for it.
            if table.column(column.name.as_str()).is_none() {
                table.columns.push(column);
            }
        }
    }
    refer_to(draft, &found.table, table, as_is.schema);
}

/// Puts a table that is there into the draft, with what its rows need.
fn refer_to(draft: &mut Draft<'_>, name: &QualifiedName, mut table: Table, schema: &Catalog) {
    let catalog = &mut draft.catalog;
    catalog.stand_ins.insert(ObjectId::Table(name.clone()));
    if let Some(held) = schema.schemas.get(&name.schema)
        && !catalog.schemas.contains_key(&name.schema)
    {
        let id = ObjectId::Schema(name.schema.clone());
        catalog.stand_ins.insert(id);
        catalog.schemas.insert(name.schema.clone(), held.clone());
    }
    for (type_name, held) in &schema.types {
        let quoted = type_name.quoted();
        if table
            .columns
            .iter()
            .any(|column| column.data_type.starts_with(&quoted))
        {
            catalog.types.insert(type_name.clone(), held.clone());
        }
    }
    let needs = |table: &Table, constraint: &Constraint| match &constraint.kind {
        ConstraintKind::ForeignKey(key) => key
            .columns
            .iter()
            .all(|c| table.column(c.as_str()).is_some_and(|c| c.not_null))
            .then(|| key.references.clone()),
        _ => None,
    };
    let needed: Vec<QualifiedName> = table
        .constraints
        .values()
        .filter_map(|c| needs(&table, c))
        .collect();
    let kept = table.clone();
    table.constraints.retain(|_, constraint| {
        !matches!(constraint.kind, ConstraintKind::ForeignKey(_))
            || needs(&kept, constraint).is_some()
    });
    catalog.tables.insert(name.clone(), table);
    for other in needed {
        if !draft.catalog.tables.contains_key(&other)
            && let Some(table) = schema.tables.get(&other)
        {
            refer_to(draft, &other, table.clone(), schema);
        }
    }
}

/// The columns that an attribute of a table gets that the design does not create, nullable.
fn planned_columns(
    draft: &Draft<'_>,
    attribute: &Attribute,
    planned: Option<&Columns>,
) -> Vec<Column> {
    let columns: Vec<Column> = match planned {
        Some(Columns::Reference {
            columns, target, ..
        }) => {
            let (_, target_key) = draft.target(target);
            columns
                .iter()
                .zip(target_key)
                .map(|(column, (_, data_type))| Column::new(column.clone(), data_type))
                .collect()
        }
        Some(columns) => columns
            .all()
            .into_iter()
            .map(|column| Column::new(column, plain_type(&attribute.kind)))
            .collect(),
        None => Vec::new(),
    };
    let commented = columns.into_iter().map(|mut column| {
        column.comment.clone_from(&attribute.about);
        column
    });
    commented.collect()
}

/// A table with the key and the attributes that the brief tells of.
fn stand_in(draft: &mut Draft<'_>, entity: &Entity) {
    let plan = draft.plan(&entity.name);
    let name = plan.table.clone();
    let key = plan.key.clone();
    let planned = plan.columns.clone();
    let mut table = Table {
        comment: Some(
            format!(
                "{} Stands in for a table that the application has already, with what this design \
             refers to.",
                entity
                    .about
                    .as_deref()
                    .map_or_else(String::new, |about| about.trim().to_owned())
            )
            .trim()
            .to_owned(),
        ),
        ..Table::default()
    };
    for (column, data_type) in &key {
        let mut column = Column::new(column.clone(), data_type.clone()).not_null();
        match data_type.as_str() {
            "uuid" => column = column.default("gen_random_uuid()"),
            "smallint" | "integer" | "bigint" => column.identity = Some(Identity::default()),
            _ => {}
        }
        table.columns.push(column);
    }
    for attribute in &entity.attributes {
        for mut column in planned_columns(draft, attribute, planned.get(&attribute.name)) {
            column.not_null = !attribute.optional;
            if table.column(column.name.as_str()).is_none() {
                table.columns.push(column);
            }
        }
    }
    let columns: Vec<_> = key.iter().map(|(column, _)| column.clone()).collect();
    table.constraints.insert(
        names::derived(&name, &[], "pkey"),
        Constraint::primary_key(columns),
    );
    if name.schema != draft.schema() {
        let schema = ObjectId::Schema(name.schema.clone());
        draft.catalog.stand_ins.insert(schema);
        let schemas = &mut draft.catalog.schemas;
        let held = schemas.entry(name.schema.clone()).or_default();
        held.comment = Some("Stands in for a schema that the application has already.".to_owned());
    }
    draft
        .catalog
        .stand_ins
        .insert(ObjectId::Table(name.clone()));
    draft.catalog.tables.insert(name, table);
}

/// The type that an application most likely has; the design compares and reads it, no more.
fn plain_type(kind: &AttributeKind) -> &'static str {
    let AttributeKind::Value(meaning) = kind else {
        return "text";
    };
    match meaning {
        ValueType::Money { .. } | ValueType::Percentage | ValueType::Quantity { .. } => "numeric",
        ValueType::Decimal { .. } => "numeric",
        ValueType::Integer { .. } => "integer",
        ValueType::Boolean => "boolean",
        ValueType::Date => "date",
        ValueType::Instant => "timestamp with time zone",
        ValueType::TimeOfDay => "time without time zone",
        ValueType::Duration => "interval",
        ValueType::Json => "jsonb",
        ValueType::Tags => "text[]",
        ValueType::Uuid => "uuid",
        ValueType::IpAddress => "inet",
        ValueType::Binary => "bytea",
        ValueType::DatePeriod { .. } => "daterange",
        ValueType::TimePeriod { .. } => "tstzrange",
        _ => "text",
    }
}

/// What was found, followed and found wanting.
fn explain_as_is(draft: &mut Draft<'_>, existing: &[&Entity], as_is: AsIs<'_>) {
    let mut found = Vec::new();
    let mut lacking = Vec::new();
    for entity in existing {
        let Some((matched, _)) = as_is.of(&entity.name) else {
            continue;
        };
        let by = match matched.by {
            By::Brief => "as the brief says",
            By::Name => "by its name",
            By::Synonym => "by what its name means",
        };
        found.push(format!("{} is {} ({by})", entity.name, matched.table));
        let keyed = draft.plan(&entity.name).columns.clone();
        for attribute in &matched.lacks {
            if let Some(columns) = keyed.get(attribute) {
                let names: Vec<String> = columns.all().iter().map(Name::to_string).collect();
                lacking.push(format!("{}.{}", matched.table, names.join(", ")));
            }
        }
        if matched.by == By::Synonym {
            draft.questions.push(Question {
                id: format!("{}.existing", entity.name),
                ask: format!("Is {} what holds {}?", matched.table, entity.name),
                default: "Yes: the new tables refer to it.".to_owned(),
                matters: "Only what the names mean tells so.".to_owned(),
                otherwise: "It gets a table of its own, when the brief calls it otherwise."
                    .to_owned(),
                source: Source::at(entity.name.clone(), entity.span),
            });
        }
    }
    let mut choice = match found.is_empty() {
        true => {
            "Nothing of the brief is there already; the new tables stand beside what is.".to_owned()
        }
        false => format!(
            "{}; the new tables refer to them by the keys that they have.",
            found.join("; ")
        ),
    };
    if !as_is.habits.is_empty() {
        choice.push_str(&format!(
            " As in the schema that is there, {}.",
            as_is.habits.join("; ")
        ));
    }
    if !lacking.is_empty() {
        choice.push_str(&format!(
            " They get the columns that the brief asks for and they lack, empty in the rows that are there: {}.",
            lacking.join("; ")
        ));
    }
    let subjects = existing
        .iter()
        .map(|e| ObjectId::Table(draft.plan(&e.name).table.clone()))
        .collect();
    draft.decide(Decision {
        family: "existing",
        title: "What the application has already".to_owned(),
        subjects,
        choice,
        rationale: "The migration leads from the schema that is there to the same schema with this design in it. \
                    Nothing that is there is written anew or given to another owner; the way back takes away what \
                    came and nothing else."
            .to_owned(),
        alternatives: vec![Alternative::new(
            "Tables of its own, without references to what is there",
            "Two copies of the same facts, which no constraint keeps equal.",
        )],
        source: existing
            .first()
            .map_or_else(Source::default, |e| Source::at(e.name.clone(), e.span)),
        weight: Weight::Notable,
    });
}

fn explain(draft: &mut Draft<'_>, existing: &[&Entity]) {
    let names: Vec<String> = existing
        .iter()
        .map(|e| draft.plan(&e.name).table.to_string())
        .collect();
    let subjects = existing
        .iter()
        .map(|e| ObjectId::Table(draft.plan(&e.name).table.clone()))
        .collect();
    draft.decide(Decision {
        family: "existing",
        title: "Tables that the application has already".to_owned(),
        subjects,
        choice: format!(
            "{} keep their names and key types; the new tables refer to them.",
            names.join(" and ")
        ),
        rationale: "The brief says that these tables exist. Where they do, the package changes \
                    nothing in them but reading rights for its own roles. Where they are missing, as \
                    on the empty database of a proof, it makes them with their key and the attributes \
                    that the brief names, and the way back drops what it made and nothing else."
            .to_owned(),
        alternatives: vec![Alternative::new(
            "Leave them out of the package",
            "The foreign keys to them could not be made, and nothing could be proven, on an empty \
             database.",
        )],
        source: existing
            .first()
            .map_or_else(Source::default, |e| Source::at(e.name.clone(), e.span)),
        weight: Weight::Notable,
    });
}
