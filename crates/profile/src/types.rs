//! The narrowest PostgreSQL type that all values of a column have, and what else they have in common.

use pgwright_normalize::table::{Column, NULL};

use crate::shape::{Shapes, boolean, decimal, money, shapes};

/// The type of a column.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Type {
    /// No value at all.
    Empty,
    /// `boolean`.
    Boolean,
    /// `integer`, or `bigint` when `wide`.
    Integer {
        /// Beyond 32 bits.
        wide: bool,
    },
    /// `numeric(precision, scale)`.
    Decimal {
        /// All digits.
        precision: usize,
        /// Digits after the point.
        scale: usize,
        /// Written with a decimal comma.
        comma: bool,
    },
    /// An amount of one currency: `numeric`.
    Money {
        /// The sign or code as it is written.
        currency: String,
        /// All digits.
        precision: usize,
        /// Digits after the point.
        scale: usize,
        /// Written with a decimal comma.
        comma: bool,
    },
    /// `date`.
    Date {
        /// How it is written.
        order: DateOrder,
    },
    /// `timestamp`; the text does not say of which zone.
    Timestamp,
    /// `timestamptz`.
    TimestampZone,
    /// `time`.
    Time,
    /// `uuid`.
    Uuid,
    /// `jsonb`, with objects only.
    Json,
    /// `inet`.
    Inet,
    /// `text`.
    Text {
        /// What the texts are, where they are all of one kind.
        form: Form,
    },
}

/// How a date is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DateOrder {
    /// Year, month, day.
    Ymd,
    /// Day, month, year.
    Dmy,
    /// Month, day, year.
    Mdy,
    /// With the English name of the month.
    Named,
}

/// What texts of one kind are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// Nothing in particular.
    Any,
    /// Digits with leading zeros: an identifier, not a number.
    Digits,
    /// E-mail addresses.
    Email,
    /// Telephone numbers.
    Phone,
    /// Web addresses.
    Url,
    /// Percentages with their sign.
    Percent,
    /// Several values in a cell.
    List,
    /// JSON arrays.
    JsonArray,
    /// Dates that can be read day first and month first; which one, the data does not say.
    AmbiguousDate,
    /// Few distinct words, repeated.
    Enumeration,
    /// Prose: long, hardly repeated.
    Prose,
}

impl Type {
    /// The type as PostgreSQL writes it.
    pub fn sql(&self) -> String {
        match self {
            Self::Empty | Self::Text { .. } => "text".into(),
            Self::Boolean => "boolean".into(),
            Self::Integer { wide: false } => "integer".into(),
            Self::Integer { wide: true } => "bigint".into(),
            Self::Decimal {
                precision, scale, ..
            }
            | Self::Money {
                precision, scale, ..
            } => format!("numeric({precision},{scale})"),
            Self::Date { .. } => "date".into(),
            Self::Timestamp => "timestamp".into(),
            Self::TimestampZone => "timestamptz".into(),
            Self::Time => "time".into(),
            Self::Uuid => "uuid".into(),
            Self::Json => "jsonb".into(),
            Self::Inet => "inet".into(),
        }
    }

    /// The type as a sentence names it.
    pub fn word(&self) -> String {
        match self {
            Self::Text { form: Form::Email } => "e-mail address".into(),
            other => other.sql(),
        }
    }

    /// Whether values of the type can name something: whole numbers, texts and UUIDs do, amounts,
    /// dates and truth values do not.
    pub fn identifies(&self) -> bool {
        match self {
            Self::Integer { .. } | Self::Uuid => true,
            Self::Text { form } => !matches!(
                form,
                Form::Prose | Form::List | Form::JsonArray | Form::Percent | Form::AmbiguousDate
            ),
            _ => false,
        }
    }
}

/// What a column's values say.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Typed {
    /// The type.
    pub of: Type,
    /// Whether some value is missing.
    pub nullable: bool,
    /// Codes of values that the type cannot hold, though it holds nearly all; none otherwise.
    #[serde(skip)]
    pub misfits: Vec<u32>,
    /// The smallest and the largest value, as written: numbers and dates by their worth, texts by
    /// their characters.
    pub range: Option<(String, String)>,
    /// The values of an enumeration, in order.
    pub words: Vec<String>,
    /// The length of the longest value, in characters.
    pub longest: usize,
}

/// The share of rows that may not fit a type before the column is called text.
const MISFITS: f64 = 0.01;
/// Kinds that a text may lack without being set aside.
const KINDS_OF_TEXT: [Shapes; 6] = [
    Shapes::DIGITS,
    Shapes::PHONE,
    Shapes::URL,
    Shapes::PERCENT,
    Shapes::LIST,
    Shapes::JSON_ARRAY,
];
/// The most values of an enumeration.
const WORDS: usize = 20;

/// Finds the type of a column. When all but one row in a hundred fit a type, and more than half of the
/// distinct values do, it is that type and the others are its misfits.
pub fn infer(column: &Column) -> Typed {
    let frequencies = column.frequencies();
    let texts: Vec<String> = column
        .dictionary
        .values()
        .map(|value| String::from_utf8_lossy(value).trim().to_owned())
        .collect();
    let rows: usize = frequencies.iter().skip(1).map(|n| *n as usize).sum();
    let mut count = [0_usize; 22];
    let each: Vec<Shapes> = texts.iter().map(|text| shapes(text)).collect();
    let mut common = Shapes::ANY;
    for (place, found) in each.iter().enumerate() {
        common = common.and(*found);
        for shape in found.each() {
            count[index(shape)] += frequencies[place + 1] as usize;
        }
    }
    let nullable = frequencies[NULL as usize] > 0;
    if rows == 0 {
        return Typed {
            of: Type::Empty,
            nullable,
            misfits: Vec::new(),
            range: None,
            words: Vec::new(),
            longest: 0,
        };
    }
    // Shapes of every row come first: one misfit would not be worth a narrower type.
    let exact = |shape: Shapes| common.has(shape);
    let nearly = |shape: Shapes| {
        // A text fits a column of texts, whatever kind most of them are; only an address must be one.
        if KINDS_OF_TEXT.contains(&shape) {
            return false;
        }
        let fits = count[index(shape)];
        let distinct = each.iter().filter(|s| s.has(shape)).count();
        fits < rows && (rows - fits) as f64 <= MISFITS * rows as f64 && distinct * 2 > each.len()
    };
    let chosen = choose(&exact).or_else(|| choose(&nearly));
    let fits = |place: usize| chosen.is_none_or(|shape| each[place].has(shape));
    let fitting: Vec<&str> = (0..texts.len())
        .filter(|place| fits(*place))
        .map(|place| &texts[place][..])
        .collect();
    let mut misfits: Vec<u32> = (0..texts.len())
        .filter(|place| !fits(*place))
        .map(|place| place as u32 + 1)
        .collect();
    let of = match chosen.and_then(|shape| detailed(shape, &fitting, &each, rows)) {
        Some(of) => of,
        None => {
            misfits.clear();
            Type::Text {
                form: form_of_text(&texts, rows),
            }
        }
    };
    let enumeration = of
        == Type::Text {
            form: Form::Enumeration,
        };
    let mut words: Vec<String> = if enumeration {
        texts.clone()
    } else {
        Vec::new()
    };
    words.sort();
    Typed {
        range: range(&of, &fitting),
        longest: texts.iter().map(|t| t.chars().count()).max().unwrap_or(0),
        of,
        nullable,
        misfits,
        words,
    }
}

fn index(shape: Shapes) -> usize {
    Shapes::ANY.each().position(|s| s == shape).unwrap_or(0)
}

/// The narrowest shape that the condition allows. Digits stand before nothing: a column of digits of
/// which some have leading zeros is no number.
fn choose(allowed: &dyn Fn(Shapes) -> bool) -> Option<Shapes> {
    [
        Shapes::INTEGER,
        Shapes::DIGITS,
        Shapes::DECIMAL_POINT,
        Shapes::DECIMAL_COMMA,
        Shapes::BOOLEAN,
        Shapes::UUID,
        Shapes::DATE_YMD,
        Shapes::DATE_DMY,
        Shapes::DATE_MDY,
        Shapes::DATE_NAMED,
        Shapes::TIMESTAMP,
        Shapes::TIMESTAMP_ZONE,
        Shapes::TIME,
        Shapes::MONEY,
        Shapes::PERCENT,
        Shapes::IP,
        Shapes::EMAIL,
        Shapes::URL,
        Shapes::PHONE,
        Shapes::JSON_OBJECT,
        Shapes::JSON_ARRAY,
        Shapes::LIST,
    ]
    .into_iter()
    .find(|shape| allowed(*shape))
}

/// The type of values that all have a shape; `None` when they do not agree on the rest.
fn detailed(shape: Shapes, values: &[&str], each: &[Shapes], rows: usize) -> Option<Type> {
    let text = |form| Some(Type::Text { form });
    let date = |order| Some(Type::Date { order });
    match shape {
        Shapes::INTEGER => integer(values),
        Shapes::DECIMAL_POINT => {
            let (precision, scale) = digits(values.iter().copied(), '.')?;
            // All of them whole numbers with dots, or the same number of digits behind a comma that
            // might divide thousands: the comma reading is possible too, and point is the usual one.
            Some(Type::Decimal {
                precision,
                scale,
                comma: false,
            })
        }
        Shapes::DECIMAL_COMMA => {
            let (precision, scale) = digits(values.iter().copied(), ',')?;
            Some(Type::Decimal {
                precision,
                scale,
                comma: true,
            })
        }
        Shapes::MONEY => amounts(values),
        Shapes::BOOLEAN => {
            // One word alone may be anything, such as an initial.
            let both = [true, false].map(|b| values.iter().any(|v| boolean(v) == Some(b)));
            (both == [true, true] && values.len() <= 6).then_some(Type::Boolean)
        }
        Shapes::DATE_YMD => date(DateOrder::Ymd),
        Shapes::DATE_DMY => {
            let either = each
                .iter()
                .all(|s| s.has(Shapes::DATE_MDY) || !s.has(Shapes::DATE_DMY));
            if either && values.iter().all(|v| !v.contains('.')) {
                text(Form::AmbiguousDate)
            } else {
                date(DateOrder::Dmy)
            }
        }
        Shapes::DATE_MDY => date(DateOrder::Mdy),
        Shapes::DATE_NAMED => date(DateOrder::Named),
        Shapes::TIMESTAMP => Some(Type::Timestamp),
        Shapes::TIMESTAMP_ZONE => Some(Type::TimestampZone),
        Shapes::TIME => Some(Type::Time),
        Shapes::UUID => Some(Type::Uuid),
        Shapes::IP => Some(Type::Inet),
        Shapes::JSON_OBJECT => Some(Type::Json),
        Shapes::JSON_ARRAY => text(Form::JsonArray),
        Shapes::DIGITS => text(Form::Digits),
        Shapes::EMAIL => text(Form::Email),
        Shapes::URL => text(Form::Url),
        Shapes::PHONE => text(Form::Phone),
        Shapes::PERCENT => text(Form::Percent),
        Shapes::LIST if values.len() > 1 || rows == 1 => text(Form::List),
        _ => None,
    }
}

fn integer(values: &[&str]) -> Option<Type> {
    let mut wide = false;
    for value in values {
        match value.parse::<i64>() {
            Ok(number) => wide |= i32::try_from(number).is_err(),
            Err(_) => {
                let (precision, scale) = digits(values.iter().copied(), '.')?;
                return Some(Type::Decimal {
                    precision,
                    scale,
                    comma: false,
                });
            }
        }
    }
    Some(Type::Integer { wide })
}

/// Precision and scale that hold all the numbers.
fn digits<'a>(values: impl Iterator<Item = &'a str>, point: char) -> Option<(usize, usize)> {
    let (mut whole, mut scale) = (0, 0);
    for value in values {
        let number = decimal(value, point)?;
        whole = whole.max(number.whole);
        scale = scale.max(number.scale);
    }
    Some(((whole + scale).max(1), scale))
}

fn amounts(values: &[&str]) -> Option<Type> {
    let read: Vec<(&str, &str)> = values.iter().filter_map(|v| money(v)).collect();
    let (currency, _) = *read.first()?;
    if read.iter().any(|(other, _)| *other != currency) {
        return None;
    }
    let numbers = || read.iter().map(|(_, amount)| *amount);
    let (comma, found) = match digits(numbers(), '.') {
        Some(found) if found.1 <= 2 => (false, found),
        point => match digits(numbers(), ',') {
            Some(found) => (true, found),
            None => (false, point?),
        },
    };
    Some(Type::Money {
        currency: currency.to_owned(),
        precision: found.0,
        scale: found.1,
        comma,
    })
}

fn form_of_text(texts: &[String], rows: usize) -> Form {
    let total: usize = texts.iter().map(String::len).sum();
    let spaces: usize = texts.iter().map(|t| t.matches(' ').count()).sum();
    let mean = total / texts.len().max(1);
    if texts.len() <= WORDS && texts.len() * 10 <= rows && texts.iter().all(|t| t.len() <= 40) {
        Form::Enumeration
    } else if mean > 60 || mean > 25 && spaces > texts.len() * 3 {
        Form::Prose
    } else {
        Form::Any
    }
}

fn range(of: &Type, values: &[&str]) -> Option<(String, String)> {
    let number = |value: &&&str| -> f64 {
        let comma = matches!(
            of,
            Type::Decimal { comma: true, .. } | Type::Money { comma: true, .. }
        );
        let amount = money(value).map_or(**value, |(_, amount)| amount);
        let plain: String = amount
            .chars()
            .filter_map(|c| match c {
                ',' if comma => Some('.'),
                '0'..='9' | '-' => Some(c),
                '.' if !comma => Some('.'),
                _ => None,
            })
            .collect();
        plain.parse().unwrap_or(0.0)
    };
    let pair =
        |low: Option<&&str>, high: Option<&&str>| Some(((*low?).to_owned(), (*high?).to_owned()));
    let order = |a: &&&str, b: &&&str| number(a).total_cmp(&number(b)).then_with(|| a.cmp(b));
    match of {
        Type::Integer { .. } | Type::Decimal { .. } | Type::Money { .. } => pair(
            values.iter().min_by(|a, b| order(a, b)),
            values.iter().max_by(|a, b| order(a, b)),
        ),
        Type::Date {
            order: DateOrder::Ymd,
        }
        | Type::Timestamp
        | Type::Time
        | Type::Text { .. } => pair(values.iter().min(), values.iter().max()),
        Type::Date {
            order: DateOrder::Dmy | DateOrder::Mdy,
        } => {
            let key = |value: &&&str| -> Vec<u32> {
                let parts: Vec<u32> = value
                    .split(['.', '/', '-'])
                    .filter_map(|part| part.parse().ok())
                    .collect();
                match (of, &parts[..]) {
                    (
                        Type::Date {
                            order: DateOrder::Dmy,
                        },
                        [d, m, y],
                    ) => vec![*y, *m, *d],
                    (_, [m, d, y]) => vec![*y, *m, *d],
                    _ => parts,
                }
            };
            pair(values.iter().min_by_key(key), values.iter().max_by_key(key))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pgwright_normalize::table::TableBuilder;

    fn typed(values: &[&str]) -> Typed {
        let mut builder = TableBuilder::new(1);
        for value in values {
            let cell = (!value.is_empty()).then_some(value.as_bytes());
            builder.push([cell]).expect("a small table");
        }
        infer(&builder.finish().columns[0])
    }

    fn check(values: &[&str], sql: &str) -> Typed {
        let found = typed(values);
        assert_eq!(found.of.sql(), sql, "{values:?}: {found:?}");
        found
    }

    fn check_form(values: &[&str], form: Form) {
        assert_eq!(typed(values).of, Type::Text { form }, "{values:?}");
    }

    #[test]
    fn types_are_the_narrowest_that_hold_all_values() {
        check(&["1", "-20"], "integer");
        check(&["1", "3000000000"], "bigint");
        check(&["1", "99999999999999999999"], "numeric(20,0)");
        check(&["1.5", "20"], "numeric(3,1)");
        let comma = check(&["1,5", "1.020,25"], "numeric(6,2)");
        assert_eq!(comma.range, Some(("1,5".into(), "1.020,25".into())));
        check(&["2024-01-31", ""], "date");
        check(&["31.01.2024", "01.02.2024"], "date");
        check(&["2024-01-31 10:00:00"], "timestamp");
        check(&["2024-01-31T10:00:00Z"], "timestamptz");
        check(&["yes", "no", "yes"], "boolean");
        check(&["{\"a\":1}", "{}"], "jsonb");
        check(&["€ 3,50", "€ 1.200,00"], "numeric(6,2)");
        check(&["a", "1"], "text");
        check(&[""], "text");
        assert!(typed(&["1", ""]).nullable);
    }

    #[test]
    fn what_looks_like_a_number_and_is_none_stays_text() {
        check_form(&["007", "123"], Form::Digits);
        check_form(&["01/02/2024", "03/04/2024"], Form::AmbiguousDate);
        check_form(&["yes", "yes"], Form::Any);
        check_form(&["€ 3", "$ 4"], Form::Any);
        check_form(&["a@b.ch", "c@d.org"], Form::Email);
        check_form(&["red;green", "blue;red"], Form::List);
    }

    #[test]
    fn a_few_misfits_are_named_and_many_make_it_text() {
        let mut values: Vec<String> = (0..300).map(|n| n.to_string()).collect();
        values[17] = "n/a".into();
        let texts: Vec<&str> = values.iter().map(String::as_str).collect();
        let found = check(&texts, "integer");
        assert_eq!(found.misfits, [18]);
        let few: Vec<&str> = texts[..50].to_vec();
        check(&few, "text");
    }
}
