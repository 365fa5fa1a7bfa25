//! Statistics of a brief: its volumes, now or after some time.

use std::collections::BTreeMap;

use pgwright_brief::model::{Brief, Volume};
use pgwright_catalog::QualifiedName;
use pgwright_design::Design;
use pgwright_planner::{TableDescription, Target};

/// The rows of each table whose entity has a volume, after so many months.
pub fn times_of_brief(
    brief: &Brief,
    design: &Design,
    months: f64,
) -> BTreeMap<QualifiedName, Target> {
    let mut targets = BTreeMap::new();
    for entity in &brief.entities {
        let rows = entity
            .volume
            .as_ref()
            .and_then(|volume| rows_after(volume, months));
        if let (Some(rows), Some(plan)) = (rows, design.entities.get(&entity.name)) {
            targets.insert(plan.table.clone(), Target::Rows(rows));
        }
    }
    targets
}

/// What a brief says of the values of columns, and of how tables grow.
pub fn descriptions_of_brief(
    brief: &Brief,
    design: &Design,
) -> BTreeMap<QualifiedName, TableDescription> {
    let today = format!(
        "{:04}-{:02}-{:02}",
        brief.as_of.year, brief.as_of.month, brief.as_of.day
    );
    let mut found: BTreeMap<QualifiedName, TableDescription> = BTreeMap::new();
    for entity in &brief.entities {
        let Some(plan) = design.entities.get(&entity.name) else {
            continue;
        };
        let mut table = TableDescription::default();
        if let Some(volume) = &entity.volume {
            table.rows_per_month = volume.per_month;
            table.months_kept = volume.keep_months;
        }
        for attribute in &entity.attributes {
            let column = plan.columns.get(&attribute.name).and_then(|c| c.scalar());
            if let (Some(values), Some(column)) = (&attribute.values, column) {
                let mut values = values.clone();
                if let Some((_, greatest)) = &mut values.range
                    && greatest == "today"
                {
                    greatest.clone_from(&today);
                }
                table.columns.insert(column.clone(), values);
            }
        }
        if table != TableDescription::default() {
            found.insert(plan.table.clone(), table);
        }
    }
    found
}

/// What is there grows by what comes, up to what is kept.
fn rows_after(volume: &Volume, months: f64) -> Option<f64> {
    let steady = match (volume.per_month, volume.keep_months) {
        (Some(rate), Some(kept)) => Some(rate * kept),
        _ => None,
    };
    let now = volume.rows.or(steady)?;
    let grown = now + volume.per_month.unwrap_or(0.0) * months;
    // More than is kept is there only where it was from the beginning.
    Some(steady.map_or(grown, |steady| grown.min(steady.max(now))))
}
