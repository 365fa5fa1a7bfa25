//! `--rows` and `--in`: at which sizes a query is asked about.

use std::collections::BTreeMap;

use pgwright_catalog::{Catalog, QualifiedName};
use pgwright_planner::{Target, parse_qualified_name};

use crate::exit::Failure;

/// One size of the database.
#[derive(Debug, Clone, PartialEq)]
pub struct Scale {
    /// As it was written, such as `orders=1e9`.
    pub name: String,
    /// What tables are to have.
    pub targets: BTreeMap<QualifiedName, Target>,
}

/// What is said of one table: its name as written, and a target for each scale.
struct Series {
    name: String,
    targets: Vec<Target>,
}

/// Reads `--rows`: `orders=1e9,customers=x10` is one scale, `orders=1e6,1e9` two. `*` stands for every table.
/// All that is wrong is said at once.
pub fn parse_rows(texts: &[String], catalog: &Catalog) -> Result<Vec<Scale>, Failure> {
    let mut series: Vec<Series> = Vec::new();
    let mut wrong = Vec::new();
    for part in texts.iter().flat_map(|text| text.split(',')) {
        let part = part.trim();
        let (name, value) = match part.split_once('=') {
            Some((name, value)) => (Some(name.trim()), value.trim()),
            None => (None, part),
        };
        let Some(target) = parse_target(value) else {
            wrong.push(format!("--rows: `{part}` is no number of rows"));
            continue;
        };
        match (name, series.last_mut()) {
            (Some(name), _) => series.push(Series {
                name: name.to_owned(),
                targets: vec![target],
            }),
            (None, Some(last)) => last.targets.push(target),
            (None, None) => wrong.push(format!("--rows: `{part}` is of no table")),
        }
    }
    let count = series.iter().map(|s| s.targets.len()).max().unwrap_or(0);
    let mut scales: Vec<Scale> = (0..count)
        .map(|_| Scale {
            name: String::new(),
            targets: BTreeMap::new(),
        })
        .collect();
    for one in &series {
        let tables = match tables(&one.name, catalog) {
            Ok(tables) => tables,
            Err(error) => {
                wrong.push(error);
                continue;
            }
        };
        if one.targets.len() > 1 && one.targets.len() != count {
            wrong.push(format!(
                "--rows: {} has {} sizes, and another table {count}",
                one.name,
                one.targets.len()
            ));
            continue;
        }
        for (number, scale) in scales.iter_mut().enumerate() {
            let Some(target) = one.targets.get(number).or(one.targets.first()) else {
                continue;
            };
            if one.targets.len() > 1 || count == 1 {
                let comma = if scale.name.is_empty() { "" } else { ", " };
                scale
                    .name
                    .push_str(&format!("{comma}{}={}", one.name, shown(*target)));
            }
            for table in &tables {
                // A table's own size goes before that of all.
                if one.name != "*" || !scale.targets.contains_key(table) {
                    scale.targets.insert(table.clone(), *target);
                }
            }
        }
    }
    match wrong.is_empty() {
        true => Ok(scales),
        false => Err(Failure::Usage(format!(
            "{}\nhint: write orders=1e9, app.orders=x10 (ten times as many), or \"*=1e9\"; several sizes \
             as orders=1e6,1e9",
            wrong.join("\n")
        ))),
    }
}

fn tables(name: &str, catalog: &Catalog) -> Result<Vec<QualifiedName>, String> {
    if name == "*" {
        let partition = |t: &&QualifiedName| {
            let table = catalog.tables.get(*t);
            table.is_none_or(|t| t.partition_of.is_none() && t.inherits.is_empty())
        };
        let views = catalog.materialized_views.keys();
        return Ok(catalog
            .tables
            .keys()
            .filter(partition)
            .chain(views)
            .cloned()
            .collect());
    }
    let named = parse_qualified_name(name).map_err(|error| format!("--rows: {error}"))?;
    let known = |n: &QualifiedName| {
        catalog.tables.contains_key(n) || catalog.materialized_views.contains_key(n)
    };
    if known(&named) {
        return Ok(vec![named]);
    }
    // Without a schema, the one table of that name.
    let all = catalog
        .tables
        .keys()
        .chain(catalog.materialized_views.keys());
    let alike: Vec<&QualifiedName> = all.filter(|n| n.name == named.name).collect();
    match (name.contains('.'), alike.as_slice()) {
        (false, [only]) => Ok(vec![(*only).clone()]),
        (false, [_, ..]) => Err(format!(
            "--rows: there are several tables {name}; name the schema"
        )),
        _ => Err(format!("--rows: there is no table {name}")),
    }
}

fn parse_target(text: &str) -> Option<Target> {
    let (text, times) = match text.strip_prefix(['x', 'X', '×']) {
        Some(rest) => (rest, true),
        None => (text, false),
    };
    let plain: String = text.chars().filter(|c| *c != '_').collect();
    let number: f64 = plain.parse().ok()?;
    // As many as a table's 2^32 pages can hold.
    let sound = (0.0..=1e13).contains(&number);
    sound.then_some(match times {
        true => Target::Times(number),
        false => Target::Rows(number),
    })
}

/// A target as it is written.
pub fn shown(target: Target) -> String {
    let number = |n: f64| match n {
        n if n >= 1e4 => {
            let text = format!("{n:.2e}");
            text.replace(".00e", "e").replace("0e", "e")
        }
        n => n.to_string(),
    };
    match target {
        Target::Rows(rows) => number(rows),
        Target::Times(times) => format!("x{}", number(times)),
    }
}

/// Reads `--in`: `3y`, `18m` or `90d`, as months.
pub fn parse_months(text: &str) -> Result<f64, String> {
    let wrong = || format!("`{text}` is no time: write 3y, 18m or 90d");
    let unit = text.chars().last().ok_or_else(wrong)?;
    let number = &text[..text.len() - unit.len_utf8()];
    let number: f64 = number.trim().parse().map_err(|_| wrong())?;
    if !number.is_finite() || !(0.0..=1200.0).contains(&number) && unit != 'd' {
        return Err(wrong());
    }
    match unit {
        'y' | 'a' => Ok(number * 12.0),
        'm' => Ok(number),
        'd' => Ok(number / 30.4375),
        _ => Err(wrong()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use pgwright_catalog::Table;

    fn catalog() -> Catalog {
        let mut catalog = Catalog::empty();
        for (schema, name) in [("public", "orders"), ("app", "customers")] {
            let name = QualifiedName::new(schema, name);
            catalog.tables.insert(name, Table::default());
        }
        catalog
    }

    fn parse(text: &str) -> Result<Vec<Scale>, Failure> {
        parse_rows(&[text.to_owned()], &catalog())
    }

    #[test]
    fn sizes_are_told_apart_from_tables() {
        let scales = parse("orders=1e6,1e9,customers=x10").unwrap();
        let names: Vec<&str> = scales.iter().map(|s| s.name.as_str()).collect();
        assert_eq!(names, ["orders=1e6", "orders=1e9"]);
        let customers = QualifiedName::new("app", "customers");
        assert_eq!(scales[1].targets[&customers], Target::Times(10.0));
        let all = parse("*=1e9,orders=5").unwrap();
        let orders = QualifiedName::new("public", "orders");
        assert_eq!(all[0].targets[&orders], Target::Rows(5.0));
        assert_eq!(all[0].targets[&customers], Target::Rows(1e9));
    }

    #[test]
    fn all_that_is_wrong_is_said_at_once() {
        let Err(Failure::Usage(text)) = parse("orders=many,nothing=5,7,orders=1,2,3") else {
            panic!("taken");
        };
        for part in ["`orders=many`", "no table nothing"] {
            assert!(text.contains(part), "{text}");
        }
    }

    #[test]
    fn times_are_read() {
        assert_eq!(parse_months("3y"), Ok(36.0));
        assert_eq!(parse_months("18m"), Ok(18.0));
        assert!(
            parse_months("").is_err() && parse_months("3").is_err() && parse_months("é").is_err()
        );
    }
}
