//! Casts and transforms.

use super::text::type_name;
use super::{WriteError, Writer};
use crate::{
    Cast, CastContext, CastMethod, CastSignature, ObjectId, Transform, TransformSignature,
};

impl Writer {
    /// `CREATE CAST`.
    pub fn create_cast(&self, signature: &CastSignature, cast: &Cast) -> String {
        let method = match &cast.method {
            CastMethod::Function(function) => format!("WITH FUNCTION {}", self.signature(function)),
            CastMethod::InOut => "WITH INOUT".to_owned(),
            CastMethod::Binary => "WITHOUT FUNCTION".to_owned(),
        };
        let context = match cast.context {
            CastContext::Explicit => "",
            CastContext::Assignment => " AS ASSIGNMENT",
            CastContext::Implicit => " AS IMPLICIT",
        };
        format!(
            "CREATE CAST ({} AS {})\n    {method}{context};",
            type_name(&signature.source),
            type_name(&signature.target)
        )
    }

    /// `CREATE TRANSFORM`.
    pub fn create_transform(
        &self,
        signature: &TransformSignature,
        transform: &Transform,
    ) -> Result<String, WriteError> {
        let functions: Vec<_> = [("FROM", &transform.from_sql), ("TO", &transform.to_sql)]
            .into_iter()
            .filter_map(|(word, function)| {
                let function = self.signature(function.as_ref()?);
                Some(format!("{word} SQL WITH FUNCTION {function}"))
            })
            .collect();
        if functions.is_empty() {
            return Err(WriteError::Impossible {
                object: Box::new(ObjectId::Transform(signature.clone())),
                problem: "a transform needs a function for one direction at least".to_owned(),
            });
        }
        Ok(format!(
            "CREATE TRANSFORM FOR {} LANGUAGE {} (\n    {}\n);",
            type_name(&signature.data_type),
            signature.language.quoted(),
            functions.join(",\n    ")
        ))
    }
}
