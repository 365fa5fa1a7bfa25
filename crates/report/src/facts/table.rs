//! Tables and what they are for.

use std::collections::BTreeSet;

use pgwright_brief::model::Entity;
use pgwright_catalog::{ObjectId, QualifiedName, Table};
use pgwright_design::words::{a, sentence, spoken};
use pgwright_design::{EntityPlan, Holds, SideTableKind};

use super::Size;
use crate::Subject;

/// A table that is no partition.
#[derive(Debug)]
pub struct TableFacts<'a> {
    /// Name.
    pub name: &'a QualifiedName,
    /// The table.
    pub table: &'a Table,
    /// What it is in the design.
    pub role: TableRole<'a>,
    /// The entity whose rows it holds or serves.
    pub entity: Option<&'a Entity>,
    /// The plan of that entity.
    pub plan: Option<&'a EntityPlan>,
    /// What it is, in a sentence.
    pub purpose: String,
    /// Rows expected, when the brief says.
    pub rows: Option<f64>,
    /// Partitions the design begins with.
    pub partitions: usize,
    /// Rough size of a row.
    pub size: Size,
}

impl TableFacts<'_> {
    /// The table as an object.
    pub fn object(&self) -> ObjectId {
        ObjectId::Table(self.name.clone())
    }

    /// True for tables that a diagram draws small.
    pub fn minor(&self) -> bool {
        !matches!(self.role, TableRole::Entity)
    }
}

/// What a table is in the design.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableRole<'a> {
    /// Rows of an entity.
    Entity,
    /// Rows of an entity that play a role.
    Role(&'a str),
    /// References from one row to many.
    Junction,
    /// Values that users maintain.
    Lookup,
    /// Unique values of a partitioned table.
    Registry,
    /// Changes before and after.
    History,
    /// Who read what, what was erased, what was refreshed.
    Log,
    /// Anything else that rules need: counters, totals.
    Support,
}

impl TableRole<'_> {
    /// A word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Entity => "entity",
            Self::Role(_) => "role",
            Self::Junction => "junction",
            Self::Lookup => "list",
            Self::Registry => "registry",
            Self::History => "history",
            Self::Log => "log",
            Self::Support => "support",
        }
    }
}

/// Tables in the order people want to read them.
pub fn tables<'a>(subject: &Subject<'a>) -> Vec<TableFacts<'a>> {
    let design = subject.design;
    let mut seen: BTreeSet<&QualifiedName> = BTreeSet::new();
    let mut found = Vec::new();
    for entity in &subject.brief.entities {
        let Some(plan) = design.entities.get(&entity.name) else {
            continue;
        };
        if let Some((name, table)) = design.catalog.tables.get_key_value(&plan.table)
            && seen.insert(name)
        {
            found.push(facts(subject, name, table, TableRole::Entity, Some(entity)));
        }
        for (role, of_role) in &plan.role_tables {
            if let Some((name, table)) = design.catalog.tables.get_key_value(&of_role.table)
                && seen.insert(name)
            {
                found.push(facts(
                    subject,
                    name,
                    table,
                    TableRole::Role(role),
                    Some(entity),
                ));
            }
        }
        let sides = design
            .side_tables
            .iter()
            .filter(|(_, s)| s.entity == entity.name);
        for (name, side) in sides {
            let role = match side.kind {
                SideTableKind::Role => TableRole::Role(&side.of),
                SideTableKind::Junction => TableRole::Junction,
                SideTableKind::Lookup => TableRole::Lookup,
                SideTableKind::Registry => TableRole::Registry,
                SideTableKind::Counter => TableRole::Support,
            };
            if let Some((name, table)) = design.catalog.tables.get_key_value(name)
                && seen.insert(name)
            {
                found.push(facts(subject, name, table, role, Some(entity)));
            }
        }
        let own = |companion: &&pgwright_design::Companion| {
            companion.entity.as_deref() == Some(entity.name.as_str())
        };
        for (name, companion) in design.companions.iter().filter(|(_, c)| own(c)) {
            let role = match companion.holds {
                Holds::Changes => TableRole::History,
                Holds::Reads | Holds::Erasures | Holds::Refreshes => TableRole::Log,
            };
            if let Some((name, table)) = design.catalog.tables.get_key_value(name)
                && seen.insert(name)
            {
                found.push(facts(subject, name, table, role, Some(entity)));
            }
        }
    }
    for (name, table) in &design.catalog.tables {
        if table.partition_of.is_none() && seen.insert(name) {
            let role = if design.companions.contains_key(name) {
                TableRole::Log
            } else {
                TableRole::Support
            };
            found.push(facts(subject, name, table, role, None));
        }
    }
    found
}

fn facts<'a>(
    subject: &Subject<'a>,
    name: &'a QualifiedName,
    table: &'a Table,
    role: TableRole<'a>,
    entity: Option<&'a Entity>,
) -> TableFacts<'a> {
    let plan = entity.and_then(|e| subject.design.entities.get(&e.name));
    let rows = match role {
        TableRole::Entity => plan.and_then(|p| p.expected_rows),
        _ => None,
    };
    TableFacts {
        name,
        table,
        role,
        entity,
        plan,
        purpose: purpose(subject, name, table, role, entity),
        rows,
        partitions: subject.design.catalog.partitions_of(name).count(),
        size: Size::of(table, &subject.design.catalog),
    }
}

fn purpose(
    subject: &Subject<'_>,
    name: &QualifiedName,
    table: &Table,
    role: TableRole<'_>,
    entity: Option<&Entity>,
) -> String {
    let about = match (role, entity) {
        (TableRole::Entity, Some(entity)) => entity.about.clone(),
        (TableRole::Role(role), Some(entity)) => entity
            .roles
            .iter()
            .find(|r| r.name == role)
            .and_then(|r| r.about.clone()),
        _ => None,
    };
    if let Some(about) = about.or_else(|| table.comment.clone()) {
        return sentence(&about);
    }
    let whose = entity.map_or_else(|| spoken(name.name.as_str()), |e| a(&e.name));
    match role {
        TableRole::Entity => sentence(&whose),
        TableRole::Role(role) => format!("What is known of {whose} that is {}.", a(role)),
        TableRole::Junction => {
            let of = subject.design.side_tables.get(name).map(|s| spoken(&s.of));
            format!("The {} of {whose}, one row each.", of.unwrap_or_default())
        }
        TableRole::Lookup => format!("Values that users maintain for {whose}."),
        TableRole::Registry => format!("Unique values of {whose}, across all partitions."),
        TableRole::History => format!("Every change of {whose}, before and after."),
        TableRole::Log | TableRole::Support => "Kept by the design's own functions.".to_owned(),
    }
}
