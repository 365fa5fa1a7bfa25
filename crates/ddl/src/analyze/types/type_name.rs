//! Type names of raw parse trees.

use pg_query::NodeEnum;
use pg_query::protobuf::{TypeName, a_const::Val};

use super::{array_type, promoted_array_type};
use crate::analyze::environment::{Environment, TypeDescription};
use crate::analyze::error::Undecided;
use crate::analyze::system::catalog;
use crate::analyze::tree::Type;

/// The type and type modifier that a name means.
pub(crate) fn type_name(env: &dyn Environment, name: &TypeName) -> Result<(Type, i32), Undecided> {
    let path: Vec<&str> = name.names.iter().filter_map(string_of).collect();
    if name.pct_type {
        return column_type(env, &path, name);
    }
    let found = look_up(env, &path).ok_or_else(|| {
        Undecided::at(
            name.location,
            format!("type \"{}\" is not known", path.join(".")),
        )
    })?;
    let mut modifiers = Vec::new();
    for node in &name.typmods {
        modifiers.push(
            modifier_of(node).ok_or_else(|| {
                Undecided::at(name.location, "a type modifier that is no constant")
            })?,
        );
    }
    let typmod = modifier_in(&found, &modifiers).ok_or_else(|| {
        Undecided::at(
            name.location,
            format!("the modifiers of type \"{}\"", path.join(".")),
        )
    })?;
    if name.array_bounds.is_empty() {
        return Ok((found, typmod));
    }
    match array_type(&found) {
        Some(array) => Ok((array, typmod)),
        None => Err(Undecided::at(
            name.location,
            format!("an array type over \"{}\"", path.join(".")),
        )),
    }
}

/// The type of a path of names.
pub(crate) fn look_up(env: &dyn Environment, path: &[&str]) -> Option<Type> {
    match path {
        [name] => {
            let system = catalog().type_by_name("pg_catalog", name);
            if let Some(found) = system {
                return Some(Type::System(found.oid));
            }
            env.user_type(None, name)
                .map(|d| of_description(&d))
                .or_else(|| implicit_array(name, |element| look_up(env, &[element])))
        }
        [schema, name] | [_, schema, name] => match *schema {
            "pg_catalog" | "information_schema" => catalog()
                .type_by_name(schema, name)
                .map(|t| Type::System(t.oid)),
            _ => env
                .user_type(Some(schema), name)
                .map(|d| of_description(&d))
                .or_else(|| implicit_array(name, |element| look_up(env, &[schema, element]))),
        },
        _ => None,
    }
}

/// `_name` is the array type over `name`, unless it is a type itself.
fn implicit_array(name: &str, element: impl Fn(&str) -> Option<Type>) -> Option<Type> {
    array_type(&element(name.strip_prefix('_')?)?)
}

fn of_description(description: &TypeDescription) -> Type {
    Type::user(&description.schema, &description.name)
}

/// `table.column%TYPE`.
fn column_type(
    env: &dyn Environment,
    path: &[&str],
    name: &TypeName,
) -> Result<(Type, i32), Undecided> {
    let unknown = || {
        Undecided::at(
            name.location,
            format!("{}%TYPE is not known", path.join(".")),
        )
    };
    let (schema, table, column) = match path {
        [table, column] => (None, *table, *column),
        [schema, table, column] | [_, schema, table, column] => (Some(*schema), *table, *column),
        _ => return Err(unknown()),
    };
    let relation = env.relation(schema, table).ok_or_else(unknown)?;
    let column = relation
        .columns
        .iter()
        .find(|c| &*c.name == column)
        .ok_or_else(unknown)?;
    if name.array_bounds.is_empty() {
        Ok((column.data_type.clone(), column.typmod))
    } else {
        let array = promoted_array_type(&column.data_type).ok_or_else(unknown)?;
        Ok((array, column.typmod))
    }
}

/// The text of a String node.
pub(crate) fn string_of(node: &pg_query::protobuf::Node) -> Option<&str> {
    match node.node.as_ref()? {
        NodeEnum::String(s) => Some(s.sval.as_str()),
        _ => None,
    }
}

/// The integer of a constant.
fn modifier_of(node: &pg_query::protobuf::Node) -> Option<i32> {
    match node.node.as_ref()? {
        NodeEnum::AConst(c) => match c.val.as_ref()? {
            Val::Ival(i) => Some(i.ival),
            _ => None,
        },
        NodeEnum::Integer(i) => Some(i.ival),
        _ => None,
    }
}

/// What `typmodin` of a type makes of its modifiers.
pub(super) fn modifier_in(data_type: &Type, modifiers: &[i32]) -> Option<i32> {
    const MAXIMUM_LENGTH: i32 = 10 * 1024 * 1024;
    match (data_type, modifiers) {
        (_, []) => Some(-1),
        (&Type::BPCHAR | &Type::VARCHAR, &[n]) if (1..=MAXIMUM_LENGTH).contains(&n) => Some(n + 4),
        (&Type::BIT | &Type::VARBIT, &[n]) if (1..=MAXIMUM_LENGTH * 8).contains(&n) => Some(n),
        (&Type::NUMERIC, &[precision]) => numeric_modifier(precision, 0),
        (&Type::NUMERIC, &[precision, scale]) => numeric_modifier(precision, scale),
        (&Type::TIME | &Type::TIMETZ | &Type::TIMESTAMP | &Type::TIMESTAMPTZ, &[p]) if p >= 0 => {
            Some(p.min(6))
        }
        (&Type::INTERVAL, &[FULL_RANGE]) => Some(-1),
        (&Type::INTERVAL, &[fields]) => Some((fields << 16) | 0xffff),
        (&Type::INTERVAL, &[fields, precision]) if precision >= 0 => {
            Some((fields << 16) | precision.min(6))
        }
        _ => None,
    }
}

/// `INTERVAL_FULL_RANGE`: all fields.
const FULL_RANGE: i32 = 0x7fff;

fn numeric_modifier(precision: i32, scale: i32) -> Option<i32> {
    ((1..=1000).contains(&precision) && (-1000..=1000).contains(&scale))
        .then_some(((precision << 16) | (scale & 0x7ff)) + 4)
}
