//! How a value of one type becomes one of another.

use pgwright_catalog::write::type_name;
use pgwright_catalog::{CompositeAttribute, QualifiedName, TypeKind};

use crate::context::Context;
use crate::replace::names_type;

/// The way from one type to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Conversion {
    /// The server converts by itself.
    Assignment {
        /// The table is written anew.
        rewrites: bool,
        /// It is not written anew where the session's time zone is UTC, which is what the values then
        /// are taken to be in.
        in_utc: bool,
        /// Some values may not fit.
        narrows: bool,
    },
    /// An expression in which `$` stands for the column.
    Expression(String),
    /// An expression that need not work.
    Unsure(String),
}

impl Conversion {
    /// True when values that are there may not fit.
    pub fn may_fail(&self) -> bool {
        match self {
            Self::Assignment { narrows, .. } => *narrows,
            Self::Expression(_) | Self::Unsure(_) => true,
        }
    }
}

/// A type name and its modifiers: `numeric(12,2)` is `numeric` and 12, 2.
fn parts(data_type: &str) -> (String, Vec<i64>, bool) {
    let text = type_name(data_type);
    let (text, array) = match text.strip_suffix("[]") {
        Some(element) => (element.to_owned(), true),
        None => (text, false),
    };
    let Some(open) = text.find('(') else {
        return (text, Vec::new(), array);
    };
    let close = text[open..].find(')').map_or(text.len(), |c| open + c);
    let numbers = text[open + 1..close]
        .split(',')
        .filter_map(|n| n.trim().parse().ok())
        .collect();
    let name = format!("{}{}", &text[..open], text.get(close + 1..).unwrap_or(""));
    (name.trim().to_owned(), numbers, array)
}

/// True when values, and the order of them in indexes, are the same whatever modifiers the types have.
pub(crate) fn same_order(from: &str, to: &str) -> bool {
    let plain = |data_type: &str| {
        let (name, _, array) = parts(data_type);
        let text = matches!(name.as_str(), "varchar" | "character varying");
        (if text { "text".to_owned() } else { name }, array)
    };
    plain(from) == plain(to)
}

const TEXTS: [&str; 5] = ["text", "varchar", "character varying", "bpchar", "char"];
const NUMBERS: [&str; 12] = [
    "smallint",
    "int2",
    "integer",
    "int",
    "int4",
    "bigint",
    "int8",
    "numeric",
    "real",
    "float4",
    "double precision",
    "float8",
];
const TIMES: [&str; 6] = [
    "date",
    "timestamp",
    "timestamp without time zone",
    "timestamptz",
    "timestamp with time zone",
    "time",
];

/// How a column's values go from one type to another. With `made_anew`, a type that the first names is
/// made anew under the same name.
pub(crate) fn conversion(
    context: &Context<'_>,
    from: &str,
    to: &str,
    made_anew: bool,
) -> Conversion {
    let target = type_name(to);
    if made_anew {
        if let Some(expression) = composite(context, from, to) {
            return Conversion::Expression(expression);
        }
        let base = |catalog: &pgwright_catalog::Catalog, data_type: &str| {
            let found = (catalog.types.iter()).find(|(n, _)| n.quoted() == type_name(data_type));
            found.and_then(|(_, t)| match &t.kind {
                TypeKind::Domain { base, .. } => Some(base.clone()),
                _ => None,
            })
        };
        if let (Some(a), Some(b)) = (base(context.before, from), base(context.full, to)) {
            let old = format!("$::{}", type_name(&a));
            return match conversion(context, &a, &b, false) {
                Conversion::Assignment { .. } => {
                    Conversion::Expression(format!("{old}::{}::{target}", type_name(&b)))
                }
                Conversion::Expression(e) | Conversion::Unsure(e) => {
                    Conversion::Expression(format!("({})::{target}", e.replace('$', &old)))
                }
            };
        }
        let text = if from.trim_end().ends_with("[]") {
            "text[]"
        } else {
            "text"
        };
        return Conversion::Expression(format!("$::{text}::{target}"));
    }
    let (a, a_mods, a_array) = parts(from);
    let (b, b_mods, b_array) = parts(to);
    let assignment = |rewrites, narrows| Conversion::Assignment {
        rewrites,
        in_utc: false,
        narrows,
    };
    let is = |list: &[&str], name: &str| list.contains(&name);
    if a_array || b_array {
        return match (a_array, b_array) {
            (true, true) if a == b => assignment(true, false),
            (true, true) => Conversion::Expression(format!("$::{target}")),
            (false, true) => Conversion::Unsure(format!("ARRAY[$]::{target}")),
            (true, false) if is(&TEXTS, &b) => assignment(true, false),
            _ => Conversion::Unsure(format!("$::text::{target}")),
        };
    }
    let long_text = |name: &str| matches!(name, "text" | "varchar" | "character varying");
    if long_text(&a) && long_text(&b) {
        let limit = |mods: &[i64]| mods.first().copied().unwrap_or(i64::MAX);
        let narrows = limit(&b_mods) < limit(&a_mods);
        return assignment(narrows, narrows);
    }
    if a == b && a_mods == b_mods {
        // Another collation.
        return assignment(false, false);
    }
    let citext = |name: &str| name == "citext" || name.ends_with(".citext");
    if long_text(&a) && citext(&b) || citext(&a) && long_text(&b) && b_mods.is_empty() {
        // The same bytes, compared otherwise.
        return assignment(false, false);
    }
    let domain = |name: &str| {
        context.types().find_map(|(n, t)| match &t.kind {
            TypeKind::Domain { base, .. } if names_type(name, n) => Some(base.clone()),
            _ => None,
        })
    };
    if let Some(base) = domain(from)
        && domain(to).is_none()
    {
        // A value of a domain is one of its base type.
        return conversion(context, &base, to, false);
    }
    if is(&TEXTS, &b) {
        // Anything has a text.
        return assignment(true, !b_mods.is_empty());
    }
    if a == "numeric" && b == "numeric" {
        let (precision, scale) = (b_mods.first(), b_mods.get(1).unwrap_or(&0));
        let free = match (a_mods.first(), precision) {
            (_, None) => true,
            (Some(old), Some(new)) => new >= old && a_mods.get(1).unwrap_or(&0) == scale,
            (None, Some(_)) => false,
        };
        return assignment(!free, !free);
    }
    if is(&NUMBERS, &a) && is(&NUMBERS, &b) {
        let rank = |name: &str| NUMBERS.iter().position(|n| *n == name).unwrap_or(0) / 2;
        return assignment(true, rank(&b) < rank(&a) || !b_mods.is_empty());
    }
    if is(&TIMES, &a) && is(&TIMES, &b) {
        let zoned = |n: &str| n.starts_with("timestamptz") || n.ends_with("with time zone");
        let stamp = |n: &str| n.starts_with("timestamp");
        if stamp(&a) && stamp(&b) {
            let digits = |mods: &[i64]| mods.first().copied().unwrap_or(6);
            let narrows = digits(&b_mods) < digits(&a_mods);
            if zoned(&a) == zoned(&b) {
                return assignment(narrows, false);
            }
            return Conversion::Assignment {
                rewrites: narrows,
                in_utc: true,
                narrows: false,
            };
        }
        return assignment(true, false);
    }
    if matches!(
        (a.as_str(), b.as_str()),
        ("json", "jsonb") | ("jsonb", "json")
    ) {
        return assignment(true, false);
    }
    if matches!((a.as_str(), b.as_str()), ("cidr", "inet")) {
        return assignment(false, false);
    }
    if matches!(
        (a.as_str(), b.as_str()),
        ("boolean", "integer") | ("integer", "boolean")
    ) {
        return Conversion::Expression(format!("$::{target}"));
    }
    if a == "boolean" && is(&NUMBERS, &b) {
        return Conversion::Expression(format!("$::integer::{target}"));
    }
    if is(&NUMBERS, &a) && b == "boolean" {
        return Conversion::Expression("($ <> 0)".to_owned());
    }
    if is(&TEXTS, &a) {
        return Conversion::Expression(format!("$::{target}"));
    }
    if let Some(base) = domain(to) {
        return match conversion(context, from, &base, false) {
            Conversion::Assignment { .. } => Conversion::Expression(format!("$::{target}")),
            Conversion::Expression(e) => Conversion::Expression(format!("({e})::{target}")),
            Conversion::Unsure(e) => Conversion::Unsure(format!("({e})::{target}")),
        };
    }
    if let Some(base) = domain(from) {
        return conversion(context, &base, to, false);
    }
    let user_cast = context.casts().any(|c| {
        let same = |x: &str, y: &str| type_name(x) == type_name(y);
        same(&c.source, from) && same(&c.target, to)
    });
    if user_cast {
        return Conversion::Expression(format!("$::{target}"));
    }
    Conversion::Unsure(format!("$::text::{target}"))
}

/// A row of the old composite type as one of the new, attribute by attribute.
fn composite(context: &Context<'_>, from: &str, to: &str) -> Option<String> {
    let find = |catalog: &pgwright_catalog::Catalog, data_type: &str| {
        let exact = |name: &QualifiedName| type_name(data_type) == name.quoted();
        let found = catalog.types.iter().find(|(name, _)| exact(name));
        found.and_then(|(_, t)| match &t.kind {
            TypeKind::Composite(attributes) => Some(attributes.clone()),
            _ => None,
        })
    };
    let old: Vec<CompositeAttribute> = find(context.before, from)?;
    let new: Vec<CompositeAttribute> = find(context.full, to)?;
    let values: Vec<_> = new
        .iter()
        .map(|b| {
            let target = type_name(&b.data_type);
            match old.iter().find(|a| a.name == b.name) {
                Some(a) if a.data_type == b.data_type => format!("($).{}", b.name.quoted()),
                Some(_) => format!("($).{}::text::{target}", b.name.quoted()),
                None => format!("NULL::{target}"),
            }
        })
        .collect();
    let target = type_name(to);
    Some(format!(
        "CASE WHEN $ IS NOT DISTINCT FROM NULL THEN NULL ELSE ROW({})::{target} END",
        values.join(", ")
    ))
}
