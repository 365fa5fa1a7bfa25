//! Row-level security policies.

use std::collections::BTreeSet;

use pg_query::NodeEnum;
use pg_query::protobuf::{AlterPolicyStmt, CreatePolicyStmt, Node, RangeVar, RoleSpecType};
use pgwright_catalog::{Expression, Name, ObjectId, Policy, PolicyCommand, QualifiedName};

use crate::analyze::ExprKind;
use crate::read::expression::Context;
use crate::read::failure::Failure;
use crate::read::names::truncate;
use crate::read::state::State;

/// CREATE POLICY.
pub(in crate::read) fn create(
    state: &mut State,
    statement: &CreatePolicyStmt,
) -> Result<(), Failure> {
    let table = table(state, statement.table.as_ref())?;
    let name = Name::new(truncate(&statement.policy_name));
    if state.table(&table)?.policies.contains_key(&name) {
        return Err(Failure::new(format!(
            "policy \"{name}\" for table \"{}\" already exists",
            table.name
        )));
    }
    let mut uses = BTreeSet::new();
    let policy = Policy {
        command: match statement.cmd_name.as_str() {
            "select" => PolicyCommand::Select,
            "insert" => PolicyCommand::Insert,
            "update" => PolicyCommand::Update,
            "delete" => PolicyCommand::Delete,
            _ => PolicyCommand::All,
        },
        permissive: statement.permissive,
        roles: roles(state, &statement.roles),
        using: condition(state, &table, statement.qual.as_deref(), &mut uses)?,
        with_check: condition(state, &table, statement.with_check.as_deref(), &mut uses)?,
        comment: None,
    };
    state
        .table_mut(&table)?
        .policies
        .insert(name.clone(), policy);
    state.set_uses(ObjectId::Policy(table, name), uses);
    Ok(())
}

/// ALTER POLICY.
pub(in crate::read) fn alter(
    state: &mut State,
    statement: &AlterPolicyStmt,
) -> Result<(), Failure> {
    let table = table(state, statement.table.as_ref())?;
    let name = Name::new(truncate(&statement.policy_name));
    let object = ObjectId::Policy(table.clone(), name.clone());
    let mut uses = state
        .catalog
        .dependencies
        .get(&object)
        .cloned()
        .unwrap_or_default();
    let using = condition(state, &table, statement.qual.as_deref(), &mut uses)?;
    let with_check = condition(state, &table, statement.with_check.as_deref(), &mut uses)?;
    let roles = (!statement.roles.is_empty()).then(|| roles(state, &statement.roles));
    let missing = Failure::new(format!(
        "policy \"{name}\" for table \"{}\" does not exist",
        table.name
    ));
    let Some(policy) = state.table_mut(&table)?.policies.get_mut(&name) else {
        return Err(missing);
    };
    if let Some(roles) = roles {
        policy.roles = roles;
    }
    if using.is_some() {
        policy.using = using;
    }
    if with_check.is_some() {
        policy.with_check = with_check;
    }
    state.set_uses(object, uses);
    Ok(())
}

fn table(state: &State, relation: Option<&RangeVar>) -> Result<QualifiedName, Failure> {
    let relation = relation.ok_or_else(|| Failure::new("a policy needs a table"))?;
    let (name, _) = state.relation(relation)?;
    if state.catalog.tables.contains_key(&name) {
        Ok(name)
    } else {
        Err(Failure::new(format!("\"{}\" is not a table", name.name)))
    }
}

/// The roles of a policy; PUBLIC is no role at all.
fn roles(state: &State, nodes: &[Node]) -> BTreeSet<Name> {
    let mut roles = BTreeSet::new();
    for node in nodes {
        if let Some(NodeEnum::RoleSpec(role)) = node.node.as_ref() {
            if role.roletype() == RoleSpecType::RolespecPublic {
                return BTreeSet::new();
            }
            roles.extend(state.role_name(role));
        }
    }
    roles
}

fn condition(
    state: &State,
    table: &QualifiedName,
    node: Option<&Node>,
    uses: &mut BTreeSet<ObjectId>,
) -> Result<Option<Expression>, Failure> {
    let Some(node) = node else { return Ok(None) };
    let context = Context::new(ExprKind::Policy).over(table);
    let (expression, used) = state.expression_and_uses(node, &context)?;
    uses.extend(used);
    Ok(Some(expression))
}
