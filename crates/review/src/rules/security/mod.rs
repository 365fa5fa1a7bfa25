//! Privileges, policies and functions that run as others.

group! {
    accounts_exposed,
    definer_path,
    definer_public,
    dynamic_sql,
    extension_in_public,
    materialized_copy,
    no_policy,
    policies_off,
    policy_lets_all,
    policy_per_row,
    policy_recursion,
    policy_user_metadata,
    public_grant,
    rls_off_beside_others,
    several_permissive,
    untrusted_extension,
    view_as_owner,
}
