//! Which tables are partitioned, by which column, and how long a partition is.

use pgwright_brief::model::{AttributeKind, Entity, RuleForm};
use pgwright_catalog::{Name, ObjectId};

use super::calendar;
use crate::companion;
use crate::decision::{Alternative, Decision, Question, Source, Weight};
use crate::draft::{Draft, PartitionInterval, PartitionPlan};
use crate::families::copied_values;
use crate::words;

/// With a retention, a table is partitioned from so many rows on: deleting a month's worth of them
/// in batches would then write more than a million dead rows and index entries.
const ROWS_WITH_RETENTION: f64 = 20e6;

/// Without one, partitions only keep indexes and vacuum small: worth it much later.
const ROWS_WITHOUT_RETENTION: f64 = 500e6;

/// A partition should hold at least so many rows, so that there are not more of them than a planner
/// and a person can oversee.
const ROWS_PER_PARTITION: f64 = 5e6;

/// Years that a table without retention is planned for.
const HORIZON_MONTHS: f64 = 60.0;

/// Decides for every entity, and says why the large ones that could be partitioned are not.
pub fn decide(draft: &mut Draft<'_>) {
    for name in companion::designed_entities(draft) {
        let Some(entity) = draft.brief.entity(&name) else {
            continue;
        };
        let Some(size) = Size::of(entity) else {
            continue;
        };
        if draft.plan(&name).expected_rows.is_none() {
            draft.plan_mut(&name).expected_rows = Some(size.rows);
        }
        if !size.is_large() {
            continue;
        }
        match obstacle(draft, entity) {
            Some(obstacle) => record_not_partitioned(draft, entity, &size, &obstacle),
            None => partition(draft, entity, &size),
        }
    }
}

/// How large a table becomes.
struct Size {
    rows: f64,
    per_month: Option<f64>,
    keep_months: Option<f64>,
}

impl Size {
    fn of(entity: &Entity) -> Option<Self> {
        let volume = entity.volume.as_ref()?;
        let per_month = companion::rows_per_month(entity);
        let grown = per_month.map(|rate| rate * volume.keep_months.unwrap_or(HORIZON_MONTHS));
        let rows = match (volume.rows, grown) {
            (Some(now), Some(grown)) if volume.keep_months.is_none() => now + grown,
            (Some(now), Some(grown)) => now.max(grown),
            (Some(now), None) => now,
            (None, grown) => grown?,
        };
        Some(Self {
            rows,
            per_month,
            keep_months: volume.keep_months,
        })
    }

    fn is_large(&self) -> bool {
        let least = if self.keep_months.is_some() {
            ROWS_WITH_RETENTION
        } else {
            ROWS_WITHOUT_RETENTION
        };
        self.per_month.or(self.keep_months).is_some() && self.rows >= least
    }

    fn monthly(&self) -> f64 {
        self.per_month
            .unwrap_or_else(|| self.rows / self.keep_months.unwrap_or(HORIZON_MONTHS).max(1.0))
    }

    /// The shortest calendar period that holds enough rows, but never so long that a retention
    /// could not be kept to within a quarter of itself.
    fn interval(&self) -> PartitionInterval {
        let candidates = [
            (PartitionInterval::Day, 1.0 / 30.4375),
            (PartitionInterval::Week, 7.0 / 30.4375),
            (PartitionInterval::Month, 1.0),
            (PartitionInterval::Quarter, 3.0),
            (PartitionInterval::Year, 12.0),
        ];
        let longest = self.keep_months.unwrap_or(HORIZON_MONTHS) / 4.0;
        let mut chosen = PartitionInterval::Day;
        for (interval, months) in candidates {
            if months > longest && interval != PartitionInterval::Day {
                break;
            }
            chosen = interval;
            if months * self.monthly() >= ROWS_PER_PARTITION {
                break;
            }
        }
        chosen
    }
}

/// Why a large table is not partitioned.
struct Obstacle {
    what: String,
    why: String,
}

fn obstacle(draft: &Draft<'_>, entity: &Entity) -> Option<Obstacle> {
    let spoken = words::spoken(&entity.name);
    if let Some(referring) = referred_by(draft, &entity.name) {
        return Some(Obstacle {
            what: format!("{} refers to it", words::a(&referring)),
            why: format!(
                "The primary key of a partitioned table must contain the partition column, so \
                 every row of {} would have to carry the time of its {spoken} as well, and a \
                 partition could not be dropped while one of them is left.",
                words::spoken(&referring)
            ),
        });
    }
    let overlaps = entity
        .rules
        .iter()
        .find(|r| matches!(r.form, RuleForm::NoOverlap { .. }));
    if let Some(rule) = overlaps {
        return Some(Obstacle {
            what: format!("of the rule {}", rule.name),
            why: "An exclusion constraint holds within one partition only (before PostgreSQL 17 \
                  it is not even allowed on a partitioned table), and the rule must hold across \
                  their borders."
                .to_owned(),
        });
    }
    if entity.key.is_some()
        && companion::time_attribute(entity).is_none_or(|(name, _)| !in_key(entity, name))
    {
        return Some(Obstacle {
            what: "its own key holds no time".to_owned(),
            why: "The brief gives it a key of its own, which PostgreSQL could keep unique only \
                  within each partition."
                .to_owned(),
        });
    }
    None
}

fn in_key(entity: &Entity, name: &str) -> bool {
    entity.key.iter().flatten().any(|k| k == name)
}

/// An entity that refers to this one, if any: by reference, as a part, or through a junction.
fn referred_by(draft: &Draft<'_>, target: &str) -> Option<String> {
    draft.brief.entities.iter().find_map(|e| {
        let part = e.part_of.as_ref().is_some_and(|p| p.whole == target);
        let roles = e.roles.iter().flat_map(|r| &r.attributes);
        let refers = Draft::stored_attributes(e)
            .into_iter()
            .map(|(a, _)| a)
            .chain(roles)
            .any(|a| match &a.kind {
                AttributeKind::Reference(r) => r.entity == target,
                AttributeKind::Either(choices) => choices.iter().any(|r| r.entity == target),
                AttributeKind::Many { to, .. } => to.entity == target || e.name == target,
                _ => false,
            });
        (part || refers).then(|| e.name.clone())
    })
}

/// The column that rows are told apart by: the point in time that the entity itself records (a date
/// only when it is settled, for a date may be of anything), else when the row was added. True when
/// it is a date.
fn partition_column(entity: &Entity) -> (String, bool) {
    let settled = |name: &str| {
        entity.append_only
            || in_key(entity, name)
            || entity
                .attribute(name)
                .is_some_and(copied_values::is_set_once)
    };
    match companion::time_attribute(entity) {
        Some((name, by_date)) if !by_date || settled(name) => (name.to_owned(), by_date),
        _ => ("created_at".to_owned(), false),
    }
}

fn partition(draft: &mut Draft<'_>, entity: &Entity, size: &Size) {
    let (column, by_date) = partition_column(entity);
    let interval = size.interval();
    let data_type = if by_date {
        "date"
    } else {
        "timestamp with time zone"
    };
    let plan = draft.plan_mut(&entity.name);
    let name = Name::new(column.clone());
    plan.partition = Some(PartitionPlan {
        column: name.clone(),
        by_date,
        interval,
        keep_months: size.keep_months,
    });
    if !plan.key.iter().any(|(n, _)| *n == name) {
        plan.key.push((name, data_type.to_owned()));
    }
    record_partitioned(draft, entity, size, &column, interval);
}

fn months_of(interval: PartitionInterval) -> f64 {
    match interval {
        PartitionInterval::Day => 1.0 / 30.4375,
        PartitionInterval::Week => 7.0 / 30.4375,
        PartitionInterval::Month => 1.0,
        PartitionInterval::Quarter => 3.0,
        PartitionInterval::Year => 12.0,
    }
}

fn record_partitioned(
    draft: &mut Draft<'_>,
    entity: &Entity,
    size: &Size,
    column: &str,
    interval: PartitionInterval,
) {
    let spoken = words::spoken(&entity.name);
    let period = calendar::word(interval);
    let each = size.monthly() * months_of(interval);
    let table = draft.plan(&entity.name).table.clone();
    let span = entity.volume.as_ref().map_or(entity.span, |v| v.span);
    let partitions = size
        .keep_months
        .map(|keep| (keep / months_of(interval)).ceil() + 1.0);
    let given = entity
        .volume
        .as_ref()
        .is_some_and(|v| v.per_month.is_some());
    let rate = if given {
        format!("{} rows come every month", words::count(size.monthly()))
    } else {
        format!(
            "The brief gives a peak rate; taking the average as a quarter of it, {} rows come \
             every month",
            words::count(size.monthly())
        )
    };
    let kept = match size.keep_months {
        Some(keep) => format!(
            "and stay for {}: {} rows in the steady state. Dropping the oldest partition removes \
             {} rows in milliseconds, where a DELETE would write every one of them as dead, with \
             every index entry, and leave vacuum to clean up behind it. ",
            companion::months(keep),
            words::count(size.rows),
            words::count(each)
        ),
        None => format!(
            "for ever: {} rows after five years. Recent rows, which are what is written and mostly \
             read, stay in a partition whose indexes fit in memory, and vacuum works on one \
             partition at a time. ",
            words::count(size.rows)
        ),
    };
    let number = partitions
        .map(|n| format!("At most {n:.0} partitions exist at once, which the planner handles without notice. "))
        .unwrap_or_default();
    let movable = entity
        .attribute(column)
        .is_some_and(|a| !copied_values::is_set_once(a))
        && !entity.append_only;
    let moves = if movable {
        "A row whose time is changed moves to another partition by itself. "
    } else {
        ""
    };
    draft.decide(Decision {
        family: "partitioning",
        title: format!(
            "{} by {period}",
            words::capital(&words::spoken(table.name.as_str()))
        ),
        subjects: vec![ObjectId::Table(table)],
        choice: format!(
            "Range partitions by {column}, one a {period}, about {} rows each.",
            words::count(each)
        ),
        rationale: format!(
            "{rate} {kept}{number}{moves}Queries that say {column}, or ask for the newest rows of \
             something, touch only the partitions they need; others look into the index of each, \
             which is cheap but not free. The primary key must contain {column}; nothing refers \
             to {}, so nobody else pays for that. What must be unique over all times is kept so \
             beside the table (see the decisions on uniqueness). A default partition catches rows \
             outside all ranges, so that no write is lost when maintenance was forgotten.",
            words::a(&entity.name),
        ),
        alternatives: vec![
            Alternative::new(
                "One table, expired rows deleted in batches",
                format!(
                    "Simple keys, and right up to some {} rows. Here every {spoken} would be \
                     written twice: once to come, once to go.",
                    words::count(ROWS_WITH_RETENTION)
                ),
            ),
            Alternative::new(
                "pg_partman",
                "The well-known extension for the same, with more modes and a background worker. \
                 It must be installed on the server; the procedure of this design is plain \
                 PL/pgSQL, and pg_partman can take over the partitions later.",
            ),
            Alternative::new(
                "Partitions by hash",
                "Spread writes, and help neither retention nor questions about a period.",
            ),
        ],
        source: Source::at(format!("{}.volume", entity.name), span),
        weight: Weight::Major,
    });
    if movable && column != "created_at" {
        draft.ask(Question {
            id: format!("{}.{column}_changes", entity.name),
            ask: format!(
                "Can {} of {} be corrected after it was recorded, to another {period}?",
                words::spoken(column),
                words::a(&entity.name)
            ),
            default: "Yes; the row then moves to another partition.".to_owned(),
            matters: "Moving a row is a delete and an insert, and changes its key.".to_owned(),
            otherwise: "Marking the attribute as fixed refuses such a correction.".to_owned(),
            source: Source::at(entity.name.clone(), entity.span),
        });
    }
}

fn record_not_partitioned(
    draft: &mut Draft<'_>,
    entity: &Entity,
    size: &Size,
    obstacle: &Obstacle,
) {
    let table = draft.plan(&entity.name).table.clone();
    let span = entity.volume.as_ref().map_or(entity.span, |v| v.span);
    let expiry = match size.keep_months {
        Some(keep) => format!(
            " Rows older than {} leave in small batches by a procedure: about {} a day, each \
             batch a transaction of its own, so that it never holds locks for long.",
            companion::months(keep),
            words::count(size.monthly() / 30.4375)
        ),
        None => String::new(),
    };
    draft.decide(Decision {
        family: "partitioning",
        title: format!(
            "{} in one table",
            words::capital(&words::spoken(table.name.as_str()))
        ),
        subjects: vec![ObjectId::Table(table)],
        choice: format!("Not partitioned, because {}.", obstacle.what),
        rationale: format!(
            "With {} rows it is large enough that partitions were considered. {}{expiry} B-tree \
             lookups grow by one page read from a million rows to a billion, so what would be \
             gained is cheaper removal and smaller vacuums; autovacuum is tuned for the size \
             instead.",
            words::count(size.rows),
            obstacle.why
        ),
        alternatives: vec![Alternative::new(
            "Range partitions by time all the same",
            "The choice when removal in batches can no longer keep up: the time then enters the \
             key, and every reference to it.",
        )],
        source: Source::at(format!("{}.volume", entity.name), span),
        weight: Weight::Notable,
    });
}
