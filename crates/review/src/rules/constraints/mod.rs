//! Checks, uniqueness and triggers.

group! {
    check_reads_tables,
    default_breaks_check,
    disabled_trigger,
    duplicate_check,
    equals_null,
    frozen_now,
    not_valid,
    rules,
    unique_with_nulls,
}
