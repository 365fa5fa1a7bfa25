//! Roles an entity plays and kinds it is of: role tables, kind columns with their attributes.

use super::Family;

/// Roles an entity plays and kinds it is of: role tables, kind columns with their attributes.
#[derive(Debug)]
pub struct RolesAndKinds;

impl Family for RolesAndKinds {
    fn name(&self) -> &'static str {
        "roles_and_kinds"
    }
}
