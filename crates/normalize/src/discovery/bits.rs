//! Column sets of a fixed number of words: what the inner loops copy and compare.

use crate::ColumnSet;

/// A set of up to 64 · W columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bits<const W: usize>([u64; W]);

impl<const W: usize> Bits<W> {
    pub const EMPTY: Self = Self([0; W]);

    pub fn all(count: usize) -> Self {
        let mut set = Self::EMPTY;
        for column in 0..count {
            set.insert(column);
        }
        set
    }

    pub fn insert(&mut self, column: usize) {
        self.0[column / 64] |= 1 << (column % 64);
    }

    pub fn remove(&mut self, column: usize) {
        self.0[column / 64] &= !(1 << (column % 64));
    }

    pub fn contains(&self, column: usize) -> bool {
        self.0[column / 64] & (1 << (column % 64)) != 0
    }

    pub fn len(&self) -> usize {
        self.0.iter().map(|w| w.count_ones() as usize).sum()
    }

    pub fn is_empty(&self) -> bool {
        *self == Self::EMPTY
    }

    pub fn is_subset(&self, other: &Self) -> bool {
        (0..W).all(|i| self.0[i] & !other.0[i] == 0)
    }

    pub fn and(&self, other: &Self) -> Self {
        Self(std::array::from_fn(|i| self.0[i] & other.0[i]))
    }

    pub fn minus(&self, other: &Self) -> Self {
        Self(std::array::from_fn(|i| self.0[i] & !other.0[i]))
    }

    /// The columns in ascending order.
    pub fn iter(&self) -> impl Iterator<Item = usize> + use<W> {
        let words = self.0;
        (0..W).flat_map(move |index| {
            let mut left = words[index];
            std::iter::from_fn(move || {
                (left != 0).then(|| {
                    let bit = left.trailing_zeros() as usize;
                    left &= left - 1;
                    index * 64 + bit
                })
            })
        })
    }

    /// An order in which sets that begin with the same columns stand together.
    pub fn by_prefix(&self, other: &Self) -> std::cmp::Ordering {
        for i in 0..W {
            let differ = self.0[i] ^ other.0[i];
            if differ != 0 {
                let lowest = differ & differ.wrapping_neg();
                return if self.0[i] & lowest != 0 {
                    std::cmp::Ordering::Less
                } else {
                    std::cmp::Ordering::Greater
                };
            }
        }
        std::cmp::Ordering::Equal
    }

    pub fn to_set(self, name: &[usize]) -> ColumnSet {
        self.iter().map(|column| name[column]).collect()
    }

    fn hash(&self) -> u64 {
        self.0.iter().fold(0x9e37_79b9_7f4a_7c15, |state, word| {
            let product = u128::from(state ^ word) * 0xe703_7ed1_a0b4_28db_u128;
            product as u64 ^ (product >> 64) as u64
        })
    }
}

/// Sets that were seen, for the question whether one is new. Has no order and offers none.
#[derive(Debug, Clone, Default)]
pub struct Seen<const W: usize> {
    slots: Vec<Option<Bits<W>>>,
    len: usize,
}

impl<const W: usize> Seen<W> {
    pub fn new() -> Self {
        Self {
            slots: Vec::new(),
            len: 0,
        }
    }

    pub fn contains(&self, set: &Bits<W>) -> bool {
        !self.slots.is_empty() && self.slots[self.slot(set)].is_some()
    }

    /// Whether the set is new.
    pub fn insert(&mut self, set: Bits<W>) -> bool {
        if (self.len + 1) * 2 > self.slots.len() {
            let size = (self.slots.len() * 2).max(64);
            let old = std::mem::replace(&mut self.slots, vec![None; size]);
            for set in old.into_iter().flatten() {
                let slot = self.slot(&set);
                self.slots[slot] = Some(set);
            }
        }
        let slot = self.slot(&set);
        let new = self.slots[slot].is_none();
        if new {
            self.slots[slot] = Some(set);
            self.len += 1;
        }
        new
    }

    /// The slot that holds the set, or the free one where it belongs.
    fn slot(&self, set: &Bits<W>) -> usize {
        let mask = self.slots.len() - 1;
        let mut slot = (set.hash() >> 20) as usize & mask;
        while self.slots[slot].is_some_and(|known| known != *set) {
            slot = (slot + 1) & mask;
        }
        slot
    }
}
