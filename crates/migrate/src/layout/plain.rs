//! Plain files for psql: `up.sql`, `down.sql`, and the plan as JSON.

use super::{LayoutFiles, MigrationName, Part, wrapped};
use crate::plan::Plan;

pub(super) struct Plain;

impl LayoutFiles for Plain {
    fn name(&self) -> &'static str {
        "plain"
    }

    fn files(&self, plan: &Plan, parts: &[Part<'_>], _: &MigrationName) -> Vec<(String, String)> {
        let up = parts.iter().map(|p| (&p.up, p.transactional));
        let down = parts.iter().rev().map(|p| (&p.down, p.transactional));
        let join = |title: &str, texts: Vec<String>| format!("-- {title}\n\n{}", texts.join("\n"));
        let text = |(steps, transactional): (&Vec<_>, bool)| wrapped(steps, transactional);
        let filled = |(steps, _): &(&Vec<_>, bool)| !steps.is_empty();
        let up = up.filter(filled).map(text).collect();
        let down = down.filter(filled).map(text).collect();
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
