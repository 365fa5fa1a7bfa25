//! What every kind of object is planned with: the two catalogs, the writer, and name look-up.

use std::collections::{BTreeMap, BTreeSet};

use pgwright_catalog::write::{Apart, Writer};
use pgwright_catalog::{Catalog, Name, ObjectId, QualifiedName, Schema};

use crate::change::{Change, Rank, Statement, Strength};
use crate::plan::{PlanError, PlanOptions};
use crate::references::References;
use crate::step::FileGroup;

/// The two catalogs of a comparison and what is derived from them.
pub(crate) struct Context<'a> {
    /// What is there.
    pub base: &'a Catalog,
    /// What there shall be besides.
    pub full: &'a Catalog,
    pub writer: Writer,
    pub options: &'a PlanOptions,
    /// Parts of tables that must come later because of circular needs.
    pub apart: &'a BTreeMap<QualifiedName, Apart>,
    references: References,
}

impl<'a> Context<'a> {
    pub fn new(
        base: &'a Catalog,
        full: &'a Catalog,
        options: &'a PlanOptions,
        apart: &'a BTreeMap<QualifiedName, Apart>,
    ) -> Self {
        Self {
            base,
            full,
            writer: Writer::new(options.target),
            options,
            apart,
            references: References::new(full),
        }
    }

    /// True for a table that is in use while the plan runs.
    pub fn live(&self, table: &QualifiedName) -> bool {
        self.base.tables.contains_key(table)
    }

    /// The object needs its schema; a schema that nobody creates is an error.
    pub fn need_schema(&self, change: &mut Change, schema: &Name) -> Result<(), PlanError> {
        let known = schema.as_str() == "public"
            || schema.as_str() == "pg_catalog"
            || self.full.schemas.contains_key(schema);
        if !known {
            return Err(PlanError::Missing {
                object: Box::new(change.object.clone()),
                needed: Box::new(ObjectId::Schema(schema.clone())),
            });
        }
        change.need(ObjectId::Schema(schema.clone()), Strength::Must);
        Ok(())
    }

    /// The objects that an expression or type names must be there first.
    pub fn need_text(&self, change: &mut Change, sql: &str) {
        self.need_text_as(change, sql, Strength::Must);
    }

    /// Objects that a text names with their schema.
    pub fn named(&self, sql: &str) -> BTreeSet<ObjectId> {
        self.references.qualified(sql)
    }

    pub fn need_text_as(&self, change: &mut Change, sql: &str, strength: Strength) {
        for object in self.references.qualified(sql) {
            change.need(object, strength);
        }
    }

    /// Objects that a text names without their schema are wished for, not demanded: a word may also
    /// be a column or a variable.
    pub fn wish_unqualified(&self, change: &mut Change, sql: &str, search_path: &[String]) {
        for object in self.references.unqualified(sql, search_path) {
            change.need(object, Strength::Use);
        }
    }

    /// What the catalog itself records of an object's needs. False when it records nothing.
    pub fn need_recorded(&self, change: &mut Change, object: &ObjectId) -> bool {
        match self.full.dependencies.get(object) {
            Some(needed) => {
                change.must_have(needed.iter().filter(|n| *n != object).cloned());
                true
            }
            None => false,
        }
    }

    /// `COMMENT ON` a new object, when it has a comment.
    pub fn comment(&self, change: &mut Change, object: &ObjectId, text: Option<&String>) {
        if let Some(text) = text {
            let address = self.writer.address(self.full, object);
            change
                .up
                .push(self.writer.comment(&address, Some(text)).into());
        }
    }

    /// The change of a comment on an object that stays.
    pub fn comment_change(
        &self,
        object: ObjectId,
        group: FileGroup,
        from: Option<&String>,
        to: Option<&String>,
        out: &mut Vec<Change>,
    ) {
        if from == to {
            return;
        }
        let address = self.writer.address(self.full, &object);
        let mut change = Change::alter(object, group, Rank::Comment);
        change
            .up
            .push(self.writer.comment(&address, to.map(String::as_str)).into());
        change.down.push(
            self.writer
                .comment(&address, from.map(String::as_str))
                .into(),
        );
        out.push(change);
    }

    /// `DROP` of an object that stands alone.
    pub fn drop(&self, object: &ObjectId) -> Statement {
        self.writer
            .drop(&self.writer.address(self.full, object))
            .into()
    }

    /// The state of `public` in a new database: PostgreSQL 15 took CREATE away from everybody.
    pub fn new_public(&self) -> Schema {
        use pgwright_catalog::{Grant, Privilege};
        let mut schema = Schema::default();
        schema.grants.insert(Grant::to_public(Privilege::Usage));
        if self.options.target < 15 {
            schema.grants.insert(Grant::to_public(Privilege::Create));
        }
        schema
    }
}

/// Fails when a property differs that cannot be changed in place yet.
pub(crate) fn unchanged<T: PartialEq + ?Sized>(
    object: impl FnOnce() -> ObjectId,
    property: &'static str,
    from: &T,
    to: &T,
) -> Result<(), PlanError> {
    if from == to {
        Ok(())
    } else {
        Err(PlanError::Unplanned {
            object: Box::new(object()),
            property,
        })
    }
}
