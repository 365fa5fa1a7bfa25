//! Planning: the steps from one catalog to another, and back.

use std::collections::{BTreeMap, BTreeSet};

use pgwright_catalog::write::{Apart, WriteError};
use pgwright_catalog::{
    Catalog, ConstraintKind, Name, ObjectId, QualifiedName, RoutineBody, TypeKind,
};
use serde::Serialize;

use crate::arrangement::Arrangement;
use crate::change::{Change, Cover, Statement};
use crate::context::{Context, Opened};
use crate::order::{Cycle, order};
use crate::question::Question;
use crate::rename::Rename;
use crate::step::{Action, Step};
use crate::way::Amid;
use crate::{beside, bodies, in_use, kinds, rebuild};

/// What a plan is made for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanOptions {
    /// Major version of the server, as in 18.
    pub target: u32,
    /// Whether owners are set. Without, objects belong to whoever runs the plan.
    pub owners: bool,
    /// Whether what the right side names no owner of belongs to whoever runs the plan, where the left
    /// side names one.
    pub unsaid_owners_are_own: bool,
    /// Whether the server looks at the bodies of functions when they are created. Those of a database
    /// that was read may name what is found by a search path only, or what is gone: they are taken as
    /// they are. So are all bodies of a plan in which one names what comes later, or has no
    /// `search_path` of its own.
    pub check_bodies: bool,
    /// How the steps are arranged, as far as what they need leaves it open.
    pub arrangement: Arrangement,
    /// Renames that are known: what is called so on the left is what is called otherwise on the right.
    pub renames: Vec<Rename>,
    /// Whether renames that are likely are looked for, taken for granted and asked about.
    pub find_renames: bool,
    /// Whether what would lose data is kept aside until the contract.
    pub keep_aside: bool,
    /// Values for rows that are there, of columns that demand one: an expression for each.
    pub fill: BTreeMap<(QualifiedName, Name), String>,
    /// How values of columns that change their type are converted: an expression for each.
    pub using: BTreeMap<(QualifiedName, Name), String>,
    /// Sizes of tables, where they are known.
    pub sizes: BTreeMap<QualifiedName, TableSize>,
    /// What becomes of a table for whose change PostgreSQL would write it anew.
    pub rewrites: Rewrites,
}

/// What becomes of a table for whose change PostgreSQL would write it anew: a column takes another type, or
/// the table is to be partitioned.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Rewrites {
    /// Where it is known to be large, the new is filled beside the old and takes its place; otherwise
    /// [`InPlace`](Self::InPlace).
    #[default]
    BySize,
    /// The new is always filled beside the old. A column that changes comes last among the columns then.
    Online,
    /// It is written anew in one transaction, while nobody else can use it.
    InPlace,
}

/// How large a table is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TableSize {
    /// Rows, about.
    pub rows: u64,
    /// Bytes of the table without its indexes.
    pub bytes: u64,
}

impl PlanOptions {
    /// Options for a major version, with owners and checked bodies.
    pub fn new(target: u32) -> Self {
        Self {
            target,
            owners: true,
            unsaid_owners_are_own: false,
            check_bodies: true,
            arrangement: Arrangement::default(),
            renames: Vec::new(),
            find_renames: true,
            keep_aside: true,
            fill: BTreeMap::new(),
            using: BTreeMap::new(),
            sizes: BTreeMap::new(),
            rewrites: Rewrites::default(),
        }
    }
}

/// The way from one catalog to another and back.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// Steps that lead there, in order.
    pub up: Vec<Step>,
    /// Steps that lead back, before or after the contract.
    pub down: Vec<Step>,
    /// Steps that drop for good what the way forward keeps aside.
    pub contract: Vec<Step>,
    /// What the catalogs leave open, with what the plan takes for granted.
    pub questions: Vec<Question>,
    /// What is worth knowing, one sentence each.
    pub notes: Vec<String>,
    /// Major version of the server that it is for.
    pub target: u32,
}

impl Plan {
    /// True when the two catalogs hold the same.
    pub fn is_empty(&self) -> bool {
        self.up.is_empty()
    }
}

/// Why there is no plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// An object that the target server cannot hold.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// A rename that the catalogs do not allow.
    #[error("{old} cannot be renamed to {new}: {problem}")]
    Rename {
        /// The object.
        old: Box<ObjectId>,
        /// What it would be.
        new: Box<ObjectId>,
        /// What is in the way.
        problem: String,
    },
    /// A change that no statement brings about.
    #[error("{object}: {problem}")]
    Impossible {
        /// The object.
        object: Box<ObjectId>,
        /// What is in the way.
        problem: String,
    },
    /// Objects that each need the other to exist first.
    #[error("{} need each other, so none of them can be created first", list(.members))]
    Cycle {
        /// The objects.
        members: Vec<ObjectId>,
    },
    /// An object that needs another that the catalog does not hold.
    #[error("{object} needs {needed}, which the catalog does not hold")]
    Missing {
        /// The object.
        object: Box<ObjectId>,
        /// What it needs.
        needed: Box<ObjectId>,
    },
}

fn list(members: &[ObjectId]) -> String {
    let names: Vec<_> = members.iter().map(ToString::to_string).collect();
    names.join(", ")
}

/// The steps from one catalog to another, and back.
///
/// # Errors
///
/// See [`PlanError`].
pub fn plan(from: &Catalog, to: &Catalog, options: &PlanOptions) -> Result<Plan, PlanError> {
    if from.without_dependencies() == Catalog::empty() {
        return from_nothing(from, to, options);
    }
    match beside::plan(from, to, options)? {
        Some(plan) => Ok(plan),
        None => in_use::plan(from, to, options),
    }
}

/// What there shall be is made from nothing; the way back is the inverse.
fn from_nothing(from: &Catalog, to: &Catalog, options: &PlanOptions) -> Result<Plan, PlanError> {
    let (changes, unchecked, _) = additions(from, to, options, None, false)?;
    let mut plan = Plan {
        up: steps(&changes, 0),
        target: options.target,
        ..Plan::default()
    };
    for (number, change) in changes.iter().enumerate().rev() {
        let action = match change.action {
            Action::Create => Action::Drop,
            Action::Drop => Action::Create,
            Action::Alter => Action::Alter,
        };
        for statement in &change.down {
            let down = step(number, change, action, statement, None);
            plan.down.push(down);
        }
    }
    look_at_bodies(&mut plan, from, to, options, unchecked);
    Ok(plan)
}

/// Takes bodies of functions as they are where the server cannot look at them.
pub(crate) fn look_at_bodies(
    plan: &mut Plan,
    from: &Catalog,
    to: &Catalog,
    options: &PlanOptions,
    unchecked: bool,
) {
    let taken_as_they_are = !options.check_bodies || unchecked;
    for steps in [&mut plan.up, &mut plan.down] {
        if taken_as_they_are || bodies::without_search_path(steps, from, to) {
            bodies::take_as_they_are(steps);
        }
    }
}

/// The steps of changes, which are numbered from a number on.
pub(crate) fn steps(changes: &[Change], first: usize) -> Vec<Step> {
    let mut steps = Vec::new();
    for (number, change) in changes.iter().enumerate() {
        for (i, statement) in change.up.iter().enumerate() {
            let heading = change
                .heading
                .as_ref()
                .filter(|_| i == 0 && change.action == Action::Create);
            let number = first + number;
            steps.push(step(number, change, change.action, statement, heading));
        }
    }
    steps
}

fn step(
    number: usize,
    change: &Change,
    action: Action,
    statement: &Statement,
    heading: Option<&String>,
) -> Step {
    Step {
        sql: statement.sql.clone(),
        object: change.object.clone(),
        action,
        group: change.group,
        transaction: statement.transaction,
        heading: heading.cloned(),
        locks: statement.locks.clone(),
        hazards: statement.hazards.clone(),
        change: number,
        rewrites: statement.rewrites.clone(),
        scans: statement.scans.clone(),
        estimate_ms: None,
        resume: statement.resume.clone(),
    }
}

/// Questions and notes.
pub(crate) type Remarks = (BTreeSet<Question>, BTreeSet<String>);

/// The ordered changes that add to `base` what `full` has besides; amid a change, the changes of what
/// both have as well. The second value is true when some body names what comes later. With `moving`,
/// tables may move rather than be dropped, so that nothing goes with them by itself.
pub(crate) fn additions(
    base: &Catalog,
    full: &Catalog,
    options: &PlanOptions,
    amid: Option<Amid<'_>>,
    moving: bool,
) -> Result<(Vec<Change>, bool, Remarks), PlanError> {
    let mut opened = Opened::default();
    loop {
        let mut context = Context::new(base, full, options, &opened);
        if let Some(amid) = amid {
            context = context.amid(amid.before, amid.replaced, amid.conversions);
            context.adopted = amid.adopted;
        }
        let mut changes = kinds::additions(&context)?;
        if amid.is_some() {
            changes.extend(kinds::alterations(&context)?);
            rebuild::copies(&context, &mut changes);
        }
        match order(&mut changes, full, options.arrangement) {
            Ok(sequence) => {
                let unchecked = !opened.unchecked.is_empty() || !opened.routines.is_empty();
                let changes = sorted(changes, &sequence, moving);
                return Ok((changes, unchecked, context.take_remarks()));
            }
            Err(Cycle(members)) => {
                let members: Vec<_> = members.iter().map(|&m| changes[m].object.clone()).collect();
                match open(&context, &members) {
                    Some(more) => opened = more,
                    None => return Err(PlanError::Cycle { members }),
                }
            }
        }
    }
}

/// What more has to be made in two steps, so that a circle is open: the gentlest way that is left.
fn open(context: &Context<'_>, members: &[ObjectId]) -> Option<Opened> {
    let before = context.opened;
    let mut opened = before.clone();
    for (table, parts) in set_apart(context, members) {
        let known = opened.tables.entry(table).or_default();
        known.constraints.extend(parts.constraints);
        known.defaults.extend(parts.defaults);
    }
    if opened != *before {
        return Some(opened);
    }
    for member in members {
        match member {
            ObjectId::Type(name) => {
                if let Some(TypeKind::Domain { checks, .. }) =
                    context.full.types.get(name).map(|t| &t.kind)
                {
                    let checks = checks.keys().map(|c| (name.clone(), c.clone()));
                    opened.domain_checks.extend(checks);
                }
            }
            ObjectId::Routine(signature) => {
                let body = context.full.routines.get(signature).map(|r| &r.body);
                if matches!(body, Some(RoutineBody::Text(_))) {
                    opened.unchecked.insert(signature.clone());
                }
            }
            _ => {}
        }
    }
    if opened != *before {
        return Some(opened);
    }
    for member in members {
        if let ObjectId::View(name) = member
            && let Some(view) = context.full.views.get(name)
            && !view.columns.is_empty()
            && view.columns.iter().all(|c| c.data_type.is_some())
        {
            opened.views.insert(name.clone());
        }
    }
    if opened != *before {
        return Some(opened);
    }
    for member in members {
        if let ObjectId::Routine(signature) = member
            && !context.base.routines.contains_key(signature)
        {
            opened.routines.insert(signature.clone());
        }
    }
    (opened != *before).then_some(opened)
}

/// Checks and defaults of tables in a circle that name another member of it: when they come after
/// the table, the circle is open.
fn set_apart(context: &Context<'_>, members: &[ObjectId]) -> BTreeMap<QualifiedName, Apart> {
    let mut more: BTreeMap<QualifiedName, Apart> = BTreeMap::new();
    for member in members {
        let ObjectId::Table(name) = member else {
            continue;
        };
        let Some(table) = context.full.tables.get(name) else {
            continue;
        };
        let known = context.opened.tables.get(name);
        let names_member = |sql: &str, id: ObjectId| {
            let recorded = context.full.dependencies.get(&id);
            let mut named = context.named(sql);
            named.extend(recorded.into_iter().flatten().cloned());
            members.iter().any(|m| named.contains(m))
        };
        for (constraint, definition) in &table.constraints {
            if let ConstraintKind::Check(expression) = &definition.kind
                && !known.is_some_and(|k| k.constraints.contains(constraint))
                && names_member(
                    expression.sql(),
                    ObjectId::Constraint(name.clone(), constraint.clone()),
                )
            {
                let parts = more.entry(name.clone()).or_default();
                parts.constraints.insert(constraint.clone());
            }
        }
        for column in &table.columns {
            if let Some(default) = &column.default
                && !known.is_some_and(|k| k.defaults.contains(&column.name))
                && names_member(
                    default.sql(),
                    ObjectId::Column(name.clone(), column.name.clone()),
                )
            {
                let parts = more.entry(name.clone()).or_default();
                parts.defaults.insert(column.name.clone());
            }
        }
    }
    more
}

fn sorted(changes: Vec<Change>, sequence: &[usize], moving: bool) -> Vec<Change> {
    let mut slots: Vec<_> = changes.into_iter().map(Some).collect();
    let mut changes: Vec<_> = sequence.iter().filter_map(|&at| slots[at].take()).collect();
    leave_out_covered(&mut changes, moving);
    changes
}

/// Takes out the inverse of what is dropped together with its table.
fn leave_out_covered(changes: &mut [Change], moving: bool) {
    let mut created: BTreeMap<ObjectId, usize> = BTreeMap::new();
    let mut partitioned = BTreeSet::new();
    for (at, change) in changes.iter().enumerate() {
        if change.action == Action::Create {
            created.insert(change.object.clone(), at);
        }
        if change.partitioned {
            partitioned.insert(change.object.clone());
        }
    }
    for change in changes {
        let covered = match &change.covered_by {
            None => false,
            // A statistics object does not move with its table, and a rule would be in the way of the
            // one that comes back.
            Some(_)
                if moving
                    && matches!(change.object, ObjectId::Statistics(_) | ObjectId::Rule(..)) =>
            {
                false
            }
            Some(Cover::With(object)) => created.contains_key(object),
            Some(Cover::On(object)) => moving && created.contains_key(object),
            Some(Cover::WithAny(objects)) => objects.iter().any(|o| created.contains_key(o)),
            Some(Cover::Before(holder, referenced)) => {
                let holder = created.get(&ObjectId::Table(holder.clone()));
                let referenced = ObjectId::Table(referenced.clone());
                // Partitions of a referenced table go first, and the foreign key holds them.
                let free = !partitioned.contains(&referenced);
                let referenced = created.get(&referenced);
                !moving
                    && free
                    && matches!((holder, referenced), (Some(h), r) if r.is_none_or(|r| r <= h))
            }
        };
        if covered {
            change.down.clear();
        }
    }
}
