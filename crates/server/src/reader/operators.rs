//! Reading operators, operator classes and operator families.

use std::collections::{BTreeMap, BTreeSet};

use pgwright_catalog::{
    Name, ObjectId, Operator, OperatorClass, OperatorClassMember, OperatorClassName,
    OperatorFamily, OperatorSignature, QualifiedName,
};

use super::code::operator;
use super::operator_class::{Classes, KnownClass};
use super::{Class, ReadError, Reader, Record};

type Members = BTreeMap<(Class, u32), BTreeSet<OperatorClassMember>>;

impl Reader<'_> {
    /// Operators, classes, families and casts.
    pub(super) fn read_operators(&mut self) -> Result<(), ReadError> {
        let rows = self.query("operators", include_str!("../queries/operators.sql"), &[])?;
        let mut signatures = BTreeMap::new();
        for row in &rows {
            let operand = |column| -> Result<Option<String>, ReadError> {
                let oid: u32 = row.get(column)?;
                Ok((oid != 0).then(|| self.names.type_name(oid)))
            };
            let schema = self.names.get(Class::Schema, row.get("schema")?);
            let name = QualifiedName::new(schema.cloned().unwrap_or_default(), row.name("name")?);
            let signature = OperatorSignature {
                name,
                left: operand("left_type")?,
                right: operand("right_type")?,
            };
            signatures.insert(row.get::<u32>("oid")?, signature);
        }
        for row in &rows {
            self.hold_operator(row, &signatures)?;
        }
        self.names.keep_operators(&signatures);
        let members = self.read_members(&signatures)?;
        self.read_families(&members)?;
        self.read_classes(members)
    }

    fn hold_operator(
        &mut self,
        row: &Record,
        signatures: &BTreeMap<u32, OperatorSignature>,
    ) -> Result<(), ReadError> {
        let oid = row.get("oid")?;
        // An operator that only another names as its commutator or negator is none yet.
        let Some(function) = self.names.function(row.get("function")?) else {
            return Ok(());
        };
        if self.own_name(Class::Operator, row)?.is_none() {
            return Ok(());
        }
        let Some(signature) = signatures.get(&oid).cloned() else {
            return Ok(());
        };
        let other = |column| -> Result<Option<String>, ReadError> {
            let signature = signatures.get(&row.get(column)?);
            Ok(signature.map(|signature| operator(&signature.name)))
        };
        let held = Operator {
            function: Some(function),
            commutator: other("commutator")?,
            negator: other("negator")?,
            restrict: self.names.function(row.get("restriction")?),
            join: self.names.function(row.get("join_selectivity")?),
            hashes: row.get("hashes")?,
            merges: row.get("merges")?,
            owner: self.owner(row.get("owner")?),
            comment: self.comment(Class::Operator, oid),
        };
        let id = ObjectId::Operator(signature.clone());
        self.ids.insert((Class::Operator, oid), id);
        self.catalog.operators.insert(signature, held);
        Ok(())
    }

    fn read_members(
        &mut self,
        signatures: &BTreeMap<u32, OperatorSignature>,
    ) -> Result<Members, ReadError> {
        let mut members = Members::new();
        let query = include_str!("../queries/operator_members.sql");
        for row in self.query("members of operator classes", query, &[])? {
            let Some(class) = Class::of(row.get("class")?) else {
                continue;
            };
            let number = row.get("number")?;
            let member = match row.get("is_operator")? {
                true => signatures
                    .get(&row.get("member")?)
                    .cloned()
                    .map(|operator| {
                        Ok(OperatorClassMember::Operator {
                            strategy: number,
                            operator,
                            order_by: self
                                .names
                                .qualified(Class::OperatorFamily, row.get("order_by")?),
                        })
                    }),
                false => self.names.signature(row.get("member")?).map(|function| {
                    let operand = |column| -> Result<_, ReadError> {
                        Ok(self.names.type_name(row.get(column)?))
                    };
                    Ok(OperatorClassMember::Function {
                        number,
                        operands: (operand("left_type")?, operand("right_type")?),
                        function,
                    })
                }),
            };
            let of = (class, row.get("oid")?);
            if let Some(member) = member.transpose()? {
                members.entry(of).or_default().insert(member);
            }
        }
        Ok(members)
    }

    fn read_families(&mut self, members: &Members) -> Result<(), ReadError> {
        let query = include_str!("../queries/operator_families.sql");
        for row in self.query("operator families", query, &[])? {
            let oid = row.get("oid")?;
            let Some(name) = self.class_name(Class::OperatorFamily, &row)? else {
                continue;
            };
            let of = (Class::OperatorFamily, oid);
            let family = OperatorFamily {
                members: members.get(&of).cloned().unwrap_or_default(),
                owner: self.owner(row.get("owner")?),
                comment: self.comment(Class::OperatorFamily, oid),
            };
            self.ids.insert(of, ObjectId::OperatorFamily(name.clone()));
            self.catalog.operator_families.insert(name, family);
        }
        Ok(())
    }

    fn read_classes(&mut self, mut members: Members) -> Result<(), ReadError> {
        let mut known = BTreeMap::new();
        let query = include_str!("../queries/operator_classes.sql");
        for row in self.query("operator classes", query, &[])? {
            let oid: u32 = row.get("oid")?;
            let schema = self.names.get(Class::Schema, row.get("schema")?);
            let (type_, storage): (u32, u32) = (row.get("type")?, row.get("storage")?);
            let class = KnownClass {
                name: QualifiedName::new(schema.cloned().unwrap_or_default(), row.name("name")?),
                method: row.get("method")?,
                is_default: row.get("is_default")?,
                type_,
            };
            known.insert(oid, class);
            let Some(name) = self.class_name(Class::OperatorClass, &row)? else {
                continue;
            };
            let Some(family) = self
                .names
                .qualified(Class::OperatorFamily, row.get("family")?)
            else {
                continue;
            };
            let of = (Class::OperatorClass, oid);
            let class = OperatorClass {
                default: row.get("is_default")?,
                data_type: self.names.type_name(type_),
                family,
                storage: (storage != 0).then(|| self.names.type_name(storage)),
                members: members.remove(&of).unwrap_or_default(),
                owner: self.owner(row.get("owner")?),
                comment: self.comment(Class::OperatorClass, oid),
            };
            self.ids.insert(of, ObjectId::OperatorClass(name.clone()));
            self.catalog.operator_classes.insert(name, class);
        }
        let same = self.read_casts()?;
        self.classes = Classes::new(known, same);
        Ok(())
    }

    /// The name of a class or family that is the database's own.
    fn class_name(
        &self,
        class: Class,
        row: &Record,
    ) -> Result<Option<OperatorClassName>, ReadError> {
        let method: Option<&Name> = self.names.get(Class::AccessMethod, row.get("method")?);
        let name = self.own_name(class, row)?.zip(method.cloned());
        Ok(name.map(|(name, method)| OperatorClassName { name, method }))
    }
}
