//! What tables stand for.

group! {
    all_nullable,
    cloned_tables,
    copied_name,
    deleted_rows_in_key,
    entity_attribute_value,
    inheritance,
    join_without_key,
    list_in_text,
    mandatory_columns,
    many_columns,
    null_as_text,
    repeating_group,
}
