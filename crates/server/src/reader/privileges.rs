//! Reading grants and default privileges.

use std::collections::BTreeSet;

use pgwright_catalog::{DefaultPrivileges, Grant, Name, ObjectId, Privilege, PrivilegeTarget};

use super::{Class, ReadError, Reader, Record};

impl Reader<'_> {
    pub(super) fn read_grants(&mut self) -> Result<(), ReadError> {
        for row in self.query("privileges", include_str!("../queries/grants.sql"), &[])? {
            let class = match row.text("class")?.as_str() {
                "schema" => Class::Schema,
                "relation" => Class::Relation,
                "routine" => Class::Routine,
                _ => Class::Type,
            };
            let Some(id) = self.id(class, row.get("oid")?).cloned() else {
                continue;
            };
            let Some(grant) = self.grant(&id, &row)? else {
                continue;
            };
            let grant = Grant {
                column: row.get::<Option<String>>("column_name")?.map(Name::from),
                ..grant
            };
            if let Some(grants) = self.grants_of(&id) {
                grants.insert(grant);
            }
        }
        Ok(())
    }

    fn grants_of(&mut self, id: &ObjectId) -> Option<&mut BTreeSet<Grant>> {
        let catalog = &mut self.catalog;
        Some(match id {
            ObjectId::Schema(name) => &mut catalog.schemas.get_mut(name)?.grants,
            ObjectId::Type(name) => &mut catalog.types.get_mut(name)?.grants,
            ObjectId::Sequence(name) => &mut catalog.sequences.get_mut(name)?.grants,
            ObjectId::Table(name) => &mut catalog.tables.get_mut(name)?.grants,
            ObjectId::View(name) => &mut catalog.views.get_mut(name)?.grants,
            ObjectId::MaterializedView(name) => {
                &mut catalog.materialized_views.get_mut(name)?.grants
            }
            ObjectId::Routine(signature) => &mut catalog.routines.get_mut(signature)?.grants,
            _ => return None,
        })
    }

    /// The columns grantee, is_public, privilege and grantable.
    fn grant(&mut self, id: &ObjectId, row: &Record) -> Result<Option<Grant>, ReadError> {
        let word = row.text("privilege")?;
        let Some(privilege) = privilege(&word) else {
            self.warn(id, format!("the privilege {word} is not held"));
            return Ok(None);
        };
        let grantee = row.get::<Option<String>>("grantee")?.map(Name::from);
        if grantee.is_none() && !row.get::<bool>("is_public")? {
            self.warn(
                id,
                "a privilege of a role that no longer exists is not held",
            );
            return Ok(None);
        }
        Ok(Some(Grant {
            grantee,
            privilege,
            column: None,
            grantable: row.get("grantable")?,
            grantor: None,
        }))
    }

    pub(super) fn read_default_privileges(&mut self) -> Result<(), ReadError> {
        let query = include_str!("../queries/default_privileges.sql");
        for row in self.query("default privileges", query, &[])? {
            let owner = row.name("owner")?;
            let id = ObjectId::Role(owner.clone());
            let target = match row.text("target")?.as_str() {
                "r" => PrivilegeTarget::Tables,
                "S" => PrivilegeTarget::Sequences,
                "f" => PrivilegeTarget::Routines,
                "T" => PrivilegeTarget::Types,
                "n" => PrivilegeTarget::Schemas,
                _ => {
                    self.warn(&id, "its default privileges on large objects are not held");
                    continue;
                }
            };
            let Some(grant) = self.grant(&id, &row)? else {
                continue;
            };
            let schema = row.get::<Option<String>>("schema")?.map(Name::from);
            let revoked = row.get("revoked")?;
            let entry = DefaultPrivileges {
                owner,
                schema,
                target,
                grant,
                revoked,
            };
            self.catalog.default_privileges.insert(entry);
        }
        Ok(())
    }
}

fn privilege(word: &str) -> Option<Privilege> {
    Some(match word {
        "SELECT" => Privilege::Select,
        "INSERT" => Privilege::Insert,
        "UPDATE" => Privilege::Update,
        "DELETE" => Privilege::Delete,
        "TRUNCATE" => Privilege::Truncate,
        "REFERENCES" => Privilege::References,
        "TRIGGER" => Privilege::Trigger,
        "MAINTAIN" => Privilege::Maintain,
        "USAGE" => Privilege::Usage,
        "CREATE" => Privilege::Create,
        "EXECUTE" => Privilege::Execute,
        _ => return None,
    })
}
