//! Reading sequences: those that stand alone, and those behind identity columns.

use std::collections::BTreeSet;

use pgwright_catalog::{
    Identity, Name, ObjectId, Persistence, QualifiedName, Sequence, SequenceOptions, object_name,
};

use super::relations::persistence;
use super::{Class, ReadError, Reader, Record};

impl Reader<'_> {
    pub(super) fn read_sequences(&mut self) -> Result<(), ReadError> {
        for row in self.query("sequences", include_str!("../queries/sequences.sql"), &[])? {
            let oid: u32 = row.get("oid")?;
            let Some(name) = self.own_name(Class::Relation, &row)? else {
                continue;
            };
            let data_type = self.names.type_name(row.get("type")?);
            let options = sequence_options(&row, &data_type)?;
            let owned_by = self.owning_column(&row)?;
            let is_unlogged = persistence(row.code("persistence")?);
            if !row.get::<bool>("is_identity")? {
                let sequence = Sequence {
                    data_type,
                    options,
                    owned_by,
                    unlogged: is_unlogged == Persistence::Unlogged,
                    owner: self.owner(row.get("owner")?),
                    comment: self.comment(Class::Relation, oid),
                    grants: BTreeSet::new(),
                };
                let id = ObjectId::Sequence(name.clone());
                self.ids.insert((Class::Relation, oid), id);
                self.catalog.sequences.insert(name, sequence);
                continue;
            }
            if let Some((table, column)) = owned_by {
                self.hold_identity(oid, name, (table, column), options, is_unlogged);
            }
        }
        Ok(())
    }

    /// The column that a sequence belongs to, if it is held.
    fn owning_column(&self, row: &Record) -> Result<Option<(QualifiedName, Name)>, ReadError> {
        let Some(relation) = row.get::<Option<u32>>("column_relation")? else {
            return Ok(None);
        };
        let number: i32 = row.get("column_number")?;
        let column = i16::try_from(number).ok().and_then(|number| {
            let attribute = self.relations.get(&relation)?.attribute(number)?;
            Some(attribute.name.clone())
        });
        Ok(self.relation(relation).cloned().zip(column))
    }

    fn hold_identity(
        &mut self,
        oid: u32,
        name: QualifiedName,
        (table, column): (QualifiedName, Name),
        options: SequenceOptions,
        persistence: Persistence,
    ) {
        let comment = self.comment(Class::Relation, oid);
        // Before 15 a sequence could only be permanent.
        let knows_unlogged = self.major >= 15;
        let id = ObjectId::Column(table.clone(), column.clone());
        let Some(held) = self.catalog.tables.get_mut(&table) else {
            return;
        };
        let usual = object_name(table.name.as_str(), column.as_str(), "seq");
        let is_usual = name == QualifiedName::new(table.schema.clone(), usual);
        let of_table = held.persistence;
        let identity = held
            .column_mut(column.as_str())
            .and_then(|column| column.identity.as_mut());
        if let Some(identity) = identity {
            *identity = Identity {
                always: identity.always,
                sequence: options,
                name: (!is_usual).then_some(name),
                persistence: (knows_unlogged && persistence != of_table).then_some(persistence),
                comment,
                grants: BTreeSet::new(),
            };
            // Who needs the sequence needs its column; privileges on it are held there.
            self.ids.insert((Class::Relation, oid), id);
        }
    }
}

/// A sequence's options, those that are the default for its type and direction left out.
fn sequence_options(row: &Record, data_type: &str) -> Result<SequenceOptions, ReadError> {
    let (low, high) = match data_type {
        "smallint" => (i64::from(i16::MIN), i64::from(i16::MAX)),
        "integer" => (i64::from(i32::MIN), i64::from(i32::MAX)),
        _ => (i64::MIN, i64::MAX),
    };
    let increment: i64 = row.get("increment")?;
    let (least, greatest) = if increment > 0 { (1, high) } else { (low, -1) };
    let (minimum, maximum): (i64, i64) = (row.get("minimum")?, row.get("maximum")?);
    let first = if increment > 0 { minimum } else { maximum };
    let unless = |value: i64, usual: i64| (value != usual).then_some(value);
    Ok(SequenceOptions {
        start: unless(row.get("start")?, first),
        increment: unless(increment, 1),
        minimum: unless(minimum, least),
        maximum: unless(maximum, greatest),
        cache: unless(row.get("cache")?, 1),
        cycle: row.get("cycle")?,
    })
}
