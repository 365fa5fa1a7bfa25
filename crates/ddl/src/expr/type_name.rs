//! Names of types.

use pg_query::NodeEnum;
use pg_query::protobuf;

use super::read::{Read, deparse, required, strings};
use crate::quote;

/// A type as SQL, by the name that `format_type` gives where it is one of the built-in ones.
pub(super) fn type_name_text(type_name: &protobuf::TypeName) -> Read<String> {
    let mut names = strings(&type_name.names);
    if names.len() == 2 && names[0] == "pg_catalog" {
        names.remove(0);
    }
    let mut modifiers = Vec::new();
    for modifier in &type_name.typmods {
        modifiers.push(required(Some(modifier))?.to_sql());
    }
    let base = names
        .first()
        .filter(|_| names.len() == 1)
        .map(String::as_str);
    // An interval's fields and precision are packed into numbers.
    let packed = base == Some("interval") && !modifiers.is_empty();
    if packed || type_name.setof || type_name.pct_type {
        let null = protobuf::AConst {
            isnull: true,
            ..Default::default()
        };
        let cast = protobuf::TypeCast {
            arg: Some(Box::new(protobuf::Node {
                node: Some(NodeEnum::AConst(null)),
            })),
            type_name: Some(type_name.clone()),
            ..Default::default()
        };
        let text = deparse(&NodeEnum::TypeCast(Box::new(cast)))?;
        return Ok(text
            .strip_prefix("NULL::")
            .map(str::to_owned)
            .or_else(|| {
                Some(
                    text.strip_prefix("CAST(NULL AS ")?
                        .strip_suffix(')')?
                        .to_owned(),
                )
            })
            .unwrap_or(text));
    }
    let (name, suffix) = match base {
        Some("int2" | "smallint") => ("smallint".to_owned(), ""),
        Some("int4" | "integer" | "int") => ("integer".to_owned(), ""),
        Some("int8" | "bigint") => ("bigint".to_owned(), ""),
        Some("float4") => ("real".to_owned(), ""),
        Some("float8") => ("double precision".to_owned(), ""),
        Some("bool") => ("boolean".to_owned(), ""),
        Some("decimal") => ("numeric".to_owned(), ""),
        Some("varchar") => ("character varying".to_owned(), ""),
        // Without a length `bpchar` is another type than `character`.
        Some("bpchar") if !modifiers.is_empty() => ("character".to_owned(), ""),
        Some("varbit") => ("bit varying".to_owned(), ""),
        Some("bit") => ("bit".to_owned(), ""),
        Some("timestamptz") => ("timestamp".to_owned(), " with time zone"),
        Some("timestamp") => ("timestamp".to_owned(), " without time zone"),
        Some("timetz") => ("time".to_owned(), " with time zone"),
        Some("time") => ("time".to_owned(), " without time zone"),
        Some("numeric") => ("numeric".to_owned(), ""),
        Some("interval") => ("interval".to_owned(), ""),
        Some("bpchar") => ("bpchar".to_owned(), ""),
        _ => (quote::path(&names), ""),
    };
    let mut text = name;
    if !modifiers.is_empty() {
        text.push_str(&format!("({})", modifiers.join(",")));
    }
    text.push_str(suffix);
    for bound in &type_name.array_bounds {
        match &bound.node {
            Some(NodeEnum::Integer(size)) if size.ival >= 0 => {
                text.push_str(&format!("[{}]", size.ival));
            }
            _ => text.push_str("[]"),
        }
    }
    Ok(text)
}
