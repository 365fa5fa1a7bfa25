//! What a statement does, as plain values.

/// A name as a statement writes it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct WrittenName {
    /// The schema, where it is given.
    pub schema: Option<String>,
    /// The name.
    pub name: String,
}

impl std::fmt::Display for WrittenName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.schema {
            Some(schema) => write!(f, "{schema}.{}", self.name),
            None => f.write_str(&self.name),
        }
    }
}

/// What a statement does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// CREATE TABLE.
    CreateTable {
        /// The new table.
        table: WrittenName,
        /// IF NOT EXISTS.
        if_not_exists: bool,
        /// PARTITION OF.
        partition_of: Option<WrittenName>,
        /// Its columns.
        columns: Vec<NewColumn>,
        /// Its constraints, those of columns included.
        constraints: Vec<NewConstraint>,
    },
    /// CREATE TABLE AS, SELECT INTO, CREATE MATERIALIZED VIEW.
    CreateTableAs(WrittenName),
    /// ALTER TABLE, INDEX, VIEW … with commands.
    Alter {
        /// What is altered.
        form: ObjectForm,
        /// Its name.
        name: WrittenName,
        /// ONLY.
        only: bool,
        /// What is done to it.
        commands: Vec<Command>,
    },
    /// CREATE INDEX.
    CreateIndex {
        /// Its name, where it is given.
        name: Option<String>,
        /// The table.
        table: WrittenName,
        /// UNIQUE.
        unique: bool,
        /// CONCURRENTLY.
        concurrently: bool,
        /// IF NOT EXISTS.
        if_not_exists: bool,
        /// ON ONLY.
        only: bool,
    },
    /// DROP.
    Drop {
        /// What kind.
        form: ObjectForm,
        /// The names; of what stands on a table, the table and then the name.
        names: Vec<Vec<String>>,
        /// CONCURRENTLY.
        concurrently: bool,
        /// CASCADE.
        cascade: bool,
        /// IF EXISTS.
        if_exists: bool,
    },
    /// DROP DATABASE.
    DropDatabase(String),
    /// TRUNCATE.
    Truncate {
        /// The tables.
        tables: Vec<WrittenName>,
        /// CASCADE.
        cascade: bool,
    },
    /// RENAME TO, RENAME COLUMN, RENAME CONSTRAINT.
    Rename {
        /// What is renamed.
        form: ObjectForm,
        /// Its name, or that of the relation that it is part of.
        name: WrittenName,
        /// The part, for what is part of a relation.
        part: Option<String>,
        /// The new name.
        to: String,
    },
    /// SET SCHEMA.
    SetSchema(ObjectForm, WrittenName),
    /// OWNER TO.
    Owner {
        /// What gets another owner.
        form: ObjectForm,
        /// Its name.
        name: WrittenName,
        /// The role.
        role: String,
    },
    /// INSERT, UPDATE, DELETE, MERGE.
    Write(Written),
    /// SELECT, VALUES and what else reads.
    Read,
    /// VACUUM.
    Vacuum {
        /// FULL.
        full: bool,
        /// The tables; all when empty.
        tables: Vec<WrittenName>,
    },
    /// CLUSTER.
    Cluster(Option<WrittenName>),
    /// REINDEX.
    Reindex {
        /// Index, table, schema …
        form: ObjectForm,
        /// Its name.
        name: WrittenName,
        /// CONCURRENTLY.
        concurrently: bool,
    },
    /// REFRESH MATERIALIZED VIEW.
    Refresh {
        /// The view.
        view: WrittenName,
        /// CONCURRENTLY.
        concurrently: bool,
    },
    /// LOCK TABLE.
    Lock {
        /// The tables.
        tables: Vec<WrittenName>,
        /// The lock's number, from 1 for ACCESS SHARE to 8 for ACCESS EXCLUSIVE.
        mode: i32,
    },
    /// CREATE TRIGGER.
    CreateTrigger(WrittenName, String),
    /// CREATE RULE.
    CreateRule(WrittenName, String),
    /// CREATE POLICY or ALTER POLICY.
    Policy {
        /// The table.
        table: WrittenName,
        /// The policy.
        name: String,
        /// It is permissive, for a command that writes, and its condition is true.
        open: bool,
    },
    /// CREATE VIEW.
    CreateView {
        /// The view.
        view: WrittenName,
        /// OR REPLACE.
        replace: bool,
        /// The names of its options.
        options: Vec<String>,
    },
    /// CREATE FUNCTION or PROCEDURE.
    CreateRoutine {
        /// The routine.
        name: WrittenName,
        /// OR REPLACE.
        replace: bool,
    },
    /// ALTER TYPE of an enumeration.
    AlterEnum {
        /// The type.
        name: WrittenName,
        /// The new label, of ADD VALUE and of RENAME VALUE.
        label: String,
        /// The label that is renamed.
        renamed: Option<String>,
        /// BEFORE or AFTER.
        placed: bool,
    },
    /// ALTER DOMAIN: the letter of the form, as PostgreSQL's parser has it.
    AlterDomain {
        /// The domain.
        name: WrittenName,
        /// `C` adds a constraint, `V` validates one, `O` sets NOT NULL, `X` drops a constraint …
        subtype: String,
        /// NOT VALID.
        not_valid: bool,
    },
    /// CREATE DOMAIN.
    CreateDomain,
    /// GRANT or REVOKE of privileges on objects.
    Grant {
        /// REVOKE.
        revoke: bool,
        /// To whom, PUBLIC as an empty name.
        grantees: Vec<String>,
        /// The privileges; all when empty.
        privileges: Vec<String>,
    },
    /// CREATE ROLE or ALTER ROLE.
    Role {
        /// The role.
        name: String,
        /// A password stands in it.
        password: bool,
        /// What it comes to have of SUPERUSER, CREATEROLE, BYPASSRLS, REPLICATION.
        powers: Vec<String>,
    },
    /// DROP OWNED.
    DropOwned(Vec<String>),
    /// REASSIGN OWNED.
    ReassignOwned,
    /// ALTER SYSTEM.
    AlterSystem(String),
    /// COPY … PROGRAM.
    CopyProgram,
    /// CREATE EXTENSION.
    CreateExtension(String),
    /// DO, or a call: what it does is not said.
    Code,
    /// SET or RESET.
    Set {
        /// The setting in lower case; empty for RESET ALL.
        name: String,
        /// The value; `None` for RESET and DEFAULT.
        value: Option<String>,
        /// SET LOCAL.
        local: bool,
    },
    /// BEGIN.
    Begin,
    /// COMMIT.
    Commit,
    /// ROLLBACK.
    Rollback,
    /// ALTER SEQUENCE … RESTART.
    RestartSequence(WrittenName),
    /// Whatever is not listed.
    Other,
}

/// A statement that writes rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// `INSERT`, `UPDATE`, `DELETE` or `MERGE`.
    pub verb: &'static str,
    /// The table.
    pub table: WrittenName,
    /// It has a WHERE, or its rows are given.
    pub filtered: bool,
    /// Its rows come from a query.
    pub from_query: bool,
}

/// What a command of ALTER does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// ADD COLUMN.
    AddColumn(NewColumn),
    /// DROP COLUMN.
    DropColumn(String),
    /// ALTER COLUMN … TYPE.
    ColumnType {
        /// The column.
        column: String,
        /// The new type, as `format_type` prints it where it is known.
        data_type: String,
        /// A USING expression that is more than a cast of the column.
        using: bool,
        /// COLLATE.
        collate: bool,
    },
    /// SET DEFAULT.
    SetDefault(String),
    /// DROP DEFAULT.
    DropDefault(String),
    /// SET NOT NULL.
    SetNotNull(String),
    /// DROP NOT NULL.
    DropNotNull(String),
    /// SET EXPRESSION.
    SetExpression(String),
    /// ADD CONSTRAINT.
    AddConstraint(NewConstraint),
    /// DROP CONSTRAINT.
    DropConstraint(String),
    /// VALIDATE CONSTRAINT.
    ValidateConstraint(String),
    /// ALTER CONSTRAINT, and whether it becomes enforced.
    AlterConstraint(String, Option<bool>),
    /// ATTACH PARTITION of a table, or of an index.
    Attach(WrittenName),
    /// DETACH PARTITION.
    Detach {
        /// The partition.
        partition: WrittenName,
        /// CONCURRENTLY.
        concurrently: bool,
    },
    /// SET LOGGED, or UNLOGGED.
    SetLogged(bool),
    /// SET TABLESPACE.
    SetTablespace,
    /// SET ACCESS METHOD.
    SetAccessMethod,
    /// REPLICA IDENTITY: `d`, `f`, `n` or `i`.
    ReplicaIdentity(String),
    /// ENABLE or DISABLE ROW LEVEL SECURITY.
    RowSecurity(bool),
    /// FORCE or NO FORCE ROW LEVEL SECURITY.
    ForceRowSecurity(bool),
    /// ENABLE or DISABLE of triggers; all when there is no name.
    Trigger {
        /// ENABLE.
        enable: bool,
        /// Which.
        name: Option<String>,
    },
    /// OWNER TO.
    Owner(String),
    /// What takes no stronger lock than SHARE UPDATE EXCLUSIVE: settings and statistics targets.
    Settings,
    /// Whatever is not listed.
    Other,
}

/// A column that is added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewColumn {
    /// Its name.
    pub name: String,
    /// Its type, as `format_type` prints it where it is known; `serial` and its relatives as written.
    pub data_type: String,
    /// The type is there.
    pub known_type: bool,
    /// NOT NULL, or of a primary key.
    pub not_null: bool,
    /// DEFAULT, as SQL.
    pub default: Option<String>,
    /// GENERATED AS IDENTITY.
    pub identity: bool,
    /// GENERATED ALWAYS AS: whether it is stored.
    pub generated: Option<bool>,
    /// IF NOT EXISTS.
    pub if_not_exists: bool,
    /// Its constraints, but for NOT NULL.
    pub constraints: Vec<NewConstraint>,
}

/// A constraint that is added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewConstraint {
    /// What it demands.
    pub form: ConstraintForm,
    /// Its name, where it is given.
    pub name: Option<String>,
    /// Its columns, as written.
    pub columns: Vec<String>,
    /// USING INDEX.
    pub using_index: Option<String>,
    /// NOT VALID.
    pub not_valid: bool,
    /// NOT ENFORCED.
    pub not_enforced: bool,
}

/// What a constraint demands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConstraintForm {
    /// PRIMARY KEY, and whether WITHOUT OVERLAPS.
    PrimaryKey(bool),
    /// UNIQUE, and whether WITHOUT OVERLAPS.
    Unique(bool),
    /// CHECK.
    Check,
    /// NOT NULL, as a constraint of the table.
    NotNull,
    /// FOREIGN KEY, with the table that it refers to and whether it passes deletions on.
    ForeignKey(WrittenName, bool),
    /// EXCLUDE.
    Exclusion,
}

/// Kinds of objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)] // The names say it.
pub enum ObjectForm {
    Table,
    ForeignTable,
    Column,
    Constraint,
    Index,
    View,
    MaterializedView,
    Sequence,
    Type,
    Domain,
    Schema,
    Routine,
    Trigger,
    Policy,
    Rule,
    Extension,
    Database,
    Role,
    Other,
}

impl ObjectForm {
    /// The kind in words.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::ForeignTable => "foreign table",
            Self::Column => "column",
            Self::Constraint => "constraint",
            Self::Index => "index",
            Self::View => "view",
            Self::MaterializedView => "materialized view",
            Self::Sequence => "sequence",
            Self::Type => "type",
            Self::Domain => "domain",
            Self::Schema => "schema",
            Self::Routine => "routine",
            Self::Trigger => "trigger",
            Self::Policy => "policy",
            Self::Rule => "rule",
            Self::Extension => "extension",
            Self::Database => "database",
            Self::Role => "role",
            Self::Other => "object",
        }
    }
}
