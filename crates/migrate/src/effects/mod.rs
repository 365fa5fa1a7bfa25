//! What a statement does to tables beside those that it names: partitions and heirs, the other side of foreign
//! keys, tables that have columns of a domain. Added to what the change itself said, for every statement of a
//! plan in one place, because it is PostgreSQL's rule and not that of a kind of change.
//!
//! The statements are this crate's own, so their first words tell what they are.

mod known;
mod statement;

use pgwright_catalog::write::{Token, TokenKind, scan};
use pgwright_catalog::{Catalog, QualifiedName};

use crate::step::{Lock, LockLevel, Step};
use known::Known;

/// Completes the locks, and what is read and written anew, of the steps of a plan that leads from one catalog
/// to another, in whichever direction.
pub(crate) fn complete(steps: &mut [Step], before: &Catalog, after: &Catalog) {
    let known = Known::new(before, after);
    for step in steps {
        let mut effects = Effects {
            locks: std::mem::take(&mut step.locks),
            scans: std::mem::take(&mut step.scans),
            rewrites: std::mem::take(&mut step.rewrites),
            known: &known,
        };
        // A block of ours holds statements of ours.
        let block = block(&step.sql);
        let text = block.as_deref().unwrap_or(&step.sql);
        for tokens in statements(&scan(text)) {
            statement::look(tokens, block.is_some(), &mut effects);
        }
        (step.locks, step.scans, step.rewrites) = (effects.locks, effects.scans, effects.rewrites);
    }
}

/// What is known of a step.
struct Effects<'k> {
    locks: Vec<Lock>,
    scans: Vec<QualifiedName>,
    rewrites: Vec<QualifiedName>,
    known: &'k Known<'k>,
}

impl Effects<'_> {
    /// The table is locked so strongly at least.
    fn lock(&mut self, table: &QualifiedName, level: LockLevel) {
        match self.locks.iter_mut().find(|lock| lock.table == *table) {
            Some(lock) => lock.level = lock.level.max(level),
            None if self.known.was_there(table) => self.locks.push(Lock {
                table: table.clone(),
                level,
            }),
            None => {}
        }
    }

    /// It is locked so strongly, whatever the catalogs know of it.
    fn surely(&mut self, table: &QualifiedName, level: LockLevel) {
        if self.locks.iter().all(|lock| lock.table != *table) {
            let table = table.clone();
            self.locks.push(Lock { table, level });
        }
        self.lock(table, level);
    }

    /// The table, its partitions and its heirs.
    fn lock_tree(&mut self, table: &QualifiedName, level: LockLevel) {
        for table in self.known.tree(table) {
            self.lock(&table, level);
        }
    }

    /// The table is read from end to end, and so are its partitions.
    fn scan(&mut self, table: &QualifiedName) {
        for table in self.known.tree(table) {
            let is_stored = !self.known.is_partitioned(&table);
            if is_stored && self.known.was_there(&table) && !self.scans.contains(&table) {
                self.scans.push(table);
            }
        }
    }
}

/// The text of an anonymous block.
fn block(sql: &str) -> Option<String> {
    let tokens = scan(sql);
    match tokens.as_slice() {
        [first, body, ..] if first.is("DO") && body.kind == TokenKind::Text => body.literal(),
        _ => None,
    }
}

/// The statements of a text, a block's included.
fn statements<'t, 's>(tokens: &'t [Token<'s>]) -> impl Iterator<Item = &'t [Token<'s>]> {
    tokens
        .split(|token| {
            token.is_symbol(";")
                || ["BEGIN", "THEN", "ELSE", "LOOP"]
                    .iter()
                    .any(|w| token.is(w))
        })
        .filter(|tokens| !tokens.is_empty())
}
