//! A set of the columns of one relation, by position.

use std::fmt;

/// A set of columns, each known by its position in the relation, from 0.
///
/// Sets order by size first and then by their columns, so that lists of them read naturally.
///
/// ```
/// use pgwright_normalize::ColumnSet;
/// let ab = ColumnSet::from([0, 1]);
/// assert!(ab.is_subset(&ColumnSet::from([0, 1, 2])));
/// assert_eq!(ab.iter().collect::<Vec<_>>(), [0, 1]);
/// ```
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct ColumnSet {
    /// 64 columns a word, without zero words at the end: equal sets have equal words.
    words: Vec<u64>,
}

impl ColumnSet {
    /// The set without columns.
    pub const fn empty() -> Self {
        Self { words: Vec::new() }
    }

    /// The columns 0 to `count` - 1.
    pub fn all(count: usize) -> Self {
        (0..count).collect()
    }

    /// The set of one column.
    pub fn single(column: usize) -> Self {
        Self::from([column])
    }

    /// Adds a column; whether it was new.
    pub fn insert(&mut self, column: usize) -> bool {
        let word = column / 64;
        if self.words.len() <= word {
            self.words.resize(word + 1, 0);
        }
        let bit = 1 << (column % 64);
        let new = self.words[word] & bit == 0;
        self.words[word] |= bit;
        new
    }

    /// Takes a column away; whether it was there.
    pub fn remove(&mut self, column: usize) -> bool {
        let there = self.contains(column);
        if there {
            self.words[column / 64] &= !(1 << (column % 64));
            self.trim();
        }
        there
    }

    /// Whether the column is in the set.
    pub fn contains(&self, column: usize) -> bool {
        self.words
            .get(column / 64)
            .is_some_and(|word| word & (1 << (column % 64)) != 0)
    }

    /// The number of columns.
    pub fn len(&self) -> usize {
        self.words.iter().map(|w| w.count_ones() as usize).sum()
    }

    /// Whether there is no column.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// The columns in ascending order.
    pub fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.words.iter().enumerate().flat_map(|(index, word)| {
            let mut left = *word;
            std::iter::from_fn(move || {
                (left != 0).then(|| {
                    let bit = left.trailing_zeros() as usize;
                    left &= left - 1;
                    index * 64 + bit
                })
            })
        })
    }

    /// Whether every column is in `other` too.
    pub fn is_subset(&self, other: &Self) -> bool {
        self.words.len() <= other.words.len()
            && self
                .words
                .iter()
                .zip(&other.words)
                .all(|(a, b)| a & !b == 0)
    }

    /// Whether no column is in `other`.
    pub fn is_disjoint(&self, other: &Self) -> bool {
        self.words.iter().zip(&other.words).all(|(a, b)| a & b == 0)
    }

    /// The columns of either.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        let mut union = self.clone();
        union.extend(other.iter());
        union
    }

    /// The columns of both.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        let words = self.words.iter().zip(&other.words).map(|(a, b)| a & b);
        Self::of(words.collect())
    }

    /// The columns that are not in `other`.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Self {
        let others = other.words.iter().copied().chain(std::iter::repeat(0));
        Self::of(self.words.iter().zip(others).map(|(a, b)| a & !b).collect())
    }

    /// The set with a column more.
    #[must_use]
    pub fn with(&self, column: usize) -> Self {
        let mut with = self.clone();
        with.insert(column);
        with
    }

    /// The set with a column less.
    #[must_use]
    pub fn without(&self, column: usize) -> Self {
        let mut without = self.clone();
        without.remove(column);
        without
    }

    pub(crate) fn of(words: Vec<u64>) -> Self {
        let mut set = Self { words };
        set.trim();
        set
    }

    fn trim(&mut self) {
        while self.words.last() == Some(&0) {
            self.words.pop();
        }
    }
}

impl FromIterator<usize> for ColumnSet {
    fn from_iter<I: IntoIterator<Item = usize>>(columns: I) -> Self {
        let mut set = Self::empty();
        set.extend(columns);
        set
    }
}

impl<const N: usize> From<[usize; N]> for ColumnSet {
    fn from(columns: [usize; N]) -> Self {
        columns.into_iter().collect()
    }
}

impl Extend<usize> for ColumnSet {
    fn extend<I: IntoIterator<Item = usize>>(&mut self, columns: I) {
        for column in columns {
            self.insert(column);
        }
    }
}

impl Ord for ColumnSet {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.len()
            .cmp(&other.len())
            .then_with(|| self.iter().cmp(other.iter()))
    }
}

impl PartialOrd for ColumnSet {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Debug for ColumnSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::ColumnSet;

    #[test]
    fn sets_behave_across_words() {
        let mut set = ColumnSet::from([3, 64, 200]);
        assert_eq!(set.len(), 3);
        assert!(set.remove(200));
        assert_eq!(set, ColumnSet::from([64, 3]));
        assert_eq!(set.difference(&ColumnSet::single(64)), ColumnSet::single(3));
        assert!(!ColumnSet::single(200).is_subset(&set));
        assert!(ColumnSet::single(200).is_disjoint(&set));
        assert!(ColumnSet::single(9) < ColumnSet::from([0, 1]));
    }
}
