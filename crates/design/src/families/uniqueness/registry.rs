//! Uniqueness across partitions: a table beside the partitioned one that holds the values.

use std::collections::BTreeMap;

use pgwright_brief::model::Entity;
use pgwright_catalog::{
    Column, Constraint, Expression, Index, Name, ObjectId, PartitionBound, PartitionKey,
    PartitionOf, QualifiedName, Table, Trigger, TriggerEvent, TriggerTiming,
};

use super::{Part, Spec, conjunction};
use crate::decision::{Alternative, Decision, Source, Weight};
use crate::draft::{Draft, SideTable, SideTableKind};
use crate::trigger_rules::{self, Rights};
use crate::{layout, names, words};

/// From so many rows on, the registry is split, so that vacuum and the index of each piece stay of
/// a size that can be worked on.
const ROWS_TO_SPLIT: f64 = 200e6;

/// Pieces of a split registry.
const PIECES: i32 = 16;

/// The name of the registry of a combination.
pub(super) fn name(draft: &Draft<'_>, entity: &Entity, spec: &Spec) -> QualifiedName {
    let tenant = draft.plan(&entity.name).tenant_column.clone();
    let last = spec
        .parts
        .iter()
        .map(Part::column)
        .rfind(|c| Some(*c) != tenant.as_ref())
        .map_or("key", Name::as_str);
    let singular = format!("{}_{last}", entity.name);
    let found = draft.side_tables.iter().find(|(_, side)| {
        side.kind == SideTableKind::Registry && side.entity == entity.name && side.of == last
    });
    match found {
        Some((name, _)) => name.clone(),
        None => layout::free_relation(draft, &singular),
    }
}

/// The registry's key, which errors name.
pub(super) fn key_name(registry: &QualifiedName) -> Name {
    names::derived(registry, &[], "pkey")
}

/// Adds the registry, the trigger that fills it and the decision.
pub(super) fn build(
    draft: &mut Draft<'_>,
    entity: &Entity,
    spec: &Spec,
) -> (Vec<ObjectId>, String) {
    let plan = draft.plan(&entity.name).clone();
    let Some(partition) = plan.partition else {
        return (Vec::new(), String::new());
    };
    let registry = name(draft, entity, spec);
    let mut table = Table {
        comment: Some(format!(
            "{} One row for each row of {}, because a unique index of a partitioned table holds \
             within one partition only.",
            words::sentence(&spec.says),
            spec.table.name
        )),
        ..Table::default()
    };
    let columns: Vec<Name> = spec.parts.iter().map(|p| p.column().clone()).collect();
    for column in &columns {
        let data_type =
            layout::column_type(draft, &spec.table, column).unwrap_or_else(|| "text".to_owned());
        table
            .columns
            .push(Column::new(column.clone(), data_type).not_null());
    }
    let time_type = if partition.by_date {
        "date"
    } else {
        "timestamp with time zone"
    };
    table.columns.push(
        Column::new(partition.column.clone(), time_type)
            .not_null()
            .comment("When the row is from: entries go when its partition does."),
    );
    table.constraints.insert(
        key_name(&registry),
        Constraint::primary_key(columns.clone()),
    );
    // Rows come nearly in the order of time, so a BRIN of a few pages finds the old ones.
    let mut old = Index::btree([partition.column.clone()]);
    old.method = Name::new("brin");
    old.comment = Some("Finds the entries that are past their time.".to_owned());
    table.indexes.insert(
        names::derived(&registry, &[partition.column.as_str()], "idx"),
        old,
    );
    let split = plan.expected_rows.is_some_and(|rows| rows > ROWS_TO_SPLIT);
    if split {
        table.partition_by = Some(PartitionKey {
            strategy: "HASH".to_owned(),
            elements: columns.iter().map(Name::quoted).collect(),
        });
        for remainder in 0..PIECES {
            let piece = draft.qualified(names::shortened(
                registry.name.as_str(),
                &format!("{remainder:02}"),
            ));
            draft.catalog.tables.insert(
                piece,
                Table {
                    partition_of: Some(PartitionOf {
                        parent: registry.clone(),
                        bound: PartitionBound::Hash {
                            modulus: PIECES,
                            remainder,
                        },
                        attached: false,
                    }),
                    comment: Some(format!(
                        "Piece {} of {PIECES} of {}, by hash.",
                        remainder + 1,
                        registry.name
                    )),
                    ..Table::default()
                },
            );
        }
    }
    draft.catalog.tables.insert(registry.clone(), table);
    let of = columns
        .iter()
        .rfind(|c| Some(*c) != plan.tenant_column.as_ref())
        .map_or_else(String::new, |c| c.as_str().to_owned());
    draft.side_tables.insert(
        registry.clone(),
        SideTable {
            kind: SideTableKind::Registry,
            entity: entity.name.clone(),
            of,
            tenant_column: plan
                .tenant_column
                .clone()
                .filter(|tenant| columns.contains(tenant)),
            entity_columns: Vec::new(),
        },
    );
    let objects = triggers(draft, entity, spec, &registry, &columns, &partition.column);
    explain(draft, entity, spec, &registry, split);
    let how = format!(
        "A trigger writes the value to {}, whose primary key it is: of two writers at once, the \
         second waits for the first and is then refused.",
        registry.name
    );
    (objects, how)
}

/// What the registry holds for a row: its values, those without regard to case folded.
fn values(spec: &Spec, record: &str) -> Vec<String> {
    spec.parts
        .iter()
        .map(|part| match part {
            Part::Column(name) => format!("{record}.{}", name.quoted()),
            Part::Lower(name) => format!("lower({record}.{})", name.quoted()),
        })
        .collect()
}

fn triggers(
    draft: &mut Draft<'_>,
    entity: &Entity,
    spec: &Spec,
    registry: &QualifiedName,
    columns: &[Name],
    time: &Name,
) -> Vec<ObjectId> {
    let list: Vec<String> = columns.iter().map(Name::quoted).collect();
    let table = registry.quoted();
    let insert = format!(
        "INSERT INTO {table} ({}, {})\n        VALUES ({}, NEW.{});",
        list.join(", "),
        time.quoted(),
        values(spec, "NEW").join(", "),
        time.quoted()
    );
    let gone: Vec<String> = list
        .iter()
        .zip(values(spec, "OLD"))
        .map(|(column, value)| format!("{column} = {value}"))
        .collect();
    let delete = format!(
        "DELETE FROM {table}\n         WHERE {};",
        gone.join(" AND ")
    );
    let (body, events): (String, Vec<TriggerEvent>) = if entity.append_only {
        (
            format!("\nBEGIN\n    {insert}\n    RETURN NULL;\nEND;\n"),
            vec![TriggerEvent::Insert],
        )
    } else {
        (
            format!(
                "\nBEGIN\n    IF TG_OP <> 'INSERT' THEN\n        {delete}\n    END IF;\n    IF TG_OP <> 'DELETE' THEN\n        {insert}\n    END IF;\n    RETURN NULL;\nEND;\n"
            ),
            vec![
                TriggerEvent::Insert,
                TriggerEvent::Update,
                TriggerEvent::Delete,
            ],
        )
    };
    let function_name = names::shortened(registry.name.as_str(), "register");
    let comment = format!("Keeps {} in step with {}.", registry.name, spec.table.name);
    let function = trigger_rules::add_function(
        draft,
        function_name,
        body,
        Rights::Owner,
        &comment,
        std::slice::from_ref(registry),
    );
    let mut objects = vec![ObjectId::Constraint(registry.clone(), key_name(registry))];
    objects.push(trigger_rules::function_object(&function));
    for event in events {
        let mut trigger = Trigger::row(TriggerTiming::After, [event], function.clone());
        if event == TriggerEvent::Update {
            trigger.update_columns = columns.to_vec();
        }
        trigger.when = condition(draft, entity, spec, event, columns);
        trigger.comment = Some(comment.clone());
        let word = match event {
            TriggerEvent::Insert => "insert",
            TriggerEvent::Update => "update",
            TriggerEvent::Delete | TriggerEvent::Truncate => "delete",
        };
        let name = format!("{}_{word}", registry.name);
        objects.push(trigger_rules::add_trigger(
            draft,
            &spec.table,
            &name,
            trigger,
        ));
    }
    objects
}

/// Rows without a value, and rows that the demand's condition leaves out, are not registered. A
/// row that moves in or out of the condition is an update of it: such demands read other columns,
/// so every update is looked at.
fn condition(
    draft: &Draft<'_>,
    _entity: &Entity,
    spec: &Spec,
    event: TriggerEvent,
    columns: &[Name],
) -> Option<Expression> {
    let record = match event {
        TriggerEvent::Delete => "OLD",
        _ => "NEW",
    };
    let table = draft.catalog.tables.get(&spec.table)?;
    let known: Vec<String> = columns
        .iter()
        .filter(|c| table.column(c.as_str()).is_some_and(|c| !c.not_null))
        .map(|c| format!("{record}.{} IS NOT NULL", c.quoted()))
        .collect();
    (!known.is_empty()).then(|| Expression::new(conjunction(&known)))
}

fn explain(
    draft: &mut Draft<'_>,
    entity: &Entity,
    spec: &Spec,
    registry: &QualifiedName,
    split: bool,
) {
    let spoken = words::spoken(&entity.name);
    let rows = draft
        .plan(&entity.name)
        .expected_rows
        .map(|rows| format!(" of {} rows", words::count(rows)))
        .unwrap_or_default();
    let pieces = if split {
        format!(
            " It is as long as the table{rows}, though narrow, so it is split by hash into {PIECES} \
             pieces: each piece's index stays workable, and vacuum goes piece by piece."
        )
    } else {
        String::new()
    };
    let mut extra = BTreeMap::new();
    extra.insert(registry.clone(), ());
    draft.decide(Decision {
        family: "uniqueness",
        title: format!("Uniqueness across the partitions of {spoken}"),
        subjects: extra
            .into_keys()
            .map(ObjectId::Table)
            .chain([ObjectId::Table(spec.table.clone())])
            .collect(),
        choice: format!(
            "The values are kept in {} as well, whose primary key they are; a trigger on {} writes \
             both in one transaction.",
            registry.name, spec.table.name
        ),
        rationale: format!(
            "\"{}\" A unique index of a partitioned table must contain the partition column, so it \
             would let the same value in again at another time. The registry has no such column in \
             its key: a value is in it once, whichever partition its row is in, and a second row is \
             refused with unique_violation. A sender that repeats itself sends its rows with INSERT \
             one by one, or looks first and then treats that error as \"already there\".{pieces} \
             Entries are removed with the rows' retention, so a value can come again after it.",
            spec.says.trim_end_matches('.')
        ),
        alternatives: vec![
            Alternative::new(
                "no partitions",
                format!(
                    "A plain unique index, but then old rows of {spoken} are removed one by one, \
                     which writes and vacuums as much again as was ever inserted."
                ),
            ),
            Alternative::new(
                "partitions by hash of the value",
                "The unique index works, but no partition is ever old: retention is deletion row by \
                 row, and a question about a time reads all of them.",
            ),
            Alternative::new(
                "the time as part of the unique key",
                "Enough where a repeated row always carries the very same time; one that does not \
                 counts twice.",
            ),
        ],
        source: Source::at(entity.name.clone(), entity.span),
        weight: Weight::Major,
    });
}
