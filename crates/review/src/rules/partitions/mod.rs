//! Partitioning.

group! {
    gaps,
    too_many,
}
