//! PostgreSQL's table lock levels and which of them conflict (manual, chapter 13.3).

use serde::Deserialize;

/// A level, weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)] // The names are the manual's.
pub enum Level {
    AccessShare,
    RowShare,
    RowExclusive,
    ShareUpdateExclusive,
    Share,
    ShareRowExclusive,
    Exclusive,
    AccessExclusive,
}

use Level::{
    AccessExclusive, AccessShare, Exclusive, RowExclusive, RowShare, Share, ShareRowExclusive,
    ShareUpdateExclusive,
};

impl Level {
    const ALL: [Level; 8] = [
        AccessShare,
        RowShare,
        RowExclusive,
        ShareUpdateExclusive,
        Share,
        ShareRowExclusive,
        Exclusive,
        AccessExclusive,
    ];

    /// As `LOCK TABLE` writes it.
    pub fn sql(self) -> &'static str {
        match self {
            AccessShare => "ACCESS SHARE",
            RowShare => "ROW SHARE",
            RowExclusive => "ROW EXCLUSIVE",
            ShareUpdateExclusive => "SHARE UPDATE EXCLUSIVE",
            Share => "SHARE",
            ShareRowExclusive => "SHARE ROW EXCLUSIVE",
            Exclusive => "EXCLUSIVE",
            AccessExclusive => "ACCESS EXCLUSIVE",
        }
    }

    /// As `pg_locks.mode` writes it.
    pub fn mode(self) -> &'static str {
        match self {
            AccessShare => "AccessShareLock",
            RowShare => "RowShareLock",
            RowExclusive => "RowExclusiveLock",
            ShareUpdateExclusive => "ShareUpdateExclusiveLock",
            Share => "ShareLock",
            ShareRowExclusive => "ShareRowExclusiveLock",
            Exclusive => "ExclusiveLock",
            AccessExclusive => "AccessExclusiveLock",
        }
    }

    /// True when neither reads nor writes of the table wait for a lock of this level.
    pub fn lets_work_go_on(self) -> bool {
        !self.conflicts_with(RowExclusive) && !self.conflicts_with(AccessShare)
    }

    /// Whether two sessions cannot hold these levels on one table at a time.
    pub fn conflicts_with(self, other: Level) -> bool {
        let (weak, strong) = if self <= other {
            (self, other)
        } else {
            (other, self)
        };
        match weak {
            AccessShare => strong == AccessExclusive,
            RowShare => strong >= Exclusive,
            RowExclusive => strong >= Share,
            ShareUpdateExclusive => true,
            // SHARE is the one strong level that two sessions may hold.
            Share => strong > Share,
            ShareRowExclusive | Exclusive | AccessExclusive => true,
        }
    }

    /// The modes of `pg_locks` that conflict with this level.
    pub fn conflicting_modes(self) -> impl Iterator<Item = &'static str> {
        Self::ALL
            .into_iter()
            .filter(move |other| self.conflicts_with(*other))
            .map(Level::mode)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table of chapter 13.3, row by row.
    #[test]
    fn conflicts_are_those_of_the_manual() {
        let rows = [
            (AccessShare, "       X"),
            (RowShare, "      XX"),
            (RowExclusive, "    XXXX"),
            (ShareUpdateExclusive, "   XXXXX"),
            (Share, "  XX XXX"),
            (ShareRowExclusive, "  XXXXXX"),
            (Exclusive, " XXXXXXX"),
            (AccessExclusive, "XXXXXXXX"),
        ];
        for (level, row) in rows {
            for (other, mark) in Level::ALL.into_iter().zip(row.chars()) {
                assert_eq!(
                    level.conflicts_with(other),
                    mark == 'X',
                    "{level:?} and {other:?}"
                );
            }
        }
        assert!(ShareUpdateExclusive.lets_work_go_on() && !Share.lets_work_go_on());
    }
}
