//! Renames: those that are known, those that are found, and the catalog after them.

mod detect;
mod order;
mod parse;
mod shallow;

use std::collections::BTreeSet;
use std::fmt;

use pgwright_catalog::write::Writer;
use pgwright_catalog::{Catalog, Name, ObjectId, QualifiedName};
use serde::Serialize;

use crate::change::{Change, Rank, Statement};
use crate::plan::{PlanError, PlanOptions};
use crate::question::Question;
use crate::simulate;
use crate::step::{FileGroup, Hazard, LockLevel};

/// One thing under two names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rename {
    /// An object. Both names are whole: a table may go to another schema, and a column is named with
    /// the name that its table has afterwards.
    Object {
        /// What it is called on the left.
        old: ObjectId,
        /// What it is called on the right.
        new: ObjectId,
    },
    /// A label of an enumeration.
    Label {
        /// The type, by its name on the right.
        data_type: QualifiedName,
        /// The label on the left.
        old: String,
        /// The label on the right.
        new: String,
    },
}

impl fmt::Display for Rename {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Object { old, new } => write!(f, "{old} to {}", new.name()),
            Self::Label {
                data_type,
                old,
                new,
            } => write!(f, "label {old} of type {data_type} to {new}"),
        }
    }
}

/// A rename with how it came to be known.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub rename: Rename,
    /// It may be one thing gone and another come, and the difference matters.
    pub assumed: bool,
}

impl Found {
    /// What it is about.
    fn subject(&self) -> ObjectId {
        match &self.rename {
            Rename::Object { old, .. } => old.clone(),
            Rename::Label { data_type, .. } => ObjectId::Type(data_type.clone()),
        }
    }
}

/// The renames of a plan.
#[derive(Debug, Default)]
pub(crate) struct Renaming {
    /// The left catalog under the names of the right; nothing when no name changes.
    pub catalog: Option<Catalog>,
    pub questions: Vec<Question>,
    found: Vec<Found>,
    /// Schemas that objects go to and that are not there yet.
    new_schemas: BTreeSet<Name>,
}

/// Finds the renames and follows them.
pub(crate) fn settle(
    from: &Catalog,
    to: &Catalog,
    options: &PlanOptions,
) -> Result<Renaming, PlanError> {
    let mut found: Vec<Found> = Vec::new();
    let known = options.renames.iter().map(|rename| Found {
        rename: rename.clone(),
        assumed: false,
    });
    found.extend(known);
    if options.find_renames {
        detect::objects(from, to, &mut found);
    }
    found.sort_by_key(|f| rank(&f.rename));
    let mut found = order::without_collisions(found);
    let new_schemas = new_schemas(from, &found);
    let writer = Writer::new(options.target);
    let mut deep: Vec<String> = found
        .iter()
        .filter(|f| !shallow::is_shallow(&f.rename))
        .flat_map(|f| simulated(&f.rename, from, options))
        .collect();
    let schemas = new_schemas.iter();
    deep.splice(0..0, schemas.map(|schema| writer.create_schema(schema)));
    let mut catalog = None;
    if !deep.is_empty() {
        let renamed = found
            .iter()
            .filter(|f| !shallow::is_shallow(&f.rename))
            .map(|f| old_object(&f.rename, &found))
            .collect();
        match simulate::after_renames(from, &renamed, &deep, options)? {
            Ok(mut after) => {
                keep_schemas(from, &mut after, &found);
                catalog = Some(after);
            }
            Err(problem) => {
                let subject = found
                    .first()
                    .map_or_else(|| ObjectId::Schema(Name::new("public")), |f| f.subject());
                let (old, new) = match found.first().map(|f| &f.rename) {
                    Some(Rename::Object { old, new }) => (old.clone(), new.clone()),
                    _ => (subject.clone(), subject),
                };
                return Err(PlanError::Rename {
                    old: Box::new(old),
                    new: Box::new(new),
                    problem,
                });
            }
        }
    }
    let is_part = |f: &&Found| shallow::is_shallow(&f.rename);
    if found.iter().any(|f| is_part(&f)) {
        let mut after = catalog.unwrap_or_else(|| from.clone());
        for part in found.iter().filter(is_part) {
            shallow::apply(&mut after, &part.rename);
        }
        catalog = Some(after);
    }
    // What names an index that is renamed may be alike only then.
    loop {
        if !options.find_renames {
            break;
        }
        let current = catalog.as_ref().unwrap_or(from);
        let known = found.len();
        detect::parts(current, to, &mut found);
        if found.len() == known {
            break;
        }
        let new = order::without_collisions(found.split_off(known));
        found.extend(new);
        let mut after = catalog.unwrap_or_else(|| from.clone());
        for part in &found[known..] {
            shallow::apply(&mut after, &part.rename);
        }
        catalog = Some(after);
    }
    let questions = found.iter().filter(|f| f.assumed).map(question).collect();
    Ok(Renaming {
        catalog,
        questions,
        found,
        new_schemas,
    })
}

/// The object on the left that a rename is about; of a column its table.
fn old_object(rename: &Rename, found: &[Found]) -> ObjectId {
    match rename {
        Rename::Label { data_type, .. } => ObjectId::Type(data_type.clone()),
        Rename::Object {
            old: ObjectId::Column(table, _),
            ..
        } => {
            // The table is named as it is afterwards.
            let before = found.iter().find_map(|f| match &f.rename {
                Rename::Object {
                    old: ObjectId::Table(old),
                    new: ObjectId::Table(new),
                } if new == table => Some(old.clone()),
                _ => None,
            });
            ObjectId::Table(before.unwrap_or_else(|| table.clone()))
        }
        Rename::Object { old, .. } => old.clone(),
    }
}

/// Schemas that objects go to and that are not there yet.
fn new_schemas(from: &Catalog, found: &[Found]) -> BTreeSet<Name> {
    let mut schemas = BTreeSet::new();
    let mut known: BTreeSet<Name> = from.schemas.keys().cloned().collect();
    known.insert(Name::new("public"));
    for found in found {
        let Rename::Object { old, new } = &found.rename else {
            continue;
        };
        if let ObjectId::Schema(name) = new {
            known.insert(name.clone());
        } else if let (Some(a), Some(b)) = (qualified(old), qualified(new))
            && a.schema != b.schema
            && !known.contains(&b.schema)
        {
            schemas.insert(b.schema.clone());
        }
    }
    schemas
}

fn question(found: &Found) -> Question {
    let (subject, old, new) = match &found.rename {
        Rename::Object { old, new } => (old.clone(), old.name(), new.name()),
        Rename::Label {
            data_type,
            old,
            new,
        } => (
            ObjectId::Type(data_type.clone()),
            format!("{data_type}.{old}"),
            format!("{data_type}.{new}"),
        ),
    };
    Question {
        question: format!("Is {old} now called {new}, or is one gone and the other new?"),
        default: "a rename, which loses nothing".to_owned(),
        why: "As a drop and an addition, what it holds would not be carried over.".to_owned(),
        answer: format!("--rename {old}={new}, or --no-rename-detection"),
        subject,
    }
}

/// Schemas first, then what is in them, then parts of that.
fn rank(rename: &Rename) -> u8 {
    match rename {
        Rename::Object { old, .. } => match old {
            ObjectId::Schema(_) => 0,
            ObjectId::Type(_) => 1,
            ObjectId::Table(_) => 2,
            ObjectId::Sequence(_) => 3,
            ObjectId::Column(..) => 4,
            ObjectId::View(_) | ObjectId::MaterializedView(_) => 6,
            ObjectId::Routine(_) | ObjectId::Aggregate(_) => 7,
            _ => 8,
        },
        Rename::Label { .. } => 5,
    }
}

/// What tells the reader of SQL text of a rename.
fn simulated(rename: &Rename, from: &Catalog, options: &PlanOptions) -> Vec<String> {
    let writer = Writer::new(options.target);
    match rename {
        // The reader moves what is in a schema one by one.
        Rename::Object {
            old: ObjectId::Schema(old),
            new: ObjectId::Schema(new),
        } => {
            let mut sql = vec![writer.create_schema_if_missing(new)];
            for object in shallow::in_schema(from, old) {
                let address = writer.address(from, &object);
                sql.push(writer.set_schema(&address, new));
            }
            sql.push(writer.drop(&format!("SCHEMA {}", old.quoted())));
            sql
        }
        other => statements(other, from, &writer, false),
    }
}

/// Schemas that were moved object by object are what they were.
fn keep_schemas(from: &Catalog, after: &mut Catalog, found: &[Found]) {
    for found in found {
        if let Rename::Object {
            old: ObjectId::Schema(old),
            new: ObjectId::Schema(new),
        } = &found.rename
            && let Some(schema) = from.schemas.get(old)
        {
            after.schemas.remove(old);
            after.schemas.insert(new.clone(), schema.clone());
        }
    }
}

/// The statements of a rename, or of the way back.
fn statements(rename: &Rename, from: &Catalog, writer: &Writer, back: bool) -> Vec<String> {
    let (old, new) = match rename {
        Rename::Label {
            data_type,
            old,
            new,
        } => {
            let (old, new) = if back { (new, old) } else { (old, new) };
            return vec![writer.rename_enum_value(data_type, old, new)];
        }
        Rename::Object { old, new } if back => (new, old),
        Rename::Object { old, new } => (old, new),
    };
    // The kind of word is that of the object as it was on the left.
    let as_it_was = match rename {
        Rename::Object { old, .. } => old,
        Rename::Label { .. } => return Vec::new(),
    };
    let word = |id: &ObjectId| {
        let address = writer.address(from, as_it_was);
        let own = writer.address(from, id);
        // `DOMAIN` and `PROCEDURE` are told by the catalog of the left.
        let (kind, name) = (
            address.split(' ').next().unwrap_or_default().to_owned(),
            own.split_once(' ').map_or("", |(_, n)| n).to_owned(),
        );
        match id {
            ObjectId::Type(_) | ObjectId::Routine(_) => format!("{kind} {name}"),
            _ => own,
        }
    };
    match (old, new) {
        (ObjectId::Column(table, _), ObjectId::Column(new_table, b)) => {
            let a = match old {
                ObjectId::Column(_, a) => a,
                _ => return Vec::new(),
            };
            // The table has its new name by then, and still has it on the way back.
            let table = if back { table } else { new_table };
            let address = format!("TABLE {}", table.quoted());
            vec![writer.rename_part(&address, "COLUMN", a, b)]
        }
        (ObjectId::Constraint(table, a), ObjectId::Constraint(_, b)) => {
            let address = format!("TABLE {}", table.quoted());
            vec![writer.rename_part(&address, "CONSTRAINT", a, b)]
        }
        (
            ObjectId::Trigger(_, _) | ObjectId::Policy(_, _) | ObjectId::Rule(_, _),
            ObjectId::Trigger(_, b) | ObjectId::Policy(_, b) | ObjectId::Rule(_, b),
        ) => vec![writer.rename(&word(old), b)],
        (ObjectId::Index(_, _), ObjectId::Index(_, b)) => vec![writer.rename(&word(old), b)],
        (ObjectId::Schema(_), ObjectId::Schema(b)) => vec![writer.rename(&word(old), b)],
        _ => {
            let (Some(a), Some(b)) = (qualified(old), qualified(new)) else {
                return Vec::new();
            };
            let mut sql = Vec::new();
            let mut at = word(old);
            if a.schema != b.schema {
                sql.push(writer.set_schema(&at, &b.schema));
                let between = QualifiedName::new(b.schema.clone(), a.name.clone());
                at = at.replacen(&a.quoted(), &between.quoted(), 1);
            }
            if a.name != b.name {
                sql.push(writer.rename(&at, &b.name));
            }
            sql
        }
    }
}

/// The name of an object that stands in a schema.
pub(crate) fn qualified(object: &ObjectId) -> Option<&QualifiedName> {
    match object {
        ObjectId::Type(q)
        | ObjectId::Sequence(q)
        | ObjectId::Table(q)
        | ObjectId::View(q)
        | ObjectId::MaterializedView(q)
        | ObjectId::Statistics(q)
        | ObjectId::Collation(q)
        | ObjectId::TextSearchConfiguration(q)
        | ObjectId::TextSearchDictionary(q) => Some(q),
        ObjectId::Routine(s) | ObjectId::Aggregate(s) => Some(&s.name),
        _ => None,
    }
}

impl Renaming {
    /// The way forward begins with these.
    pub fn forward(&self, from: &Catalog, options: &PlanOptions) -> Vec<Change> {
        let writer = Writer::new(options.target);
        let schemas = self.new_schemas.iter().map(|schema| {
            let object = ObjectId::Schema(schema.clone());
            let mut change = Change::alter(object, FileGroup::Extensions, Rank::Schema);
            change.up.push(writer.create_schema(schema).into());
            change
        });
        let changes = self.found.iter();
        schemas
            .chain(changes.map(|found| change(found, from, options, false)))
            .collect()
    }

    /// True when indexes or types go by other names after the renames.
    pub fn names_early_steps(&self) -> bool {
        self.found.iter().any(|found| match &found.rename {
            Rename::Label { .. } => true,
            Rename::Object { old, .. } => matches!(
                old,
                ObjectId::Schema(_) | ObjectId::Index(..) | ObjectId::Type(_)
            ),
        })
    }

    /// The way back ends with these.
    pub fn backward(&self, from: &Catalog, options: &PlanOptions) -> Vec<Change> {
        let writer = Writer::new(options.target);
        let schemas = self.new_schemas.iter().rev().map(|schema| {
            let object = ObjectId::Schema(schema.clone());
            let mut change = Change::alter(object, FileGroup::Extensions, Rank::Schema);
            let address = format!("SCHEMA {}", schema.quoted());
            change.up.push(writer.drop(&address).into());
            change
        });
        let changes = self.found.iter().rev();
        changes
            .map(|found| change(found, from, options, true))
            .chain(schemas)
            .collect()
    }
}

fn change(found: &Found, from: &Catalog, options: &PlanOptions, back: bool) -> Change {
    let writer = Writer::new(options.target);
    let (object, table) = match &found.rename {
        Rename::Label { data_type, .. } => (ObjectId::Type(data_type.clone()), None),
        Rename::Object { old, new } => {
            let at = if back { new } else { old };
            let table = match at {
                ObjectId::Table(t)
                | ObjectId::Column(t, _)
                | ObjectId::Constraint(t, _)
                | ObjectId::Trigger(t, _)
                | ObjectId::Policy(t, _) => Some(t.clone()),
                _ => None,
            };
            (at.clone(), table)
        }
    };
    let used_by_name = match &found.rename {
        Rename::Label { .. } => true,
        Rename::Object { old, .. } => matches!(
            old,
            ObjectId::Schema(_)
                | ObjectId::Table(_)
                | ObjectId::Column(..)
                | ObjectId::View(_)
                | ObjectId::MaterializedView(_)
                | ObjectId::Routine(_)
                | ObjectId::Sequence(_)
                | ObjectId::Type(_)
        ),
    };
    let mut change = Change::alter(object, FileGroup::Tables, Rank::Table);
    let sql = statements(&found.rename, from, &writer, back);
    for sql in sql {
        let mut statement = Statement::from(sql);
        if let Some(table) = &table {
            statement = statement.lock(table, LockLevel::AccessExclusive);
        }
        if used_by_name {
            statement = statement.hazard(Hazard::RenamesObject);
        }
        if found.assumed {
            statement = statement.hazard(Hazard::AssumesRename);
        }
        change.up.push(statement);
    }
    change
}

pub use parse::parse;
