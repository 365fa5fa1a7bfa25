//! What rules about statements look at.

use pgwright_catalog::{ObjectId, QualifiedName, Table};
use pgwright_ddl::read::{
    Action, Command, ConstraintForm, NewConstraint, ObjectForm, Observed, WrittenName,
};
use pgwright_migrate::locks::{Blocks, Facts, TableRole, facts};

use super::{After, State};

/// A statement of a migration with the schema before it.
#[derive(Debug)]
pub struct StatementContext<'a> {
    /// The statement.
    pub(crate) statement: &'a Observed<'a>,
    /// What came before it in the file.
    pub(crate) state: &'a State,
    /// The major version.
    pub(crate) version: u32,
}

/// A table that was there before the file.
#[derive(Debug, Clone)]
pub struct Target<'a> {
    /// Its name.
    pub name: QualifiedName,
    /// The table, where it is known.
    pub table: Option<&'a Table>,
}

impl Target<'_> {
    /// Its object id.
    pub fn id(&self) -> ObjectId {
        ObjectId::Table(self.name.clone())
    }

    /// A column's object id.
    pub fn column(&self, name: &str) -> ObjectId {
        ObjectId::Column(self.name.clone(), name.into())
    }

    /// A constraint's object id.
    pub fn constraint(&self, name: &str) -> ObjectId {
        ObjectId::Constraint(self.name.clone(), name.into())
    }
}

impl<'a> StatementContext<'a> {
    pub(crate) fn new(statement: &'a Observed<'a>, state: &'a State, version: u32) -> Self {
        Self {
            statement,
            state,
            version,
        }
    }

    pub(crate) fn action(&self) -> &'a Action {
        self.statement.action
    }

    /// The table of a name, unless the file has made it: known, or taken to be there.
    pub(crate) fn existing(&self, name: &WrittenName) -> Option<Target<'a>> {
        let found = self.statement.relation(name);
        let name = found.unwrap_or_else(|| self.statement.presumed(name));
        if self.state.made.contains(&name) || name.schema.as_str().starts_with("pg_temp") {
            return None;
        }
        Some(Target {
            table: self.statement.catalog().tables.get(&name),
            name,
        })
    }

    /// The table that ALTER TABLE is about, when it was there before, with each command.
    pub(crate) fn altered(&self) -> Vec<(Target<'a>, &'a Command)> {
        match self.action() {
            Action::Alter {
                form: ObjectForm::Table | ObjectForm::ForeignTable,
                name,
                commands,
                ..
            } => match self.existing(name) {
                Some(target) => commands.iter().map(|c| (target.clone(), c)).collect(),
                None => Vec::new(),
            },
            _ => Vec::new(),
        }
    }

    /// Whether ALTER TABLE says ONLY.
    pub(crate) fn only(&self) -> bool {
        matches!(self.action(), Action::Alter { only: true, .. })
    }

    /// The constraints that are added to tables that were there before; not those of new columns.
    pub(crate) fn added_constraints(&self) -> Vec<(Target<'a>, &'a NewConstraint)> {
        let altered = self.altered().into_iter();
        altered
            .filter_map(|(target, command)| match command {
                Command::AddConstraint(constraint) => Some((target, constraint)),
                _ => None,
            })
            .collect()
    }

    /// What a form of statement does to a table, in words, from the measured facts.
    pub(crate) fn costs(&self, form: &str, table: &QualifiedName) -> String {
        let Some(facts) = facts(form, self.version) else {
            return String::new();
        };
        describe(facts, table)
    }

    /// Whether the statement is about a table that is neither there nor made by the file, and does not ask
    /// first.
    pub(crate) fn touches_unknown(&self) -> bool {
        let unknown = |name: &WrittenName| {
            !self.statement.is_there(name)
                && name.schema.as_deref() != Some("pg_catalog")
                && !name.name.is_empty()
        };
        match self.action() {
            Action::Alter {
                form: ObjectForm::Table,
                name,
                ..
            } => unknown(name),
            Action::CreateIndex { table, .. } => unknown(table),
            Action::Truncate { tables, .. } => tables.iter().any(unknown),
            Action::Write(written) => unknown(&written.table),
            Action::CreateTrigger(table, _) | Action::CreateRule(table, _) => unknown(table),
            Action::Policy { table, .. } => unknown(table),
            Action::CreateTable {
                partition_of: Some(parent),
                ..
            } => unknown(parent),
            Action::CreateTable {
                table, constraints, ..
            } => constraints.iter().any(|c| match &c.form {
                ConstraintForm::ForeignKey(to, _) => unknown(to) && to.name != table.name,
                _ => false,
            }),
            _ => false,
        }
    }

    /// What it leaves behind for those that follow it.
    pub(crate) fn after(&self) -> After {
        let mut after = After::default();
        match self.action() {
            Action::CreateTable {
                table,
                if_not_exists,
                ..
            } => {
                let there = self.statement.relation(table).is_some();
                if !(there && *if_not_exists) {
                    after.made = Some(self.statement.presumed(table));
                }
            }
            Action::CreateTableAs(table) | Action::CreateView { view: table, .. }
                if self.statement.relation(table).is_none() =>
            {
                after.made = Some(self.statement.presumed(table));
            }
            Action::Rename {
                form: ObjectForm::Table,
                name,
                part: None,
                to,
            } => {
                let old = self.statement.relation(name);
                if let Some(old) = old.filter(|old| self.state.made.contains(old)) {
                    after.made = Some(QualifiedName::new(old.schema, to.clone()));
                }
            }
            _ => {}
        }
        for (target, command) in self.altered() {
            let light = matches!(command, Command::Settings | Command::ValidateConstraint(_));
            let weaker = matches!(command, Command::AddConstraint(c) if matches!(c.form, ConstraintForm::ForeignKey(..)));
            if !light && !weaker {
                after.held.push(target.name.clone());
            }
            if let Command::AddConstraint(constraint) = command
                && constraint.not_valid
            {
                let name = constraint.name.clone().unwrap_or_default();
                after.not_valid.push((target.name, name));
            }
        }
        after
    }
}

/// `takes SHARE on it: writes wait while all its rows are read`.
fn describe(facts: &Facts, table: &QualifiedName) -> String {
    let Some((role, level)) = facts.locks.iter().max_by_key(|(_, level)| *level) else {
        return "takes no lock on a table".to_owned();
    };
    let waits = match facts.blocks() {
        Blocks::ReadsAndWrites => "reads and writes wait",
        Blocks::Writes => "writes wait",
        Blocks::Nothing => "neither reads nor writes wait",
    };
    let whole = |roles: &[TableRole]| !roles.is_empty();
    let long = if whole(&facts.rewrites) {
        " while the table is written anew"
    } else if whole(&facts.scans) {
        " while all its rows are read"
    } else {
        ""
    };
    let on = match role {
        TableRole::Target | TableRole::MaterializedView => table.name.to_string(),
        other => other.name().to_string(),
    };
    format!("takes {} on {on}: {waits}{long}", level.name())
}
