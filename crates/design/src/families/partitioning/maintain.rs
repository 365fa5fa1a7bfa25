//! Partitions as the design begins, the procedures that make and drop them, and what to watch.

use pgwright_brief::model::Date;
use pgwright_catalog::{
    Argument, ObjectId, PartitionBound, PartitionKey, PartitionOf, QualifiedName, Routine,
    RoutineKind, Table, quote_literal,
};

use super::calendar;
use crate::companion;
use crate::decision::{Enforcement, Monitor, Source};
use crate::draft::{Draft, PartitionPlan};
use crate::families::maintenance;
use crate::fixtures::Fixtures;
use crate::testing::{Case, Expected, RuleTest};
use crate::{names, words};

/// Names of partitions are cut here, so that every label fits behind.
const STEM_LENGTH: usize = 48;

/// Partitioned entities with their plans.
pub(super) fn partitioned(draft: &Draft<'_>) -> Vec<(String, QualifiedName, PartitionPlan)> {
    companion::designed_entities(draft)
        .into_iter()
        .filter_map(|name| {
            let plan = draft.plan(&name);
            let partition = plan.partition.clone()?;
            Some((name.clone(), plan.table.clone(), partition))
        })
        .collect()
}

/// What partitions of a table are called before `_p2026_09`.
fn stem(table: &QualifiedName) -> String {
    let name = table.name.as_str();
    if name.len() <= STEM_LENGTH {
        return name.to_owned();
    }
    // The mark that tells two long names apart is the one that naming gives to any long name.
    let long = names::shortened(&format!("{name}{name}"), "");
    let mark = &long.as_str()[long.as_str().len().saturating_sub(7)..];
    let mut end = STEM_LENGTH - mark.len();
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}{mark}", &name[..end])
}

/// Makes every table of a plan partitioned, with its first partitions and a default.
pub fn build_partitions(draft: &mut Draft<'_>) {
    for (entity, table, plan) in partitioned(draft) {
        let spoken = words::spoken(&entity);
        if let Some(parent) = draft.catalog.tables.get_mut(&table) {
            parent.partition_by = Some(PartitionKey {
                strategy: "RANGE".to_owned(),
                elements: vec![plan.column.quoted()],
            });
        }
        let stem = stem(&table);
        let current = calendar::start_of(plan.interval, draft.brief.as_of);
        for step in -1..=calendar::ahead(plan.interval) {
            let from = calendar::advance(plan.interval, current, step);
            let to = calendar::advance(plan.interval, from, 1);
            let name = format!("{stem}_p{}", calendar::label(plan.interval, from));
            let bound = PartitionBound::Range {
                from: vec![bound(from, plan.by_date)],
                to: vec![bound(to, plan.by_date)],
            };
            let comment = None;
            add_partition(draft, &table, &name, bound, comment);
        }
        let comment = Some(format!(
            "Rows of {spoken} outside every other partition; should stay empty."
        ));
        add_partition(
            draft,
            &table,
            &format!("{stem}_default"),
            PartitionBound::Default,
            comment,
        );
    }
}

fn bound(date: Date, by_date: bool) -> String {
    let day = format!("{:04}-{:02}-{:02}", date.year, date.month, date.day);
    if by_date {
        quote_literal(&day)
    } else {
        // Days begin at midnight UTC, whatever the session's time zone is.
        quote_literal(&format!("{day} 00:00:00+00"))
    }
}

fn add_partition(
    draft: &mut Draft<'_>,
    parent: &QualifiedName,
    name: &str,
    bound: PartitionBound,
    comment: Option<String>,
) {
    let entity = draft
        .entities
        .iter()
        .find(|(_, plan)| plan.table == *parent)
        .map(|(entity, _)| entity.clone());
    let options = entity
        .map(|entity| maintenance::options_of(draft, &entity))
        .unwrap_or_default();
    let table = Table {
        partition_of: Some(PartitionOf {
            parent: parent.clone(),
            bound,
            attached: false,
        }),
        options,
        comment,
        ..Table::default()
    };
    draft.catalog.tables.insert(draft.qualified(name), table);
}

/// Adds the procedures that keep partitions and retention.
pub fn add_procedures(draft: &mut Draft<'_>) {
    let partitioned = partitioned(draft);
    if !partitioned.is_empty() {
        add_maintenance(draft, &partitioned);
    }
    super::expire::add_expiry(draft, &partitioned);
}

fn add_maintenance(draft: &mut Draft<'_>, partitioned: &[(String, QualifiedName, PartitionPlan)]) {
    let rows: Vec<String> = partitioned
        .iter()
        .map(|(entity, table, plan)| {
            let (unit, step) = calendar::unit_and_step(plan.interval);
            let options: Vec<String> = maintenance::options_of(draft, entity)
                .iter()
                .map(|(key, value)| format!("{key} = {value}"))
                .collect();
            let options = match options.as_slice() {
                [] => "NULL::text".to_owned(),
                options => quote_literal(&options.join(", ")),
            };
            let keep = plan
                .keep_months
                .map_or_else(|| "NULL::interval".to_owned(), companion::interval);
            let format = if plan.by_date { "YYYY-MM-DD" } else { "YYYY-MM-DD 00:00:00+00" };
            format!(
                "({}::regclass, {}::regclass, {}, {}, '{unit}', interval '{step}', '{}', '{format}', interval '{}', {keep}, {options})",
                quote_literal(&table.quoted()),
                quote_literal(&draft.qualified(format!("{}_default", stem(table))).quoted()),
                quote_literal(plan.column.as_str()),
                quote_literal(&stem(table)),
                calendar::label_format(plan.interval),
                calendar::ahead_interval(plan.interval),
            )
        })
        .collect();
    let schema = quote_literal(draft.schema().as_str());
    let body = format!(
        r"DECLARE
    plan record;
    child record;
    period_start timestamp;
    oldest timestamptz;
    partition_name text;
    attach text;
    columns text;
    secured boolean;
BEGIN
    FOR plan IN
        SELECT *
        FROM (VALUES
            {rows}
        ) AS p (parent, fallback, key, stem, unit, step, label, bound, ready, keep, options)
    LOOP
        SELECT c.relrowsecurity INTO secured FROM pg_class AS c WHERE c.oid = plan.parent;
        -- Rows that came before their partition, or late, wait in the default one. Those that are
        -- past their keeping go while it is detached, so that no trigger fires; the others are
        -- given a partition below.
        oldest := NULL;
        IF pg_relation_size(plan.fallback) > 0 THEN
            EXECUTE format('ALTER TABLE %s NO FORCE ROW LEVEL SECURITY', plan.fallback);
            EXECUTE format('SELECT min(%I) FROM %s', plan.key, plan.fallback) INTO oldest;
            IF oldest < now() - plan.keep THEN
                EXECUTE format('ALTER TABLE %s DETACH PARTITION %s', plan.parent, plan.fallback);
                EXECUTE format('DELETE FROM %s WHERE %I < %L', plan.fallback, plan.key, now() - plan.keep);
                EXECUTE format('SELECT min(%I) FROM %s', plan.key, plan.fallback) INTO oldest;
                EXECUTE format('ALTER TABLE %s ATTACH PARTITION %s DEFAULT', plan.parent, plan.fallback);
            END IF;
            IF secured THEN
                EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', plan.fallback);
            END IF;
        END IF;
        -- Coming periods, and past ones when rows of them have come or a history is about to be
        -- loaded; nothing so old that it would be dropped below.
        period_start := date_trunc(
            plan.unit,
            greatest(least(now() - behind, oldest), now() - plan.keep) AT TIME ZONE 'UTC'
        );
        WHILE period_start <= (now() + greatest(ahead, plan.ready)) AT TIME ZONE 'UTC' LOOP
            partition_name := plan.stem || '_p' || to_char(period_start, plan.label);
            IF to_regclass(format('%I.%I', {schema}, partition_name)) IS NULL THEN
                -- Made apart and attached, because CREATE … PARTITION OF would lock out every reader of
                -- the parent.
                EXECUTE format(
                    'CREATE TABLE %I.%I (LIKE %s INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING GENERATED INCLUDING STORAGE)',
                    {schema}, partition_name, plan.parent
                );
                IF plan.options IS NOT NULL THEN
                    EXECUTE format('ALTER TABLE %I.%I SET (%s)', {schema}, partition_name, plan.options);
                END IF;
                attach := format(
                    'ALTER TABLE %s ATTACH PARTITION %I.%I FOR VALUES FROM (%L) TO (%L)',
                    plan.parent, {schema}, partition_name,
                    to_char(period_start, plan.bound), to_char(period_start + plan.step, plan.bound)
                );
                BEGIN
                    EXECUTE attach;
                EXCEPTION WHEN check_violation THEN
                    -- Rows of the period came before their partition and are in the default one. They
                    -- move while it is detached, so no trigger fires: nothing is added a second time.
                    RAISE NOTICE 'moving rows from % to %', plan.fallback, partition_name;
                    SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum)
                    INTO columns
                    FROM pg_attribute AS a
                    WHERE a.attrelid = plan.parent
                        AND a.attnum > 0
                        AND NOT a.attisdropped
                        AND a.attgenerated = '';
                    EXECUTE format('ALTER TABLE %s DETACH PARTITION %s', plan.parent, plan.fallback);
                    EXECUTE format('ALTER TABLE %s NO FORCE ROW LEVEL SECURITY', plan.fallback);
                    EXECUTE format(
                        'INSERT INTO %I.%I (%s) SELECT %s FROM %s WHERE %I >= %L AND %I < %L',
                        {schema}, partition_name, columns, columns, plan.fallback,
                        plan.key, to_char(period_start, plan.bound),
                        plan.key, to_char(period_start + plan.step, plan.bound)
                    );
                    EXECUTE format(
                        'DELETE FROM %s WHERE %I >= %L AND %I < %L',
                        plan.fallback,
                        plan.key, to_char(period_start, plan.bound),
                        plan.key, to_char(period_start + plan.step, plan.bound)
                    );
                    EXECUTE attach;
                    IF secured THEN
                        EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', plan.fallback);
                    END IF;
                    EXECUTE format('ALTER TABLE %s ATTACH PARTITION %s DEFAULT', plan.parent, plan.fallback);
                END;
                IF secured THEN
                    EXECUTE format('ALTER TABLE %I.%I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', {schema}, partition_name);
                END IF;
            END IF;
            period_start := period_start + plan.step;
        END LOOP;

        -- Periods that ended before what is kept.
        FOR child IN
            SELECT c.oid::regclass::text AS name
            FROM pg_inherits AS i
            JOIN pg_class AS c ON c.oid = i.inhrelid
            WHERE i.inhparent = plan.parent
                AND substring(pg_get_expr(c.relpartbound, c.oid) FROM $re$TO \('([^']+)'\)$re$)::timestamptz
                    <= now() - plan.keep
        LOOP
            EXECUTE format('DROP TABLE %s', child.name);
            RAISE NOTICE 'dropped %', child.name;
        END LOOP;
    END LOOP;
END",
        rows = rows.join(",\n            "),
    );
    let mut procedure = procedure(body);
    procedure.arguments = vec![
        Argument::input("ahead", "interval").default("'00:00:00'::interval"),
        Argument::input("behind", "interval").default("'00:00:00'::interval"),
    ];
    procedure.security_definer = true;
    // Rather try again tomorrow than make every query wait behind a lock that is waited for.
    procedure
        .settings
        .insert("lock_timeout".to_owned(), "'5s'".to_owned());
    procedure.comment = Some(
        "Makes coming partitions and drops expired ones. Run it every night: \
         CALL maintain_partitions(). Before a history is loaded: \
         CALL maintain_partitions(behind => interval '2 years')."
            .to_owned(),
    );
    let name = draft.qualified("maintain_partitions");
    let signature = procedure.signature(name);
    for (entity, table, plan) in partitioned {
        draft.catalog.depends(
            ObjectId::Routine(signature.clone()),
            ObjectId::Table(table.clone()),
        );
        if let Some(keep) = plan.keep_months {
            enforce(
                draft,
                entity,
                keep,
                vec![
                    ObjectId::Table(table.clone()),
                    ObjectId::Routine(signature.clone()),
                ],
                "maintain_partitions() drops partitions that ended before what is kept. A reader \
                 in the middle of a query makes it give up after five seconds and try again the \
                 next night."
                    .to_owned(),
            );
        }
    }
    draft.catalog.routines.insert(signature, procedure);
}

pub(super) fn enforce(
    draft: &mut Draft<'_>,
    entity: &str,
    keep: f64,
    by: Vec<ObjectId>,
    how: String,
) {
    let span = draft
        .brief
        .entity(entity)
        .map(|e| e.volume.as_ref().map_or(e.span, |v| v.span))
        .unwrap_or_default();
    draft.enforce(Enforcement {
        rule: format!("{entity}_retention"),
        says: format!(
            "Rows of {} are kept for {}",
            words::spoken(entity),
            companion::months(keep)
        ),
        by,
        how,
        family: "partitioning",
        source: Source::at(format!("{entity}.volume"), span),
    });
}

pub(super) fn procedure(body: String) -> Routine {
    let mut routine = Routine::function("plpgsql", "void", body);
    routine.kind = RoutineKind::Procedure;
    routine.returns = None;
    routine
}

/// Adds what to watch: rows in default partitions, and partitions that are not there in time.
pub fn add_monitors(draft: &mut Draft<'_>) {
    let partitioned = partitioned(draft);
    if partitioned.is_empty() {
        return;
    }
    let strays: Vec<String> = partitioned
        .iter()
        .map(|(_, table, plan)| {
            let default = draft.qualified(format!("{}_default", stem(table)));
            format!(
                "SELECT {} AS partition, count(*) AS rows, min({column}) AS earliest, max({column}) AS latest\nFROM {}\nHAVING count(*) > 0",
                quote_literal(&default.to_string()),
                default.quoted(),
                column = plan.column.quoted(),
            )
        })
        .collect();
    draft.monitors.push(Monitor {
        name: "default_partitions".to_owned(),
        watches: "Rows that fell into a default partition, because no partition takes their time. \
                  They move to a partition of their own as soon as maintenance makes one."
            .to_owned(),
        sql: strays.join("\nUNION ALL\n"),
        threshold: "Act on any row, the same day: its time is wrong, or maintain_partitions() has \
                    not run; the longer it waits, the more rows it must move while others wait."
            .to_owned(),
    });
    let rows: Vec<String> = partitioned
        .iter()
        .map(|(_, table, plan)| {
            let (_, step) = calendar::unit_and_step(plan.interval);
            format!(
                "({}::regclass, interval '{step}')",
                quote_literal(&table.quoted())
            )
        })
        .collect();
    draft.monitors.push(Monitor {
        name: "coming_partitions".to_owned(),
        watches: "How far ahead partitions are ready: the nightly maintain_partitions() keeps \
                  several periods in hand."
            .to_owned(),
        sql: format!(
            "SELECT p.parent, max(b.upper_bound) AS ready_until\n\
             FROM (VALUES {}) AS p (parent, step)\n\
             JOIN pg_inherits AS i ON i.inhparent = p.parent\n\
             JOIN pg_class AS c ON c.oid = i.inhrelid\n\
             CROSS JOIN LATERAL (\n    \
                 SELECT substring(pg_get_expr(c.relpartbound, c.oid) FROM $re$TO \\('([^']+)'\\)$re$)::timestamptz AS upper_bound\n\
             ) AS b\n\
             GROUP BY p.parent, p.step\n\
             HAVING max(b.upper_bound) < now() + p.step",
            rows.join(", ")
        ),
        threshold: "Act on any row: the period after this one is not ready, so nightly \
                    maintenance has failed or does not run."
            .to_owned(),
    });
}

/// Tests: expired partitions go, and what is kept stays. Rows of the test are of today, whenever it
/// runs.
pub fn tests(draft: &Draft<'_>, fixtures: &Fixtures<'_>) -> Vec<RuleTest> {
    partitioned(draft)
        .into_iter()
        .filter(|(_, _, plan)| plan.keep_months.is_some())
        .map(|(entity, table, plan)| test_of(draft, fixtures, &entity, &table, &plan))
        .collect()
}

fn test_of(
    draft: &Draft<'_>,
    fixtures: &Fixtures<'_>,
    entity: &str,
    table: &QualifiedName,
    plan: &PartitionPlan,
) -> RuleTest {
    let call = format!("CALL {}.maintain_partitions()", draft.schema().quoted());
    let today = if plan.by_date {
        "current_date"
    } else {
        "now()"
    };
    let row = fixtures.with(fixtures.row(entity, 1), plan.column.as_str(), today);
    let expired = draft.qualified(format!("{}_expired", stem(table)));
    let child = format!(
        "SELECT FROM pg_inherits WHERE inhparent = {}::regclass AND inhrelid = to_regclass({})",
        quote_literal(&table.quoted()),
        quote_literal(&expired.quoted())
    );
    let mut cases = vec![Case {
        says: "a partition of long ago is dropped".to_owned(),
        statements: vec![
            format!(
                "CREATE TABLE {} PARTITION OF {} FOR VALUES FROM ('1901-01-01') TO ('1902-01-01')",
                expired.quoted(),
                table.quoted()
            ),
            // As if the procedure had made it: in a schema of the application's, its own tables are all
            // that the design's owner may drop.
            format!(
                "ALTER TABLE {} OWNER TO {}",
                expired.quoted(),
                companion::role(draft, "owner").quoted()
            ),
            call.clone(),
            child,
        ],
        expected: Expected::Returns(0),
    }];
    // A rule about the time would have to be kept for a time that nobody knows beforehand.
    let ruled = draft
        .brief
        .entity(entity)
        .is_some_and(|e| companion::is_ruled(e, plan.column.as_str(), None));
    if !ruled {
        cases.push(Case {
            says: "a row of today stays, in a partition of its time".to_owned(),
            statements: vec![
                fixtures.insert_only(&row),
                call,
                format!(
                    "SELECT FROM {} AS t WHERE {} AND t.tableoid <> {}::regclass",
                    table.quoted(),
                    fixtures.key_condition(&row),
                    quote_literal(&draft.qualified(format!("{}_default", stem(table))).quoted())
                ),
            ],
            expected: Expected::Returns(1),
        });
    }
    RuleTest {
        rule: format!("{entity}_retention"),
        says: format!(
            "Expired rows of {} leave with their partition",
            words::spoken(entity)
        ),
        given: fixtures.needs(&[&row]),
        cases,
    }
}
