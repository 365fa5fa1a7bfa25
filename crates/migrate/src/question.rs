//! Questions: what two catalogs leave open about the way from one to the other.

use pgwright_catalog::ObjectId;
use serde::Serialize;

/// A fact that the catalogs do not tell and that changes the plan.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Question {
    /// What it is about.
    pub subject: ObjectId,
    /// The question, as one sentence.
    pub question: String,
    /// What the plan takes for granted as long as nobody answers.
    pub default: String,
    /// Why it matters.
    pub why: String,
    /// The argument of the command line that answers it otherwise.
    pub answer: String,
}
