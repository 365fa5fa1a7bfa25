//! Enumerations, domains, composite and range types.

use pgwright_catalog::{CompositeAttribute, ObjectId, QualifiedName, TypeKind};

use super::{Kind, added, heading, kept};
use crate::change::{Change, Rank};
use crate::context::{Context, unchanged};
use crate::plan::PlanError;
use crate::step::FileGroup;

pub(super) struct Types;

impl Kind for Types {
    fn additions(&self, context: &Context<'_>, out: &mut Vec<Change>) -> Result<(), PlanError> {
        for (name, definition) in added(&context.base.types, &context.full.types) {
            let object = ObjectId::Type(name.clone());
            let mut change = Change::create(object.clone(), FileGroup::Types, Rank::Type);
            context.need_schema(&mut change, &name.schema)?;
            context.need_recorded(&mut change, &object);
            for text in needed_text(&definition.kind) {
                context.need_text(&mut change, &text);
            }
            change.heading = heading(definition.comment.as_ref());
            let statements = context.writer.create_type(name, definition)?;
            change.up.extend(statements.into_iter().map(Into::into));
            context.comment(&mut change, &object, definition.comment.as_ref());
            for attribute in attributes(&definition.kind) {
                let column = attribute_id(name, attribute);
                context.comment(&mut change, &column, attribute.comment.as_ref());
            }
            change.down.push(context.drop(&object));
            out.push(change);
        }
        Ok(())
    }

    fn alterations(&self, context: &Context<'_>, out: &mut Vec<Change>) -> Result<(), PlanError> {
        for (name, from, to) in kept(&context.base.types, &context.full.types) {
            let object = || ObjectId::Type(name.clone());
            let (a, b) = (without_comments(&from.kind), without_comments(&to.kind));
            unchanged(object, "definition", &a, &b)?;
            let group = FileGroup::Types;
            let (a, b) = (from.comment.as_ref(), to.comment.as_ref());
            context.comment_change(object(), group, a, b, out);
            for (a, b) in attributes(&from.kind).iter().zip(attributes(&to.kind)) {
                let column = attribute_id(name, b);
                context.comment_change(column, group, a.comment.as_ref(), b.comment.as_ref(), out);
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

fn attribute_id(name: &QualifiedName, attribute: &CompositeAttribute) -> ObjectId {
    ObjectId::Column(name.clone(), attribute.name.clone())
}

fn without_comments(kind: &TypeKind) -> TypeKind {
    let mut kind = kind.clone();
    if let TypeKind::Composite(attributes) = &mut kind {
        for attribute in attributes {
            attribute.comment = None;
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
            canonical,
            subtype_diff,
            ..
        } => std::iter::once(subtype.clone())
            .chain(
                [canonical, subtype_diff]
                    .into_iter()
                    .flatten()
                    .map(QualifiedName::quoted),
            )
            .collect(),
    }
}
