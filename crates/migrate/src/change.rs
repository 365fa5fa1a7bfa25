//! A change: statements that belong together, their inverse, and what they need and provide.

use pgwright_catalog::{ObjectId, QualifiedName};

use crate::step::{Action, FileGroup, Hazard, Lock, LockLevel, Resume, Transaction};

/// One unit of a plan, ordered as a whole.
#[derive(Debug, Clone)]
pub(crate) struct Change {
    pub object: ObjectId,
    pub action: Action,
    pub group: FileGroup,
    /// Order inside a file group: kind, then name.
    pub sort: (Rank, String),
    /// Objects that are there after it.
    pub provides: Vec<ObjectId>,
    /// An object that it completes: whoever needs that one may mean this part of it.
    pub completes: Option<ObjectId>,
    /// Objects that must be there before it.
    pub needs: Vec<Need>,
    pub up: Vec<Statement>,
    pub down: Vec<Statement>,
    pub heading: Option<String>,
    /// When the inverse can be left out.
    pub covered_by: Option<Cover>,
    /// Creates a partitioned table.
    pub partitioned: bool,
    /// Comes before everything that shares a transaction.
    pub first: bool,
}

/// Order of kinds inside a file group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rank {
    Role,
    Schema,
    Extension,
    Collation,
    Type,
    Sequence,
    Routine,
    Aggregate,
    Operator,
    OperatorFamily,
    OperatorClass,
    OperatorFamilyMembers,
    Cast,
    Conversion,
    TextSearchParser,
    TextSearchTemplate,
    TextSearchDictionary,
    TextSearchConfiguration,
    Language,
    Transform,
    AccessMethod,
    ForeignDataWrapper,
    ForeignServer,
    UserMapping,
    Table,
    Column,
    Fill,
    Rows,
    SequenceOwner,
    Constraint,
    Validation,
    Index,
    IndexPart,
    IndexUse,
    Statistics,
    Trigger,
    TriggerState,
    View,
    MaterializedView,
    ViewDefault,
    Rule,
    Security,
    Comment,
    Owner,
    Revoke,
    OwnerPrivileges,
    Grant,
    DefaultPrivileges,
    Label,
    Publication,
    Subscription,
    EventTrigger,
}

/// How much an object is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Strength {
    /// Only for a pleasant order: a referenced table stands before the referencing one.
    Order,
    /// Needed when it runs, not when it is created: tables in a PL/pgSQL body.
    Use,
    /// Its text names it, but what the catalog records of the needs of the object does not tell.
    Guess,
    /// Cannot be created without it.
    Must,
}

/// An object that a change needs.
#[derive(Debug, Clone)]
pub(crate) struct Need {
    pub object: ObjectId,
    pub strength: Strength,
}

/// What makes the inverse of a change needless: the table is dropped anyway.
#[derive(Debug, Clone)]
pub(crate) enum Cover {
    /// It goes with this object.
    With(ObjectId),
    /// It goes with one of these objects.
    WithAny(Vec<ObjectId>),
    /// It stays on this object, where that moves rather than goes.
    On(ObjectId),
    /// A foreign key goes with its table, when that is dropped before the referenced one.
    Before(QualifiedName, QualifiedName),
}

/// A statement of a change.
#[derive(Debug, Clone)]
pub(crate) struct Statement {
    pub sql: String,
    pub transaction: Transaction,
    pub locks: Vec<Lock>,
    pub hazards: Vec<Hazard>,
    /// Tables that are written anew.
    pub rewrites: Vec<QualifiedName>,
    /// Tables that are read from end to end.
    pub scans: Vec<QualifiedName>,
    /// How to go on after it was broken off.
    pub resume: Option<Resume>,
}

impl Statement {
    /// It writes the table anew, while nobody can use it.
    pub fn rewrite(mut self, table: &QualifiedName) -> Self {
        self.rewrites.push(table.clone());
        self.hazard(Hazard::RewritesTable)
    }

    /// It reads the table from end to end.
    pub fn scan(mut self, table: &QualifiedName) -> Self {
        self.scans.push(table.clone());
        self
    }

    pub fn resume(mut self, resume: Resume) -> Self {
        self.resume = Some(resume);
        self
    }

    pub fn lock(mut self, table: &QualifiedName, level: LockLevel) -> Self {
        self.locks.push(Lock {
            table: table.clone(),
            level,
        });
        self
    }

    pub fn hazard(mut self, hazard: Hazard) -> Self {
        self.hazards.push(hazard);
        self
    }

    pub fn transaction(mut self, transaction: Transaction) -> Self {
        self.transaction = transaction;
        self
    }
}

impl From<String> for Statement {
    fn from(sql: String) -> Self {
        Self {
            sql,
            transaction: Transaction::Shared,
            locks: Vec::new(),
            hazards: Vec::new(),
            rewrites: Vec::new(),
            scans: Vec::new(),
            resume: None,
        }
    }
}

impl Change {
    /// A change that creates an object, without statements yet.
    pub fn create(object: ObjectId, group: FileGroup, rank: Rank) -> Self {
        let mut change = Self::alter(object.clone(), group, rank);
        change.action = Action::Create;
        change.provides.push(object);
        change
    }

    /// A change of an object that is there, without statements yet.
    pub fn alter(object: ObjectId, group: FileGroup, rank: Rank) -> Self {
        Self {
            sort: (rank, object.name()),
            object,
            action: Action::Alter,
            group,
            provides: Vec::new(),
            completes: None,
            needs: Vec::new(),
            up: Vec::new(),
            down: Vec::new(),
            heading: None,
            covered_by: None,
            partitioned: false,
            first: false,
        }
    }

    pub fn need(&mut self, object: ObjectId, strength: Strength) {
        self.needs.push(Need { object, strength });
    }

    pub fn must_have(&mut self, objects: impl IntoIterator<Item = ObjectId>) {
        for object in objects {
            self.need(object, Strength::Must);
        }
    }

    /// True when some statement cannot share a transaction with other changes.
    pub fn alone(&self) -> bool {
        let mut statements = self.up.iter().chain(&self.down);
        statements.any(|s| s.transaction != Transaction::Shared)
    }

    /// The same change the other way round.
    pub fn inverted(mut self) -> Self {
        std::mem::swap(&mut self.up, &mut self.down);
        self.action = match self.action {
            Action::Create => Action::Drop,
            Action::Drop => Action::Create,
            Action::Alter => Action::Alter,
        };
        self
    }
}
