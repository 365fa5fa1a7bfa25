//! Changes of types in place: labels of enumerations, attributes of composite types, what domains
//! demand.

use std::collections::BTreeSet;

use pgwright_catalog::write::{EnumPosition, Writer};
use pgwright_catalog::{
    CompositeAttribute, DomainCheck, Expression, Name, ObjectId, QualifiedName, TypeKind,
};

use super::types::{comment_check, without_comments};
use crate::change::{Change, Rank, Statement, Strength};
use crate::context::Context;
use crate::step::{FileGroup, Hazard, Transaction};

/// Plans what can be changed in place; false when the type has to be made anew.
pub(super) fn alter(
    context: &Context<'_>,
    name: &QualifiedName,
    from: &TypeKind,
    to: &TypeKind,
    out: &mut Vec<Change>,
) -> bool {
    let said = to;
    let (from, to) = (&without_comments(from), &without_comments(to));
    if from == to {
        return true;
    }
    match (from, to) {
        (TypeKind::Enum(a), TypeKind::Enum(b)) => add_labels(context, name, a, b, out),
        (TypeKind::Composite(a), TypeKind::Composite(b)) => attributes(context, name, a, b, out),
        (TypeKind::Domain { .. }, TypeKind::Domain { .. }) => {
            domain(context, name, from, to, said, out)
        }
        _ => false,
    }
}

fn begin(name: &QualifiedName) -> Change {
    let object = ObjectId::Type(name.clone());
    let mut change = Change::alter(object.clone(), FileGroup::Types, Rank::Type);
    change.completes = Some(object);
    change
}

/// Statements on attributes, which reach the tables of the type.
struct AttributeWriter<'a> {
    writer: &'a Writer,
    typed: bool,
}

impl AttributeWriter<'_> {
    fn add_attribute(&self, name: &QualifiedName, attribute: &CompositeAttribute) -> String {
        self.writer.add_attribute(name, attribute, self.typed)
    }

    fn drop_attribute(&self, name: &QualifiedName, attribute: &Name) -> String {
        self.writer.drop_attribute(name, attribute, self.typed)
    }

    fn attribute_type(&self, name: &QualifiedName, attribute: &CompositeAttribute) -> String {
        self.writer.attribute_type(name, attribute, self.typed)
    }
}

/// New labels go where they belong; labels that go, or stand in another order, need a new type.
fn add_labels(
    context: &Context<'_>,
    name: &QualifiedName,
    from: &[String],
    to: &[String],
    out: &mut Vec<Change>,
) -> bool {
    let stay: Vec<_> = to.iter().filter(|l| from.contains(l)).collect();
    if stay.len() != from.len() || !stay.iter().copied().eq(from) {
        return false;
    }
    for (at, label) in to.iter().enumerate() {
        if from.contains(label) {
            continue;
        }
        // Labels before it are there by then, new ones too.
        let position = match at.checked_sub(1).map(|before| &to[before]) {
            _ if to[at..].iter().all(|l| !from.contains(l)) => EnumPosition::Last,
            Some(before) => EnumPosition::After(before),
            None => match to[at..].iter().find(|l| from.contains(l)) {
                Some(after) => EnumPosition::Before(after),
                None => EnumPosition::Last,
            },
        };
        let mut change = begin(name);
        change.sort.1 = format!("{name} {at:05}");
        let add = context.writer.add_enum_value(name, label, position);
        // What comes later may use the label, and can do so only when it is committed.
        change
            .up
            .push(Statement::from(add).transaction(Transaction::Own));
        change.first = true;
        out.push(change);
    }
    true
}

fn attributes(
    context: &Context<'_>,
    name: &QualifiedName,
    from: &[CompositeAttribute],
    to: &[CompositeAttribute],
    out: &mut Vec<Change>,
) -> bool {
    let names = |attributes: &[CompositeAttribute], other: &[CompositeAttribute]| -> Vec<Name> {
        let both = attributes
            .iter()
            .filter(|a| other.iter().any(|o| o.name == a.name));
        both.map(|a| a.name.clone()).collect()
    };
    // New ones are added last, so that in the middle they take a new type; so does another type of an
    // attribute where a table has the type.
    let stay = names(from, to);
    let first: Vec<_> = to.iter().take(stay.len()).map(|a| &a.name).collect();
    if !stay.iter().eq(first) {
        return false;
    }
    let retyped = from
        .iter()
        .any(|a| to.iter().any(|b| b.name == a.name && a != b));
    if retyped && !context.users_of_type(name).is_empty() {
        return false;
    }
    let dropped_in_the_middle = from
        .iter()
        .position(|a| !stay.contains(&a.name))
        .is_some_and(|at| from[at..].iter().any(|a| stay.contains(&a.name)));
    if dropped_in_the_middle {
        return false;
    }
    let writer = &context.writer;
    let mut change = begin(name);
    let typed = context
        .before
        .tables
        .values()
        .any(|t| t.of_type.as_ref() == Some(name));
    let writer = AttributeWriter { writer, typed };
    for attribute in from.iter().filter(|a| !stay.contains(&a.name)) {
        let drop = writer.drop_attribute(name, &attribute.name);
        change
            .up
            .push(Statement::from(drop).hazard(Hazard::LosesData));
        let add = writer.add_attribute(name, attribute);
        change.down.push(add.into());
    }
    for attribute in to.iter().filter(|a| !stay.contains(&a.name)) {
        context.need_text(&mut change, &attribute.data_type);
        change.up.push(writer.add_attribute(name, attribute).into());
        let drop = writer.drop_attribute(name, &attribute.name);
        change
            .down
            .insert(0, Statement::from(drop).hazard(Hazard::LosesData));
    }
    for a in from {
        if let Some(b) = to.iter().find(|b| b.name == a.name && *b != a) {
            context.need_text(&mut change, &b.data_type);
            change.up.push(writer.attribute_type(name, b).into());
            change.down.push(writer.attribute_type(name, a).into());
        }
    }
    out.push(change);
    true
}

fn domain(
    context: &Context<'_>,
    name: &QualifiedName,
    from: &TypeKind,
    to: &TypeKind,
    said: &TypeKind,
    out: &mut Vec<Change>,
) -> bool {
    let (
        TypeKind::Domain {
            base: base_a,
            collation: collation_a,
            default: default_a,
            not_null: not_null_a,
            not_null_name: name_a,
            checks: checks_a,
        },
        TypeKind::Domain {
            base: base_b,
            collation: collation_b,
            default: default_b,
            not_null: not_null_b,
            not_null_name: name_b,
            checks: checks_b,
        },
    ) = (from, to)
    else {
        return false;
    };
    if (base_a, collation_a) != (base_b, collation_b) {
        return false;
    }
    let writer = &context.writer;
    if default_a != default_b {
        let mut change = begin(name);
        if let Some(default) = default_b {
            context.need_text(&mut change, default.sql());
        }
        let say = |default: &Option<Expression>| writer.domain_default(name, default.as_ref());
        change.up.push(say(default_b).into());
        change.down.push(say(default_a).into());
        out.push(change);
    }
    if not_null_a != not_null_b {
        let mut change = begin(name);
        let say = |not_null: bool, constraint: &Option<Name>| {
            Statement::from(writer.domain_not_null(name, not_null, constraint.as_ref()))
        };
        let up = say(*not_null_b, name_b);
        change.up.push(match not_null_b {
            true => up.hazard(Hazard::DependsOnRows).hazard(Hazard::ScansTable),
            false => up,
        });
        change.down.push(say(*not_null_a, name_a));
        out.push(change);
    }
    let names: BTreeSet<_> = checks_a.keys().chain(checks_b.keys()).collect();
    for check in names {
        let comment = match said {
            TypeKind::Domain { checks, .. } => checks.get(check).and_then(|c| c.comment.clone()),
            _ => None,
        };
        let after = checks_b.get(check).map(|c| DomainCheck {
            comment,
            ..c.clone()
        });
        check_change(
            context,
            name,
            check,
            checks_a.get(check),
            after.as_ref(),
            out,
        );
    }
    true
}

fn check_change(
    context: &Context<'_>,
    domain: &QualifiedName,
    name: &Name,
    from: Option<&DomainCheck>,
    to: Option<&DomainCheck>,
    out: &mut Vec<Change>,
) {
    let same = |a: &DomainCheck, b: &DomainCheck| a.expression == b.expression;
    let writer = &context.writer;
    let add = |check: &DomainCheck, change: &mut Vec<Statement>| {
        let later = DomainCheck {
            validated: false,
            ..check.clone()
        };
        change.push(writer.add_domain_check(domain, name, &later).into());
    };
    let drop = || Statement::from(writer.drop_domain_constraint(domain, name));
    let mut change = begin(domain);
    change.sort.1 = format!("{domain} {name}");
    change
        .provides
        .push(ObjectId::Constraint(domain.clone(), name.clone()));
    let (a, b) = match (from, to) {
        (Some(a), Some(b)) if same(a, b) => {
            if a.validated == b.validated {
                return;
            }
            if b.validated {
                validate(context, domain, name, out);
                return;
            }
            (from, to)
        }
        both => both,
    };
    if a.is_some() {
        change.up.push(drop());
    }
    if let Some(check) = b {
        context.need_text(&mut change, check.expression.sql());
        add(check, &mut change.up);
        comment_check(context, &mut change, domain, name, check);
        change.down.push(drop());
    }
    if let Some(check) = a {
        change
            .down
            .push(writer.add_domain_check(domain, name, check).into());
    }
    out.push(change);
    if b.is_some_and(|b| b.validated) {
        validate(context, domain, name, out);
    }
}

/// `VALIDATE CONSTRAINT`: rows are read while they can be written.
fn validate(context: &Context<'_>, domain: &QualifiedName, name: &Name, out: &mut Vec<Change>) {
    let object = ObjectId::Type(domain.clone());
    let mut change = Change::alter(object.clone(), FileGroup::Types, Rank::Validation);
    change.sort.1 = format!("{domain} {name}");
    change.need(object, Strength::Use);
    let check = ObjectId::Constraint(domain.clone(), name.clone());
    change.need(check, Strength::Must);
    let sql = context.writer.validate_domain_constraint(domain, name);
    change.up.push(
        Statement::from(sql)
            .transaction(Transaction::Own)
            .hazard(Hazard::DependsOnRows),
    );
    out.push(change);
}
