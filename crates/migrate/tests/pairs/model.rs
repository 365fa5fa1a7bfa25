//! The small model of a schema that pairs are made of: whatever it holds, a server accepts.

use std::collections::{BTreeMap, BTreeSet};

use crate::expression::Expr;
use crate::other::Other;
use crate::values::Ty;

/// Number of an object. Objects refer to objects with smaller numbers, so that their order is one in
/// which they can be created.
pub type Key = u32;

pub const OWNER: &str = "pairs_owner";
pub const READER: &str = "pairs_reader";
pub const WRITER: &str = "pairs_writer";
pub const ROLES: [&str; 3] = [OWNER, READER, WRITER];

/// Role, privilege, WITH GRANT OPTION.
pub type Grant = (&'static str, &'static str, bool);

/// What all objects have.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Named {
    pub schema: Key,
    pub name: String,
    pub owner: Option<&'static str>,
    pub comment: Option<String>,
    pub grants: BTreeSet<Grant>,
    /// What PUBLIC has by default is revoked.
    pub closed: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    pub target: u32,
    pub next: Key,
    /// Whether what is added now is new in B, where rows of A are there already.
    pub changing: bool,
    /// B is what is changed, and A what comes of it: rows are those of what comes of it.
    pub swapped: bool,
    pub schemas: BTreeMap<Key, Named>,
    pub types: BTreeMap<Key, UserType>,
    pub sequences: BTreeMap<Key, Sequence>,
    pub functions: BTreeMap<Key, Function>,
    pub tables: BTreeMap<Key, Table>,
    pub views: BTreeMap<Key, View>,
    pub others: BTreeMap<Key, Other>,
    /// Numbers of statements of `render::DEFAULT_PRIVILEGES`.
    pub default_privileges: BTreeSet<usize>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct UserType {
    pub named: Named,
    pub kind: TypeKind,
}

#[derive(Debug, Clone, PartialEq)]
pub enum TypeKind {
    Enum {
        labels: Vec<String>,
        /// Labels that rows and defaults use.
        pinned: Vec<String>,
    },
    Domain {
        base: Ty,
        collation: bool,
        checks: Vec<DomainCheck>,
        default: Option<u32>,
        not_null: bool,
    },
    Composite(Vec<Attribute>),
    Range {
        subtype: Ty,
        diff: bool,
        multirange: Option<String>,
    },
    /// A base type on the code of integer: default, category, whether it can be sent.
    Base {
        default: u32,
        category: bool,
        send: bool,
    },
}

#[derive(Debug, Clone, PartialEq)]
pub struct DomainCheck {
    pub name: String,
    pub check: Expr,
    pub validated: bool,
    pub comment: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Attribute {
    pub name: String,
    pub ty: Ty,
    pub comment: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Sequence {
    pub named: Named,
    pub ty: Ty,
    pub increment: u32,
    pub start: u32,
    pub maximum: Option<u32>,
    pub cache: u32,
    pub cycle: bool,
    pub unlogged: bool,
    pub owned_by: Option<(Key, String)>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Function {
    pub named: Named,
    pub shape: Shape,
    pub arguments: Vec<Argument>,
    pub returns: Ty,
    /// What of the body varies.
    pub body: u32,
    pub language: Language,
    pub volatility: Option<&'static str>,
    pub strict: bool,
    pub definer: bool,
    pub leakproof: bool,
    pub parallel: Option<&'static str>,
    pub cost: Option<u32>,
    pub setting: Option<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    Sql,
    Plpgsql,
    /// SQL-standard body.
    Atomic,
}

/// What a function does.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// An integer to a number, immutable: may be in indexes, checks and generated columns.
    Pure,
    /// Counts the rows of a table or view.
    Count(Key, Option<Expr>),
    /// Rows of a table or view.
    Rows(Key),
    /// Takes a row of a table.
    OfRow(Key),
    /// RETURNS TABLE, or OUT arguments.
    Columns {
        out: bool,
    },
    /// Takes a value of any type.
    Takes(Ty),
    Trigger,
    EventTrigger,
    Procedure,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Argument {
    pub name: String,
    pub ty: Ty,
    pub default: Option<u32>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    pub named: Named,
    pub kind: Kind,
    pub by: Option<By>,
    pub columns: Vec<Column>,
    pub constraints: Vec<Constraint>,
    pub indexes: Vec<Index>,
    pub triggers: Vec<Trigger>,
    pub rules: Vec<Rule>,
    pub policies: Vec<Policy>,
    /// How many rows it is given in A.
    pub rows: usize,
    pub unlogged: bool,
    pub options: BTreeMap<&'static str, u32>,
    pub replica: Replica,
    /// Name of the index that it is clustered on.
    pub clustered: Option<String>,
    pub row_security: bool,
    pub force: bool,
    pub method: Option<Key>,
    /// The owner has given up TRUNCATE.
    pub given_up: bool,
    /// A partition that rows belong into is gone.
    pub lost_home: bool,
    /// What a partition or child says of columns it has from its parent.
    pub overrides: BTreeMap<String, Override>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Override {
    pub default: Option<u32>,
    pub comment: Option<String>,
    pub statistics: Option<u32>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    Plain,
    Partition {
        parent: Key,
        bound: Bound,
        home: bool,
        /// Made as a table of its own, then attached.
        attached: bool,
    },
    Child(Vec<Key>),
    Foreign(Key),
    Typed(Key),
}

#[derive(Debug, Clone, PartialEq)]
pub struct By {
    pub strategy: &'static str,
    pub column: String,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Bound {
    /// From and to, in hundreds; without an end up to MAXVALUE.
    Range(u32, Option<u32>),
    List(Vec<String>),
    Hash(u32, u32),
    Default,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    pub name: String,
    pub ty: Ty,
    pub not_null: bool,
    pub not_null_name: Option<String>,
    /// Some rows have NULL here.
    pub nulls: bool,
    /// Added in B, so that rows of A have its default.
    pub fresh: bool,
    pub retyped: bool,
    pub source: Source,
    pub collate: bool,
    pub storage: Option<&'static str>,
    pub compression: Option<&'static str>,
    pub statistics: Option<u32>,
    pub n_distinct: Option<u32>,
    pub comment: Option<String>,
    pub grants: BTreeSet<(&'static str, &'static str)>,
    /// Option `column_name` of a foreign table's column.
    pub remote: Option<u32>,
}

/// Where a column's values come from when none is given.
#[derive(Debug, Clone, PartialEq)]
pub enum Source {
    None,
    Literal(u32),
    Now,
    Next(Key),
    Call(Key, u32),
    Identity {
        always: bool,
        start: u32,
        increment: u32,
    },
    Serial,
    Stored(Expr),
    Virtual(Expr),
}

#[derive(Debug, Clone, PartialEq)]
pub struct Constraint {
    pub name: String,
    pub kind: ConstraintKind,
    pub deferrable: u8,
    pub validated: bool,
    pub enforced: bool,
    pub comment: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum ConstraintKind {
    Primary {
        columns: Vec<String>,
        include: Vec<String>,
        fillfactor: Option<u32>,
        without_overlaps: bool,
    },
    Unique {
        columns: Vec<String>,
        include: Vec<String>,
        nulls_not_distinct: bool,
    },
    Check {
        all: Vec<Expr>,
        no_inherit: bool,
    },
    Foreign {
        columns: Vec<String>,
        target: Key,
        target_columns: Vec<String>,
        full: bool,
        on_delete: &'static str,
        on_update: &'static str,
    },
    Exclude {
        elements: Vec<(String, &'static str)>,
        method: &'static str,
        predicate: Option<Expr>,
    },
}

#[derive(Debug, Clone, PartialEq)]
pub struct Index {
    pub name: String,
    pub unique: bool,
    pub method: &'static str,
    pub elements: Vec<Element>,
    pub include: Vec<String>,
    pub predicate: Option<Expr>,
    pub option: Option<u32>,
    pub nulls_not_distinct: bool,
    pub statistics: Option<u32>,
    pub comment: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Element {
    pub expr: Expr,
    pub class: Option<&'static str>,
    /// Operator class of our own, for integers.
    pub own_class: Option<Key>,
    pub collate: bool,
    pub descending: bool,
    pub nulls_first: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Trigger {
    pub name: String,
    pub function: Key,
    pub timing: &'static str,
    pub events: Vec<&'static str>,
    pub of: Vec<String>,
    pub row: bool,
    pub when: Option<Expr>,
    pub constraint: Option<u8>,
    pub transition: bool,
    pub arguments: u32,
    pub enabled: Option<&'static str>,
    pub comment: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    pub name: String,
    pub event: &'static str,
    pub also: bool,
    pub notify: u32,
    pub enabled: Option<&'static str>,
    pub comment: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    pub name: String,
    pub command: &'static str,
    pub permissive: bool,
    pub roles: BTreeSet<&'static str>,
    pub using: Option<Expr>,
    pub check: Option<Expr>,
    pub comment: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Replica {
    Default,
    Full,
    Nothing,
    Index(String),
}

#[derive(Debug, Clone, PartialEq)]
pub struct View {
    pub named: Named,
    pub materialized: bool,
    pub from: Key,
    /// Another relation, joined where an output of it equals a column of the first.
    pub join: Option<(Key, String, String)>,
    pub outputs: Vec<Output>,
    pub filter: Option<Expr>,
    pub form: Form,
    pub barrier: Option<bool>,
    pub invoker: Option<bool>,
    pub check_option: Option<&'static str>,
    pub fillfactor: Option<u32>,
    pub no_data: bool,
    pub indexes: Vec<Index>,
    pub clustered: Option<String>,
    pub triggers: Vec<Trigger>,
    pub rules: Vec<Rule>,
}

/// The form of a view's query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Simple,
    Grouped,
    Distinct,
    With,
    Window,
    Union,
}

pub const FORMS: [Form; 6] = [
    Form::Simple,
    Form::Grouped,
    Form::Distinct,
    Form::With,
    Form::Window,
    Form::Union,
];

#[derive(Debug, Clone, PartialEq)]
pub struct Output {
    pub name: String,
    /// Of the joined relation, not of the first.
    pub joined: bool,
    pub expr: Expr,
    pub comment: Option<String>,
    pub default: Option<u32>,
    pub granted: bool,
}

impl Model {
    pub fn new(target: u32) -> Self {
        Self {
            target,
            next: 1,
            changing: false,
            swapped: false,
            schemas: BTreeMap::new(),
            types: BTreeMap::new(),
            sequences: BTreeMap::new(),
            functions: BTreeMap::new(),
            tables: BTreeMap::new(),
            views: BTreeMap::new(),
            others: BTreeMap::new(),
            default_privileges: BTreeSet::new(),
        }
    }

    pub fn key(&mut self) -> Key {
        self.next += 1;
        self.next
    }

    /// A name that nothing has yet: now and then one that needs quotes.
    pub fn name(&mut self, letter: &str) -> String {
        let number = self.key();
        match number % 17 {
            0 => format!("{}{number} \"Odd\"", letter.to_uppercase()),
            _ => format!("{letter}{number}"),
        }
    }
}
