//! Casts and transforms: how values change type, and how they enter a procedural language.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::{Name, RoutineSignature};

/// What identifies a cast.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CastSignature {
    /// Type that is cast.
    pub source: String,
    /// Type that results.
    pub target: String,
}

impl fmt::Display for CastSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({} AS {})", self.source, self.target)
    }
}

impl Serialize for CastSignature {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A cast.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Cast {
    /// How it is done.
    pub method: CastMethod,
    /// When it is done without being asked for.
    pub context: CastContext,
    /// `COMMENT ON CAST`.
    pub comment: Option<String>,
}

/// How a cast is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CastMethod {
    /// WITH FUNCTION.
    Function(RoutineSignature),
    /// WITH INOUT: by the text form.
    InOut,
    /// WITHOUT FUNCTION: the bits are the same.
    Binary,
}

/// When a cast is done without being asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CastContext {
    /// Never.
    Explicit,
    /// AS ASSIGNMENT.
    Assignment,
    /// AS IMPLICIT.
    Implicit,
}

/// What identifies a transform.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TransformSignature {
    /// The type.
    pub data_type: String,
    /// The procedural language.
    pub language: Name,
}

impl fmt::Display for TransformSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "FOR {} LANGUAGE {}",
            self.data_type,
            self.language.quoted()
        )
    }
}

impl Serialize for TransformSignature {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A transform.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Transform {
    /// FROM SQL WITH FUNCTION.
    pub from_sql: Option<RoutineSignature>,
    /// TO SQL WITH FUNCTION.
    pub to_sql: Option<RoutineSignature>,
    /// `COMMENT ON TRANSFORM`.
    pub comment: Option<String>,
}
