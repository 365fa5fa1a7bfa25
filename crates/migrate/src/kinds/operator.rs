//! Operators, operator families and operator classes.

use pgwright_catalog::{Name, ObjectId, OperatorClassMember, OperatorClassName, QualifiedName};

use super::{Kind, added, alter, begin, kept, only_comment};
use crate::change::{Change, Rank, Strength};
use crate::context::Context;
use crate::plan::PlanError;
use crate::step::FileGroup;

/// Operators.
pub(super) struct Operators;
/// Operator families.
pub(super) struct OperatorFamilies;
/// Operator classes.
pub(super) struct OperatorClasses;

const GROUP: FileGroup = FileGroup::Types;

impl Kind for Operators {
    fn additions(&self, context: &Context<'_>, out: &mut Vec<Change>) -> Result<(), PlanError> {
        for (signature, operator) in added(&context.base.operators, &context.full.operators) {
            let object = ObjectId::Operator(signature.clone());
            let mut change = begin(context, object.clone(), GROUP, Rank::Operator)?;
            let operands: Vec<_> = [&signature.left, &signature.right]
                .into_iter()
                .flatten()
                .map(String::as_str)
                .collect();
            for operand in &operands {
                context.need_text(&mut change, operand);
            }
            if let Some(function) = &operator.function {
                context.need_function(&mut change, function, &operands);
            }
            for function in [&operator.restrict, &operator.join].into_iter().flatten() {
                context.need_function(&mut change, function, &[]);
            }
            // Commutator and negator may come later, and each has the other's needs recorded.
            let partners: Vec<_> = [&operator.commutator, &operator.negator]
                .into_iter()
                .flatten()
                .flat_map(|text| context.named(text))
                .collect();
            change.needs.retain(|need| !partners.contains(&need.object));
            let create = context.writer.create_operator(signature, operator);
            change.up.push(create.into());
            context.comment(&mut change, &object, operator.comment.as_ref());
            out.push(change);
        }
        Ok(())
    }

    fn alterations(&self, context: &Context<'_>, out: &mut Vec<Change>) -> Result<(), PlanError> {
        for (name, from, to) in kept(&context.base.operators, &context.full.operators) {
            let object = ObjectId::Operator(name.clone());
            if (&from.restrict, &from.join) != (&to.restrict, &to.join) {
                let say = |operator| context.writer.operator_estimators(name, operator);
                let (up, down) = ([say(to)], [say(from)]);
                out.extend(alter(object.clone(), GROUP, Rank::Operator, up, down));
            }
            only_comment(context, object, GROUP, from, to, out, |o| {
                (o.restrict, o.join) = (None, None);
                o.owner = None;
                o.comment.take()
            });
        }
        Ok(())
    }
}

impl Kind for OperatorFamilies {
    fn additions(&self, context: &Context<'_>, out: &mut Vec<Change>) -> Result<(), PlanError> {
        let (base, full) = (
            &context.base.operator_families,
            &context.full.operator_families,
        );
        for (name, family) in added(base, full) {
            let object = ObjectId::OperatorFamily(name.clone());
            let mut change = begin(context, object.clone(), GROUP, Rank::OperatorFamily)?;
            change.need(ObjectId::AccessMethod(name.method.clone()), Strength::Must);
            change
                .needs
                .retain(|n| !matches!(n.object, ObjectId::Operator(_) | ObjectId::Routine(_)));
            let create = context.writer.create_operator_family(name);
            change.up.push(create.into());
            context.comment(&mut change, &object, family.comment.as_ref());
            out.push(change);
            if let Some(sql) = context.writer.operator_family_members(name, family) {
                // The operators may need a class of the family, and go with it when it is dropped.
                let rank = Rank::OperatorFamilyMembers;
                let mut change = Change::alter(object.clone(), GROUP, rank);
                change.need(object.clone(), Strength::Must);
                for member in &family.members {
                    need_member(&mut change, member);
                }
                change.up.push(sql.into());
                change.completes = Some(object);
                out.push(change);
            }
        }
        Ok(())
    }

    fn alterations(&self, context: &Context<'_>, out: &mut Vec<Change>) -> Result<(), PlanError> {
        let (base, full) = (
            &context.base.operator_families,
            &context.full.operator_families,
        );
        for (name, from, to) in kept(base, full) {
            let object = ObjectId::OperatorFamily(name.clone());
            only_comment(context, object, GROUP, from, to, out, |o| {
                o.owner = None;
                o.comment.take()
            });
        }
        Ok(())
    }
}

impl Kind for OperatorClasses {
    fn additions(&self, context: &Context<'_>, out: &mut Vec<Change>) -> Result<(), PlanError> {
        let (base, full) = (
            &context.base.operator_classes,
            &context.full.operator_classes,
        );
        for (name, class) in added(base, full) {
            let object = ObjectId::OperatorClass(name.clone());
            let mut change = begin(context, object.clone(), GROUP, Rank::OperatorClass)?;
            let family = OperatorClassName {
                name: class.family.clone(),
                method: name.method.clone(),
            };
            change.need(ObjectId::OperatorFamily(family), Strength::Must);
            change.need(ObjectId::AccessMethod(name.method.clone()), Strength::Must);
            context.need_text(&mut change, &class.data_type);
            if let Some(storage) = &class.storage {
                context.need_text(&mut change, storage);
            }
            for member in &class.members {
                need_member(&mut change, member);
            }
            let create = context.writer.create_operator_class(name, class)?;
            change.up.push(create.into());
            context.comment(&mut change, &object, class.comment.as_ref());
            out.push(change);
        }
        Ok(())
    }

    fn alterations(&self, context: &Context<'_>, out: &mut Vec<Change>) -> Result<(), PlanError> {
        let (base, full) = (
            &context.base.operator_classes,
            &context.full.operator_classes,
        );
        for (name, from, to) in kept(base, full) {
            let object = ObjectId::OperatorClass(name.clone());
            only_comment(context, object, GROUP, from, to, out, |o| {
                o.owner = None;
                o.comment.take()
            });
        }
        Ok(())
    }
}

fn need_member(change: &mut Change, member: &OperatorClassMember) {
    match member {
        OperatorClassMember::Operator {
            operator, order_by, ..
        } => {
            change.need(ObjectId::Operator(operator.clone()), Strength::Must);
            // What orders the results is a family of B-trees.
            let family = |name: &QualifiedName| OperatorClassName {
                name: name.clone(),
                method: Name::new("btree"),
            };
            change.must_have(order_by.iter().map(|f| ObjectId::OperatorFamily(family(f))));
        }
        OperatorClassMember::Function { function, .. } => {
            change.need(ObjectId::Routine(function.clone()), Strength::Must);
        }
    }
}
