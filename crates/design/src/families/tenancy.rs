//! Tenancy: which tables belong to a tenant, and the tenant's column in their keys.

use super::Family;

/// Tenancy: which tables belong to a tenant, and the tenant's column in their keys.
#[derive(Debug)]
pub struct Tenancy;

impl Family for Tenancy {
    fn name(&self) -> &'static str {
        "tenancy"
    }
}
