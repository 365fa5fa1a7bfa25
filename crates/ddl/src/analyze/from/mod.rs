//! FROM: range table entries, and which names they make visible.

mod function;
mod join;
mod json_table;
mod record;
mod table_function;

use std::sync::Arc;

use pg_query::NodeEnum;
use pg_query::protobuf::{Node, RangeSubselect, RangeTableSample, RangeVar};

use super::system::catalog;
use super::tree::{
    Alias, CteRte, FromItem, Query, RangeTableEntry, RelationKind, RelationRte, RteColumn, RteKind,
    TableSample, Type,
};
use super::{
    Environment, ExprKind, NamespaceItem, ParseState, Relation, Undecided, coerce, query, raw,
};

pub(crate) use join::output_item;
pub(crate) use record::expression_columns;

/// An item of FROM that has been analysed, with what it makes visible.
struct Item {
    /// The item.
    from: FromItem,
    /// The names of the item itself: of a join, its output.
    visible: NamespaceItem,
    /// All that can be referred to: of a join without alias, its inputs too.
    namespace: Vec<NamespaceItem>,
}

impl Item {
    /// An entry that is no join.
    fn entry(state: &mut ParseState<'_>, entry: RangeTableEntry) -> Self {
        let visible = add_entry(state, entry);
        Self {
            from: FromItem::Entry(visible.rtindex),
            namespace: vec![visible.clone()],
            visible,
        }
    }
}

/// Analyses FROM (or USING), and puts what it makes visible into the namespace.
pub(crate) fn transform_from_clause(
    state: &mut ParseState<'_>,
    items: &[Node],
) -> Result<Vec<FromItem>, Undecided> {
    let mut from = Vec::with_capacity(items.len());
    for node in items {
        let mut item = transform_item(state, node)?;
        check_conflicts(&state.namespace, &item.namespace)?;
        // Items to the right see it through LATERAL only, until all are there.
        set_lateral_state(&mut item.namespace, true, true);
        state.namespace.append(&mut item.namespace);
        from.push(item.from);
    }
    set_lateral_state(&mut state.namespace, false, true);
    Ok(from)
}

fn transform_item(state: &mut ParseState<'_>, node: &Node) -> Result<Item, Undecided> {
    match node.node.as_ref() {
        Some(NodeEnum::RangeVar(range)) => transform_range_var(state, range),
        Some(NodeEnum::RangeSubselect(range)) => transform_subselect(state, range),
        Some(NodeEnum::RangeFunction(range)) => function::transform(state, range),
        Some(NodeEnum::RangeTableFunc(range)) => table_function::transform_xml(state, range),
        Some(NodeEnum::JsonTable(range)) => json_table::transform(state, range),
        Some(NodeEnum::RangeTableSample(range)) => transform_sample(state, range),
        Some(NodeEnum::JoinExpr(join)) => join::transform(state, join),
        _ => Err(Undecided::new("an item of FROM of an unknown kind")),
    }
}

/// Adds an entry to the range table.
pub(crate) fn add_entry(state: &mut ParseState<'_>, entry: RangeTableEntry) -> NamespaceItem {
    let item = NamespaceItem::of_entry(state.range_table.len() + 1, &entry);
    state.range_table.push(entry);
    item
}

/// The name and column names that an entry is known by.
fn reference_alias(
    alias: Option<&Alias>,
    default: &str,
    columns: &[RteColumn],
) -> Result<Alias, Undecided> {
    let given = alias.map_or(&[][..], |alias| &alias.columns);
    if given.len() > columns.len() {
        return Err(Undecided::new(format!(
            "table \"{}\" has {} columns available but {} columns specified",
            alias.map_or(default, |alias| &alias.name),
            columns.len(),
            given.len()
        )));
    }
    Ok(Alias {
        name: alias.map_or_else(|| default.to_owned(), |alias| alias.name.clone()),
        columns: given
            .iter()
            .cloned()
            .chain(columns.iter().skip(given.len()).map(|c| c.name.to_string()))
            .collect(),
    })
}

/// Two items of one name would make every reference to it ambiguous.
fn check_conflicts(left: &[NamespaceItem], right: &[NamespaceItem]) -> Result<(), Undecided> {
    for one in left.iter().filter(|item| item.relation_visible) {
        for other in right.iter().filter(|item| item.relation_visible) {
            // Tables of one name from different schemas are told apart by the schema.
            let apart = matches!((&one.schema, &other.schema), (Some(a), Some(b)) if a != b);
            if one.name == other.name && !apart {
                return Err(Undecided::new(format!(
                    "table name \"{}\" specified more than once",
                    one.name
                )));
            }
        }
    }
    Ok(())
}

fn set_lateral_state(namespace: &mut [NamespaceItem], lateral_only: bool, lateral_ok: bool) {
    for item in namespace {
        item.lateral_only = lateral_only;
        item.lateral_ok = lateral_ok;
    }
}

fn transform_range_var(state: &mut ParseState<'_>, range: &RangeVar) -> Result<Item, Undecided> {
    if range.schemaname.is_empty()
        && let Some(entry) = cte_entry(state, range)?
    {
        return Ok(cte_item(state, entry));
    }
    let entry = relation_entry(state, range)?;
    Ok(Item::entry(state, entry))
}

/// An entry for a table, view or the like that is named in FROM.
fn relation_entry(state: &ParseState<'_>, range: &RangeVar) -> Result<RangeTableEntry, Undecided> {
    let relation = find_relation(state, range)?;
    entry_of_relation(&relation, raw::alias(range.alias.as_ref()), range.inh)
        .map_err(|error| error.or_at(range.location))
}

/// The relation that a name means.
pub(crate) fn find_relation(
    state: &ParseState<'_>,
    range: &RangeVar,
) -> Result<Arc<Relation>, Undecided> {
    let schema = (!range.schemaname.is_empty()).then_some(range.schemaname.as_str());
    look_up_relation(state.environment, schema, &range.relname)
        .filter(|relation| relation.kind != RelationKind::CompositeType)
        .ok_or_else(|| {
            let name = match schema {
                Some(schema) => format!("{schema}.{}", range.relname),
                None => range.relname.clone(),
            };
            Undecided::at(range.location, format!("relation \"{name}\" is not known"))
        })
}

fn look_up_relation(
    environment: &dyn Environment,
    schema: Option<&str>,
    name: &str,
) -> Option<Arc<Relation>> {
    let system = |schema: &str| catalog().relation(schema, name).cloned();
    match schema {
        Some(schema) => system(schema).or_else(|| environment.relation(Some(schema), name)),
        None => {
            // pg_catalog comes first, unless the path names it at another place.
            let path = environment.search_path();
            if !path.iter().any(|schema| &**schema == "pg_catalog")
                && let Some(relation) = system("pg_catalog")
            {
                return Some(relation);
            }
            path.iter().find_map(|schema| {
                system(schema).or_else(|| environment.relation(Some(schema), name))
            })
        }
    }
}

/// An entry for a relation.
pub(crate) fn entry_of_relation(
    relation: &Relation,
    alias: Option<Alias>,
    inherited: bool,
) -> Result<RangeTableEntry, Undecided> {
    Ok(RangeTableEntry {
        eref: reference_alias(alias.as_ref(), &relation.name, &relation.columns)?,
        kind: RteKind::Relation(RelationRte {
            schema: relation.schema.clone(),
            name: relation.name.clone(),
            kind: relation.kind,
            inherited,
            sample: None,
        }),
        alias,
        columns: relation.columns.clone(),
        lateral: false,
        in_from: true,
    })
}

/// An entry with the columns that `*` leaves out, and how many those are.
struct CteEntry {
    entry: RangeTableEntry,
    hidden: usize,
}

fn cte_item(state: &mut ParseState<'_>, cte: CteEntry) -> Item {
    let mut item = Item::entry(state, cte.entry);
    for visible in item.namespace.iter_mut().chain([&mut item.visible]) {
        for column in visible.columns.iter_mut().rev().take(cte.hidden) {
            column.dont_expand = true;
        }
    }
    item
}

/// An entry for a WITH query, when the name means one.
fn cte_entry(state: &ParseState<'_>, range: &RangeVar) -> Result<Option<CteEntry>, Undecided> {
    let mut level = Some(state);
    let mut levels_up = 0;
    while let Some(scope) = level {
        let place = scope
            .ctes
            .iter()
            .position(|cte| *cte.name == *range.relname);
        if let Some(place) = place {
            return entry_of_cte(scope, place, levels_up, range).map(Some);
        }
        level = scope.parent;
        levels_up += 1;
    }
    Ok(None)
}

fn entry_of_cte(
    scope: &ParseState<'_>,
    place: usize,
    levels_up: usize,
    range: &RangeVar,
) -> Result<CteEntry, Undecided> {
    let Some(cte) = scope.ctes.get(place) else {
        return Err(Undecided::at(range.location, "a WITH query that is gone"));
    };
    let mut columns = match &cte.query {
        Some(_) => cte.columns.clone(),
        None => {
            let known = scope.recursive_columns.borrow();
            known.get(&place).cloned().ok_or_else(|| {
                Undecided::at(
                    range.location,
                    format!(
                        "recursive reference to query \"{}\" must not appear within its non-recursive term",
                        cte.name
                    ),
                )
            })?
        }
    };
    if cte
        .query
        .as_deref()
        .is_some_and(|query| query_columns(query).is_empty() && !is_select(query))
    {
        return Err(Undecided::at(
            range.location,
            format!(
                "WITH query \"{}\" does not have a RETURNING clause",
                cte.name
            ),
        ));
    }
    let mut hidden = 0;
    let mut generated = |name: &str, data_type: Type, typmod: i32| {
        columns.push(RteColumn {
            name: name.into(),
            data_type,
            typmod,
            collation: None,
        });
        // Inside the recursive query itself `*` does not give them.
        hidden += usize::from(levels_up > 0);
    };
    if let Some(search) = &cte.search {
        let data_type = if search.breadth_first {
            Type::RECORD
        } else {
            Type::RECORD_ARRAY
        };
        generated(&search.sequence_column, data_type, -1);
    }
    if let Some(cycle) = &cte.cycle {
        let mark = &cycle.mark_value;
        generated(&cycle.mark_column, mark.data_type(), mark.typmod());
        generated(&cycle.path_column, Type::RECORD_ARRAY, -1);
    }
    let alias = raw::alias(range.alias.as_ref());
    Ok(CteEntry {
        entry: RangeTableEntry {
            eref: reference_alias(alias.as_ref(), &cte.name, &columns)
                .map_err(|error| error.or_at(range.location))?,
            kind: RteKind::Cte(CteRte {
                name: cte.name.clone(),
                levels_up,
                self_reference: cte.query.is_none(),
            }),
            alias,
            columns,
            lateral: false,
            in_from: true,
        },
        hidden,
    })
}

fn is_select(query: &Query) -> bool {
    query.command == super::tree::Command::Select
}

/// The output columns of a query.
pub(crate) fn query_columns(query: &Query) -> Vec<RteColumn> {
    let targets = if is_select(query) {
        &query.targets
    } else {
        &query.returning
    };
    targets
        .iter()
        .filter(|target| !target.junk)
        .map(|target| RteColumn {
            name: target.name.clone().unwrap_or_else(|| "?column?".into()),
            data_type: target.expr.data_type(),
            typmod: target.expr.typmod(),
            collation: None,
        })
        .collect()
}

fn transform_subselect(
    state: &mut ParseState<'_>,
    range: &RangeSubselect,
) -> Result<Item, Undecided> {
    let Some(NodeEnum::SelectStmt(select)) = range
        .subquery
        .as_deref()
        .and_then(|node| node.node.as_ref())
    else {
        return Err(Undecided::new("a sub-select in FROM that is no SELECT"));
    };
    // LATERAL lets the sub-select see the items to its left.
    let outer = std::mem::replace(&mut state.lateral_active, range.lateral);
    let kind = std::mem::replace(&mut state.kind, ExprKind::FromSubselect);
    let query = query::analyze_select(select, state);
    state.lateral_active = outer;
    state.kind = kind;
    let entry = subquery_entry(query?, raw::alias(range.alias.as_ref()), range.lateral)?;
    let mut item = Item::entry(state, entry);
    if range.alias.is_none() {
        item.visible.relation_visible = false;
        item.namespace = vec![item.visible.clone()];
    }
    Ok(item)
}

/// An entry for a sub-select.
pub(crate) fn subquery_entry(
    query: Query,
    alias: Option<Alias>,
    lateral: bool,
) -> Result<RangeTableEntry, Undecided> {
    let columns = query_columns(&query);
    Ok(RangeTableEntry {
        eref: reference_alias(alias.as_ref(), "unnamed_subquery", &columns)?,
        kind: RteKind::Subquery(Box::new(query)),
        alias,
        columns,
        lateral,
        in_from: true,
    })
}

fn transform_sample(
    state: &mut ParseState<'_>,
    range: &RangeTableSample,
) -> Result<Item, Undecided> {
    let Some(relation) = range.relation.as_deref() else {
        return Err(Undecided::at(range.location, "TABLESAMPLE of nothing"));
    };
    let item = transform_item(state, relation)?;
    let method = raw::strings(&range.method);
    let known = matches!(
        method.iter().map(String::as_str).collect::<Vec<_>>()[..],
        ["system" | "bernoulli"] | ["pg_catalog", "system" | "bernoulli"]
    );
    if !known {
        return Err(Undecided::at(
            range.location,
            format!("tablesample method {} is not known", method.join(".")),
        ));
    }
    let mut arguments = Vec::with_capacity(range.args.len());
    for argument in &range.args {
        let value = state.expression(argument, ExprKind::FromFunction)?;
        arguments.push(coerce::coerce_to_specific(
            state.environment,
            value,
            &Type::FLOAT4,
            "TABLESAMPLE",
        )?);
    }
    let repeatable = match range.repeatable.as_deref() {
        Some(seed) => {
            let seed = state.expression(seed, ExprKind::FromFunction)?;
            Some(coerce::coerce_to_specific(
                state.environment,
                seed,
                &Type::FLOAT8,
                "REPEATABLE",
            )?)
        }
        None => None,
    };
    let entry = state.range_table.get_mut(item.visible.rtindex - 1);
    let Some(RteKind::Relation(relation)) = entry.map(|entry| &mut entry.kind) else {
        return Err(Undecided::at(
            range.location,
            "TABLESAMPLE clause can only be applied to tables and materialized views",
        ));
    };
    relation.sample = Some(TableSample {
        method: method.last().cloned().into_iter().collect(),
        arguments,
        repeatable,
    });
    Ok(item)
}
