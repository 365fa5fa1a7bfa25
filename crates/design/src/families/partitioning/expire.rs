//! Removal of expired rows in batches, where there is no partition to drop.

use std::collections::BTreeSet;

use pgwright_catalog::{Argument, Name, ObjectId, QualifiedName, ReferentialAction, quote_literal};

use super::maintain::{enforce, procedure};
use crate::companion::{self, Holds};
use crate::draft::{Draft, PartitionPlan, SideTableKind};
use crate::trigger_rules;

/// Rows that a batch removes: some milliseconds of work, a lock short enough for anybody to wait.
const BATCH: u32 = 5_000;

/// A table whose expired rows leave in batches.
struct Expiring {
    table: QualifiedName,
    /// The condition of an expired row, over the alias `e`.
    condition: String,
    keep_months: f64,
    tenant_column: Option<Name>,
    /// The entity that the retention is of.
    entity: String,
    /// Statements that remove its parts.
    parts: Vec<String>,
    /// Tables of those parts.
    part_tables: BTreeSet<QualifiedName>,
}

fn expiring(
    draft: &Draft<'_>,
    partitioned: &[(String, QualifiedName, PartitionPlan)],
) -> Vec<Expiring> {
    let mut all = Vec::new();
    for name in companion::designed_entities(draft) {
        let Some(entity) = draft.brief.entity(&name) else {
            continue;
        };
        let Some(keep) = entity.volume.as_ref().and_then(|v| v.keep_months) else {
            continue;
        };
        // Parts go with their whole.
        let whole_expires = entity.part_of.as_ref().is_some_and(|p| {
            draft
                .brief
                .entity(&p.whole)
                .and_then(|w| w.volume.as_ref())
                .is_some_and(|v| v.keep_months.is_some())
        });
        let plan = draft.plan(&name);
        if !whole_expires && plan.partition.is_none() {
            let column = match expiry_column(draft, &name) {
                Some(column) => column,
                None => continue,
            };
            let mut part_tables = BTreeSet::new();
            let parts = part_removals(draft, &name, "expired AS w0", "w0", &mut part_tables);
            all.push(Expiring {
                parts,
                part_tables,
                table: plan.table.clone(),
                condition: format!(
                    "e.{} < now() - {}",
                    column.quoted(),
                    companion::interval(keep)
                ),
                keep_months: keep,
                tenant_column: plan.tenant_column.clone(),
                entity: name.clone(),
            });
        }
        // What was recorded of the rows goes when they do.
        for (table, c) in &draft.companions {
            if c.entity.as_deref() == Some(name.as_str()) && c.holds == Holds::Changes {
                all.push(Expiring {
                    parts: Vec::new(),
                    part_tables: BTreeSet::new(),
                    table: table.clone(),
                    condition: format!(
                        "e.{} < now() - {}",
                        c.time_column.quoted(),
                        companion::interval(keep)
                    ),
                    keep_months: keep,
                    tenant_column: c.tenant_column.clone(),
                    entity: name.clone(),
                });
            }
        }
    }
    for (entity, _, plan) in partitioned {
        let Some(keep) = plan.keep_months else {
            continue;
        };
        for (table, side) in &draft.side_tables {
            if side.kind == SideTableKind::Registry
                && side.entity == *entity
                && let Some(found) = draft.catalog.tables.get(table)
                && found.column(plan.column.as_str()).is_some()
            {
                all.push(Expiring {
                    parts: Vec::new(),
                    part_tables: BTreeSet::new(),
                    table: table.clone(),
                    condition: format!(
                        "e.{} < now() - {}",
                        plan.column.quoted(),
                        companion::interval(keep)
                    ),
                    keep_months: keep,
                    tenant_column: side.tenant_column.clone(),
                    entity: entity.clone(),
                });
            }
        }
    }
    all
}

/// The column that tells how old a row is; of rows that are hidden rather than removed, when they
/// were hidden.
pub fn expiry_column(draft: &Draft<'_>, entity: &str) -> Option<Name> {
    let plan = draft.plan(entity);
    if plan.restorable {
        return Some(Name::new("deleted_at"));
    }
    let own = draft
        .brief
        .entity(entity)
        .and_then(companion::time_attribute)
        .filter(|(_, by_date)| !by_date)
        .and_then(|(name, _)| draft.column(entity, name));
    own.or_else(|| Some(Name::new("created_at")))
        .filter(|c| draft.table(entity).column(c.as_str()).is_some())
}

/// `AND NOT EXISTS …` for every table whose rows still need the row.
fn still_needed(
    draft: &Draft<'_>,
    table: &QualifiedName,
    parts: &BTreeSet<QualifiedName>,
) -> String {
    let mut terms = BTreeSet::new();
    for (holder, _, key) in draft.catalog.references_to(table) {
        if parts.contains(holder) {
            continue;
        }
        if matches!(
            key.on_delete,
            ReferentialAction::NoAction | ReferentialAction::Restrict
        ) {
            let joined: Vec<String> = key
                .columns
                .iter()
                .zip(&key.referenced_columns)
                .map(|(own, referenced)| format!("r.{} = e.{}", own.quoted(), referenced.quoted()))
                .collect();
            terms.insert(format!(
                "\n                    AND NOT EXISTS (SELECT FROM {} AS r WHERE {})",
                holder.quoted(),
                joined.join(" AND ")
            ));
        }
    }
    terms.into_iter().collect()
}

/// The primary key of a table.
fn key_of(draft: &Draft<'_>, table: &QualifiedName) -> Vec<Name> {
    draft
        .catalog
        .tables
        .get(table)
        .and_then(|t| t.primary_key())
        .map(|(_, key)| key.columns.clone())
        .unwrap_or_default()
}

/// Statements that remove the parts of expired rows, where the foreign key does not: each part of
/// them, and parts of parts, found through the chain of wholes up to `expired`.
fn part_removals(
    draft: &Draft<'_>,
    whole: &str,
    chain: &str,
    alias: &str,
    tables: &mut BTreeSet<QualifiedName>,
) -> Vec<String> {
    let mut removals = Vec::new();
    for part in companion::designed_entities(draft) {
        let is_part = draft
            .brief
            .entity(&part)
            .and_then(|e| e.part_of.as_ref())
            .is_some_and(|p| p.whole == whole);
        if !is_part {
            continue;
        }
        let Some(link) = trigger_rules::link(draft, &part, whole) else {
            continue;
        };
        let table = draft.plan(&part).table.clone();
        let joined = trigger_rules::equal("p", &link.columns, alias, &link.key);
        let condition = match chain.split_once(" WHERE ") {
            Some((_, up)) => format!("{joined} AND {up}"),
            None => joined.clone(),
        };
        let sources = chain.split(" WHERE ").next().unwrap_or(chain);
        removals.push(format!(
            "DELETE FROM {} AS p USING {sources} WHERE {condition}",
            table.quoted()
        ));
        // One level down this part is the whole: it joins the chain under an alias of its own.
        let own_alias = format!("w{}", tables.len() + 1);
        tables.insert(table.clone());
        let up = trigger_rules::equal(&own_alias, &link.columns, alias, &link.key);
        let up = match chain.split_once(" WHERE ") {
            Some((_, more)) => format!("{up} AND {more}"),
            None => up,
        };
        let longer = format!("{} AS {own_alias}, {sources} WHERE {up}", table.quoted());
        removals.extend(part_removals(draft, &part, &longer, &own_alias, tables));
    }
    removals
}

/// Adds the procedure that removes expired rows in batches.
pub fn add_expiry(draft: &mut Draft<'_>, partitioned: &[(String, QualifiedName, PartitionPlan)]) {
    let expiring = expiring(draft, partitioned);
    if expiring.is_empty() {
        return;
    }
    companion::in_maintenance(draft);
    let maintenance = quote_literal(&companion::maintenance_setting(draft));
    let tenant = draft.brief.policies.tenancy.as_ref().map(|t| {
        let plan = draft.plan(&t.tenant);
        (plan.table.clone(), companion::own_key(plan).0.clone())
    });
    let tenant_setting = quote_literal(&draft.setting("tenant"));
    let of_tenants = expiring.iter().any(|e| e.tenant_column.is_some()) && tenant.is_some();
    let mut body = "DECLARE\n    removed bigint;\n".to_owned();
    if of_tenants {
        body.push_str("    tenant record;\n");
    }
    body.push_str("BEGIN\n");
    for table in &expiring {
        let (indent, loop_start, loop_end, set_tenant) = match (&tenant, &table.tenant_column) {
            (Some((tenants, key)), Some(_)) => (
                "    ",
                format!(
                    "    -- Row-level security holds for the owner too: tenant by tenant.\n    FOR tenant IN SELECT t.{} AS id FROM {} AS t LOOP\n",
                    key.quoted(),
                    tenants.quoted()
                ),
                "    END LOOP;\n",
                format!(
                    "            PERFORM set_config({tenant_setting}, tenant.id::text, true);\n"
                ),
            ),
            _ => ("", String::new(), "", String::new()),
        };
        let of_tenant = match (&tenant, &table.tenant_column) {
            (Some(_), Some(column)) => format!("e.{} = tenant.id AND ", column.quoted()),
            _ => String::new(),
        };
        body.push_str(&loop_start);
        let name = table.table.quoted();
        let key = key_of(draft, &table.table);
        let list = |alias: &str| {
            key.iter()
                .map(|c| format!("{alias}.{}", c.quoted()))
                .collect::<Vec<_>>()
                .join(", ")
        };
        let parts: String = table
            .parts
            .iter()
            .enumerate()
            .map(|(index, part)| {
                format!(",\n{indent}        part_{} AS (\n{indent}            {part}\n{indent}        )", index + 1)
            })
            .collect();
        body.push_str(&format!(
            "{indent}    LOOP\n\
             {indent}        PERFORM set_config({maintenance}, 'on', true);\n\
             {set_tenant}\
             {indent}        WITH expired AS (\n\
             {indent}            SELECT {}\n\
             {indent}            FROM {name} AS e\n\
             {indent}            WHERE {of_tenant}{condition}{needed}\n\
             {indent}            LIMIT batch\n\
             {indent}            FOR UPDATE SKIP LOCKED\n\
             {indent}        ){parts}\n\
             {indent}        DELETE FROM {name} AS t\n\
             {indent}        USING expired AS e\n\
             {indent}        WHERE ({}) = ({});\n\
             {indent}        GET DIAGNOSTICS removed = ROW_COUNT;\n\
             {indent}        COMMIT;\n\
             {indent}        EXIT WHEN removed < batch;\n\
             {indent}    END LOOP;\n",
            list("e"),
            list("t"),
            list("e"),
            condition = table.condition,
            needed = still_needed(draft, &table.table, &table.part_tables),
        ));
        body.push_str(loop_end);
    }
    body.push_str("END");
    let mut procedure = procedure(body);
    // A procedure that has settings of its own may not commit; every name in it is qualified.
    procedure.settings.clear();
    procedure.arguments = vec![Argument::input("batch", "integer").default(BATCH.to_string())];
    procedure.comment = Some(
        "Removes rows that are older than what is kept, in batches, each a transaction of its \
         own. Run it every night, outside a transaction: CALL remove_expired_rows()."
            .to_owned(),
    );
    let signature = procedure.signature(draft.qualified("remove_expired_rows"));
    for table in &expiring {
        draft.catalog.depends(
            ObjectId::Routine(signature.clone()),
            ObjectId::Table(table.table.clone()),
        );
        let entity_table = draft.plan(&table.entity).table == table.table;
        if entity_table {
            enforce(
                draft,
                &table.entity,
                table.keep_months,
                vec![ObjectId::Routine(signature.clone())],
                format!(
                    "remove_expired_rows() deletes them in batches of {BATCH}, skipping rows that \
                     others have locked and rows that something kept longer still refers to."
                ),
            );
        }
    }
    draft.catalog.routines.insert(signature, procedure);
}
