//! What a rule is.

use std::fmt;

use pgwright_catalog::ObjectId;

use crate::context::Context;
use crate::finding::{Certainty, Occurrence, Severity};
use crate::fix::{Change, Fix};
use crate::migration::StatementContext;

/// A check with everything that is said of it. Each is a constant in a file of its own, made from
/// [`Rule::DEFAULT`].
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// Its id, by which it is named in settings and comments: `IDX-DUPLICATE`.
    pub id: &'static str,
    /// What is wrong, of one or several objects: `Foreign keys without an index`.
    pub title: &'static str,
    /// Why that is wrong, in full sentences, with what happens.
    pub rationale: &'static str,
    /// How grave it usually is.
    pub severity: Severity,
    /// When it is graver or less grave than usual; empty when it never is.
    pub weighing: &'static str,
    /// What it needs to know.
    pub evidence: &'static [Evidence],
    /// The oldest major version that it is about.
    pub since: u32,
    /// Whether it runs without being asked for.
    pub on: bool,
    /// How much follows from it, from 1 to 100, beside other rules of the same severity.
    pub consequence: u8,
    /// SQL that it finds something in, each text a schema of its own.
    pub bad: &'static [&'static str],
    /// SQL that it finds nothing in.
    pub good: &'static [&'static str],
    /// What its fix does; empty when there is none.
    pub fix: &'static str,
    /// Where more is to be read, as a chapter of the manual or an address.
    pub references: &'static [&'static str],
    /// The check.
    pub check: Check,
}

impl Rule {
    /// What rules are made from.
    pub const DEFAULT: Self = Self {
        id: "",
        title: "",
        rationale: "",
        severity: Severity::Warning,
        weighing: "",
        evidence: &[Evidence::Catalog],
        since: 14,
        on: true,
        consequence: 50,
        bad: &[],
        good: &[],
        fix: "",
        references: &[],
        check: Check::Catalog(|_, _| {}),
    };

    /// The group, by the id's first part.
    pub fn group(&self) -> Group {
        let prefix = self.id.split('-').next().unwrap_or_default();
        Group::ALL
            .into_iter()
            .find(|group| group.prefix() == prefix)
            .unwrap_or(Group::Model)
    }
}

/// How a rule checks.
#[derive(Clone, Copy)]
pub enum Check {
    /// It looks at a schema.
    Catalog(fn(&Context<'_>, &mut Report)),
    /// It looks at one statement of a migration, with the schema before it.
    Statement(fn(&StatementContext<'_>, &mut Report)),
}

impl fmt::Debug for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Catalog(_) => "Catalog",
            Self::Statement(_) => "Statement",
        })
    }
}

/// What a rule needs to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Evidence {
    /// The text of the SQL.
    Text,
    /// The schema.
    Catalog,
    /// Statistics of the data.
    Statistics,
    /// Queries with how often they run.
    Workload,
    /// A live server.
    Live,
}

impl Evidence {
    /// Its word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Catalog => "catalog",
            Self::Statistics => "statistics",
            Self::Workload => "workload",
            Self::Live => "live",
        }
    }
}

/// What rules are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// Types of columns.
    Types,
    /// Keys and foreign keys.
    Keys,
    /// What tables stand for.
    Model,
    /// Checks, uniqueness, triggers.
    Constraints,
    /// Indexes.
    Indexes,
    /// Partitioning.
    Partitions,
    /// Privileges, policies and functions that run as others.
    Security,
    /// Personal and secret data.
    Privacy,
    /// Vacuum, logging and the like.
    Maintenance,
    /// Names.
    Naming,
    /// Functions and procedures.
    Routines,
    /// Statements of migrations.
    Migrations,
}

impl Group {
    /// Every group, in the order they are shown.
    pub const ALL: [Self; 12] = [
        Self::Types,
        Self::Keys,
        Self::Model,
        Self::Constraints,
        Self::Indexes,
        Self::Partitions,
        Self::Security,
        Self::Privacy,
        Self::Maintenance,
        Self::Naming,
        Self::Routines,
        Self::Migrations,
    ];

    /// What ids of the group begin with.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Types => "TYP",
            Self::Keys => "KEY",
            Self::Model => "MOD",
            Self::Constraints => "CON",
            Self::Indexes => "IDX",
            Self::Partitions => "PRT",
            Self::Security => "SEC",
            Self::Privacy => "PII",
            Self::Maintenance => "MNT",
            Self::Naming => "NAM",
            Self::Routines => "RTN",
            Self::Migrations => "MIG",
        }
    }

    /// Its name.
    pub fn title(self) -> &'static str {
        match self {
            Self::Types => "Types",
            Self::Keys => "Keys",
            Self::Model => "Model",
            Self::Constraints => "Constraints",
            Self::Indexes => "Indexes",
            Self::Partitions => "Partitions",
            Self::Security => "Security",
            Self::Privacy => "Privacy",
            Self::Maintenance => "Maintenance",
            Self::Naming => "Naming",
            Self::Routines => "Routines",
            Self::Migrations => "Migrations",
        }
    }
}

/// What a rule has to say.
#[derive(Debug, Default)]
pub struct Report {
    pub(crate) occurrences: Vec<Occurrence>,
}

impl Report {
    /// Adds that an object has the fault. The message says the concrete fact, without naming the object
    /// again where that is clear.
    pub fn add(&mut self, object: ObjectId, message: impl Into<String>) -> &mut Occurrence {
        let at = self.occurrences.len();
        self.occurrences.push(Occurrence::new(object, message));
        &mut self.occurrences[at]
    }
}

impl Occurrence {
    /// How sure it is; certain when nothing is said.
    pub fn sure(&mut self, certainty: Certainty) -> &mut Self {
        self.certainty = certainty;
        self
    }

    /// How grave it is, where that differs from the rule's usual.
    pub fn severity(&mut self, severity: Severity) -> &mut Self {
        self.severity = Some(severity);
        self
    }

    /// What speaks for it.
    pub fn evidence(&mut self, evidence: impl Into<String>) -> &mut Self {
        self.evidence.push(evidence.into());
        self
    }

    /// Another object that it is about.
    pub fn with(&mut self, object: ObjectId) -> &mut Self {
        self.related.push(object);
        self
    }

    /// A fix that changes nothing that the application could notice, save time.
    pub fn fix(&mut self, summary: impl Into<String>, changes: Vec<Change>) -> &mut Self {
        self.fix = Some(Fix::new(summary, changes));
        self
    }

    /// A fix that needs a look before it is made, and why.
    pub fn risky_fix(
        &mut self,
        summary: impl Into<String>,
        risk: impl Into<String>,
        changes: Vec<Change>,
    ) -> &mut Self {
        self.fix = Some(Fix::new(summary, changes).risky(risk));
        self
    }
}
