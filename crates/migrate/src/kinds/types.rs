//! Enumerations, domains, composite and range types.

use std::collections::BTreeMap;

use pgwright_catalog::{
    CompositeAttribute, DomainCheck, Name, ObjectId, QualifiedName, Type, TypeKind, automatic_name,
};

use super::{Kind, added, begin, heading, kept, type_change};
use crate::change::{Change, Rank, Strength};
use crate::context::Context;
use crate::plan::PlanError;
use crate::step::{Action, FileGroup};

pub(super) struct Types;

/// Says the name of a domain's NOT NULL, which the old domain has until it goes.
fn name_not_null(domain: &QualifiedName, kind: &mut TypeKind) {
    if let TypeKind::Domain {
        not_null: true,
        not_null_name: name @ None,
        ..
    } = kind
    {
        *name = Some(automatic_name(domain.name.as_str(), None, "not_null"));
    }
}

impl Kind for Types {
    fn additions(&self, context: &Context<'_>, out: &mut Vec<Change>) -> Result<(), PlanError> {
        for (name, definition) in added(&context.base.types, &context.full.types) {
            let object = ObjectId::Type(name.clone());
            let mut change = begin(context, object.clone(), FileGroup::Types, Rank::Type)?;
            let (mut definition, late) = without_late_checks(context, name, definition);
            if context.replaced.objects.contains(&object) {
                name_not_null(name, &mut definition.kind);
            }
            for text in needed_text(&definition.kind) {
                context.need_text(&mut change, &text);
            }
            need_collations(&mut change, &definition.kind);
            change.heading = heading(definition.comment.as_ref());
            let functions = own_functions(context, &definition.kind);
            if !functions.is_empty() {
                // The type's functions are declared with the type: its name comes before them, and
                // they go with it.
                let mut shell = Change::create(object.clone(), FileGroup::Types, Rank::Type);
                context.need_schema(&mut shell, &name.schema)?;
                let create = context.writer.create_shell_type(name);
                shell.up.push(create.into());
                out.push(shell);
                change.action = Action::Alter;
                change.provides.clear();
                change.completes = Some(object.clone());
                change.need(object.clone(), Strength::Must);
                change.must_have(functions);
                let address = context.writer.address(context.full, &object);
                let drop = context.writer.drop_cascade(&address);
                change.down = vec![drop.into()];
            }
            let statements = context.writer.create_type(name, &definition)?;
            change.up.extend(statements.into_iter().map(Into::into));
            context.comment(&mut change, &object, definition.comment.as_ref());
            for attribute in attributes(&definition.kind) {
                let column = attribute_id(name, attribute);
                context.comment(&mut change, &column, attribute.comment.as_ref());
            }
            for (check, definition) in checks(&definition.kind) {
                comment_check(context, &mut change, name, check, definition);
            }
            out.push(change);
            for (check, definition) in late {
                add_check(context, name, &check, &definition, out);
            }
        }
        Ok(())
    }

    fn alterations(&self, context: &Context<'_>, out: &mut Vec<Change>) -> Result<(), PlanError> {
        for (name, from, to) in kept(&context.base.types, &context.full.types) {
            let object = || ObjectId::Type(name.clone());
            if !type_change::alter(context, name, &from.kind, &to.kind, out) {
                context.replace(object());
                continue;
            }
            let group = FileGroup::Types;
            let (a, b) = (from.comment.as_ref(), to.comment.as_ref());
            context.comment_change(object(), group, a, b, out);
            for (check, a, b) in kept(checks(&from.kind), checks(&to.kind)) {
                let address = check_address(name, check);
                context.comment_change_at(
                    &address,
                    object(),
                    group,
                    a.comment.as_ref(),
                    b.comment.as_ref(),
                    out,
                );
            }
            for b in attributes(&to.kind) {
                let before = attributes(&from.kind).iter().find(|a| a.name == b.name);
                let column = attribute_id(name, b);
                let before = before.and_then(|a| a.comment.as_ref());
                context.comment_change(column, group, before, b.comment.as_ref(), out);
            }
        }
        Ok(())
    }
}

fn attributes(kind: &TypeKind) -> &[CompositeAttribute] {
    match kind {
        TypeKind::Composite(attributes) => attributes,
        _ => &[],
    }
}

fn checks(kind: &TypeKind) -> &BTreeMap<Name, DomainCheck> {
    static NONE: BTreeMap<Name, DomainCheck> = BTreeMap::new();
    match kind {
        TypeKind::Domain { checks, .. } => checks,
        _ => &NONE,
    }
}

fn check_address(domain: &QualifiedName, check: &Name) -> String {
    format!(
        "CONSTRAINT {} ON DOMAIN {}",
        check.quoted(),
        domain.quoted()
    )
}

pub(super) fn comment_check(
    context: &Context<'_>,
    change: &mut Change,
    domain: &QualifiedName,
    name: &Name,
    check: &DomainCheck,
) {
    if let Some(comment) = &check.comment {
        let address = check_address(domain, name);
        let comment = context.writer.comment(&address, Some(comment));
        change.up.push(comment.into());
    }
}

/// A domain without the checks that must come later, and those.
fn without_late_checks(
    context: &Context<'_>,
    name: &QualifiedName,
    definition: &Type,
) -> (Type, BTreeMap<Name, DomainCheck>) {
    let mut definition = definition.clone();
    let mut late = BTreeMap::new();
    if let TypeKind::Domain { checks, .. } = &mut definition.kind {
        let is_late =
            |check: &Name| (context.opened.domain_checks).contains(&(name.clone(), check.clone()));
        let (later, now) = std::mem::take(checks)
            .into_iter()
            .partition(|(check, _)| is_late(check));
        *checks = now;
        late = later;
    }
    (definition, late)
}

/// A check of a domain that calls a function which needs the domain.
fn add_check(
    context: &Context<'_>,
    domain: &QualifiedName,
    name: &Name,
    check: &DomainCheck,
    out: &mut Vec<Change>,
) {
    let object = ObjectId::Type(domain.clone());
    let mut change = Change::alter(object.clone(), FileGroup::Types, Rank::Constraint);
    change.sort.1 = format!("{domain} {name}");
    change.need(object.clone(), Strength::Must);
    context.need_text(&mut change, check.expression.sql());
    change.completes = Some(object);
    let add = context.writer.add_domain_check(domain, name, check);
    change.up.push(add.into());
    comment_check(context, &mut change, domain, name, check);
    let drop = context.writer.drop_domain_constraint(domain, name);
    change.down.push(drop.into());
    out.push(change);
}

/// Functions that a type is defined by and that are declared with the type itself: of a base type
/// those that read and print it, of a range type the canonical one.
pub(super) fn own_functions(context: &Context<'_>, kind: &TypeKind) -> Vec<ObjectId> {
    let named = match kind {
        TypeKind::Base(parameters) => {
            let functions = parameters
                .iter()
                .filter(|(name, _)| FUNCTIONS_OF_BASE_TYPES.contains(&name.as_str()));
            functions.flat_map(|(_, f)| context.named(f)).collect()
        }
        TypeKind::Range {
            canonical: Some(canonical),
            ..
        } => context.named(&canonical.quoted()),
        _ => Default::default(),
    };
    let routines = named.into_iter();
    routines
        .filter(|id| matches!(id, ObjectId::Routine(_)))
        .collect()
}

const FUNCTIONS_OF_BASE_TYPES: [&str; 8] = [
    "input",
    "output",
    "receive",
    "send",
    "typmod_in",
    "typmod_out",
    "analyze",
    "subscript",
];

pub(super) fn need_collations(change: &mut Change, kind: &TypeKind) {
    let collations: Vec<_> = match kind {
        TypeKind::Domain { collation, .. } | TypeKind::Range { collation, .. } => {
            collation.iter().collect()
        }
        TypeKind::Composite(attributes) => attributes
            .iter()
            .filter_map(|a| a.collation.as_ref())
            .collect(),
        _ => Vec::new(),
    };
    change.must_have(collations.into_iter().cloned().map(ObjectId::Collation));
}

fn attribute_id(name: &QualifiedName, attribute: &CompositeAttribute) -> ObjectId {
    ObjectId::Column(name.clone(), attribute.name.clone())
}

pub(super) fn without_comments(kind: &TypeKind) -> TypeKind {
    let mut kind = kind.clone();
    if let TypeKind::Composite(attributes) = &mut kind {
        for attribute in attributes {
            attribute.comment = None;
        }
    }
    if let TypeKind::Domain { checks, .. } = &mut kind {
        for check in checks.values_mut() {
            check.comment = None;
        }
    }
    kind
}

/// The SQL of a type that may name other objects.
fn needed_text(kind: &TypeKind) -> Vec<String> {
    match kind {
        TypeKind::Enum(_) | TypeKind::Shell => Vec::new(),
        TypeKind::Base(parameters) => parameters.values().cloned().collect(),
        TypeKind::Domain {
            base,
            default,
            checks,
            ..
        } => std::iter::once(base.clone())
            .chain(default.iter().map(|d| d.sql().to_owned()))
            .chain(checks.values().map(|c| c.expression.sql().to_owned()))
            .collect(),
        TypeKind::Composite(attributes) => attributes.iter().map(|a| a.data_type.clone()).collect(),
        TypeKind::Range {
            subtype,
            subtype_operator_class,
            canonical,
            subtype_diff,
            ..
        } => std::iter::once(subtype.clone())
            .chain(subtype_operator_class.clone())
            .chain(
                [canonical, subtype_diff]
                    .into_iter()
                    .flatten()
                    .map(QualifiedName::quoted),
            )
            .collect(),
    }
}
