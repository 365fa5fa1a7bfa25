//! The grants themselves, object by object.

use std::collections::{BTreeMap, BTreeSet};

use pgwright_brief::model::{AttributeKind, Entity, ValueType};
use pgwright_catalog::{
    Grant, Name, ObjectId, Privilege, QualifiedName, Routine, RoutineKind, RoutineSignature,
    Volatility,
};

use super::super::row_security::{seen_by, who_role};
use super::super::running_totals::key_of_totals;
use super::super::traced_reads;
use super::{guests, has_reporter};
use crate::companion::{self, Holds};
use crate::draft::{Columns, Draft, SideTableKind};
use crate::layout::Stored;
use crate::names;

/// What the application may do with a table.
struct Rights {
    insert: bool,
    update: bool,
    delete: bool,
    /// Columns that only triggers write.
    unwritable: BTreeSet<Name>,
    /// Columns that stay as they were inserted.
    fixed: BTreeSet<Name>,
    /// Columns that only `readwrite` reads.
    secret: BTreeSet<Name>,
    /// Columns that reports do not read.
    withheld: BTreeSet<Name>,
    /// Columns that may be read at all; none means every column.
    open: Option<BTreeSet<Name>>,
    /// Nobody but the auditor reads it.
    log: bool,
}

impl Rights {
    fn all() -> Self {
        Self {
            insert: true,
            update: true,
            delete: true,
            unwritable: BTreeSet::new(),
            fixed: BTreeSet::new(),
            secret: BTreeSet::new(),
            withheld: BTreeSet::new(),
            open: None,
            log: false,
        }
    }

    fn read_only() -> Self {
        Self {
            insert: false,
            update: false,
            delete: false,
            ..Self::all()
        }
    }
}

/// Grants on tables.
pub fn on_tables(draft: &mut Draft<'_>) {
    let owner = companion::role(draft, "owner");
    let rights = rights_of_tables(draft);
    let names: Vec<QualifiedName> = draft.catalog.tables.keys().cloned().collect();
    let seen = seen_by_roles(draft);
    let over_all = over_all(draft);
    for name in names {
        if existing(draft, &name) {
            read_existing(draft, &name);
            continue;
        }
        let mut grants = BTreeSet::new();
        let is_partition = draft
            .catalog
            .tables
            .get(&name)
            .is_some_and(|t| t.partition_of.is_some());
        // Partitions are reached through their parent, whose privileges and policies then hold.
        if !is_partition && let Some(rights) = rights.get(&name) {
            grants = grants_of(draft, &name, rights);
            for role in seen.get(&name).into_iter().flatten() {
                grants.extend(select(draft, &name, role, rights, true));
            }
            if over_all.contains(&name) {
                let reporter = companion::role(draft, "reporter");
                grants.extend(select(draft, &name, &reporter, rights, true));
            }
        }
        if let Some(table) = draft.catalog.tables.get_mut(&name) {
            table.owner = Some(owner.clone());
            table.grants = grants;
        }
    }
}

/// A table that the application already has keeps its owner and its grants.
fn existing(draft: &Draft<'_>, name: &QualifiedName) -> bool {
    (draft.catalog.stand_ins).contains(&ObjectId::Table(name.clone()))
}

/// What the design refers to and joins with, its roles must be able to read; nothing else about such
/// a table is the design's to say. By column: the table has more than the brief tells of, and what
/// that is, it is not the design's to open.
fn read_existing(draft: &mut Draft<'_>, name: &QualifiedName) {
    let owner = companion::role(draft, "owner");
    let mut readers = vec![owner.clone()];
    readers.extend(["readwrite", "readonly", "auditor"].map(|what| companion::role(draft, what)));
    let plan = draft.entities.values().find(|plan| plan.table == *name);
    let Some(plan) = plan else {
        // Here because another table that is there refers to it.
        return;
    };
    let mut told: BTreeSet<Name> = plan.columns.values().flat_map(Columns::all).collect();
    told.extend(plan.key.iter().map(|(column, _)| column.clone()));
    if let Some(table) = draft.catalog.tables.get_mut(name) {
        told.retain(|column| table.column(column.as_str()).is_some());
        for role in &readers {
            for column in &told {
                table
                    .grants
                    .insert(Grant::to(role.clone(), Privilege::Select).on_column(column.clone()));
            }
        }
        table.grants.insert(Grant::to(owner, Privilege::References));
    }
    // Everybody may use the schema `public` as it is.
    if name.schema.as_str() != "public"
        && let Some(schema) = draft.catalog.schemas.get_mut(&name.schema)
    {
        for role in readers {
            schema.grants.insert(Grant::to(role, Privilege::Usage));
        }
    }
}

fn rights_of_tables(draft: &Draft<'_>) -> BTreeMap<QualifiedName, Rights> {
    let mut all = BTreeMap::new();
    let tenant = draft
        .brief
        .policies
        .tenancy
        .as_ref()
        .map(|t| t.tenant.as_str());
    let traced = traced_reads::traced(draft);
    for entity in draft
        .brief
        .entities
        .iter()
        .filter(|e| companion::is_designed(e))
    {
        let Some(plan) = draft.entities.get(&entity.name) else {
            continue;
        };
        let registered = tenant == Some(entity.name.as_str());
        let changes = !entity.append_only;
        for table in std::iter::once(&plan.table).chain(plan.role_tables.values().map(|r| &r.table))
        {
            let own = *table == plan.table;
            let mut rights = Rights {
                insert: !registered || !own,
                update: changes,
                delete: changes && (!own || !(registered || stays(draft, entity))),
                ..Rights::all()
            };
            classify(draft, &entity.name, table, &mut rights);
            if own && traced.contains(&entity.name) {
                rights.open = Some(traced_reads::open_columns(draft, &entity.name));
            }
            if own && let Some(key) = key_of_totals(draft, &entity.name) {
                rights.fixed = key;
                rights.delete = false;
            }
            if !rights.unwritable.is_empty() {
                rights.unwritable.extend(stamps(draft, table));
            }
            all.insert(table.clone(), rights);
        }
    }
    for (table, side) in &draft.side_tables {
        let rights = match side.kind {
            SideTableKind::Registry | SideTableKind::Counter => Rights::read_only(),
            SideTableKind::Role | SideTableKind::Junction | SideTableKind::Lookup => {
                let append_only = draft
                    .brief
                    .entity(&side.entity)
                    .is_some_and(|e| e.append_only && side.kind != SideTableKind::Lookup);
                Rights {
                    update: !append_only,
                    delete: !append_only,
                    ..Rights::all()
                }
            }
        };
        all.entry(table.clone()).or_insert(rights);
    }
    for (table, c) in &draft.companions {
        let mut rights = Rights::read_only();
        rights.log = match c.holds {
            Holds::Changes => c.entity.as_ref().is_some_and(|e| traced.contains(e)),
            Holds::Reads | Holds::Erasures => true,
            Holds::Refreshes => false,
        };
        if let Some(found) = draft.catalog.tables.get(table) {
            for column in &found.columns {
                let sensitive = column
                    .comment
                    .as_deref()
                    .is_some_and(|c| c.ends_with("Sensitive personal data."));
                if sensitive {
                    rights.withheld.insert(column.name.clone());
                }
            }
        }
        all.insert(table.clone(), rights);
    }
    // Tables that a family made for itself, such as counters, are written by its triggers.
    for (name, table) in &draft.catalog.tables {
        if table.partition_of.is_none() {
            all.entry(name.clone()).or_insert_with(Rights::read_only);
        }
    }
    all
}

/// The columns of who and when, which defaults and triggers fill, unless the brief has an attribute
/// of that name.
fn stamps(draft: &Draft<'_>, table: &QualifiedName) -> Vec<Name> {
    let attributes: BTreeSet<Name> = draft
        .entities
        .values()
        .filter(|plan| plan.table == *table)
        .flat_map(|plan| plan.columns.values())
        .flat_map(Columns::all)
        .collect();
    ["created_at", "created_by", "updated_at", "updated_by"]
        .map(Name::new)
        .into_iter()
        .filter(|column| !attributes.contains(column))
        .collect()
}

/// Whether rows are kept: themselves so that they can be restored, or, with the whole they are part
/// of, for a time that the brief says or for ever. What removes them in the end has the owner's
/// rights. A part of a row that can be restored is a fact that may change, like a line of an order.
fn stays(draft: &Draft<'_>, entity: &Entity) -> bool {
    if draft
        .entities
        .get(&entity.name)
        .is_some_and(|plan| plan.restorable)
    {
        return true;
    }
    let mut next = Some(entity);
    let mut seen = BTreeSet::new();
    while let Some(found) = next {
        let volume = found.volume.as_ref();
        if found.append_only || volume.is_some_and(|v| v.keep_months.is_some()) {
            return true;
        }
        // A brief may make two entities parts of each other; that ends here.
        if !seen.insert(found.name.as_str()) {
            return false;
        }
        next = found
            .part_of
            .as_ref()
            .and_then(|p| draft.brief.entity(&p.whole));
    }
    false
}

/// Notes secrets, sensitive data and sums among the columns of a table.
fn classify(draft: &Draft<'_>, entity: &str, table: &QualifiedName, rights: &mut Rights) {
    let Some(entity) = draft.brief.entity(entity) else {
        return;
    };
    for stored in Stored::of(entity) {
        if stored.table(draft) != *table {
            continue;
        }
        let columns = stored
            .columns(draft)
            .map(|c| Columns::all(&c))
            .unwrap_or_default();
        let attribute = stored.attribute;
        if attribute.running_total.is_some() {
            rights.unwritable.extend(columns.iter().cloned());
        }
        if attribute.kind == AttributeKind::Value(ValueType::Secret) {
            rights.secret.extend(columns.iter().cloned());
        }
        if attribute.sensitive {
            rights.withheld.extend(columns);
        }
    }
}

fn grants_of(draft: &Draft<'_>, name: &QualifiedName, rights: &Rights) -> BTreeSet<Grant> {
    let readwrite = companion::role(draft, "readwrite");
    let readonly = companion::role(draft, "readonly");
    let auditor = companion::role(draft, "auditor");
    let mut grants = BTreeSet::new();
    grants.extend(select(
        draft,
        name,
        &auditor,
        &Rights {
            log: false,
            withheld: BTreeSet::new(),
            secret: rights.secret.clone(),
            open: rights.open.clone(),
            unwritable: BTreeSet::new(),
            fixed: BTreeSet::new(),
            ..*rights
        },
        true,
    ));
    if rights.log {
        return grants;
    }
    grants.extend(select(draft, name, &readwrite, rights, false));
    grants.extend(select(draft, name, &readonly, rights, true));
    if rights.insert {
        grants.extend(write(draft, name, &readwrite, rights, Privilege::Insert));
    }
    if rights.update {
        grants.extend(write(draft, name, &readwrite, rights, Privilege::Update));
    }
    if rights.delete {
        grants.insert(Grant::to(readwrite, Privilege::Delete));
    }
    grants
}

/// SELECT: on the table, or on the columns that the role may read.
fn select(
    draft: &Draft<'_>,
    name: &QualifiedName,
    role: &Name,
    rights: &Rights,
    guarded: bool,
) -> Vec<Grant> {
    let readable = |column: &Name| {
        let hidden =
            guarded && (rights.secret.contains(column) || rights.withheld.contains(column));
        !hidden
            && rights
                .open
                .as_ref()
                .is_none_or(|open| open.contains(column))
    };
    by_columns(draft, name, role, Privilege::Select, readable)
}

/// INSERT or UPDATE: on the table, or on the columns that triggers do not keep.
fn write(
    draft: &Draft<'_>,
    name: &QualifiedName,
    role: &Name,
    rights: &Rights,
    privilege: Privilege,
) -> Vec<Grant> {
    by_columns(draft, name, role, privilege, |column| {
        let fixed = privilege == Privilege::Update && rights.fixed.contains(column);
        !fixed && !rights.unwritable.contains(column)
    })
}

fn by_columns(
    draft: &Draft<'_>,
    name: &QualifiedName,
    role: &Name,
    privilege: Privilege,
    allowed: impl Fn(&Name) -> bool,
) -> Vec<Grant> {
    let Some(table) = draft.catalog.tables.get(name) else {
        return Vec::new();
    };
    let columns: Vec<&Name> = table.columns.iter().map(|c| &c.name).collect();
    if columns.iter().all(|c| allowed(c)) {
        return vec![Grant::to(role.clone(), privilege)];
    }
    columns
        .into_iter()
        .filter(|c| allowed(c))
        .map(|c| Grant::to(role.clone(), privilege).on_column(c.clone()))
        .collect()
}

/// Roles that see a table by a visibility rule; lists of values are seen by all of them.
fn seen_by_roles(draft: &Draft<'_>) -> BTreeMap<QualifiedName, BTreeSet<Name>> {
    let mut seen: BTreeMap<QualifiedName, BTreeSet<Name>> = BTreeMap::new();
    for rule in &draft.brief.policies.visibility {
        let role = who_role(draft, rule);
        let lookups = draft
            .side_tables
            .iter()
            .filter(|(_, side)| {
                side.kind == SideTableKind::Lookup
                    && side.tenant_column.is_none()
                    && rule.sees.contains(&side.entity)
            })
            .map(|(table, _)| table.clone());
        for table in seen_by(draft, rule).into_iter().chain(lookups) {
            seen.entry(table).or_default().insert(role.clone());
        }
    }
    seen
}

/// Tables that reports over all tenants read.
fn over_all(draft: &Draft<'_>) -> BTreeSet<QualifiedName> {
    if !has_reporter(draft) {
        return BTreeSet::new();
    }
    let mut tables = BTreeSet::new();
    for report in draft
        .brief
        .reports
        .iter()
        .filter(|r| r.stale_minutes.is_none())
    {
        let view = ObjectId::View(draft.qualified(report.name.as_str()));
        companion::tables_behind(draft, &view, &mut tables);
    }
    tables
}

/// Grants on views and materialized views.
pub fn on_views(draft: &mut Draft<'_>) {
    let owner = companion::role(draft, "owner");
    let names: Vec<QualifiedName> = draft.catalog.views.keys().cloned().collect();
    let seen = seen_by_roles(draft);
    let invoker = draft.brief.minimum_version >= 15;
    let reports: BTreeSet<QualifiedName> = draft
        .brief
        .reports
        .iter()
        .map(|r| draft.qualified(r.name.as_str()))
        .collect();
    for name in names {
        let mut tables = BTreeSet::new();
        companion::tables_behind(draft, &ObjectId::View(name.clone()), &mut tables);
        let whole = |role: &Name| reads_whole(draft, &tables, role);
        let mut grants = BTreeSet::new();
        for what in ["readwrite", "readonly", "auditor"] {
            let role = companion::role(draft, what);
            if whole(&role) {
                grants.insert(Grant::to(role, Privilege::Select));
            }
        }
        if has_reporter(draft) && reports.contains(&name) {
            grants.insert(Grant::to(
                companion::role(draft, "reporter"),
                Privilege::Select,
            ));
        }
        // Before PostgreSQL 15 a view shows what its owner sees, which is everything.
        if invoker && !tables.is_empty() {
            for rule in &draft.brief.policies.visibility {
                let role = who_role(draft, rule);
                if tables
                    .iter()
                    .all(|t| seen.get(t).is_some_and(|roles| roles.contains(&role)))
                    && whole(&role)
                {
                    grants.insert(Grant::to(role, Privilege::Select));
                }
            }
        }
        if let Some(view) = draft.catalog.views.get_mut(&name) {
            view.owner = Some(owner.clone());
            view.grants = grants;
        }
    }
    let across = draft.brief.policies.tenancy.is_some();
    let readers: Vec<Name> = if across {
        // A materialized view knows no policies: it shows every tenant's rows.
        vec![companion::role(draft, "reporter")]
    } else {
        ["readwrite", "readonly", "auditor"]
            .map(|what| companion::role(draft, what))
            .into()
    };
    for view in draft.catalog.materialized_views.values_mut() {
        view.owner = Some(owner.clone());
        view.grants = readers
            .iter()
            .map(|role| Grant::to(role.clone(), Privilege::Select))
            .collect();
    }
}

/// Whether a role may read every column of the tables behind a view that runs with its rights.
fn reads_whole(draft: &Draft<'_>, tables: &BTreeSet<QualifiedName>, role: &Name) -> bool {
    tables.iter().all(|name| {
        draft.catalog.tables.get(name).is_some_and(|table| {
            let select = Grant::to(role.clone(), Privilege::Select);
            table.grants.contains(&select)
                || table.columns.iter().all(|c| {
                    table
                        .grants
                        .contains(&select.clone().on_column(c.name.clone()))
                })
        })
    })
}

/// Grants on functions and procedures: nothing is left to PUBLIC.
pub fn on_routines(draft: &mut Draft<'_>) {
    let owner = companion::role(draft, "owner");
    let readwrite = companion::role(draft, "readwrite");
    let guests = guests(draft);
    let restricted: Vec<(String, Name)> = draft
        .brief
        .policies
        .visibility
        .iter()
        .map(|rule| {
            let prefix = format!("{}_sees_", names::identifier(&rule.who));
            (prefix, who_role(draft, rule))
        })
        .collect();
    let signatures: Vec<RoutineSignature> = draft.catalog.routines.keys().cloned().collect();
    for signature in signatures {
        let Some(routine) = draft.catalog.routines.get(&signature) else {
            continue;
        };
        let name = signature.name.name.as_str();
        let roles: Vec<Name> = if routine.kind == RoutineKind::Procedure
            || is_trigger(routine)
            || is_internal(draft, &signature, routine)
            || name.starts_with("refresh_")
        {
            Vec::new()
        } else if routine.security_definer
            && restricted
                .iter()
                .any(|(prefix, _)| name.starts_with(prefix))
        {
            let mut roles: Vec<Name> = restricted
                .iter()
                .filter(|(prefix, _)| name.starts_with(prefix))
                .map(|(_, role)| role.clone())
                .collect();
            roles.dedup();
            roles
        } else if routine.volatility == Volatility::Volatile {
            vec![readwrite.clone()]
        } else {
            // Settings and helpers that policies, defaults, checks and views call.
            guests.clone()
        };
        if let Some(routine) = draft.catalog.routines.get_mut(&signature) {
            routine.owner = Some(owner.clone());
            routine.grants = roles
                .into_iter()
                .map(|role| Grant::to(role, Privilege::Execute))
                .collect();
        }
    }
}

fn is_trigger(routine: &Routine) -> bool {
    routine.returns.as_deref() == Some("trigger")
}

/// Whether only trigger functions that run as the owner call a routine. It has the owner's rights
/// too, and looks at rows that the session may not see; so nobody else is to call it.
fn is_internal(draft: &Draft<'_>, signature: &RoutineSignature, routine: &Routine) -> bool {
    if !routine.security_definer || routine.volatility != Volatility::Volatile {
        return false;
    }
    let object = ObjectId::Routine(signature.clone());
    let mut callers = draft
        .catalog
        .dependencies
        .iter()
        .filter(|(_, needed)| needed.contains(&object))
        .filter_map(|(caller, _)| match caller {
            ObjectId::Routine(caller) => draft.catalog.routines.get(caller),
            _ => None,
        })
        .peekable();
    callers.peek().is_some() && callers.all(|caller| is_trigger(caller) && caller.security_definer)
}

/// Owners of types and sequences.
pub fn on_others(draft: &mut Draft<'_>) {
    let owner = companion::role(draft, "owner");
    let readwrite = companion::role(draft, "readwrite");
    for found in draft.catalog.types.values_mut() {
        found.owner = Some(owner.clone());
    }
    for sequence in draft.catalog.sequences.values_mut() {
        sequence.owner = Some(owner.clone());
        sequence
            .grants
            .insert(Grant::to(readwrite.clone(), Privilege::Usage));
    }
}
