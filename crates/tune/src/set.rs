//! Sets of small numbers, as bits: sets of indexes are compared tens of thousands of times in a search.

/// A set of numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Set(Vec<u64>);

impl Set {
    /// Puts a number in.
    pub fn insert(&mut self, number: usize) {
        let word = number / 64;
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        self.0[word] |= 1 << (number % 64);
    }

    /// Takes a number out.
    pub fn remove(&mut self, number: usize) {
        if let Some(word) = self.0.get_mut(number / 64) {
            *word &= !(1 << (number % 64));
        }
        // Equal sets have equal words.
        while self.0.last() == Some(&0) {
            self.0.pop();
        }
    }

    /// The set with a number more.
    pub fn with(&self, number: usize) -> Self {
        let mut set = self.clone();
        set.insert(number);
        set
    }

    /// The set without a number.
    pub fn without(&self, number: usize) -> Self {
        let mut set = self.clone();
        set.remove(number);
        set
    }

    /// Whether a number is in it.
    pub fn contains(&self, number: usize) -> bool {
        let word = self.0.get(number / 64).copied().unwrap_or(0);
        word >> (number % 64) & 1 == 1
    }

    /// Whether all of it is in the other.
    pub fn is_within(&self, other: &Self) -> bool {
        // Equal sets have equal words, so a longer one has a number that the other has not.
        self.0.len() <= other.0.len()
            && self
                .0
                .iter()
                .zip(&other.0)
                .all(|(own, other)| own & !other == 0)
    }

    /// What is in both.
    pub fn and(&self, other: &Self) -> Self {
        self.zip(other, |a, b| a & b)
    }

    /// What is in either.
    pub fn or(&self, other: &Self) -> Self {
        self.zip(other, |a, b| a | b)
    }

    /// What is in it and not in the other.
    pub fn minus(&self, other: &Self) -> Self {
        self.zip(other, |a, b| a & !b)
    }

    fn zip(&self, other: &Self, f: impl Fn(u64, u64) -> u64) -> Self {
        let length = self.0.len().max(other.0.len());
        let word = |set: &Self, n: usize| set.0.get(n).copied().unwrap_or(0);
        let mut words: Vec<u64> = (0..length)
            .map(|n| f(word(self, n), word(other, n)))
            .collect();
        while words.last() == Some(&0) {
            words.pop();
        }
        Self(words)
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many are in it.
    pub fn len(&self) -> usize {
        self.0.iter().map(|w| w.count_ones() as usize).sum()
    }

    /// Its numbers, ascending.
    pub fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.0.iter().enumerate().flat_map(|(at, word)| {
            (0..64)
                .filter(move |bit| word >> bit & 1 == 1)
                .map(move |bit| at * 64 + bit)
        })
    }
}

impl FromIterator<usize> for Set {
    fn from_iter<I: IntoIterator<Item = usize>>(numbers: I) -> Self {
        let mut set = Self::default();
        for number in numbers {
            set.insert(number);
        }
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_are_equal_however_they_were_made() {
        let set: Set = [1, 64, 200].into_iter().collect();
        let other = set.with(300).without(300);
        assert_eq!(set, other);
        assert_eq!(set.iter().collect::<Vec<_>>(), [1, 64, 200]);
        assert_eq!(set.len(), 3);
        assert!(set.without(64).is_within(&set) && !set.is_within(&set.without(1)));
        assert_eq!(set.minus(&set), Set::default());
        assert!(set.and(&[64, 2].into_iter().collect()).contains(64));
        assert_eq!(set.or(&[2].into_iter().collect()).len(), 4);
    }
}
