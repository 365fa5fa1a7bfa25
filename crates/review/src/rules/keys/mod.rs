//! Keys and foreign keys.

group! {
    foreign_key_cycle,
    foreign_key_missing,
    foreign_key_no_index,
    foreign_key_not_enforced,
    foreign_key_partly_null,
    foreign_key_twice,
    natural_key,
    no_primary_key,
    overlapping_periods,
    polymorphic,
    replica_identity,
    sequence_not_owned,
    sequence_type,
    surrogate_only,
    wide_key,
}
