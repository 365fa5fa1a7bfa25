//! Statistics of a brief: its volumes, now or after some time.

use std::collections::BTreeMap;

use pgwright_brief::model::{Brief, Volume};
use pgwright_catalog::QualifiedName;
use pgwright_design::Design;
use pgwright_planner::Target;

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
