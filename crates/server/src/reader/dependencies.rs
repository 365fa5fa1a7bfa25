//! Reading what needs what, so that the writer can order statements.

use super::{Class, ReadError, Reader};

impl Reader<'_> {
    pub(super) fn read_dependencies(&mut self) -> Result<(), ReadError> {
        for row in self.query(
            "dependencies",
            include_str!("../queries/dependencies.sql"),
            &[],
        )? {
            let id = |class: &str, oid: &str| -> Result<_, ReadError> {
                let oid = row.get(oid)?;
                let class = class_named(&row.text(class)?);
                Ok(class.and_then(|class| self.id(class, oid)).cloned())
            };
            let pair = id("class", "oid")?.zip(id("needed_class", "needed_oid")?);
            if let Some((object, needed)) = pair.filter(|(object, needed)| object != needed) {
                self.catalog.depends(object, needed);
            }
        }
        Ok(())
    }
}

fn class_named(name: &str) -> Option<Class> {
    Some(match name {
        "pg_extension" => Class::Extension,
        "pg_namespace" => Class::Schema,
        "pg_type" => Class::Type,
        "pg_proc" => Class::Routine,
        "pg_class" => Class::Relation,
        "pg_constraint" => Class::Constraint,
        "pg_trigger" => Class::Trigger,
        "pg_policy" => Class::Policy,
        _ => return None,
    })
}
