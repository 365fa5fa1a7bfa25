//! Plain files for psql: `up.sql`, `down.sql`, and the plan as JSON.

use super::{LayoutFiles, MigrationName, Part, wrapped};
use crate::plan::Plan;

pub(super) struct Plain;

impl LayoutFiles for Plain {
    fn name(&self) -> &'static str {
        "plain"
    }

    fn files(&self, plan: &Plan, parts: &[Part<'_>], _: &MigrationName) -> Vec<(String, String)> {
        let text = |way: usize, part: &Part<'_>| {
            let (_, steps, transactional) = part.ways()[way];
            (!steps.is_empty()).then(|| wrapped(steps, transactional))
        };
        let up: Vec<_> = parts.iter().filter_map(|p| text(0, p)).collect();
        let down: Vec<_> = parts.iter().rev().filter_map(|p| text(1, p)).collect();
        let join = |title: &str, texts: Vec<String>| format!("-- {title}\n\n{}", texts.join("\n"));
        let mut json = serde_json::to_string_pretty(plan).unwrap_or_default();
        json.push('\n');
        vec![
            ("up.sql".to_owned(), join("Forward.", up)),
            (
                "down.sql".to_owned(),
                join("Back: the inverse of up.sql, last statement first.", down),
            ),
            ("plan.json".to_owned(), json),
        ]
    }
}
