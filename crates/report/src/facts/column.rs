//! Columns and indexes in words: what a column means, how a type and an index are written short.

use pgwright_brief::model::{Attribute, AttributeKind, Reference, ValueType};
use pgwright_catalog::{Column, Index, IndexKey};
use pgwright_design::words::{a, capital, choice, sentence, spoken};
use pgwright_design::{Columns, Draft};

use super::{Facts, TableFacts, TableRole};

/// What a column means, in a sentence or two.
pub fn meaning(facts: &Facts<'_>, table: &TableFacts<'_>, column: &Column) -> String {
    let attribute = attribute_of(table, column);
    let mut text = match &column.comment {
        Some(comment) => sentence(comment),
        None => attribute
            .and_then(|found| found.about.as_deref().map(sentence))
            .or_else(|| attribute.map(|found| sentence(&of_kind(found, table, column))))
            .or_else(|| reference(facts, table, column))
            .unwrap_or_else(|| of_itself(table, column)),
    };
    if let Some(attribute) = attribute {
        let about = attribute.about.as_deref().map(sentence);
        if let Some(about) = about.filter(|a| !text.contains(a.as_str())) {
            text = format!("{about} {text}");
        }
        // A comment may have said so already.
        if attribute.sensitive && !text.to_lowercase().contains("special category") {
            text.push_str(" Personal data of a special category.");
        } else if attribute.personal && !text.to_lowercase().contains("personal") {
            text.push_str(" Personal data.");
        }
    }
    text
}

fn attribute_of<'a>(table: &TableFacts<'a>, column: &Column) -> Option<&'a Attribute> {
    let entity = table.entity?;
    let holds = |columns: Option<&Columns>| match columns {
        Some(Columns::Reference { own, .. }) => own.contains(&column.name),
        Some(columns) => columns.all().contains(&column.name),
        None => false,
    };
    match table.role {
        TableRole::Entity => {
            let plan = table.plan?;
            let all = Draft::stored_attributes(entity)
                .into_iter()
                .map(|(attribute, _)| attribute);
            all.into_iter()
                .find(|found| holds(plan.columns.get(&found.name)))
        }
        TableRole::Role(role) => {
            let planned = table.plan?.role_tables.get(role)?;
            let known = entity.roles.iter().find(|r| r.name == role)?;
            known
                .attributes
                .iter()
                .find(|found| holds(planned.columns.get(&found.name)))
        }
        _ => None,
    }
}

/// `The owner: a user.` for what has no words of its own.
fn of_kind(attribute: &Attribute, table: &TableFacts<'_>, column: &Column) -> String {
    let name = spoken(&attribute.name);
    let told = |what: String| {
        if what.ends_with(&name) {
            capital(&name)
        } else {
            format!("{}: {what}", capital(&name))
        }
    };
    let to = |reference: &Reference| a(reference.role.as_deref().unwrap_or(&reference.entity));
    match &attribute.kind {
        AttributeKind::Value(value) => {
            if let Some(Columns::Several(parts)) =
                table.plan.and_then(|p| p.columns.get(&attribute.name))
                && let Some((part, _)) = parts.iter().find(|(_, c)| *c == column.name)
            {
                return format!("{}: {}", capital(&name), spoken(part));
            }
            told(of_value(value))
        }
        AttributeKind::OneOf(values) => told(format!("one of {}", choice(values))),
        AttributeKind::Lookup => format!("The {name}, from the list that users maintain"),
        AttributeKind::States(_) => format!("State: where the {name} stands now"),
        AttributeKind::Reference(reference) => {
            let target = spoken(reference.role.as_deref().unwrap_or(&reference.entity));
            if target == name {
                format!("The {name}")
            } else {
                format!("The {name}: {}", to(reference))
            }
        }
        AttributeKind::Either(targets) => {
            let all: Vec<String> = targets.iter().map(to).collect();
            format!("What it is {name}: {}, exactly one of them", choice(&all))
        }
        AttributeKind::Many { to: target, .. } => format!("{}: {}", capital(&name), to(target)),
    }
}

fn of_value(value: &ValueType) -> String {
    match value {
        ValueType::Name => "a name or short line".to_owned(),
        ValueType::Text => "a line of text".to_owned(),
        ValueType::LongText => "text of any length".to_owned(),
        ValueType::Code => "a code".to_owned(),
        ValueType::Email => "an e-mail address".to_owned(),
        ValueType::Phone => "a telephone number".to_owned(),
        ValueType::Url => "a web address".to_owned(),
        ValueType::Address => "a postal address".to_owned(),
        ValueType::Money {
            currency: Some(currency),
            ..
        } => format!("an amount in {currency}"),
        ValueType::Money { .. } => "an amount of money".to_owned(),
        ValueType::Currency => "a currency (ISO 4217)".to_owned(),
        ValueType::Country => "a country (ISO 3166-1)".to_owned(),
        ValueType::Language => "a language (BCP 47)".to_owned(),
        ValueType::TimeZone => "a time zone (IANA name)".to_owned(),
        ValueType::Percentage => "in percent, 0 to 100".to_owned(),
        ValueType::Quantity { unit: Some(unit) } => format!("a quantity in {unit}"),
        ValueType::Integer { unit: Some(unit) } => format!("a number of {unit}"),
        ValueType::Quantity { unit: None } => "a quantity".to_owned(),
        ValueType::Integer { unit: None } => "a whole number".to_owned(),
        ValueType::Decimal { .. } => "a number".to_owned(),
        ValueType::Boolean => "yes or no".to_owned(),
        ValueType::Date => "a day".to_owned(),
        ValueType::Instant => "a point in time".to_owned(),
        ValueType::TimeOfDay => "a time of day".to_owned(),
        ValueType::Weekday => "a day of the week".to_owned(),
        ValueType::Duration => "a length of time".to_owned(),
        ValueType::DatePeriod { .. } => "from a day to a day, the last excluded".to_owned(),
        ValueType::TimePeriod { .. } => "from a moment to a moment, the end excluded".to_owned(),
        ValueType::TimeOfDayPeriod => "from a time of day to another".to_owned(),
        ValueType::Json => "structured data without a fixed form".to_owned(),
        ValueType::Tags => "a list of short texts".to_owned(),
        ValueType::Uuid => "a UUID".to_owned(),
        ValueType::IpAddress => "an IP address".to_owned(),
        ValueType::Coordinates => "latitude and longitude".to_owned(),
        ValueType::Binary => "bytes".to_owned(),
        ValueType::Secret => "a secret's hash, never shown".to_owned(),
    }
}

/// A column that only a foreign key explains.
fn reference(facts: &Facts<'_>, table: &TableFacts<'_>, column: &Column) -> Option<String> {
    let found = facts
        .references_from(table.name)
        .find(|r| r.own_column() == Some(&column.name))?;
    let target = facts.table(found.to)?;
    let what = match (target.role, target.entity) {
        (TableRole::Entity, Some(entity)) => spoken(&entity.name),
        (TableRole::Role(role), _) => spoken(role),
        _ => return Some(format!("Refers to {}.", facts.short(found.to))),
    };
    Some(match found.attribute.map(spoken) {
        Some(attribute) if attribute != what => format!("The {attribute}: {}.", a(&what)),
        _ => format!("The {what}."),
    })
}

fn of_itself(table: &TableFacts<'_>, column: &Column) -> String {
    let in_key = table
        .table
        .primary_key()
        .is_some_and(|(_, key)| key.columns.contains(&column.name));
    let tenant = table.plan.and_then(|p| p.tenant_column.as_ref());
    if let (TableRole::Role(role), Some(entity), true) = (table.role, table.entity, in_key) {
        format!("The {} that is {}.", spoken(&entity.name), a(role))
    } else if column.identity.is_some() {
        "Key, numbered by the database.".to_owned()
    } else if tenant == Some(&column.name) {
        "The tenant that the row belongs to.".to_owned()
    } else if in_key && column.data_type == "uuid" {
        "Key, made by the database.".to_owned()
    } else {
        sentence(&spoken(column.name.as_str()))
    }
}

/// A type as people write it: without the design's schema, and PostgreSQL's long names short.
pub fn short_type(schema: &str, data_type: &str) -> String {
    data_type
        .replace(&format!("{schema}."), "")
        .replace("timestamp with time zone", "timestamptz")
        .replace("timestamp without time zone", "timestamp")
        .replace("time without time zone", "time")
        .replace("character varying", "varchar")
        .replace("double precision", "float8")
}

/// What an index is over: `gin (name gin_trgm_ops) WHERE deleted_at IS NULL`.
pub fn index_text(index: &Index) -> String {
    let keys: Vec<String> = index
        .elements
        .iter()
        .map(|element| {
            let mut text = match &element.key {
                IndexKey::Column(column) => column.to_string(),
                IndexKey::Expression(expression) => expression.sql().to_owned(),
            };
            if let Some(class) = &element.operator_class {
                text.push(' ');
                text.push_str(class);
            }
            if element.descending {
                text.push_str(" DESC");
            }
            if element.nulls_first != element.descending {
                text.push_str(if element.nulls_first {
                    " NULLS FIRST"
                } else {
                    " NULLS LAST"
                });
            }
            text
        })
        .collect();
    let mut text = match (index.unique, index.method.as_str()) {
        (true, "btree") => "unique ".to_owned(),
        (true, method) => format!("unique {method} "),
        (false, "btree") => String::new(),
        (false, method) => format!("{method} "),
    };
    text.push_str(&format!("({})", keys.join(", ")));
    if !index.include.is_empty() {
        let include: Vec<&str> = index.include.iter().map(|c| c.as_str()).collect();
        text.push_str(&format!(" INCLUDE ({})", include.join(", ")));
    }
    if index.nulls_not_distinct {
        text.push_str(" NULLS NOT DISTINCT");
    }
    if let Some(predicate) = &index.predicate {
        text.push_str(&format!(" WHERE {}", predicate.sql()));
    }
    text
}
