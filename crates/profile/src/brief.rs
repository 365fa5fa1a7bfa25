//! A proposal as a brief, in the YAML that `pgwright design` takes.

use std::fmt::Write as _;

use crate::naming::grouped;
use crate::proposal::{Attribute, Entity, Proposal};
use crate::sheet::Sheet;
use crate::types::{Form, Type};

/// The brief of a proposal: its name, and the lowest server version it is for.
pub fn brief(name: &str, postgresql: u32, proposal: &Proposal, sheets: &[&Sheet]) -> String {
    let mut text = format!(
        "# Proposed by `pgwright profile`; read it, and correct it where the data does not know better.\nbrief: {name}\npostgresql: {postgresql}\n\nentities:\n"
    );
    for entity in &proposal.entities {
        write_entity(&mut text, entity, proposal, sheets);
    }
    text
}

fn write_entity(text: &mut String, entity: &Entity, proposal: &Proposal, sheets: &[&Sheet]) {
    // Writing to a String cannot fail.
    let sheet = sheets[entity.sheet];
    let _ = writeln!(text, "  {}:", quoted(&entity.name));
    let key: Vec<&str> = entity.key.iter().map(|c| &sheet.columns[*c][..]).collect();
    let known = if key.is_empty() {
        "nothing identifies them".to_owned()
    } else {
        format!("identified by {}", key.join(" and "))
    };
    let _ = writeln!(
        text,
        "    about: From {}, {known}.",
        sheet.name.replace(['\n', ':', '#'], " ")
    );
    if let Some(unique) = composite(entity, proposal) {
        let _ = writeln!(text, "    unique: {}", unique.join(", "));
    }
    let _ = writeln!(text, "    has:");
    for reference in &entity.references {
        let target = &proposal.entities[reference.entity].name;
        let optional = if reference.optional { ", optional" } else { "" };
        let _ = writeln!(
            text,
            "      {}: {target}{optional}",
            quoted(&reference.name)
        );
    }
    for attribute in &entity.attributes {
        let _ = writeln!(
            text,
            "      {}: {}",
            quoted(&attribute.name),
            attribute_type(attribute)
        );
    }
    if entity.rows > 0 {
        let _ = writeln!(text, "    volume: {}", grouped(entity.rows));
    }
    text.push('\n');
}

/// The attributes and references that together are the key, when it has more than one part or is a
/// reference.
fn composite(entity: &Entity, proposal: &Proposal) -> Option<Vec<String>> {
    let attribute = |column: &usize| entity.attributes.iter().find(|a| a.column == *column);
    if entity.key.is_empty() || (entity.key.len() == 1 && attribute(&entity.key[0]).is_some()) {
        return None;
    }
    let mut names: Vec<String> = Vec::new();
    for column in &entity.key {
        let name = match attribute(column) {
            Some(attribute) => attribute.name.clone(),
            None => {
                let reference = entity
                    .references
                    .iter()
                    .find(|r| r.columns.contains(column))?;
                let whole = reference.columns.iter().all(|c| entity.key.contains(c));
                if !whole || proposal.entities[reference.entity].name.is_empty() {
                    return None;
                }
                reference.name.clone()
            }
        };
        if !names.contains(&name) {
            names.push(name);
        }
    }
    Some(names)
}

fn attribute_type(attribute: &Attribute) -> String {
    let mut text = match &attribute.of {
        Type::Boolean => "yes/no".to_owned(),
        Type::Integer { wide: false } => "integer".into(),
        // The brief's integers have 32 bits.
        Type::Integer { wide: true } => "decimal(19,0)".into(),
        Type::Decimal {
            precision, scale, ..
        } => format!("decimal({precision},{scale})"),
        Type::Money {
            currency,
            precision,
            scale,
            ..
        } => match currency_code(currency) {
            Some(code) if precision - scale <= 12 && *scale <= 2 => format!("money in {code}"),
            _ => format!("decimal({precision},{scale})"),
        },
        Type::Date { .. } => "date".into(),
        Type::Timestamp | Type::TimestampZone => "instant".into(),
        Type::Time => "time of day".into(),
        Type::Uuid => "uuid".into(),
        Type::Json => "json".into(),
        Type::Inet => "ip address".into(),
        Type::Text { form: Form::Email } => "email".into(),
        Type::Text { form: Form::Prose } => "long text".into(),
        Type::Text { .. } if attribute.long => "long text".into(),
        Type::Empty | Type::Text { .. } => "text".into(),
    };
    for (is, word) in [
        (attribute.optional, ", optional"),
        (attribute.unique, ", unique"),
        (attribute.personal, ", personal"),
    ] {
        if is {
            text.push_str(word);
        }
    }
    text
}

/// The code of a currency whose sign belongs to it alone.
fn currency_code(sign: &str) -> Option<&str> {
    match sign {
        "€" => Some("EUR"),
        "£" => Some("GBP"),
        "₹" => Some("INR"),
        "zł" => Some("PLN"),
        "Fr." => Some("CHF"),
        "US$" => Some("USD"),
        code if code.len() == 3 && code.bytes().all(|b| b.is_ascii_uppercase()) => Some(code),
        _ => None,
    }
}

/// Names that YAML would read as something else.
fn quoted(name: &str) -> String {
    match name {
        "on" | "off" | "yes" | "no" | "y" | "n" | "true" | "false" | "null" => {
            format!("\"{name}\"")
        }
        _ => name.to_owned(),
    }
}
