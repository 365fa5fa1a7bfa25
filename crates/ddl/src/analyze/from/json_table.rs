//! JSON_TABLE in FROM.

use pg_query::NodeEnum;
use pg_query::protobuf::{
    self, JsonExprOp, JsonFuncExpr, JsonOutput, JsonReturning, JsonTableColumn,
    JsonTableColumnType as Kind, JsonTablePathSpec, JsonValueExpr, Node, a_const,
};

use super::super::tree::{
    Expr, JsonFormat, JsonTablePath, TableFunction, TableFunctionColumn, TableFunctionKind, Type,
};
use super::super::{ExprKind, ParseState, Undecided, literal, types};
use super::Item;
use super::table_function::table_function_item;

/// Analyses JSON_TABLE.
pub(super) fn transform(
    state: &mut ParseState<'_>,
    range: &protobuf::JsonTable,
) -> Result<Item, Undecided> {
    // It sees the items to its left, written LATERAL or not.
    let outer = std::mem::replace(&mut state.lateral_active, true);
    let kind = std::mem::replace(&mut state.kind, ExprKind::FromFunction);
    let function = json_table(state, range);
    state.lateral_active = outer;
    state.kind = kind;
    let function = function.map_err(|error| error.or_at(range.location))?;
    table_function_item(state, function, range.alias.as_ref(), range.lateral)
}

fn json_table(
    state: &mut ParseState<'_>,
    range: &protobuf::JsonTable,
) -> Result<TableFunction, Undecided> {
    let spec = range.pathspec.as_deref().ok_or_else(malformed)?;
    let document = state.json_query_expression(&JsonFuncExpr {
        op: JsonExprOp::JsonTableOp as i32,
        context_item: range.context_item.clone(),
        pathspec: spec.string.clone(),
        passing: range.passing.clone(),
        on_error: range.on_error.clone(),
        location: range.location,
        ..JsonFuncExpr::default()
    })?;
    let mut columns = Columns {
        context: range.context_item.as_deref(),
        passing: &range.passing,
        list: Vec::new(),
        unnamed_paths: 0,
    };
    let plan = columns.path(state, spec, &range.columns)?;
    Ok(TableFunction {
        kind: TableFunctionKind::JsonTable,
        namespaces: Vec::new(),
        document: Expr::JsonExpr(Box::new(document)),
        row_path: None,
        columns: columns.list,
        plan: Some(plan),
    })
}

fn malformed() -> Undecided {
    Undecided::new("JSON_TABLE of an unknown form")
}

/// The columns while they are gathered.
struct Columns<'r> {
    context: Option<&'r JsonValueExpr>,
    passing: &'r [Node],
    list: Vec<TableFunctionColumn>,
    /// How many paths have been named by the server.
    unnamed_paths: usize,
}

impl Columns<'_> {
    /// A row pattern: its own columns first, then the patterns under it.
    fn path(
        &mut self,
        state: &mut ParseState<'_>,
        spec: &JsonTablePathSpec,
        nodes: &[Node],
    ) -> Result<JsonTablePath, Undecided> {
        let name = if spec.name.is_empty() {
            let name = format!("json_table_path_{}", self.unnamed_paths);
            self.unnamed_paths += 1;
            name
        } else {
            spec.name.clone()
        };
        let text = spec
            .string
            .as_deref()
            .and_then(constant_text)
            .ok_or_else(malformed)?;
        let path = literal::input(state.environment, &Type::JSONPATH, -1, text)?.to_string();
        let mut own = Vec::new();
        let mut nested_columns = Vec::new();
        for node in nodes {
            let Some(NodeEnum::JsonTableColumn(column)) = node.node.as_ref() else {
                return Err(malformed());
            };
            if column.coltype() == Kind::JtcNested {
                nested_columns.push(&**column);
                continue;
            }
            let analysed = self.column(state, column)?;
            own.push(self.list.len());
            self.list.push(analysed);
        }
        let mut nested = Vec::with_capacity(nested_columns.len());
        for column in nested_columns {
            let spec = column.pathspec.as_deref().ok_or_else(malformed)?;
            nested.push(self.path(state, spec, &column.columns)?);
        }
        Ok(JsonTablePath {
            path,
            name,
            columns: own,
            error_on_error: false,
            nested,
        })
    }

    fn column(
        &self,
        state: &mut ParseState<'_>,
        column: &JsonTableColumn,
    ) -> Result<TableFunctionColumn, Undecided> {
        let mut result = TableFunctionColumn {
            name: column.name.clone(),
            data_type: Type::INT4,
            typmod: -1,
            ordinality: column.coltype() == Kind::JtcForOrdinality,
            not_null: false,
            path: None,
            default: None,
            value: None,
            format: JsonFormat::default(),
            wrapper: None,
            on_empty: None,
            on_error: None,
        };
        if result.ordinality {
            return Ok(result);
        }
        let type_name = column.type_name.as_ref().ok_or_else(malformed)?;
        (result.data_type, result.typmod) = types::type_name(state.environment, type_name)?;
        let op = match column.coltype() {
            Kind::JtcExists => JsonExprOp::JsonExistsOp,
            Kind::JtcRegular if !is_structured(state, &result.data_type) => JsonExprOp::JsonValueOp,
            _ => JsonExprOp::JsonQueryOp,
        };
        let path = match column
            .pathspec
            .as_deref()
            .and_then(|spec| spec.string.as_deref())
        {
            Some(path) => path.clone(),
            None => text_constant(&default_path(&column.name)),
        };
        let output = JsonOutput {
            type_name: Some(type_name.clone()),
            returning: Some(JsonReturning {
                format: column.format,
                ..JsonReturning::default()
            }),
        };
        // The value is taken from an item of the context, which has the context's type.
        let context = self.context.map(|context| {
            Box::new(JsonValueExpr {
                format: None,
                ..context.clone()
            })
        });
        let value = state.json_query_expression(&JsonFuncExpr {
            op: op as i32,
            column_name: column.name.clone(),
            context_item: context,
            pathspec: Some(Box::new(path)),
            passing: self.passing.to_vec(),
            output: Some(output),
            on_empty: column.on_empty.clone(),
            on_error: column.on_error.clone(),
            wrapper: column.wrapper,
            quotes: column.quotes,
            location: column.location,
        })?;
        result.format = value.returning.format;
        result.value = Some(value);
        Ok(result)
    }
}

/// Whether values of a type are JSON, rows or arrays, which JSON_VALUE does not give.
fn is_structured(state: &ParseState<'_>, data_type: &Type) -> bool {
    let environment = state.environment;
    let base = types::base_type(environment, data_type);
    matches!(base, Type::JSON | Type::JSONB | Type::RECORD)
        || types::element_type(&base).is_some()
        || types::is_composite(environment, &base)
}

/// The path of a column that gives none: the member of its name.
fn default_path(name: &str) -> String {
    let mut path = String::from("$.\"");
    for character in name.chars() {
        match character {
            '"' | '\\' => path.extend(['\\', character]),
            control if u32::from(control) < 0x20 => {
                path += &format!("\\u{:04x}", u32::from(control));
            }
            other => path.push(other),
        }
    }
    path.push('"');
    path
}

fn constant_text(node: &Node) -> Option<&str> {
    match node.node.as_ref()? {
        NodeEnum::AConst(constant) => match constant.val.as_ref()? {
            a_const::Val::Sval(text) => Some(&text.sval),
            _ => None,
        },
        _ => None,
    }
}

fn text_constant(text: &str) -> Node {
    Node {
        node: Some(NodeEnum::AConst(protobuf::AConst {
            isnull: false,
            location: -1,
            val: Some(a_const::Val::Sval(protobuf::String {
                sval: text.to_owned(),
            })),
        })),
    }
}
