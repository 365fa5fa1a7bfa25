//! The sentence forms of rules.

use pgwright_ddl::expr::Expr;

use crate::model::{Entity, PeriodOf, RuleForm, ValueType};
use crate::number::leading_number;
use crate::read::Reader;
use crate::read::expression::{self, Scope};
use crate::read::fields::shortened;
use crate::read::path::{self, attributes, dotted};
use crate::read::settle::{element, summed};
use crate::text::Text;
use crate::vocabulary::ColumnSource;

/// What a rule is about.
pub(crate) struct Context<'e> {
    pub(crate) entities: &'e [Entity],
    pub(crate) entity: &'e Entity,
}

impl<'e> Context<'e> {
    fn row(&self) -> Scope<'e> {
        Scope::row(self.entities, self.entity)
    }

    /// `… where condition`: the part before and the condition. `None` when the condition is wrong.
    fn conditional<'a>(
        &self,
        reader: &mut Reader<'a>,
        text: Text<'a>,
        words: &[&str],
    ) -> Option<(Text<'a>, Option<Expr>)> {
        match text.around_any(words) {
            Some((before, condition)) => Some((
                before,
                Some(expression::condition(reader, condition, &self.row())?),
            )),
            None => Some((text, None)),
        }
    }

    pub(crate) fn number(&self, reader: &mut Reader<'_>, text: Text<'_>) -> Option<String> {
        let name = path::attribute(reader, self.entity, text)?;
        let column = path::column(self.entity, &name)?;
        if !path::is_number(&column) && !reader.incomplete.contains(&name) {
            reader.report.error_hint(
                text.range(),
                format!("`{name}` is no number"),
                "name a quantity, an integer or money",
            );
            return None;
        }
        Some(name)
    }

    /// `valid per distributor, principal where …`, `starts_at to ends_at per room`.
    pub(crate) fn no_overlap<'a>(
        &self,
        reader: &mut Reader<'a>,
        rest: Text<'a>,
    ) -> Option<RuleForm> {
        let (rest, condition) = self.conditional(reader, rest, &["where", "when"])?;
        let (period, per) = match rest.around_any(&["per", "for the same", "for each"]) {
            Some((period, per)) => (period, attributes(reader, self.entity, per)?),
            None => (rest, Vec::new()),
        };
        let ends = period.around_any(&["to", "until", "and"]).or_else(|| {
            let at = period.as_str().find("..")?;
            Some((period.until(at).trim(), period.from(at + 2).trim()))
        });
        let period = match ends {
            Some((start, end)) => {
                let from = path::attribute(reader, self.entity, start);
                let to = path::attribute(reader, self.entity, end);
                let (from, to) = (from?, to?);
                for (name, text) in [(&from, start), (&to, end)] {
                    self.expect_type(reader, name, text, "a date or point in time", |value| {
                        matches!(
                            value,
                            ValueType::Date | ValueType::Instant | ValueType::TimeOfDay
                        )
                    })?;
                }
                PeriodOf::Between(from, to)
            }
            None => {
                let name = path::attribute(reader, self.entity, period)?;
                self.expect_type(reader, &name, period, "a period", |value| {
                    matches!(
                        value,
                        ValueType::DatePeriod { .. }
                            | ValueType::TimePeriod { .. }
                            | ValueType::TimeOfDayPeriod
                    )
                })?;
                PeriodOf::Attribute(name)
            }
        };
        Some(RuleForm::NoOverlap {
            period,
            per,
            condition,
        })
    }

    fn expect_type(
        &self,
        reader: &mut Reader<'_>,
        name: &str,
        text: Text<'_>,
        what: &str,
        fits: impl Fn(&ValueType) -> bool,
    ) -> Option<()> {
        let column = path::column(self.entity, name)?;
        if path::value_type(&column).is_some_and(fits) {
            return Some(());
        }
        reader.report.error_hint(
            text.range(),
            format!("`{name}` is not {what}"),
            "write `no overlap of valid per room` for a period attribute, or \
             `no overlap of starts_on to ends_on per room` for two dates or times",
        );
        None
    }

    /// `per organization where is_primary`.
    pub(crate) fn at_most_one<'a>(
        &self,
        reader: &mut Reader<'a>,
        whole: Text<'a>,
        rest: Text<'a>,
    ) -> Option<RuleForm> {
        let (rest, condition) = self.conditional(reader, rest, &["where", "when"])?;
        // The entity may be named: `at most one subscription per tenant`.
        let rest = match rest.words().first() {
            Some(word)
                if reader.symbols.entity(word.as_str()).as_deref() == Some(&self.entity.name) =>
            {
                rest.from(word.end_in(&rest)).trim()
            }
            _ => rest,
        };
        let per = match rest.after("per").or_else(|| rest.after("for each")) {
            Some(per) => attributes(reader, self.entity, per)?,
            None if rest.is_empty() => Vec::new(),
            None => {
                reader.report.error_hint(
                    rest.range(),
                    format!("`{}` is not understood here", shortened(rest.as_str())),
                    "write `at most one per organization where is_primary`",
                );
                return None;
            }
        };
        if per.is_empty() && condition.is_none() {
            reader.report.error_hint(
                whole.range(),
                "at most one of what?",
                "write `at most one per organization where is_primary`",
            );
            return None;
        }
        Some(RuleForm::AtMostOne { per, condition })
    }

    /// `on_hand never below 0`.
    pub(crate) fn never_below<'a>(
        &self,
        reader: &mut Reader<'a>,
        attribute: Text<'a>,
        rest: Text<'a>,
    ) -> Option<RuleForm> {
        let name = self.number(reader, attribute);
        let word = rest
            .after("zero")
            .filter(Text::is_empty)
            .map(|_| "0".to_owned());
        let minimum = word.or_else(|| {
            leading_number(rest)
                .filter(|(_, rest)| rest.trim().is_empty())
                .map(|(n, _)| n)
        });
        if minimum.is_none() {
            reader.report.error_hint(
                rest.range(),
                format!("`{}` is not a number", shortened(rest.as_str())),
                "write `on_hand never below 0`",
            );
        }
        Some(RuleForm::NeverBelow {
            attribute: name?,
            minimum: minimum?,
        })
    }

    /// `invoice_line.amount [when …]` after `subtotal = sum of`.
    pub(crate) fn sum_equals<'a>(
        &self,
        reader: &mut Reader<'a>,
        attribute: Text<'a>,
        rest: Text<'a>,
    ) -> Option<RuleForm> {
        let (rest, condition) = self.conditional(reader, rest, &["when", "where"])?;
        let attribute = self.number(reader, attribute);
        let (entity, of) = self.summed_part(reader, rest)?;
        Some(RuleForm::SumEquals {
            attribute: attribute?,
            entity,
            of,
            condition,
        })
    }

    /// `refund.amount at most amount [where …]` after `sum of`; also `sum of line.amount = subtotal`.
    pub(crate) fn sum_at_most<'a>(
        &self,
        reader: &mut Reader<'a>,
        rest: Text<'a>,
    ) -> Option<RuleForm> {
        let below = rest.around_any(&["at most", "<="]);
        if below.is_none()
            && let Some((of, attribute)) = rest.around("=")
        {
            let (attribute, condition) = self.conditional(reader, attribute, &["when", "where"])?;
            let attribute = self.number(reader, attribute);
            let (entity, of) = self.summed_part(reader, of)?;
            return Some(RuleForm::SumEquals {
                attribute: attribute?,
                entity,
                of,
                condition,
            });
        }
        let Some((of, bound)) = below else {
            reader.report.error_hint(
                rest.range(),
                "the sum is not compared with anything",
                "write `sum of refund.amount at most amount`, or `total = sum of line.amount`",
            );
            return None;
        };
        let (bound, condition_text) = match bound.around_any(&["where", "when"]) {
            Some((bound, condition)) => (bound, Some(condition)),
            None => (bound, None),
        };
        let attribute = self.number(reader, bound);
        let (entity, of) = self.summed_part(reader, of)?;
        let condition = match condition_text {
            Some(text) => {
                let part = self.entities.iter().find(|e| e.name == entity)?;
                Some(expression::condition(
                    reader,
                    text,
                    &Scope::row(self.entities, part),
                )?)
            }
            None => None,
        };
        Some(RuleForm::SumAtMost {
            entity,
            of,
            attribute: attribute?,
            condition,
        })
    }

    /// `refund.amount`, of an entity whose rows belong to this one's.
    fn summed_part<'a>(&self, reader: &mut Reader<'a>, of: Text<'a>) -> Option<(String, String)> {
        let (part, attribute) = summed(reader, self.entities, of)?;
        if !belongs(reader, part, self.entity) {
            reader.report.error_hint(
                element(of, 0),
                format!("`{}` has no reference to `{}`", part.name, self.entity.name),
                format!(
                    "the rows to add up are those that refer to it: `part_of: {}`",
                    self.entity.name
                ),
            );
            return None;
        }
        Some((part.name.clone(), attribute))
    }

    /// `visit_note [when …]`.
    pub(crate) fn counted<'a>(
        &self,
        reader: &mut Reader<'a>,
        rest: Text<'a>,
    ) -> Option<(String, Option<Expr>)> {
        let (part, condition) = self.conditional(reader, rest, &["when", "where", "if"])?;
        let hint = format!("make it a part: `part_of: {}`", self.entity.name);
        Some((self.part(reader, part, &hint)?, condition))
    }

    /// `finalized_at is not null [except a, b] [with parts c, d]` after `frozen when`.
    pub(crate) fn frozen<'a>(&self, reader: &mut Reader<'a>, rest: Text<'a>) -> Option<RuleForm> {
        const MARKERS: [&str; 5] = ["with parts", "with its", "together with", "with", "except"];
        let before = |text: Text<'a>| text.around_any(&MARKERS).map_or(text, |(before, _)| before);
        let condition = before(rest);
        let mut tail = rest.from(condition.end_in(&rest)).trim();
        let (mut except, mut parts, mut complete) = (Vec::new(), Vec::new(), true);
        while let Some((marker, after)) = MARKERS
            .iter()
            .find_map(|marker| Some((*marker, tail.after(marker)?)))
        {
            let list = before(after);
            tail = after.from(list.end_in(&after)).trim();
            let list = without_comma(list);
            if marker == "except" {
                match attributes(reader, self.entity, list) {
                    Some(names) => except.extend(names),
                    None => complete = false,
                }
                continue;
            }
            for part in path::listed(list) {
                match self.part(reader, part, "only its parts freeze with it") {
                    Some(name) => parts.push(name),
                    None => complete = false,
                }
            }
        }
        let condition = expression::condition(reader, without_comma(condition), &self.row())?;
        complete.then_some(RuleForm::Frozen {
            condition,
            except,
            parts,
        })
    }

    /// The name of an entity whose rows refer to this one's.
    fn part(&self, reader: &mut Reader<'_>, text: Text<'_>, hint: &str) -> Option<String> {
        let Some(name) = reader.symbols.entity(text.as_str()) else {
            reader.unknown_entity(text);
            return None;
        };
        let found = self.entities.iter().find(|entity| entity.name == name)?;
        if !belongs(reader, found, self.entity) {
            reader.report.error_hint(
                text.range(),
                format!("`{name}` has no reference to `{}`", self.entity.name),
                hint,
            );
            return None;
        }
        Some(name)
    }

    /// `A then B` after `when`.
    pub(crate) fn when<'a>(
        &self,
        reader: &mut Reader<'a>,
        whole: Text<'a>,
        rest: Text<'a>,
    ) -> Option<RuleForm> {
        let Some((condition, requirement)) = rest.around("then") else {
            reader.report.error_hint(
                whole.range(),
                "`when` without `then`",
                "write `when stage = 'lost' then reason is not null`",
            );
            return None;
        };
        let scope = Scope::followed(self.entities, self.entity);
        let condition = expression::condition(reader, condition, &scope);
        let requirement = expression::condition(reader, requirement, &scope);
        let (condition, requirement) = (condition?, requirement?);
        if follows(&condition) || follows(&requirement) {
            Some(RuleForm::WhenReferenced {
                condition,
                requirement,
            })
        } else {
            Some(RuleForm::When {
                condition,
                requirement,
            })
        }
    }

    /// `opportunity.principal = product.principal`; `None` when it is something else.
    pub(crate) fn same_path<'a>(
        &self,
        reader: &mut Reader<'a>,
        text: Text<'a>,
    ) -> Option<Option<RuleForm>> {
        let (left_text, right_text) = text.around("=")?;
        let left = dotted(left_text)?;
        let right = dotted(right_text)?;
        if left.len() < 2 && right.len() < 2 {
            return None;
        }
        let mut ends = Vec::new();
        for (text, path) in [(left_text, &left), (right_text, &right)] {
            match path::resolve(self.entities, self.entity, path) {
                Ok(target) => ends.push(target),
                Err(lost) => {
                    if !path.iter().any(|name| reader.incomplete.contains(name)) {
                        reader
                            .report
                            .push(element(text, lost.index), lost.message, lost.hint);
                    }
                }
            }
        }
        let [left, right] = ends.as_slice() else {
            return Some(None);
        };
        if left.path.len() < 2 && right.path.len() < 2 {
            return None;
        }
        match (left.identifies(), right.identifies()) {
            (Some(a), Some(b)) if a.entity == b.entity => Some(Some(RuleForm::SamePath {
                left: left.path.clone(),
                right: right.path.clone(),
            })),
            (Some(a), Some(b)) => {
                reader.report.error_hint(
                    text.range(),
                    format!(
                        "`{}` is a `{}` and `{}` is a `{}`: they are never the same",
                        left_text.as_str(),
                        a.entity,
                        right_text.as_str(),
                        b.entity
                    ),
                    "both paths must end in a reference to the same entity",
                );
                Some(None)
            }
            _ => None,
        }
    }
}

/// Without a comma at its end.
fn without_comma(text: Text<'_>) -> Text<'_> {
    text.until(text.as_str().trim_end_matches(',').len()).trim()
}

/// Whether rows of `part` refer to rows of `whole`.
fn belongs(reader: &Reader<'_>, part: &Entity, whole: &Entity) -> bool {
    // What could not be read may have been the reference.
    let unread = reader
        .incomplete
        .contains(&format!("part_of {}", part.name))
        || part
            .attributes
            .iter()
            .any(|a| reader.incomplete.contains(&a.name));
    unread
        || part.columns().iter().any(|column| {
            column
                .target
                .as_ref()
                .is_some_and(|target| target.entity == whole.name)
                && !matches!(column.source, ColumnSource::Key)
        })
}

/// Whether the expression names attributes of referenced rows.
pub(crate) fn follows(expression: &Expr) -> bool {
    expression.columns().iter().any(|path| path.len() > 1)
}
