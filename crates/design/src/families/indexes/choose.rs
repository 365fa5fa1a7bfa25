//! From needs to indexes: each need served once, by the fewest indexes.

use std::collections::BTreeSet;

use pgwright_catalog::{Expression, Index, IndexElement, IndexKey, Name, QualifiedName, Table};

use pgwright_ddl::expr::{Expr, parse_expression};

use super::needs::Need;
use crate::companion;
use crate::decision::Source;
use crate::draft::Draft;
use crate::names;

/// An index that the design adds.
#[derive(Debug)]
pub struct Chosen {
    /// The index.
    pub index: Index,
    /// Whom it serves.
    pub reasons: Vec<String>,
    /// More to say.
    pub details: Vec<String>,
    /// Alternatives with their trade-offs.
    pub alternatives: Vec<(String, String)>,
    /// The brief asked for it.
    pub asked: bool,
    /// Where the first need comes from.
    pub source: Source,
}

impl Chosen {
    /// Its name, as PostgreSQL would call it.
    pub fn name(&self, table: &QualifiedName, suffix: &str) -> Name {
        let parts: Vec<String> = self
            .index
            .elements
            .iter()
            .map(|e| match &e.key {
                IndexKey::Column(name) => name.to_string(),
                IndexKey::Expression(expression) => names::identifier(expression.sql()),
            })
            .collect();
        let mut parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        // Two indexes on the same columns are told apart by what their conditions speak of.
        let condition = self.condition_columns();
        if !condition.is_empty() {
            parts.push("where");
            parts.extend(condition.iter().map(String::as_str));
        }
        names::derived(table, &parts, suffix)
    }
}

impl Chosen {
    /// Columns that the condition compares, apart from tests for NULL, which most indexes of a table
    /// share.
    fn condition_columns(&self) -> Vec<String> {
        let Some(predicate) = &self.index.predicate else {
            return Vec::new();
        };
        let Ok(expression) = parse_expression(predicate.sql()) else {
            return Vec::new();
        };
        let terms = match expression {
            Expr::And(terms) => terms,
            term => vec![term],
        };
        let mut columns: Vec<String> = Vec::new();
        for term in terms.iter().filter(|t| !matches!(t, Expr::IsNull { .. })) {
            for path in term.columns() {
                if let Some(column) = path.last()
                    && !columns.contains(column)
                {
                    columns.push(column.clone());
                }
            }
        }
        columns
    }
}

/// A need that something else already serves.
#[derive(Debug)]
pub struct Served {
    /// Table.
    pub table: QualifiedName,
    /// The need.
    pub reason: String,
    /// What serves it.
    pub by: String,
}

/// Keys of an index or constraint that is there already.
struct Existing {
    name: String,
    elements: Vec<IndexElement>,
    predicate: Option<String>,
    unique: bool,
}

/// Chooses the indexes of one table.
pub fn choose(
    draft: &Draft<'_>,
    table: &QualifiedName,
    mut needs: Vec<Need>,
) -> (Vec<Chosen>, Vec<Served>) {
    let Some(found) = draft.catalog.tables.get(table) else {
        return (Vec::new(), Vec::new());
    };
    let existing = existing(found);
    let mut served = Vec::new();
    needs.retain(|need| {
        let by = existing.iter().find(|e| covers_existing(e, need));
        if let Some(by) = by {
            // That a primary key serves its own prefix needs no telling.
            if need.asked || !need.foreign_key {
                served.push(Served {
                    table: table.clone(),
                    reason: need.reason.clone(),
                    by: by.name.clone(),
                });
            }
        }
        by.is_none()
    });

    drop_needless_conditions(&mut needs);
    // The longest first, then those asked for: shorter ones may be prefixes of them.
    needs.sort_by_key(|need| {
        (
            std::cmp::Reverse(need.equality.len() + need.then.len()),
            !need.asked,
            need.predicate.clone(),
        )
    });
    let mut groups: Vec<Vec<Need>> = Vec::new();
    for need in needs {
        let home = groups.iter_mut().find(|group| group_serves(group, &need));
        match home {
            Some(group) => group.push(need),
            None => groups.push(vec![need]),
        }
    }
    let chosen = groups.into_iter().map(build).collect();
    (chosen, served)
}

/// Where a foreign key needs an index on the same columns over all rows, a second one over some rows
/// would save a question little and cost every write.
fn drop_needless_conditions(needs: &mut [Need]) {
    let over_all: Vec<BTreeSet<Name>> = needs
        .iter()
        .filter(|n| n.foreign_key && n.predicate.is_none())
        .map(|n| n.equality.iter().cloned().collect())
        .collect();
    for need in needs {
        let own: BTreeSet<Name> = need.equality.iter().cloned().collect();
        if !need.foreign_key
            && need.then.is_empty()
            && over_all.contains(&own)
            && let Some(condition) = need.predicate.take()
        {
            need.details.push(format!(
                "the condition ({condition}) is left to a filter: the foreign key needs every row \
                 here, and a second index on the same column would cost each write again"
            ));
        }
    }
}

fn existing(table: &Table) -> Vec<Existing> {
    let mut all: Vec<Existing> = table
        .keys()
        .filter(|(_, key)| !key.without_overlaps)
        .map(|(name, key)| Existing {
            name: name.to_string(),
            elements: key
                .columns
                .iter()
                .cloned()
                .map(IndexElement::column)
                .collect(),
            predicate: None,
            unique: true,
        })
        .collect();
    all.extend(
        table
            .indexes
            .iter()
            .filter(|(_, index)| index.method.as_str() == "btree")
            .map(|(name, index)| Existing {
                name: name.to_string(),
                elements: index.elements.clone(),
                predicate: index.predicate.as_ref().map(|p| p.sql().to_owned()),
                unique: index.unique,
            }),
    );
    all
}

fn covers_existing(existing: &Existing, need: &Need) -> bool {
    if need.in_order && !need.foreign_key {
        return false;
    }
    if !implies(need.predicate.as_deref(), existing.predicate.as_deref()) {
        return false;
    }
    // A foreign key looks at every row, hidden or not.
    if need.foreign_key && existing.predicate.is_some() && existing.predicate != need.predicate {
        return false;
    }
    let width = need.equality.len();
    let leading: BTreeSet<Name> = existing
        .elements
        .iter()
        .take(width)
        .filter_map(column_or_folded)
        .collect();
    let wanted: BTreeSet<Name> = need.equality.iter().cloned().collect();
    if leading.len() == width && leading == wanted {
        let rest = &existing.elements[width..];
        return follows(rest, &need.then) || (existing.unique && existing.elements.len() == width);
    }
    // A unique key whose columns are all compared finds one row at most: nothing is left to sort.
    existing.unique
        && !need.foreign_key
        && existing
            .elements
            .iter()
            .all(|e| column_or_folded(e).is_some_and(|c| wanted.contains(&c)))
        && !existing.elements.is_empty()
}

/// The column of an element; `lower(email)` stands for the column, because who searches it searches
/// it so.
fn column_or_folded(element: &IndexElement) -> Option<Name> {
    match &element.key {
        IndexKey::Column(name) => Some(name.clone()),
        IndexKey::Expression(expression) => {
            let sql = expression.sql().trim();
            let inner = sql.strip_prefix("lower(")?.strip_suffix(')')?;
            let inner = inner.trim_start_matches('(').trim_end_matches(')');
            let column = inner
                .split("::")
                .next()?
                .trim_matches(|c| c == '(' || c == ')' || c == '"');
            Some(Name::new(column))
        }
    }
}

/// Whether `rest` begins with `then`, in its direction or all of it backwards.
fn follows(rest: &[IndexElement], then: &[IndexElement]) -> bool {
    if rest.len() < then.len() {
        return false;
    }
    let same_keys = rest.iter().zip(then).all(|(a, b)| a.key == b.key);
    let forward = rest
        .iter()
        .zip(then)
        .all(|(a, b)| a.descending == b.descending && a.nulls_first == b.nulls_first);
    let backward = rest
        .iter()
        .zip(then)
        .all(|(a, b)| a.descending != b.descending && a.nulls_first != b.nulls_first);
    same_keys && (forward || backward)
}

/// Whether rows that satisfy `need` satisfy the condition of an index: each of its terms stands in
/// the need as well.
fn implies(need: Option<&str>, index: Option<&str>) -> bool {
    let Some(index) = index else {
        return true;
    };
    let Some(need) = need else {
        return false;
    };
    let need: Vec<&str> = need.split(" AND ").map(str::trim).collect();
    index.split(" AND ").all(|term| need.contains(&term.trim()))
}

/// Whether the index that a group will become can serve one need more.
fn group_serves(group: &[Need], need: &Need) -> bool {
    let Some(lead) = group.first() else {
        return false;
    };
    if lead.in_order != need.in_order && (lead.in_order || !need.then.is_empty()) {
        return false;
    }
    if need.foreign_key && lead.predicate != need.predicate {
        // The foreign key's own condition may be wider: an index for filled rows serves it.
        let only_filled = need.filled.as_ref().is_some_and(|c| {
            lead.predicate.as_deref() == Some(&format!("{} IS NOT NULL", c.quoted()))
        });
        if lead.predicate.is_some() && !only_filled {
            return false;
        }
    } else if !implies(need.predicate.as_deref(), lead.predicate.as_deref()) {
        return false;
    }
    // Equality columns of all members must nest, so that one order puts each set first.
    let lead_equality: BTreeSet<&Name> = lead.equality.iter().collect();
    let own: BTreeSet<&Name> = need.equality.iter().collect();
    if own == lead_equality {
        return follows(&lead.then, &need.then);
    }
    if !need.then.is_empty() || !own.is_subset(&lead_equality) {
        return false;
    }
    group.iter().all(|member| {
        let member: BTreeSet<&Name> = member.equality.iter().collect();
        own.is_subset(&member) || member.is_subset(&own)
    })
}

fn build(group: Vec<Need>) -> Chosen {
    let lead = &group[0];
    let index = if lead.in_order
        && group
            .iter()
            .all(|n| !n.foreign_key && n.equality.is_empty())
    {
        brin(lead)
    } else {
        let mut index = Index::btree(equality_order(&group));
        index.elements.extend(lead.then.iter().cloned());
        index.predicate = lead.predicate.clone().map(Expression::new);
        index
    };
    let mut reasons: Vec<String> = Vec::new();
    let mut details: Vec<String> = Vec::new();
    for need in &group {
        if !reasons.contains(&need.reason) {
            reasons.push(need.reason.clone());
        }
        for detail in &need.details {
            if !details.contains(detail) {
                details.push(detail.clone());
            }
        }
    }
    let asked = group.iter().any(|n| n.asked);
    let alternatives = alternatives(&index, asked);
    Chosen {
        asked,
        source: lead.source.clone(),
        index,
        reasons,
        details,
        alternatives,
    }
}

fn brin(need: &Need) -> Index {
    let mut index = Index::btree(
        need.then
            .iter()
            .filter_map(companion::element_column)
            .cloned(),
    );
    index.method = Name::new("brin");
    index
        .options
        .insert("autosummarize".to_owned(), "on".to_owned());
    index
        .options
        .insert("pages_per_range".to_owned(), "32".to_owned());
    index
}

/// Smaller sets first, so that each is a prefix; within a set the order in which the need names them.
fn equality_order(group: &[Need]) -> Vec<Name> {
    let mut sets: Vec<&Vec<Name>> = group.iter().map(|n| &n.equality).collect();
    sets.sort_by_key(|set| set.len());
    let mut order: Vec<Name> = Vec::new();
    for set in sets {
        for column in set {
            if !order.contains(column) {
                order.push(column.clone());
            }
        }
    }
    order
}

fn alternatives(index: &Index, asked: bool) -> Vec<(String, String)> {
    let mut all = Vec::new();
    if !asked {
        return all;
    }
    if index.method.as_str() == "brin" {
        all.push((
            "A B-tree".to_owned(),
            "Exact, and hundreds of times larger; right when rows are not added in the order of \
             this column."
                .to_owned(),
        ));
        return all;
    }
    if index.predicate.is_some() {
        all.push((
            "The same index over all rows".to_owned(),
            "Serves questions without the condition too, and holds rows that this one never asks \
             for."
                .to_owned(),
        ));
    }
    if index.elements.len() > 1 {
        all.push((
            "An index on the first column alone".to_owned(),
            "Smaller; every matching row is then fetched, filtered and sorted.".to_owned(),
        ));
    }
    all
}
