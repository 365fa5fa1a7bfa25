//! The contents of PostgreSQL 18's own catalogs: types, functions, operators, casts, operator classes.
//!
//! The data files beside this one are written by `scripts/system-catalog` from a running server. They
//! are read once, when first needed.

pub(crate) mod extensions;
mod load;

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use super::environment::Relation;
use super::tree::{Function, Operator, Type};

/// A row of `pg_type`.
#[derive(Debug, Clone)]
pub(crate) struct SystemType {
    pub oid: u32,
    pub schema: &'static str,
    pub name: &'static str,
    /// `b` base, `c` composite, `d` domain, `p` pseudo, `r` range, `m` multirange.
    pub kind: u8,
    pub category: u8,
    pub preferred: bool,
    /// The array type over this one, 0 for none.
    pub array: u32,
    /// `a` array, `r` array of fixed length, `j` as jsonb, `-` none.
    pub subscripting: u8,
    pub element: u32,
    /// Of a domain.
    pub base: u32,
    pub base_typmod: i32,
    pub collatable: bool,
}

/// A row of `pg_cast`.
#[derive(Debug, Clone)]
pub(crate) struct SystemCast {
    pub source: u32,
    pub target: u32,
    /// 0 for none.
    pub function: u32,
    pub context: u8,
    pub method: u8,
}

/// A row of `pg_range`.
#[derive(Debug, Clone)]
pub(crate) struct SystemRange {
    pub range: u32,
    pub subtype: u32,
    pub multirange: u32,
}

/// A row of `pg_opclass`.
#[derive(Debug, Clone)]
pub(crate) struct OperatorClass {
    pub method: &'static str,
    pub name: &'static str,
    pub family: u32,
    pub input: u32,
    pub default: bool,
}

/// A search operator of a btree or hash operator family.
#[derive(Debug, Clone)]
pub(crate) struct FamilyOperator {
    pub method: &'static str,
    pub family: u32,
    pub strategy: u8,
    pub left: u32,
    pub right: u32,
    pub operator: u32,
}

/// Everything.
#[derive(Debug)]
pub(crate) struct SystemCatalog {
    /// By object identifier.
    types: Vec<SystemType>,
    types_by_name: BTreeMap<&'static str, Vec<usize>>,
    /// By name.
    functions: Vec<Arc<Function>>,
    functions_by_oid: BTreeMap<u32, usize>,
    /// By name.
    operators: Vec<Arc<Operator>>,
    operators_by_oid: BTreeMap<u32, usize>,
    /// By source and target.
    casts: Vec<SystemCast>,
    ranges: Vec<SystemRange>,
    classes: Vec<OperatorClass>,
    family_operators: Vec<FamilyOperator>,
    families_of_operator: BTreeMap<u32, Vec<usize>>,
    /// Sorted pairs of kind and name.
    names: Vec<(&'static str, &'static str)>,
    relations: OnceLock<Vec<Arc<Relation>>>,
}

static CATALOG: OnceLock<SystemCatalog> = OnceLock::new();

/// The system's catalog.
pub(crate) fn catalog() -> &'static SystemCatalog {
    CATALOG.get_or_init(load::load)
}

impl SystemCatalog {
    /// A type by object identifier.
    pub(crate) fn type_by_oid(&self, oid: u32) -> Option<&SystemType> {
        let place = self.types.binary_search_by_key(&oid, |t| t.oid).ok()?;
        self.types.get(place)
    }

    /// A type by name, in `pg_catalog` unless another schema is said.
    pub(crate) fn type_by_name(&self, schema: &str, name: &str) -> Option<&SystemType> {
        self.types_by_name
            .get(name)?
            .iter()
            .filter_map(|&place| self.types.get(place))
            .find(|t| t.schema == schema)
    }

    /// The names of all types in `pg_catalog`.
    pub(crate) fn type_names(&self) -> impl Iterator<Item = &'static str> {
        let own = self.types.iter().filter(|t| t.schema == "pg_catalog");
        own.map(|t| t.name)
    }

    /// The functions of a name, of all of the system's schemas.
    pub(crate) fn functions(&self, name: &str) -> &[Arc<Function>] {
        let start = self.functions.partition_point(|f| &*f.name < name);
        let end = self.functions.partition_point(|f| &*f.name <= name);
        self.functions.get(start..end).unwrap_or_default()
    }

    /// A function by object identifier.
    pub(crate) fn function_by_oid(&self, oid: u32) -> Option<&Arc<Function>> {
        self.functions.get(*self.functions_by_oid.get(&oid)?)
    }

    /// The operators of a name.
    pub(crate) fn operators(&self, name: &str) -> &[Arc<Operator>] {
        let start = self.operators.partition_point(|o| &*o.name < name);
        let end = self.operators.partition_point(|o| &*o.name <= name);
        self.operators.get(start..end).unwrap_or_default()
    }

    /// An operator by object identifier.
    pub(crate) fn operator_by_oid(&self, oid: u32) -> Option<&Arc<Operator>> {
        self.operators.get(*self.operators_by_oid.get(&oid)?)
    }

    /// A cast between two types of the system's.
    pub(crate) fn cast(&self, source: u32, target: u32) -> Option<&SystemCast> {
        let place = self
            .casts
            .binary_search_by_key(&(source, target), |c| (c.source, c.target))
            .ok()?;
        self.casts.get(place)
    }

    /// The description of a range type.
    pub(crate) fn range(&self, range: u32) -> Option<&SystemRange> {
        self.ranges.iter().find(|r| r.range == range)
    }

    /// The description of the range type of a multirange type.
    pub(crate) fn range_of_multirange(&self, multirange: u32) -> Option<&SystemRange> {
        self.ranges.iter().find(|r| r.multirange == multirange)
    }

    /// The operator classes of an access method.
    pub(crate) fn operator_classes<'a>(
        &'a self,
        method: &'a str,
    ) -> impl Iterator<Item = &'a OperatorClass> {
        self.classes.iter().filter(move |c| c.method == method)
    }

    /// The operator of a family for a strategy and operand types.
    pub(crate) fn family_operator(
        &self,
        family: u32,
        strategy: u8,
        left: u32,
        right: u32,
    ) -> Option<&Arc<Operator>> {
        let found = self.family_operators.iter().find(|o| {
            o.family == family && o.strategy == strategy && o.left == left && o.right == right
        })?;
        self.operator_by_oid(found.operator)
    }

    /// The memberships of an operator in families.
    pub(crate) fn families_of(&self, operator: u32) -> impl Iterator<Item = &FamilyOperator> {
        self.families_of_operator
            .get(&operator)
            .into_iter()
            .flatten()
            .filter_map(|&place| self.family_operators.get(place))
    }

    /// Whether the system has a collation (`c`), text search configuration (`t`) or dictionary (`d`)
    /// of a name on every machine.
    pub(crate) fn has_name(&self, kind: &str, name: &str) -> bool {
        self.names.binary_search(&(kind, name)).is_ok()
    }

    /// A table or view of the system's.
    pub(crate) fn relation(&self, schema: &str, name: &str) -> Option<&Arc<Relation>> {
        let relations = self.relations.get_or_init(load::relations);
        let start = relations.partition_point(|r| &*r.name < name);
        relations
            .get(start..)?
            .iter()
            .take_while(|r| &*r.name == name)
            .find(|r| &*r.schema == schema)
    }
}

/// The type of an object identifier in the data files.
fn system_type(oid: u32) -> Type {
    Type::System(oid)
}
