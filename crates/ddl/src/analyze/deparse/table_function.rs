//! XMLTABLE and JSON_TABLE.

use super::expression::malformed;
use super::layout::LIST;
use super::printer::{Printed, Printer};
use crate::analyze::tree::{
    Expr, JsonBehaviorKind, JsonExprKind, JsonFormatKind, JsonTablePath, TableFunction,
    TableFunctionColumn, TableFunctionKind, Type,
};
use crate::analyze::types::format_type;

impl<'a> Printer<'a> {
    /// XMLTABLE or JSON_TABLE.
    pub(super) fn table_function(&mut self, function: &'a TableFunction) -> Printed {
        match function.kind {
            TableFunctionKind::XmlTable => self.xml_table(function),
            TableFunctionKind::JsonTable => self.json_table(function),
        }
    }

    fn xml_table(&mut self, function: &'a TableFunction) -> Printed {
        self.put("XMLTABLE(");
        if !function.namespaces.is_empty() {
            self.put("XMLNAMESPACES (");
            for (place, (name, uri)) in function.namespaces.iter().enumerate() {
                self.comma(place);
                match name {
                    Some(name) => {
                        self.expression(uri, true)?;
                        self.put(" AS ");
                        self.identifier(name);
                    }
                    None => {
                        self.put("DEFAULT ");
                        self.expression(uri, true)?;
                    }
                }
            }
            self.put("), ");
        }
        let path = function.row_path.as_ref().ok_or_else(malformed)?;
        self.wrapped(true, path, true)?;
        self.put(" PASSING ");
        self.wrapped(true, &function.document, true)?;
        for (place, column) in function.columns.iter().enumerate() {
            self.put(if place == 0 { " COLUMNS " } else { ", " });
            self.xml_column(column)?;
        }
        self.put(")");
        Ok(())
    }

    fn xml_column(&mut self, column: &'a TableFunctionColumn) -> Printed {
        self.column_head(column);
        if column.ordinality {
            return Ok(());
        }
        if let Some(default) = &column.default {
            self.put(" DEFAULT ");
            self.wrapped(true, default, true)?;
        }
        if let Some(path) = &column.path {
            self.put(" PATH ");
            self.wrapped(true, path, true)?;
        }
        self.put(if column.not_null { " NOT NULL" } else { "" });
        Ok(())
    }

    fn column_head(&mut self, column: &TableFunctionColumn) {
        self.identifier(&column.name);
        self.put(" ");
        if column.ordinality {
            self.put("FOR ORDINALITY");
        } else {
            self.put(&format_type(&column.data_type, Some(column.typmod)));
        }
    }

    fn json_table(&mut self, function: &'a TableFunction) -> Printed {
        let Expr::JsonExpr(context) = &function.document else {
            return Err(malformed());
        };
        let root = function.plan.as_ref().ok_or_else(malformed)?;
        self.put("JSON_TABLE(");
        self.shift(LIST);
        self.line();
        self.expression(&context.formatted, true)?;
        self.put(", ");
        self.json_table_path(root);
        if !context.passing.is_empty() {
            self.put(" ");
            self.keyword("PASSING ", 0, 0, 0);
            self.shift(LIST);
            for (place, (name, value)) in context.passing.iter().enumerate() {
                self.comma(place);
                self.line();
                self.expression(value, false)?;
                self.put(" AS ");
                self.identifier(name);
            }
            self.shift(-LIST);
        }
        self.json_columns(function, root)?;
        if let Some(behavior) = &context.on_error
            && behavior.kind != JsonBehaviorKind::EmptyArray
        {
            self.json_behavior(behavior, "ERROR")?;
        }
        self.shift(-LIST);
        self.keyword(")", 0, 0, 0);
        Ok(())
    }

    fn json_table_path(&mut self, path: &JsonTablePath) {
        self.literal(&path.path);
        self.put(" AS ");
        self.identifier(&path.name);
    }

    fn json_columns(&mut self, function: &'a TableFunction, path: &'a JsonTablePath) -> Printed {
        self.put(" ");
        self.keyword("COLUMNS (", 0, 0, 0);
        self.shift(LIST);
        for (place, number) in path.columns.iter().enumerate() {
            self.comma(place);
            self.line();
            let column = function.columns.get(*number).ok_or_else(malformed)?;
            self.json_column(column)?;
        }
        let mut comma = !path.columns.is_empty();
        for nested in &path.nested {
            self.put(if comma { ", " } else { " " });
            comma = true;
            self.keyword("NESTED PATH ", 0, 0, 0);
            self.json_table_path(nested);
            self.json_columns(function, nested)?;
        }
        self.shift(-LIST);
        self.keyword(")", 0, 0, 0);
        Ok(())
    }

    fn json_column(&mut self, column: &'a TableFunctionColumn) -> Printed {
        self.column_head(column);
        let Some(value) = column.value.as_ref().filter(|_| !column.ordinality) else {
            return Ok(());
        };
        let default = match value.kind {
            JsonExprKind::Exists => {
                self.put(" EXISTS");
                JsonBehaviorKind::False
            }
            JsonExprKind::Query if is_text(&column.data_type) => {
                self.put(if value.format.kind == JsonFormatKind::Jsonb {
                    " FORMAT JSONB"
                } else {
                    " FORMAT JSON"
                });
                JsonBehaviorKind::Null
            }
            _ => JsonBehaviorKind::Null,
        };
        self.put(" PATH ");
        self.json_path(&value.path, true)?;
        self.json_options(value, default)
    }
}

/// Whether a type is of the category of character strings.
fn is_text(data_type: &Type) -> bool {
    matches!(
        *data_type,
        Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME
    )
}
