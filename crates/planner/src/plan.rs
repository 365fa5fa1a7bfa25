//! A plan as `EXPLAIN (FORMAT JSON)` tells it, as a tree.

use serde::Serialize;
use serde_json::Value;

/// A plan.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Plan {
    /// Its topmost node.
    pub root: Node,
    /// What the server printed.
    #[serde(skip)]
    pub raw: Value,
}

/// A node of a plan. Costs are in the planner's unit, a sequentially read page by default.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Node {
    /// Kind, as in `Index Scan`.
    pub node_type: String,
    /// Schema of the relation it reads or writes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// Relation it reads or writes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub relation: Option<String>,
    /// What the query calls it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alias: Option<String>,
    /// Index it reads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub index: Option<String>,
    /// `Inner`, `Left`, `Semi` …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub join_type: Option<String>,
    /// How an aggregate or a set operation works: `Plain`, `Sorted`, `Hashed`, `Mixed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub strategy: Option<String>,
    /// Of an aggregate done in parts: `Partial`, `Finalize`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partial_mode: Option<String>,
    /// What it is to its parent: `Outer`, `Inner`, `InitPlan`, `SubPlan`, `Member` …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_relationship: Option<String>,
    /// The name of a subplan, as in `CTE x`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subplan: Option<String>,
    /// `Backward` for an index read from its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scan_direction: Option<String>,
    /// `Insert`, `Update` … of a node that writes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// Cost until its first row.
    pub startup_cost: f64,
    /// Cost until its last row, of one execution.
    pub total_cost: f64,
    /// Rows of one execution.
    pub rows: f64,
    /// Average width of a row in bytes.
    pub width: u64,
    /// How often its parent executes it, as far as the plan's own numbers tell.
    pub loops: f64,
    /// Worker processes planned below a Gather.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workers: Option<u64>,
    /// Conditions and keys, by PostgreSQL's label: `Index Cond`, `Filter`, `Hash Cond`, `Sort Key` …
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<(String, String)>,
    /// The nodes that it reads from.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<Node>,
}

/// A text that is no plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this is no plan in JSON: {problem}")]
pub struct PlanError {
    /// What is missing.
    pub problem: String,
}

const DETAILS: [&str; 19] = [
    "Index Cond",
    "Recheck Cond",
    "Tid Cond",
    "Order By",
    "Filter",
    "One-Time Filter",
    "Join Filter",
    "Hash Cond",
    "Merge Cond",
    "Sort Key",
    "Presorted Key",
    "Group Key",
    "Cache Key",
    "CTE Name",
    "Function Name",
    "Function Call",
    "Table Function Name",
    "Subplans Removed",
    "Run Condition",
];

/// The deepest plan that is read; PostgreSQL's own stack ends before.
const DEEPEST: usize = 500;

impl Plan {
    /// Reads what `EXPLAIN (FORMAT JSON)` printed.
    ///
    /// # Errors
    /// When it is something else.
    pub fn parse(raw: Value) -> Result<Self, PlanError> {
        let plan = raw.get(0).unwrap_or(&raw).get("Plan");
        let plan = plan.ok_or_else(|| missing("Plan"))?;
        let root = node(plan, 1.0, DEEPEST)?;
        Ok(Self { root, raw })
    }

    /// The plan's cost: that of its topmost node.
    pub fn cost(&self) -> f64 {
        self.root.total_cost
    }
}

fn missing(what: &str) -> PlanError {
    PlanError {
        problem: format!("`{what}` is missing"),
    }
}

fn node(value: &Value, loops: f64, depth: usize) -> Result<Node, PlanError> {
    if depth == 0 {
        return Err(PlanError {
            problem: format!("nested deeper than {DEEPEST}"),
        });
    }
    let text = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
    let number = |key: &str| value.get(key).and_then(Value::as_f64);
    let details = DETAILS.iter().filter_map(|label| {
        let shown = match value.get(label)? {
            Value::String(text) => text.clone(),
            Value::Array(parts) => {
                let parts: Vec<&str> = parts.iter().filter_map(Value::as_str).collect();
                parts.join(", ")
            }
            Value::Null => return None,
            other => other.to_string(),
        };
        Some(((*label).to_owned(), shown))
    });
    let mut node = Node {
        node_type: text("Node Type").ok_or_else(|| missing("Node Type"))?,
        schema: text("Schema"),
        relation: text("Relation Name"),
        alias: text("Alias"),
        index: text("Index Name"),
        join_type: text("Join Type"),
        strategy: text("Strategy"),
        partial_mode: text("Partial Mode").filter(|mode| mode != "Simple"),
        parent_relationship: text("Parent Relationship"),
        subplan: text("Subplan Name"),
        scan_direction: text("Scan Direction").filter(|d| d == "Backward"),
        operation: text("Operation"),
        startup_cost: number("Startup Cost").unwrap_or_default(),
        total_cost: number("Total Cost").unwrap_or_default(),
        rows: number("Plan Rows").unwrap_or_default(),
        width: value.get("Plan Width").and_then(Value::as_u64).unwrap_or(0),
        loops,
        workers: value.get("Workers Planned").and_then(Value::as_u64),
        details: details.collect(),
        children: Vec::new(),
    };
    let children = value.get("Plans").and_then(Value::as_array);
    // The rows of the outer side are how often the inner side runs, for a nested loop alone.
    let mut outer_rows = 1.0;
    for child in children.into_iter().flatten() {
        let relationship = child.get("Parent Relationship").and_then(Value::as_str);
        let times = match relationship {
            Some("Inner") if node.node_type == "Nested Loop" => outer_rows,
            Some("InitPlan") => 1.0,
            _ => 1.0,
        };
        let own_loops = match relationship {
            Some("InitPlan") => 1.0,
            _ => loops * times,
        };
        let read = self::node(child, own_loops, depth - 1)?;
        if relationship == Some("Outer") {
            outer_rows = read.rows.max(1.0);
        }
        node.children.push(read);
    }
    Ok(node)
}

impl Node {
    /// The node and all below it, from the top, parents before children.
    pub fn walk(&self) -> Vec<&Node> {
        let mut found = vec![self];
        for child in &self.children {
            found.extend(child.walk());
        }
        found
    }

    /// The cost of all its executions without what its children cost: what the node itself adds. Never
    /// negative: a Limit or a cache costs less than what it reads from would.
    pub fn own_cost(&self) -> f64 {
        let children: f64 = self.children.iter().map(|c| c.total_cost * c.loops).sum();
        (self.total_cost * self.loops - children).max(0.0)
    }

    /// What makes a plan another one: kinds of nodes, relations, indexes, how and in which order they are
    /// joined. Without costs and rows; the same text is the same shape.
    pub fn shape(&self) -> String {
        let mut text = self.node_type.clone();
        let parts = [
            &self.join_type,
            &self.strategy,
            &self.partial_mode,
            &self.relation,
            &self.index,
        ];
        for part in parts.into_iter().flatten() {
            text.push('/');
            text.push_str(part);
        }
        if !self.children.is_empty() {
            let children: Vec<String> = self.children.iter().map(Node::shape).collect();
            text.push_str(&format!("({})", children.join(",")));
        }
        text
    }

    /// The indexes it reads, anywhere in the tree.
    pub fn indexes(&self) -> std::collections::BTreeSet<&str> {
        self.walk()
            .iter()
            .filter_map(|n| n.index.as_deref())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    fn sample() -> Value {
        json!([{"Plan": {
        "Node Type": "Nested Loop", "Join Type": "Inner", "Startup Cost": 0.5, "Total Cost": 100.0,
        "Plan Rows": 10, "Plan Width": 8,
        "Plans": [
            {"Node Type": "Seq Scan", "Parent Relationship": "Outer", "Relation Name": "a", "Alias": "a",
             "Startup Cost": 0.0, "Total Cost": 40.0, "Plan Rows": 10, "Plan Width": 4, "Filter": "(x > 1)"},
            {"Node Type": "Index Scan", "Parent Relationship": "Inner", "Relation Name": "b",
             "Index Name": "b_pkey", "Startup Cost": 0.3, "Total Cost": 5.0, "Plan Rows": 1,
             "Plan Width": 4, "Index Cond": "(id = a.b)"}
        ]}}])
    }

    #[test]
    fn a_plan_is_read_with_what_its_inner_side_is_executed_for() {
        let plan = Plan::parse(sample()).unwrap();
        assert_eq!(
            plan.root.shape(),
            "Nested Loop/Inner(Seq Scan/a,Index Scan/b/b_pkey)"
        );
        assert_eq!(plan.root.children[1].loops, 10.0);
        assert_eq!(plan.root.own_cost(), 10.0);
        assert_eq!(
            plan.root.children[0].details,
            [("Filter".to_owned(), "(x > 1)".to_owned())]
        );
        assert_eq!(
            plan.root.indexes().into_iter().collect::<Vec<_>>(),
            ["b_pkey"]
        );
    }

    #[test]
    fn what_is_no_plan_is_an_error() {
        for value in [json!({}), json!([]), json!([{"Plan": {}}]), json!("x")] {
            assert!(Plan::parse(value).is_err());
        }
    }
}
