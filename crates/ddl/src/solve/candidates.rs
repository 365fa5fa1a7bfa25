//! Values worth trying for a column: the constants it is compared with, their neighbours, and a few
//! plain ones.

use jiff::civil::date;
use rust_decimal::Decimal;

use super::goal::{Pattern, pattern_of};
use super::{Domain, Kind, sample};
use crate::eval::evaluate;
use crate::expr::Expr;
use crate::value::{Assignment, Interval, Value, midnight};

/// At most so many values are tried for one column.
const MAXIMUM_CANDIDATES: usize = 48;
/// The longest text made to fit a length.
const MAXIMUM_TEXT: i128 = 100_000;

/// The plainest value of a domain: null where allowed, else the first that fits of a few.
pub(super) fn plain_value(domain: &Domain) -> Value {
    if domain.nullable {
        return Value::Null;
    }
    plain_values(&domain.kind)
        .into_iter()
        .chain(domain.minimum.clone())
        .chain(domain.maximum.clone())
        .find(|value| fits(value, domain))
        .unwrap_or(Value::Null)
}

fn plain_values(kind: &Kind) -> Vec<Value> {
    let texts = |texts: &[&str]| texts.iter().map(|text| Value::text(text)).collect();
    match kind {
        Kind::Bool => vec![Value::Bool(true), Value::Bool(false)],
        Kind::Integer => [1, 0, 2, -1, 3, 10, 100].map(Value::Integer).to_vec(),
        Kind::Decimal { scale } => {
            let mut values = [1, 0, 2, -1, 10, 100]
                .map(|number| {
                    let mut number = Decimal::from(number);
                    number.rescale(*scale);
                    Value::Decimal(number)
                })
                .to_vec();
            values.extend(neighbours(&values[1].clone(), kind));
            values
        }
        Kind::Text { .. } => texts(&["a", "b", "A", "ab", "", " ", "1", "?"]),
        Kind::OneOf(members) => members.iter().map(|member| Value::text(member)).collect(),
        Kind::Date => [
            date(2024, 1, 1),
            date(2024, 1, 2),
            date(2023, 12, 31),
            date(2024, 2, 1),
        ]
        .map(Value::Date)
        .to_vec(),
        Kind::Timestamp => [
            date(2024, 1, 1),
            date(2024, 1, 2),
            date(2023, 12, 31),
            date(2024, 2, 1),
        ]
        .map(|day| Value::Timestamp(midnight(day)))
        .to_vec(),
        Kind::Time => ["09:00", "10:00", "08:00", "00:00"]
            .into_iter()
            .filter_map(|text| text.parse().ok().map(Value::Time))
            .collect(),
        Kind::Interval => ["1 day", "1 hour", "0", "30 days", "-1 day"]
            .into_iter()
            .filter_map(|text| Interval::parse(text).map(Value::Interval))
            .collect(),
    }
}

/// Whether a value belongs to a domain.
pub(super) fn fits(value: &Value, domain: &Domain) -> bool {
    let typed = match (&domain.kind, value) {
        (_, Value::Null) => return domain.nullable,
        (Kind::Bool, Value::Bool(_))
        | (Kind::Integer, Value::Integer(_))
        | (Kind::Date, Value::Date(_))
        | (Kind::Time, Value::Time(_))
        | (Kind::Timestamp, Value::Timestamp(_))
        | (Kind::Interval, Value::Interval(_)) => true,
        (Kind::Decimal { scale }, Value::Decimal(number)) => number.scale() <= *scale,
        (Kind::Text { max_length }, Value::Text(text)) => {
            max_length.is_none_or(|maximum| text.chars().count() <= maximum)
        }
        (Kind::OneOf(members), Value::Text(text)) => members.contains(text),
        _ => false,
    };
    let above = |bound: &Value| value.compare(bound).is_some_and(std::cmp::Ordering::is_ge);
    let below = |bound: &Value| value.compare(bound).is_some_and(std::cmp::Ordering::is_le);
    typed && domain.minimum.as_ref().is_none_or(above) && domain.maximum.as_ref().is_none_or(below)
}

/// The next value down and the next value up, where the type has a step.
fn neighbours(value: &Value, kind: &Kind) -> Vec<Value> {
    let day = Interval::of_days(1);
    let minute = Interval::of_microseconds(60_000_000);
    let both = |down: Option<Value>, up: Option<Value>| down.into_iter().chain(up).collect();
    match (value, kind) {
        (Value::Integer(number), _) => both(
            number.checked_sub(1).map(Value::Integer),
            number.checked_add(1).map(Value::Integer),
        ),
        (Value::Decimal(number), Kind::Decimal { scale }) => {
            let step = Decimal::new(1, (*scale).min(28));
            both(
                number.checked_sub(step).map(Value::Decimal),
                number.checked_add(step).map(Value::Decimal),
            )
        }
        (Value::Date(day), _) => both(
            day.yesterday().ok().map(Value::Date),
            day.tomorrow().ok().map(Value::Date),
        ),
        (Value::Timestamp(moment), _) => {
            let shifted = |span: Option<Interval>| span?.after(*moment).map(Value::Timestamp);
            let mut values: Vec<_> = both(shifted(minute.checked_neg()), shifted(Some(minute)));
            values.extend(shifted(day.checked_neg()));
            values.extend(shifted(Some(day)));
            values
        }
        (Value::Time(time), _) => {
            let step = jiff::Span::new().minutes(1);
            both(
                time.checked_sub(step).ok().map(Value::Time),
                time.checked_add(step).ok().map(Value::Time),
            )
        }
        (Value::Interval(span), _) => {
            let second = Interval::of_microseconds(1_000_000);
            both(
                second
                    .checked_neg()
                    .and_then(|s| span.checked_add(s))
                    .map(Value::Interval),
                span.checked_add(second).map(Value::Interval),
            )
        }
        (Value::Text(text), Kind::Text { .. }) => {
            // Just not this text, by one character.
            let mut longer = text.clone();
            longer.push('x');
            vec![Value::Text(longer)]
        }
        _ => Vec::new(),
    }
}

/// A value as one of the domain's kind.
fn as_kind(value: &Value, kind: &Kind) -> Option<Value> {
    Some(match (kind, value) {
        (Kind::Integer, Value::Decimal(number)) => {
            Value::Integer(i128::try_from(number.floor()).ok()?)
        }
        (Kind::Decimal { scale }, Value::Integer(_) | Value::Decimal(_)) => {
            let mut number = value.as_decimal()?;
            if number.scale() > *scale {
                number = number.round_dp(*scale);
            } else {
                number.rescale(*scale);
            }
            Value::Decimal(number)
        }
        (Kind::Timestamp, Value::Date(day)) => Value::Timestamp(midnight(*day)),
        (Kind::Date, Value::Timestamp(moment)) => Value::Date(moment.date()),
        (Kind::Text { .. } | Kind::OneOf(_), _) => value.clone(),
        (_, Value::Text(_)) => {
            let like = plain_values(kind).into_iter().next()?;
            let read = value.coerced_like(&like)?;
            return if matches!(read, Value::Text(_)) {
                None
            } else {
                as_kind(&read, kind)
            };
        }
        _ => value.clone(),
    })
}

/// The values to try for a column, the likeliest first.
pub(super) fn for_column(
    name: &str,
    domain: &Domain,
    conditions: &[&Expr],
    start: &Assignment,
) -> Vec<Value> {
    let mut found = Found {
        domain,
        values: Vec::new(),
    };
    found.extend(start.get(name).cloned());
    for condition in conditions {
        condition.visit(&mut |part| {
            if is_atom(part) && mentions(part, name) {
                from_atom(part, name, start, &mut found);
            }
        });
    }
    if domain.nullable {
        found.push(Value::Null);
    }
    found.extend(plain_values(&domain.kind));
    found.extend(domain.minimum.clone());
    found.extend(domain.maximum.clone());
    if matches!(domain.kind, Kind::Date | Kind::Timestamp) {
        // Certainly past and certainly to come, whenever the row is used.
        found.extend([date(1900, 1, 1), date(2999, 12, 31)].map(Value::Date));
    }
    found.values.truncate(MAXIMUM_CANDIDATES);
    found.values
}

struct Found<'a> {
    domain: &'a Domain,
    values: Vec<Value>,
}

impl Found<'_> {
    fn push(&mut self, value: Value) {
        let Some(value) = as_kind(&value, &self.domain.kind) else {
            return;
        };
        if fits(&value, self.domain) && !self.values.contains(&value) {
            self.values.push(value);
        }
    }

    fn extend(&mut self, values: impl IntoIterator<Item = Value>) {
        for value in values {
            self.push(value);
        }
    }

    /// A constant and its neighbours.
    fn around(&mut self, value: &Value) {
        let Some(value) = as_kind(value, &self.domain.kind) else {
            return;
        };
        let near = neighbours(&value, &self.domain.kind);
        self.push(value);
        self.extend(near);
    }
}

/// A condition without AND, OR, NOT or CASE in it.
fn is_atom(expr: &Expr) -> bool {
    matches!(
        expr,
        Expr::Binary { .. }
            | Expr::In { .. }
            | Expr::Between { .. }
            | Expr::Like { .. }
            | Expr::Quantified { .. }
            | Expr::IsDistinctFrom { .. }
            | Expr::Case {
                operand: Some(_),
                ..
            }
            | Expr::Function { .. }
    )
}

fn mentions(expr: &Expr, name: &str) -> bool {
    let mut found = false;
    expr.visit(&mut |part| found |= matches!(part, Expr::Column(path) if path.join(".") == name));
    found
}

/// The candidates that one condition suggests.
fn from_atom(atom: &Expr, name: &str, start: &Assignment, found: &mut Found<'_>) {
    if let Some(pattern) = pattern_of(atom) {
        let text = match pattern {
            Pattern::Like(pattern, escape) => Some(sample::like(pattern, escape)),
            Pattern::Regex(pattern) => sample::regex(pattern),
        };
        if let Some(text) = text {
            found.push(Value::Text(text.to_lowercase()));
            found.push(Value::Text(text.clone()));
            found.push(Value::Text(format!("{text}!")));
        }
        found.extend([Value::text("a"), Value::text("?"), Value::text("")]);
        return;
    }
    let mut constants = Vec::new();
    let mut columns = Vec::new();
    let mut measures_length = false;
    atom.visit(&mut |part| match part {
        Expr::Column(path) if path.join(".") != name => columns.push(path.join(".")),
        Expr::Function { name, .. } => {
            measures_length |= name.last().is_some_and(|name| name.ends_with("length"));
        }
        // A constant, or a computation of constants: `18 * 365`, `DATE '2024-01-01' + 7`.
        part if part.columns().is_empty() => {
            if let Ok(value) = evaluate(part, &Assignment::new(), None)
                && !constants.contains(&value)
            {
                constants.push(value);
            }
        }
        _ => {}
    });
    if measures_length && matches!(found.domain.kind, Kind::Text { .. }) {
        for constant in &constants {
            if let Value::Integer(length @ 0..MAXIMUM_TEXT) = constant {
                for length in [*length, length - 1, length + 1] {
                    found.push(Value::Text(
                        "a".repeat(usize::try_from(length).unwrap_or(0)),
                    ));
                }
            }
        }
        return;
    }
    for constant in &constants {
        found.around(constant);
        if let Value::List(items) = constant {
            for item in items {
                found.around(item);
            }
        }
    }
    for column in &columns {
        let Some(value) = start.get(column) else {
            continue;
        };
        if !value.is_null() {
            found.around(value);
        }
        // `a + 30`, `a * 2`, `a - b`: what the other column and a constant make together.
        for constant in &constants {
            for operator in ["+", "-", "*", "/"] {
                let computed = Expr::binary(operator, Expr::column("a"), Expr::column("b"));
                let row = Assignment::from([
                    ("a".to_owned(), value.clone()),
                    ("b".to_owned(), constant.clone()),
                ]);
                if let Ok(value) = evaluate(&computed, &row, None) {
                    found.around(&value);
                }
            }
        }
    }
    // Two constants make a third: `quantity * 2 <= 10`.
    for first in &constants {
        for second in &constants {
            for operator in ["/", "-", "+"] {
                let computed = Expr::binary(operator, Expr::column("a"), Expr::column("b"));
                let row = Assignment::from([
                    ("a".to_owned(), first.clone()),
                    ("b".to_owned(), second.clone()),
                ]);
                if first != second
                    && let Ok(value) = evaluate(&computed, &row, None)
                {
                    found.around(&value);
                }
            }
        }
    }
    // Two other columns make a third: `total = quantity * price`.
    for (index, first) in columns.iter().enumerate() {
        for second in &columns[index + 1..] {
            for operator in ["*", "+", "-"] {
                let computed = Expr::binary(operator, Expr::column(first), Expr::column(second));
                if let Ok(value) = evaluate(&computed, start, None) {
                    found.around(&value);
                }
            }
        }
    }
}
