//! Reasoning about dependencies that are given: what follows from them, which keys a relation has,
//! which normal form it is in and how it is brought into a higher one.
//!
//! The terms and algorithms are the textbooks': Maier, *The Theory of Relational Databases* (1983);
//! Abiteboul, Hull and Vianu, *Foundations of Databases* (1995). Where a problem is exponential in the
//! worst case (keys, projection of dependencies) the functions say so.

mod basis;
mod chase;
mod closure;
mod cover;
mod decompose;
mod forms;
mod keys;
mod synthesis;

pub use chase::is_lossless;
pub use decompose::{Decomposition, decompose_4nf, decompose_bcnf, project};
pub use forms::{NormalForm, Violation, normal_form, violations};
pub use synthesis::synthesise_3nf;

use crate::ColumnSet;

/// A functional dependency: rows that agree on the determinant agree on the dependent columns.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Functional {
    /// The left side.
    pub determinant: ColumnSet,
    /// The right side.
    pub dependent: ColumnSet,
}

impl Functional {
    /// `determinant → dependent`.
    pub fn new(determinant: impl Into<ColumnSet>, dependent: impl Into<ColumnSet>) -> Self {
        Self {
            determinant: determinant.into(),
            dependent: dependent.into(),
        }
    }

    /// Whether it holds in every relation.
    pub fn is_trivial(&self) -> bool {
        self.dependent.is_subset(&self.determinant)
    }
}

/// A multivalued dependency: for each value of the determinant, the values of the dependent columns
/// and those of all other columns occur in every combination.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Multivalued {
    /// The left side.
    pub determinant: ColumnSet,
    /// The right side.
    pub dependent: ColumnSet,
}

impl Multivalued {
    /// `determinant →→ dependent`.
    pub fn new(determinant: impl Into<ColumnSet>, dependent: impl Into<ColumnSet>) -> Self {
        Self {
            determinant: determinant.into(),
            dependent: dependent.into(),
        }
    }

    /// Whether it holds in every relation of these columns.
    pub fn is_trivial(&self, columns: &ColumnSet) -> bool {
        self.dependent.is_subset(&self.determinant)
            || columns.is_subset(&self.determinant.union(&self.dependent))
    }
}

/// A relation: its columns, and the dependencies that hold in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Relation {
    /// The columns; dependencies name no others.
    pub columns: ColumnSet,
    /// Functional dependencies.
    pub functional: Vec<Functional>,
    /// Multivalued dependencies that are not functional.
    pub multivalued: Vec<Multivalued>,
}

impl Relation {
    /// A relation with functional dependencies only.
    ///
    /// ```
    /// use pgwright_normalize::theory::{Functional, Relation};
    /// // 0 → 1, 1 → 2
    /// let relation = Relation::new(3, vec![Functional::new([0], [1]), Functional::new([1], [2])]);
    /// assert_eq!(relation.keys(), [[0].into()]);
    /// ```
    pub fn new(columns: usize, functional: Vec<Functional>) -> Self {
        Self {
            columns: ColumnSet::all(columns),
            functional,
            multivalued: Vec::new(),
        }
    }

    /// The columns that the given ones determine, themselves included.
    pub fn closure(&self, columns: &ColumnSet) -> ColumnSet {
        closure::closure(&self.functional, columns)
    }

    /// Whether a functional dependency follows from the relation's own.
    pub fn implies(&self, dependency: &Functional) -> bool {
        dependency
            .dependent
            .is_subset(&self.closure(&dependency.determinant))
    }

    /// The dependencies without what follows from the rest: one dependent column each, no superfluous
    /// column in a determinant, no superfluous dependency.
    pub fn minimal_cover(&self) -> Vec<Functional> {
        cover::minimal_cover(&self.functional)
    }

    /// The candidate keys, smallest first. Their number can be exponential in that of the columns.
    pub fn keys(&self) -> Vec<ColumnSet> {
        keys::keys(&self.columns, &self.functional)
    }

    /// Whether the columns determine every other, by functional and multivalued dependencies together.
    pub fn is_superkey(&self, columns: &ColumnSet) -> bool {
        if self.multivalued.is_empty() {
            self.columns.is_subset(&self.closure(columns))
        } else {
            self.columns.is_subset(&basis::closure(self, columns))
        }
    }

    /// The dependency basis of some columns: the finest partition of the others such that a
    /// multivalued dependency holds on exactly the unions of its blocks.
    pub fn dependency_basis(&self, columns: &ColumnSet) -> Vec<ColumnSet> {
        basis::basis(self, columns)
    }

    /// Whether a multivalued dependency follows from the relation's dependencies.
    pub fn implies_multivalued(&self, dependency: &Multivalued) -> bool {
        basis::implies(self, dependency)
    }
}
