//! An expression is serialised as its SQL text.

use serde::{Serialize, Serializer};

use super::Expr;

impl Serialize for Expr {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_sql())
    }
}
