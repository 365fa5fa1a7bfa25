//! Reports as views or materialized views, by how fresh they must be.

mod output;

use pgwright_brief::model::Report;
use pgwright_catalog::{
    Column, Constraint, Index, MaterializedView, Name, ObjectId, QualifiedName, Routine,
    RoutineSignature, Table, View, quote_literal,
};
use pgwright_ddl::query::{Query, parse_query};

use super::Family;
use crate::companion::{Companion, Holds};
use crate::decision::{Alternative, Decision, Enforcement, Monitor, Question, Source, Weight};
use crate::draft::Draft;
use crate::fixtures::Fixtures;
use crate::relations::{self, Rows};
use crate::testing::{Case, Expected, RuleTest};
use crate::{layout, names, words};

/// Reports as views or materialized views, by how fresh they must be.
#[derive(Debug)]
pub struct Reports;

impl Family for Reports {
    fn name(&self) -> &'static str {
        "reports"
    }

    fn build(&self, draft: &mut Draft<'_>) {
        let brief = draft.brief;
        let mut stored = Vec::new();
        for report in &brief.reports {
            match rewritten(draft, report) {
                Ok(ready) if report.stale_minutes.is_none() => add_view(draft, report, ready),
                Ok(ready) => {
                    add_materialized_view(draft, report, ready);
                    stored.push(report);
                }
                Err(problem) => ask_about(draft, report, &problem),
            }
        }
        if !stored.is_empty() {
            let state = add_state(draft);
            for report in &stored {
                add_refresh(draft, report, &state);
            }
            watch(draft, &stored, &state);
        }
    }

    fn tests(&self, draft: &Draft<'_>, fixtures: &Fixtures<'_>) -> Vec<RuleTest> {
        let _ = fixtures;
        let state = draft
            .companions
            .iter()
            .find(|(_, c)| c.holds == Holds::Refreshes)
            .map(|(table, _)| table);
        let Some(state) = state else {
            return Vec::new();
        };
        draft
            .brief
            .reports
            .iter()
            .filter(|r| is_stored(draft, r))
            .map(|report| RuleTest {
                rule: rule_id(report),
                says: format!(
                    "{} is refreshed without locking out its readers",
                    report.name
                ),
                given: Vec::new(),
                cases: vec![Case {
                    says: "a refresh leaves its time".to_owned(),
                    statements: vec![
                        format!("SELECT {}()", refresh_function(draft, report).quoted()),
                        format!(
                            "SELECT FROM {} WHERE report = {} AND refreshed_at = now()",
                            state.quoted(),
                            quote_literal(&report.name)
                        ),
                    ],
                    expected: Expected::Returns(1),
                }],
            })
            .collect()
    }
}

/// A report's query over tables, with what it reads.
struct Ready {
    sql: String,
    reads: Vec<ObjectId>,
    entities: Vec<String>,
}

fn rewritten(draft: &mut Draft<'_>, report: &Report) -> Result<Ready, String> {
    let query: Query = parse_query(&report.sql).map_err(|e| e.to_string())?;
    let relations = relations::for_query(draft, &query, Rows::Live);
    let sql = relations.rewrite(&query).map_err(|errors| {
        errors
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join("; ")
    })?;
    Ok(Ready {
        sql: sql.trim().trim_end_matches(';').trim_end().to_owned(),
        reads: relations.read_by(&query),
        entities: relations.entities_of(&query),
    })
}

fn ask_about(draft: &mut Draft<'_>, report: &Report, problem: &str) {
    draft.ask(Question {
        id: format!("reports.{}", report.name),
        ask: format!("What does the report {} read? {problem}", report.name),
        default: "The report is left out.".to_owned(),
        matters: "Its query names something that the schema stores in another way.".to_owned(),
        otherwise: "With the query corrected the report becomes a view.".to_owned(),
        source: Source::at(format!("reports.{}", report.name), report.span),
    });
}

fn view_name(draft: &Draft<'_>, report: &Report) -> QualifiedName {
    draft.qualified(names::shortened(&report.name, ""))
}

fn is_stored(draft: &Draft<'_>, report: &Report) -> bool {
    draft
        .catalog
        .materialized_views
        .contains_key(&view_name(draft, report))
}

fn refresh_function(draft: &Draft<'_>, report: &Report) -> QualifiedName {
    draft.qualified(names::shortened(&format!("refresh_{}", report.name), ""))
}

fn rule_id(report: &Report) -> String {
    format!("{}_freshness", report.name)
}

fn spoken_entities(entities: &[String]) -> String {
    let names: Vec<String> = entities
        .iter()
        .map(|e| words::spoken(&names::plural(e)))
        .collect();
    words::list(&names)
}

fn add_view(draft: &mut Draft<'_>, report: &Report, ready: Ready) {
    let name = view_name(draft, report);
    let object = ObjectId::View(name.clone());
    let mut view = View {
        query: ready.sql,
        comment: Some(words::sentence(&report.says)),
        ..View::default()
    };
    let invoker = draft.brief.minimum_version >= 15;
    if invoker {
        view.options
            .insert("security_invoker".to_owned(), "true".to_owned());
    }
    for needed in ready.reads {
        draft.catalog.depends(object.clone(), needed);
    }
    draft.catalog.views.insert(name.clone(), view);
    let rights = if invoker {
        "It runs with the rights and row policies of whoever reads it (security_invoker), so it \
         shows nobody more than the tables would."
    } else {
        "Before PostgreSQL 15 a view runs with its owner's rights, so it is granted only to roles \
         that may see all of it."
    };
    draft.decide(Decision {
        family: "reports",
        title: format!("Report {}", words::spoken(&report.name)),
        subjects: vec![object],
        choice: "A view: always current.".to_owned(),
        rationale: format!(
            "{} The brief wants it live, so it is computed when it is read, from {}. {rights}",
            words::sentence(&report.says),
            spoken_entities(&ready.entities)
        ),
        alternatives: vec![Alternative::new(
            "A materialized view",
            "Read in milliseconds whatever the tables hold, and as old as its last refresh. Right \
             as soon as some minutes do not matter.",
        )],
        source: Source::at(format!("reports.{}", report.name), report.span),
        weight: Weight::Routine,
    });
}

/// Minutes as people say them.
fn minutes(number: u64) -> String {
    match number {
        m if m % 1440 == 0 => words_of(m / 1440, "day"),
        m if m % 60 == 0 => words_of(m / 60, "hour"),
        m => words_of(m, "minute"),
    }
}

fn words_of(number: u64, unit: &str) -> String {
    if number == 1 {
        format!("one {unit}")
    } else {
        format!("{number} {unit}s")
    }
}

fn add_materialized_view(draft: &mut Draft<'_>, report: &Report, ready: Ready) {
    let name = view_name(draft, report);
    let object = ObjectId::MaterializedView(name.clone());
    let unique = output::unique_columns(&ready.sql);
    let (query, columns, why) = match unique {
        Some(columns) => (
            ready.sql,
            columns,
            "Its rows are told apart by what it groups by, which is the unique index that a \
             concurrent refresh needs; where such a column is NULL the row is written anew at each \
             refresh, which is correct and costs a little.",
        ),
        None => (
            format!(
                "SELECT\n    row_number() OVER () AS row_number,\n    report.*\nFROM (\n{}\n) AS report",
                indented(&ready.sql)
            ),
            vec![Name::new("row_number")],
            "A concurrent refresh needs a unique index over columns, and nothing in the query \
             tells its rows apart, so they are numbered.",
        ),
    };
    let mut index = Index::btree(columns.clone());
    index.unique = true;
    index.comment = Some("What REFRESH … CONCURRENTLY tells rows apart by.".to_owned());
    let parts: Vec<&str> = columns.iter().map(Name::as_str).collect();
    let index_name = names::derived(&name, &parts, "idx");
    let stale = report.stale_minutes.unwrap_or_default();
    let view = MaterializedView {
        query,
        indexes: [(index_name, index)].into(),
        comment: Some(format!(
            "{} Up to {} old; refreshed by {}().",
            words::sentence(&report.says),
            minutes(stale),
            refresh_function(draft, report).name
        )),
        ..MaterializedView::default()
    };
    for needed in ready.reads {
        draft.catalog.depends(object.clone(), needed);
    }
    draft.catalog.materialized_views.insert(name, view);
    let refresh_every = minutes((stale / 2).max(1));
    let policies = if draft.brief.policies.tenancy.is_some() {
        " A materialized view knows no row policies: it holds every tenant's rows, and only the \
         operator's reporters may read it."
    } else if draft.brief.policies.visibility.is_empty() {
        ""
    } else {
        " A materialized view knows no row policies, so whoever may see only some rows may not \
         read it."
    };
    draft.decide(Decision {
        family: "reports",
        title: format!("Report {}", words::spoken(&report.name)),
        subjects: vec![object],
        choice: format!("A materialized view, refreshed every {refresh_every}."),
        rationale: format!(
            "{} It may be {} old, so it is computed on a schedule from {} and not for every \
             reader. {why} Readers are never locked out by a refresh; twice within the allowed \
             age leaves room for one that fails.{policies}",
            words::sentence(&report.says),
            minutes(stale),
            spoken_entities(&ready.entities),
        ),
        alternatives: vec![
            Alternative::new(
                "A view",
                "Always current, and computed for every reader. Right while it answers fast enough \
                 at the full size of the tables.",
            ),
            Alternative::new(
                "A summary table kept by triggers",
                "Current and fast, at the price of more work and more waiting in every write.",
            ),
        ],
        source: Source::at(format!("reports.{}", report.name), report.span),
        weight: Weight::Notable,
    });
}

fn indented(sql: &str) -> String {
    // Only the first line moves: text literals may go over several lines.
    format!("    {sql}")
}

/// The table that says when each report was last refreshed.
fn add_state(draft: &mut Draft<'_>) -> QualifiedName {
    let name = layout::free_relation(draft, "report_refresh");
    let mut table = Table {
        columns: vec![
            Column::new("report", "text")
                .not_null()
                .comment("Name of the materialized view."),
            Column::new("refreshed_at", "timestamp with time zone")
                .not_null()
                .comment("The report shows the data as they were then."),
        ],
        comment: Some("When each stored report was last refreshed.".to_owned()),
        ..Table::default()
    };
    table.constraints.insert(
        names::derived(&name, &[], "pkey"),
        Constraint::primary_key(["report"]),
    );
    draft.catalog.tables.insert(name.clone(), table);
    draft.companions.insert(
        name.clone(),
        Companion {
            entity: None,
            holds: Holds::Refreshes,
            tenant_column: None,
            time_column: Name::new("refreshed_at"),
        },
    );
    name
}

fn add_refresh(draft: &mut Draft<'_>, report: &Report, state: &QualifiedName) {
    let view = view_name(draft, report);
    let body = format!(
        "BEGIN\n    \
             REFRESH MATERIALIZED VIEW CONCURRENTLY {};\n    \
             INSERT INTO {} AS r (report, refreshed_at)\n    \
             VALUES ({}, now())\n    \
             ON CONFLICT (report) DO UPDATE SET refreshed_at = excluded.refreshed_at;\n\
         END",
        view.quoted(),
        state.quoted(),
        quote_literal(&report.name)
    );
    let mut function = Routine::function("plpgsql", "void", body);
    function.security_definer = true;
    if draft.brief.policies.tenancy.is_some() {
        let setting = super::row_security::refreshing_setting(draft);
        function.settings.insert(setting, "'on'".to_owned());
    }
    function.comment = Some(format!(
        "Refreshes {} while it is being read, and notes when.",
        view.name
    ));
    let signature = RoutineSignature::new(refresh_function(draft, report), Vec::<String>::new());
    for needed in [
        ObjectId::MaterializedView(view.clone()),
        ObjectId::Table(state.clone()),
    ] {
        draft
            .catalog
            .depends(ObjectId::Routine(signature.clone()), needed);
    }
    draft.catalog.routines.insert(signature.clone(), function);
    draft.enforce(Enforcement {
        rule: rule_id(report),
        says: format!(
            "{} is at most {} old",
            words::capital(&words::spoken(&report.name)),
            minutes(report.stale_minutes.unwrap_or_default())
        ),
        by: vec![
            ObjectId::MaterializedView(view),
            ObjectId::Routine(signature),
        ],
        how: format!(
            "A scheduler (pg_cron, or cron with psql) calls the function; {} says how old the \
             report is, and a monitor watches it.",
            state.name
        ),
        family: "reports",
        source: Source::at(format!("reports.{}", report.name), report.span),
    });
}

fn watch(draft: &mut Draft<'_>, stored: &[&Report], state: &QualifiedName) {
    let rows: Vec<String> = stored
        .iter()
        .map(|report| {
            format!(
                "({}, interval '{} minutes')",
                quote_literal(&report.name),
                report.stale_minutes.unwrap_or_default()
            )
        })
        .collect();
    draft.monitors.push(Monitor {
        name: "report_freshness".to_owned(),
        watches: "Stored reports that are older than the brief allows: the schedule has stopped, \
                  or a refresh takes too long."
            .to_owned(),
        sql: format!(
            "SELECT allowed.report, allowed.age AS allowed, now() - r.refreshed_at AS age\n\
             FROM (VALUES {}) AS allowed (report, age)\n\
             LEFT JOIN {} AS r ON r.report = allowed.report\n\
             WHERE r.refreshed_at IS NULL\n    \
                 OR now() - r.refreshed_at > allowed.age",
            rows.join(", "),
            state.quoted()
        ),
        threshold: "Act on any row: run the refresh by hand and see why the schedule did not."
            .to_owned(),
    });
}
