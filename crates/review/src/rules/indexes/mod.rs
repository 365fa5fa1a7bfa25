//! Indexes.

group! {
    beside_unique,
    boolean,
    btree_of_container,
    column_twice,
    duplicate,
    incomplete_partitioned,
    redundant,
    too_many,
    useless_predicate,
}
