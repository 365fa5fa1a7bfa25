//! Operators.

use std::collections::BTreeSet;

use pg_query::protobuf::{AlterOperatorStmt, DefineStmt};
use pgwright_catalog::{ObjectId, Operator, OperatorSignature, QualifiedName};

use super::address::Address;
use super::nodes::Written;
use super::options;
use crate::analyze::system;
use crate::read::failure::Failure;
use crate::read::names::strings;
use crate::read::state::State;

impl State {
    /// The full name of an operator: PostgreSQL's own first.
    pub(in crate::read) fn operator_named(&self, written: &Written) -> QualifiedName {
        if let Some(schema) = &written.schema {
            return QualifiedName::new(schema.as_str(), written.name.as_str());
        }
        if system::catalog().operators(&written.name).is_empty() {
            for schema in self.visible_schemas() {
                let full = QualifiedName::new(schema, written.name.as_str());
                if self.catalog.operators.keys().any(|held| held.name == full) {
                    return full;
                }
            }
        }
        QualifiedName::new("pg_catalog", written.name.as_str())
    }

    /// The full name of an operator that another names, and that may be made later, in its schema.
    fn related(&self, written: &Written, schema: &str) -> String {
        let name = match &written.schema {
            Some(schema) => QualifiedName::new(schema.as_str(), written.name.as_str()),
            None => QualifiedName::new(schema, written.name.as_str()),
        };
        format!("OPERATOR({}.{})", name.schema.quoted(), name.name)
    }
}

/// CREATE OPERATOR.
pub(super) fn create(state: &mut State, s: &DefineStmt) -> Result<(), Failure> {
    let parts = strings(&s.defnames);
    let name = state.new_name(&parts)?;
    let mut held = Operator::default();
    let (mut left, mut right) = (None, None);
    let (mut commutator, mut negator) = (None, None);
    for option in options::options(&s.definition) {
        match option.name().to_lowercase().as_str() {
            "leftarg" => {
                left = option
                    .node()
                    .map(|node| state.node_type(node))
                    .transpose()?
            }
            "rightarg" => {
                right = option
                    .node()
                    .map(|node| state.node_type(node))
                    .transpose()?
            }
            "procedure" | "function" => {
                held.function = Some(state.function_named(&option.written()));
            }
            "commutator" => commutator = Some(option.written()),
            "negator" => negator = Some(option.written()),
            "restrict" => held.restrict = Some(state.function_named(&option.written())),
            "join" => held.join = Some(state.function_named(&option.written())),
            "hashes" => held.hashes = option.truth(),
            "merges" => held.merges = option.truth(),
            // Of old servers; a sign of MERGES.
            "sort1" | "sort2" | "ltcmp" | "gtcmp" => held.merges = true,
            _ => {}
        }
    }
    if held.function.is_none() {
        return Err(Failure::new("operator function must be specified"));
    }
    if right.is_none() {
        return Err(Failure::new(
            "operator right argument type must be specified",
        ));
    }
    let signature = OperatorSignature { name, left, right };
    if state
        .catalog
        .operators
        .get(&signature)
        .is_some_and(|held| held.function.is_some())
    {
        return Err(Failure::new(format!(
            "operator {} already exists",
            signature.name.name
        )));
    }
    let schema = signature.name.schema.as_str().to_owned();
    held.commutator = commutator.as_ref().map(|c| state.related(c, &schema));
    held.negator = negator.as_ref().map(|n| state.related(n, &schema));
    held.owner = state.new_owner();
    let needed = uses(state, &signature, &held);
    let id = ObjectId::Operator(signature.clone());
    state.touch(&id);
    // What the other side of a pair has said already stays.
    if let Some(before) = state.catalog.operators.get(&signature) {
        held.commutator = held.commutator.or_else(|| before.commutator.clone());
        held.negator = held.negator.or_else(|| before.negator.clone());
    }
    state.catalog.operators.insert(signature.clone(), held);
    state.set_uses(id, needed);
    pair(state, &signature);
    Ok(())
}

fn uses(state: &State, signature: &OperatorSignature, held: &Operator) -> BTreeSet<ObjectId> {
    let mut needed: BTreeSet<ObjectId> = [&signature.left, &signature.right]
        .into_iter()
        .flatten()
        .filter_map(|text| state.type_object(text))
        .collect();
    let operands: Vec<String> = [&signature.left, &signature.right]
        .into_iter()
        .flatten()
        .cloned()
        .collect();
    if let Some(function) = &held.function {
        let exact = pgwright_catalog::RoutineSignature::new(function.clone(), operands);
        if state.catalog.routines.contains_key(&exact) {
            needed.insert(ObjectId::Routine(exact));
        } else {
            needed.extend(state.function_objects(function));
        }
    }
    for function in [&held.restrict, &held.join].into_iter().flatten() {
        needed.extend(state.function_objects(function));
    }
    needed
}

/// Commutators and negators know each other: where one names the other, the other names it back.
fn pair(state: &mut State, signature: &OperatorSignature) {
    let Some(held) = state.catalog.operators.get(signature).cloned() else {
        return;
    };
    let own = format!(
        "OPERATOR({}.{})",
        signature.name.schema.quoted(),
        signature.name.name
    );
    let find = |state: &State, text: &Option<String>, swapped: bool| {
        let text = text.as_ref()?;
        let (left, right) = if swapped {
            (&signature.right, &signature.left)
        } else {
            (&signature.left, &signature.right)
        };
        let found = state.catalog.operators.keys().find(|other| {
            let name = format!(
                "OPERATOR({}.{})",
                other.name.schema.quoted(),
                other.name.name
            );
            name == *text && other.left == *left && other.right == *right
        })?;
        Some(found.clone())
    };
    if let Some(other) = find(state, &held.commutator, true) {
        state.touch(&ObjectId::Operator(other.clone()));
        if let Some(other) = state.catalog.operators.get_mut(&other) {
            other.commutator.get_or_insert_with(|| own.clone());
        }
    }
    if let Some(other) = find(state, &held.negator, false) {
        state.touch(&ObjectId::Operator(other.clone()));
        if let Some(other) = state.catalog.operators.get_mut(&other) {
            other.negator.get_or_insert(own);
        }
    }
}

/// ALTER OPERATOR … SET: the estimators, and what was not said at first.
pub(super) fn alter(state: &mut State, s: &AlterOperatorStmt) -> Result<(), Failure> {
    let Some(object) = &s.opername else {
        return Err(Failure::new("an operator name is missing"));
    };
    let Address::Held(id) = state.operator_address(object)? else {
        return Ok(());
    };
    let ObjectId::Operator(signature) = id.clone() else {
        return Ok(());
    };
    let schema = signature.name.schema.as_str().to_owned();
    let Some(mut held) = state.catalog.operators.get(&signature).cloned() else {
        return Ok(());
    };
    for option in options::options(&s.options) {
        // NONE comes without a value.
        let function = option
            .node()
            .map(|_| state.function_named(&option.written()));
        match option.name().to_lowercase().as_str() {
            "restrict" => held.restrict = function,
            "join" => held.join = function,
            "commutator" => held.commutator = Some(state.related(&option.written(), &schema)),
            "negator" => held.negator = Some(state.related(&option.written(), &schema)),
            "hashes" => held.hashes = option.truth(),
            "merges" => held.merges = option.truth(),
            _ => {}
        }
    }
    let needed = uses(state, &signature, &held);
    state.touch(&id);
    state.catalog.operators.insert(signature.clone(), held);
    state.set_uses(id, needed);
    pair(state, &signature);
    Ok(())
}
