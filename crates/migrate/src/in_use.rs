//! Plans for databases that are in use: forward, back, and the contract.

use std::collections::BTreeSet;

use pgwright_catalog::{Catalog, ObjectId, QualifiedName};

use crate::change::Change;
use crate::effects;
use crate::links;
use crate::plan::{Plan, PlanError, PlanOptions, look_at_bodies, steps};
use crate::question::Question;
use crate::rename::{self, Renaming};
use crate::step::Step;
use crate::way::{Way, way};

/// The plan between two catalogs, both of which may hold data.
pub(crate) fn plan(from: &Catalog, to: &Catalog, options: &PlanOptions) -> Result<Plan, PlanError> {
    ways(from, to, options, true)
}

/// The same without the way back.
pub(crate) fn plan_forward(
    from: &Catalog,
    to: &Catalog,
    options: &PlanOptions,
) -> Result<Plan, PlanError> {
    ways(from, to, options, false)
}

fn ways(
    from: &Catalog,
    to: &Catalog,
    options: &PlanOptions,
    and_back: bool,
) -> Result<Plan, PlanError> {
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
    let (early, parts) = apart_from_parts(forward.early.clone(), renamed);
    let mut up = Vec::new();
    if renaming.names_early_steps() {
        up.extend(renames);
        up.extend(early);
    } else {
        up.extend(early);
        up.extend(renames);
    }
    up.extend(parted.release(options));
    up.extend(parts);
    up.extend(forward.drops.clone());
    up.extend(forward.changes.clone());
    up.extend(parted.join(options));

    let mut plan = Plan {
        up: steps(&up, 0),
        contract: steps(&forward.kept.contract, 0),
        target: options.target,
        ..Plan::default()
    };
    effects::complete(&mut plan.up, before, after);
    // What is kept aside has the names of the beginning.
    effects::complete(&mut plan.contract, before, after);
    remarks(&mut plan, &renaming, &forward);
    let mut unchecked = forward.unchecked;
    if !and_back {
        finish(&mut plan, from, to, options, unchecked);
        return Ok(plan);
    }

    // The way back begins where the way forward ended, with what was kept aside in its place again.
    let back_from = forward.kept.added_to(&parted.without_new(after));
    let mut back_options = options.clone();
    back_options.fill.clear();
    back_options.using.clear();
    // A text that names no owner was run by somebody, who is taken to run the way back.
    back_options.unsaid_owners_are_own = true;
    let backward = way(&back_from, before, &back_options, false)?;
    let (mut down, parts) = apart_from_parts(backward.early.clone(), to);
    down.extend(forward.kept.clear.clone());
    down.extend(parted.release_back(options));
    down.extend(parts);
    // What came in the place of what is kept goes first.
    down.extend(backward.drops.clone());
    down.extend(forward.kept.restore.clone());
    down.extend(backward.changes.clone());
    down.extend(forward.kept.tidy.clone());
    down.extend(parted.join_back(options));
    down.extend(renaming.backward(from, options));

    plan.down = steps(&down, 0);
    effects::complete(&mut plan.down, &back_from, before);
    unchecked |= backward.unchecked;
    finish(&mut plan, from, to, options, unchecked);
    Ok(plan)
}

/// How long each step takes, and whether the server looks at the bodies of functions.
fn finish(plan: &mut Plan, from: &Catalog, to: &Catalog, options: &PlanOptions, unchecked: bool) {
    for steps in [&mut plan.up, &mut plan.down, &mut plan.contract] {
        steps.iter_mut().for_each(|step| estimate(step, options));
    }
    look_at_bodies(plan, from, to, options, unchecked);
}

/// Sets apart the drops of indexes that are parts of a parent's: they can go only when their tables have
/// parted from it.
fn apart_from_parts(early: Vec<Change>, catalog: &Catalog) -> (Vec<Change>, Vec<Change>) {
    early.into_iter().partition(|change| {
        let ObjectId::Index(table, name) = &change.object else {
            return true;
        };
        let table = catalog.tables.get(table);
        let index = table.and_then(|t| t.indexes.get(name));
        index.is_none_or(|i| i.parent.is_none())
    })
}

/// Bytes that a server reads in a millisecond, and that it writes anew with their indexes: on a plain
/// machine, so that an order of magnitude is known beforehand.
const READ_PER_MS: u64 = 200_000;
const WRITTEN_PER_MS: u64 = 20_000;

/// How long a step takes, by the sizes of the tables that it reads or writes.
fn estimate(step: &mut Step, options: &PlanOptions) {
    let bytes = |tables: &[QualifiedName]| -> Option<u64> {
        tables
            .iter()
            .map(|t| options.sizes.get(t).map(|s| s.bytes))
            .sum()
    };
    if step.scans.is_empty() && step.rewrites.is_empty() {
        return;
    }
    let (read, written) = (bytes(&step.scans), bytes(&step.rewrites));
    step.estimate_ms = read
        .zip(written)
        .map(|(read, written)| read / READ_PER_MS + written / WRITTEN_PER_MS + 1);
}

fn remarks(plan: &mut Plan, renaming: &Renaming, forward: &Way) {
    let mut questions: BTreeSet<Question> = renaming.questions.iter().cloned().collect();
    questions.extend(forward.questions.iter().cloned());
    plan.questions = questions.into_iter().collect();
    plan.notes = forward.notes.iter().cloned().collect();
}
