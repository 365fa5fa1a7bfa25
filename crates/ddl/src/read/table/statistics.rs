//! Extended statistics: CREATE STATISTICS and ALTER STATISTICS.

use std::collections::BTreeSet;

use pg_query::NodeEnum;
use pg_query::protobuf::{AlterStatsStmt, CreateStatsStmt};
use pgwright_catalog::{IndexKey, Name, ObjectId, QualifiedName, Statistics};

use super::index::addition;
use crate::analyze::ExprKind;
use crate::read::expression::Context;
use crate::read::failure::Failure;
use crate::read::names::{choose, split_name, strings};
use crate::read::state::{RelationKind, State};
use crate::read::type_name::integer;

/// CREATE STATISTICS.
pub(in crate::read) fn create(
    state: &mut State,
    statement: &CreateStatsStmt,
) -> Result<(), Failure> {
    let relation = match statement.relations.first().and_then(|r| r.node.as_ref()) {
        Some(NodeEnum::RangeVar(relation)) if statement.relations.len() == 1 => relation,
        _ => {
            return Err(Failure::new(
                "only a single relation is allowed in CREATE STATISTICS",
            ));
        }
    };
    let (table, kind) = state.relation(relation)?;
    if !matches!(
        kind,
        RelationKind::Table | RelationKind::ForeignTable | RelationKind::MaterializedView
    ) {
        return Err(Failure::new(format!(
            "cannot define statistics for relation \"{}\"",
            table.name
        )));
    }
    let mut columns = Vec::new();
    let mut expressions = Vec::new();
    for element in &statement.exprs {
        let Some(NodeEnum::StatsElem(element)) = element.node.as_ref() else {
            continue;
        };
        let plain = match element.expr.as_deref().and_then(|node| node.node.as_ref()) {
            Some(NodeEnum::ColumnRef(column)) => strings(&column.fields).last().copied(),
            None => Some(element.name.as_str()),
            _ => None,
        };
        match (plain, element.expr.as_deref()) {
            (Some(name), _) => {
                let known = super::index::columns_of_relation(state, &table)
                    .iter()
                    .any(|column| column.name.as_str() == name);
                if !known {
                    return Err(Failure::missing("column", name));
                }
                columns.push(Name::new(name));
            }
            (None, Some(node)) => {
                let context = Context::new(ExprKind::StatsExpression).over(&table);
                expressions.push(IndexKey::Expression(state.expression(node, &context)?));
            }
            (None, None) => {}
        }
    }
    let parts = strings(&statement.defnames);
    let name = if parts.is_empty() {
        let names: Vec<&Name> = columns.iter().collect();
        automatic_name(state, &table, &names, expressions.len())
    } else {
        state.new_name(&parts)?
    };
    if state.catalog.statistics.contains_key(&name) {
        if statement.if_not_exists {
            return Ok(());
        }
        return Err(Failure::exists("statistics object", name.name.as_str()));
    }
    // Columns stand in the table's order.
    let order = super::index::columns_of_relation(state, &table);
    columns.sort_by_key(|name| order.iter().position(|column| column.name == *name));
    let mut kinds: BTreeSet<String> = strings(&statement.stat_types)
        .into_iter()
        .map(str::to_owned)
        .collect();
    let single_expression = columns.is_empty() && expressions.len() == 1;
    if single_expression && !kinds.is_empty() {
        return Err(Failure::new(
            "when building statistics on a single expression, statistics kinds may not be specified",
        ));
    }
    if columns.len() + expressions.len() < 2 && !single_expression {
        return Err(Failure::new(
            "extended statistics require at least 2 columns",
        ));
    }
    if kinds.is_empty() && !single_expression {
        kinds = ["ndistinct", "dependencies", "mcv"]
            .map(str::to_owned)
            .into();
    }
    let mut elements: Vec<IndexKey> = columns.into_iter().map(IndexKey::Column).collect();
    elements.extend(expressions);
    let statistics = Statistics {
        table,
        kinds,
        elements,
        target: None,
        owner: state.new_owner(),
        comment: None,
    };
    state.touch(&ObjectId::Statistics(name.clone()));
    state.catalog.statistics.insert(name, statistics);
    Ok(())
}

/// The automatic name: the table's and the columns', `expr` for each expression.
pub(super) fn automatic_name(
    state: &State,
    table: &QualifiedName,
    columns: &[&Name],
    expressions: usize,
) -> QualifiedName {
    let names = columns.iter().map(|name| name.as_str());
    let second = addition(names.chain(std::iter::repeat_n("expr", expressions)));
    let name = choose(table.name.as_str(), Some(&second), "stat", |name| {
        let full = QualifiedName::new(table.schema.clone(), name);
        state.catalog.statistics.contains_key(&full)
    });
    QualifiedName::new(table.schema.clone(), name)
}

/// The statistics object that a dotted name means.
pub(in crate::read) fn find(state: &State, parts: &[&str]) -> Option<QualifiedName> {
    let (schema, name) = split_name(parts)?;
    let schemas = match schema {
        Some(schema) => vec![Name::new(schema)],
        None => state.visible_schemas(),
    };
    schemas
        .into_iter()
        .map(|schema| QualifiedName::new(schema, name))
        .find(|full| state.catalog.statistics.contains_key(full))
}

/// ALTER STATISTICS … SET STATISTICS.
pub(in crate::read) fn alter(state: &mut State, statement: &AlterStatsStmt) -> Result<(), Failure> {
    let parts = strings(&statement.defnames);
    let Some(name) = find(state, &parts) else {
        if statement.missing_ok {
            return Ok(());
        }
        return Err(Failure::missing("statistics object", &parts.join(".")));
    };
    let target = statement.stxstattarget.as_deref().and_then(integer);
    state.touch(&ObjectId::Statistics(name.clone()));
    if let Some(held) = state.catalog.statistics.get_mut(&name) {
        held.target = target
            .filter(|target| *target >= 0)
            .and_then(|target| i32::try_from(target.min(10_000)).ok());
    }
    Ok(())
}
