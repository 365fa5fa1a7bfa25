//! The value of an expression, as far as the catalog in progress and the variables at hand tell.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use pg_query::NodeEnum;
use pg_query::protobuf::{
    AExpr, AExprKind, BoolExprType, BoolTestType, ColumnRef, Node, NullTestType,
    SqlValueFunctionOp, SubLinkType, TypeCast,
};

use super::value::{Class, Object, Stop, Value, array_of};
use super::{functions, query};
use crate::read::failure::Failure;
use crate::read::names::strings;
use crate::read::state::State;

/// How many values one evaluation may go through, so that no text makes it endless.
const MOST_STEPS: usize = 200_000;

/// What names in an expression mean.
#[derive(Debug, Clone, Default)]
pub(super) struct Scope {
    /// Variables; one without a value is not known.
    pub(super) variables: BTreeMap<String, Option<Value>>,
    /// Rows of the tables of the query at hand, the outermost first: alias, then columns.
    pub(super) rows: Vec<(String, Vec<(String, Value)>)>,
}

/// An evaluation.
pub(super) struct Evaluation<'a> {
    pub(super) state: &'a State,
    steps: std::cell::Cell<usize>,
}

impl<'a> Evaluation<'a> {
    /// Over the catalog in progress.
    pub(super) fn new(state: &'a State) -> Self {
        Self {
            state,
            steps: std::cell::Cell::new(0),
        }
    }

    /// Counts a step.
    pub(super) fn step(&self) -> Result<(), Stop> {
        self.steps.set(self.steps.get() + 1);
        if self.steps.get() > MOST_STEPS {
            return Err(Stop::unknown("too long an evaluation"));
        }
        Ok(())
    }

    /// The value of an expression.
    pub(super) fn value(&self, node: &Node, scope: &Scope) -> Result<Value, Stop> {
        self.step()?;
        let Some(node) = node.node.as_ref() else {
            return Ok(Value::Null);
        };
        match node {
            NodeEnum::AConst(constant) => Ok(constant_value(constant)),
            NodeEnum::ColumnRef(reference) => column(reference, scope),
            NodeEnum::ParamRef(parameter) => {
                let name = format!("${}", parameter.number);
                variable(&name, scope).unwrap_or_else(|| Err(Stop::unknown(name)))
            }
            NodeEnum::TypeCast(cast) => self.cast(cast, scope),
            NodeEnum::AExpr(expression) => self.operator(expression, scope),
            NodeEnum::BoolExpr(expression) => {
                self.connected(expression.boolop(), &expression.args, scope)
            }
            NodeEnum::NullTest(test) => {
                let value = self.optional(test.arg.as_deref(), scope)?;
                let is_null = value == Value::Null;
                Ok(Value::Boolean(
                    is_null == (test.nulltesttype() == NullTestType::IsNull),
                ))
            }
            NodeEnum::BooleanTest(test) => {
                let value = self.optional(test.arg.as_deref(), scope)?.truth()?;
                use BoolTestType as B;
                Ok(Value::Boolean(match test.booltesttype() {
                    B::IsTrue => value == Some(true),
                    B::IsNotTrue => value != Some(true),
                    B::IsFalse => value == Some(false),
                    B::IsNotFalse => value != Some(false),
                    B::IsUnknown => value.is_none(),
                    B::IsNotUnknown => value.is_some(),
                    B::Undefined => return Err(Stop::unknown("a test")),
                }))
            }
            NodeEnum::CaseExpr(case) => self.case(case, scope),
            NodeEnum::CoalesceExpr(coalesce) => {
                for argument in &coalesce.args {
                    let value = self.value(argument, scope)?;
                    if value != Value::Null {
                        return Ok(value);
                    }
                }
                Ok(Value::Null)
            }
            NodeEnum::FuncCall(call) => functions::call(self, call, scope),
            NodeEnum::SqlvalueFunction(function) => self.session_value(function.op()),
            NodeEnum::SubLink(link) => self.sublink(link, scope),
            NodeEnum::AArrayExpr(array) => Ok(Value::Array(self.values(&array.elements, scope)?)),
            NodeEnum::RowExpr(row) => {
                let values = self.values(&row.args, scope)?;
                let fields = values.into_iter().enumerate();
                Ok(Value::Row(
                    fields.map(|(at, v)| (format!("f{}", at + 1), v)).collect(),
                ))
            }
            NodeEnum::AIndirection(indirection) => self.part(indirection, scope),
            NodeEnum::CollateClause(clause) => self.optional(clause.arg.as_deref(), scope),
            _ => Err(Stop::unknown("an expression of this kind")),
        }
    }

    /// The values of several expressions.
    pub(super) fn values(&self, nodes: &[Node], scope: &Scope) -> Result<Vec<Value>, Stop> {
        nodes.iter().map(|node| self.value(node, scope)).collect()
    }

    /// Whether a condition holds; null does not.
    pub(super) fn holds(&self, node: &Node, scope: &Scope) -> Result<bool, Stop> {
        Ok(self.value(node, scope)?.truth()? == Some(true))
    }

    fn optional(&self, node: Option<&Node>, scope: &Scope) -> Result<Value, Stop> {
        match node {
            Some(node) => self.value(node, scope),
            None => Ok(Value::Null),
        }
    }

    /// AND, OR and NOT of three values. What is not known matters only where it decides.
    fn connected(&self, kind: BoolExprType, args: &[Node], scope: &Scope) -> Result<Value, Stop> {
        if kind == BoolExprType::NotExpr {
            let value = self.optional(args.first(), scope)?.truth()?;
            return Ok(value.map_or(Value::Null, |value| Value::Boolean(!value)));
        }
        let deciding = kind == BoolExprType::OrExpr;
        let mut unknown = None;
        let mut null = false;
        for argument in args {
            match self.value(argument, scope).and_then(|value| value.truth()) {
                Ok(Some(value)) if value == deciding => return Ok(Value::Boolean(deciding)),
                Ok(Some(_)) => {}
                Ok(None) => null = true,
                Err(Stop::Unknown(what)) => unknown = Some(what),
                Err(stop) => return Err(stop),
            }
        }
        match unknown {
            Some(what) => Err(Stop::Unknown(what)),
            None if null => Ok(Value::Null),
            None => Ok(Value::Boolean(!deciding)),
        }
    }

    fn case(&self, case: &pg_query::protobuf::CaseExpr, scope: &Scope) -> Result<Value, Stop> {
        let subject = match &case.arg {
            Some(subject) => Some(self.value(subject, scope)?),
            None => None,
        };
        for branch in &case.args {
            let Some(NodeEnum::CaseWhen(branch)) = &branch.node else {
                continue;
            };
            let tested = self.optional(branch.expr.as_deref(), scope)?;
            let taken = match &subject {
                Some(subject) => subject.compare(&tested)? == Some(Ordering::Equal),
                None => tested.truth()? == Some(true),
            };
            if taken {
                return self.optional(branch.result.as_deref(), scope);
            }
        }
        self.optional(case.defresult.as_deref(), scope)
    }

    fn operator(&self, expression: &AExpr, scope: &Scope) -> Result<Value, Stop> {
        use AExprKind as K;
        let names = strings(&expression.name);
        let operator = names.last().copied().unwrap_or_default();
        let left = || self.optional(expression.lexpr.as_deref(), scope);
        let right = || self.optional(expression.rexpr.as_deref(), scope);
        match expression.kind() {
            K::AexprOp if expression.lexpr.is_none() => match (operator, right()?) {
                ("-", Value::Integer(number)) => Ok(Value::Integer(number.wrapping_neg())),
                ("+", value) => Ok(value),
                _ => Err(Stop::unknown("an operator")),
            },
            K::AexprOp | K::AexprLike | K::AexprIlike => {
                functions::binary(operator, &left()?, &right()?)
            }
            K::AexprDistinct | K::AexprNotDistinct => {
                let (left, right) = (left()?, right()?);
                let equal = match left.compare(&right)? {
                    Some(ordering) => ordering == Ordering::Equal,
                    None => left == Value::Null && right == Value::Null,
                };
                Ok(Value::Boolean(
                    equal == (expression.kind() == K::AexprNotDistinct),
                ))
            }
            K::AexprNullif => {
                let (left, right) = (left()?, right()?);
                let equal = left.compare(&right)? == Some(Ordering::Equal);
                Ok(if equal { Value::Null } else { left })
            }
            K::AexprIn => {
                let left = left()?;
                let list = match expression
                    .rexpr
                    .as_ref()
                    .and_then(|node| node.node.as_ref())
                {
                    Some(NodeEnum::List(list)) => self.values(&list.items, scope)?,
                    _ => return Err(Stop::unknown("IN")),
                };
                functions::any(&left, "=", &list, operator == "<>")
            }
            K::AexprOpAny | K::AexprOpAll => {
                let left = left()?;
                let list = match right()? {
                    Value::Array(list) => list,
                    Value::Text(text) => {
                        array_of(&text).ok_or_else(|| Stop::unknown("an array"))?
                    }
                    Value::Null => return Ok(Value::Null),
                    _ => return Err(Stop::unknown("an array")),
                };
                if expression.kind() == K::AexprOpAny {
                    functions::any(&left, operator, &list, false)
                } else {
                    functions::all(&left, operator, &list)
                }
            }
            K::AexprBetween | K::AexprNotBetween => {
                let bounds = match expression
                    .rexpr
                    .as_ref()
                    .and_then(|node| node.node.as_ref())
                {
                    Some(NodeEnum::List(list)) => self.values(&list.items, scope)?,
                    _ => return Err(Stop::unknown("BETWEEN")),
                };
                let [low, high] = bounds.as_slice() else {
                    return Err(Stop::unknown("BETWEEN"));
                };
                let value = left()?;
                let (Some(low), Some(high)) = (value.compare(low)?, value.compare(high)?) else {
                    return Ok(Value::Null);
                };
                let inside = low != Ordering::Less && high != Ordering::Greater;
                Ok(Value::Boolean(
                    inside == (expression.kind() == K::AexprBetween),
                ))
            }
            _ => Err(Stop::unknown("an operator")),
        }
    }

    fn session_value(&self, function: SqlValueFunctionOp) -> Result<Value, Stop> {
        use SqlValueFunctionOp as F;
        let role = match function {
            F::SvfopCurrentSchema => {
                let schema = self.state.visible_schemas().into_iter().next();
                return Ok(Value::optional(schema.map(|name| name.to_string())));
            }
            F::SvfopCurrentRole | F::SvfopCurrentUser | F::SvfopUser => &self.state.session.role,
            F::SvfopSessionUser => &self.state.session.session_user,
            _ => return Err(Stop::unknown("the time or the database's name")),
        };
        match role {
            Some(role) => Ok(Value::Text(role.to_string())),
            None => Err(Stop::unknown("the name of the role that runs the text")),
        }
    }

    fn sublink(&self, link: &pg_query::protobuf::SubLink, scope: &Scope) -> Result<Value, Stop> {
        let Some(NodeEnum::SelectStmt(select)) =
            link.subselect.as_ref().and_then(|node| node.node.as_ref())
        else {
            return Err(Stop::unknown("a subquery"));
        };
        let rows = query::rows(self, select, scope)?;
        let mut first = rows.into_iter().map(|row| {
            row.into_iter()
                .next()
                .map_or(Value::Null, |(_, value)| value)
        });
        match link.sub_link_type() {
            SubLinkType::ExistsSublink => Ok(Value::Boolean(first.next().is_some())),
            SubLinkType::ExprSublink => Ok(first.next().unwrap_or(Value::Null)),
            SubLinkType::ArraySublink => Ok(Value::Array(first.collect())),
            SubLinkType::AnySublink => {
                let left = self.optional(link.testexpr.as_deref(), scope)?;
                let names = strings(&link.oper_name);
                let operator = names.last().copied().unwrap_or("=");
                functions::any(&left, operator, &first.collect::<Vec<_>>(), false)
            }
            _ => Err(Stop::unknown("a subquery of this kind")),
        }
    }

    /// `array[1]`, `row.field`.
    fn part(
        &self,
        indirection: &pg_query::protobuf::AIndirection,
        scope: &Scope,
    ) -> Result<Value, Stop> {
        let mut value = self.optional(indirection.arg.as_deref(), scope)?;
        for step in &indirection.indirection {
            value = match (&step.node, value) {
                (Some(NodeEnum::AIndices(index)), Value::Array(elements)) if !index.is_slice => {
                    let at = self.optional(index.uidx.as_deref(), scope)?.number();
                    let at = at.and_then(|at| usize::try_from(at).ok()?.checked_sub(1));
                    at.and_then(|at| elements.into_iter().nth(at))
                        .unwrap_or(Value::Null)
                }
                (Some(NodeEnum::String(name)), Value::Row(fields)) => fields
                    .into_iter()
                    .find(|(field, _)| *field == name.sval)
                    .map(|(_, value)| value)
                    .ok_or_else(|| Stop::unknown(name.sval.clone()))?,
                _ => return Err(Stop::unknown("a part of a value")),
            };
        }
        Ok(value)
    }

    fn cast(&self, cast: &TypeCast, scope: &Scope) -> Result<Value, Stop> {
        let value = self.optional(cast.arg.as_deref(), scope)?;
        let names = cast.type_name.as_ref();
        let type_name = names.map(|name| strings(&name.names)).unwrap_or_default();
        let is_array = names.is_some_and(|name| !name.array_bounds.is_empty());
        let type_name = type_name.last().copied().unwrap_or_default();
        if value == Value::Null {
            return Ok(value);
        }
        if is_array {
            return match value {
                Value::Text(text) => array_of(&text)
                    .map(Value::Array)
                    .ok_or_else(|| Stop::unknown("an array")),
                array @ Value::Array(_) => Ok(array),
                _ => Err(Stop::unknown("an array")),
            };
        }
        match type_name {
            "text" | "varchar" | "name" | "bpchar" | "cstring" => Ok(Value::optional(value.text())),
            "int2" | "int4" | "int8" | "smallint" | "integer" | "bigint" => match value.number() {
                Some(number) => Ok(Value::Integer(number)),
                None => Err(Stop::unknown("a number")),
            },
            "bool" => Ok(value.truth()?.map_or(Value::Null, Value::Boolean)),
            "oid" => Ok(value),
            "regclass" => self.object(value, Class::Relation, true),
            "regtype" => self.object(value, Class::Type, true),
            "regnamespace" => self.object(value, Class::Schema, true),
            "regproc" | "regprocedure" => self.object(value, Class::Routine, true),
            "regrole" => self.object(value, Class::Role, true),
            // Enumerations and other types keep their text.
            _ => match value {
                text @ Value::Text(_) => Ok(text),
                _ => Err(Stop::unknown(format!("a cast to {type_name}"))),
            },
        }
    }

    /// The object that a text names; one that is not there is null, or an error when it `must` be.
    pub(super) fn object(&self, value: Value, class: Class, must: bool) -> Result<Value, Stop> {
        let text = match value {
            Value::Text(text) => text,
            object @ Value::Object(_) => return Ok(object),
            Value::Null => return Ok(Value::Null),
            _ => return Err(Stop::unknown("an object identifier")),
        };
        let parts = name_parts(&text);
        let (schema, name) = match parts.as_slice() {
            [schema, name] => (Some(schema.as_str()), name.as_str()),
            [name] => (None, name.as_str()),
            _ => return Err(Stop::unknown("the name of an object")),
        };
        match functions::find_object(self.state, class, schema, name)? {
            Some(object) => Ok(Value::Object(object)),
            None if must => {
                let what = match class {
                    Class::Relation => "relation",
                    Class::Type => "type",
                    Class::Schema => "schema",
                    Class::Routine => "function",
                    Class::Role => "role",
                    Class::Constraint => "constraint",
                };
                Err(Failure::missing(what, &text).into())
            }
            None => Ok(Value::Null),
        }
    }
}

/// The parts of a dotted name, in lower case where they are not quoted.
pub(super) fn name_parts(text: &str) -> Vec<String> {
    // A signature's arguments say nothing here.
    let text = text.split('(').next().unwrap_or_default();
    let mut parts = vec![String::new()];
    let mut quoted = false;
    for character in text.trim().chars() {
        match character {
            '"' => quoted = !quoted,
            '.' if !quoted => parts.push(String::new()),
            _ => {
                if let Some(part) = parts.last_mut() {
                    if quoted {
                        part.push(character);
                    } else {
                        part.extend(character.to_lowercase());
                    }
                }
            }
        }
    }
    parts
}

fn constant_value(constant: &pg_query::protobuf::AConst) -> Value {
    use pg_query::protobuf::a_const::Val;
    match &constant.val {
        Some(Val::Ival(value)) => Value::Integer(i64::from(value.ival)),
        Some(Val::Fval(value)) => value
            .fval
            .parse()
            .map_or_else(|_| Value::Text(value.fval.clone()), Value::Integer),
        Some(Val::Boolval(value)) => Value::Boolean(value.boolval),
        Some(Val::Sval(value)) => Value::Text(value.sval.clone()),
        Some(Val::Bsval(value)) => Value::Text(value.bsval.clone()),
        None => Value::Null,
    }
}

fn variable(name: &str, scope: &Scope) -> Option<Result<Value, Stop>> {
    let value = scope.variables.get(name)?;
    Some(
        value
            .clone()
            .ok_or_else(|| Stop::unknown(format!("the value of {name}"))),
    )
}

/// A column of a row at hand, a variable, or a field of one. The innermost query counts first.
fn column(reference: &ColumnRef, scope: &Scope) -> Result<Value, Stop> {
    let parts = strings(&reference.fields);
    let field = |fields: &[(String, Value)], name: &str| {
        let found = fields.iter().find(|(field, _)| field == name);
        found.map(|(_, value)| value.clone())
    };
    let unknown = || Stop::unknown(parts.join("."));
    match parts.as_slice() {
        [name] => {
            let of_row = scope
                .rows
                .iter()
                .rev()
                .find_map(|(_, row)| field(row, name));
            if let Some(value) = of_row {
                return Ok(value);
            }
            if let Some(value) = variable(name, scope) {
                return value;
            }
            let whole = scope.rows.iter().rev().find(|(alias, _)| alias == name);
            whole
                .map(|(_, row)| Value::Row(row.clone()))
                .ok_or_else(unknown)
        }
        [.., owner, name] => {
            let of_row = scope
                .rows
                .iter()
                .rev()
                .filter(|(alias, _)| alias == owner)
                .find_map(|(_, row)| field(row, name));
            if let Some(value) = of_row {
                return Ok(value);
            }
            match variable(owner, scope) {
                Some(Ok(Value::Row(row))) => field(&row, name).ok_or_else(unknown),
                Some(Err(stop)) => Err(stop),
                _ => match variable(name, scope) {
                    // `function.parameter`, `label.variable`.
                    Some(value) => value,
                    None => Err(unknown()),
                },
            }
        }
        [] => Err(unknown()),
    }
}

/// An object by its names.
pub(super) fn object(state: &State, class: Class, schema: &str, name: &str) -> Value {
    let visible = schema.is_empty()
        || schema == "pg_catalog"
        || state
            .visible_schemas()
            .iter()
            .any(|visible| visible.as_str() == schema);
    Value::Object(Object {
        class,
        schema: schema.to_owned(),
        name: name.to_owned(),
        visible,
    })
}
