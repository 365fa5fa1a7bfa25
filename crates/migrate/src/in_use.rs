//! Plans for databases that are in use: forward, back, and the contract.

use std::collections::BTreeSet;

use pgwright_catalog::Catalog;

use crate::change::Change;
use crate::links;
use crate::plan::{Plan, PlanError, PlanOptions, look_at_bodies, steps};
use crate::question::Question;
use crate::rename::{self, Renaming};
use crate::way::{Way, way};

/// The plan between two catalogs, both of which may hold data.
pub(crate) fn plan(from: &Catalog, to: &Catalog, options: &PlanOptions) -> Result<Plan, PlanError> {
    let renaming = rename::settle(from, to, options)?;
    let renamed = renaming.catalog.as_ref().unwrap_or(from);
    let parted = links::part(renamed, to, options)?;
    let (before, after) = (
        parted.from.as_ref().unwrap_or(renamed),
        parted.to.as_ref().unwrap_or(to),
    );

    let forward = way(
        &parted.without_gone(before),
        after,
        options,
        options.keep_aside,
    )?;
    // All that shares a transaction stands together, where names let it.
    let renames = renaming.forward(from, options);
    let mut up = Vec::new();
    if renaming.names_early_steps() {
        up.extend(renames);
        up.extend(forward.early.clone());
    } else {
        up.extend(forward.early.clone());
        up.extend(renames);
    }
    up.extend(parted.release(options));
    up.extend(forward.drops.clone());
    up.extend(forward.changes.clone());
    up.extend(parted.join(options));

    // The way back begins where the way forward ended, with what was kept aside in its place again.
    let back_from = forward.kept.added_to(&parted.without_new(after));
    let mut back_options = options.clone();
    back_options.fill.clear();
    back_options.using.clear();
    // A text that names no owner was run by somebody, who is taken to run the way back.
    back_options.unsaid_owners_are_own = true;
    let backward = way(&back_from, before, &back_options, false)?;
    let mut down: Vec<Change> = backward.early.clone();
    down.extend(forward.kept.clear.clone());
    down.extend(parted.release_back(options));
    // What came in the place of what is kept goes first.
    down.extend(backward.drops.clone());
    down.extend(forward.kept.restore.clone());
    down.extend(backward.changes.clone());
    down.extend(forward.kept.tidy.clone());
    down.extend(parted.join_back(options));
    down.extend(renaming.backward(from, options));

    let mut plan = Plan {
        up: steps(&up, 0),
        down: steps(&down, 0),
        contract: steps(&forward.kept.contract, 0),
        target: options.target,
        ..Plan::default()
    };
    remarks(&mut plan, &renaming, &forward);
    let unchecked = forward.unchecked || backward.unchecked;
    look_at_bodies(&mut plan, from, to, options, unchecked);
    Ok(plan)
}

fn remarks(plan: &mut Plan, renaming: &Renaming, forward: &Way) {
    let mut questions: BTreeSet<Question> = renaming.questions.iter().cloned().collect();
    questions.extend(forward.questions.iter().cloned());
    plan.questions = questions.into_iter().collect();
    plan.notes = forward.notes.iter().cloned().collect();
}
