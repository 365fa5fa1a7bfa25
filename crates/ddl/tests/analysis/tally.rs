//! Counting what is equal, undecided and different, and showing what is not equal.

use std::collections::BTreeMap;

use pgwright_ddl::analyze::Undecided;

use crate::server::Text;

/// What came of the texts of one schema.
#[derive(Debug, Default)]
pub struct Tally {
    /// By kind: equal, undecided, different.
    pub counts: BTreeMap<String, [usize; 3]>,
    /// Reasons of undecided texts.
    pub undecided: BTreeMap<String, usize>,
    /// What differs.
    pub different: Vec<String>,
    /// Reasons why the server could not be asked.
    pub skipped: BTreeMap<String, usize>,
    /// One text for each reason.
    examples: BTreeMap<String, String>,
}

impl Tally {
    /// Notes what an analysis gave for a text.
    pub fn note(&mut self, text: &Text, found: Result<String, Undecided>, wanted: &str) {
        let counts = self.counts.entry(text.kind.clone()).or_default();
        let what = format!(
            "{} {}.{} {}",
            text.kind, text.schema, text.relation, text.name
        );
        match found {
            Ok(found) if found == wanted => counts[0] += 1,
            Ok(found) => {
                counts[2] += 1;
                self.different
                    .push(format!("{what}\n  server: {wanted}\n  ours:   {found}"));
            }
            Err(error) => {
                counts[1] += 1;
                *self.undecided.entry(error.what.clone()).or_default() += 1;
                let example = format!("{what}: {}", text.text);
                self.examples.entry(error.what).or_insert(example);
            }
        }
    }

    /// Notes a text that the server cannot be asked about.
    pub fn skip(&mut self, text: &Text, reason: &str) {
        let reason = format!("{}: {reason}", text.kind);
        *self.skipped.entry(reason).or_default() += 1;
    }

    /// All counts: equal, undecided, different.
    pub fn total(&self) -> [usize; 3] {
        let mut total = [0; 3];
        for counts in self.counts.values() {
            for (sum, count) in total.iter_mut().zip(counts) {
                *sum += count;
            }
        }
        total
    }

    /// The counts as text, with what is not equal; `PGWRIGHT_TEST_SHOW` says how many differences.
    pub fn report(&self, title: &str) -> String {
        let shown = std::env::var("PGWRIGHT_TEST_SHOW").ok();
        let shown: usize = shown.and_then(|n| n.parse().ok()).unwrap_or(10);
        let [equal, undecided, different] = self.total();
        let mut text =
            format!("{title}: {equal} equal, {undecided} undecided, {different} DIFFERENT\n");
        for (kind, [equal, undecided, different]) in &self.counts {
            text += &format!("  {kind}: {equal} / {undecided} / {different}\n");
        }
        for (reason, count) in &self.undecided {
            text += &format!("  undecided {count}: {reason}\n");
            if shown > 10 {
                text += &format!("      {}\n", self.examples[reason]);
            }
        }
        for (reason, count) in &self.skipped {
            if shown > 10 {
                text += &format!("  skipped {count}: {reason}\n");
            }
        }
        for difference in self.different.iter().take(shown) {
            text += &format!("{difference}\n");
        }
        text
    }
}
