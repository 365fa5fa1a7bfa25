//! Reading what needs what, so that the writer can order statements.

use std::collections::BTreeMap;

use pgwright_catalog::ObjectId;

use super::{Class, ReadError, Reader};

/// An array, its element, the table whose rows that is, its extension.
const LONGEST_CHAIN: usize = 4;

impl Reader<'_> {
    pub(super) fn read_dependencies(&mut self) -> Result<(), ReadError> {
        // Rules, defaults, array types and members of extensions stand for something else.
        let mut stands_for: BTreeMap<(u32, u32), (u32, u32)> = BTreeMap::new();
        let query = include_str!("../queries/dependency_owners.sql");
        for row in self.query("what dependencies speak of", query, &[])? {
            let part = (row.get("class")?, row.get("oid")?);
            stands_for.insert(part, (row.get("held_class")?, row.get("held_oid")?));
        }
        let query = include_str!("../queries/view_rules.sql");
        for row in self.query("rules of views", query, &[])? {
            let rule = (Class::Rule.number(), row.get("oid")?);
            let view = (Class::Relation.number(), row.get("relation")?);
            stands_for.insert(rule, view);
        }
        let query = include_str!("../queries/dependencies.sql");
        for row in self.query("dependencies", query, &[])? {
            let object = (row.get("class")?, row.get("oid")?);
            let needed = (row.get("needed_class")?, row.get("needed_oid")?);
            let id = |named: (u32, u32)| {
                // An array type stands for its element, which an extension may bring.
                let mut named = named;
                for _ in 0..LONGEST_CHAIN {
                    match stands_for.get(&named) {
                        Some(held) => named = *held,
                        None => break,
                    }
                }
                let (class, oid) = named;
                match self.id(Class::of(class)?, oid)? {
                    ObjectId::Column(table, _) => Some(ObjectId::Table(table.clone())),
                    id => Some(id.clone()),
                }
            };
            let pair = id(object).zip(id(needed));
            if let Some((object, needed)) = pair.filter(|(object, needed)| object != needed) {
                self.catalog.depends(object, needed);
            }
        }
        Ok(())
    }
}
