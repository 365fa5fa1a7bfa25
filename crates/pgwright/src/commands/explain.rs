//! `pgwright explain SOURCE --query Q`: the plan of a query, at the size of production or any other.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};
use pgwright_planner::{
    Drawing, EXPLAIN_FORMAT, ExplainDocument, ExplainedPlan, ExplainedQuery, Flip, Plan, Target,
    differences, draw, draw_beside,
};
use pgwright_server::twin::{Parameters, Twin};

use crate::exit::Failure;
use crate::terminal::{Terminal, output};
use crate::twin::{self, Scale, Server, Subject, Wanted, parse_months, parse_rows};

use super::design::read_text;

/// A query, a schema, and how large it is.
#[derive(Debug, Args)]
pub struct Explain {
    /// The schema: an SQL file (`-` is standard input), a directory of migrations, a server, or a brief.
    pub source: String,

    /// The query: SQL text, or a file of statements; may be given more than once.
    #[arg(long = "query", value_name = "SQL|FILE", required = true)]
    pub queries: Vec<String>,

    /// What production's planner knows: a file of `pgwright stats`, or of `pg_dump --statistics-only`. That
    /// of the source when it is a server.
    #[arg(long, value_name = "FILE")]
    pub stats: Option<PathBuf>,

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

/// A query and where it stands.
struct Query {
    name: String,
    sql: String,
}

/// How long building a twin may take for a flip to be looked for between two sizes.
const QUICK: Duration = Duration::from_secs(2);
/// How many sizes between two are looked at.
const STEPS: u32 = 8;

/// Runs the command.
pub fn run(arguments: &Explain, terminal: &Terminal) -> Result<(), Failure> {
    let queries = queries(&arguments.queries)?;
    let wanted = Wanted {
        stats: arguments.stats.as_deref(),
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
    let values: Vec<Option<&str>> = arguments.values.iter().map(|v| Some(v.as_str())).collect();
    let parameters = match values.is_empty() {
        true => Parameters::Generic,
        false => Parameters::Values(&values),
    };
    let asking = Asking {
        queries: &queries,
        parameters,
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
        columns.push(asking.plans(&twin)?);
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
        ExplainFormat::Text => output(&text(&document, &columns))?,
    }
    let errors: Vec<String> = document
        .queries
        .iter()
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
    parameters: Parameters<'a>,
    server: Server<'a>,
    terminal: &'a Terminal,
}

impl Asking<'_> {
    fn twin(&self, scenario: &Scenario<'_>, loud: bool) -> Result<Twin, Failure> {
        let subject = scenario.subject;
        let (statistics, notes) = subject.statistics_at(&scenario.targets);
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

    fn plans(&self, twin: &Twin) -> Result<Vec<Result<Plan, String>>, Failure> {
        let mut session = twin
            .session()
            .map_err(|error| Failure::NoServer(error.to_string()))?;
        let plans = self.queries.iter().map(|query| {
            session
                .explain(&query.sql, self.parameters)
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
            let plans = self.plans(&self.twin(&scenario, false)?)?;
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

fn queries(texts: &[String]) -> Result<Vec<Query>, Failure> {
    let mut found = Vec::new();
    let mut wrong = Vec::new();
    for (number, text) in texts.iter().enumerate() {
        let path = Path::new(text);
        let is_file = text == "-" || path.is_file();
        let looks_like_one = path.extension().is_some_and(|e| e == "sql") && !text.contains(' ');
        if looks_like_one && !is_file {
            wrong.push(format!("{text}: there is no such file"));
            continue;
        }
        let (name, sql) = match is_file {
            true => (text.clone(), read_text(path)?),
            false => (format!("query {}", number + 1), text.clone()),
        };
        let statements = match pgwright_ddl::split(&sql) {
            Ok(statements) => statements,
            Err(error) => {
                wrong.push(format!("{name}: {error}"));
                continue;
            }
        };
        if statements.is_empty() {
            wrong.push(format!("{name}: it holds no statement"));
        }
        for statement in &statements {
            let name = match statements.len() {
                1 => name.clone(),
                _ => format!("{name}:{}", statement.line),
            };
            found.push(Query {
                name,
                sql: statement.text.clone(),
            });
        }
    }
    match wrong.is_empty() {
        true => Ok(found),
        false => Err(Failure::Usage(wrong.join("\n"))),
    }
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

/// The width of a terminal that two plans stand beside each other on.
const WIDTH: usize = 160;

fn text(document: &ExplainDocument, columns: &[Vec<Result<Plan, String>>]) -> String {
    let mut text = String::new();
    for (number, query) in document.queries.iter().enumerate() {
        if document.queries.len() > 1 {
            text.push_str(&format!("── {}\n", query.name));
        }
        let plans: Vec<(&str, &Plan)> = columns
            .iter()
            .filter_map(|column| column[number].as_ref().ok())
            .zip(&query.plans)
            .map(|(plan, explained)| (explained.scenario.as_str(), plan))
            .collect();
        match plans.as_slice() {
            [(_, only)] => text.push_str(&draw(only, Drawing::default())),
            [left, right] => text.push_str(&draw_beside(*left, *right, WIDTH)),
            many => {
                for (name, plan) in many {
                    text.push_str(&format!("{name}\n{}\n", draw(plan, Drawing::default())));
                }
            }
        }
        if plans.len() > 1 && query.flips.is_empty() {
            text.push_str("the plan is the same\n");
        }
        for flip in &query.flips {
            let at = match &flip.at {
                Some(at) => format!(", at about {at}"),
                None => String::new(),
            };
            text.push_str(&format!(
                "the plan flips between {} and {}{at}\n",
                flip.from, flip.to
            ));
            for difference in &flip.differences {
                text.push_str(&format!("  {difference}\n"));
            }
        }
        if number + 1 < document.queries.len() {
            text.push('\n');
        }
    }
    text
}
