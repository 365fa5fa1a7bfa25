//! Volumes: `500,000; 50 changes a second`, `2 million a month, kept 7 years`, `4 per order`.

use std::ops::Range;

use crate::keys::VOLUME;
use crate::model::{Entity, Volume};
use crate::number::{MONTH, length_of_time, number, per_unit, unit_seconds};
use crate::read::Reader;
use crate::read::fields::{Fields, shortened, text_of};
use crate::text::Text;
use crate::yaml::{Node, Value};

/// A number of rows for each row of another entity, settled once all volumes are read.
#[derive(Debug)]
pub(crate) struct Ratio {
    pub(crate) entity: usize,
    pub(crate) count: f64,
    pub(crate) per: String,
    pub(crate) range: Range<usize>,
}

/// Reads a volume; a ratio is noted for later.
pub(crate) fn read<'a>(
    reader: &mut Reader<'a>,
    node: &'a Node,
    keyed: &Range<usize>,
    entity: usize,
) -> Volume {
    let mut volume = Volume {
        span: reader.report.span(&node.range),
        ..Volume::default()
    };
    match &node.value {
        Value::Scalar(scalar) => {
            for part in Text::of(scalar).split(&[',', ';']) {
                if !part.is_empty() {
                    self::part(reader, &mut volume, part, entity);
                }
            }
        }
        _ => {
            let fields = Fields::read(&mut reader.report, node, keyed, &VOLUME);
            let Some(fields) = fields else { return volume };
            let given: Vec<_> = fields.iter().map(|(key, _, node)| (key, node)).collect();
            for (key, node) in given {
                let Some(text) = text_of(&mut reader.report, node, key) else {
                    continue;
                };
                match key {
                    "peak" => peak(reader, &mut volume, text),
                    "kept" => kept(reader, &mut volume, text),
                    _ => part(reader, &mut volume, text, entity),
                }
            }
        }
    }
    if volume.rows.is_none()
        && let (Some(rate), Some(months)) = (volume.per_month, volume.keep_months)
    {
        volume.rows = Some(rate * months);
    }
    volume
}

fn part<'a>(reader: &mut Reader<'a>, volume: &mut Volume, text: Text<'a>, entity: usize) {
    if let Some(rest) = text.after("kept").or_else(|| text.after("keep")) {
        kept(reader, volume, rest);
        return;
    }
    let text = ["about", "growing by", "growing", "plus", "up to"]
        .iter()
        .find_map(|word| text.after(word))
        .unwrap_or(text);
    let Some((count, rest)) = number(text) else {
        not_understood(reader, text);
        return;
    };
    if count < 0.0 {
        reader
            .report
            .error_hint(text.range(), "a volume is not negative", "remove the sign");
        return;
    }
    if rest.is_empty() || rest.plain() == "rows" {
        volume.rows = Some(count);
        return;
    }
    let peak = rest.around("at peak").is_some();
    // `50 changes a second`, `200 new orders a day`: what is counted does not matter.
    let unit = per_unit(rest).or_else(|| {
        rest.words()
            .iter()
            .skip(1)
            .find_map(|word| per_unit(rest.from(word.start_in(&rest))))
    });
    if let Some(seconds) = unit {
        if peak || seconds <= 1.0 {
            volume.peak_per_second = Some(count / seconds);
        } else {
            volume.per_month = Some(count * MONTH / seconds);
        }
        return;
    }
    let per = rest
        .after("per")
        .or_else(|| rest.after("for each"))
        .or_else(|| rest.after("each"));
    if let Some(per) = per
        && unit_seconds(per.as_str()).is_none()
    {
        match reader.symbols.entity(per.as_str()) {
            Some(name) => {
                reader.ratios.push(Ratio {
                    entity,
                    count,
                    per: name,
                    range: per.range(),
                });
            }
            None => reader.unknown_entity(per),
        }
        return;
    }
    // `40,000 rows`, `12 warehouses`: one word that repeats the entity.
    if rest.words().len() == 1 && reader.symbols.reference(rest.as_str()).is_some() {
        volume.rows = Some(count);
        return;
    }
    not_understood(reader, text);
}

fn peak<'a>(reader: &mut Reader<'a>, volume: &mut Volume, text: Text<'a>) {
    match number(text).and_then(|(count, rest)| Some(count / per_unit(rest)?)) {
        Some(rate) => volume.peak_per_second = Some(rate),
        None => not_understood(reader, text),
    }
}

fn kept<'a>(reader: &mut Reader<'a>, volume: &mut Volume, text: Text<'a>) {
    let text = text.after("for").unwrap_or(text);
    if matches!(
        text.plain().as_str(),
        "ever" | "forever" | "for ever" | "always"
    ) {
        volume.keep_months = None;
        return;
    }
    match length_of_time(text) {
        Some(seconds) if seconds > 0.0 => {
            // Whole months and years stay whole.
            let months = seconds / MONTH;
            let rounded = months.round();
            volume.keep_months = Some(if (months - rounded).abs() < 1e-6 {
                rounded
            } else {
                months
            });
        }
        _ => reader.report.error_hint(
            text.range(),
            format!("`{}` is not a length of time", shortened(text.as_str())),
            "write `kept 7 years`, `kept 90 days` or `kept for ever`",
        ),
    }
}

fn not_understood(reader: &mut Reader<'_>, text: Text<'_>) {
    reader.report.error_hint(
        text.range(),
        format!(
            "`{}` is not understood as a volume",
            shortened(text.as_str())
        ),
        "write `40,000`, `2 million a month`, `50 a second`, `4 per order`, `kept 7 years`",
    );
}

/// Multiplies the ratios out, in whatever order they stand.
pub(crate) fn settle(reader: &mut Reader<'_>, entities: &mut [Entity]) {
    let mut open = std::mem::take(&mut reader.ratios);
    loop {
        let before = open.len();
        let mut waiting = Vec::new();
        for ratio in open {
            let unsettled = |name: &str, ratios: &[Ratio]| {
                ratios
                    .iter()
                    .any(|r| entities.get(r.entity).is_some_and(|e| e.name == name))
            };
            let whole = entities.iter().find(|e| e.name == ratio.per);
            match whole.and_then(|whole| whole.volume.clone()) {
                Some(whole)
                    if !unsettled(&ratio.per, &waiting)
                        && whole.rows.or(whole.per_month).is_some() =>
                {
                    if let Some(volume) = entities
                        .get_mut(ratio.entity)
                        .and_then(|entity| entity.volume.as_mut())
                    {
                        volume.rows = volume.rows.or(whole.rows.map(|rows| rows * ratio.count));
                        volume.per_month = volume
                            .per_month
                            .or(whole.per_month.map(|rate| rate * ratio.count));
                    }
                }
                _ => waiting.push(ratio),
            }
        }
        open = waiting;
        if open.is_empty() || open.len() == before {
            break;
        }
    }
    for ratio in open {
        reader.report.error_hint(
            ratio.range,
            format!("`{}` has no volume to multiply", ratio.per),
            format!("give `{}` a volume, such as `volume: 10,000`", ratio.per),
        );
    }
}
