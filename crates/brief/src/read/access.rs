//! Access patterns: `find contact by email, 20 a second`, `latest 50 interaction of organization by
//! happened_at`, `list movement of product between happened_at`, or SQL.

use crate::keys::ACCESS;
use crate::model::{AccessForm, AccessPattern, Entity, ValueType};
use crate::number::{frequency, leading_number};
use crate::read::Reader;
use crate::read::expression::{self, Scope};
use crate::read::fields::{Fields, name_of, shortened, text_of};
use crate::read::path::{self, attributes};
use crate::read::sql::{self, Use};
use crate::text::Text;
use crate::yaml::{Node, Value};

/// Reads the access patterns.
pub(crate) fn read<'a>(
    reader: &mut Reader<'a>,
    fields: &Fields<'a>,
    entities: &[Entity],
) -> Vec<AccessPattern> {
    let Some((node, _)) = fields.get("access") else {
        return Vec::new();
    };
    let Value::List(items) = &node.value else {
        reader.report.error_hint(
            node.range.clone(),
            "`access` is a list",
            "begin each access pattern with `- `",
        );
        return Vec::new();
    };
    let mut patterns: Vec<AccessPattern> = Vec::new();
    for item in items {
        if let Some((mut pattern, named)) = pattern(reader, item, entities) {
            let taken = |name: &str| patterns.iter().any(|other| other.name == name);
            if named && taken(&pattern.name) {
                reader.report.error_hint(
                    item.range.clone(),
                    format!("another access pattern is called `{}`", pattern.name),
                    "names of access patterns stand once in a brief",
                );
                continue;
            }
            let wanted = pattern.name.clone();
            let mut number = 2;
            while taken(&pattern.name) {
                pattern.name = format!("{wanted}_{number}");
                number += 1;
            }
            patterns.push(pattern);
        }
    }
    patterns
}

/// A pattern, and whether the brief names it.
fn pattern<'a>(
    reader: &mut Reader<'a>,
    node: &'a Node,
    entities: &[Entity],
) -> Option<(AccessPattern, bool)> {
    let span = reader.report.span(&node.range);
    let Value::Map(_) = &node.value else {
        let text = text_of(&mut reader.report, node, "access")?;
        let (sentence, often) = with_frequency(text);
        let (form, name) = sentence_form(reader, sentence, entities)?;
        let says = one_line(sentence.as_str());
        return Some((
            AccessPattern {
                name,
                says,
                form,
                per_second: often,
                span,
            },
            false,
        ));
    };
    let fields = Fields::read(
        &mut reader.report,
        node,
        &super::point(&node.range),
        &ACCESS,
    )?;
    let says = fields.words(&mut reader.report, "says");
    let given = fields
        .text(&mut reader.report, "name")
        .and_then(|text| name_of(&mut reader.report, text));
    let named = given.is_some();
    let mut per_second = None;
    if let Some(text) = fields.text(&mut reader.report, "often") {
        per_second = frequency(text);
        if per_second.is_none() {
            reader.report.error_hint(
                text.range(),
                format!("`{}` is not how often", shortened(text.as_str())),
                "write `100 a second`, `90,000 a day`, `every night`",
            );
        }
    }
    let sentence = fields.text(&mut reader.report, "pattern");
    let sql = fields.text(&mut reader.report, "sql");
    match (sentence, sql) {
        (Some(sentence), None) => {
            let (sentence, often) = with_frequency(sentence);
            let (form, made) = sentence_form(reader, sentence, entities)?;
            let says = says.unwrap_or_else(|| one_line(sentence.as_str()));
            let name = given.unwrap_or(made);
            let per_second = per_second.or(often);
            Some((
                AccessPattern {
                    name,
                    says,
                    form,
                    per_second,
                    span,
                },
                named,
            ))
        }
        (None, Some(sql)) => {
            let quoted = sql::check(reader, sql, entities, Use::Access);
            let says = says.unwrap_or_else(|| one_line(sql.as_str()));
            let name = given.unwrap_or_else(|| name_from_words(&says));
            let form = AccessForm::Sql(quoted);
            Some((
                AccessPattern {
                    name,
                    says,
                    form,
                    per_second,
                    span,
                },
                named,
            ))
        }
        (Some(sentence), Some(_)) => {
            reader.report.error_hint(
                sentence.range(),
                "an access pattern is a sentence or SQL, not both",
                "remove `pattern:` or `sql:`; words for people go under `says:`",
            );
            None
        }
        (None, None) => {
            reader.report.error_hint(
                super::point(&node.range),
                "the access pattern says neither `pattern:` nor `sql:`",
                "write `pattern: find contact by email`, or SQL over entity names under `sql:`",
            );
            None
        }
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn name_from_words(words: &str) -> String {
    let kept: String = words
        .chars()
        .map(|c| {
            if c.is_alphanumeric() {
                c.to_ascii_lowercase()
            } else {
                ' '
            }
        })
        .collect();
    let name = kept
        .split_whitespace()
        .filter(|word| !["a", "an", "the", "of", "that", "have", "in", "had", "no"].contains(word))
        .take(5)
        .collect::<Vec<_>>()
        .join("_");
    if name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        name
    } else {
        format!("access_{name}")
    }
}

/// Cuts `, 20 a second` off the end.
fn with_frequency(text: Text<'_>) -> (Text<'_>, Option<f64>) {
    let parts = text.split(&[',']);
    if let [.., before, last] = parts.as_slice()
        && let Some(often) = frequency(*last)
    {
        return (text.until(before.end_in(&text)), Some(often));
    }
    (text, None)
}

fn sentence_form<'a>(
    reader: &mut Reader<'a>,
    text: Text<'a>,
    entities: &[Entity],
) -> Option<(AccessForm, String)> {
    if let Some(rest) = text.after("find").or_else(|| text.after("search")) {
        return find(reader, text, rest, entities);
    }
    if let Some(rest) = text
        .after("latest")
        .or_else(|| text.after("newest"))
        .or_else(|| text.after("last"))
    {
        return list(reader, rest, entities, "latest");
    }
    if let Some(rest) = text
        .after("first")
        .or_else(|| text.after("earliest"))
        .or_else(|| text.after("oldest"))
    {
        return list(reader, rest, entities, "first");
    }
    if let Some(rest) = text.after("list").or_else(|| text.after("count")) {
        return list(reader, rest, entities, "list");
    }
    reader.report.error_hint(
        text.range(),
        format!(
            "`{}` is not understood as an access pattern",
            shortened(text.as_str())
        ),
        "begin with `find … by …`, `latest 50 … of …`, `list … of …`, or write `{says, sql}`",
    );
    None
}

fn entity<'a, 'e>(
    reader: &mut Reader<'a>,
    text: Text<'a>,
    entities: &'e [Entity],
) -> Option<&'e Entity> {
    match reader.symbols.reference(text.as_str()) {
        Some(found) => entities.iter().find(|entity| entity.name == found.entity),
        None => {
            reader.unknown_entity(text);
            None
        }
    }
}

fn where_part<'a>(
    reader: &mut Reader<'a>,
    text: Text<'a>,
    entities: &[Entity],
    named: impl Fn(Text<'a>) -> Text<'a>,
) -> Option<(Text<'a>, Option<pgwright_ddl::expr::Expr>)> {
    let Some((before, condition)) = text.around("where") else {
        return Some((text, None));
    };
    let entity_text = named(before);
    let Some(found) = reader.symbols.reference(entity_text.as_str()) else {
        // The entity's own error is reported by the caller.
        return Some((before, None));
    };
    let entity = entities.iter().find(|entity| entity.name == found.entity)?;
    let condition = expression::condition(reader, condition, &Scope::row(entities, entity))?;
    Some((before, Some(condition)))
}

/// `contact by email`, `organization by part of name`, `interaction by words in subject, note`.
fn find<'a>(
    reader: &mut Reader<'a>,
    whole: Text<'a>,
    rest: Text<'a>,
    entities: &[Entity],
) -> Option<(AccessForm, String)> {
    let named = |text: Text<'a>| text.around("by").map_or(text, |(name, _)| name);
    let (rest, condition) = where_part(reader, rest, entities, named)?;
    let Some((name, by)) = rest.around("by") else {
        reader.report.error_hint(
            whole.range(),
            "`find` without `by`",
            "write `find contact by email`; without a condition write `list contact`",
        );
        return None;
    };
    let entity = entity(reader, name, entities)?;
    let part = by.after("part of").or_else(|| by.after("parts of"));
    if let Some(of) = part {
        let of = texts(reader, entity, of)?;
        let name = format!("find_{}_by_part_of_{}", entity.name, of.join("_"));
        return Some((
            AccessForm::FindByPart {
                entity: entity.name.clone(),
                of,
            },
            name,
        ));
    }
    if let Some(of) = by.after("words in").or_else(|| by.after("words of")) {
        let of = texts(reader, entity, of)?;
        let name = format!("find_{}_by_words_in_{}", entity.name, of.join("_"));
        return Some((
            AccessForm::FindByWords {
                entity: entity.name.clone(),
                of,
            },
            name,
        ));
    }
    let by = attributes(reader, entity, by)?;
    let name = format!("find_{}_by_{}", entity.name, by.join("_"));
    Some((
        AccessForm::FindBy {
            entity: entity.name.clone(),
            by,
            condition,
        },
        name,
    ))
}

/// Attributes that hold text.
fn texts(reader: &mut Reader<'_>, entity: &Entity, text: Text<'_>) -> Option<Vec<String>> {
    let names = attributes(reader, entity, text)?;
    for name in &names {
        let column = path::column(entity, name)?;
        let is_text = matches!(
            path::value_type(&column),
            Some(
                ValueType::Name
                    | ValueType::Text
                    | ValueType::LongText
                    | ValueType::Code
                    | ValueType::Email
                    | ValueType::Phone
                    | ValueType::Url
            )
        );
        if !is_text && !reader.incomplete.contains(name) {
            reader.report.error_hint(
                text.range(),
                format!("`{name}` of `{}` is no text to search in", entity.name),
                format!("write `find {} by {name}`", entity.name),
            );
            return None;
        }
    }
    Some(names)
}

/// `[50] interaction [of organization] [between happened_at] [by happened_at [desc]]`.
fn list<'a>(
    reader: &mut Reader<'a>,
    rest: Text<'a>,
    entities: &[Entity],
    verb: &str,
) -> Option<(AccessForm, String)> {
    let (limit, rest) = match leading_number(rest) {
        Some((number, after)) => match number.parse::<u64>() {
            Ok(limit) if limit > 0 => (Some(limit), after.trim()),
            _ => {
                reader.report.error_hint(
                    rest.first_word().0.range(),
                    format!("`{number}` is not a number of rows"),
                    "write `latest 50 …`",
                );
                return None;
            }
        },
        None => (None, rest),
    };
    const CLAUSES: [&str; 4] = ["of", "between", "by", "ordered by"];
    let named = |text: Text<'a>| text.around_any(&CLAUSES).map_or(text, |(name, _)| name);
    let (rest, condition) = where_part(reader, rest, entities, named)?;
    let entity = entity(reader, named(rest), entities)?;
    let mut clauses = rest.from(named(rest).end_in(&rest)).trim();
    let (mut of, mut between, mut order) = (Vec::new(), None, Vec::new());
    while !clauses.is_empty() {
        let clause = CLAUSES
            .iter()
            .rev()
            .find_map(|word| Some((*word, clauses.after(word)?)));
        let Some((word, after)) = clause else { break };
        let text = named(after);
        match word {
            "of" => of = attributes(reader, entity, text)?,
            "between" => between = Some(ranged(reader, entity, text)?),
            _ => order = ordered(reader, entity, text, verb == "latest")?,
        }
        clauses = after.from(text.end_in(&after)).trim();
    }
    if order.is_empty() && verb != "list" {
        match time_of(entity) {
            Some(name) => order.push((name, verb == "latest")),
            None => {
                reader.report.error_hint(
                    rest.range(),
                    format!(
                        "`{verb}` by what? `{}` has no point in time or date",
                        entity.name
                    ),
                    format!("write `{verb} 50 {} by …`", entity.name),
                );
                return None;
            }
        }
    }
    let mut name = format!("{verb}_{}", entity.name);
    if !of.is_empty() {
        name.push_str(&format!("_of_{}", of.join("_")));
    }
    if let Some(between) = &between {
        name.push_str(&format!("_between_{between}"));
    }
    let entity = entity.name.clone();
    Some((
        AccessForm::List {
            entity,
            of,
            between,
            order,
            limit,
            condition,
        },
        name,
    ))
}

/// The attribute that tells when, if there is one.
fn time_of(entity: &Entity) -> Option<String> {
    let of = |wanted: fn(&ValueType) -> bool| {
        entity
            .columns()
            .iter()
            .find(|column| path::value_type(column).is_some_and(wanted))
            .map(|column| column.name.clone())
    };
    of(|value| matches!(value, ValueType::Instant))
        .or_else(|| of(|value| matches!(value, ValueType::Date)))
        .or_else(|| {
            of(|value| {
                matches!(
                    value,
                    ValueType::TimePeriod { .. } | ValueType::DatePeriod { .. }
                )
            })
        })
}

/// An attribute that a range is asked of.
fn ranged(reader: &mut Reader<'_>, entity: &Entity, text: Text<'_>) -> Option<String> {
    let name = path::attribute(reader, entity, text)?;
    let column = path::column(entity, &name)?;
    let ordered = path::is_number(&column)
        || matches!(
            path::value_type(&column),
            Some(
                ValueType::Date
                    | ValueType::Instant
                    | ValueType::TimeOfDay
                    | ValueType::Duration
                    | ValueType::DatePeriod { .. }
                    | ValueType::TimePeriod { .. }
                    | ValueType::Name
                    | ValueType::Code
                    | ValueType::Text
            )
        );
    if !ordered && !reader.incomplete.contains(&name) {
        reader.report.error_hint(
            text.range(),
            format!("`{name}` has no order to ask a range of"),
            "`between` goes with dates, times and numbers",
        );
        return None;
    }
    Some(name)
}

/// `happened_at desc, subject`.
fn ordered(
    reader: &mut Reader<'_>,
    entity: &Entity,
    text: Text<'_>,
    descending: bool,
) -> Option<Vec<(String, bool)>> {
    let mut order = Vec::new();
    for part in path::listed(text) {
        let (name, direction) = part.first_word();
        let down = match direction.plain().as_str() {
            "" => descending,
            "desc" | "descending" | "newest first" => true,
            "asc" | "ascending" | "oldest first" => false,
            _ => {
                // A name of several words.
                order.push((path::attribute(reader, entity, part)?, descending));
                continue;
            }
        };
        order.push((path::attribute(reader, entity, name)?, down));
    }
    Some(order)
}
