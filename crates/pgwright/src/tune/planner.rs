//! A twin as the planner that a search asks.

use std::collections::BTreeMap;

use pgwright_catalog::write::Writer;
use pgwright_catalog::{Catalog, QualifiedName};
use pgwright_planner::Plan;
use pgwright_server::twin::{Session, Twin, TwinError};
use pgwright_tune::advise::Item;
use pgwright_tune::ask::{Made, Planner};
use pgwright_tune::candidate::Candidate;
use pgwright_tune::set::Set;
use pgwright_tune::workload::Workload;

use crate::exit::Failure;
use crate::workload::{find_names, parameters};

/// A session on a twin with the statements of a workload.
pub struct TwinPlanner<'t> {
    session: Session<'t>,
    workload: &'t Workload,
    writer: Writer,
    /// The twin's numbers of an index and its parts, by item; none of what could not be made.
    numbers: Vec<Vec<u32>>,
    seen: Set,
    /// The server went away: nothing that follows means anything.
    broken: Option<String>,
}

impl<'t> TwinPlanner<'t> {
    /// A planner for the statements of a workload. Names without a schema are found in whatever schema of the
    /// catalog has them, unless production's search path is known.
    pub fn new(twin: &'t Twin, catalog: &Catalog, workload: &'t Workload) -> Result<Self, Failure> {
        let mut session = twin
            .session()
            .map_err(|error| Failure::NoServer(error.to_string()))?;
        if !twin.statistics().settings.contains_key("search_path") {
            find_names(&mut session, catalog)?;
        }
        Ok(Self {
            session,
            workload,
            writer: Writer::new(twin.major()),
            numbers: Vec::new(),
            seen: Set::default(),
            broken: None,
        })
    }

    /// Why the twin can no longer be asked.
    pub fn broken(&self) -> Option<&str> {
        self.broken.as_deref()
    }

    fn see(&mut self, wanted: &Set) -> Result<(), TwinError> {
        let of = |set: Set| -> Vec<u32> {
            set.iter()
                .filter_map(|n| self.numbers.get(n))
                .flatten()
                .copied()
                .collect()
        };
        let (hide, show) = (of(self.seen.minus(wanted)), of(wanted.minus(&self.seen)));
        if !hide.is_empty() {
            self.session.hide(&hide)?;
        }
        if !show.is_empty() {
            self.session.show(&show)?;
        }
        self.seen = wanted.clone();
        Ok(())
    }
}

impl Planner for TwinPlanner<'_> {
    fn existing(&mut self, items: &[Item]) {
        for item in items {
            let name = QualifiedName::new(item.table.schema.clone(), item.name.clone());
            let found = self.session.index(&name).ok().flatten();
            self.seen.insert(self.numbers.len());
            self.numbers.push(found.into_iter().collect());
        }
    }

    fn prepare(&mut self, candidates: &[Candidate]) -> Vec<Result<Made, String>> {
        if candidates.iter().any(needs_trigrams) {
            // Without it, its candidates fail one by one, with the server's reason.
            let _ = self
                .session
                .execute("CREATE EXTENSION IF NOT EXISTS pg_trgm");
        }
        // Tables in turn: what is known of one is read once.
        let mut by_table: BTreeMap<&QualifiedName, Vec<usize>> = BTreeMap::new();
        for (number, candidate) in candidates.iter().enumerate() {
            by_table.entry(&candidate.table).or_default().push(number);
        }
        let mut made: Vec<Result<Made, String>> =
            vec![Err("not tried".to_owned()); candidates.len()];
        let first = self.numbers.len();
        self.numbers.resize(first + candidates.len(), Vec::new());
        for (table, numbers) in by_table {
            for number in numbers {
                let candidate = &candidates[number];
                let statement =
                    self.writer
                        .create_index(table, &candidate.name, &candidate.index, false);
                let tried = match statement {
                    Ok(statement) => self.session.create_index(table, &statement),
                    Err(error) => {
                        made[number] = Err(error.to_string());
                        continue;
                    }
                };
                made[number] = match tried {
                    Ok(index) => {
                        let mut own = vec![index.oid];
                        own.extend(&index.parts);
                        self.numbers[first + number] = own.clone();
                        if let Err(error) = self.session.hide(&own) {
                            self.broken = Some(error.to_string());
                        }
                        Ok(Made {
                            bytes: index.bytes(),
                            rows: index.rows,
                            height: index.height,
                        })
                    }
                    Err(error) => Err(error.to_string()),
                };
            }
        }
        made
    }

    fn plan(&mut self, statement: usize, form: usize, seen: &Set) -> Result<Plan, String> {
        if let Some(broken) = &self.broken {
            return Err(broken.clone());
        }
        let found = self.workload.statements.get(statement);
        let Some((statement, form)) = found.and_then(|s| Some((s, s.forms.get(form)?))) else {
            return Err("there is no such statement".to_owned());
        };
        if let Err(error) = self.see(seen) {
            self.broken = Some(error.to_string());
            return Err(error.to_string());
        }
        let values: Option<Vec<Option<&str>>> = form
            .values
            .as_ref()
            .map(|v| v.iter().map(Option::as_deref).collect());
        match self.session.explain(&statement.text, parameters(&values)) {
            Ok(plan) => Ok(plan),
            Err(TwinError::Query { message }) => Err(message),
            Err(error) => {
                self.broken = Some(error.to_string());
                Err(error.to_string())
            }
        }
    }
}

fn needs_trigrams(candidate: &Candidate) -> bool {
    let mut elements = candidate.index.elements.iter();
    elements.any(|e| e.operator_class.as_deref() == Some("gin_trgm_ops"))
}
