//! Reading what is not inside a schema: extensions, schemas, roles; and what no catalog holds.

use std::collections::BTreeSet;

use pgwright_catalog::{Extension, Grant, Name, ObjectId, Privilege, Role, Schema};

use postgres::types::Type as PostgresType;

use super::{Class, ReadError, ReadWarning, Reader, RoleSelection};

impl Reader<'_> {
    pub(super) fn read_extensions(&mut self) -> Result<(), ReadError> {
        for row in self.query("extensions", include_str!("../queries/extensions.sql"), &[])? {
            let name = row.name("name")?;
            let oid = row.get("oid")?;
            let usual: Option<String> = row.get("usual_comment")?;
            let extension = Extension {
                schema: self.names.get(Class::Schema, row.get("schema")?).cloned(),
                version: row.get("version")?,
                comment: self
                    .comment(Class::Extension, oid)
                    .filter(|comment| Some(comment) != usual.as_ref()),
            };
            let id = ObjectId::Extension(name.clone());
            self.ids.insert((Class::Extension, oid), id);
            self.catalog.extensions.insert(name, extension);
        }
        Ok(())
    }

    pub(super) fn read_schemas(&mut self) -> Result<(), ReadError> {
        for row in self.query("schemas", include_str!("../queries/schemas.sql"), &[])? {
            let oid = row.get("oid")?;
            let own = self.names.own_schema(oid).is_some();
            if !own || self.left_out.contains(&(Class::Schema.number(), oid)) {
                continue;
            }
            let name = row.name("name")?;
            let owner = row.get("owner")?;
            let comment = self.comment(Class::Schema, oid);
            // The owner and comment of a new database's public are nobody's choice: up to 14 it is the
            // bootstrap superuser (oid 10), since then the role pg_database_owner.
            let is_public = name.as_str() == "public";
            let usual_owner = if self.major < 15 {
                owner == 10
            } else {
                let name = self.names.get(Class::Role, owner);
                name.map(Name::as_str) == Some("pg_database_owner")
            };
            let schema = Schema {
                owner: match is_public && usual_owner {
                    true => None,
                    false => self.owner(owner),
                },
                comment: comment.filter(|text| !is_public || text != "standard public schema"),
                grants: BTreeSet::new(),
            };
            let id = ObjectId::Schema(name.clone());
            self.ids.insert((Class::Schema, oid), id);
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
        for row in self.query(
            "roles",
            include_str!("../queries/roles.sql"),
            &[(&names, PostgresType::TEXT_ARRAY)],
        )? {
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
        let columns = catalog.tables.values().flat_map(|table| &table.columns);
        for identity in columns.filter_map(|column| column.identity.as_ref()) {
            roles.extend(identity.grants.iter().filter_map(|g| g.grantee.clone()));
        }
        macro_rules! of {
            ($($kind:ident: $($part:ident)*;)*) => {
                $(for object in catalog.$kind.values() {
                    $(of!(object $part);)*
                })*
            };
            ($object:ident owner) => { roles.extend($object.owner.clone()) };
            ($object:ident grants) => {
                for grant in &$object.grants {
                    roles.extend(grant.grantee.clone());
                    roles.extend(grant.grantor.clone());
                }
            };
        }
        of! {
            schemas: owner grants;
            languages: owner grants;
            types: owner grants;
            sequences: owner grants;
            tables: owner grants;
            views: owner grants;
            materialized_views: owner grants;
            routines: owner grants;
            aggregates: owner grants;
            foreign_data_wrappers: owner grants;
            foreign_servers: owner grants;
            operators: owner;
            operator_families: owner;
            operator_classes: owner;
            collations: owner;
            conversions: owner;
            text_search_dictionaries: owner;
            text_search_configurations: owner;
            statistics: owner;
            event_triggers: owner;
            publications: owner;
            subscriptions: owner;
        }
        roles.extend(catalog.user_mappings.keys().filter_map(|m| m.user.clone()));
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

    pub(super) fn read_labels(&mut self) -> Result<(), ReadError> {
        for row in self.query(
            "security labels",
            include_str!("../queries/labels.sql"),
            &[],
        )? {
            let Some(class) = Class::of(row.get("class")?) else {
                continue;
            };
            let Some(id) = self.id(class, row.get("oid")?).cloned() else {
                continue;
            };
            let part: i32 = row.get("part")?;
            let column = self.relations.get(&row.get("oid")?).and_then(|relation| {
                let number = i16::try_from(part).ok()?;
                Some(relation.attribute(number)?.name.clone())
            });
            let id = match (&id, column) {
                (ObjectId::Table(on) | ObjectId::View(on), Some(column)) if part > 0 => {
                    ObjectId::Column(on.clone(), column)
                }
                _ => id,
            };
            let labels = self.catalog.security_labels.entry(id).or_default();
            labels.insert(row.name("provider")?, row.get("label")?);
        }
        Ok(())
    }

    /// Names what the database has and a catalog has no place for.
    pub(super) fn read_unheld(&mut self) -> Result<(), ReadError> {
        let query = include_str!("../queries/unheld.sql");
        for row in self.query("objects that cannot be held", query, &[])? {
            let warning = ReadWarning {
                object: row.get("object")?,
                message: row.get("message")?,
            };
            self.warnings.insert(warning);
        }
        Ok(())
    }
}
