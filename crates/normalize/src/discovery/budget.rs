//! How far a search goes, and what it says about where it did not go.

use std::fmt;

/// Whether two nulls are the same value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Nulls {
    /// A null equals a null, and nothing else.
    #[default]
    Equal,
    /// A null equals nothing, as in SQL's unique constraints.
    Different,
}

/// When to stop. The search asks often; the caller looks at the clock, or at Ctrl-C.
#[derive(Clone, Copy)]
pub struct Budget<'a> {
    stop: Option<&'a (dyn Fn() -> bool + Sync)>,
}

impl<'a> Budget<'a> {
    /// Search to the end.
    pub const UNLIMITED: Self = Self { stop: None };

    /// Search until the answer is true. It has to stay true from then on.
    pub fn until(stop: &'a (dyn Fn() -> bool + Sync)) -> Self {
        Self { stop: Some(stop) }
    }

    pub(crate) fn is_spent(&self) -> bool {
        self.stop.is_some_and(|stop| stop())
    }
}

impl fmt::Debug for Budget<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let limited = self.stop.is_some();
        f.debug_struct("Budget").field("limited", &limited).finish()
    }
}

/// How to search.
#[derive(Debug, Clone, Copy)]
pub struct Options<'a> {
    /// Whether two nulls are the same value.
    pub nulls: Nulls,
    /// The most columns of a determinant or unique combination that are tried.
    pub largest: Option<usize>,
    /// How many threads search.
    pub threads: usize,
    /// When to stop.
    pub budget: Budget<'a>,
}

impl Default for Options<'_> {
    fn default() -> Self {
        Self {
            nulls: Nulls::Equal,
            largest: None,
            threads: 2,
            budget: Budget::UNLIMITED,
        }
    }
}

/// What a search did not look at. Everything that it found holds all the same.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unsearched {
    /// Combinations of more columns than this were not tried.
    pub beyond: Option<usize>,
    /// Time ran out: for each dependent column, how many candidates were left unchecked, or `None`
    /// when it is not even known which.
    pub dependents: Vec<(usize, Option<usize>)>,
    /// Time ran out for unique combinations: the same.
    pub unique: Option<Option<usize>>,
}

impl Unsearched {
    /// Whether nothing was left out.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    /// Whether the search came to its end, within the largest combination asked for.
    pub fn finished(&self) -> bool {
        self.dependents.is_empty() && self.unique.is_none()
    }

    /// One sentence for each thing left out, with the columns' names.
    pub fn sentences(&self, names: &[String]) -> Vec<String> {
        let mut said = Vec::new();
        if let Some(largest) = self.beyond {
            said.push(format!(
                "Combinations of more than {largest} columns were not searched."
            ));
        }
        let left = |count: Option<usize>| match count {
            Some(1) => "1 candidate was not checked".to_owned(),
            Some(count) => format!("{count} candidates were not checked"),
            None => "candidates were not even listed".to_owned(),
        };
        for (column, count) in &self.dependents {
            let name = names.get(*column).map_or("?", String::as_str);
            said.push(format!(
                "Time ran out: of what determines {name}, {}.",
                left(*count)
            ));
        }
        if let Some(count) = self.unique {
            said.push(format!(
                "Time ran out: of unique combinations, {}.",
                left(count)
            ));
        }
        said
    }
}
