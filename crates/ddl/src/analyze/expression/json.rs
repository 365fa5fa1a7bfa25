//! SQL/JSON constructors and predicates, and what they share with the query functions.

use pg_query::NodeEnum;
use pg_query::protobuf::{self, Node};

use super::calls::ResolvedCall;
use crate::analyze::coerce::{CoercionContext, coerce_to_specific, coerce_to_target};
use crate::analyze::error::Undecided;
use crate::analyze::state::ParseState;
use crate::analyze::system::catalog;
use crate::analyze::tree::{
    CoercionForm, Expr, FuncExpr, JsonConstructor, JsonConstructorKind, JsonEncoding, JsonFormat,
    JsonFormatKind, JsonIsPredicate, JsonItemType, JsonReturning, JsonValueExpr, Type,
};
use crate::analyze::types::{category, type_category, type_name};

impl ParseState<'_> {
    /// A value with its FORMAT, coerced to JSON as far as its place asks for it.
    pub(super) fn json_value(
        &mut self,
        value: Option<&protobuf::JsonValueExpr>,
        default: JsonFormatKind,
        target: Option<&Type>,
        passing: bool,
    ) -> Result<Expr, Undecided> {
        let value = value.ok_or_else(|| Undecided::new("an SQL/JSON value"))?;
        let raw = self.required(value.raw_expr.as_deref())?;
        let raw = self.text_if_unknown(raw)?;
        let env = self.environment;
        let source = raw.data_type();
        let given = format_of(value.format.as_ref());
        let string = type_category(env, &source) == category::STRING;
        let json = matches!(source, Type::JSON | Type::JSONB);
        let format = if given.kind != JsonFormatKind::Default {
            if json {
                JsonFormatKind::Default
            } else {
                given.kind
            }
        } else if passing {
            // The path takes these as they are.
            if string || is_item_type(&source) {
                return Ok(raw);
            }
            default
        } else if json {
            JsonFormatKind::Default
        } else {
            default
        };
        let differs = target.is_some_and(|t| *t != source);
        if format == JsonFormatKind::Default && !differs {
            return Ok(raw);
        }
        if !passing && target.is_none() && source != Type::BYTEA && !string {
            return Err(Undecided::new("a value that is no string with FORMAT JSON"));
        }
        let mut formatted = raw.clone();
        if format == JsonFormatKind::Json && source == Type::BYTEA {
            formatted = text_of_bytes(formatted)?;
        }
        let wanted = target.cloned().unwrap_or(match format {
            JsonFormatKind::Jsonb => Type::JSONB,
            _ => Type::JSON,
        });
        let coerced = coerce_to_target(
            env,
            formatted.clone(),
            &wanted,
            -1,
            CoercionContext::Explicit,
            CoercionForm::ExplicitCast,
        )?;
        let coerced = match coerced {
            Some(coerced) => coerced,
            None if target.is_some() => {
                return Err(Undecided::new("a value that cannot be cast to JSON"));
            }
            None => {
                let name = if wanted == Type::JSON {
                    "to_json"
                } else {
                    "to_jsonb"
                };
                system_call(name, vec![formatted], wanted)?
            }
        };
        if coerced == raw {
            return Ok(raw);
        }
        Ok(Expr::JsonValue(Box::new(JsonValueExpr {
            raw,
            formatted: coerced,
            format: given,
        })))
    }

    fn text_if_unknown(&self, expr: Expr) -> Result<Expr, Undecided> {
        if expr.data_type() == Type::UNKNOWN {
            coerce_to_specific(self.environment, expr, &Type::TEXT, "SQL/JSON")
        } else {
            Ok(expr)
        }
    }

    /// RETURNING; none when it was not written.
    pub(super) fn json_output(
        &self,
        output: Option<&protobuf::JsonOutput>,
    ) -> Result<Option<JsonReturning>, Undecided> {
        let Some(output) = output else {
            return Ok(None);
        };
        let name = output
            .type_name
            .as_ref()
            .ok_or_else(|| Undecided::new("RETURNING without type"))?;
        let (data_type, typmod) = type_name(self.environment, name)?;
        let mut format = format_of(output.returning.as_ref().and_then(|r| r.format.as_ref()));
        if format.kind == JsonFormatKind::Default {
            format.kind = json_kind(&data_type);
        }
        Ok(Some(JsonReturning {
            format,
            data_type,
            typmod,
        }))
    }

    /// RETURNING of a constructor: by default jsonb if an argument is, else json.
    fn json_constructor_output(
        &self,
        output: Option<&protobuf::JsonOutput>,
        arguments: &[Expr],
    ) -> Result<JsonReturning, Undecided> {
        let found = self.json_output(output)?;
        Ok(found.unwrap_or_else(|| {
            let jsonb = arguments.iter().any(|a| a.data_type() == Type::JSONB);
            returning_json(if jsonb { Type::JSONB } else { Type::JSON })
        }))
    }

    fn json_key_values(&mut self, nodes: &[Node]) -> Result<Vec<Expr>, Undecided> {
        let mut arguments = Vec::with_capacity(nodes.len() * 2);
        for node in nodes {
            let Some(NodeEnum::JsonKeyValue(pair)) = node.node.as_ref() else {
                return Err(Undecided::new("a member of JSON_OBJECT"));
            };
            arguments.extend(self.json_key_value(pair)?);
        }
        Ok(arguments)
    }

    fn json_key_value(&mut self, pair: &protobuf::JsonKeyValue) -> Result<[Expr; 2], Undecided> {
        let key = self.required(pair.key.as_deref())?;
        let value = self.json_value(pair.value.as_deref(), JsonFormatKind::Default, None, false)?;
        Ok([key, value])
    }

    pub(super) fn json_object(
        &mut self,
        e: &protobuf::JsonObjectConstructor,
    ) -> Result<Expr, Undecided> {
        let arguments = self.json_key_values(&e.exprs)?;
        let returning = self.json_constructor_output(e.output.as_ref(), &arguments)?;
        Ok(constructor(JsonConstructor {
            kind: JsonConstructorKind::Object,
            arguments,
            function: None,
            returning,
            absent_on_null: e.absent_on_null,
            unique: e.unique,
        }))
    }

    pub(super) fn json_array(
        &mut self,
        e: &protobuf::JsonArrayConstructor,
    ) -> Result<Expr, Undecided> {
        let mut arguments = Vec::with_capacity(e.exprs.len());
        for node in &e.exprs {
            let Some(NodeEnum::JsonValueExpr(value)) = node.node.as_ref() else {
                return Err(Undecided::at(e.location, "an element of JSON_ARRAY"));
            };
            arguments.push(self.json_value(Some(value), JsonFormatKind::Default, None, false)?);
        }
        let returning = self.json_constructor_output(e.output.as_ref(), &arguments)?;
        Ok(constructor(JsonConstructor {
            kind: JsonConstructorKind::Array,
            arguments,
            function: None,
            returning,
            absent_on_null: e.absent_on_null,
            unique: false,
        }))
    }

    /// `JSON_ARRAY(SELECT …)` is `(SELECT JSON_ARRAYAGG(a) FROM (SELECT …) q(a))`.
    pub(super) fn json_array_query(
        &mut self,
        e: &protobuf::JsonArrayQueryConstructor,
    ) -> Result<Expr, Undecided> {
        let node = |node| Node { node: Some(node) };
        let string = |text: &str| {
            node(NodeEnum::String(protobuf::String {
                sval: text.to_owned(),
            }))
        };
        let column = node(NodeEnum::ColumnRef(protobuf::ColumnRef {
            fields: vec![string("q"), string("a")],
            location: e.location,
        }));
        let aggregate = node(NodeEnum::JsonArrayAgg(Box::new(protobuf::JsonArrayAgg {
            constructor: Some(Box::new(protobuf::JsonAggConstructor {
                output: e.output.clone(),
                agg_filter: None,
                agg_order: Vec::new(),
                over: None,
                location: e.location,
            })),
            arg: Some(Box::new(protobuf::JsonValueExpr {
                raw_expr: Some(Box::new(column)),
                formatted_expr: None,
                format: e.format,
            })),
            absent_on_null: e.absent_on_null,
        })));
        let target = node(NodeEnum::ResTarget(Box::new(protobuf::ResTarget {
            name: String::new(),
            indirection: Vec::new(),
            val: Some(Box::new(aggregate)),
            location: e.location,
        })));
        let source = node(NodeEnum::RangeSubselect(Box::new(
            protobuf::RangeSubselect {
                lateral: false,
                subquery: e.query.clone(),
                alias: Some(protobuf::Alias {
                    aliasname: "q".to_owned(),
                    colnames: vec![string("a")],
                }),
            },
        )));
        let select = node(NodeEnum::SelectStmt(Box::new(protobuf::SelectStmt {
            target_list: vec![target],
            from_clause: vec![source],
            op: protobuf::SetOperation::SetopNone as i32,
            limit_option: protobuf::LimitOption::Default as i32,
            ..Default::default()
        })));
        self.sublink(&protobuf::SubLink {
            xpr: None,
            sub_link_type: protobuf::SubLinkType::ExprSublink as i32,
            sub_link_id: 0,
            testexpr: None,
            oper_name: Vec::new(),
            subselect: Some(Box::new(select)),
            location: e.location,
        })
    }

    pub(super) fn json_object_agg(
        &mut self,
        e: &protobuf::JsonObjectAgg,
    ) -> Result<Expr, Undecided> {
        let pair = e
            .arg
            .as_deref()
            .ok_or_else(|| Undecided::new("a member of JSON_OBJECTAGG"))?;
        let arguments = self.json_key_value(pair)?.to_vec();
        let name = match (e.absent_on_null, e.unique) {
            (true, true) => "object_agg_unique_strict",
            (true, false) => "object_agg_strict",
            (false, true) => "object_agg_unique",
            (false, false) => "object_agg",
        };
        self.json_aggregate(
            JsonConstructorKind::ObjectAgg,
            e.constructor.as_deref(),
            name,
            arguments,
            e.absent_on_null,
            e.unique,
        )
    }

    pub(super) fn json_array_agg(&mut self, e: &protobuf::JsonArrayAgg) -> Result<Expr, Undecided> {
        let argument = self.json_value(e.arg.as_deref(), JsonFormatKind::Default, None, false)?;
        let name = if e.absent_on_null {
            "agg_strict"
        } else {
            "agg"
        };
        self.json_aggregate(
            JsonConstructorKind::ArrayAgg,
            e.constructor.as_deref(),
            name,
            vec![argument],
            e.absent_on_null,
            false,
        )
    }

    fn json_aggregate(
        &mut self,
        kind: JsonConstructorKind,
        clauses: Option<&protobuf::JsonAggConstructor>,
        name: &str,
        arguments: Vec<Expr>,
        absent_on_null: bool,
        unique: bool,
    ) -> Result<Expr, Undecided> {
        let clauses = clauses.ok_or_else(|| Undecided::new("an SQL/JSON aggregate"))?;
        let returning = self.json_constructor_output(clauses.output.as_ref(), &arguments)?;
        let prefix = match returning.format.kind {
            JsonFormatKind::Jsonb => "jsonb",
            _ => "json",
        };
        let name = format!("{prefix}_{name}");
        let function = system_function(&name, arguments.len())?;
        let resolved = ResolvedCall {
            data_type: function.returns.clone(),
            function,
            variadic: false,
            actual: arguments.iter().map(Expr::data_type).collect(),
            arguments,
        };
        // What the clauses of a plain aggregate call are.
        let call = protobuf::FuncCall {
            agg_order: clauses.agg_order.clone(),
            agg_filter: clauses.agg_filter.clone(),
            location: clauses.location,
            ..Default::default()
        };
        let function = match clauses.over.as_deref() {
            Some(over) => self.window_function(&call, resolved, over)?,
            None => self.aggregate(&call, resolved)?,
        };
        Ok(constructor(JsonConstructor {
            kind,
            arguments: Vec::new(),
            function: Some(function),
            returning,
            absent_on_null,
            unique,
        }))
    }

    /// A value that is read as JSON: a string, bytes, or JSON.
    fn json_text(
        &mut self,
        node: Option<&Node>,
        format: Option<&protobuf::JsonFormat>,
    ) -> Result<Expr, Undecided> {
        let raw = self.required(node)?;
        let source = raw.data_type();
        if source == Type::BYTEA {
            let formatted = text_of_bytes(raw.clone())?;
            return Ok(Expr::JsonValue(Box::new(JsonValueExpr {
                raw,
                formatted,
                format: format_of(format),
            })));
        }
        let string = type_category(self.environment, &source) == category::STRING;
        if source == Type::UNKNOWN || string {
            return coerce_to_target(
                self.environment,
                raw,
                &Type::TEXT,
                -1,
                CoercionContext::Implicit,
                CoercionForm::ImplicitCast,
            )?
            .ok_or_else(|| Undecided::new("a string that is read as JSON"));
        }
        Ok(raw)
    }

    pub(super) fn json_is_predicate(
        &mut self,
        e: &protobuf::JsonIsPredicate,
    ) -> Result<Expr, Undecided> {
        use protobuf::JsonValueType as T;
        let argument = self.json_text(e.expr.as_deref(), e.format.as_ref())?;
        if !matches!(argument.data_type(), Type::TEXT | Type::JSON | Type::JSONB) {
            return Err(Undecided::at(e.location, "IS JSON of this type"));
        }
        Ok(Expr::JsonIsPredicate(Box::new(JsonIsPredicate {
            argument,
            format: format_of(e.format.as_ref()),
            item: match e.item_type() {
                T::JsTypeObject => JsonItemType::Object,
                T::JsTypeArray => JsonItemType::Array,
                T::JsTypeScalar => JsonItemType::Scalar,
                _ => JsonItemType::Any,
            },
            unique: e.unique_keys,
        })))
    }

    pub(super) fn json_parse(&mut self, e: &protobuf::JsonParseExpr) -> Result<Expr, Undecided> {
        let returning = self
            .json_output(e.output.as_ref())?
            .unwrap_or_else(|| returning_json(Type::JSON));
        let argument = if e.unique_keys {
            let value = e.expr.as_deref();
            self.json_text(
                value.and_then(|v| v.raw_expr.as_deref()),
                value.and_then(|v| v.format.as_ref()),
            )?
        } else {
            let target = returning.data_type.clone();
            self.json_value(
                e.expr.as_deref(),
                JsonFormatKind::Json,
                Some(&target),
                false,
            )?
        };
        Ok(constructor(JsonConstructor {
            kind: JsonConstructorKind::Parse,
            arguments: vec![argument],
            function: None,
            returning,
            absent_on_null: false,
            unique: e.unique_keys,
        }))
    }

    pub(super) fn json_scalar(&mut self, e: &protobuf::JsonScalarExpr) -> Result<Expr, Undecided> {
        let argument = self.required(e.expr.as_deref())?;
        let argument = self.text_if_unknown(argument)?;
        let returning = self
            .json_output(e.output.as_ref())?
            .unwrap_or_else(|| returning_json(Type::JSON));
        Ok(constructor(JsonConstructor {
            kind: JsonConstructorKind::Scalar,
            arguments: vec![argument],
            function: None,
            returning,
            absent_on_null: false,
            unique: false,
        }))
    }

    pub(super) fn json_serialize(
        &mut self,
        e: &protobuf::JsonSerializeExpr,
    ) -> Result<Expr, Undecided> {
        let argument = self.json_value(e.expr.as_deref(), JsonFormatKind::Json, None, false)?;
        let returning = self
            .json_output(e.output.as_ref())?
            .unwrap_or(JsonReturning {
                format: JsonFormat {
                    kind: JsonFormatKind::Json,
                    encoding: JsonEncoding::Default,
                },
                data_type: Type::TEXT,
                typmod: -1,
            });
        Ok(constructor(JsonConstructor {
            kind: JsonConstructorKind::Serialize,
            arguments: vec![argument],
            function: None,
            returning,
            absent_on_null: false,
            unique: false,
        }))
    }
}

fn constructor(constructor: JsonConstructor) -> Expr {
    Expr::JsonConstructor(Box::new(constructor))
}

fn json_kind(data_type: &Type) -> JsonFormatKind {
    if *data_type == Type::JSONB {
        JsonFormatKind::Jsonb
    } else {
        JsonFormatKind::Json
    }
}

fn returning_json(data_type: Type) -> JsonReturning {
    JsonReturning {
        format: JsonFormat {
            kind: json_kind(&data_type),
            encoding: JsonEncoding::Default,
        },
        data_type,
        typmod: -1,
    }
}

/// FORMAT as the grammar gives it.
pub(super) fn format_of(format: Option<&protobuf::JsonFormat>) -> JsonFormat {
    use protobuf::JsonEncoding as E;
    use protobuf::JsonFormatType as F;
    let Some(format) = format else {
        return JsonFormat::default();
    };
    JsonFormat {
        kind: match format.format_type() {
            F::JsFormatJson => JsonFormatKind::Json,
            F::JsFormatJsonb => JsonFormatKind::Jsonb,
            _ => JsonFormatKind::Default,
        },
        encoding: match format.encoding() {
            E::JsEncUtf8 => JsonEncoding::Utf8,
            E::JsEncUtf16 => JsonEncoding::Utf16,
            E::JsEncUtf32 => JsonEncoding::Utf32,
            _ => JsonEncoding::Default,
        },
    }
}

/// Types that a JSON path takes as variables without conversion.
fn is_item_type(data_type: &Type) -> bool {
    matches!(
        *data_type,
        Type::BOOL
            | Type::NUMERIC
            | Type::INT2
            | Type::INT4
            | Type::INT8
            | Type::FLOAT4
            | Type::FLOAT8
            | Type::TEXT
            | Type::VARCHAR
            | Type::DATE
            | Type::TIME
            | Type::TIMETZ
            | Type::TIMESTAMP
            | Type::TIMESTAMPTZ
    )
}

/// The system's function of a name with so many arguments.
fn system_function(
    name: &str,
    arguments: usize,
) -> Result<std::sync::Arc<crate::analyze::tree::Function>, Undecided> {
    catalog()
        .functions(name)
        .iter()
        .find(|f| f.arguments.len() == arguments)
        .cloned()
        .ok_or_else(|| Undecided::new(format!("function {name} is not known")))
}

fn system_call(name: &str, arguments: Vec<Expr>, data_type: Type) -> Result<Expr, Undecided> {
    Ok(Expr::FuncExpr(Box::new(FuncExpr {
        function: system_function(name, arguments.len())?,
        data_type,
        variadic: false,
        form: CoercionForm::ExplicitCall,
        arguments,
    })))
}

/// `convert_from(bytes, 'utf8')`.
fn text_of_bytes(bytes: Expr) -> Result<Expr, Undecided> {
    let encoding = Expr::constant(Type::NAME, "utf8");
    system_call("convert_from", vec![bytes, encoding], Type::TEXT)
}
