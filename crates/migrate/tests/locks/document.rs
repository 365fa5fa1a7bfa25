//! `docs/locks.md`, written from the table.
