//! Tenancy: which rows belong to a tenant, and how every reference keeps within one.

use pgwright_brief::model::{AttributeKind, Entity, Reference, Tenancy as Policy};
use pgwright_catalog::{Column, Constraint, ConstraintKind, ForeignKey, Name, ObjectId};

use super::{Family, keys};
use crate::decision::{Alternative, Decision, Source, Weight};
use crate::draft::Draft;
use crate::{layout, names, words};

/// Tenancy: which rows belong to a tenant, and how every reference keeps within one.
#[derive(Debug)]
pub struct Tenancy;

impl Family for Tenancy {
    fn name(&self) -> &'static str {
        "tenancy"
    }

    fn decide(&self, draft: &mut Draft<'_>) {
        let Some(policy) = &draft.brief.policies.tenancy else {
            return;
        };
        for entity in owned(draft, policy) {
            let column = match reference_to_tenant(entity, policy) {
                Some(name) => tenant_column(draft, policy, name),
                // A reference to the tenant that may be empty cannot say whose the row is.
                None => {
                    let taken = entity.attribute(&policy.tenant).is_some();
                    let name = if taken {
                        format!("owning_{}", policy.tenant)
                    } else {
                        policy.tenant.clone()
                    };
                    tenant_column(draft, policy, &name)
                }
            };
            draft.plan_mut(&entity.name).tenant_column = column;
        }
        keys::assemble_keys(draft);
    }

    fn build(&self, draft: &mut Draft<'_>) {
        let Some(policy) = &draft.brief.policies.tenancy else {
            return;
        };
        for entity in owned(draft, policy) {
            // A reference of the brief is made by the family of references.
            if reference_to_tenant(entity, policy).is_none() {
                add_tenant(draft, entity, policy);
            }
        }
        explain(draft, policy);
    }
}

/// Entities whose rows belong to a tenant.
fn owned<'a>(draft: &Draft<'a>, policy: &Policy) -> Vec<&'a Entity> {
    let tenant = policy.tenant.clone();
    let shared = policy.shared.clone();
    draft
        .created_entities()
        .filter(|e| e.name != tenant && !shared.contains(&e.name))
        .collect()
}

/// The required reference to the tenant that the entity has by itself.
fn reference_to_tenant<'e>(entity: &'e Entity, policy: &Policy) -> Option<&'e str> {
    if let Some(part) = &entity.part_of
        && part.whole == policy.tenant
    {
        return Some(&part.name);
    }
    entity
        .attributes
        .iter()
        .find(|a| {
            !a.optional
                && matches!(&a.kind, AttributeKind::Reference(r)
                    if r.entity == policy.tenant && r.role.is_none())
        })
        .map(|a| a.name.as_str())
}

fn tenant_column(draft: &Draft<'_>, policy: &Policy, name: &str) -> Option<Name> {
    let target = Reference {
        entity: policy.tenant.clone(),
        role: None,
        hierarchy: false,
        single: false,
    };
    let (_, own) = layout::reference_columns(draft, None, name, &target);
    own.first().cloned()
}

fn add_tenant(draft: &mut Draft<'_>, entity: &Entity, policy: &Policy) {
    let tenant = draft.plan(&policy.tenant).clone();
    let plan = draft.plan(&entity.name).clone();
    let (Some(column), Some((key, data_type))) = (plan.tenant_column, tenant.key.first()) else {
        return;
    };
    let about = format!(
        "The {} that the row belongs to.",
        words::spoken(&policy.tenant)
    );
    let new = Column::new(column.clone(), data_type.clone())
        .not_null()
        .comment(about);
    layout::put_in_entity(draft, entity, vec![new]);
    let mut foreign_key = Constraint::new(ConstraintKind::ForeignKey(ForeignKey::new(
        [column.clone()],
        tenant.table.clone(),
        [key.clone()],
    )));
    foreign_key.comment = Some(format!(
        "Every row belongs to {} that exists; one that has rows is not deleted.",
        words::a(&policy.tenant)
    ));
    let name = names::derived(&plan.table, &[column.as_str()], "fkey");
    draft
        .table_mut(&entity.name)
        .constraints
        .insert(name, foreign_key);
}

fn explain(draft: &mut Draft<'_>, policy: &Policy) {
    let tenant = words::spoken(&policy.tenant);
    let owned = owned(draft, policy);
    let tenants = draft.plan(&policy.tenant).expected_rows;
    let many = match tenants {
        Some(rows) if rows > 200.0 => format!(
            " With {} {}, a schema each would be {} tables: the catalog itself becomes the \
             bottleneck, and every migration runs as often as there are tenants.",
            words::count(rows),
            names::plural(&policy.tenant).replace('_', " "),
            words::count(rows * owned.len() as f64)
        ),
        Some(rows) => format!(
            " There are {} of them, few enough for a schema or a database each, should one of \
             them demand it.",
            words::count(rows)
        ),
        None => String::new(),
    };
    let shared: Vec<String> = policy.shared.iter().map(|s| words::spoken(s)).collect();
    let shared = if shared.is_empty() {
        String::new()
    } else {
        format!(
            " {} belong to no tenant.",
            words::capital(&words::list(&shared))
        )
    };
    let column = owned
        .first()
        .and_then(|e| draft.plan(&e.name).tenant_column.clone())
        .unwrap_or_else(|| names::shortened(&policy.tenant, "id"));
    let subjects: Vec<ObjectId> = owned.iter().map(|e| draft.table_object(&e.name)).collect();
    draft.decide(Decision {
        family: "tenancy",
        title: format!("Rows of every {tenant} in the same tables"),
        subjects,
        choice: format!(
            "{column} in each of the {} tables that belong to {}, first in their primary keys \
             and part of every foreign key between them.",
            owned.len(),
            words::a(&policy.tenant)
        ),
        rationale: format!(
            "Because foreign keys compare {column} too, a row cannot refer to another {tenant}'s \
             row, whatever the application does: the database would have to find it under the \
             wrong {tenant}. As the first column of the keys it keeps the rows of one {tenant} \
             together in every index, and row-level security can use it without a join.{many}\
             {shared}"
        ),
        alternatives: vec![
            Alternative::new(
                "a schema for each",
                "Backup and removal of one are simple, but migrations run once for each, plans and \
                 the relation cache are not shared, and a report over all needs a union. Right for \
                 a few dozen.",
            ),
            Alternative::new(
                "a database for each",
                "The strongest separation, and the only one with limits of its own; costs \
                 connections and upkeep for each, and foreign keys to shared tables are impossible.",
            ),
            Alternative::new(
                format!("{column} only in the tables at the top"),
                format!(
                    "Smaller keys, but then a part's {tenant} is known only through joins, policies \
                     become subqueries, and a reference across {} passes unnoticed.",
                    names::plural(&policy.tenant).replace('_', " ")
                ),
            ),
        ],
        source: Source::at("policies.tenancy", policy.span),
        weight: Weight::Major,
    });
}
