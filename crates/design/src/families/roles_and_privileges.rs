//! Roles and what each may do.

mod grants;

use pgwright_catalog::{
    DefaultPrivileges, Grant, Name, ObjectId, Privilege, PrivilegeTarget, Role,
};

use super::Family;
use super::row_security::who_role;
use crate::companion;
use crate::decision::{Alternative, Decision, Enforcement, Source, Weight};
use crate::draft::Draft;
use crate::fixtures::Fixtures;
use crate::testing::{Case, Expected, RuleTest};
use crate::{names, words};

/// Roles and what each may do.
#[derive(Debug)]
pub struct RolesAndPrivileges;

impl Family for RolesAndPrivileges {
    fn name(&self) -> &'static str {
        "roles_and_privileges"
    }

    fn build(&self, draft: &mut Draft<'_>) {
        add_roles(draft);
        secure_schema(draft);
        grants::on_tables(draft);
        grants::on_views(draft);
        grants::on_routines(draft);
        grants::on_others(draft);
        record(draft);
    }

    fn tests(&self, draft: &Draft<'_>, fixtures: &Fixtures<'_>) -> Vec<RuleTest> {
        let _ = fixtures;
        test_of(draft).into_iter().collect()
    }
}

fn add_roles(draft: &mut Draft<'_>) {
    let owner = companion::role(draft, "owner");
    add_role(
        draft,
        "owner",
        "owns every object; nobody logs in as it.",
        None,
    );
    add_role(
        draft,
        "migrator",
        "runs migrations and nightly maintenance, as a member of the owner.",
        Some(owner),
    );
    add_role(draft, "readwrite", "what the application may do.", None);
    add_role(
        draft,
        "readonly",
        "reads for reports and support; no secrets, no sensitive data.",
        None,
    );
    add_role(
        draft,
        "auditor",
        "reads data, histories and logs of access.",
        None,
    );
    if has_reporter(draft) {
        let purpose = "reads reports over all tenants, for the operator's own people.";
        add_role(draft, "reporter", purpose, None);
    }
    let brief = draft.brief;
    for rule in &brief.policies.visibility {
        let what = names::identifier(&rule.who);
        add_role(draft, &what, &words::sentence(&rule.says), None);
    }
}

fn add_role(draft: &mut Draft<'_>, what: &str, purpose: &str, member_of: Option<Name>) {
    let name = companion::role(draft, what);
    let comment = Some(format!("{}: {purpose}", draft.brief.title));
    draft.catalog.roles.entry(name).or_insert(Role {
        login: false,
        member_of: member_of.into_iter().collect(),
        comment,
    });
}

/// Whether somebody reads reports over all tenants.
fn has_reporter(draft: &Draft<'_>) -> bool {
    draft.brief.policies.tenancy.is_some() && !draft.brief.reports.is_empty()
}

/// Roles that read or write through the schema, without the owner and the migrator.
fn guests(draft: &Draft<'_>) -> Vec<Name> {
    let mut roles: Vec<Name> = ["readwrite", "readonly", "auditor"]
        .map(|what| companion::role(draft, what))
        .into();
    if has_reporter(draft) {
        roles.push(companion::role(draft, "reporter"));
    }
    for rule in &draft.brief.policies.visibility {
        let role = who_role(draft, rule);
        if !roles.contains(&role) {
            roles.push(role);
        }
    }
    roles
}

fn secure_schema(draft: &mut Draft<'_>) {
    let owner = companion::role(draft, "owner");
    let guests = guests(draft);
    let name = draft.schema();
    let schema = draft.catalog.schemas.entry(name).or_default();
    schema.owner = Some(owner.clone());
    for role in guests {
        schema.grants.insert(Grant::to(role, Privilege::Usage));
    }
    // PostgreSQL lets everybody execute a new function; the owner's are granted one by one.
    draft.catalog.default_privileges.insert(DefaultPrivileges {
        owner,
        schema: None,
        target: PrivilegeTarget::Routines,
        grant: Grant::to_public(Privilege::Execute),
        revoked: true,
    });
}

fn record(draft: &mut Draft<'_>) {
    let system = draft.brief.system.clone();
    let roles: Vec<ObjectId> = draft
        .catalog
        .roles
        .keys()
        .cloned()
        .map(ObjectId::Role)
        .collect();
    draft.enforce(Enforcement {
        rule: "privileges".to_owned(),
        says: "Every role may do what its work needs, and nothing else".to_owned(),
        by: roles.clone(),
        how: "Nothing is granted to PUBLIC; functions are granted one by one; histories and logs \
              are written by functions alone."
            .to_owned(),
        family: "roles_and_privileges",
        source: Source::of("policies"),
    });
    let restricted: Vec<String> = draft
        .brief
        .policies
        .visibility
        .iter()
        .map(|rule| who_role(draft, rule).to_string())
        .collect();
    let outsiders = if restricted.is_empty() {
        String::new()
    } else {
        format!(
            " {} stand for people outside the team and read only what the rules name.",
            words::list(&restricted)
        )
    };
    draft.decide(Decision {
        family: "roles_and_privileges",
        title: "Roles by kind of work".to_owned(),
        subjects: roles,
        choice: format!(
            "{system}_owner owns; {system}_migrator changes the schema; {system}_readwrite, \
             {system}_readonly and {system}_auditor work with the data. None of them logs in."
        ),
        rationale: format!(
            "Login roles come and go with people and services, and are made members of these \
             groups, so privileges are written once. The application is not the owner: it cannot \
             drop a table, switch a trigger off, or rewrite what is only ever added, and an \
             injected statement cannot either. It may not delete what is hidden instead, nor \
             write sums, histories and logs. {system}_readonly reads names and addresses of \
             people, which support needs, and neither secrets nor sensitive data.{outsiders} A \
             table that a later migration adds is granted to nobody until that migration says so."
        ),
        alternatives: vec![
            Alternative::new(
                "One role for everything",
                "Nothing to administer, and every mistake has every right.",
            ),
            Alternative::new(
                "Default privileges for coming tables",
                "New tables work at once, also those that should have been withheld.",
            ),
            Alternative::new(
                "Personal data withheld from reports as well",
                "Column privileges on every marked column, or views that mask them: right when \
                 reports leave the company.",
            ),
        ],
        source: Source::of("policies"),
        weight: Weight::Notable,
    });
}

fn test_of(draft: &Draft<'_>) -> Option<RuleTest> {
    let entity = draft
        .brief
        .entities
        .iter()
        .find(|e| companion::is_designed(e) && !e.append_only)?;
    let plan = draft.plan(&entity.name);
    let table = plan.table.quoted();
    let schema = draft.schema().quoted();
    let key = companion::own_key(plan).0.quoted();
    let role = |what: &str| format!("SET LOCAL ROLE {}", companion::role(draft, what).quoted());
    let refused = |says: &str, what: &str, sql: String| Case {
        says: says.to_owned(),
        statements: vec![role(what), sql],
        expected: Expected::rejected("42501", None),
    };
    Some(RuleTest {
        rule: "privileges".to_owned(),
        says: "Roles do their own work only".to_owned(),
        given: Vec::new(),
        cases: vec![
            Case {
                says: "the application reads".to_owned(),
                statements: vec![
                    role("readwrite"),
                    format!("SELECT {key} FROM {table} WHERE false"),
                ],
                expected: Expected::Returns(0),
            },
            refused(
                "the application creates a table",
                "readwrite",
                format!("CREATE TABLE {schema}.surprise (id integer)"),
            ),
            refused(
                "the application empties a table",
                "readwrite",
                format!("TRUNCATE {table} CASCADE"),
            ),
            refused(
                "the application switches a table's triggers off",
                "readwrite",
                format!("ALTER TABLE {table} DISABLE TRIGGER ALL"),
            ),
            refused(
                "a reader of reports deletes",
                "readonly",
                format!("DELETE FROM {table}"),
            ),
            refused(
                "the auditor writes",
                "auditor",
                format!("DELETE FROM {table}"),
            ),
        ],
    })
}
