//! Reading what is not inside a schema: extensions, schemas, roles; and what no catalog holds.

use std::collections::BTreeSet;

use pgwright_catalog::{Extension, Grant, Name, ObjectId, Privilege, Role, Schema};

use super::{Class, ReadError, ReadWarning, Reader, RoleSelection};

impl Reader<'_> {
    pub(super) fn read_extensions(&mut self) -> Result<(), ReadError> {
        for row in self.query("extensions", include_str!("../queries/extensions.sql"), &[])? {
            let name = row.name("name")?;
            let id = ObjectId::Extension(name.clone());
            self.ids.insert((Class::Extension, row.get("oid")?), id);
            let extension = Extension {
                schema: Some(row.name("schema")?),
                version: row.get("version")?,
                comment: row.get("comment")?,
            };
            self.catalog.extensions.insert(name, extension);
        }
        Ok(())
    }

    pub(super) fn read_schemas(&mut self) -> Result<(), ReadError> {
        for row in self.query("schemas", include_str!("../queries/schemas.sql"), &[])? {
            let name = row.name("name")?;
            let id = ObjectId::Schema(name.clone());
            self.ids.insert((Class::Schema, row.get("oid")?), id);
            let schema = Schema {
                owner: self.owner(row.get("owner")?),
                comment: row.get("comment")?,
                grants: BTreeSet::new(),
            };
            self.catalog.schemas.insert(name, schema);
        }
        Ok(())
    }

    /// Every database begins with `public`: it is held only when something was done to it.
    pub(super) fn forget_untouched_public(&mut self) {
        let mut grants = BTreeSet::from([Grant::to_public(Privilege::Usage)]);
        if self.major < 15 {
            grants.insert(Grant::to_public(Privilege::Create));
        }
        let untouched = Schema {
            owner: None,
            comment: None,
            grants,
        };
        if self.catalog.schemas.get("public") == Some(&untouched) {
            self.catalog.schemas.remove("public");
        }
    }

    pub(super) fn read_roles(&mut self) -> Result<(), ReadError> {
        let (names, named) = match &self.options.roles {
            RoleSelection::Named(names) => (names.clone(), true),
            RoleSelection::Referenced => (self.referenced_roles(), false),
        };
        let names: Vec<&str> = names.iter().map(Name::as_str).collect();
        for row in self.query("roles", include_str!("../queries/roles.sql"), &[&names])? {
            let name = row.name("name")?;
            let attributes: Vec<String> = row.get("attributes")?;
            let own = name.as_str().starts_with("pg_");
            if !named && (own || attributes.iter().any(|attribute| attribute == "SUPERUSER")) {
                continue;
            }
            if !attributes.is_empty() {
                let message = format!("{} is not held", attributes.join(", "));
                self.warn(&ObjectId::Role(name.clone()), message);
            }
            let role = Role {
                login: row.get("login")?,
                member_of: row.names("member_of")?.into_iter().collect(),
                comment: row.get("comment")?,
            };
            self.catalog.roles.insert(name, role);
        }
        Ok(())
    }

    fn referenced_roles(&self) -> BTreeSet<Name> {
        let catalog = &self.catalog;
        let mut roles = BTreeSet::new();
        let mut object = |owner: &Option<Name>, grants: &BTreeSet<Grant>| {
            roles.extend(owner.iter().cloned());
            roles.extend(grants.iter().filter_map(|grant| grant.grantee.clone()));
        };
        catalog
            .schemas
            .values()
            .for_each(|s| object(&s.owner, &s.grants));
        catalog
            .types
            .values()
            .for_each(|t| object(&t.owner, &t.grants));
        catalog
            .sequences
            .values()
            .for_each(|s| object(&s.owner, &s.grants));
        catalog
            .tables
            .values()
            .for_each(|t| object(&t.owner, &t.grants));
        catalog
            .views
            .values()
            .for_each(|v| object(&v.owner, &v.grants));
        catalog
            .materialized_views
            .values()
            .for_each(|v| object(&v.owner, &v.grants));
        catalog
            .routines
            .values()
            .for_each(|r| object(&r.owner, &r.grants));
        let policies = catalog
            .tables
            .values()
            .flat_map(|table| table.policies.values());
        roles.extend(policies.flat_map(|policy| policy.roles.iter().cloned()));
        for entry in &catalog.default_privileges {
            roles.insert(entry.owner.clone());
            roles.extend(entry.grant.grantee.clone());
        }
        roles
    }

    /// Names what the database has and a catalog has no place for.
    pub(super) fn read_unheld(&mut self) -> Result<(), ReadError> {
        let query = include_str!("../queries/unheld.sql");
        for row in self.query("objects that cannot be held", query, &[])? {
            let identity: Option<String> = row.get("identity")?;
            let object = format!("{} {}", row.text("kind")?, identity.unwrap_or_default());
            let message = "is not held".to_owned();
            self.warnings.insert(ReadWarning { object, message });
        }
        Ok(())
    }
}
