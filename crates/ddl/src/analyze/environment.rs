//! What the analysis needs to know of the objects around a text.

use std::sync::Arc;

use super::tree::{Collation, Function, Operator, RelationKind, RteColumn, Type};

/// The objects that names can mean, besides those of `pg_catalog`, which are built in.
///
/// A look-up with `schema: None` goes along the search path (`pg_catalog` first, unless the path
/// names it elsewhere); what is found in `pg_catalog` is not asked here.
pub trait Environment {
    /// The schemas of the search path, without `pg_catalog` unless it was named.
    fn search_path(&self) -> &[Arc<str>];

    /// A table, view, materialized view, sequence or composite type.
    fn relation(&self, schema: Option<&str>, name: &str) -> Option<Arc<Relation>>;

    /// A type of the user's. The row type of a relation is found too.
    fn user_type(&self, schema: Option<&str>, name: &str) -> Option<Arc<TypeDescription>>;

    /// All functions, procedures and aggregates of a name: of one schema, or of the schemas of the
    /// search path in its order.
    fn functions(&self, schema: Option<&str>, name: &str) -> Vec<Arc<Function>>;

    /// All operators of a name, likewise.
    fn operators(&self, schema: Option<&str>, name: &str) -> Vec<Arc<Operator>>;

    /// A cast that the user made.
    fn cast(&self, source: &Type, target: &Type) -> Option<Arc<Cast>>;

    /// A collation of the user's.
    fn collation(&self, schema: Option<&str>, name: &str) -> Option<Collation>;
}

/// A relation as the analysis needs it.
#[derive(Debug, Clone, PartialEq)]
pub struct Relation {
    /// The schema.
    pub schema: Arc<str>,
    /// The name.
    pub name: Arc<str>,
    /// The kind.
    pub kind: RelationKind,
    /// The columns, dropped ones left out.
    pub columns: Vec<RteColumn>,
    /// Columns of the primary key, by number from 1, for GROUP BY by functional dependency.
    pub primary_key: Vec<i16>,
    /// Tables that this one inherits from.
    pub inherits: Vec<(Arc<str>, Arc<str>)>,
}

/// A type of the user's.
#[derive(Debug, Clone, PartialEq)]
pub struct TypeDescription {
    /// The schema.
    pub schema: Arc<str>,
    /// The name.
    pub name: Arc<str>,
    /// What it is.
    pub kind: TypeDescriptionKind,
}

/// What a user's type is.
#[derive(Debug, Clone, PartialEq)]
pub enum TypeDescriptionKind {
    /// An enumeration, with its labels.
    Enum(Vec<Arc<str>>),
    /// A domain over a type.
    Domain {
        /// The base type.
        base: Type,
        /// Its type modifier.
        typmod: i32,
    },
    /// A composite type, or the row type of a relation.
    Composite(Vec<RteColumn>),
    /// A range type.
    Range {
        /// The type of the bounds.
        subtype: Type,
        /// The name of its multirange type, in the same schema.
        multirange: Arc<str>,
    },
    /// The multirange type of a range type.
    Multirange {
        /// The range type.
        range: Type,
    },
    /// A base type of an extension that is known.
    Base {
        /// `pg_type.typcategory`.
        category: u8,
    },
    /// A base type whose properties are not known (an extension's).
    Unknown,
}

/// A cast that the user made.
#[derive(Debug, Clone, PartialEq)]
pub struct Cast {
    /// `e` explicit, `a` assignment, `i` implicit.
    pub context: u8,
    /// `f` function, `i` input and output functions, `b` binary-coercible.
    pub method: u8,
    /// The function.
    pub function: Option<Arc<Function>>,
}
