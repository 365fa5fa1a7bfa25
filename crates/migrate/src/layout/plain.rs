//! Plain files for psql: `up.sql`, `down.sql`, and the plan as JSON.

use super::{LayoutFiles, MigrationName, Part, in_transaction, runs};
use crate::document::document;
use crate::plan::Plan;
use crate::step::Step;

pub(super) struct Plain;

impl LayoutFiles for Plain {
    fn name(&self) -> &'static str {
        "plain"
    }

    fn files(&self, plan: &Plan, _: &[Part<'_>], name: &MigrationName) -> Vec<(String, String)> {
        let script = |title: &str, steps: &[Step]| {
            let texts: Vec<_> = runs(steps)
                .iter()
                .map(|(steps, transactional)| in_transaction(steps, *transactional))
                .collect();
            format!("-- {title}\n\n{}", texts.join("\n"))
        };
        let json = serde_json::to_string_pretty(&document(plan, &name.name));
        vec![
            ("up.sql".to_owned(), script("Forward.", &plan.up)),
            (
                "down.sql".to_owned(),
                script("Back to what was there before up.sql.", &plan.down),
            ),
            ("plan.json".to_owned(), json.unwrap_or_default() + "\n"),
        ]
    }
}
