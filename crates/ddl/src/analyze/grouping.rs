//! GROUP BY with its grouping sets, and DISTINCT.

use std::collections::BTreeSet;

use pg_query::NodeEnum;
use pg_query::protobuf::{CoercionForm, GroupingSetKind, Node};

use super::sort::{Rules, add_to_group_list, assign_sort_group_ref, find_target, is_listed};
use super::tree::{GroupingSet, Query, SortGroupClause, TargetEntry};
use super::{ExprKind, ParseState, Undecided};

/// What CUBE can take; the server makes a set of each subset.
const MAXIMUM_CUBE: usize = 12;
/// How many sets one GROUP BY may come to.
const MAXIMUM_SETS: usize = 4096;

/// GROUP BY as written, rows opened and simply nested sets merged.
enum Item<'a> {
    Expr(&'a Node),
    List(Vec<Item<'a>>),
    Set(GroupingSetKind, Vec<Item<'a>>),
}

/// What GROUP BY or PARTITION BY is analysed with.
pub(crate) struct Grouping<'s> {
    /// ORDER BY, whose operators GROUP BY takes over.
    pub sort: &'s [SortGroupClause],
    /// Which clause.
    pub kind: ExprKind,
    /// What names and numbers mean.
    pub rules: Rules,
}

/// GROUP BY after analysis.
#[derive(Default)]
pub(crate) struct Grouped {
    /// All expressions.
    pub clauses: Vec<SortGroupClause>,
    /// The sets, when there are any.
    pub sets: Vec<GroupingSet>,
}

/// Analyses GROUP BY or PARTITION BY.
pub(crate) fn transform_group_clause(
    state: &mut ParseState<'_>,
    items: &[Node],
    targets: &mut Vec<TargetEntry>,
    grouping: &Grouping<'_>,
) -> Result<Grouped, Undecided> {
    let mut has_sets = false;
    let mut flat = flatten_list(items, true, &mut has_sets)?;
    if flat.is_empty() && has_sets {
        // Redundant empty sets were left out; one stands for them.
        flat.push(Item::Set(GroupingSetKind::GroupingSetEmpty, Vec::new()));
    }
    let mut grouped = Grouped::default();
    let mut seen = BTreeSet::new();
    for item in &flat {
        match item {
            Item::Set(GroupingSetKind::GroupingSetEmpty, _) => {
                grouped.sets.push(GroupingSet::Empty);
            }
            Item::Set(kind, content) => {
                let set = transform_set(
                    state,
                    *kind,
                    content,
                    targets,
                    grouping,
                    &mut grouped.clauses,
                )?;
                grouped.sets.push(set);
            }
            Item::Expr(node) => {
                let target =
                    transform_expression(state, node, targets, grouping, &mut grouped.clauses)?;
                if seen.insert(target) && has_sets {
                    grouped.sets.push(GroupingSet::Simple(vec![target]));
                }
            }
            Item::List(_) => return Err(Undecided::new("a list inside GROUP BY")),
        }
    }
    Ok(grouped)
}

fn flatten_list<'a>(
    nodes: &'a [Node],
    top: bool,
    has_sets: &mut bool,
) -> Result<Vec<Item<'a>>, Undecided> {
    let mut flat = Vec::with_capacity(nodes.len());
    for node in nodes {
        match flatten(node, top, has_sets)? {
            Some(Item::List(items)) => flat.extend(items),
            Some(item) => flat.push(item),
            None => {}
        }
    }
    Ok(flat)
}

fn flatten<'a>(
    node: &'a Node,
    top: bool,
    has_sets: &mut bool,
) -> Result<Option<Item<'a>>, Undecided> {
    match node.node.as_ref() {
        Some(NodeEnum::RowExpr(row)) if row.row_format() == CoercionForm::CoerceImplicitCast => {
            Ok(Some(Item::List(flatten_list(&row.args, false, has_sets)?)))
        }
        Some(NodeEnum::List(list)) => {
            Ok(Some(Item::List(flatten_list(&list.items, top, has_sets)?)))
        }
        Some(NodeEnum::GroupingSet(set)) => {
            *has_sets = true;
            let kind = set.kind();
            if top && kind == GroupingSetKind::GroupingSetEmpty {
                return Ok(None);
            }
            let mut content = Vec::with_capacity(set.content.len());
            for inner in &set.content {
                let is_sets = matches!(
                    inner.node.as_ref(),
                    Some(NodeEnum::GroupingSet(set)) if set.kind() == GroupingSetKind::GroupingSetSets
                );
                match flatten(inner, false, has_sets)? {
                    Some(Item::List(items)) if is_sets => content.extend(items),
                    Some(item) => content.push(item),
                    None => {}
                }
            }
            Ok(Some(if top || kind != GroupingSetKind::GroupingSetSets {
                Item::Set(kind, content)
            } else {
                Item::List(content)
            }))
        }
        Some(_) => Ok(Some(Item::Expr(node))),
        None => Err(Undecided::new("an empty item of GROUP BY")),
    }
}

fn transform_set(
    state: &mut ParseState<'_>,
    kind: GroupingSetKind,
    content: &[Item<'_>],
    targets: &mut Vec<TargetEntry>,
    grouping: &Grouping<'_>,
    clauses: &mut Vec<SortGroupClause>,
) -> Result<GroupingSet, Undecided> {
    let mut sets = Vec::with_capacity(content.len());
    for item in content {
        sets.push(match item {
            Item::List(items) => {
                GroupingSet::Simple(transform_list(state, items, targets, grouping, clauses)?)
            }
            Item::Set(kind, content) => {
                transform_set(state, *kind, content, targets, grouping, clauses)?
            }
            Item::Expr(node) => GroupingSet::Simple(vec![transform_expression(
                state, node, targets, grouping, clauses,
            )?]),
        });
    }
    match kind {
        GroupingSetKind::GroupingSetEmpty => Ok(GroupingSet::Empty),
        GroupingSetKind::GroupingSetRollup => Ok(GroupingSet::Rollup(sets)),
        GroupingSetKind::GroupingSetCube if sets.len() <= MAXIMUM_CUBE => {
            Ok(GroupingSet::Cube(sets))
        }
        GroupingSetKind::GroupingSetSets => Ok(GroupingSet::Sets(sets)),
        _ => Err(Undecided::new("a grouping set of an unknown kind")),
    }
}

/// The expressions of one set, each once.
fn transform_list(
    state: &mut ParseState<'_>,
    items: &[Item<'_>],
    targets: &mut Vec<TargetEntry>,
    grouping: &Grouping<'_>,
    clauses: &mut Vec<SortGroupClause>,
) -> Result<Vec<u32>, Undecided> {
    let mut list = Vec::with_capacity(items.len());
    for item in items {
        let Item::Expr(node) = item else {
            return Err(Undecided::new("a list inside a grouping set"));
        };
        let target = transform_expression(state, node, targets, grouping, clauses)?;
        if !list.contains(&target) {
            list.push(target);
        }
    }
    Ok(list)
}

/// Adds one expression to the flat list, and tells the number of its target.
fn transform_expression(
    state: &mut ParseState<'_>,
    node: &Node,
    targets: &mut Vec<TargetEntry>,
    grouping: &Grouping<'_>,
    clauses: &mut Vec<SortGroupClause>,
) -> Result<u32, Undecided> {
    let place = find_target(state, node, targets, grouping.kind, grouping.rules)?;
    let number = targets.get(place).map_or(0, |target| target.sort_group_ref);
    if number > 0 {
        if is_listed(targets, place, None, clauses) {
            return Ok(number);
        }
        // What is ordered by too is grouped with the same operators.
        if let Some(sorted) = grouping.sort.iter().find(|item| item.target == number) {
            clauses.push(sorted.clone());
            return Ok(number);
        }
    }
    add_to_group_list(state, place, clauses, targets)?;
    Ok(targets.get(place).map_or(0, |target| target.sort_group_ref))
}

/// Grouping sets that come to a single set which is not empty are an ordinary GROUP BY.
pub(crate) fn simplify_grouping_sets(query: &mut Query) -> Result<(), Undecided> {
    if query.group_by.is_empty() || query.grouping_sets.is_empty() {
        return Ok(());
    }
    // What stands side by side is combined, each set of one with each of the other.
    let mut combined = vec![BTreeSet::new()];
    for set in &query.grouping_sets {
        let expanded = expand(set)?;
        combined = combinations(&combined, &expanded)?;
    }
    if query.group_distinct {
        combined.sort();
        combined.dedup();
    }
    if combined.len() == 1 {
        query.grouping_sets.clear();
    }
    Ok(())
}

fn combinations(
    left: &[BTreeSet<u32>],
    right: &[BTreeSet<u32>],
) -> Result<Vec<BTreeSet<u32>>, Undecided> {
    if left.len().saturating_mul(right.len()) > MAXIMUM_SETS {
        return Err(too_many_sets());
    }
    let pairs = left.iter().flat_map(|l| right.iter().map(move |r| l | r));
    Ok(pairs.collect())
}

fn too_many_sets() -> Undecided {
    Undecided::new(format!(
        "too many grouping sets present (maximum {MAXIMUM_SETS})"
    ))
}

/// The plain sets that a grouping set stands for.
fn expand(set: &GroupingSet) -> Result<Vec<BTreeSet<u32>>, Undecided> {
    let members = |sets: &[GroupingSet]| -> Vec<BTreeSet<u32>> {
        let member = |set: &GroupingSet| match set {
            GroupingSet::Simple(targets) => targets.iter().copied().collect(),
            _ => BTreeSet::new(),
        };
        sets.iter().map(member).collect()
    };
    Ok(match set {
        GroupingSet::Empty => vec![BTreeSet::new()],
        GroupingSet::Simple(targets) => vec![targets.iter().copied().collect()],
        GroupingSet::Rollup(sets) => {
            let mut sum = BTreeSet::new();
            let mut all = vec![sum.clone()];
            for member in members(sets) {
                sum.extend(member);
                all.push(sum.clone());
            }
            all
        }
        GroupingSet::Cube(sets) => {
            let mut all = vec![BTreeSet::new()];
            for member in members(sets) {
                all = combinations(&all, &[BTreeSet::new(), member])?;
            }
            all
        }
        GroupingSet::Sets(sets) => {
            let mut all = Vec::new();
            for set in sets {
                all.extend(expand(set)?);
                if all.len() > MAXIMUM_SETS {
                    return Err(too_many_sets());
                }
            }
            all
        }
    })
}

/// DISTINCT: all of ORDER BY, then what else is selected.
pub(crate) fn transform_distinct(
    state: &ParseState<'_>,
    targets: &mut [TargetEntry],
    sort: &[SortGroupClause],
) -> Result<Vec<SortGroupClause>, Undecided> {
    let selected = |item: &SortGroupClause| {
        targets
            .iter()
            .any(|target| target.sort_group_ref == item.target && !target.junk)
    };
    if !sort.iter().all(selected) {
        return Err(Undecided::new(
            "for SELECT DISTINCT, ORDER BY expressions must appear in select list",
        ));
    }
    let mut result = sort.to_vec();
    for place in 0..targets.len() {
        if targets.get(place).is_some_and(|target| !target.junk) {
            add_to_group_list(state, place, &mut result, targets)?;
        }
    }
    Ok(result)
}

/// DISTINCT ON: in the order of ORDER BY, as far as that goes.
pub(crate) fn transform_distinct_on(
    state: &mut ParseState<'_>,
    items: &[Node],
    targets: &mut Vec<TargetEntry>,
    sort: &[SortGroupClause],
) -> Result<Vec<SortGroupClause>, Undecided> {
    let mut places = Vec::with_capacity(items.len());
    for node in items {
        let place = find_target(state, node, targets, ExprKind::DistinctOn, Rules::Sql92)?;
        let number = assign_sort_group_ref(targets, place);
        places.push((place, number));
    }
    let mut result = Vec::with_capacity(items.len());
    let mut skipped = false;
    for item in sort {
        if !places.iter().any(|(_, number)| *number == item.target) {
            skipped = true;
        } else if skipped {
            return Err(Undecided::new(
                "SELECT DISTINCT ON expressions must match initial ORDER BY expressions",
            ));
        } else {
            result.push(item.clone());
        }
    }
    for (place, _) in places {
        if is_listed(targets, place, None, &result) {
            continue;
        }
        if skipped {
            return Err(Undecided::new(
                "SELECT DISTINCT ON expressions must match initial ORDER BY expressions",
            ));
        }
        add_to_group_list(state, place, &mut result, targets)?;
    }
    Ok(result)
}
