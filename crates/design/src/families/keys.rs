//! Primary keys: how a row of each entity is identified, and the tables themselves.

mod explain;

use std::collections::{BTreeMap, BTreeSet};

use pgwright_brief::model::{
    Attribute, AttributeKind, Brief, Entity, PartOf, Reference, ValueType, Volume,
};
use pgwright_catalog::{
    Column, Constraint, Identity, Name, Parallel, QualifiedName, Routine, RoutineSignature, Table,
};

use super::{Family, enumerations, existing, types};
use crate::draft::{Draft, EntityPlan, KeyKind, RoleTable, SideTable, SideTableKind};
use crate::layout::{self, Stored};
use crate::{PLANNING_HORIZON_MONTHS, names};

/// Primary keys: how a row of each entity is identified, and the tables themselves.
#[derive(Debug)]
pub struct Keys;

impl Family for Keys {
    fn name(&self) -> &'static str {
        "keys"
    }

    fn decide(&self, draft: &mut Draft<'_>) {
        for entity in &draft.brief.entities {
            let plan = plan_of(draft, entity);
            draft.entities.insert(entity.name.clone(), plan);
        }
        for entity in &draft.brief.entities {
            plan_roles(draft, entity);
        }
        assemble_keys(draft);
        explain::decisions(draft);
    }

    fn build(&self, draft: &mut Draft<'_>) {
        // Tenancy and partitioning have had their say: keys are put together once more.
        assemble_keys(draft);
        layout::plan_columns(draft);
        existing::columns_as_they_are(draft);
        draft.catalog.schemas.entry(draft.schema()).or_default();
        for entity in draft.created_entities() {
            build_table(draft, entity);
        }
    }
}

/// The strategy for an entity's key, from the brief alone.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Strategy {
    /// A `bigint` identity column.
    Identity,
    /// A `uuid`: the attribute that the brief calls the key, or a column of its own.
    Uuid(Option<String>),
    /// A short stable code of the brief.
    Code(String),
    /// References (and small values) that say what the row relates.
    Composite(Vec<String>),
    /// The table is there already.
    Existing,
}

fn strategy(brief: &Brief, entity: &Entity) -> Strategy {
    if entity.existing.is_some() {
        return Strategy::Existing;
    }
    if entity.key.is_none()
        && let Some(id) = entity.attribute("id")
        && id.kind == AttributeKind::Value(ValueType::Uuid)
    {
        return Strategy::Uuid(Some(id.name.clone()));
    }
    let Some(key) = &entity.key else {
        return Strategy::Identity;
    };
    if let [only] = key.as_slice()
        && let Some(attribute) = entity.attribute(only)
    {
        match &attribute.kind {
            AttributeKind::Value(ValueType::Uuid) if !attribute.optional => {
                return Strategy::Uuid(Some(only.clone()));
            }
            AttributeKind::Value(
                ValueType::Currency | ValueType::Country | ValueType::Language | ValueType::Code,
            ) if !attribute.optional
                && !attribute.personal
                && !brief.policies.restorable.contains(&entity.name) =>
            {
                return Strategy::Code(only.clone());
            }
            _ => {}
        }
    }
    let restorable = brief.policies.restorable.contains(&entity.name);
    let relates = key.iter().any(|k| is_required_reference(entity, k));
    let fits = key.iter().all(|k| fits_a_composite_key(entity, k));
    if key.len() > 1 && relates && fits && !restorable && !is_referred_to(brief, &entity.name) {
        Strategy::Composite(key.clone())
    } else {
        Strategy::Identity
    }
}

fn part_called<'e>(entity: &'e Entity, name: &str) -> Option<&'e PartOf> {
    entity.part_of.as_ref().filter(|p| p.name == name)
}

fn is_required_reference(entity: &Entity, name: &str) -> bool {
    part_called(entity, name).is_some()
        || entity
            .attribute(name)
            .is_some_and(|a| matches!(a.kind, AttributeKind::Reference(_)) && !a.optional)
}

/// Required, one column of a small type, and not something that people correct.
fn fits_a_composite_key(entity: &Entity, name: &str) -> bool {
    if is_required_reference(entity, name) {
        return true;
    }
    let Some(attribute) = entity.attribute(name) else {
        return false;
    };
    !attribute.optional
        && attribute.computed.is_none()
        && match &attribute.kind {
            AttributeKind::OneOf(_) | AttributeKind::Lookup => true,
            AttributeKind::Value(meaning) => matches!(
                meaning,
                ValueType::Date
                    | ValueType::Integer { .. }
                    | ValueType::Code
                    | ValueType::Currency
                    | ValueType::Country
                    | ValueType::Language
                    | ValueType::Weekday
                    | ValueType::Uuid
            ),
            _ => false,
        }
}

/// Some row refers to rows of this entity, so that its key is repeated elsewhere.
fn is_referred_to(brief: &Brief, entity: &str) -> bool {
    let by_attribute = |attribute: &Attribute| match &attribute.kind {
        AttributeKind::Reference(r) | AttributeKind::Many { to: r, .. } => r.entity == entity,
        AttributeKind::Either(choices) => choices.iter().any(|r| r.entity == entity),
        _ => false,
    };
    brief.entities.iter().any(|other| {
        other.part_of.as_ref().is_some_and(|p| p.whole == entity)
            || (other.name == entity && (other.actor || !other.roles.is_empty()))
            || (other.name == entity
                && other
                    .attributes
                    .iter()
                    .any(|a| matches!(a.kind, AttributeKind::Many { .. })))
            || Stored::of(other).iter().any(|s| by_attribute(s.attribute))
    }) || brief
        .policies
        .visibility
        .iter()
        .any(|v| v.me.entity == entity)
}

fn plan_of(draft: &Draft<'_>, entity: &Entity) -> EntityPlan {
    let brief = draft.brief;
    let (table, key, key_kind) = match &entity.existing {
        Some(existing) => {
            let table = match existing.table.as_slice() {
                [schema, name] => QualifiedName::new(schema.as_str(), name.as_str()),
                names => QualifiedName::new(
                    "public",
                    names.last().map_or(entity.name.as_str(), String::as_str),
                ),
            };
            let column = Name::new(existing.key_column.clone());
            (
                table,
                vec![(column.clone(), existing.key_type.clone())],
                KeyKind::Identity(column),
            )
        }
        None => {
            let table = draft.table_name(&entity.name, entity.plural.as_deref());
            let kind = match strategy(brief, entity) {
                Strategy::Identity | Strategy::Existing => {
                    KeyKind::Identity(surrogate(brief, entity))
                }
                Strategy::Uuid(Some(attribute)) => KeyKind::Uuid(names::shortened(&attribute, "")),
                Strategy::Uuid(None) => KeyKind::Uuid(surrogate(brief, entity)),
                Strategy::Code(_) | Strategy::Composite(_) => KeyKind::Natural,
            };
            (table, Vec::new(), kind)
        }
    };
    EntityPlan {
        read_relation: table.clone(),
        table,
        key,
        key_kind,
        tenant_column: None,
        restorable: brief.policies.restorable.contains(&entity.name),
        partition: None,
        expected_rows: entity.volume.as_ref().and_then(expected_rows),
        columns: BTreeMap::new(),
        role_tables: BTreeMap::new(),
        carried: Vec::new(),
    }
}

/// The surrogate key's column; an attribute that is called `id` keeps its name.
fn surrogate(brief: &Brief, entity: &Entity) -> Name {
    if brief.naming.prefixed_keys || entity.attribute("id").is_some() {
        names::shortened(&entity.name, "id")
    } else {
        Name::new("id")
    }
}

/// Rows at the end of the planning horizon: what is there today and three years of growth, or the
/// steady state when rows are kept for a time only.
fn expected_rows(volume: &Volume) -> Option<f64> {
    match (volume.rows, volume.per_month, volume.keep_months) {
        (rows, Some(rate), Some(keep)) => Some((rate * keep).max(rows.unwrap_or(0.0))),
        (rows, Some(rate), None) => Some(rows.unwrap_or(0.0) + rate * PLANNING_HORIZON_MONTHS),
        (rows, None, _) => rows,
    }
}

fn plan_roles(draft: &mut Draft<'_>, entity: &Entity) {
    for role in &entity.roles {
        let mut table = draft.table_name(&role.name, None);
        if draft.entities.values().any(|plan| plan.table == table) {
            table = draft.table_name(&format!("{}_{}", entity.name, role.name), None);
        }
        draft.plan_mut(&entity.name).role_tables.insert(
            role.name.clone(),
            RoleTable {
                table,
                key: Vec::new(),
                columns: BTreeMap::new(),
            },
        );
    }
}

/// Puts every key together from what has been decided: the tenant's column, the key's own columns,
/// the partition column. Idempotent: families that decide later call for it again.
pub(super) fn assemble_keys(draft: &mut Draft<'_>) {
    let brief = draft.brief;
    // A key made of references needs the keys it refers to, so those are put together first.
    let mut done = BTreeSet::new();
    for entity in &brief.entities {
        assemble_key(draft, brief, entity, &mut done);
    }
    for entity in &brief.entities {
        let plan = draft.plan(&entity.name).clone();
        for role in plan.role_tables.keys() {
            let key: Vec<_> = plan
                .key
                .iter()
                .map(|(column, data_type)| {
                    let surrogate = match &plan.key_kind {
                        KeyKind::Identity(id) | KeyKind::Uuid(id) => id == column,
                        KeyKind::Natural => false,
                    };
                    let column = if surrogate && column.as_str() == "id" {
                        names::shortened(&entity.name, "id")
                    } else {
                        column.clone()
                    };
                    (column, data_type.clone())
                })
                .collect();
            if let Some(table) = draft.plan_mut(&entity.name).role_tables.get_mut(role) {
                table.key = key;
            }
        }
    }
}

fn assemble_key(
    draft: &mut Draft<'_>,
    brief: &Brief,
    entity: &Entity,
    done: &mut BTreeSet<String>,
) {
    if !done.insert(entity.name.clone()) || entity.existing.is_some() {
        return;
    }
    let natural = match strategy(brief, entity) {
        Strategy::Code(attribute) => vec![attribute],
        Strategy::Composite(attributes) => attributes,
        Strategy::Identity | Strategy::Uuid(_) | Strategy::Existing => Vec::new(),
    };
    for name in &natural {
        if let Some(target) = reference_called(entity, name)
            && let Some(target) = brief.entity(&target.entity)
        {
            assemble_key(draft, brief, target, done);
        }
    }
    let plan = draft.plan(&entity.name);
    let tenant = plan.tenant_column.clone();
    let mut key: Vec<(Name, String)> = Vec::new();
    let mut push = |column: Name, data_type: String| {
        if !key.iter().any(|(c, _)| *c == column) {
            key.push((column, data_type));
        }
    };
    if let Some(column) = &tenant
        && let Some(tenancy) = &brief.policies.tenancy
        && let Some((_, data_type)) = draft.plan(&tenancy.tenant).key.first()
    {
        push(column.clone(), data_type.clone());
    }
    match &plan.key_kind {
        KeyKind::Identity(column) => push(column.clone(), "bigint".to_owned()),
        KeyKind::Uuid(column) => push(column.clone(), "uuid".to_owned()),
        KeyKind::Natural => {
            for name in &natural {
                for (column, data_type) in natural_columns(draft, entity, name, tenant.as_ref()) {
                    push(column, data_type);
                }
            }
        }
    }
    if let Some(partition) = &plan.partition {
        let data_type = if partition.by_date {
            "date"
        } else {
            "timestamp with time zone"
        };
        push(partition.column.clone(), data_type.to_owned());
    }
    draft.plan_mut(&entity.name).key = key;
}

fn reference_called(entity: &Entity, name: &str) -> Option<Reference> {
    if let Some(part) = part_called(entity, name) {
        return Some(layout::whole(part));
    }
    match &entity.attribute(name)?.kind {
        AttributeKind::Reference(target) => Some(target.clone()),
        _ => None,
    }
}

/// Columns and types of an attribute that is part of a natural key.
fn natural_columns(
    draft: &Draft<'_>,
    entity: &Entity,
    name: &str,
    tenant: Option<&Name>,
) -> Vec<(Name, String)> {
    if let Some(target) = reference_called(entity, name) {
        let (columns, _) = layout::reference_columns(draft, tenant, name, &target);
        let types = draft
            .plan(&target.entity)
            .key
            .iter()
            .map(|(_, t)| t.clone());
        return columns.into_iter().zip(types).collect();
    }
    let Some(attribute) = entity.attribute(name) else {
        return Vec::new();
    };
    let stored = Stored {
        entity,
        place: layout::Place::Entity,
        attribute,
    };
    match &attribute.kind {
        AttributeKind::Value(meaning) => {
            let data_type = types::column_type(draft, &stored, meaning);
            vec![(names::shortened(name, ""), data_type)]
        }
        AttributeKind::OneOf(values) => {
            let data_type = enumerations::column_type(draft, &stored, values);
            vec![(names::shortened(name, ""), data_type)]
        }
        AttributeKind::Lookup => {
            vec![(names::shortened(name, "id"), "bigint".to_owned())]
        }
        _ => Vec::new(),
    }
}

fn build_table(draft: &mut Draft<'_>, entity: &Entity) {
    let plan = draft.plan(&entity.name).clone();
    draft
        .catalog
        .tables
        .insert(plan.table.clone(), Table::default());
    let own = match &plan.key_kind {
        KeyKind::Identity(column) => {
            let mut column = Column::new(column.clone(), "bigint").not_null();
            column.identity = Some(Identity {
                always: true,
                ..Identity::default()
            });
            Some(column)
        }
        KeyKind::Uuid(column) => {
            let default = uuid_default(draft);
            Some(
                Column::new(column.clone(), "uuid")
                    .not_null()
                    .default(default),
            )
        }
        KeyKind::Natural => None,
    };
    layout::put_in_entity(draft, entity, own.into_iter().collect());
    let columns: Vec<Name> = plan.key.iter().map(|(column, _)| column.clone()).collect();
    let name = names::derived(&plan.table, &[], "pkey");
    draft
        .table_mut(&entity.name)
        .constraints
        .insert(name, Constraint::primary_key(columns));
    for (role, table) in &plan.role_tables {
        let mut role_table = Table::default();
        for (column, data_type) in &table.key {
            role_table
                .columns
                .push(Column::new(column.clone(), data_type.clone()).not_null());
        }
        role_table.constraints.insert(
            names::derived(&table.table, &[], "pkey"),
            Constraint::primary_key(table.key.iter().map(|(column, _)| column.clone())),
        );
        draft.catalog.tables.insert(table.table.clone(), role_table);
        let tenant_column = plan.tenant_column.as_ref().and(table.key.first());
        draft.side_tables.insert(
            table.table.clone(),
            SideTable {
                kind: SideTableKind::Role,
                entity: entity.name.clone(),
                of: role.clone(),
                tenant_column: tenant_column.map(|(column, _)| column.clone()),
                entity_columns: table.key.iter().map(|(column, _)| column.clone()).collect(),
            },
        );
    }
}

/// The default of a `uuid` key: in time order, so that new rows go to the right end of the index.
fn uuid_default(draft: &mut Draft<'_>) -> String {
    if draft.brief.minimum_version >= 18 {
        return "uuidv7()".to_owned();
    }
    let name = draft.qualified("uuid_in_time_order");
    let signature = RoutineSignature::new(name.clone(), Vec::<String>::new());
    draft
        .catalog
        .routines
        .entry(signature)
        .or_insert_with(uuid_function);
    format!("{}()", name.quoted())
}

/// Version 7 (RFC 9562): 48 bits of milliseconds, then the random bits of a version 4, whose version
/// digit 4 becomes 7 by setting two bits of its octet.
fn uuid_function() -> Routine {
    let mut function = Routine::function(
        "sql",
        "uuid",
        "
    SELECT encode(
        set_bit(set_bit(
            substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3)
                || substring(uuid_send(gen_random_uuid()) FROM 7),
            52, 1), 53, 1),
        'hex')::uuid
",
    );
    function.parallel = Parallel::Safe;
    function.comment = Some(
        "A version 7 UUID: milliseconds since 1970, then random bits. PostgreSQL 18 has uuidv7() \
         for it; give the columns that default when every server is on 18."
            .to_owned(),
    );
    function
}
