//! Operators, operator classes and operator families.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Serialize, Serializer};

use crate::{Name, QualifiedName, RoutineSignature};

/// What identifies an operator: its name and the types of its operands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OperatorSignature {
    /// Name.
    pub name: QualifiedName,
    /// Type of the left operand; `None` for a prefix operator.
    pub left: Option<String>,
    /// Type of the right operand; `None` for a postfix operator of an old server.
    pub right: Option<String>,
}

impl OperatorSignature {
    /// `schema.+ (integer, integer)` as SQL text needs it.
    pub fn quoted(&self) -> String {
        // The name of an operator is never quoted.
        let operand = |t: &Option<String>| t.clone().unwrap_or_else(|| "NONE".to_owned());
        format!(
            "{}.{} ({}, {})",
            self.name.schema.quoted(),
            self.name.name,
            operand(&self.left),
            operand(&self.right)
        )
    }
}

impl fmt::Display for OperatorSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.quoted())
    }
}

impl Serialize for OperatorSignature {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// An operator.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Operator {
    /// The function that computes it.
    pub function: Option<QualifiedName>,
    /// COMMUTATOR: `schema.name`, in the form `OPERATOR(schema.name)`.
    pub commutator: Option<String>,
    /// NEGATOR, in the form `OPERATOR(schema.name)`.
    pub negator: Option<String>,
    /// RESTRICT: the function that estimates selectivity.
    pub restrict: Option<QualifiedName>,
    /// JOIN: the function that estimates join selectivity.
    pub join: Option<QualifiedName>,
    /// HASHES.
    pub hashes: bool,
    /// MERGES.
    pub merges: bool,
    /// Owner, when known or chosen.
    pub owner: Option<Name>,
    /// `COMMENT ON OPERATOR`.
    pub comment: Option<String>,
}

/// What identifies an operator class or family: its name and index method.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OperatorClassName {
    /// Name.
    pub name: QualifiedName,
    /// Index access method.
    pub method: Name,
}

impl OperatorClassName {
    /// `schema.name USING method` as SQL text needs it.
    pub fn quoted(&self) -> String {
        format!("{} USING {}", self.name.quoted(), self.method.quoted())
    }
}

impl fmt::Display for OperatorClassName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} USING {}", self.name, self.method)
    }
}

impl Serialize for OperatorClassName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// An operator class.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OperatorClass {
    /// DEFAULT for its type.
    pub default: bool,
    /// FOR TYPE.
    pub data_type: String,
    /// FAMILY. A class made without one has a family of its own name, which is listed as well.
    pub family: QualifiedName,
    /// STORAGE, when it is not the type itself.
    pub storage: Option<String>,
    /// Operators and functions.
    pub members: BTreeSet<OperatorClassMember>,
    /// Owner, when known or chosen.
    pub owner: Option<Name>,
    /// `COMMENT ON OPERATOR CLASS`.
    pub comment: Option<String>,
}

/// An operator family.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OperatorFamily {
    /// Operators and functions that belong to no class of the family.
    pub members: BTreeSet<OperatorClassMember>,
    /// Owner, when known or chosen.
    pub owner: Option<Name>,
    /// `COMMENT ON OPERATOR FAMILY`.
    pub comment: Option<String>,
}

/// An operator or support function of an operator class or family.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum OperatorClassMember {
    /// `OPERATOR number name (left, right)`.
    Operator {
        /// Strategy number.
        strategy: i32,
        /// The operator.
        operator: OperatorSignature,
        /// FOR ORDER BY: the B-tree family that orders its results.
        order_by: Option<QualifiedName>,
    },
    /// `FUNCTION number (left, right) name (types)`.
    Function {
        /// Support function number.
        number: i32,
        /// Operand types that it is for.
        operands: (String, String),
        /// The function.
        function: RoutineSignature,
    },
}
