//! What keeps a database in shape.

group! {
    autovacuum_off,
    unlogged,
}
