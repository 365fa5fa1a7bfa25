//! Relationships: references as columns and foreign keys, and references to many as tables.

mod cases;
mod explain;
mod junction;

use std::collections::BTreeSet;

use pgwright_brief::model::{AttributeKind, Brief, Entity, Reference, RuleForm, Span};
use pgwright_catalog::{
    Column, Constraint, ConstraintKind, Deferrability, ForeignKey, Name, ObjectId, QualifiedName,
    ReferentialAction,
};
use pgwright_ddl::expr::Expr;

use super::{Family, uniqueness};
use crate::decision::{Enforcement, Source};
use crate::draft::{Columns, Draft, KeyKind};
use crate::fixtures::Fixtures;
use crate::layout::{self, Place, Stored};
use crate::testing::RuleTest;
use crate::{names, words};

/// Relationships: references as columns and foreign keys, and references to many as tables.
#[derive(Debug)]
pub struct Relationships;

impl Family for Relationships {
    fn name(&self) -> &'static str {
        "relationships"
    }

    fn build(&self, draft: &mut Draft<'_>) {
        for link in links(draft.brief) {
            build_link(draft, &link);
        }
        for stored in Stored::of_brief(draft.brief) {
            if let AttributeKind::Many { to, at_least_one } = &stored.attribute.kind {
                junction::build(draft, &stored, to, *at_least_one);
            }
        }
        explain::decisions(draft);
    }

    fn tests(&self, draft: &Draft<'_>, fixtures: &Fixtures<'_>) -> Vec<RuleTest> {
        let mut tests = cases::tests(draft, fixtures);
        tests.extend(junction::tests(draft, fixtures));
        tests
    }
}

/// A reference of one row to one row: an attribute's, or a part's to its whole.
#[derive(Debug, Clone)]
pub(super) struct Link<'b> {
    /// Entity that holds the reference.
    pub entity: &'b Entity,
    /// The attribute; `None` for the reference to the whole.
    pub stored: Option<Stored<'b>>,
    /// Name of the reference.
    pub name: &'b str,
    /// What it refers to.
    pub target: Reference,
    /// It may be unknown, or belongs to one kind only.
    pub nullable: bool,
    /// Place in the brief.
    pub span: Span,
}

impl Link<'_> {
    /// As a person would name it: `opportunity_line.product`.
    pub fn part(&self) -> String {
        match &self.stored {
            Some(stored) => stored.part(),
            None => format!("{}.{}", self.entity.name, self.name),
        }
    }

    /// The table that holds it.
    pub fn table(&self, draft: &Draft<'_>) -> QualifiedName {
        match &self.stored {
            Some(stored) => stored.table(draft),
            None => draft.plan(&self.entity.name).table.clone(),
        }
    }

    /// Referencing columns, and those that only this reference uses.
    pub fn columns(&self, draft: &Draft<'_>) -> Option<(Vec<Name>, Vec<Name>)> {
        let columns = match &self.stored {
            Some(stored) => stored.columns(draft)?,
            None => draft.columns(&self.entity.name, self.name)?.clone(),
        };
        match columns {
            Columns::Reference { columns, own, .. } => Some((columns, own)),
            _ => None,
        }
    }

    /// The name of its foreign key.
    pub fn constraint(&self, draft: &Draft<'_>) -> Option<Name> {
        let (columns, own) = self.columns(draft)?;
        Some(foreign_key_name(&self.table(draft), &columns, &own))
    }

    /// It is the reference of a part to its whole.
    pub fn is_whole(&self) -> bool {
        self.stored.is_none()
    }

    /// What is referred to, in words: `a principal`.
    pub fn target_words(&self) -> String {
        words::a(self.target.role.as_ref().unwrap_or(&self.target.entity))
    }
}

/// The name of a foreign key: of the column that a reader thinks of.
pub(super) fn foreign_key_name(table: &QualifiedName, columns: &[Name], own: &[Name]) -> Name {
    let column = own.last().or(columns.last());
    names::derived(table, &[column.map_or("", Name::as_str)], "fkey")
}

/// Every reference to one row, in the brief's order.
pub(super) fn links(brief: &Brief) -> Vec<Link<'_>> {
    let mut links = Vec::new();
    for entity in brief.entities.iter().filter(|e| e.existing.is_none()) {
        if let Some(part) = &entity.part_of {
            links.push(Link {
                entity,
                stored: None,
                name: &part.name,
                target: layout::whole(part),
                nullable: false,
                span: part.span,
            });
        }
        for stored in Stored::of(entity) {
            if let AttributeKind::Reference(target) = &stored.attribute.kind {
                links.push(Link {
                    entity,
                    stored: Some(stored),
                    name: &stored.attribute.name,
                    target: target.clone(),
                    nullable: stored.nullable(),
                    span: stored.attribute.span,
                });
            }
        }
    }
    links
}

fn build_link(draft: &mut Draft<'_>, link: &Link<'_>) {
    let Some((columns, own)) = link.columns(draft) else {
        return;
    };
    let (target, key) = draft.target(&link.target);
    let table = link.table(draft);
    let about = link
        .stored
        .and_then(|s| s.attribute.about.as_deref())
        .map(words::sentence);
    let mut new = Vec::new();
    for (column, (_, data_type)) in columns.iter().zip(&key) {
        if !own.contains(column) {
            continue;
        }
        let mut made = Column::new(column.clone(), data_type.clone());
        made.not_null = !link.nullable;
        if Some(column) == own.last() {
            made.comment = about.clone();
            made.default = link
                .stored
                .and_then(|s| s.attribute.default.as_ref())
                .map(|d| pgwright_catalog::Expression::new(d.to_sql()));
        }
        new.push(made);
    }
    match &link.stored {
        Some(stored) => layout::put(draft, stored, new),
        None => layout::put_in_entity(draft, link.entity, new),
    }
    let mut foreign_key = ForeignKey::new(
        columns.clone(),
        target.clone(),
        key.iter().map(|(column, _)| column.clone()),
    );
    foreign_key.on_delete = on_delete(draft, link, &columns, &own);
    foreign_key.on_update = on_update(draft, &link.target);
    let mut constraint = Constraint::new(ConstraintKind::ForeignKey(foreign_key.clone()));
    if is_circular(draft.brief, link) {
        constraint.deferrability = Deferrability::InitiallyDeferred;
    }
    constraint.comment = Some(describe(link, &foreign_key.on_delete));
    let name = foreign_key_name(&table, &columns, &own);
    if let Some(table) = draft.catalog.tables.get_mut(&table) {
        table.constraints.insert(name.clone(), constraint);
    }
    add_together(draft, link, &table, &own);
    draft.enforce(Enforcement {
        rule: format!("{}_exists", link.part()),
        says: format!(
            "The {} of {} is {} that exists.",
            words::spoken(link.name),
            words::a(&link.entity.name),
            link.target_words()
        ),
        by: vec![ObjectId::Constraint(table.clone(), name)],
        how: match &foreign_key.on_delete {
            ReferentialAction::Cascade => {
                "A foreign key; the row is deleted with what it refers to.".to_owned()
            }
            ReferentialAction::SetNull(_) => {
                "A foreign key; when what it refers to is deleted, the reference is emptied."
                    .to_owned()
            }
            _ => "A foreign key; what is referred to cannot be deleted.".to_owned(),
        },
        family: "relationships",
        source: Source::at(link.part(), link.span),
    });
    if link.target.single {
        let by = uniqueness::add_unique(
            draft,
            link.entity,
            &table,
            &columns,
            &format!(
                "{} has at most one {}.",
                words::capital(&link.target_words()),
                words::spoken(&link.entity.name)
            ),
        );
        draft.enforce(Enforcement {
            rule: format!("{}_single", link.part()),
            says: format!(
                "{} has at most one {}.",
                words::capital(&link.target_words()),
                words::spoken(&link.entity.name)
            ),
            by: by.into_iter().collect(),
            how: "The reference is unique: one to one.".to_owned(),
            family: "relationships",
            source: Source::at(link.part(), link.span),
        });
    }
}

/// Columns of one reference that may be empty are empty together: MATCH SIMPLE would not check a
/// half-filled one.
fn add_together(draft: &mut Draft<'_>, link: &Link<'_>, table: &QualifiedName, own: &[Name]) {
    if !link.nullable || own.len() < 2 {
        return;
    }
    let list: Vec<String> = own.iter().map(Name::quoted).collect();
    let check = Constraint::check(format!(
        "num_nonnulls({}) IN (0, {})",
        list.join(", "),
        own.len()
    ))
    .comment(format!(
        "The reference to {} is there as a whole or not at all.",
        link.target_words()
    ));
    let name = names::derived(table, &[link.name, "together"], "check");
    if let Some(table) = draft.catalog.tables.get_mut(table) {
        table.constraints.insert(name, check);
    }
}

fn describe(link: &Link<'_>, on_delete: &ReferentialAction) -> String {
    let holder = words::spoken(&link.entity.name);
    match on_delete {
        ReferentialAction::Cascade => format!(
            "{} is part of {} and is deleted with it.",
            words::capital(&words::a(&link.entity.name)),
            link.target_words()
        ),
        ReferentialAction::SetNull(_) => format!(
            "When the {} is deleted, the {holder} stays without one.",
            words::spoken(link.name)
        ),
        _ => format!(
            "{} that {} refers to cannot be deleted.",
            words::capital(&link.target_words()),
            words::a(&link.entity.name)
        ),
    }
}

/// What happens to the row when what it refers to is deleted.
fn on_delete(
    draft: &Draft<'_>,
    link: &Link<'_>,
    columns: &[Name],
    own: &[Name],
) -> ReferentialAction {
    if link.is_whole() {
        return if link.entity.append_only {
            ReferentialAction::NoAction
        } else {
            ReferentialAction::Cascade
        };
    }
    let may_be_emptied = link.nullable
        && matches!(
            link.stored.map(|s| s.place),
            Some(Place::Entity | Place::Role(_))
        )
        && !link.entity.append_only
        && link.target.role.is_none()
        && !draft.plan(&link.target.entity).restorable
        && !is_in_a_rule(link.entity, link.name);
    if !may_be_emptied {
        return ReferentialAction::NoAction;
    }
    if columns == own {
        ReferentialAction::SetNull(Vec::new())
    } else if draft.brief.minimum_version >= 15 {
        // The tenant's column, which other references use too, must keep its value.
        ReferentialAction::SetNull(own.to_vec())
    } else {
        ReferentialAction::NoAction
    }
}

/// A rule of the entity speaks of the attribute: emptying it behind the rule's back would change
/// what holds, or fail where nobody expects it.
fn is_in_a_rule(entity: &Entity, name: &str) -> bool {
    let mentions = |e: &Expr| {
        e.columns()
            .iter()
            .any(|path| path.first().is_some_and(|p| p == name))
    };
    entity.rules.iter().any(|rule| match &rule.form {
        RuleForm::Check(e) => mentions(e),
        RuleForm::When {
            condition,
            requirement,
        }
        | RuleForm::WhenReferenced {
            condition,
            requirement,
        } => mentions(condition) || mentions(requirement),
        RuleForm::SamePath { left, right } => [left, right]
            .iter()
            .any(|p| p.first().is_some_and(|f| f == name)),
        RuleForm::NoOverlap { per, condition, .. } | RuleForm::AtMostOne { per, condition } => {
            per.iter().any(|p| p == name) || condition.as_ref().is_some_and(mentions)
        }
        RuleForm::Frozen { .. } => true,
        _ => false,
    })
}

/// A natural key may be corrected, and the correction goes along.
pub(super) fn on_update(draft: &Draft<'_>, target: &Reference) -> ReferentialAction {
    let plan = draft.plan(&target.entity);
    let existing = draft
        .brief
        .entity(&target.entity)
        .is_some_and(|e| e.existing.is_some());
    if plan.key_kind == KeyKind::Natural && !existing {
        ReferentialAction::Cascade
    } else {
        ReferentialAction::NoAction
    }
}

/// The entity's rows need rows that need them.
pub(crate) fn is_in_a_circle(brief: &Brief, entity: &str) -> bool {
    links(brief)
        .iter()
        .any(|link| link.entity.name == entity && is_circular(brief, link))
}

/// Required references that lead in a circle: no row could be written first.
fn is_circular(brief: &Brief, link: &Link<'_>) -> bool {
    if link.nullable || link.target.entity == link.entity.name {
        return false;
    }
    let links = links(brief);
    let mut reached = BTreeSet::new();
    let mut next = vec![link.target.entity.as_str()];
    while let Some(entity) = next.pop() {
        if !reached.insert(entity) {
            continue;
        }
        for onward in links.iter().filter(|l| {
            l.entity.name == entity
                && !l.nullable
                && !matches!(l.stored.map(|s| s.place), Some(Place::Role(_)))
        }) {
            next.push(onward.target.entity.as_str());
        }
    }
    reached.contains(link.entity.name.as_str())
        && !matches!(link.stored.map(|s| s.place), Some(Place::Role(_)))
}
