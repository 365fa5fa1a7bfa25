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
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Document<'a> {
    /// `pgwright plan`.
    format: &'static str,
    /// Version of this form.
    version: u32,
    /// What the migration is called.
    name: &'a str,
    /// Major version of the server that it is for.
    target: u32,
    /// Tells it from other plans.
    fingerprint: String,
    /// Dangers of the way forward, which `apply` must be allowed by name.
    hazards: BTreeSet<Hazard>,
    /// What the two schemas leave open, with what is taken for granted.
    questions: &'a [Question],
    /// What is worth knowing, one sentence each.
    notes: &'a [String],
    /// The way forward, in order.
    up: &'a [Step],
    /// The way back, before or after the contract.
    down: &'a [Step],
    /// What drops for good what the way forward keeps aside.
    contract: &'a [Step],
}

/// The JSON Schema of `plan.json`.
#[cfg(feature = "schema")]
pub fn plan_schema() -> serde_json::Value {
    schemars::generate::SchemaSettings::draft2020_12()
        .for_serialize()
        .into_generator()
        .into_root_schema_for::<Document<'_>>()
        .to_value()
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
