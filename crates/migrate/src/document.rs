//! A plan as a document: what `plan.json` holds.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::plan::Plan;
use crate::question::Question;
use crate::step::{Hazard, Step};

/// Version of the form of `plan.json`.
const VERSION: u32 = 1;

/// What `plan.json` holds.
#[derive(Debug, Serialize)]
pub(crate) struct Document<'a> {
    format: &'static str,
    version: u32,
    name: &'a str,
    target: u32,
    fingerprint: String,
    hazards: BTreeSet<Hazard>,
    questions: &'a [Question],
    notes: &'a [String],
    up: &'a [Step],
    down: &'a [Step],
    contract: &'a [Step],
}

/// The document of a plan.
pub(crate) fn document<'a>(plan: &'a Plan, name: &'a str) -> Document<'a> {
    let hazards = plan.up.iter().flat_map(|s| s.hazards.iter().copied());
    Document {
        format: "pgwright plan",
        version: VERSION,
        name,
        target: plan.target,
        fingerprint: fingerprint(plan),
        hazards: hazards.collect(),
        questions: &plan.questions,
        notes: &plan.notes,
        up: &plan.up,
        down: &plan.down,
        contract: &plan.contract,
    }
}

/// Tells one plan from another: FNV-1a over the texts of all steps.
fn fingerprint(plan: &Plan) -> String {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    let steps = plan.up.iter().chain(&plan.down).chain(&plan.contract);
    for byte in steps.flat_map(|s| s.sql.bytes().chain([0])) {
        hash ^= u64::from(byte);
        hash = hash.wrapping_mul(0x0000_0100_0000_01b3);
    }
    format!("{hash:016x}")
}
