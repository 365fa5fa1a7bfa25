//! `pgwright explain SOURCE --query Q`: the plan of a query, or of all statements of a workload, at the size of
//! production or any other.

mod queries;
mod text;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};
use pgwright_planner::{
    EXPLAIN_FORMAT, ExplainDocument, ExplainedPlan, ExplainedQuery, Flip, Plan, Statistics, Target,
    differences,
};
use pgwright_server::twin::Twin;
use pgwright_tune::workload::prepare;

use crate::exit::Failure;
use crate::terminal::{Terminal, output};
use crate::twin::{self, Scale, Server, Subject, Wanted, parse_months, parse_rows};
use crate::workload::{find_names, parameters, read_workload};
use queries::{Query, of_workload};

/// A query, a schema, and how large it is.
#[derive(Debug, Args)]
pub struct Explain {
    /// The schema: an SQL file (`-` is standard input), a directory of migrations, a server, or a brief.
    pub source: String,

    /// The query: SQL text, or a file of statements; may be given more than once.
    #[arg(
        long = "query",
        value_name = "SQL|FILE",
        required_unless_present = "workload"
    )]
    pub queries: Vec<String>,

    /// Statements with how often they run: SQL files with `-- calls: 5/s`, an export of pg_stat_statements, logs,
    /// folders of these, a server, or a brief; may be given more than once.
    #[arg(long, value_name = "W")]
    pub workload: Vec<String>,

    /// What production's planner knows: a file of `pgwright stats`, of `pg_dump --statistics-only`, or a note in
    /// words (`orders 80,000,000 rows (status: open 2 %)`), or rows as orders.csv; may be given more than once. That
    /// of the source when it is a server.
    #[arg(long, value_name = "FILE")]
    pub stats: Vec<PathBuf>,

    /// How many rows tables are to have: `orders=1e9,customers=x10`, `"*=1e9"`; several sizes to compare as
    /// `orders=1e6,1e9`.
    #[arg(long, value_name = "TABLE=ROWS,…", allow_hyphen_values = true)]
    pub rows: Vec<String>,

    /// After that time of growth: `3y`, `18m`, `90d`. A brief tells how fast; of other sources, tables with
    /// a column of times go on at the pace it tells.
    #[arg(long = "in", value_name = "TIME", value_parser = parse_months)]
    pub after: Option<f64>,

    /// Another schema to compare with, at the same sizes.
    #[arg(long, value_name = "SOURCE")]
    pub against: Option<String>,

    /// A value for `$1`, then `$2` …; may be given more than once. Without, a plan for unknown values.
    #[arg(long = "value", value_name = "VALUE", allow_hyphen_values = true)]
    pub values: Vec<String>,

    /// How to show it.
    #[arg(long, value_enum, default_value_t = ExplainFormat::Text)]
    pub format: ExplainFormat,

    /// Major version of the server that plans; that of the source's server, else the newest found.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(14..=18))]
    pub pg: Option<u32>,

    /// Directories that hold server programs, separated by `:`.
    #[arg(long, env = "PGWRIGHT_PG_BIN", value_name = "DIR")]
    pub pg_bin: Option<OsString>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExplainFormat {
    Text,
    Json,
}

/// A subject at a scale.
struct Scenario<'a> {
    name: String,
    subject: &'a Subject,
    targets: BTreeMap<pgwright_catalog::QualifiedName, Target>,
}

impl Scenario<'_> {
    /// What its twin's planner goes by, and what was taken for granted.
    fn statistics(&self) -> (Statistics, Vec<String>) {
        self.subject.statistics_at(&self.targets)
    }
}

/// How long building a twin may take for a flip to be looked for between two sizes.
const QUICK: Duration = Duration::from_secs(2);
/// How many sizes between two are looked at.
const STEPS: u32 = 8;

/// Runs the command.
pub fn run(arguments: &Explain, terminal: &Terminal) -> Result<(), Failure> {
    let mut queries = queries::read(&arguments.queries, &arguments.values)?;
    let workload = match arguments.workload.as_slice() {
        [] => None,
        sources => Some(read_workload(sources, terminal)?),
    };
    let wanted = Wanted {
        stats: &arguments.stats,
        pg: arguments.pg,
        pg_bin: arguments.pg_bin.as_deref(),
    };
    let subject = Subject::read(&arguments.source, wanted, terminal)?;
    let other = match &arguments.against {
        Some(source) => Some(Subject::read(source, wanted, terminal)?),
        None => None,
    };
    let mut scenarios = scenarios(&arguments.source, &subject, arguments, terminal)?;
    if let (Some(other), Some(name)) = (&other, &arguments.against) {
        scenarios.extend(self::scenarios(name, other, arguments, terminal)?);
    }
    let server = Server {
        major: arguments.pg.or(subject.major),
        pg_bin: arguments.pg_bin.as_deref(),
    };
    if let (Some(mut workload), Some(first)) = (workload, scenarios.first()) {
        let (statistics, _) = first.statistics();
        prepare(&mut workload, &first.subject.catalog, &statistics);
        queries.extend(of_workload(&workload));
    }
    let asking = Asking {
        queries: &queries,
        server,
        terminal,
    };
    let mut columns = Vec::new();
    let mut major = 0;
    let mut slowest = Duration::ZERO;
    for scenario in &scenarios {
        let started = Instant::now();
        let twin = asking.twin(scenario, true)?;
        slowest = slowest.max(started.elapsed());
        major = twin.major();
        columns.push(asking.plans(&twin, scenario)?);
    }
    let mut document = ExplainDocument {
        format: EXPLAIN_FORMAT,
        server: major,
        queries: Vec::new(),
    };
    for (number, query) in queries.iter().enumerate() {
        let plans: Vec<&Result<Plan, String>> = columns.iter().map(|c| &c[number]).collect();
        let mut explained = ExplainedQuery {
            name: query.name.clone(),
            sql: query.sql.clone(),
            plans: Vec::new(),
            flips: Vec::new(),
            error: None,
            workload: query.part.clone(),
        };
        for (scenario, plan) in scenarios.iter().zip(&plans) {
            match plan {
                Ok(plan) => explained.plans.push(ExplainedPlan {
                    scenario: scenario.name.clone(),
                    cost: plan.cost(),
                    plan: plan.root.clone(),
                }),
                Err(error) => explained.error = Some(error.clone()),
            }
        }
        for at in 1..scenarios.len() {
            let (Ok(from), Ok(to)) = (plans[at - 1], plans[at]) else {
                continue;
            };
            let differences = differences(from, to);
            if differences.is_empty() {
                continue;
            }
            let between = (&scenarios[at - 1], &scenarios[at]);
            let place = match slowest < QUICK {
                true => asking.flip(number, from, between)?,
                false => None,
            };
            explained.flips.push(Flip {
                from: between.0.name.clone(),
                to: between.1.name.clone(),
                at: place,
                differences,
            });
        }
        document.queries.push(explained);
    }
    match arguments.format {
        ExplainFormat::Json => {
            let text = serde_json::to_string_pretty(&document)
                .map_err(|error| Failure::Usage(error.to_string()))?;
            output(&(text + "\n"))?;
        }
        ExplainFormat::Text => output(&text::write(&document, &columns))?,
    }
    // A statement of a workload that is not planned is told of with the others, and fails nothing.
    let asked = document.queries.iter().filter(|q| q.workload.is_none());
    let errors: Vec<String> = asked
        .filter_map(|q| Some(format!("{}: {}", q.name, q.error.as_ref()?)))
        .collect();
    match errors.is_empty() {
        true => Ok(()),
        false => Err(Failure::Usage(errors.join("\n"))),
    }
}

/// What is asked, of whichever twin.
struct Asking<'a> {
    queries: &'a [Query],
    server: Server<'a>,
    terminal: &'a Terminal,
}

impl Asking<'_> {
    fn twin(&self, scenario: &Scenario<'_>, loud: bool) -> Result<Twin, Failure> {
        let subject = scenario.subject;
        let (statistics, notes) = scenario.statistics();
        if loud {
            for note in &notes {
                self.terminal.say(format_args!("note: {note}"));
            }
        }
        let twin = twin::build(&subject.catalog, &statistics, self.server, self.terminal)?;
        if loud {
            twin::show_notes(&twin, self.terminal);
        }
        Ok(twin)
    }

    fn plans(
        &self,
        twin: &Twin,
        scenario: &Scenario<'_>,
    ) -> Result<Vec<Result<Plan, String>>, Failure> {
        let mut session = twin
            .session()
            .map_err(|error| Failure::NoServer(error.to_string()))?;
        let settings = &scenario.subject.statistics.settings;
        if self.queries.iter().any(|q| q.part.is_some()) && !settings.contains_key("search_path") {
            find_names(&mut session, &scenario.subject.catalog)?;
        }
        let plans = self.queries.iter().map(|query| {
            let values = query.values();
            session
                .explain(&query.sql, parameters(&values))
                .map_err(|error| error.to_string())
        });
        Ok(plans.collect())
    }

    /// The size between two from which on the plan is not the first one's any more, halving the ratio again
    /// and again.
    fn flip(
        &self,
        query: usize,
        first: &Plan,
        (from, to): (&Scenario<'_>, &Scenario<'_>),
    ) -> Result<Option<String>, Failure> {
        if !std::ptr::eq(from.subject, to.subject) {
            return Ok(None);
        }
        let (mut low, mut high) = (0.0, 1.0);
        for _ in 0..STEPS {
            let middle = (low + high) / 2.0;
            let Some(targets) = between(from, to, middle) else {
                return Ok(None);
            };
            let scenario = Scenario {
                name: String::new(),
                subject: from.subject,
                targets,
            };
            let plans = self.plans(&self.twin(&scenario, false)?, &scenario)?;
            let same = matches!(&plans[query], Ok(plan) if plan.root.shape() == first.root.shape());
            if same {
                low = middle;
            } else {
                high = middle;
            }
        }
        let at = between(from, to, high).unwrap_or_default();
        let moving = at
            .iter()
            .filter(|(table, target)| from.targets.get(*table) != Some(*target));
        let shown: Vec<String> = moving
            .map(|(table, target)| format!("{table}={}", twin::shown(*target)))
            .take(3)
            .collect();
        Ok((!shown.is_empty()).then(|| shown.join(", ")))
    }
}

/// The targets that lie between two, as far as `share` says; none where they cannot be compared.
fn between(
    from: &Scenario<'_>,
    to: &Scenario<'_>,
    share: f64,
) -> Option<BTreeMap<pgwright_catalog::QualifiedName, Target>> {
    let mix = |a: f64, b: f64| (a.max(1e-9).ln() * (1.0 - share) + b.max(1e-9).ln() * share).exp();
    let mut found = BTreeMap::new();
    for (table, a) in &from.targets {
        let target = match (a, to.targets.get(table)?) {
            (Target::Rows(a), Target::Rows(b)) if a == b => Target::Rows(*a),
            (Target::Rows(a), Target::Rows(b)) => Target::Rows(mix(*a, *b).round()),
            (Target::Times(a), Target::Times(b)) => Target::Times(mix(*a, *b)),
            _ => return None,
        };
        found.insert(table.clone(), target);
    }
    (!found.is_empty()).then_some(found)
}

/// The sizes asked for: those of `--rows`, on top of what `--in` or a brief's volumes give.
fn scenarios<'a>(
    source: &str,
    subject: &'a Subject,
    arguments: &Explain,
    terminal: &Terminal,
) -> Result<Vec<Scenario<'a>>, Failure> {
    let scales = parse_rows(&arguments.rows, &subject.catalog)?;
    let base = subject.targets(arguments.after, terminal);
    if !subject.is_sized() && base.is_empty() && scales.is_empty() {
        terminal.say(format_args!(
            "warning: {source}: nothing is known of its size, and empty tables are planned with\n\
             hint: --stats FILE, or --rows \"*=1e6\""
        ));
    }
    let name = |scale: &str| match (&arguments.against, scale.is_empty()) {
        (Some(_), true) => source.to_owned(),
        (Some(_), false) => format!("{source}, {scale}"),
        (None, true) => "as it is".to_owned(),
        (None, false) => scale.to_owned(),
    };
    let scales = match scales.is_empty() {
        true => vec![Scale {
            name: String::new(),
            targets: BTreeMap::new(),
        }],
        false => scales,
    };
    let scenario = |scale: Scale| {
        let mut targets = base.clone();
        targets.extend(scale.targets);
        Scenario {
            name: name(&scale.name),
            subject,
            targets,
        }
    };
    Ok(scales.into_iter().map(scenario).collect())
}
