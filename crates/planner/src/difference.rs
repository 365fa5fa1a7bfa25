//! What is different between two plans of a query, in words.

use std::collections::BTreeMap;

use crate::plan::{Node, Plan};

/// What changes from one plan of a query to another: how relations are read, how they are joined, and what else
/// comes or goes. Empty when both have the same shape.
pub fn differences(from: &Plan, to: &Plan) -> Vec<String> {
    if from.root.shape() == to.root.shape() {
        return Vec::new();
    }
    let mut found = Vec::new();
    let (old, new) = (accesses(from), accesses(to));
    for (relation, before) in &old {
        match new.get(relation) {
            Some(after) if after != before => {
                found.push(format!("{relation}: {before} → {after}"));
            }
            Some(_) => {}
            None => found.push(format!("{relation}: {before} → not read")),
        }
    }
    for (relation, after) in &new {
        if !old.contains_key(relation) {
            found.push(format!("{relation}: not read → {after}"));
        }
    }
    let (old, new) = (joins(from), joins(to));
    if old != new {
        found.push(format!("joins: {} → {}", shown(&old), shown(&new)));
    }
    let (old, new) = (others(from), others(to));
    for (kind, count) in &old {
        let after = new.get(kind).copied().unwrap_or(0);
        if after != *count {
            found.push(format!("{kind}: {count} → {after}"));
        }
    }
    for (kind, count) in &new {
        if !old.contains_key(kind) {
            found.push(format!("{kind}: 0 → {count}"));
        }
    }
    if found.is_empty() {
        found.push("the same steps in another order".to_owned());
    }
    found
}

fn shown(joins: &[String]) -> String {
    match joins.is_empty() {
        true => "none".to_owned(),
        false => joins.join(", "),
    }
}

/// How each relation is read, by what the query calls it.
fn accesses(plan: &Plan) -> BTreeMap<String, String> {
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    for node in plan.root.walk() {
        let Some(relation) = node.alias.as_ref().or(node.relation.as_ref()) else {
            continue;
        };
        let mut how = node.node_type.clone();
        let mut indexes: Vec<&str> = node.index.as_deref().into_iter().collect();
        if node.node_type == "Bitmap Heap Scan" {
            indexes.extend(node.indexes());
        }
        if !indexes.is_empty() {
            how.push_str(&format!(" using {}", indexes.join(", ")));
        }
        found
            .entry(relation.clone())
            .and_modify(|all| all.push_str(&format!(", {how}")))
            .or_insert(how);
    }
    found
}

fn is_join(node: &Node) -> bool {
    matches!(
        node.node_type.as_str(),
        "Nested Loop" | "Hash Join" | "Merge Join"
    )
}

fn joins(plan: &Plan) -> Vec<String> {
    let nodes = plan.root.walk().into_iter().filter(|n| is_join(n));
    nodes.map(|n| n.node_type.clone()).collect()
}

/// How many nodes there are of every other kind.
fn others(plan: &Plan) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    for node in plan.root.walk() {
        let reads = node.relation.is_some() || node.alias.is_some() || node.index.is_some();
        if !reads && !is_join(node) {
            *found.entry(node.node_type.clone()).or_insert(0) += 1;
        }
    }
    found
}
