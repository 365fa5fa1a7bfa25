//! Functions, casts and the fields of dates.

use jiff::civil::DateTime;
use rust_decimal::{Decimal, RoundingStrategy};

use super::{Result, Unsupported, order, pattern};
use crate::value::{self, Interval, Value};

/// Calls a built-in function.
pub(super) fn call(name: &[String], args: Vec<Value>, now: Option<DateTime>) -> Result<Value> {
    let unsupported = || Unsupported::new(format!("function {}", name.join(".")));
    let name = match name {
        [name] => name.as_str(),
        [schema, name] if schema == "pg_catalog" => name.as_str(),
        _ => return Err(unsupported()),
    };
    match (name, args.as_slice()) {
        // These look at nulls themselves.
        ("num_nulls", args) => {
            return Ok(Value::Integer(
                args.iter().filter(|arg| arg.is_null()).count() as i128,
            ));
        }
        ("num_nonnulls", args) => {
            return Ok(Value::Integer(
                args.iter().filter(|arg| !arg.is_null()).count() as i128,
            ));
        }
        ("concat", args) => {
            return Ok(Value::Text(args.iter().map(Value::to_text).collect()));
        }
        ("now" | "transaction_timestamp" | "statement_timestamp" | "clock_timestamp", []) => {
            return now.map(Value::Timestamp).ok_or_else(unsupported);
        }
        _ => {}
    }
    if args.iter().any(Value::is_null) {
        return if is_strict(name) {
            Ok(Value::Null)
        } else {
            Err(unsupported())
        };
    }
    on_text(name, &args)
        .or_else(|| on_numbers(name, &args))
        .or_else(|| on_others(name, &args))
        .unwrap_or_else(|| Err(unsupported()))
}

/// The functions known here that give null for a null argument, which are all that [`call`] does not
/// treat before.
fn is_strict(name: &str) -> bool {
    matches!(
        name,
        "lower"
            | "upper"
            | "initcap"
            | "length"
            | "char_length"
            | "character_length"
            | "octet_length"
            | "btrim"
            | "ltrim"
            | "rtrim"
            | "left"
            | "right"
            | "substring"
            | "substr"
            | "strpos"
            | "position"
            | "replace"
            | "starts_with"
            | "reverse"
            | "regexp_like"
            | "abs"
            | "round"
            | "ceil"
            | "ceiling"
            | "floor"
            | "trunc"
            | "mod"
            | "sign"
            | "power"
            | "date"
            | "make_date"
            | "date_part"
            | "cardinality"
            | "array_length"
            | "date_trunc"
            | "repeat"
    )
}

fn on_text(name: &str, args: &[Value]) -> Option<Result<Value>> {
    let text = |text: String| Some(Ok(Value::Text(text)));
    let number = |number: usize| Some(Ok(Value::Integer(number as i128)));
    Some(match (name, args) {
        ("lower", [Value::Text(a)]) => return text(a.to_lowercase()),
        ("upper", [Value::Text(a)]) => return text(a.to_uppercase()),
        ("reverse", [Value::Text(a)]) => return text(a.chars().rev().collect()),
        ("length" | "char_length" | "character_length", [Value::Text(a)]) => {
            return number(a.chars().count());
        }
        ("octet_length", [Value::Text(a)]) => return number(a.len()),
        ("btrim", [Value::Text(a)]) => return text(a.trim_matches(' ').to_owned()),
        ("ltrim", [Value::Text(a)]) => return text(a.trim_start_matches(' ').to_owned()),
        ("rtrim", [Value::Text(a)]) => return text(a.trim_end_matches(' ').to_owned()),
        ("btrim", [Value::Text(a), Value::Text(set)]) => {
            return text(a.trim_matches(|c| set.contains(c)).to_owned());
        }
        ("ltrim", [Value::Text(a), Value::Text(set)]) => {
            return text(a.trim_start_matches(|c| set.contains(c)).to_owned());
        }
        ("rtrim", [Value::Text(a), Value::Text(set)]) => {
            return text(a.trim_end_matches(|c| set.contains(c)).to_owned());
        }
        ("left", [Value::Text(a), Value::Integer(count)]) => {
            return text(part(a, 1, *count));
        }
        ("right", [Value::Text(a), Value::Integer(count)]) => {
            let length = a.chars().count() as i128;
            let from = if *count >= 0 {
                length - count + 1
            } else {
                1 - count
            };
            return text(part(a, from.max(1), length));
        }
        ("substring" | "substr", [Value::Text(a), Value::Integer(from)]) => {
            return text(part(a, *from, i128::from(i32::MAX)));
        }
        ("substring" | "substr", [Value::Text(a), Value::Integer(from), Value::Integer(count)]) => {
            if *count < 0 {
                return Some(Err(Unsupported::new("a negative length")));
            }
            return text(part(a, *from, *count));
        }
        ("strpos" | "position", [Value::Text(a), Value::Text(b)]) => {
            return number(
                a.find(b.as_str())
                    .map_or(0, |at| a[..at].chars().count() + 1),
            );
        }
        ("replace", [Value::Text(a), Value::Text(from), Value::Text(to)]) => {
            return text(if from.is_empty() {
                a.clone()
            } else {
                a.replace(from, to)
            });
        }
        ("starts_with", [Value::Text(a), Value::Text(b)]) => Ok(Value::Bool(a.starts_with(b))),
        ("regexp_like", [a @ Value::Text(_), b @ Value::Text(_)]) => {
            pattern::regex(a, b, false).map(super::truth_value)
        }
        _ => return None,
    })
}

/// The characters from `from`, counted from one, `count` of them; what lies before the text counts.
fn part(text: &str, from: i128, count: i128) -> String {
    let end = if count < 0 {
        // `left(text, -2)` leaves the last two out.
        text.chars().count() as i128 + count + 1
    } else {
        from.saturating_add(count)
    };
    let place = |index: usize| index as i128 + 1;
    text.chars()
        .enumerate()
        .filter(|(index, _)| place(*index) >= from && place(*index) < end)
        .map(|(_, character)| character)
        .collect()
}

fn on_numbers(name: &str, args: &[Value]) -> Option<Result<Value>> {
    let half_away = RoundingStrategy::MidpointAwayFromZero;
    Some(match (name, args) {
        ("abs", [Value::Integer(a)]) => a
            .checked_abs()
            .map(Value::Integer)
            .ok_or_else(|| Unsupported::new("abs")),
        ("abs", [Value::Decimal(a)]) => Ok(Value::Decimal(a.abs())),
        ("sign", [a]) => {
            let a = a.as_decimal()?;
            Ok(Value::Integer(match a.cmp(&Decimal::ZERO) {
                std::cmp::Ordering::Less => -1,
                std::cmp::Ordering::Equal => 0,
                std::cmp::Ordering::Greater => 1,
            }))
        }
        ("round" | "ceil" | "ceiling" | "floor" | "trunc", [a @ Value::Integer(_)]) => {
            Ok(a.clone())
        }
        ("round", [Value::Decimal(a)]) => {
            Ok(Value::Decimal(a.round_dp_with_strategy(0, half_away)))
        }
        ("round", [a, Value::Integer(places)]) => {
            let places = u32::try_from(*places).ok()?;
            Ok(Value::Decimal(
                a.as_decimal()?.round_dp_with_strategy(places, half_away),
            ))
        }
        ("ceil" | "ceiling", [Value::Decimal(a)]) => Ok(Value::Decimal(a.ceil())),
        ("floor", [Value::Decimal(a)]) => Ok(Value::Decimal(a.floor())),
        ("trunc", [Value::Decimal(a)]) => Ok(Value::Decimal(a.trunc())),
        ("trunc", [a, Value::Integer(places)]) => {
            let places = u32::try_from(*places).ok()?;
            Ok(Value::Decimal(a.as_decimal()?.trunc_with_scale(places)))
        }
        ("mod", [a, b]) => super::arithmetic::binary("%", a, b),
        ("power", [a, b]) => super::arithmetic::binary("^", a, b),
        _ => return None,
    })
}

fn on_others(name: &str, args: &[Value]) -> Option<Result<Value>> {
    Some(match (name, args) {
        ("date", [a]) => cast(a.clone(), "date"),
        ("make_date", [Value::Integer(y), Value::Integer(m), Value::Integer(d)]) => {
            let date = jiff::civil::Date::new(
                i16::try_from(*y).ok()?,
                i8::try_from(*m).ok()?,
                i8::try_from(*d).ok()?,
            );
            date.map(Value::Date)
                .map_err(|_| Unsupported::new("make_date"))
        }
        ("date_part", [Value::Text(field), source]) => {
            extract(&field.to_lowercase(), source.clone())
        }
        ("date_trunc", [Value::Text(field), source]) => date_trunc(field, source)?,
        ("cardinality", [Value::List(items)]) => Ok(Value::Integer(items.len() as i128)),
        ("array_length", [Value::List(items), Value::Integer(1)]) => Ok(if items.is_empty() {
            Value::Null
        } else {
            Value::Integer(items.len() as i128)
        }),
        _ => return None,
    })
}

fn date_trunc(field: &str, source: &Value) -> Option<Result<Value>> {
    let moment = match source {
        Value::Date(date) => value::midnight(*date),
        Value::Timestamp(moment) => *moment,
        _ => return None,
    };
    let date = moment.date();
    let day = |date: jiff::civil::Date| Some(Ok(Value::Timestamp(value::midnight(date))));
    match field.to_lowercase().as_str() {
        "year" => day(date.first_of_year()),
        "month" => day(date.first_of_month()),
        "quarter" => {
            let month = (date.month() - 1) / 3 * 3 + 1;
            day(jiff::civil::Date::new(date.year(), month, 1).ok()?)
        }
        "day" => day(date),
        "hour" => {
            let time = jiff::civil::Time::new(moment.hour(), 0, 0, 0).ok()?;
            Some(Ok(Value::Timestamp(date.to_datetime(time))))
        }
        _ => None,
    }
}

/// `CURRENT_DATE` and its relatives.
pub(super) fn sql_value(name: &str, now: Option<DateTime>) -> Result<Value> {
    let now = now.ok_or_else(|| Unsupported::new(name))?;
    let base = name.split('(').next().unwrap_or(name);
    Ok(match base {
        "CURRENT_DATE" => Value::Date(now.date()),
        "CURRENT_TIMESTAMP" | "LOCALTIMESTAMP" => Value::Timestamp(now),
        "CURRENT_TIME" | "LOCALTIME" => Value::Time(now.time()),
        _ => return Err(Unsupported::new(name)),
    })
}

/// `EXTRACT(field FROM source)`.
pub(super) fn extract(field: &str, source: Value) -> Result<Value> {
    let unsupported = || Unsupported::new(format!("EXTRACT({field})"));
    let (date, time) = match &source {
        Value::Null => return Ok(Value::Null),
        Value::Date(date) => (Some(*date), jiff::civil::Time::midnight()),
        Value::Timestamp(moment) => (Some(moment.date()), moment.time()),
        Value::Time(time) => (None, *time),
        Value::Interval(interval) => return extract_span(field, *interval).ok_or_else(unsupported),
        _ => return Err(unsupported()),
    };
    let of_date = || date.ok_or_else(unsupported);
    let number = match field {
        "year" => i128::from(of_date()?.year()),
        "month" => i128::from(of_date()?.month()),
        "day" => i128::from(of_date()?.day()),
        "quarter" => i128::from((of_date()?.month() - 1) / 3 + 1),
        "doy" => i128::from(of_date()?.day_of_year()),
        "isodow" => i128::from(of_date()?.weekday().to_monday_one_offset()),
        "dow" => i128::from(of_date()?.weekday().to_sunday_zero_offset()),
        "week" => i128::from(of_date()?.iso_week_date().week()),
        "hour" => i128::from(time.hour()),
        "minute" => i128::from(time.minute()),
        "second" if time.subsec_nanosecond() == 0 => i128::from(time.second()),
        "epoch" if time.subsec_nanosecond() == 0 => {
            let epoch = jiff::civil::date(1970, 1, 1).at(0, 0, 0, 0);
            i128::from(of_date()?.to_datetime(time).duration_since(epoch).as_secs())
        }
        _ => return Err(unsupported()),
    };
    Ok(Value::Integer(number))
}

fn extract_span(field: &str, interval: Interval) -> Option<Value> {
    let second = 1_000_000;
    let number = match field {
        "year" => i128::from(interval.months / 12),
        "month" => i128::from(interval.months % 12),
        "day" => i128::from(interval.days),
        "hour" => i128::from(interval.microseconds / (3600 * second)),
        "minute" => i128::from(interval.microseconds / (60 * second) % 60),
        "epoch" if interval.months == 0 && interval.microseconds % second == 0 => {
            interval.span() / i128::from(second)
        }
        _ => return None,
    };
    Some(Value::Integer(number))
}

/// `a || b`.
pub(super) fn concatenate(left: &Value, right: &Value) -> Result<Value> {
    Ok(match (left, right) {
        (Value::Null, _) | (_, Value::Null) => Value::Null,
        (Value::List(a), Value::List(b)) => Value::List(a.iter().chain(b).cloned().collect()),
        (Value::List(a), item) => Value::List(a.iter().chain([item]).cloned().collect()),
        (item, Value::List(b)) => Value::List([item].into_iter().chain(b).cloned().collect()),
        _ => Value::Text(left.to_text() + &right.to_text()),
    })
}

/// `@>`, `<@` and `&&` on arrays.
pub(super) fn containment(operator: &str, left: &Value, right: &Value) -> Result<Value> {
    let (Value::List(a), Value::List(b)) = (left, right) else {
        if left.is_null() || right.is_null() {
            return Ok(Value::Null);
        }
        return Err(Unsupported::new(format!(
            "{operator} on something else than arrays"
        )));
    };
    let contains = |list: &[Value], item: &Value| -> Result<bool> {
        for other in list {
            if order(other, item)? == Some(std::cmp::Ordering::Equal) {
                return Ok(true);
            }
        }
        Ok(false)
    };
    let (outer, inner) = if operator == "<@" { (b, a) } else { (a, b) };
    let overlap = operator == "&&";
    for item in inner {
        if contains(outer, item)? == overlap {
            return Ok(Value::Bool(overlap));
        }
    }
    Ok(Value::Bool(!overlap))
}

/// An array in its text form, without quotes or nesting.
pub(super) fn parse_array(text: &str) -> Option<Vec<Value>> {
    let inside = text.trim().strip_prefix('{')?.strip_suffix('}')?;
    if inside.contains(['"', '{', '\\']) {
        return None;
    }
    if inside.trim().is_empty() {
        return Some(Vec::new());
    }
    let item = |item: &str| {
        let item = item.trim();
        if item.eq_ignore_ascii_case("null") {
            Value::Null
        } else {
            Value::text(item)
        }
    };
    Some(inside.split(',').map(item).collect())
}

/// `a::type`. Types that are not known here (enumerated types, domains) leave a text as it is.
pub(super) fn cast(operand: Value, type_name: &str) -> Result<Value> {
    if operand.is_null() {
        return Ok(Value::Null);
    }
    let unsupported = || Unsupported::new(format!("{}::{type_name}", operand.to_sql_literal()));
    if let Some(element) = type_name.strip_suffix("[]") {
        let items = match &operand {
            Value::List(items) => items.clone(),
            Value::Text(text) => parse_array(text).ok_or_else(unsupported)?,
            _ => return Err(unsupported()),
        };
        let items = items
            .into_iter()
            .map(|item| cast(item, element))
            .collect::<Result<_>>()?;
        return Ok(Value::List(items));
    }
    let (base, modifiers) = match type_name.split_once('(') {
        Some((base, rest)) => (base.trim(), rest.split(')').next()),
        None => (type_name, None),
    };
    let base = base
        .trim_end_matches(" with time zone")
        .trim_end_matches(" without time zone");
    let converted = match (base, &operand) {
        ("smallint" | "integer" | "bigint", Value::Integer(_)) => operand.clone(),
        ("smallint" | "integer" | "bigint", Value::Decimal(number)) => {
            let rounded = number.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero);
            Value::Integer(i128::try_from(rounded).map_err(|_| unsupported())?)
        }
        ("smallint" | "integer" | "bigint", Value::Bool(value)) => Value::Integer((*value).into()),
        ("smallint" | "integer" | "bigint", Value::Text(text)) => {
            Value::Integer(text.trim().parse().map_err(|_| unsupported())?)
        }
        ("numeric", Value::Integer(_) | Value::Decimal(_) | Value::Text(_)) => {
            let number = match &operand {
                Value::Text(text) => value::parse_number(text).ok_or_else(unsupported)?,
                number => number.clone(),
            };
            let scale = modifiers.map(|modifiers| {
                modifiers
                    .split_once(',')
                    .map_or(Ok(0), |(_, scale)| scale.trim().parse())
            });
            match scale {
                None => number,
                Some(Ok(scale)) => {
                    let number = number.as_decimal().ok_or_else(unsupported)?;
                    let half_away = RoundingStrategy::MidpointAwayFromZero;
                    Value::Decimal(number.round_dp_with_strategy(scale, half_away))
                }
                Some(Err(_)) => return Err(unsupported()),
            }
        }
        ("text", _) => Value::Text(operand.to_text()),
        ("character varying", _) => {
            let text = operand.to_text();
            match modifiers.map(|length| length.trim().parse::<usize>()) {
                None => Value::Text(text),
                Some(Ok(length)) => Value::Text(text.chars().take(length).collect()),
                Some(Err(_)) => return Err(unsupported()),
            }
        }
        ("boolean", Value::Bool(_)) => operand.clone(),
        ("boolean", Value::Text(text)) => {
            Value::Bool(value::parse_bool(text).ok_or_else(unsupported)?)
        }
        ("boolean", Value::Integer(number)) => Value::Bool(*number != 0),
        ("date", Value::Date(_)) => operand.clone(),
        ("date", Value::Timestamp(moment)) => Value::Date(moment.date()),
        ("date", Value::Text(text)) => {
            Value::Date(value::parse_date(text).ok_or_else(unsupported)?)
        }
        ("timestamp", Value::Timestamp(_)) => operand.clone(),
        ("timestamp", Value::Date(date)) => Value::Timestamp(value::midnight(*date)),
        ("timestamp", Value::Text(text)) => {
            Value::Timestamp(value::parse_timestamp(text).ok_or_else(unsupported)?)
        }
        ("time", Value::Time(_)) => operand.clone(),
        ("time", Value::Timestamp(moment)) => Value::Time(moment.time()),
        ("time", Value::Text(text)) => Value::Time(text.trim().parse().map_err(|_| unsupported())?),
        ("interval", Value::Interval(_)) => operand.clone(),
        ("interval", Value::Text(text)) => {
            Value::Interval(Interval::parse(text).ok_or_else(unsupported)?)
        }
        ("real" | "double precision" | "character" | "json" | "jsonb" | "bytea", _) => {
            return Err(unsupported());
        }
        (_, Value::Text(_)) => operand.clone(),
        _ => return Err(unsupported()),
    };
    Ok(converted)
}
