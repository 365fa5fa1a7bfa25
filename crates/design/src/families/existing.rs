//! Tables that the application has already: here as far as the design needs to refer to them.

use pgwright_brief::model::{AttributeKind, Entity, ValueType};
use pgwright_catalog::{Column, Constraint, Identity, ObjectId, Table};

use super::Family;
use crate::decision::{Alternative, Decision, Source, Weight};
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
            stand_in(draft, entity);
        }
        if !existing.is_empty() {
            explain(draft, &existing);
        }
    }
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
        let columns: Vec<Column> = match planned.get(&attribute.name) {
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
        for mut column in columns {
            column.not_null = !attribute.optional;
            column.comment.clone_from(&attribute.about);
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
