//! Reading grants and default privileges.

use std::collections::{BTreeMap, BTreeSet};

use pgwright_catalog::{DefaultPrivileges, Grant, Name, ObjectId, Privilege, PrivilegeTarget};

use super::{Class, ReadError, Reader, Record};

impl Reader<'_> {
    /// Grants of what has others than PostgreSQL's defaults, which every object begins with here.
    pub(super) fn read_grants(&mut self) -> Result<(), ReadError> {
        let mut owners: BTreeMap<ObjectId, Owners> = BTreeMap::new();
        let mut last = None;
        for row in self.query("privileges", include_str!("../queries/grants.sql"), &[])? {
            let oid: u32 = row.get("oid")?;
            let part: i32 = row.get("part")?;
            let Some(class) = Class::of(row.get("class")?) else {
                continue;
            };
            let Some(id) = self.id(class, oid).cloned() else {
                continue;
            };
            let column = match part {
                0 => None,
                _ => {
                    let number = i16::try_from(part).unwrap_or(0);
                    let relation = self.relations.get(&oid);
                    relation.and_then(|r| Some(r.attribute(number)?.name.clone()))
                }
            };
            if part == 0 && last.replace((class, oid)) != Some((class, oid)) {
                if let Some(grants) = self.grants_of(&id) {
                    grants.clear();
                }
                if let Some(usual) = row.get::<Option<Vec<String>>>("usual")? {
                    let kept = Owners {
                        usual: usual.iter().filter_map(|word| privilege(word)).collect(),
                        kept: BTreeSet::new(),
                    };
                    owners.insert(id.clone(), kept);
                }
            }
            let owner: u32 = row.get("owner")?;
            let Some(grantee) = row.get::<Option<u32>>("grantee")? else {
                continue;
            };
            let Some(grant) = self.explicit_grant(&id, grantee, owner, &row)? else {
                continue;
            };
            if grantee == owner {
                match (column, owners.get_mut(&id)) {
                    (None, Some(owners)) => {
                        owners.kept.insert(grant.privilege);
                    }
                    _ => self.warn(&id, "a privilege of its owner on a column is not held"),
                }
            } else if let Some(grants) = self.grants_of(&id) {
                grants.insert(Grant { column, ..grant });
            }
        }
        for (id, Owners { usual, kept }) in owners {
            if kept == usual {
                continue;
            }
            match id {
                // A sequence behind an identity column, or what has no grants of its own.
                ObjectId::Column(..) => {
                    self.warn(
                        &id,
                        "that the owner of its sequence gave privileges away is not held",
                    );
                }
                id => {
                    self.catalog.owner_privileges.insert(id, kept);
                }
            }
        }
        Ok(())
    }

    fn explicit_grant(
        &mut self,
        id: &ObjectId,
        grantee: u32,
        owner: u32,
        row: &Record,
    ) -> Result<Option<Grant>, ReadError> {
        let word = row.text("privilege")?;
        let Some(privilege) = privilege(&word) else {
            self.warn(id, format!("the privilege {word} is not held"));
            return Ok(None);
        };
        let role = self.names.get(Class::Role, grantee).cloned();
        if grantee != 0 && role.is_none() {
            self.warn(
                id,
                "a privilege of a role that no longer exists is not held",
            );
            return Ok(None);
        }
        let grantor: u32 = row.get("grantor")?;
        let grantor = self
            .names
            .get(Class::Role, grantor)
            .filter(|_| grantor != owner);
        Ok(Some(Grant {
            grantee: role,
            privilege,
            column: None,
            grantable: row.get("grantable")?,
            grantor: grantor.cloned(),
        }))
    }

    fn grants_of(&mut self, id: &ObjectId) -> Option<&mut BTreeSet<Grant>> {
        let catalog = &mut self.catalog;
        Some(match id {
            ObjectId::Schema(name) => &mut catalog.schemas.get_mut(name)?.grants,
            ObjectId::Language(name) => &mut catalog.languages.get_mut(name)?.grants,
            ObjectId::Type(name) => &mut catalog.types.get_mut(name)?.grants,
            ObjectId::Sequence(name) => &mut catalog.sequences.get_mut(name)?.grants,
            ObjectId::Table(name) => &mut catalog.tables.get_mut(name)?.grants,
            ObjectId::Column(table, column) => {
                let column = catalog.tables.get_mut(table)?.column_mut(column.as_str())?;
                &mut column.identity.as_mut()?.grants
            }
            ObjectId::View(name) => &mut catalog.views.get_mut(name)?.grants,
            ObjectId::MaterializedView(name) => {
                &mut catalog.materialized_views.get_mut(name)?.grants
            }
            ObjectId::Routine(signature) => &mut catalog.routines.get_mut(signature)?.grants,
            ObjectId::Aggregate(signature) => &mut catalog.aggregates.get_mut(signature)?.grants,
            ObjectId::ForeignDataWrapper(name) => {
                &mut catalog.foreign_data_wrappers.get_mut(name)?.grants
            }
            ObjectId::ForeignServer(name) => &mut catalog.foreign_servers.get_mut(name)?.grants,
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
                "L" => PrivilegeTarget::LargeObjects,
                kind => {
                    self.warn(
                        &id,
                        format!("its default privileges on `{kind}` are not held"),
                    );
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

/// What owners have by themselves of an object, and what they still have.
struct Owners {
    usual: BTreeSet<Privilege>,
    kept: BTreeSet<Privilege>,
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
