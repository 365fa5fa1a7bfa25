//! Table functions in FROM, and XMLTABLE.

use pg_query::NodeEnum;
use pg_query::protobuf::{self, Node, RangeTableFunc, RangeTableFuncCol};

use super::super::tree::{
    Expr, RangeTableEntry, RteColumn, RteKind, TableFunction, TableFunctionColumn,
    TableFunctionKind, Type,
};
use super::super::walk::contains_local_variables;
use super::super::{ExprKind, ParseState, Undecided, coerce, raw, types};
use super::{Item, reference_alias};

/// Analyses XMLTABLE.
pub(super) fn transform_xml(
    state: &mut ParseState<'_>,
    range: &RangeTableFunc,
) -> Result<Item, Undecided> {
    // It sees the items to its left, written LATERAL or not.
    let outer = std::mem::replace(&mut state.lateral_active, true);
    let function = xml_table(state, range);
    state.lateral_active = outer;
    let function = function.map_err(|error| error.or_at(range.location))?;
    table_function_item(state, function, range.alias.as_ref(), range.lateral)
}

/// Adds the entry of a table function.
pub(super) fn table_function_item(
    state: &mut ParseState<'_>,
    function: TableFunction,
    alias: Option<&protobuf::Alias>,
    lateral: bool,
) -> Result<Item, Undecided> {
    let name = match function.kind {
        TableFunctionKind::XmlTable => "xmltable",
        TableFunctionKind::JsonTable => "json_table",
    };
    let alias = raw::alias(alias);
    let columns: Vec<RteColumn> = function
        .columns
        .iter()
        .map(|column| RteColumn {
            name: column.name.as_str().into(),
            data_type: column.data_type.clone(),
            typmod: column.typmod,
            collation: None,
        })
        .collect();
    let lateral = lateral || refers_to_items(&function);
    let entry = RangeTableEntry {
        eref: reference_alias(alias.as_ref(), name, &columns)?,
        kind: RteKind::TableFunction(Box::new(function)),
        alias,
        columns,
        lateral,
        in_from: true,
    };
    Ok(Item::entry(state, entry))
}

/// Whether a table function refers to what stands to its left.
fn refers_to_items(function: &TableFunction) -> bool {
    let column_parts = function
        .columns
        .iter()
        .flat_map(|column| column.path.iter().chain(&column.default));
    [&function.document]
        .into_iter()
        .chain(&function.row_path)
        .chain(function.namespaces.iter().map(|(_, uri)| uri))
        .chain(column_parts)
        .any(contains_local_variables)
}

fn required(
    state: &mut ParseState<'_>,
    node: Option<&Node>,
    data_type: &Type,
) -> Result<Expr, Undecided> {
    let node = node.ok_or_else(|| Undecided::new("XMLTABLE that lacks a part"))?;
    let expr = state.expression(node, ExprKind::FromFunction)?;
    coerce::coerce_to_specific(state.environment, expr, data_type, "XMLTABLE")
}

fn xml_table(
    state: &mut ParseState<'_>,
    range: &RangeTableFunc,
) -> Result<TableFunction, Undecided> {
    let row_path = required(state, range.rowexpr.as_deref(), &Type::TEXT)?;
    let document = required(state, range.docexpr.as_deref(), &Type::XML)?;
    let mut columns = Vec::with_capacity(range.columns.len());
    for node in &range.columns {
        let Some(NodeEnum::RangeTableFuncCol(column)) = node.node.as_ref() else {
            return Err(Undecided::new("a column of XMLTABLE of an unknown form"));
        };
        columns.push(xml_column(state, column)?);
    }
    let mut namespaces = Vec::with_capacity(range.namespaces.len());
    for node in &range.namespaces {
        let Some(NodeEnum::ResTarget(namespace)) = node.node.as_ref() else {
            return Err(Undecided::new("a namespace of XMLTABLE of an unknown form"));
        };
        let name = (!namespace.name.is_empty()).then(|| namespace.name.clone());
        let uri = required(state, namespace.val.as_deref(), &Type::TEXT)?;
        namespaces.push((name, uri));
    }
    Ok(TableFunction {
        kind: TableFunctionKind::XmlTable,
        namespaces,
        document,
        row_path: Some(row_path),
        columns,
        plan: None,
    })
}

fn xml_column(
    state: &mut ParseState<'_>,
    column: &RangeTableFuncCol,
) -> Result<TableFunctionColumn, Undecided> {
    let (data_type, typmod) = match &column.type_name {
        _ if column.for_ordinality => (Type::INT4, -1),
        Some(name) => types::type_name(state.environment, name)?,
        None => return Err(Undecided::at(column.location, "a column without a type")),
    };
    let path = match column.colexpr.as_deref() {
        Some(path) => Some(required(state, Some(path), &Type::TEXT)?),
        None => None,
    };
    let default = match column.coldefexpr.as_deref() {
        Some(default) => {
            let expr = state.expression(default, ExprKind::FromFunction)?;
            let what = "a default of XMLTABLE";
            Some(coerce::assign(
                state.environment,
                expr,
                &data_type,
                typmod,
                what,
            )?)
        }
        None => None,
    };
    Ok(TableFunctionColumn {
        name: column.colname.clone(),
        data_type,
        typmod,
        ordinality: column.for_ordinality,
        not_null: column.is_not_null,
        path,
        default,
        value: None,
        format: Default::default(),
        wrapper: None,
        on_empty: None,
        on_error: None,
    })
}
