//! An attribute while it is read: modifiers with their places, so that contradictions can be shown.

use std::ops::Range;

use pgwright_ddl::expr::{Expr, parse_expression};

use crate::model::{Attribute, AttributeKind, Bound, ValueType};
use crate::names::{listing, nearest};
use crate::number;
use crate::read::Reader;
use crate::read::attribute::{attribute_name, unquoted};
use crate::read::fields::shortened;
use crate::read::states;
use crate::read::types::{Bounds, bounds_of, title};
use crate::text::Text;
use crate::yaml::Node;

/// What is settled once all entities are known.
#[derive(Debug)]
pub(crate) enum Later<'a> {
    UniquePer(Vec<Text<'a>>),
    GaplessPer(Vec<Text<'a>>),
    CopiedFrom(Text<'a>),
    RunningTotal {
        of: Text<'a>,
        per: Vec<Text<'a>>,
        lag: Option<Text<'a>>,
    },
    Computed(Text<'a>),
    Hierarchy(Range<usize>),
}

/// An attribute being read.
pub(crate) struct Draft<'a> {
    name: String,
    pub(crate) name_range: Range<usize>,
    pub(crate) about: Option<String>,
    pub(crate) says: Option<String>,
    pub(crate) type_text: Option<Text<'a>>,
    pub(crate) kind: Option<AttributeKind>,
    pub(crate) flow: Vec<Text<'a>>,
    pub(crate) groups: Option<&'a Node>,
    pub(crate) initial: Option<Text<'a>>,
    pub(crate) optional: Option<Range<usize>>,
    pub(crate) required: Option<Range<usize>>,
    pub(crate) unique: Option<(Range<usize>, Vec<Text<'a>>)>,
    pub(crate) default: Option<Text<'a>>,
    minimum: Option<(Bound, Range<usize>)>,
    maximum: Option<(Bound, Range<usize>)>,
    pub(crate) personal: Option<Range<usize>>,
    pub(crate) sensitive: Option<Range<usize>>,
    pub(crate) fixed: Option<Range<usize>>,
    pub(crate) hierarchy: Option<Range<usize>>,
    pub(crate) single: Option<Range<usize>>,
    pub(crate) open_ended: Option<Range<usize>>,
    pub(crate) at_least_one: Option<Range<usize>>,
    pub(crate) copied_from: Option<Text<'a>>,
    pub(crate) gapless: Option<(Range<usize>, Vec<Text<'a>>)>,
    pub(crate) running: Option<(Text<'a>, Vec<Text<'a>>)>,
    pub(crate) lag: Option<Text<'a>>,
    pub(crate) computed: Option<Text<'a>>,
    /// An error has been reported that makes further ones noise.
    pub(crate) broken: bool,
}

impl<'a> Draft<'a> {
    /// A draft of the attribute of that name; a trailing `?` makes it optional.
    pub(crate) fn new(reader: &mut Reader<'a>, name: Text<'a>) -> Option<Self> {
        let bare = name.until(name.as_str().trim_end_matches('?').len());
        let optional = (bare.as_str().len() < name.as_str().len()).then(|| name.range());
        Some(Draft {
            name: attribute_name(reader, bare)?,
            name_range: name.range(),
            about: None,
            says: None,
            type_text: None,
            kind: None,
            flow: Vec::new(),
            groups: None,
            initial: None,
            optional,
            required: None,
            unique: None,
            default: None,
            minimum: None,
            maximum: None,
            personal: None,
            sensitive: None,
            fixed: None,
            hierarchy: None,
            single: None,
            open_ended: None,
            at_least_one: None,
            copied_from: None,
            gapless: None,
            running: None,
            lag: None,
            computed: None,
            broken: false,
        })
    }

    pub(crate) fn is_many(&self) -> bool {
        matches!(self.kind, Some(AttributeKind::Many { .. }))
    }

    pub(crate) fn has_values(&self) -> bool {
        matches!(self.kind, Some(AttributeKind::OneOf(_)))
            || self
                .type_text
                .is_some_and(|text| text.after("one of").is_some())
    }

    /// A bound that is all of the text.
    pub(crate) fn bound(
        &mut self,
        reader: &mut Reader<'a>,
        text: Text<'a>,
        lower: bool,
        inclusive: bool,
    ) {
        let rest = self.leading_bound(reader, text, text, lower, inclusive);
        if !rest.is_empty() {
            reader.report.error_hint(
                rest.range(),
                format!(
                    "`{}` is not understood after the number",
                    shortened(rest.as_str())
                ),
                "write the number alone",
            );
        }
    }

    /// A bound at the start of the text; gives back what follows.
    pub(crate) fn leading_bound(
        &mut self,
        reader: &mut Reader<'a>,
        word: Text<'a>,
        text: Text<'a>,
        lower: bool,
        inclusive: bool,
    ) -> Text<'a> {
        let Some((value, taken, rest)) = bound_value(text) else {
            let shown = if text.is_empty() {
                word
            } else {
                text.first_word().0
            };
            reader.report.error_hint(
                shown.range(),
                format!(
                    "`{}` is not a number, date or time",
                    shortened(shown.as_str())
                ),
                "write `at least 0`, `from 1 to 12`, `above 0`, `at least 2000-01-01`",
            );
            return text.from(text.as_str().len());
        };
        self.set_bound(reader, taken, value, lower, inclusive);
        self.without_unit(rest)
    }

    pub(crate) fn bound_value(
        &mut self,
        reader: &mut Reader<'a>,
        at: Text<'a>,
        value: String,
        lower: bool,
    ) {
        self.set_bound(reader, at, value, lower, true);
    }

    fn set_bound(
        &mut self,
        reader: &mut Reader<'a>,
        at: Text<'a>,
        value: String,
        lower: bool,
        inclusive: bool,
    ) {
        let slot = if lower {
            &mut self.minimum
        } else {
            &mut self.maximum
        };
        if slot.is_some() {
            reader.report.error_hint(
                at.range(),
                format!(
                    "a second {} value",
                    if lower { "least" } else { "greatest" }
                ),
                "keep one of them",
            );
            return;
        }
        *slot = Some((Bound { value, inclusive }, at.range()));
    }

    /// Skips `%`, `percent` or the type's unit after a number.
    fn without_unit(&self, rest: Text<'a>) -> Text<'a> {
        let rest = rest.trim();
        if rest.as_str().starts_with('%') {
            return rest.from(1).trim();
        }
        let unit = match &self.kind {
            Some(AttributeKind::Value(ValueType::Percentage)) => Some("percent"),
            Some(AttributeKind::Value(
                ValueType::Integer { unit: Some(unit) } | ValueType::Quantity { unit: Some(unit) },
            )) => Some(unit.as_str()),
            _ => None,
        };
        unit.and_then(|unit| rest.after(unit)).unwrap_or(rest)
    }

    /// `movement.quantity per product, warehouse`, within one part of the short form or as a whole.
    pub(crate) fn running_total(&mut self, text: Text<'a>) {
        let (of, per) = text
            .around("per")
            .unwrap_or((text, text.from(text.as_str().len())));
        let mut names = Vec::new();
        for part in per.split(&[',', '+']) {
            match part.after("fresh").or_else(|| part.after("up to")) {
                Some(lag) => self.lag = Some(lag),
                None => names.push(part),
            }
        }
        names.retain(|name| !name.is_empty());
        self.running = Some((of, names));
    }

    /// The attribute, checked against itself; `None` when it is too broken to go on with.
    pub(crate) fn finish(mut self, reader: &mut Reader<'a>) -> Option<(Attribute, Vec<Later<'a>>)> {
        if !self.flow.is_empty() {
            let initial = self.initial.or(self.default.take());
            let states = states::read(reader, &self.flow, self.groups, initial, &self.name_range);
            self.broken |= states.is_none();
            self.kind = states.map(AttributeKind::States);
        } else if let Some(groups) = self.groups {
            reader.report.error_hint(
                groups.range.clone(),
                "groups of states need a flow",
                "add `flow:` with the states and their moves: `draft => sent => paid`",
            );
        }
        let Some(mut kind) = self.kind.take() else {
            if !self.broken {
                reader.report.error_hint(
                    self.name_range.clone(),
                    format!("what is `{}`?", self.name),
                    "write what it is: `type: date`, or `flow:` for states",
                );
            }
            reader.incomplete.insert(self.name.clone());
            return Some((self.placeholder(reader), Vec::new()));
        };
        let mut later = Vec::new();
        self.check_flags(reader, &mut kind, &mut later);
        self.check_bounds(reader, &kind);
        let default = self
            .default
            .and_then(|text| default_value(reader, text, &mut kind));
        self.check_sources(reader, &kind);
        if let Some((_, per)) = self.unique.as_ref().filter(|(_, per)| !per.is_empty()) {
            later.push(Later::UniquePer(per.clone()));
        }
        if let Some((_, per)) = self.gapless.as_ref().filter(|(_, per)| !per.is_empty()) {
            later.push(Later::GaplessPer(per.clone()));
        }
        if let Some(path) = self.copied_from {
            later.push(Later::CopiedFrom(path));
        }
        if let Some((of, per)) = self.running {
            later.push(Later::RunningTotal {
                of,
                per,
                lag: self.lag,
            });
        }
        if let Some(expression) = self.computed {
            later.push(Later::Computed(expression));
        }
        let attribute = Attribute {
            name: self.name,
            about: self.about,
            says: self.says,
            kind,
            optional: self.optional.is_some(),
            unique: self.unique.map(|_| Vec::new()),
            default,
            minimum: self.minimum.map(|(bound, _)| bound),
            maximum: self.maximum.map(|(bound, _)| bound),
            personal: self.personal.is_some() || self.sensitive.is_some(),
            sensitive: self.sensitive.is_some(),
            fixed: self.fixed.is_some(),
            copied_from: None,
            gapless: self.gapless.map(|_| Vec::new()),
            running_total: None,
            computed: None,
            span: reader.report.span(&self.name_range),
        };
        Some((attribute, later))
    }

    /// Stands for an attribute that could not be read, so that its name is known all the same.
    fn placeholder(self, reader: &Reader<'a>) -> Attribute {
        Attribute {
            span: reader.report.span(&self.name_range),
            name: self.name,
            about: self.about,
            says: self.says,
            kind: AttributeKind::Value(ValueType::Text),
            optional: self.optional.is_some(),
            unique: None,
            default: None,
            minimum: None,
            maximum: None,
            personal: false,
            sensitive: false,
            fixed: false,
            copied_from: None,
            gapless: None,
            running_total: None,
            computed: None,
        }
    }

    /// Flags that go only with some kinds, and those that contradict each other.
    fn check_flags(
        &self,
        reader: &mut Reader<'a>,
        kind: &mut AttributeKind,
        later: &mut Vec<Later<'a>>,
    ) {
        let report = &mut reader.report;
        if let (Some(_), Some(required)) = (&self.optional, &self.required) {
            report.error_hint(
                required.clone(),
                format!("`{}` is both optional and required", self.name),
                "keep one of them; without either it is required",
            );
        }
        if let Some(range) = &self.hierarchy {
            match kind {
                AttributeKind::Reference(reference) => {
                    reference.hierarchy = true;
                    later.push(Later::Hierarchy(range.clone()));
                    if self.optional.is_none() {
                        report.error_hint(
                            range.clone(),
                            format!(
                                "`{}` is a hierarchy and not optional: the topmost has no parent",
                                self.name
                            ),
                            "add `optional`",
                        );
                    }
                }
                _ => report.error_hint(
                    range.clone(),
                    "a hierarchy is a reference to the entity itself",
                    "write `parent: organization, optional, hierarchy`",
                ),
            }
        }
        if let Some(range) = &self.single {
            match kind {
                AttributeKind::Reference(reference) => reference.single = true,
                AttributeKind::Many { .. } => report.error_hint(
                    range.clone(),
                    format!("`{}` is both many and single", self.name),
                    "keep one of them",
                ),
                _ => report.error_hint(
                    range.clone(),
                    "only a reference can be single",
                    "for values that may not repeat write `unique`",
                ),
            }
        }
        if let AttributeKind::Many { at_least_one, .. } = kind {
            *at_least_one = self.at_least_one.is_some();
            if let (Some(optional), Some(_)) = (&self.optional, &self.at_least_one) {
                report.error_hint(
                    optional.clone(),
                    format!("`{}` is both optional and at least one", self.name),
                    "`many` may be none unless it is `at least one`: remove `optional`",
                );
            }
            if let Some((range, _)) = &self.unique {
                report.error_hint(
                    range.clone(),
                    "many references cannot be unique",
                    "if each may be referred to once, the reference belongs to the other entity",
                );
            }
            if let Some(default) = self.default {
                report.error_hint(
                    default.range(),
                    "many references have no default",
                    "remove it",
                );
            }
        } else if let Some(range) = &self.at_least_one {
            report.error_hint(
                range.clone(),
                "`at least one` goes with `many`",
                "write `at least 1`",
            );
        }
        if let Some(range) = &self.open_ended {
            match kind {
                AttributeKind::Value(
                    ValueType::DatePeriod { open_ended } | ValueType::TimePeriod { open_ended },
                ) => *open_ended = true,
                _ => report.error_hint(
                    range.clone(),
                    "only a period of dates or times can be open-ended",
                    "for a value that may be unknown write `optional`",
                ),
            }
        }
        if let Some((range, _)) = &self.gapless
            && !matches!(kind, AttributeKind::Value(ValueType::Integer { .. }))
        {
            report.error_hint(
                range.clone(),
                "only an integer is numbered without gaps",
                "write `number: integer, gapless per tenant`",
            );
        }
    }

    /// Bounds fit the type, and the least value is not above the greatest.
    fn check_bounds(&mut self, reader: &mut Reader<'a>, kind: &AttributeKind) {
        let wanted = match kind {
            AttributeKind::Value(value) => bounds_of(value),
            _ => Bounds::None,
        };
        let name = match kind {
            AttributeKind::Value(value) => title(value),
            AttributeKind::OneOf(_) | AttributeKind::States(_) | AttributeKind::Lookup => {
                "a fixed list"
            }
            _ => "a reference",
        };
        let mut fits = true;
        for (bound, range) in [&self.minimum, &self.maximum].into_iter().flatten() {
            let problem = match wanted {
                Bounds::None => Some((
                    format!("a least or greatest value does not go with {name}"),
                    match kind {
                        AttributeKind::Value(
                            ValueType::Name
                            | ValueType::Text
                            | ValueType::LongText
                            | ValueType::Code,
                        ) => {
                            format!(
                                "for its length write a rule: `char_length({}) <= 80`",
                                self.name
                            )
                        }
                        _ => "it goes with numbers, money, dates and times".to_owned(),
                    },
                )),
                Bounds::Whole if bound.value.parse::<i64>().is_err() => Some((
                    format!("`{}` is not a whole number", bound.value),
                    "an integer has whole bounds; use `quantity` or `decimal(10,2)` for decimals"
                        .to_owned(),
                )),
                Bounds::Number if bound.value.parse::<f64>().is_err() => Some((
                    format!("`{}` is not a number", bound.value),
                    format!("{name} has a number as bound"),
                )),
                Bounds::Date | Bounds::Instant if parse_date(&bound.value).is_none() => Some((
                    format!("`{}` is not a date", bound.value),
                    "write it as 2026-01-31".to_owned(),
                )),
                Bounds::Time if !is_time(&bound.value) => Some((
                    format!("`{}` is not a time of day", bound.value),
                    "write it as 09:00".to_owned(),
                )),
                _ => None,
            };
            if let Some((message, hint)) = problem {
                fits = false;
                reader.report.error_hint(range.clone(), message, hint);
            } else if matches!(kind, AttributeKind::Value(ValueType::Percentage))
                && bound
                    .value
                    .parse::<f64>()
                    .is_ok_and(|v| !(0.0..=100.0).contains(&v))
            {
                reader.report.error_hint(
                    range.clone(),
                    format!("{} is outside the 0 to 100 of a percentage", bound.value),
                    "a rate that may exceed 100 is a `decimal(6,2)`",
                );
            }
        }
        if let (true, Some((low, _)), Some((high, range))) = (fits, &self.minimum, &self.maximum) {
            let order = match (low.value.parse::<f64>(), high.value.parse::<f64>()) {
                (Ok(low), Ok(high)) => low.partial_cmp(&high),
                _ => Some(low.value.cmp(&high.value)),
            };
            let empty = order == Some(std::cmp::Ordering::Greater)
                || (order == Some(std::cmp::Ordering::Equal) && !(low.inclusive && high.inclusive));
            if empty {
                reader.report.error_hint(
                    range.clone(),
                    format!("no value lies between {} and {}", low.value, high.value),
                    "the least value comes first: `from 0 to 100`",
                );
            }
        }
    }

    /// A value comes from one place only.
    fn check_sources(&self, reader: &mut Reader<'a>, kind: &AttributeKind) {
        let mut sources: Vec<(&str, Range<usize>)> = Vec::new();
        if let Some(text) = self.default {
            sources.push(("default", text.range()));
        }
        if let Some(text) = self.copied_from {
            sources.push(("copied from", text.range()));
        }
        if let Some(text) = self.computed {
            sources.push(("computed as", text.range()));
        }
        if let Some((text, _)) = &self.running {
            sources.push(("running total of", text.range()));
        }
        if let Some((range, _)) = &self.gapless {
            sources.push(("gapless", range.clone()));
        }
        if let [(first, _), (second, range), ..] = sources.as_slice() {
            reader.report.error_hint(
                range.clone(),
                format!("`{}` is both `{first}` and `{second}`", self.name),
                "its value comes from one of them: remove the other",
            );
        }
        let numeric = matches!(
            kind,
            AttributeKind::Value(
                ValueType::Integer { .. }
                    | ValueType::Quantity { .. }
                    | ValueType::Decimal { .. }
                    | ValueType::Money { .. }
            )
        );
        if let Some((of, _)) = &self.running
            && !numeric
        {
            reader.report.error_hint(
                of.range(),
                "a running total is a number",
                "make it a quantity, an integer or money",
            );
        }
        if let (Some(_), Some((range, _))) = (&self.optional, &self.gapless) {
            reader.report.error_hint(
                range.clone(),
                format!("`{}` is both optional and gapless", self.name),
                "a number without gaps is never missing: remove `optional`",
            );
        }
    }
}

/// A number, date or time at the start: the value as an SQL constant's text, what it was, the rest.
fn bound_value<'a>(text: Text<'a>) -> Option<(String, Text<'a>, Text<'a>)> {
    let (word, rest) = text.first_word();
    let like_time =
        word.as_str().contains(':') && word.as_str().starts_with(|c: char| c.is_ascii_digit());
    let like_date = word.as_str().len() == 10 && word.as_str().matches('-').count() == 2;
    if like_time || like_date {
        return Some((word.as_str().to_owned(), word, rest));
    }
    if let Some((digits, after)) = number::leading_number(text) {
        let (value, rest) = number::number(text)?;
        // As written, unless a word such as `million` follows.
        let taken = text.until(rest.start_in(&text)).trim();
        let plain = after.start_in(&text) == rest.start_in(&text)
            || after.trim().start_in(&text) == rest.start_in(&text);
        let value = if plain {
            digits
        } else {
            number::constant(value)
        };
        return Some((value, taken, rest));
    }
    None
}

/// `2026-01-31`.
pub(crate) fn parse_date(text: &str) -> Option<crate::model::Date> {
    let mut parts = text.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || year.len() != 4 || month.len() != 2 || day.len() != 2 {
        return None;
    }
    let (year, month, day) = (
        year.parse().ok()?,
        month.parse().ok()?,
        day.parse::<u8>().ok()?,
    );
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let last = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return None,
    };
    (1..=last)
        .contains(&day)
        .then_some(crate::model::Date { year, month, day })
}

fn is_time(text: &str) -> bool {
    let parts: Vec<&str> = text.split(':').collect();
    (2..=3).contains(&parts.len())
        && parts
            .iter()
            .all(|p| p.len() == 2 && p.bytes().all(|b| b.is_ascii_digit()))
        && parts[0] <= "24"
        && parts[1..].iter().all(|p| *p < "60")
}

const WEEKDAYS: [&str; 7] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];

/// The default as an SQL expression, by what the attribute is.
fn default_value(
    reader: &mut Reader<'_>,
    text: Text<'_>,
    kind: &mut AttributeKind,
) -> Option<Expr> {
    let plain = text.plain();
    let written = unquoted(text.as_str());
    let cast = |type_name: &str| Expr::Cast {
        operand: Box::new(Expr::text(&written)),
        type_name: type_name.to_owned(),
    };
    let found = match kind {
        AttributeKind::OneOf(values) => {
            if let Some(value) = values
                .iter()
                .find(|value| value.eq_ignore_ascii_case(&written))
            {
                return Some(Expr::text(value));
            }
            let hint = match nearest(&written, values.iter().map(String::as_str)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!(
                    "the values are {}",
                    listing(values.iter().map(String::as_str))
                ),
            };
            reader.report.error_hint(
                text.range(),
                format!(
                    "the default `{}` is not among the values",
                    shortened(&written)
                ),
                hint,
            );
            return None;
        }
        AttributeKind::Value(value) => match value {
            ValueType::Boolean => match plain.as_str() {
                "yes" | "true" => Some(Expr::Bool(true)),
                "no" | "false" => Some(Expr::Bool(false)),
                _ => None,
            },
            ValueType::Integer { .. } => number::number(text)
                .filter(|(value, rest)| rest.is_empty() && value.fract() == 0.0)
                .map(|(value, _)| integer(value)),
            ValueType::Money { .. }
            | ValueType::Percentage
            | ValueType::Quantity { .. }
            | ValueType::Decimal { .. } => number::number(text)
                .filter(|(_, rest)| rest.is_empty() || rest.as_str() == "%")
                .map(|(value, _)| {
                    if value.fract() == 0.0 {
                        integer(value)
                    } else {
                        Expr::Numeric(number::constant(value))
                    }
                }),
            ValueType::Date => match plain.as_str() {
                "today" | "now" | "current_date" => Some(Expr::SqlValue("CURRENT_DATE".to_owned())),
                _ => parse_date(&written).map(|_| cast("date")),
            },
            ValueType::Instant => match plain.as_str() {
                "now" | "today" | "now()" | "current_timestamp" => {
                    Some(Expr::function("now", Vec::new()))
                }
                _ => parse_date(&written).map(|_| cast("timestamp with time zone")),
            },
            ValueType::TimeOfDay => is_time(&written).then(|| cast("time without time zone")),
            ValueType::Duration => number::length_of_time(text).map(|_| cast("interval")),
            ValueType::Uuid => matches!(plain.as_str(), "random" | "generated" | "new")
                .then(|| Expr::function("gen_random_uuid", Vec::new())),
            ValueType::Json => Some(cast("jsonb")),
            ValueType::Currency | ValueType::Country => Some(Expr::text(&written.to_uppercase())),
            ValueType::Name
            | ValueType::Text
            | ValueType::LongText
            | ValueType::Code
            | ValueType::Language
            | ValueType::TimeZone
            | ValueType::Email
            | ValueType::Url
            | ValueType::Phone => Some(Expr::text(&written)),
            ValueType::Weekday => WEEKDAYS
                .contains(&plain.as_str())
                .then(|| Expr::text(&plain)),
            _ => None,
        },
        AttributeKind::Lookup => Some(Expr::text(&written)),
        _ => {
            reader.report.error_hint(
                text.range(),
                "a reference has no default",
                "make it optional, or let the program choose",
            );
            return None;
        }
    };
    if let Some(found) = found {
        return Some(found);
    }
    // Anything with a call in it may be SQL.
    if text.as_str().contains('(')
        && let Ok(expression) = parse_expression(text.as_str())
    {
        return Some(expression);
    }
    let AttributeKind::Value(value) = kind else {
        return None;
    };
    reader.report.error_hint(
        text.range(),
        format!(
            "the default `{}` is not {}",
            shortened(text.as_str()),
            describe(value)
        ),
        "write a constant of its type, `now` or `today` for times and dates, or a call such as \
         `gen_random_uuid()`",
    );
    None
}

fn describe(value: &ValueType) -> String {
    match value {
        ValueType::Boolean => "yes or no".to_owned(),
        ValueType::Integer { .. } => "a whole number".to_owned(),
        other => format!("a value of type {}", title(other)),
    }
}

fn integer(value: f64) -> Expr {
    // Checked to be whole; larger ones than 64 bits stay as written.
    let text = number::constant(value);
    text.parse().map_or(Expr::Numeric(text), Expr::Integer)
}
