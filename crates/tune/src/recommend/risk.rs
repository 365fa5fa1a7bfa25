//! What may go otherwise than the planner thinks.

use pgwright_planner::{Node, Statistics};

use crate::advise::{Advice, Item};
use crate::candidate::Kind;
use crate::workload::Workload;

/// Rows that lie scattered are few enough up to here, for an execution.
const FEW: f64 = 2000.0;
/// Rows lie in the order of a key from this correlation on.
const IN_ORDER: f32 = 0.5;

/// The risk of an index: scans that read many rows from where they lie scattered. The planner takes most pages
/// for cached then, and a cold cache makes of each a read from disk.
pub(super) fn of_index(
    item: &Item,
    advice: &Advice,
    statistics: &Statistics,
    workload: &Workload,
) -> Option<String> {
    let mut worst: Option<(f64, &str)> = None;
    for priced in &advice.priced {
        let rows = fetched(&priced.after.root, item, 1.0);
        if rows > FEW && worst.is_none_or(|(most, _)| rows > most) {
            worst = Some((rows, &workload.statements[priced.statement].name));
        }
    }
    let leading = item.index.elements.first().and_then(|e| match &e.key {
        pgwright_catalog::IndexKey::Column(name) => Some(name),
        pgwright_catalog::IndexKey::Expression(_) => None,
    });
    let table = statistics.tables.get(&item.table);
    let column = leading.and_then(|name| table?.columns.get(name));
    let correlation = column.and_then(|c| c.correlation);
    if correlation.is_some_and(|c| c.abs() >= IN_ORDER) && item.kind == Some(Kind::Btree) {
        return None;
    }
    let (rows, statement) = worst?;
    let order = match correlation {
        Some(c) => format!("rows do not lie in its order (correlation {c:.2})"),
        None => "whether rows lie in its order is not known".to_owned(),
    };
    Some(format!(
        "{statement} reads about {} rows by it in one execution, and {order}. The planner counts on finding most \
         pages in memory (effective_cache_size); from a cold cache such a scan may take longer than reading the \
         whole table. Time it on a copy first.",
        super::words::count(rows)
    ))
}

/// Rows that are fetched from the table by an index in one execution. `part` is how much of a node's rows is
/// asked for: a LIMIT ends what is below it early, but for what must see all rows first.
fn fetched(node: &Node, item: &Item, part: f64) -> f64 {
    let by = |n: &Node| n.index.as_deref() == Some(item.name.as_str());
    let own = match node.node_type.as_str() {
        "Index Scan" if by(node) => node.rows * node.loops * part,
        "Bitmap Heap Scan" if node.walk().into_iter().any(by) => node.rows * node.loops * part,
        _ => 0.0,
    };
    let below = match (node.node_type.as_str(), node.children.first()) {
        ("Limit", Some(child)) => part * (node.rows / child.rows.max(1.0)).min(1.0),
        ("Sort" | "Hash" | "Aggregate" | "Materialize", _) => 1.0,
        _ => part,
    };
    own + node
        .children
        .iter()
        .map(|c| fetched(c, item, below))
        .sum::<f64>()
}
