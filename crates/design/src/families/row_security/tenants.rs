//! Policies that keep tenants apart, on every table that holds a tenant's rows.

use std::collections::{BTreeMap, BTreeSet};

use pgwright_catalog::{
    Expression, Name, ObjectId, Policy, PolicyCommand, QualifiedName, quote_literal,
};

use crate::companion;
use crate::decision::{Alternative, Decision, Enforcement, Question, Source, Weight};
use crate::draft::Draft;
use crate::{names, words};

/// Tables whose rows belong to a tenant, with the column that says which: entities, what serves
/// them, histories and logs, and the tenants themselves.
pub fn owned_tables(draft: &Draft<'_>) -> BTreeMap<QualifiedName, Name> {
    let Some(policy) = &draft.brief.policies.tenancy else {
        return BTreeMap::new();
    };
    let mut owned = BTreeMap::new();
    for name in companion::designed_entities(draft) {
        let plan = draft.plan(&name);
        if name == policy.tenant {
            owned.insert(plan.table.clone(), companion::own_key(plan).0.clone());
        } else if let Some(column) = &plan.tenant_column {
            owned.insert(plan.table.clone(), column.clone());
        }
    }
    for (table, side) in &draft.side_tables {
        if let Some(column) = &side.tenant_column {
            owned.insert(table.clone(), column.clone());
        } else if side.entity == policy.tenant
            && let Some(column) = side.entity_columns.first()
        {
            owned.insert(table.clone(), column.clone());
        }
    }
    for (table, companion) in &draft.companions {
        if let Some(column) = &companion.tenant_column {
            owned.insert(table.clone(), column.clone());
        } else if companion.entity.as_deref() == Some(policy.tenant.as_str())
            && let Some(column) =
                companion::reference_columns(draft.plan(&policy.tenant), &policy.tenant).first()
        {
            owned.insert(table.clone(), column.clone());
        }
    }
    owned.retain(|table, column| {
        draft
            .catalog
            .tables
            .get(table)
            .is_some_and(|t| t.column(column.as_str()).is_some())
    });
    owned
}

/// The setting that a refresh of materialized views sets for itself, so that it reads all tenants.
pub fn refreshing_setting(draft: &Draft<'_>) -> String {
    format!("{}.refreshing", draft.brief.naming.schema)
}

/// Turns row security on, for the owner too, and adds the policies.
pub fn build(draft: &mut Draft<'_>) {
    let Some(policy) = draft.brief.policies.tenancy.clone() else {
        return;
    };
    let tenant_type = companion::own_key_type(draft.plan(&policy.tenant));
    let current = draft.setting_function("tenant", &tenant_type);
    let current = companion::once(&current.name);
    let owned = owned_tables(draft);
    let owner = companion::role(draft, "owner");
    let tenants = draft.plan(&policy.tenant).table.clone();
    let insiders = insiders(draft);
    let refreshing = quote_literal(&refreshing_setting(draft));
    let refreshed = crate::families::refreshed_tables(draft);
    let (materialized, reported) = read_by_reports(draft);
    let reporter = companion::role(draft, "reporter");

    let mut by = Vec::new();
    for (name, column) in &owned {
        let mut policies = vec![(
            "tenant_isolation",
            Policy {
                command: PolicyCommand::All,
                permissive: true,
                roles: insiders.iter().cloned().collect(),
                using: Some(Expression::new(format!("{} = {current}", column.quoted()))),
                with_check: None,
                comment: Some(format!(
                    "Only rows of the session's {}; none when the session names none.",
                    words::spoken(&policy.tenant)
                )),
            },
        )];
        let of_owner = |command, condition: &str, comment: &str| Policy {
            command,
            permissive: true,
            roles: [owner.clone()].into(),
            using: Some(Expression::new(condition)),
            with_check: None,
            comment: Some(comment.to_owned()),
        };
        policies.push((
            "own_triggers",
            of_owner(
                PolicyCommand::All,
                "(SELECT pg_trigger_depth() AS pg_trigger_depth) > 0",
                "Triggers that run as the owner reach the rows that their rule is about.",
            ),
        ));
        if materialized.contains(name) {
            policies.push((
                "refresh",
                of_owner(
                    PolicyCommand::Select,
                    &format!(
                    "(SELECT current_setting({refreshing}::text, true) AS current_setting) = 'on'::text"
                ),
                    "A refresh of materialized views reads every tenant's rows.",
                ),
            ));
        }
        if refreshed.contains(name) {
            policies.push((
                "refresh_totals",
                of_owner(
                    PolicyCommand::All,
                    &format!(
                    "(SELECT current_setting({refreshing}::text, true) AS current_setting) = 'on'::text"
                ),
                    "Totals are brought up to date for every tenant at once.",
                ),
            ));
        }
        if reported.contains(name) {
            let mut reads = of_owner(
                PolicyCommand::Select,
                "true",
                "Reports over all tenants, for the operator's own people.",
            );
            reads.roles = [reporter.clone()].into();
            policies.push(("report_over_all", reads));
        }
        if *name == tenants {
            let mut register = of_owner(
                PolicyCommand::Insert,
                "true",
                "New tenants are registered by the operator.",
            );
            register.with_check = register.using.take();
            policies.push(("register", register));
            policies.push((
                "work_tenant_by_tenant",
                of_owner(
                    PolicyCommand::Select,
                    "true",
                    "Maintenance goes through the tenants one by one, and must know them.",
                ),
            ));
        }
        if let Some(table) = draft.catalog.tables.get_mut(name) {
            table.row_security = true;
            table.force_row_security = true;
            for (policy_name, found) in policies {
                by.push(ObjectId::Policy(name.clone(), Name::new(policy_name)));
                table.policies.insert(Name::new(policy_name), found);
            }
        }
    }
    by.retain(
        |object| matches!(object, ObjectId::Policy(_, name) if name.as_str() == "tenant_isolation"),
    );
    record(draft, &policy, &owned, by);
}

/// Tables that materialized views read, and those that live reports read.
fn read_by_reports(draft: &Draft<'_>) -> (BTreeSet<QualifiedName>, BTreeSet<QualifiedName>) {
    let mut stored = BTreeSet::new();
    for view in draft.catalog.materialized_views.keys() {
        companion::tables_behind(
            draft,
            &ObjectId::MaterializedView(view.clone()),
            &mut stored,
        );
    }
    let mut live = BTreeSet::new();
    for report in &draft.brief.reports {
        let view = ObjectId::View(draft.qualified(report.name.as_str()));
        companion::tables_behind(draft, &view, &mut live);
    }
    (stored, live)
}

/// Roles that a tenant's policy is for: everybody, unless somebody is to see less.
fn insiders(draft: &Draft<'_>) -> Vec<Name> {
    if draft.brief.policies.visibility.is_empty() {
        return Vec::new();
    }
    ["owner", "migrator", "readwrite", "readonly", "auditor"]
        .map(|what| companion::role(draft, what))
        .into()
}

fn record(
    draft: &mut Draft<'_>,
    policy: &pgwright_brief::model::Tenancy,
    owned: &BTreeMap<QualifiedName, Name>,
    by: Vec<ObjectId>,
) {
    let tenant = words::spoken(&policy.tenant);
    let setting = draft.setting("tenant");
    draft.enforce(Enforcement {
        rule: "tenancy".to_owned(),
        says: format!("No {tenant} sees or changes another's rows"),
        by,
        how: format!(
            "Row-level security on all {} tables that hold a {tenant}'s rows, forced for their \
             owner too: a row is seen and written only when its {tenant} is the session's \
             ({setting}). A session that names none sees nothing. References between such tables \
             share the column, so not even a key can point into another {tenant}'s rows.",
            owned.len()
        ),
        family: "row_security",
        source: Source::at("policies.tenancy", policy.span),
    });
    draft.decide(Decision {
        family: "row_security",
        title: format!("Row-level security keeps {} apart", names::plural(&tenant)),
        subjects: owned.keys().cloned().map(ObjectId::Table).collect(),
        choice: format!(
            "One policy per table compares the row's column with the session's {tenant}; it is \
             forced for the owner of the tables as well."
        ),
        rationale: format!(
            "One forgotten condition in one query of the application would show a {tenant} \
             another's data; a policy is added by the server to every query, joins and subqueries \
             included. The application sets {setting} once per transaction (SET LOCAL, or \
             set_config with is_local, so that a pooled connection does not carry it on). The \
             function that reads it stands in a subselect, so that it runs once per query and the \
             comparison uses the indexes, all of which begin with the column. Foreign keys are \
             checked without policies, which is why they carry the column themselves. Triggers \
             that run as the owner pass, because they only follow keys; superusers and roles with \
             BYPASSRLS pass everything, so the application must be neither."
        ),
        alternatives: vec![
            Alternative::new(
                "The application adds the condition",
                "No cost in the database, and no protection from a mistake, a report tool, or an \
                 injection.",
            ),
            Alternative::new(
                format!("A database role for each {tenant}"),
                "The policy could read the role's name, which no session can change. Thousands of \
                 roles, and connections cannot be pooled across them.",
            ),
            Alternative::new(
                format!("A schema or database for each {tenant}"),
                "The strongest separation, and simple removal; every migration runs once for each, \
                 and the catalog grows with them.",
            ),
        ],
        source: Source::at("policies.tenancy", policy.span),
        weight: Weight::Major,
    });
    draft.ask(Question {
        id: "tenancy.registration".to_owned(),
        ask: format!(
            "Who registers {}: the operator, or the newcomer's own session?",
            words::a(&policy.tenant)
        ),
        default: format!(
            "The operator: a service with the rights of {} does, and reads the list of {} for \
             maintenance.",
            companion::role(draft, "migrator"),
            names::plural(&tenant)
        ),
        matters: "A session of the application sees only its own tenant, so it cannot read back \
                  the one that it has just added."
            .to_owned(),
        otherwise: "A function that runs as the owner would add the tenant and give back its key."
            .to_owned(),
        source: Source::at("policies.tenancy", policy.span),
    });
    shared_people(draft, policy);
}

/// People that belong to no tenant are seen by all: that is worth a question.
fn shared_people(draft: &mut Draft<'_>, policy: &pgwright_brief::model::Tenancy) {
    let shared: Vec<String> = policy
        .shared
        .iter()
        .filter(|name| {
            draft.brief.entity(name).is_some_and(|e| {
                companion::is_designed(e) && (e.actor || e.attributes.iter().any(|a| a.personal))
            })
        })
        .cloned()
        .collect();
    for name in shared {
        let people = words::spoken(&names::plural(&name));
        draft.ask(Question {
            id: format!("tenancy.{name}_shared"),
            ask: format!(
                "May a session of one {} read all {people}, as they belong to none?",
                words::spoken(&policy.tenant)
            ),
            default: "Yes: the brief calls them shared, and signing in must find one before a \
                      tenant is known."
                .to_owned(),
            matters: "Names and addresses of people at other tenants could be listed.".to_owned(),
            otherwise: format!(
                "A policy on {people} would show those that the session's tenant has a row of, and \
                 signing in would use a function of its own."
            ),
            source: Source::at("policies.tenancy", policy.span),
        });
    }
}
