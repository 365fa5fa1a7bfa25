//! Access patterns and the keys and indexes that serve them.

use pgwright_brief::model::{AccessForm, AccessPattern};
use pgwright_catalog::{
    ConstraintKind, Index, IndexElement, IndexKey, Name, ObjectId, QualifiedName, Table,
};

use crate::Subject;

/// An access pattern with what serves it.
#[derive(Debug)]
pub struct Access<'a> {
    /// The pattern.
    pub pattern: &'a AccessPattern,
    /// What is asked, formally.
    pub asks: String,
    /// Indexes and constraints with an index that serve it, best first.
    pub by: Vec<Served>,
}

/// What serves an access pattern.
#[derive(Debug, PartialEq, Eq)]
pub struct Served {
    /// The index, or the constraint whose index it is.
    pub object: ObjectId,
    /// How, in a few words.
    pub how: String,
}

/// Access patterns in the brief's order.
pub fn access<'a>(subject: &Subject<'a>) -> Vec<Access<'a>> {
    let patterns = &subject.brief.access_patterns;
    patterns
        .iter()
        .map(|pattern| {
            let mut by = said_by_decisions(subject, pattern);
            if let Some(found) = by_shape(subject, &pattern.form)
                && !by.iter().any(|s| s.object == found.object)
            {
                by.push(found);
            }
            Access {
                pattern,
                asks: asks(&pattern.form),
                by,
            }
        })
        .collect()
}

/// Indexes that a decision made for the pattern, or whose comment names it.
fn said_by_decisions(subject: &Subject<'_>, pattern: &AccessPattern) -> Vec<Served> {
    let mut found: Vec<Served> = Vec::new();
    let mut add = |object: ObjectId| {
        if !found.iter().any(|s| s.object == object) {
            found.push(Served {
                object,
                how: "made for it".to_owned(),
            });
        }
    };
    for decision in &subject.design.decisions {
        let part = decision.source.part.rsplit('.').next().unwrap_or_default();
        if part == pattern.name {
            let indexes = decision
                .subjects
                .iter()
                .filter(|o| matches!(o, ObjectId::Index(..)));
            indexes.for_each(|o| add(o.clone()));
        }
    }
    for (name, table) in &subject.design.catalog.tables {
        for (index_name, index) in &table.indexes {
            let named = index.comment.as_deref().is_some_and(|c| {
                c.contains(&pattern.name) || c.contains(pattern.says.trim_end_matches('.'))
            });
            if named {
                add(ObjectId::Index(name.clone(), index_name.clone()));
            }
        }
    }
    found
}

/// The key or index whose first columns are those that the pattern compares.
fn by_shape(subject: &Subject<'_>, form: &AccessForm) -> Option<Served> {
    let (entity, equal, then) = match form {
        AccessForm::FindBy { entity, by, .. } => (entity, by.clone(), None),
        AccessForm::List {
            entity,
            of,
            between,
            order,
            ..
        } => {
            let order = order.first().map(|(attribute, _)| attribute.clone());
            (entity, of.clone(), between.clone().or(order))
        }
        AccessForm::FindByPart { .. } | AccessForm::FindByWords { .. } | AccessForm::Sql(_) => {
            return None;
        }
    };
    let plan = subject.design.entities.get(entity)?;
    let table = subject.design.catalog.tables.get(&plan.table)?;
    let columns = |attribute: &String| -> Vec<Name> {
        match plan.columns.get(attribute) {
            Some(columns) => columns.all(),
            None if attribute == "id" => plan.key.iter().map(|(n, _)| n.clone()).collect(),
            None => Vec::new(),
        }
    };
    let mut wanted: Vec<Name> = equal.iter().flat_map(&columns).collect();
    wanted.extend(plan.tenant_column.clone());
    let next: Vec<Name> = then.iter().flat_map(columns).collect();
    let best = candidates(&plan.table, table)
        .into_iter()
        .map(|(object, keys)| (score(&keys, &wanted, &next), object))
        // The first of the best: key constraints stand before indexes.
        .fold(
            None,
            |best: Option<(Score, ObjectId)>, (score, object)| match best {
                Some(best) if best.0 >= score => Some(best),
                _ => Some((score, object)),
            },
        )?;
    let (score, object) = best;
    if score.equal == 0 && !score.ordered {
        return None;
    }
    let how = match (score.equal >= wanted.len(), score.ordered, next.is_empty()) {
        (true, true, _) => "finds the rows, and gives them in the order asked for",
        (true, false, true) => "finds the rows",
        (true, false, false) => "finds the rows; they are sorted after that",
        (false, true, _) => "gives the rows in order; the others are left out as they are read",
        (false, false, _) => "narrows the search; the rest is left out as it is read",
    };
    Some(Served {
        object,
        how: how.to_owned(),
    })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Score {
    equal: usize,
    ordered: bool,
}

fn score(keys: &[Option<Name>], wanted: &[Name], next: &[Name]) -> Score {
    let matches =
        |key: &Option<Name>, names: &[Name]| key.as_ref().is_some_and(|k| names.contains(k));
    let equal = keys.iter().take_while(|key| matches(key, wanted)).count();
    let ordered = keys.get(equal).is_some_and(|key| matches(key, next));
    Score { equal, ordered }
}

/// Indexes of a table with the columns they are over, in order; `None` for what is no column.
fn candidates(name: &QualifiedName, table: &Table) -> Vec<(ObjectId, Vec<Option<Name>>)> {
    let mut found = Vec::new();
    for (constraint, definition) in &table.constraints {
        let keys: Vec<Option<Name>> = match &definition.kind {
            ConstraintKind::PrimaryKey(key) | ConstraintKind::Unique(key) => {
                key.columns.iter().cloned().map(Some).collect()
            }
            ConstraintKind::Exclusion {
                elements,
                predicate: None,
                ..
            } => elements
                .iter()
                .map(|e| column_of(&e.element, table))
                .collect(),
            _ => continue,
        };
        found.push((ObjectId::Constraint(name.clone(), constraint.clone()), keys));
    }
    for (index_name, index) in table.indexes.iter().filter(|(_, i)| usable(i)) {
        let keys = index.elements.iter().map(|e| column_of(e, table)).collect();
        found.push((ObjectId::Index(name.clone(), index_name.clone()), keys));
    }
    found
}

/// Only rows that are not hidden are looked up, so an index over those does.
fn usable(index: &Index) -> bool {
    let method = matches!(index.method.as_str(), "btree" | "hash" | "gist");
    let predicate = index.predicate.as_ref().is_none_or(|p| {
        let sql = p.sql().trim_matches(['(', ')']).to_ascii_lowercase();
        sql == "deleted_at is null"
    });
    method && predicate
}

/// The column that an element is over: also where it is folded to one case.
fn column_of(element: &IndexElement, table: &Table) -> Option<Name> {
    match &element.key {
        IndexKey::Column(column) => Some(column.clone()),
        IndexKey::Expression(expression) => {
            let inner = expression.sql().strip_prefix("lower(")?.strip_suffix(')')?;
            let column = inner.split("::").next()?.trim_matches(['(', ')', '"', ' ']);
            table.column(column).map(|c| c.name.clone())
        }
    }
}

/// The pattern in a line of words.
fn asks(form: &AccessForm) -> String {
    let spoken = |names: &[String]| {
        let words: Vec<String> = names
            .iter()
            .map(|n| pgwright_design::words::spoken(n))
            .collect();
        pgwright_design::words::list(&words)
    };
    let one = |name: &str| pgwright_design::words::spoken(name);
    match form {
        AccessForm::FindBy { entity, by, .. } => format!("{} by {}", one(entity), spoken(by)),
        AccessForm::FindByPart { entity, of } => {
            format!("{} by any part of {}", one(entity), spoken(of))
        }
        AccessForm::FindByWords { entity, of } => {
            format!("{} by words in {}", one(entity), spoken(of))
        }
        AccessForm::List {
            entity,
            of,
            between,
            order,
            limit,
            ..
        } => {
            let mut text = match limit {
                Some(limit) => format!("first {limit} of {}", one(entity)),
                None => format!("every {}", one(entity)),
            };
            if !of.is_empty() {
                text.push_str(&format!(" of one {}", spoken(of)));
            }
            if let Some(between) = between {
                text.push_str(&format!(" within a range of {}", one(between)));
            }
            if !order.is_empty() {
                let order: Vec<String> = order
                    .iter()
                    .map(|(name, descending)| {
                        format!(
                            "{}{}",
                            one(name),
                            if *descending { ", latest first" } else { "" }
                        )
                    })
                    .collect();
                text.push_str(&format!(", by {}", pgwright_design::words::list(&order)));
            }
            text
        }
        AccessForm::Sql(_) => "a query of its own".to_owned(),
    }
}
