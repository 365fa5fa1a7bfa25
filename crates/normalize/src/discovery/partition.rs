//! Stripped partitions: the groups of rows that agree on some columns, without groups of one
//! (position list indexes; Huhtala et al. 1999, TANE).

/// Groups of at least two rows.
#[derive(Debug, Clone, Default)]
pub struct Partition {
    rows: Vec<u32>,
    /// Where each group ends in `rows`.
    ends: Vec<u32>,
}

impl Partition {
    /// The groups of rows with equal codes; codes are below `cardinality`.
    pub fn of(codes: &[u32], cardinality: usize) -> Self {
        let mut next = vec![0_u32; cardinality + 1];
        for code in codes {
            next[*code as usize] += 1;
        }
        let mut partition = Self::default();
        let mut start = 0;
        for count in &mut next {
            if *count < 2 {
                *count = u32::MAX;
                continue;
            }
            let size = *count;
            *count = start;
            start += size;
            partition.ends.push(start);
        }
        partition.rows = vec![0; start as usize];
        for (row, code) in (0_u32..).zip(codes) {
            let place = &mut next[*code as usize];
            if *place != u32::MAX {
                partition.rows[*place as usize] = row;
                *place += 1;
            }
        }
        partition
    }

    /// The groups, in an order that depends on the data alone.
    pub fn groups(&self) -> impl Iterator<Item = &[u32]> {
        let mut start = 0;
        self.ends.iter().map(move |end| {
            let group = &self.rows[start..*end as usize];
            start = *end as usize;
            group
        })
    }

    /// All rows in one group: the partition by no column.
    pub fn whole(rows: usize) -> Self {
        Self::group((0..rows as u32).collect())
    }

    /// The given rows in one group.
    pub fn group(rows: Vec<u32>) -> Self {
        if rows.len() < 2 {
            return Self::default();
        }
        Self {
            ends: vec![rows.len() as u32],
            rows,
        }
    }

    /// How many rows are in groups.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// How many groups there are.
    pub fn count(&self) -> usize {
        self.ends.len()
    }

    /// The same groups, each in the order of a key of its rows.
    pub fn sorted_by_key(&self, key: impl Fn(u32) -> u64) -> Self {
        let mut sorted = Self {
            rows: Vec::with_capacity(self.rows.len()),
            ends: self.ends.clone(),
        };
        let mut keyed: Vec<(u64, u32)> = Vec::new();
        for group in self.groups() {
            keyed.clear();
            keyed.extend(group.iter().map(|row| (key(*row), *row)));
            keyed.sort_unstable();
            sorted.rows.extend(keyed.iter().map(|(_, row)| *row));
        }
        sorted
    }

    /// Whether no two rows agree.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

/// Working memory for refining partitions: one cell for each code there can be.
#[derive(Debug)]
pub struct Scratch {
    cell: Vec<u32>,
    touched: Vec<u32>,
}

const FREE: u32 = 0;
const ALONE: u32 = u32::MAX;

impl Scratch {
    /// For codes up to `cardinality`.
    pub fn new(cardinality: usize) -> Self {
        Self {
            cell: vec![FREE; cardinality + 1],
            touched: Vec::new(),
        }
    }

    /// The groups of `partition` divided by a further column, written over `refined`.
    pub fn refine(&mut self, partition: &Partition, codes: &[u32], refined: &mut Partition) {
        refined.rows.clear();
        refined.ends.clear();
        for group in partition.groups() {
            if let [a, b] = group {
                if codes[*a as usize] == codes[*b as usize] {
                    refined.rows.extend([*a, *b]);
                    refined.ends.push(refined.rows.len() as u32);
                }
                continue;
            }
            for row in group {
                let code = codes[*row as usize];
                let cell = &mut self.cell[code as usize];
                if *cell == FREE {
                    self.touched.push(code);
                }
                *cell += 1;
            }
            let mut start = refined.rows.len() as u32;
            for code in &self.touched {
                let cell = &mut self.cell[*code as usize];
                if *cell == 1 {
                    *cell = ALONE;
                } else {
                    let size = *cell;
                    *cell = start;
                    start += size;
                    refined.ends.push(start);
                }
            }
            refined.rows.resize(start as usize, 0);
            for row in group {
                let cell = &mut self.cell[codes[*row as usize] as usize];
                if *cell != ALONE {
                    refined.rows[*cell as usize] = *row;
                    *cell += 1;
                }
            }
            for code in self.touched.drain(..) {
                self.cell[code as usize] = FREE;
            }
        }
    }

    /// Calls back with pairs of rows that agree on the partition's columns and on `codes`: each row
    /// with the first of its kind. Ends when the answer is false.
    pub fn pairs(
        &mut self,
        partition: &Partition,
        codes: &[u32],
        mut pair: impl FnMut(u32, u32) -> bool,
    ) {
        for group in partition.groups() {
            if let [a, b] = group {
                if codes[*a as usize] == codes[*b as usize] && !pair(*a, *b) {
                    return;
                }
                continue;
            }
            let mut go_on = true;
            for row in group {
                let code = codes[*row as usize];
                let cell = &mut self.cell[code as usize];
                if *cell == FREE {
                    // Rows are kept one higher, so that row 0 is not taken for a free cell.
                    *cell = *row + 1;
                    self.touched.push(code);
                } else if !pair(*cell - 1, *row) {
                    go_on = false;
                    break;
                }
            }
            for code in self.touched.drain(..) {
                self.cell[code as usize] = FREE;
            }
            if !go_on {
                return;
            }
        }
    }

    /// As [`Scratch::exceptions`], but `None` as soon as there are more than `most`.
    pub fn exceptions_within(
        &mut self,
        partition: &Partition,
        codes: &[u32],
        most: usize,
    ) -> Option<usize> {
        let mut exceptions = 0;
        for group in partition.groups() {
            exceptions += self.of_group(group, codes);
            if exceptions > most {
                return None;
            }
        }
        Some(exceptions)
    }

    fn of_group(&mut self, group: &[u32], codes: &[u32]) -> usize {
        let mut most = 0;
        for row in group {
            let code = codes[*row as usize];
            let cell = &mut self.cell[code as usize];
            if *cell == FREE {
                self.touched.push(code);
            }
            *cell += 1;
            most = most.max(*cell);
        }
        for code in self.touched.drain(..) {
            self.cell[code as usize] = FREE;
        }
        group.len() - most as usize
    }

    /// How many rows have to go so that within each group all rows have one code; without codes, so
    /// that each group has one row.
    pub fn exceptions(&mut self, partition: &Partition, codes: Option<&[u32]>) -> usize {
        let Some(codes) = codes else {
            return partition.groups().map(|group| group.len() - 1).sum();
        };
        partition
            .groups()
            .map(|group| self.of_group(group, codes))
            .sum()
    }
}
