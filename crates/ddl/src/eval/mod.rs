//! Evaluating expressions over a row, with PostgreSQL's three-valued logic.
//!
//! Pure: the moment that `now()` stands for is an argument. What is not known here is
//! [`Unsupported`], never guessed.

mod arithmetic;
mod function;
mod pattern;

use std::cmp::Ordering;

use jiff::civil::DateTime;

use crate::expr::{Expr, LikeKind, Quantifier, Truth};
use crate::value::{self, Assignment, Value};

/// An expression, or a part of it, that cannot be evaluated here; or one that PostgreSQL itself would
/// fail to evaluate, such as a division by zero.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("cannot evaluate {what}")]
pub struct Unsupported {
    /// What stood in the way, as SQL or in words.
    pub what: String,
}

impl Unsupported {
    fn new(what: impl Into<String>) -> Self {
        Unsupported { what: what.into() }
    }
}

type Result<T> = std::result::Result<T, Unsupported>;

/// Evaluates an expression over a row. `now` is what `now()` and its relatives stand for; without it
/// they are unsupported.
///
/// ```
/// use pgwright_ddl::{eval::evaluate, expr::parse_expression, value::{Assignment, Value}};
/// let expr = parse_expression("quantity > 0 OR quantity IS NULL")?;
/// let row = Assignment::from([("quantity".to_owned(), Value::Null)]);
/// assert_eq!(evaluate(&expr, &row, None), Ok(Value::Bool(true)));
/// # Ok::<(), pgwright_ddl::SyntaxError>(())
/// ```
pub fn evaluate(expr: &Expr, row: &Assignment, now: Option<DateTime>) -> Result<Value> {
    Evaluator { row, now }.value(expr)
}

struct Evaluator<'a> {
    row: &'a Assignment,
    now: Option<DateTime>,
}

impl Evaluator<'_> {
    fn value(&self, expr: &Expr) -> Result<Value> {
        Ok(match expr {
            Expr::Null => Value::Null,
            Expr::Bool(value) => Value::Bool(*value),
            Expr::Integer(number) => Value::Integer((*number).into()),
            Expr::Numeric(number) => match value::parse_number(number) {
                Some(number) => number,
                None => return Err(Unsupported::new(expr.to_sql())),
            },
            Expr::Text(text) => Value::Text(text.clone()),
            Expr::Column(path) => match self.row.get(&path.join(".")) {
                Some(value) => value.clone(),
                None => return Err(Unsupported::new(format!("column {}", path.join(".")))),
            },
            Expr::And(conditions) => self.junction(conditions, false)?,
            Expr::Or(conditions) => self.junction(conditions, true)?,
            Expr::Not(condition) => match self.truth(condition)? {
                Some(value) => Value::Bool(!value),
                None => Value::Null,
            },
            Expr::Unary { operator, operand } => arithmetic::unary(operator, self.value(operand)?)?,
            Expr::Binary {
                operator,
                left,
                right,
            } => {
                let (left, right) = (self.value(left)?, self.value(right)?);
                binary(operator, &left, &right)?
            }
            Expr::IsDistinctFrom {
                left,
                right,
                negated,
            } => {
                let (left, right) = (self.value(left)?, self.value(right)?);
                let equal = match (left.is_null(), right.is_null()) {
                    (true, true) => true,
                    (false, false) => order(&left, &right)? == Some(Ordering::Equal),
                    _ => false,
                };
                Value::Bool(equal == *negated)
            }
            Expr::In {
                operand,
                list,
                negated,
            } => {
                let operand = self.value(operand)?;
                let mut items = Vec::with_capacity(list.len());
                for item in list {
                    items.push(self.value(item)?);
                }
                let found = any_equal(&operand, &items)?;
                truth_value(found.map(|found| found != *negated))
            }
            Expr::Between {
                operand,
                low,
                high,
                symmetric,
                negated,
            } => {
                let operand = self.value(operand)?;
                let (low, high) = (self.value(low)?, self.value(high)?);
                let inside = |low: &Value, high: &Value| -> Result<Option<bool>> {
                    let above = order(&operand, low)?.map(Ordering::is_ge);
                    let below = order(&operand, high)?.map(Ordering::is_le);
                    Ok(and(above, below))
                };
                let mut found = inside(&low, &high)?;
                if *symmetric {
                    found = or(found, inside(&high, &low)?);
                }
                truth_value(found.map(|found| found != *negated))
            }
            Expr::IsNull { operand, negated } => {
                Value::Bool(self.value(operand)?.is_null() != *negated)
            }
            Expr::IsTruth {
                operand,
                truth,
                negated,
            } => {
                let found = match (self.truth(operand)?, truth) {
                    (Some(value), Truth::True) => value,
                    (Some(value), Truth::False) => !value,
                    (None, Truth::Unknown) => true,
                    _ => false,
                };
                Value::Bool(found != *negated)
            }
            Expr::Like {
                operand,
                pattern,
                escape,
                kind,
                negated,
            } => {
                let escape = match escape {
                    Some(escape) => Some(self.value(escape)?),
                    None => None,
                };
                let matched =
                    pattern::like(&self.value(operand)?, &self.value(pattern)?, escape, *kind)?;
                truth_value(matched.map(|matched| matched != *negated))
            }
            Expr::Function { name, args } => {
                let mut values = Vec::with_capacity(args.len());
                for arg in args {
                    values.push(self.value(arg)?);
                }
                function::call(name, values, self.now)?
            }
            Expr::Case {
                operand,
                branches,
                otherwise,
            } => {
                let operand = operand
                    .as_deref()
                    .map(|operand| self.value(operand))
                    .transpose()?;
                for (when, then) in branches {
                    let taken = match &operand {
                        Some(operand) => {
                            order(operand, &self.value(when)?)? == Some(Ordering::Equal)
                        }
                        None => self.truth(when)? == Some(true),
                    };
                    if taken {
                        return self.value(then);
                    }
                }
                match otherwise {
                    Some(otherwise) => self.value(otherwise)?,
                    None => Value::Null,
                }
            }
            Expr::Coalesce(items) => {
                for item in items {
                    let value = self.value(item)?;
                    if !value.is_null() {
                        return Ok(value);
                    }
                }
                Value::Null
            }
            Expr::Nullif(left, right) => {
                let (left, right) = (self.value(left)?, self.value(right)?);
                if order(&left, &right)? == Some(Ordering::Equal) {
                    Value::Null
                } else {
                    left
                }
            }
            Expr::Greatest(items) => self.extreme(items, Ordering::Greater)?,
            Expr::Least(items) => self.extreme(items, Ordering::Less)?,
            Expr::Cast { operand, type_name } => function::cast(self.value(operand)?, type_name)?,
            Expr::Array(items) => {
                let mut values = Vec::with_capacity(items.len());
                for item in items {
                    values.push(self.value(item)?);
                }
                Value::List(values)
            }
            Expr::Extract { field, source } => function::extract(field, self.value(source)?)?,
            Expr::SqlValue(name) => function::sql_value(name, self.now)?,
            Expr::Quantified {
                operand,
                operator,
                quantifier,
                array,
            } => self.quantified(operand, operator, *quantifier, array)?,
            Expr::Collate { operand, .. } => self.value(operand)?,
            // A zone that leaves the value as it is; others need the zone database.
            Expr::AtTimeZone { operand, zone } => match self.value(zone)? {
                Value::Text(zone) if zone.eq_ignore_ascii_case("utc") => self.value(operand)?,
                _ => return Err(Unsupported::new(expr.to_sql())),
            },
            Expr::Parameter(_) | Expr::Row(_) | Expr::Other { .. } => {
                return Err(Unsupported::new(expr.to_sql()));
            }
        })
    }

    /// A condition's truth; `None` is unknown.
    fn truth(&self, expr: &Expr) -> Result<Option<bool>> {
        truth_of(&self.value(expr)?).ok_or_else(|| Unsupported::new(expr.to_sql()))
    }

    /// AND and OR: one decisive operand settles it, whatever the others are.
    fn junction(&self, conditions: &[Expr], decisive: bool) -> Result<Value> {
        let mut unknown = false;
        let mut failure = None;
        for condition in conditions {
            match self.truth(condition) {
                Ok(Some(value)) if value == decisive => return Ok(Value::Bool(decisive)),
                Ok(Some(_)) => {}
                Ok(None) => unknown = true,
                Err(error) => failure = failure.or(Some(error)),
            }
        }
        match failure {
            Some(error) => Err(error),
            None if unknown => Ok(Value::Null),
            None => Ok(Value::Bool(!decisive)),
        }
    }

    fn extreme(&self, items: &[Expr], wanted: Ordering) -> Result<Value> {
        let mut best = Value::Null;
        for item in items {
            let value = self.value(item)?;
            if best.is_null() || order(&value, &best)? == Some(wanted) {
                best = if value.is_null() { best } else { value };
            }
        }
        Ok(best)
    }

    fn quantified(
        &self,
        operand: &Expr,
        operator: &str,
        quantifier: Quantifier,
        array: &Expr,
    ) -> Result<Value> {
        let operand = self.value(operand)?;
        let items = match self.value(array)? {
            Value::List(items) => items,
            Value::Null => return Ok(Value::Null),
            // `'{a,b}'`, in its simplest form.
            Value::Text(text) => match function::parse_array(&text) {
                Some(items) => items,
                None => return Err(Unsupported::new(array.to_sql())),
            },
            _ => return Err(Unsupported::new(array.to_sql())),
        };
        let decisive = quantifier == Quantifier::Any;
        let mut unknown = false;
        for item in &items {
            match truth_of(&binary(operator, &operand, item)?).flatten() {
                Some(value) if value == decisive => return Ok(Value::Bool(decisive)),
                Some(_) => {}
                None => unknown = true,
            }
        }
        Ok(if unknown {
            Value::Null
        } else {
            Value::Bool(!decisive)
        })
    }
}

/// The truth of a value, text such as `'t'` included; the outer `None` is "not a boolean".
fn truth_of(value: &Value) -> Option<Option<bool>> {
    match value {
        Value::Null => Some(None),
        Value::Bool(value) => Some(Some(*value)),
        Value::Text(text) => value::parse_bool(text).map(Some),
        _ => None,
    }
}

fn truth_value(truth: Option<bool>) -> Value {
    truth.map_or(Value::Null, Value::Bool)
}

fn and(left: Option<bool>, right: Option<bool>) -> Option<bool> {
    match (left, right) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

fn or(left: Option<bool>, right: Option<bool>) -> Option<bool> {
    match (left, right) {
        (Some(true), _) | (_, Some(true)) => Some(true),
        (Some(false), Some(false)) => Some(false),
        _ => None,
    }
}

/// How two values order; null gives `None`, values that do not compare are unsupported.
fn order(left: &Value, right: &Value) -> Result<Option<Ordering>> {
    if left.is_null() || right.is_null() {
        return Ok(None);
    }
    match left.compare(right) {
        Some(order) => Ok(Some(order)),
        None => Err(Unsupported::new(format!(
            "a comparison of {} with {}",
            left.to_sql_literal(),
            right.to_sql_literal()
        ))),
    }
}

fn any_equal(operand: &Value, items: &[Value]) -> Result<Option<bool>> {
    let mut found = Some(false);
    for item in items {
        found = or(found, order(operand, item)?.map(Ordering::is_eq));
    }
    Ok(found)
}

fn binary(operator: &str, left: &Value, right: &Value) -> Result<Value> {
    let compared = |test: fn(Ordering) -> bool| Ok(truth_value(order(left, right)?.map(test)));
    match operator {
        "=" => compared(Ordering::is_eq),
        "<>" => compared(Ordering::is_ne),
        "<" => compared(Ordering::is_lt),
        "<=" => compared(Ordering::is_le),
        ">" => compared(Ordering::is_gt),
        ">=" => compared(Ordering::is_ge),
        "~" | "~*" | "!~" | "!~*" => {
            let matched = pattern::regex(left, right, operator.ends_with('*'))?;
            Ok(truth_value(
                matched.map(|matched| matched != operator.starts_with('!')),
            ))
        }
        "~~" | "!~~" | "~~*" | "!~~*" => {
            let kind = if operator.ends_with('*') {
                LikeKind::Ilike
            } else {
                LikeKind::Like
            };
            let matched = pattern::like(left, right, None, kind)?;
            Ok(truth_value(
                matched.map(|matched| matched != operator.starts_with('!')),
            ))
        }
        "||" => function::concatenate(left, right),
        "@>" | "<@" | "&&" => function::containment(operator, left, right),
        _ => arithmetic::binary(operator, left, right),
    }
}

#[cfg(test)]
mod tests;
