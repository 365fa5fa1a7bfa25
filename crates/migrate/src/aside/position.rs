//! Where an identity stands that goes: a sequence keeps its position until the contract.

use pgwright_catalog::{Column, Identity, Name, ObjectId, QualifiedName, Sequence, quote_literal};

use super::keeper::Keeper;
use super::{aside_name, aside_schema};
use crate::change::{Change, Rank};
use crate::kinds::identity_name;
use crate::plan::PlanError;
use crate::step::FileGroup;

impl Keeper<'_> {
    /// Keeps the positions of identities of columns that stay and are plain ones then.
    pub fn positions(&mut self) -> Result<(), PlanError> {
        let mut lost: Vec<(&QualifiedName, &Column, &Identity)> = Vec::new();
        for (table, from) in &self.from.tables {
            let Some(to) = self.to.tables.get(table) else {
                continue;
            };
            let id = |column: &Name| ObjectId::Column(table.clone(), column.clone());
            let anew = |object: ObjectId| self.replaced.objects.contains(&object);
            if anew(ObjectId::Table(table.clone())) {
                continue;
            }
            for column in &from.columns {
                let after = to.column(column.name.as_str());
                // A sequence of its own takes the position over.
                let serial = |c: &Column| {
                    let default = c.default.as_ref();
                    default.is_some_and(|d| d.sql().contains("nextval("))
                };
                let plain = after.is_some_and(|c| c.identity.is_none() && !serial(c));
                if let (Some(identity), true) = (&column.identity, plain)
                    && !anew(id(&column.name))
                {
                    lost.push((table, column, identity));
                }
            }
        }
        for (table, column, identity) in lost {
            self.position(table, column, identity)?;
        }
        Ok(())
    }

    fn position(
        &mut self,
        table: &QualifiedName,
        column: &Column,
        identity: &Identity,
    ) -> Result<(), PlanError> {
        let writer = self.writer;
        let sequence = identity_name(table, &column.name, identity);
        let aside = aside_name(&sequence);
        self.schemas.insert(aside_schema(&sequence.schema));
        let object = ObjectId::Column(table.clone(), column.name.clone());
        let begin = || Change::alter(object.clone(), FileGroup::Tables, Rank::Column);
        let (mut keep, mut contract, mut restore) = (begin(), begin(), begin());
        let copy = Sequence {
            data_type: "bigint".to_owned(),
            options: identity.sequence.clone(),
            owned_by: None,
            unlogged: false,
            owner: None,
            comment: None,
            grants: Default::default(),
        };
        keep.up.push(writer.create_sequence(&aside, &copy)?.into());
        keep.up.push(writer.copy_position(&sequence, &aside).into());
        self.done.changes.push(keep);
        let drop = writer.drop(&format!("SEQUENCE {}", aside.quoted()));
        contract.up.push(drop.clone().into());
        self.done.kept.contract.push(contract);
        let there = format!(
            "to_regclass({}) IS NOT NULL",
            quote_literal(&aside.quoted())
        );
        let descends = identity.sequence.increment.is_some_and(|by| by < 0);
        let take = writer.take_position(&aside, &sequence, descends);
        let back = writer.where_holds(&there, &[take, drop], &[]);
        restore.up.push(back.into());
        self.done.kept.tidy.push(restore);
        Ok(())
    }
}
