//! A plan as text: a tree with costs and rows, the costly nodes marked; and two plans beside each other.

use crate::plan::{Node, Plan};

/// A node is marked from this share of the plan's cost on.
const COSTLY: f64 = 0.2;
/// Between two plans beside each other.
const GAP: &str = "  │  ";

/// How a plan is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Drawing {
    /// Conditions and keys below each node.
    pub details: bool,
    /// The widest line, in characters; what is longer is cut off with `…`.
    pub width: usize,
}

impl Default for Drawing {
    fn default() -> Self {
        Self {
            details: true,
            width: 150,
        }
    }
}

/// Draws a plan.
pub fn draw(plan: &Plan, drawing: Drawing) -> String {
    let mut text = String::new();
    for line in lines(plan, drawing) {
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// Draws two plans beside each other, each with a title, when `width` holds both; else one below the other.
pub fn draw_beside(left: (&str, &Plan), right: (&str, &Plan), width: usize) -> String {
    let drawing = Drawing {
        details: false,
        width: (width.saturating_sub(GAP.len())) / 2,
    };
    let column = |(title, plan): (&str, &Plan)| -> Vec<String> {
        let mut column = vec![cut(title, drawing.width), String::new()];
        column.extend(lines(plan, drawing));
        column
    };
    let (left_lines, right_lines) = (column(left), column(right));
    if drawing.width < 50 {
        return [
            left_lines,
            vec![String::new()],
            right_lines,
            vec![String::new()],
        ]
        .concat()
        .iter()
        .map(|line| format!("{}\n", line.trim_end()))
        .collect();
    }
    let widest = left_lines
        .iter()
        .map(|l| l.chars().count())
        .max()
        .unwrap_or(0);
    let mut text = String::new();
    for number in 0..left_lines.len().max(right_lines.len()) {
        let of = |lines: &[String]| lines.get(number).cloned().unwrap_or_default();
        let padded = pad(&of(&left_lines), widest);
        text.push_str(format!("{padded}{GAP}{}", of(&right_lines)).trim_end());
        text.push('\n');
    }
    text
}

fn pad(text: &str, width: usize) -> String {
    let missing = width.saturating_sub(text.chars().count());
    format!("{text}{}", " ".repeat(missing))
}

fn cut(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let kept: String = text.chars().take(width.saturating_sub(1)).collect();
    kept + "…"
}

/// A line of the tree: what stands on the left, and the numbers of a node.
struct Line {
    tree: String,
    numbers: Option<[String; 3]>,
}

fn lines(plan: &Plan, drawing: Drawing) -> Vec<String> {
    let mut found = Vec::new();
    let whole = plan.cost().max(f64::MIN_POSITIVE);
    collect(&plan.root, "", "", whole, drawing, &mut found);
    let column = |at: usize| {
        let widths = found.iter().filter_map(|l| l.numbers.as_ref());
        widths.map(|n| n[at].chars().count()).max().unwrap_or(0)
    };
    let numbers_width = column(0) + column(1) + column(2) + 17;
    let room = drawing.width.saturating_sub(numbers_width).max(24);
    let with_numbers = found.iter().filter(|l| l.numbers.is_some());
    let tree = with_numbers
        .map(|l| l.tree.chars().count())
        .max()
        .unwrap_or(0)
        .min(room);
    found
        .iter()
        .map(|line| match &line.numbers {
            None => cut(&line.tree, drawing.width),
            Some([cost, rows, mark]) => format!(
                "{}  cost {cost:>w0$}  rows {rows:>w1$}  {mark}",
                pad(&cut(&line.tree, tree), tree),
                w0 = column(0),
                w1 = column(1),
            ),
        })
        .collect()
}

fn collect(
    node: &Node,
    first: &str,
    rest: &str,
    whole: f64,
    drawing: Drawing,
    found: &mut Vec<Line>,
) {
    let share = node.own_cost() / whole;
    let mark = match share {
        s if s >= COSTLY => format!("◀ {:.0} %", (s * 100.0).min(100.0)),
        _ => String::new(),
    };
    let mut rows = shown_number(node.rows);
    if node.loops > 1.5 {
        rows.push_str(&format!(" × {}", shown_number(node.loops)));
    }
    found.push(Line {
        tree: format!("{first}{}", title(node)),
        numbers: Some([shown_number(node.total_cost), rows, mark]),
    });
    if drawing.details {
        let bar = if node.children.is_empty() {
            "  "
        } else {
            "│ "
        };
        for (label, text) in &node.details {
            found.push(Line {
                tree: format!("{rest}{bar}  {label}: {text}"),
                numbers: None,
            });
        }
    }
    for (number, child) in node.children.iter().enumerate() {
        let last = number + 1 == node.children.len();
        let (branch, below) = if last {
            ("└─ ", "   ")
        } else {
            ("├─ ", "│  ")
        };
        collect(
            child,
            &format!("{rest}{branch}"),
            &format!("{rest}{below}"),
            whole,
            drawing,
            found,
        );
    }
}

/// `Index Scan using orders_pkey on shop.orders o`.
fn title(node: &Node) -> String {
    let mut title = String::new();
    if let Some(subplan) = &node.subplan {
        title.push_str(&format!("{subplan}: "));
    }
    if let Some(mode) = &node.partial_mode {
        title.push_str(&format!("{mode} "));
    }
    match (node.node_type.as_str(), &node.strategy, &node.join_type) {
        ("Aggregate", Some(strategy), _) => {
            let name = match strategy.as_str() {
                "Sorted" => "GroupAggregate",
                "Hashed" => "HashAggregate",
                "Mixed" => "MixedAggregate",
                _ => "Aggregate",
            };
            title.push_str(name);
        }
        (kind, _, Some(join)) if join != "Inner" => match kind {
            "Nested Loop" => title.push_str(&format!("Nested Loop {join} Join")),
            _ => title.push_str(&format!("{} {join} Join", kind.trim_end_matches(" Join"))),
        },
        ("ModifyTable", _, _) => title.push_str(node.operation.as_deref().unwrap_or("Modify")),
        (kind, _, _) => title.push_str(kind),
    }
    if let Some(direction) = &node.scan_direction {
        title.push_str(&format!(" {direction}"));
    }
    if let Some(index) = &node.index {
        title.push_str(&match node.node_type.as_str() {
            "Bitmap Index Scan" => format!(" on {index}"),
            _ => format!(" using {index}"),
        });
    }
    if let Some(relation) = &node.relation {
        let schema = node.schema.as_deref().filter(|s| *s != "public");
        let name = schema.map_or(relation.clone(), |s| format!("{s}.{relation}"));
        title.push_str(&format!(" on {name}"));
        if let Some(alias) = node.alias.as_ref().filter(|a| *a != relation) {
            title.push_str(&format!(" {alias}"));
        }
    }
    if let Some(workers) = node.workers {
        title.push_str(&format!(" ({workers} workers)"));
    }
    title
}

/// A number as people read it: `7 420`, `1.23 M`.
pub fn shown_number(value: f64) -> String {
    match value {
        v if v >= 1e12 => format!("{:.2e}", v),
        v if v >= 1e9 => format!("{:.2} G", v / 1e9),
        v if v >= 1e6 => format!("{:.2} M", v / 1e6),
        v if v >= 1e4 => format!("{:.1} k", v / 1e3),
        v if v >= 100.0 || v.fract() == 0.0 => format!("{v:.0}"),
        v => format!("{v:.2}"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    fn plan(kind: &str) -> Plan {
        Plan::parse(json!([{"Plan": {
            "Node Type": "Limit", "Startup Cost": 0.0, "Total Cost": 1000.0, "Plan Rows": 10, "Plan Width": 8,
            "Plans": [{"Node Type": kind, "Parent Relationship": "Outer", "Relation Name": "orders",
                       "Schema": "shop", "Alias": "o", "Filter": "(x > 1)",
                       "Startup Cost": 0.0, "Total Cost": 990.0, "Plan Rows": 12345, "Plan Width": 8}]}}]))
        .unwrap()
    }

    #[test]
    fn a_tree_with_the_costly_node_marked() {
        let text = draw(&plan("Seq Scan"), Drawing::default());
        assert_eq!(
            text,
            "Limit                         cost 1000  rows     10\n\
             └─ Seq Scan on shop.orders o  cost  990  rows 12.3 k  ◀ 99 %\n     \
             \u{20}\u{20}Filter: (x > 1)\n"
        );
    }

    #[test]
    fn two_plans_stand_beside_each_other() {
        let (a, b) = (plan("Seq Scan"), plan("Index Scan"));
        let text = draw_beside(("small", &a), ("large", &b), 140);
        let first: Vec<&str> = text
            .lines()
            .next()
            .unwrap()
            .split('│')
            .map(str::trim)
            .collect();
        assert_eq!(first, ["small", "large"]);
        assert!(
            text.contains("Seq Scan on shop.orders o")
                && text.contains("Index Scan on shop.orders o")
        );
    }
}
