//! Database roles and what each may do.

use super::Family;

/// Database roles and what each may do.
#[derive(Debug)]
pub struct RolesAndPrivileges;

impl Family for RolesAndPrivileges {
    fn name(&self) -> &'static str {
        "roles_and_privileges"
    }
}
