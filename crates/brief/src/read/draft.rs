//! An attribute while it is read: modifiers with their places, so that contradictions can be shown.

use std::ops::Range;

use pgwright_planner::ColumnDescription;

use crate::model::{Attribute, AttributeKind, Bound, ValueType};
use crate::read::Reader;
use crate::read::attribute::attribute_name;
use crate::read::default::default_value;
use crate::read::states;
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
    pub(crate) name: String,
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
    pub(crate) minimum: Option<(Bound, Range<usize>)>,
    pub(crate) maximum: Option<(Bound, Range<usize>)>,
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
    pub(crate) values: Vec<Text<'a>>,
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
            values: Vec::new(),
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
        let values = values(reader, &self.values);
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
            values,
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
            values: None,
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

/// How values are spread; what is not understood is an error.
fn values(reader: &mut Reader<'_>, facts: &[Text<'_>]) -> Option<ColumnDescription> {
    let mut described = None;
    for fact in facts {
        match crate::sizes::values::read(*fact, "today") {
            Some(said) => said.note(described.get_or_insert_with(Default::default), None),
            None => reader.report.error_hint(
                fact.range(),
                format!("`{}` says nothing of values that is understood", fact.as_str()),
                "write such as `shipped 96 %, open 2 %`, `null 4 %`, `200 values`, `2019-01-01 to today`, `in order`",
            ),
        }
    }
    described
}
