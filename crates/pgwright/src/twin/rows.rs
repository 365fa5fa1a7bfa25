//! Statistics of rows in a CSV file, which is named for its table and its header for the columns.

use std::path::Path;

use pgwright_catalog::{Catalog, Name};
use pgwright_planner::rows::analyze;
use pgwright_planner::{Statistics, TableStatistics};
use pgwright_profile::sheet::is_null;
use pgwright_tune::workload::CatalogNames;

use crate::exit::Failure;
use crate::profile::read::sheet;
use crate::terminal::Terminal;

/// Reads a file of rows. Columns that the table does not have are said, and left out.
pub fn of_rows(path: &Path, catalog: &Catalog, terminal: &Terminal) -> Result<Statistics, Failure> {
    let sheet = sheet(path, None)?;
    let file = path.display();
    let names = CatalogNames::new(catalog);
    let written: Vec<String> = sheet.name.split('.').map(str::to_owned).collect();
    let found = names.find(&written).and_then(|name| {
        let table = catalog.tables.get(name)?;
        Some((name, table))
    });
    let Some((name, table)) = found else {
        return Err(Failure::Usage(format!(
            "{file}: there is no table {}\nhint: rows are those of the table that the file is named for: orders.csv, \
             or shop.orders.csv with its schema",
            sheet.name
        )));
    };
    if !sheet.set_aside.is_empty() {
        terminal.say(format_args!(
            "warning: {file}: {} lines are no rows, the first of them line {}",
            sheet.set_aside.len(),
            sheet.set_aside[0].line
        ));
    }
    let mut known = TableStatistics {
        rows: Some(sheet.table.rows() as f64),
        ..TableStatistics::default()
    };
    for (written, column) in sheet.columns.iter().zip(&sheet.table.columns) {
        let described = table
            .columns
            .iter()
            .find(|c| c.name.as_str().eq_ignore_ascii_case(written));
        let Some(described) = described else {
            terminal.say(format_args!(
                "warning: {file}: {name} has no column {written}"
            ));
            continue;
        };
        let texts: Vec<String> = column
            .dictionary
            .values()
            .map(|value| String::from_utf8_lossy(value).into_owned())
            .collect();
        let values: Vec<&str> = texts.iter().map(String::as_str).collect();
        let rows: Vec<Option<usize>> = column
            .codes
            .iter()
            .map(|code| {
                let place = (*code as usize).checked_sub(1)?;
                (!is_null(values.get(place)?.as_bytes())).then_some(place)
            })
            .collect();
        let statistics = analyze(&values, &rows, &described.data_type);
        known
            .columns
            .insert(Name::new(described.name.as_str()), statistics);
    }
    if table.partition_by.is_some() {
        known.columns_with_children = std::mem::take(&mut known.columns);
    }
    let mut statistics = Statistics::default();
    statistics.tables.insert(name.clone(), known);
    Ok(statistics)
}
