//! What types are: category, element, base, fields; and their names in both directions.

mod format;
mod parse;
mod type_name;

use std::sync::Arc;

pub(crate) use format::format_type;
pub use parse::parse_type;
pub(crate) use parse::parse_type_or_opaque;
pub(crate) use type_name::{look_up as look_up_name, string_of, type_name};

use super::environment::{Environment, TypeDescription, TypeDescriptionKind};
use super::system::{SystemType, catalog};
use super::tree::{RteColumn, Type, UserType};

/// The categories of `pg_type.typcategory` that the rules ask for.
pub(crate) mod category {
    pub(crate) const STRING: u8 = b'S';
}

/// What a type is, as far as it is known.
pub(crate) enum Facts {
    /// One of the system's.
    System(&'static SystemType),
    /// The user's.
    User(Arc<TypeDescription>),
    /// An array over a user's type.
    UserArray,
    /// Nothing is known.
    Unknown,
}

/// Looks a type up.
pub(crate) fn facts(env: &dyn Environment, data_type: &Type) -> Facts {
    match data_type {
        Type::System(oid) => catalog()
            .type_by_oid(*oid)
            .map_or(Facts::Unknown, Facts::System),
        Type::User(user) if user.array => Facts::UserArray,
        Type::User(user) => match env.user_type(Some(&user.schema), &user.name) {
            Some(found) if found.kind != TypeDescriptionKind::Unknown => Facts::User(found),
            _ => Facts::Unknown,
        },
    }
}

/// Whether nothing is known of a type, or of the elements of an array type.
pub(crate) fn is_opaque(env: &dyn Environment, data_type: &Type) -> bool {
    match data_type {
        Type::System(_) => false,
        Type::User(user) => {
            let element = if user.array {
                element_type(data_type)
            } else {
                None
            };
            matches!(
                facts(env, element.as_ref().unwrap_or(data_type)),
                Facts::Unknown
            )
        }
    }
}

/// `pg_type.typcategory`.
pub(crate) fn type_category(env: &dyn Environment, data_type: &Type) -> u8 {
    match facts(env, data_type) {
        Facts::System(t) => t.category,
        Facts::User(t) => match &t.kind {
            TypeDescriptionKind::Enum(_) => b'E',
            TypeDescriptionKind::Composite(_) => b'C',
            TypeDescriptionKind::Range { .. } | TypeDescriptionKind::Multirange { .. } => b'R',
            TypeDescriptionKind::Domain { base, .. } => type_category(env, base),
            TypeDescriptionKind::Base { category } => *category,
            TypeDescriptionKind::Unknown => b'U',
        },
        Facts::UserArray => b'A',
        Facts::Unknown => b'U',
    }
}

/// `pg_type.typispreferred`.
pub(crate) fn is_preferred(data_type: &Type) -> bool {
    match data_type {
        Type::System(oid) => catalog().type_by_oid(*oid).is_some_and(|t| t.preferred),
        Type::User(_) => false,
    }
}

/// The element type of a true array type (not looking through domains).
pub fn element_type(data_type: &Type) -> Option<Type> {
    match data_type {
        Type::System(oid) => {
            let t = catalog().type_by_oid(*oid)?;
            (t.subscripting == b'a' && t.element != 0).then_some(Type::System(t.element))
        }
        Type::User(user) if user.array => Some(Type::User(Arc::new(UserType {
            schema: user.schema.clone(),
            name: user.name.clone(),
            array: false,
        }))),
        Type::User(_) => None,
    }
}

/// The element type of an array type, or of a domain over one.
pub(crate) fn base_element_type(env: &dyn Environment, data_type: &Type) -> Option<Type> {
    element_type(&base_type(env, data_type))
}

/// The array type over a type; an array type has none.
pub(crate) fn array_type(data_type: &Type) -> Option<Type> {
    match data_type {
        Type::System(oid) => {
            let t = catalog().type_by_oid(*oid)?;
            (t.array != 0).then_some(Type::System(t.array))
        }
        Type::User(user) if user.array => None,
        Type::User(user) => Some(Type::User(Arc::new(UserType {
            schema: user.schema.clone(),
            name: user.name.clone(),
            array: true,
        }))),
    }
}

/// The array type over a type, or the type itself when it is an array type (`get_promoted_array_type`).
pub(crate) fn promoted_array_type(data_type: &Type) -> Option<Type> {
    array_type(data_type).or_else(|| element_type(data_type).map(|_| data_type.clone()))
}

/// The type under all domains.
pub(crate) fn base_type(env: &dyn Environment, data_type: &Type) -> Type {
    base_type_and_typmod(env, data_type, -1).0
}

/// The type under all domains, and the type modifier that a domain gives, or else the one given.
pub(crate) fn base_type_and_typmod(
    env: &dyn Environment,
    data_type: &Type,
    typmod: i32,
) -> (Type, i32) {
    let mut current = (data_type.clone(), typmod);
    // Domains cannot be circular; the bound only guards against a wrong environment.
    for _ in 0..64 {
        let next = match facts(env, &current.0) {
            Facts::System(t) if t.kind == b'd' => (Type::System(t.base), t.base_typmod),
            Facts::User(t) => match &t.kind {
                TypeDescriptionKind::Domain { base, typmod } => (base.clone(), *typmod),
                _ => return current,
            },
            _ => return current,
        };
        current = next;
    }
    current
}

/// Whether a type is an enumeration.
pub(crate) fn is_enum(env: &dyn Environment, data_type: &Type) -> bool {
    matches!(facts(env, data_type), Facts::User(t) if matches!(t.kind, TypeDescriptionKind::Enum(_)))
}

/// The type of the bounds of a range type.
pub(crate) fn range_subtype(env: &dyn Environment, data_type: &Type) -> Option<Type> {
    match facts(env, data_type) {
        Facts::System(t) => catalog().range(t.oid).map(|r| Type::System(r.subtype)),
        Facts::User(t) => match &t.kind {
            TypeDescriptionKind::Range { subtype, .. } => Some(subtype.clone()),
            _ => None,
        },
        _ => None,
    }
}

/// The multirange type of a range type.
pub(crate) fn multirange_of_range(env: &dyn Environment, data_type: &Type) -> Option<Type> {
    match facts(env, data_type) {
        Facts::System(t) => catalog().range(t.oid).map(|r| Type::System(r.multirange)),
        Facts::User(t) => match &t.kind {
            TypeDescriptionKind::Range { multirange, .. } => {
                Some(Type::user(&t.schema, multirange))
            }
            _ => None,
        },
        _ => None,
    }
}

/// The range type of a multirange type.
pub(crate) fn range_of_multirange(env: &dyn Environment, data_type: &Type) -> Option<Type> {
    match facts(env, data_type) {
        Facts::System(t) => catalog()
            .range_of_multirange(t.oid)
            .map(|r| Type::System(r.range)),
        Facts::User(t) => match &t.kind {
            TypeDescriptionKind::Multirange { range } => Some(range.clone()),
            _ => None,
        },
        _ => None,
    }
}

/// The columns of a composite type, or of a domain over one; none for any other type.
pub(crate) fn composite_columns(env: &dyn Environment, data_type: &Type) -> Option<Vec<RteColumn>> {
    match facts(env, &base_type(env, data_type)) {
        Facts::User(t) => match &t.kind {
            TypeDescriptionKind::Composite(columns) => Some(columns.clone()),
            _ => None,
        },
        Facts::System(t) if t.kind == b'c' => catalog()
            .relation(t.schema, t.name)
            .map(|relation| relation.columns.clone()),
        _ => None,
    }
}

/// Whether a type is composite (a domain over one is not).
pub(crate) fn is_composite(env: &dyn Environment, data_type: &Type) -> bool {
    match facts(env, data_type) {
        Facts::User(t) => matches!(t.kind, TypeDescriptionKind::Composite(_)),
        Facts::System(t) => t.kind == b'c',
        _ => false,
    }
}

/// Whether a type has a collation of its own.
pub(crate) fn is_collatable(env: &dyn Environment, data_type: &Type) -> bool {
    match facts(env, data_type) {
        Facts::System(t) => t.collatable,
        Facts::User(t) => match &t.kind {
            TypeDescriptionKind::Domain { base, .. } => is_collatable(env, base),
            _ => false,
        },
        Facts::UserArray => element_type(data_type).is_some_and(|e| is_collatable(env, &e)),
        Facts::Unknown => false,
    }
}

/// Whether a type is one of the polymorphic pseudo-types.
pub(crate) fn is_polymorphic(data_type: &Type) -> bool {
    is_polymorphic_family_1(data_type) || is_polymorphic_family_2(data_type)
}

/// `anyelement` and its like.
pub(crate) fn is_polymorphic_family_1(data_type: &Type) -> bool {
    [
        Type::ANYELEMENT,
        Type::ANYARRAY,
        Type::ANYNONARRAY,
        Type::ANYENUM,
        Type::ANYRANGE,
        Type::ANYMULTIRANGE,
    ]
    .contains(data_type)
}

/// `anycompatible` and its like.
pub(crate) fn is_polymorphic_family_2(data_type: &Type) -> bool {
    [
        Type::ANYCOMPATIBLE,
        Type::ANYCOMPATIBLEARRAY,
        Type::ANYCOMPATIBLENONARRAY,
        Type::ANYCOMPATIBLERANGE,
        Type::ANYCOMPATIBLEMULTIRANGE,
    ]
    .contains(data_type)
}
