//! SQL/JSON: constructors, predicates and query functions.

use super::printer::{Printed, Printer};
use crate::analyze::tree::{
    Expr, JsonBehavior, JsonBehaviorKind, JsonConstructor, JsonConstructorKind, JsonEncoding,
    JsonExpr, JsonExprKind, JsonFormat, JsonFormatKind, JsonIsPredicate, JsonItemType,
    JsonReturning, JsonWrapper, Type,
};
use crate::analyze::types::format_type;

impl<'a> Printer<'a> {
    /// ` FORMAT JSON ENCODING UTF8`, where it was said.
    pub(super) fn json_format(&mut self, format: JsonFormat) {
        self.put(match format.kind {
            JsonFormatKind::Default => return,
            JsonFormatKind::Json => " FORMAT JSON",
            JsonFormatKind::Jsonb => " FORMAT JSONB",
        });
        self.put(match format.encoding {
            JsonEncoding::Default => "",
            JsonEncoding::Utf8 => " ENCODING UTF8",
            JsonEncoding::Utf16 => " ENCODING UTF16",
            JsonEncoding::Utf32 => " ENCODING UTF32",
        });
    }

    fn json_returning(&mut self, returning: &JsonReturning, json_by_default: bool) {
        self.put(" RETURNING ");
        self.put(&format_type(&returning.data_type, Some(returning.typmod)));
        let default = if returning.data_type == Type::JSONB {
            JsonFormatKind::Jsonb
        } else {
            JsonFormatKind::Json
        };
        if !json_by_default || returning.format.kind != default {
            self.json_format(returning.format);
        }
    }

    /// JSON_OBJECT and its like.
    pub(super) fn json_constructor(&mut self, constructor: &'a JsonConstructor) -> Printed {
        let name = match constructor.kind {
            JsonConstructorKind::Object => "JSON_OBJECT",
            JsonConstructorKind::Array => "JSON_ARRAY",
            JsonConstructorKind::ObjectAgg => "JSON_OBJECTAGG",
            JsonConstructorKind::ArrayAgg => "JSON_ARRAYAGG",
            JsonConstructorKind::Parse => "JSON",
            JsonConstructorKind::Scalar => "JSON_SCALAR",
            JsonConstructorKind::Serialize => "JSON_SERIALIZE",
        };
        let pairs = constructor.kind == JsonConstructorKind::ObjectAgg;
        let options = self.apart(|printer| {
            printer.json_constructor_options(constructor);
            Ok(())
        })?;
        match &constructor.function {
            Some(Expr::Aggref(call)) if is_aggregate(constructor.kind) => {
                return self.aggregate(call, Some(name), &options, pairs);
            }
            Some(Expr::WindowFunc(call)) if is_aggregate(constructor.kind) => {
                return self.window_function(call, Some(name), &options, pairs);
            }
            _ => {}
        }
        self.put(name);
        self.put("(");
        for (place, argument) in constructor.arguments.iter().enumerate() {
            if place % 2 == 1 && constructor.kind == JsonConstructorKind::Object {
                self.put(" : ");
            } else {
                self.comma(place);
            }
            self.expression(argument, true)?;
        }
        self.put(&options);
        self.put(")");
        Ok(())
    }

    fn json_constructor_options(&mut self, constructor: &JsonConstructor) {
        use JsonConstructorKind::{Array, ArrayAgg, Object, ObjectAgg, Parse, Scalar};
        match constructor.kind {
            Object | ObjectAgg if constructor.absent_on_null => self.put(" ABSENT ON NULL"),
            Array | ArrayAgg if !constructor.absent_on_null => self.put(" NULL ON NULL"),
            _ => {}
        }
        if constructor.unique {
            self.put(" WITH UNIQUE KEYS");
        }
        if !matches!(constructor.kind, Parse | Scalar) {
            self.json_returning(&constructor.returning, true);
        }
    }

    /// `IS JSON`.
    pub(super) fn json_predicate(&mut self, predicate: &'a JsonIsPredicate) -> Printed {
        self.put("(");
        self.expression(&predicate.argument, true)?;
        self.put(" IS JSON");
        self.put(match predicate.item {
            JsonItemType::Any => "",
            JsonItemType::Object => " OBJECT",
            JsonItemType::Array => " ARRAY",
            JsonItemType::Scalar => " SCALAR",
        });
        self.put(if predicate.unique {
            " WITH UNIQUE KEYS)"
        } else {
            ")"
        });
        Ok(())
    }

    /// JSON_EXISTS, JSON_QUERY, JSON_VALUE.
    pub(super) fn json_expression(&mut self, json: &'a JsonExpr, show_implicit: bool) -> Printed {
        self.put(match json.kind {
            JsonExprKind::Exists => "JSON_EXISTS(",
            JsonExprKind::Query => "JSON_QUERY(",
            JsonExprKind::Value => "JSON_VALUE(",
            JsonExprKind::Table => "JSON_TABLE(",
        });
        self.expression(&json.formatted, show_implicit)?;
        self.put(", ");
        self.json_path(&json.path, show_implicit)?;
        for (place, (name, value)) in json.passing.iter().enumerate() {
            self.put(if place == 0 { " PASSING " } else { ", " });
            self.expression(value, show_implicit)?;
            self.put(" AS ");
            self.identifier(name);
        }
        let exists = json.kind == JsonExprKind::Exists;
        if !exists || json.returning.data_type != Type::BOOL {
            self.json_returning(&json.returning, json.kind == JsonExprKind::Query);
        }
        let default = if exists {
            JsonBehaviorKind::False
        } else {
            JsonBehaviorKind::Null
        };
        self.json_options(json, default)?;
        self.put(")");
        Ok(())
    }

    /// A path: a constant is printed without its type.
    pub(super) fn json_path(&mut self, path: &'a Expr, show_implicit: bool) -> Printed {
        match path {
            Expr::Const(constant) => {
                self.bare_constant(constant);
                Ok(())
            }
            _ => self.expression(path, show_implicit),
        }
    }

    /// WRAPPER, QUOTES, ON EMPTY and ON ERROR, where they are not the default.
    pub(super) fn json_options(
        &mut self,
        json: &'a JsonExpr,
        default: JsonBehaviorKind,
    ) -> Printed {
        if json.kind == JsonExprKind::Query {
            self.put(match json.wrapper {
                JsonWrapper::Conditional => " WITH CONDITIONAL WRAPPER",
                JsonWrapper::Unconditional => " WITH UNCONDITIONAL WRAPPER",
                JsonWrapper::Unspecified | JsonWrapper::Without => " WITHOUT WRAPPER",
            });
            self.put(if json.omit_quotes {
                " OMIT QUOTES"
            } else {
                " KEEP QUOTES"
            });
        }
        let on_empty = json.on_empty.as_ref().filter(|b| b.kind != default);
        let on_error = json.on_error.as_ref().filter(|b| b.kind != default);
        if let Some(behavior) = on_empty {
            self.json_behavior(behavior, "EMPTY")?;
        }
        if let Some(behavior) = on_error {
            self.json_behavior(behavior, "ERROR")?;
        }
        Ok(())
    }

    /// ` NULL ON EMPTY` and its like.
    pub(super) fn json_behavior(&mut self, behavior: &'a JsonBehavior, on: &str) -> Printed {
        self.put(match behavior.kind {
            JsonBehaviorKind::Null => " NULL",
            JsonBehaviorKind::Error => " ERROR",
            JsonBehaviorKind::Empty => " EMPTY",
            JsonBehaviorKind::True => " TRUE",
            JsonBehaviorKind::False => " FALSE",
            JsonBehaviorKind::Unknown => " UNKNOWN",
            JsonBehaviorKind::EmptyArray => " EMPTY ARRAY",
            JsonBehaviorKind::EmptyObject => " EMPTY OBJECT",
            JsonBehaviorKind::Default => " DEFAULT ",
        });
        if behavior.kind == JsonBehaviorKind::Default
            && let Some(expr) = &behavior.expression
        {
            self.expression(expr, false)?;
        }
        self.put(" ON ");
        self.put(on);
        Ok(())
    }
}

fn is_aggregate(kind: JsonConstructorKind) -> bool {
    matches!(
        kind,
        JsonConstructorKind::ObjectAgg | JsonConstructorKind::ArrayAgg
    )
}
