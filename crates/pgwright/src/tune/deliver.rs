//! What is delivered: the migration, the document, its README.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::Path;

use pgwright_catalog::{Catalog, ObjectId, QualifiedName};
use pgwright_migrate::{
    Layout, MigrationName, Plan, PlanOptions, TableSize, migration_files, plan,
};
use pgwright_planner::Statistics;
use pgwright_tune::recommend::text::readme;
use pgwright_tune::recommend::{Action, Recommendation, TuneDocument};

use crate::commands::plan::write_files;
use crate::exit::Failure;
use crate::rehearsal::{self, Rehearsal};
use crate::terminal::Terminal;

/// The schema as it is and as it should be, with the way between.
pub struct Migration<'a> {
    /// As it is.
    pub before: &'a Catalog,
    /// As it should be.
    pub after: &'a Catalog,
    /// The way.
    pub plan: Plan,
}

impl<'a> Migration<'a> {
    /// Plans the way, for tables of these sizes.
    pub fn new(
        before: &'a Catalog,
        after: &'a Catalog,
        statistics: &Statistics,
        target: u32,
        terminal: &Terminal,
    ) -> Result<Self, Failure> {
        let sizes = statistics.tables.iter().filter_map(|(name, table)| {
            let size = TableSize {
                rows: table.rows? as u64,
                bytes: table.file_pages.unwrap_or(table.pages) * 8192,
            };
            Some((name.clone(), size))
        });
        let options = PlanOptions {
            check_bodies: false,
            find_renames: false,
            sizes: sizes.collect::<BTreeMap<_, _>>(),
            ..PlanOptions::new(target)
        };
        let plan = terminal
            .phase("planning the migration", || plan(before, after, &options))
            .map_err(|error| Failure::Usage(error.to_string()))?;
        Ok(Self {
            before,
            after,
            plan,
        })
    }

    /// Gives every recommendation the statements that the migration has for it.
    pub fn tell(&self, document: &mut TuneDocument) {
        for recommendation in &mut document.recommendations {
            let steps = self
                .plan
                .up
                .iter()
                .filter(|step| concerns(&step.object, recommendation));
            recommendation.ddl = steps.map(|step| step.sql.clone()).collect();
        }
    }

    /// Proves the way in a sandbox.
    pub fn rehearse(
        &self,
        pg_bin: Option<&OsStr>,
        terminal: &Terminal,
    ) -> Result<Rehearsal, Failure> {
        let subject = rehearsal::Subject {
            before: self.before,
            after: self.after,
            plan: &self.plan,
            target: self.plan.target,
        };
        rehearsal::rehearse(subject, pg_bin, terminal)
    }

    /// Writes it into a directory, with the document and what was proven.
    pub fn write(
        &self,
        directory: &Path,
        document: &TuneDocument,
        proof: Option<&Rehearsal>,
        layout: Layout,
        name: &MigrationName,
        force: bool,
    ) -> Result<(), Failure> {
        let mut files = migration_files(&self.plan, layout, name);
        if layout != Layout::Plain {
            let plain = migration_files(&self.plan, Layout::Plain, name);
            files.extend(plain.into_iter().filter(|(path, _)| path == "plan.json"));
        }
        if !self.plan.is_empty() {
            files.push((
                "from.json".to_owned(),
                json(&self.before.without_dependencies()),
            ));
            files.push((
                "to.json".to_owned(),
                json(&self.after.without_dependencies()),
            ));
        }
        if let Some(proof) = proof {
            files.push(("proof.json".to_owned(), json(proof)));
        }
        let names: Vec<String> = files.iter().map(|(path, _)| path.clone()).collect();
        files.push(("README.md".to_owned(), readme(document, &names)));
        files.push(("tune.json".to_owned(), json(document)));
        write_files(directory, &files, force)
    }
}

/// A value as a file holds it.
pub fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default() + "\n"
}

fn concerns(object: &ObjectId, recommendation: &Recommendation) -> bool {
    let own = |table: &QualifiedName| table.quoted() == recommendation.table;
    let name = &recommendation.name;
    match (recommendation.action, object) {
        (Action::CreateIndex | Action::DropIndex, ObjectId::Index(table, index)) => {
            own(table) && index.as_str() == name
        }
        (Action::AddConstraint, ObjectId::Constraint(table, constraint)) => {
            own(table) && constraint.as_str() == name
        }
        (Action::CreateStatistics, ObjectId::Statistics(statistics)) => {
            statistics.name.as_str() == name
        }
        (Action::ChangeType, ObjectId::Column(table, column)) => {
            own(table) && format!("{}.{column}", table.name) == *name
        }
        _ => false,
    }
}
