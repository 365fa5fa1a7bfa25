//! FOR UPDATE and its like.

use pg_query::NodeEnum;
use pg_query::protobuf::{LockClauseStrength, LockWaitPolicy, LockingClause, Node};

use super::Undecided;
use super::tree::{LockStrength, LockWait, Query, RowMark, RteKind};

/// How rows are locked.
#[derive(Clone, Copy)]
struct Lock {
    strength: LockStrength,
    wait: LockWait,
    pushed_down: bool,
}

/// Analyses the locking clauses of a query whose range table is complete.
pub(crate) fn transform_locking(query: &mut Query, clauses: &[Node]) -> Result<(), Undecided> {
    for node in clauses {
        let Some(NodeEnum::LockingClause(clause)) = node.node.as_ref() else {
            return Err(Undecided::new("a locking clause of an unknown form"));
        };
        apply_clause(query, clause)?;
    }
    Ok(())
}

fn apply_clause(query: &mut Query, clause: &LockingClause) -> Result<(), Undecided> {
    let lock = Lock {
        strength: match clause.strength() {
            LockClauseStrength::LcsForkeyshare => LockStrength::KeyShare,
            LockClauseStrength::LcsForshare => LockStrength::Share,
            LockClauseStrength::LcsFornokeyupdate => LockStrength::NoKeyUpdate,
            LockClauseStrength::LcsForupdate => LockStrength::Update,
            _ => return Err(Undecided::new("a row lock of an unknown strength")),
        },
        wait: match clause.wait_policy() {
            LockWaitPolicy::LockWaitSkip => LockWait::Skip,
            LockWaitPolicy::LockWaitError => LockWait::Error,
            _ => LockWait::Block,
        },
        pushed_down: false,
    };
    if clause.locked_rels.is_empty() {
        lock_all(query, lock);
        return Ok(());
    }
    for node in &clause.locked_rels {
        let Some(NodeEnum::RangeVar(named)) = node.node.as_ref() else {
            return Err(Undecided::new("a locked relation of an unknown form"));
        };
        let place = query.range_table.iter().position(|entry| {
            // What has no alias of its own cannot be named.
            let nameless = matches!(entry.kind, RteKind::Join(_) | RteKind::Subquery(_))
                && entry.alias.is_none();
            entry.in_from && !nameless && entry.eref.name == named.relname
        });
        let locked = place.is_some_and(|place| lock_entry(query, place, lock));
        if !locked {
            return Err(Undecided::at(
                named.location,
                format!("FOR UPDATE cannot be applied to \"{}\"", named.relname),
            ));
        }
    }
    Ok(())
}

fn lock_all(query: &mut Query, lock: Lock) {
    for place in 0..query.range_table.len() {
        if query
            .range_table
            .get(place)
            .is_some_and(|entry| entry.in_from)
        {
            lock_entry(query, place, lock);
        }
    }
}

/// Locks an entry, and all that it reads; tells whether it can be locked.
fn lock_entry(query: &mut Query, place: usize, lock: Lock) -> bool {
    match query
        .range_table
        .get_mut(place)
        .map(|entry| &mut entry.kind)
    {
        Some(RteKind::Relation(_)) => {}
        Some(RteKind::Subquery(inner)) => lock_all(
            inner,
            Lock {
                pushed_down: true,
                ..lock
            },
        ),
        _ => return false,
    }
    let rtindex = place + 1;
    match query
        .row_marks
        .iter_mut()
        .find(|mark| mark.rtindex == rtindex)
    {
        Some(mark) => {
            mark.strength = mark.strength.max(lock.strength);
            mark.wait = mark.wait.max(lock.wait);
            mark.pushed_down &= lock.pushed_down;
        }
        None => query.row_marks.push(RowMark {
            rtindex,
            strength: lock.strength,
            wait: lock.wait,
            pushed_down: lock.pushed_down,
        }),
    }
    true
}
