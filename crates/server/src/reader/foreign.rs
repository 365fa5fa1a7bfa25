//! Reading foreign-data wrappers, foreign servers and user mappings.

use std::collections::{BTreeMap, BTreeSet};

use pgwright_catalog::{
    ForeignDataWrapper, ForeignServer, ObjectId, UserMapping, UserMappingName, is_secret_option,
};

use super::{Class, ReadError, Reader, Record};

impl Reader<'_> {
    pub(super) fn read_foreign(&mut self) -> Result<(), ReadError> {
        let query = include_str!("../queries/foreign.sql");
        for row in self.query("foreign servers", query, &[])? {
            let oid = row.get("oid")?;
            let name = row.name("name")?;
            let class = match row.get::<Option<u32>>("wrapper")? {
                None => Class::ForeignDataWrapper,
                Some(_) => Class::ForeignServer,
            };
            if !self.is_own(class, oid) {
                continue;
            }
            let owner = self.owner(row.get("owner")?);
            let comment = self.comment(class, oid);
            let id = match row.get::<Option<u32>>("wrapper")? {
                None => {
                    let id = ObjectId::ForeignDataWrapper(name.clone());
                    let wrapper = ForeignDataWrapper {
                        handler: self.names.function(row.get("handler")?),
                        validator: self.names.function(row.get("validator")?),
                        options: self.public_options(&id, &row)?,
                        owner,
                        comment,
                        grants: BTreeSet::new(),
                    };
                    self.catalog.foreign_data_wrappers.insert(name, wrapper);
                    id
                }
                Some(wrapper) => {
                    let id = ObjectId::ForeignServer(name.clone());
                    let wrapper = self.names.get(Class::ForeignDataWrapper, wrapper);
                    let server = ForeignServer {
                        wrapper: wrapper.cloned().unwrap_or_default(),
                        server_type: row.get("type")?,
                        version: row.get("version")?,
                        options: self.public_options(&id, &row)?,
                        owner,
                        comment,
                        grants: BTreeSet::new(),
                    };
                    self.catalog.foreign_servers.insert(name, server);
                    id
                }
            };
            self.ids.insert((class, oid), id);
        }
        self.read_user_mappings()
    }

    /// Options without secrets; wrappers and servers have no place to name these.
    fn public_options(
        &mut self,
        id: &ObjectId,
        row: &Record,
    ) -> Result<BTreeMap<String, String>, ReadError> {
        let mut options = row.options("options")?;
        let secrets: Vec<String> = (options
            .keys()
            .filter(|name| is_secret_option(name))
            .cloned())
        .collect();
        for name in secrets {
            options.remove(&name);
            self.warn(
                id,
                format!("its option {name} is not held: it may be a secret"),
            );
        }
        Ok(options)
    }

    fn read_user_mappings(&mut self) -> Result<(), ReadError> {
        let query = include_str!("../queries/user_mappings.sql");
        for row in self.query("user mappings", query, &[])? {
            let oid = row.get("oid")?;
            let server = self.names.get(Class::ForeignServer, row.get("server")?);
            let Some(server) = server.filter(|_| self.is_own(Class::UserMapping, oid)) else {
                continue;
            };
            let name = UserMappingName {
                user: self.names.get(Class::Role, row.get("user")?).cloned(),
                server: server.clone(),
            };
            let id = ObjectId::UserMapping(name.clone());
            if !row.get::<bool>("is_readable")? {
                self.warn(
                    &id,
                    "its options are not held: only its user and superusers may read them",
                );
            }
            let mut mapping = UserMapping::default();
            for (name, value) in row.options("options")? {
                match is_secret_option(&name) {
                    true => mapping.secrets.insert(name),
                    false => mapping.options.insert(name, value).is_none(),
                };
            }
            self.ids.insert((Class::UserMapping, oid), id);
            self.catalog.user_mappings.insert(name, mapping);
        }
        Ok(())
    }
}
