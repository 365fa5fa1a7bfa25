//! The names of columns while a query is printed.
//!
//! A column of a join that merges columns must go by one name on both sides, whatever it was renamed
//! to since, and no other column of either side by that name. So names are settled from the outermost
//! join inwards first, then those of every relation, then those of the joins from these.

use super::namespace::{Namespace, missing_entry, numbered};
use crate::analyze::Undecided;
use crate::analyze::tree::{Expr, FromItem, JoinItem, RangeTableEntry, RteKind};

/// The names of the columns of an entry of the range table.
#[derive(Debug, Default)]
pub(super) struct Columns {
    /// By column number; none of a dropped column or one without a name yet.
    pub names: Vec<Option<String>>,
    /// The names as they would stand in a list of column aliases.
    pub listed: Vec<String>,
    /// Whether that list must be printed.
    pub print_aliases: bool,
    /// Of a join: the merged names.
    pub using_names: Vec<String>,
    /// Of a join: the entries of its inputs.
    left_entry: usize,
    right_entry: usize,
    /// Of a join: for each column its number on the left and on the right; 0 for none.
    left: Vec<i16>,
    right: Vec<i16>,
    /// The names merged by joins around, which no other column may have.
    parent_using: Vec<String>,
}

impl Columns {
    fn name(&self, number: i16) -> Option<&String> {
        self.names.get(place(number)?)?.as_ref()
    }

    fn set(&mut self, number: i16, name: &str) {
        if let Some(place) = place(number) {
            self.make_room(place + 1);
            if let Some(slot) = self.names.get_mut(place) {
                *slot = Some(name.to_owned());
            }
        }
    }

    fn make_room(&mut self, count: usize) {
        if self.names.len() < count {
            self.names.resize(count, None);
        }
    }

    fn has(&self, name: &str) -> bool {
        self.names.iter().flatten().any(|known| known == name)
            || self.parent_using.iter().any(|known| known == name)
    }
}

fn place(number: i16) -> Option<usize> {
    usize::try_from(number).ok()?.checked_sub(1)
}

/// The entry of the range table that an item of FROM is.
pub(super) fn entry_of(item: &FromItem) -> usize {
    match item {
        FromItem::Entry(rtindex) => *rtindex,
        FromItem::Join(join) => join.rtindex,
    }
}

impl<'a> Namespace<'a> {
    /// Names all columns.
    pub(super) fn name_columns(&mut self, from: &'a [FromItem]) -> Result<(), Undecided> {
        self.columns
            .resize_with(self.range_table.len(), Columns::default);
        self.unique_using = from
            .iter()
            .map(|item| self.is_dangerous(item))
            .try_fold(false, |any, one| one.map(|one| any || one))?;
        for item in from {
            self.name_merged(item, &[])?;
        }
        for (place, entry) in self.range_table.iter().enumerate() {
            match &entry.kind {
                RteKind::Join(_) => self.name_join_columns(place, entry)?,
                _ => self.name_relation_columns(place, entry)?,
            }
        }
        Ok(())
    }

    fn columns_mut(&mut self, rtindex: usize) -> Result<&mut Columns, Undecided> {
        rtindex
            .checked_sub(1)
            .and_then(|place| self.columns.get_mut(place))
            .ok_or_else(missing_entry)
    }

    /// Whether a join without alias merges columns into more than one of them: such a name cannot be
    /// qualified, so it must be unique.
    fn is_dangerous(&self, item: &FromItem) -> Result<bool, Undecided> {
        let FromItem::Join(join) = item else {
            return Ok(false);
        };
        if join.alias.is_none()
            && !join.using.is_empty()
            && let RteKind::Join(rte) = &self.entry(join.rtindex)?.kind
            && rte
                .alias_vars
                .iter()
                .take(rte.merged)
                .any(|merged| !matches!(merged, Expr::Var(_)))
        {
            return Ok(true);
        }
        Ok(self.is_dangerous(&join.left)? || self.is_dangerous(&join.right)?)
    }

    /// Settles the names of merged columns, from the outermost join inwards.
    fn name_merged(
        &mut self,
        item: &'a FromItem,
        parent_using: &[String],
    ) -> Result<(), Undecided> {
        let FromItem::Join(join) = item else {
            return Ok(());
        };
        let (left_entry, right_entry) = (entry_of(&join.left), entry_of(&join.right));
        self.identify_join_columns(join)?;
        let mut parent_using = parent_using.to_vec();
        let named = self.entry(join.rtindex)?.alias.is_some();
        if !named {
            // The join cannot rename columns itself, so what is asked of it is asked of its inputs.
            let columns = self.columns_of(join.rtindex)?;
            let wanted: Vec<_> = columns
                .names
                .iter()
                .enumerate()
                .filter_map(|(place, name)| {
                    let left = columns.left.get(place).copied().unwrap_or(0);
                    let right = columns.right.get(place).copied().unwrap_or(0);
                    Some((name.clone()?, left, right))
                })
                .collect();
            for (name, left, right) in wanted {
                self.columns_mut(left_entry)?.set(left, &name);
                self.columns_mut(right_entry)?.set(right, &name);
            }
        }
        self.columns_mut(join.rtindex)?.make_room(join.using.len());
        for (place, written) in join.using.iter().enumerate() {
            let known = self.columns_of(join.rtindex)?.names.get(place).cloned();
            let name = match known.flatten() {
                Some(name) => name,
                None => {
                    let alias = self.entry(join.rtindex)?.alias.as_ref();
                    let wanted = alias
                        .and_then(|alias| alias.columns.get(place))
                        .unwrap_or(written);
                    let name = self.unique_column(wanted, join.rtindex)?;
                    if self.unique_using {
                        self.using_names.push(name.clone());
                    }
                    name
                }
            };
            parent_using.push(name.clone());
            let columns = self.columns_mut(join.rtindex)?;
            if let Some(slot) = columns.names.get_mut(place) {
                *slot = Some(name.clone());
            }
            columns.using_names.push(name.clone());
            let left = columns.left.get(place).copied().unwrap_or(0);
            let right = columns.right.get(place).copied().unwrap_or(0);
            self.columns_mut(left_entry)?.set(left, &name);
            self.columns_mut(right_entry)?.set(right, &name);
        }
        self.columns_mut(left_entry)?.parent_using = parent_using.clone();
        self.columns_mut(right_entry)?.parent_using = parent_using.clone();
        self.name_merged(&join.left, &parent_using)?;
        self.name_merged(&join.right, &parent_using)
    }

    fn identify_join_columns(&mut self, join: &JoinItem) -> Result<(), Undecided> {
        let RteKind::Join(rte) = &self.entry(join.rtindex)?.kind else {
            return Err(missing_entry());
        };
        let count = rte.alias_vars.len();
        let mut left = rte.left_columns.clone();
        left.resize(count, 0);
        let mut right = vec![0; count];
        let merged = rte.right_columns.iter().take(rte.merged);
        for (slot, number) in right.iter_mut().zip(merged) {
            *slot = *number;
        }
        let own = rte.right_columns.iter().skip(rte.merged);
        for (slot, number) in right.iter_mut().skip(rte.left_columns.len()).zip(own) {
            *slot = *number;
        }
        let (left_entry, right_entry) = (entry_of(&join.left), entry_of(&join.right));
        let columns = self.columns_mut(join.rtindex)?;
        columns.left_entry = left_entry;
        columns.right_entry = right_entry;
        columns.left = left;
        columns.right = right;
        Ok(())
    }

    fn name_relation_columns(
        &mut self,
        place: usize,
        entry: &'a RangeTableEntry,
    ) -> Result<(), Undecided> {
        let rtindex = place + 1;
        let real: Vec<&str> = match &entry.kind {
            RteKind::Relation(_) => entry.columns.iter().map(|c| &*c.name).collect(),
            _ => entry.eref.columns.iter().map(String::as_str).collect(),
        };
        self.columns_mut(rtindex)?.make_room(real.len());
        let aliases = entry.alias.as_ref().map(|a| &a.columns[..]).unwrap_or(&[]);
        let mut changed = false;
        let mut anonymous = false;
        let mut listed = Vec::with_capacity(real.len());
        for (place, real) in real.iter().enumerate() {
            // A dropped column has no name.
            if real.is_empty() {
                continue;
            }
            let known = self.columns_of(rtindex)?.names.get(place).cloned();
            let name = match known.flatten() {
                Some(name) => name,
                None => {
                    let wanted = aliases.get(place).map_or(*real, String::as_str);
                    let name = self.unique_column(wanted, rtindex)?;
                    if let Some(slot) = self.columns_mut(rtindex)?.names.get_mut(place) {
                        *slot = Some(name.clone());
                    }
                    name
                }
            };
            changed |= name != *real;
            anonymous |= *real == "?column?";
            listed.push(name);
        }
        let columns = self.columns_mut(rtindex)?;
        columns.listed = listed;
        columns.print_aliases = match &entry.kind {
            RteKind::Relation(_) => changed,
            RteKind::Function(_) => true,
            RteKind::TableFunction(_) => false,
            _ if !aliases.is_empty() => true,
            _ => changed || anonymous,
        };
        Ok(())
    }

    fn name_join_columns(
        &mut self,
        place: usize,
        entry: &'a RangeTableEntry,
    ) -> Result<(), Undecided> {
        let rtindex = place + 1;
        let count = entry.eref.columns.len();
        self.columns_mut(rtindex)?.make_room(count);
        let columns = self.columns_of(rtindex)?;
        let (left_entry, right_entry) = (columns.left_entry, columns.right_entry);
        if left_entry == 0 {
            // A join that is not in FROM any more cannot be referred to.
            return Ok(());
        }
        let merged = columns.using_names.len();
        let aliases = entry.alias.as_ref().map(|a| &a.columns[..]);
        let mut changed = false;
        for place in merged..count {
            let columns = self.columns_of(rtindex)?;
            let left = columns.left.get(place).copied().unwrap_or(0);
            let right = columns.right.get(place).copied().unwrap_or(0);
            let real = if left > 0 {
                self.columns_of(left_entry)?.name(left).cloned()
            } else if right > 0 {
                self.columns_of(right_entry)?.name(right).cloned()
            } else {
                entry.eref.columns.get(place).cloned()
            };
            let name = match (&real, aliases) {
                (None, _) => None,
                (Some(_), None) => real,
                (Some(real), Some(aliases)) => {
                    let known = self.columns_of(rtindex)?.names.get(place).cloned();
                    let name = match known.flatten() {
                        Some(name) => name,
                        None => {
                            let wanted = aliases.get(place).unwrap_or(real);
                            self.unique_column(wanted, rtindex)?
                        }
                    };
                    changed |= name != *real;
                    Some(name)
                }
            };
            if let Some(slot) = self.columns_mut(rtindex)?.names.get_mut(place) {
                *slot = name;
            }
        }
        let columns = self.columns_mut(rtindex)?;
        columns.listed = columns.names.iter().flatten().cloned().collect();
        columns.print_aliases = entry.alias.is_some() && changed;
        Ok(())
    }

    fn unique_column(&self, wanted: &str, rtindex: usize) -> Result<String, Undecided> {
        let columns = self.columns_of(rtindex)?;
        let taken =
            |name: &str| columns.has(name) || self.using_names.iter().any(|known| known == name);
        if !taken(wanted) {
            return Ok(wanted.to_owned());
        }
        let mut number = 1;
        loop {
            let candidate = numbered(wanted, number);
            if !taken(&candidate) {
                return Ok(candidate);
            }
            number += 1;
        }
    }
}
