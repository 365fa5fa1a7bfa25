//! Lock levels: their names, which ones conflict (manual, section 13.3.1), and what an application notices.

use crate::LockLevel;

/// What has to wait while a lock is held, seen from an application that reads and writes rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Blocks {
    /// Neither reads nor writes: at most `VACUUM` and other DDL.
    Nothing,
    /// `INSERT`, `UPDATE`, `DELETE` and `MERGE`.
    Writes,
    /// `SELECT` as well.
    ReadsAndWrites,
}

/// What has to wait while a lock of this level is held.
///
/// ```
/// use pgwright_migrate::LockLevel;
/// use pgwright_migrate::locks::{Blocks, blocks};
///
/// assert_eq!(blocks(LockLevel::ShareUpdateExclusive), Blocks::Nothing);
/// assert_eq!(blocks(LockLevel::Share), Blocks::Writes);
/// assert_eq!(blocks(LockLevel::AccessExclusive), Blocks::ReadsAndWrites);
/// ```
pub fn blocks(level: LockLevel) -> Blocks {
    if level.conflicts_with(LockLevel::AccessShare) {
        Blocks::ReadsAndWrites
    } else if level.conflicts_with(LockLevel::RowExclusive) {
        Blocks::Writes
    } else {
        Blocks::Nothing
    }
}

impl LockLevel {
    /// Every level, weakest first.
    pub const ALL: [Self; 8] = [
        Self::AccessShare,
        Self::RowShare,
        Self::RowExclusive,
        Self::ShareUpdateExclusive,
        Self::Share,
        Self::ShareRowExclusive,
        Self::Exclusive,
        Self::AccessExclusive,
    ];

    /// The level as `LOCK TABLE` spells it.
    pub fn name(self) -> &'static str {
        match self {
            Self::AccessShare => "ACCESS SHARE",
            Self::RowShare => "ROW SHARE",
            Self::RowExclusive => "ROW EXCLUSIVE",
            Self::ShareUpdateExclusive => "SHARE UPDATE EXCLUSIVE",
            Self::Share => "SHARE",
            Self::ShareRowExclusive => "SHARE ROW EXCLUSIVE",
            Self::Exclusive => "EXCLUSIVE",
            Self::AccessExclusive => "ACCESS EXCLUSIVE",
        }
    }

    /// The level as `pg_locks.mode` writes it.
    pub fn mode(self) -> &'static str {
        match self {
            Self::AccessShare => "AccessShareLock",
            Self::RowShare => "RowShareLock",
            Self::RowExclusive => "RowExclusiveLock",
            Self::ShareUpdateExclusive => "ShareUpdateExclusiveLock",
            Self::Share => "ShareLock",
            Self::ShareRowExclusive => "ShareRowExclusiveLock",
            Self::Exclusive => "ExclusiveLock",
            Self::AccessExclusive => "AccessExclusiveLock",
        }
    }

    /// The modes of `pg_locks` that conflict with this level.
    pub fn conflicting_modes(self) -> impl Iterator<Item = &'static str> {
        Self::ALL
            .into_iter()
            .filter(move |other| self.conflicts_with(*other))
            .map(Self::mode)
    }

    /// The level of a name that `LOCK TABLE` would take.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.name() == name)
    }

    /// Whether two transactions cannot hold the two levels on one table at the same time.
    pub fn conflicts_with(self, other: Self) -> bool {
        let (weaker, stronger) = (self.min(other), self.max(other));
        // The weakest level that each one conflicts with; what is stronger than that conflicts too, except
        // that SHARE goes together with itself.
        let from = match stronger {
            Self::AccessShare | Self::RowShare | Self::RowExclusive => return false,
            Self::ShareUpdateExclusive => Self::ShareUpdateExclusive,
            Self::Share if weaker == Self::Share => return false,
            Self::Share | Self::ShareRowExclusive => Self::RowExclusive,
            Self::Exclusive => Self::RowShare,
            Self::AccessExclusive => Self::AccessShare,
        };
        weaker >= from
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Table 13.2 of the manual, conflicting lock modes, row by row. The test on real servers asks the server.
    const CONFLICTS: [(&str, &str); 8] = [
        ("ACCESS SHARE", ".......X"),
        ("ROW SHARE", "......XX"),
        ("ROW EXCLUSIVE", "....XXXX"),
        ("SHARE UPDATE EXCLUSIVE", "...XXXXX"),
        ("SHARE", "..XX.XXX"),
        ("SHARE ROW EXCLUSIVE", "..XXXXXX"),
        ("EXCLUSIVE", ".XXXXXXX"),
        ("ACCESS EXCLUSIVE", "XXXXXXXX"),
    ];

    #[test]
    fn levels_conflict_as_in_the_manual() {
        for (held, (name, row)) in LockLevel::ALL.into_iter().zip(CONFLICTS) {
            assert_eq!(held.name(), name);
            assert_eq!(LockLevel::from_name(name), Some(held));
            let found: String = LockLevel::ALL
                .into_iter()
                .map(|asked| if held.conflicts_with(asked) { 'X' } else { '.' })
                .collect();
            assert_eq!(found, row, "{name}");
        }
    }

    #[test]
    fn stronger_levels_never_block_less() {
        let all: Vec<_> = LockLevel::ALL.into_iter().map(blocks).collect();
        assert!(all.is_sorted());
        assert_eq!(blocks(LockLevel::ShareUpdateExclusive), Blocks::Nothing);
        assert_eq!(blocks(LockLevel::Share), Blocks::Writes);
        assert_eq!(blocks(LockLevel::Exclusive), Blocks::Writes);
        assert_eq!(blocks(LockLevel::AccessExclusive), Blocks::ReadsAndWrites);
    }
}
