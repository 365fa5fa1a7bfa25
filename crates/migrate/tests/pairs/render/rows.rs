//! The rows of A, and what of them is to be in B.

use pgwright_catalog::{quote_identifier, quote_literal};

use crate::model::*;

/// The rows of A, in an order in which foreign keys hold, and how far its sequences have come.
pub fn rows(model: &Model) -> String {
    let mut text = inserts(model, model);
    for sequence in model.sequences.values() {
        let name = quote_literal(&model.qualified(&sequence.named));
        let at = sequence.start + sequence.increment;
        text += &format!("SELECT setval({name}, {at});\n");
    }
    for (key, table) in &model.tables {
        if matches!(table.kind, Kind::Partition { .. } | Kind::Foreign(_)) {
            continue;
        }
        for column in model.columns(*key) {
            let at = match &column.source {
                Source::Identity {
                    start, increment, ..
                } => start + increment,
                Source::Serial => 7,
                _ => continue,
            };
            let name = quote_literal(&model.qualified(&table.named));
            let column = quote_literal(&column.name);
            text += &format!(
                "SELECT setval(s, {at}) FROM pg_get_serial_sequence({name}, {column}) AS s WHERE s IS NOT NULL;\n"
            );
        }
    }
    text
}

/// The rows of A as far as B has the same tables and columns: B must be able to hold them.
pub fn carried(from: &Model, to: &Model) -> String {
    inserts(from, to)
}

fn inserts(from: &Model, to: &Model) -> String {
    let mut text = "BEGIN;\n".to_owned();
    for (key, table) in &to.tables {
        let number = from.rows(*key);
        let elsewhere = matches!(table.kind, Kind::Foreign(_) | Kind::Partition { .. });
        let lost = |t: Option<&Table>| t.is_none_or(|t| t.lost_home && t.by.is_some());
        if elsewhere || number == 0 || lost(Some(table)) || lost(from.tables.get(key)) {
            continue;
        }
        if matches!(from.tables[key].kind, Kind::Partition { .. }) && table.rows == 0 {
            continue;
        }
        let before = from.columns(*key);
        let pairs: Vec<(Column, Column)> = to
            .columns(*key)
            .into_iter()
            .filter(|c| !c.is_generated())
            .filter_map(|c| Some((before.iter().find(|b| b.name == c.name)?.clone(), c)))
            .filter(|(before, _)| !before.is_generated())
            .collect();
        let names: Vec<_> = pairs
            .iter()
            .map(|(_, c)| quote_identifier(&c.name))
            .collect();
        let value = |(before, after): &(Column, Column), row: usize| match before.nulls && row == 2
        {
            true => "NULL".to_owned(),
            false if before.ty == after.ty => after.ty.value(to, row),
            false => format!("{}::{}", before.ty.value(from, row), after.ty.sql(to)),
        };
        let tuples: Vec<_> = (1..=number)
            .map(|row| {
                let values: Vec<_> = pairs.iter().map(|p| value(p, row)).collect();
                format!("    ({})", values.join(", "))
            })
            .collect();
        let name = to.qualified(&table.named);
        text += &match pairs.is_empty() {
            true => format!("INSERT INTO {name} DEFAULT VALUES;\n"),
            false => format!(
                "INSERT INTO {name} ({}) OVERRIDING SYSTEM VALUE VALUES\n{};\n",
                names.join(", "),
                tuples.join(",\n")
            ),
        };
    }
    text + "COMMIT;\n"
}
