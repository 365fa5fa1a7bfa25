//! JSON Schemas of the types that serialise as text.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

/// Names and signatures: each is written as SQL writes it, without quotes.
macro_rules! as_text {
    ($($name:ident: $description:literal),* $(,)?) => {$(
        impl JsonSchema for crate::$name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "description": $description })
            }
        }
    )*};
}

as_text! {
    Name: "An identifier, not quoted.",
    QualifiedName: "`schema.name`, not quoted.",
    Expression: "SQL text of an expression.",
    ObjectId: "Kind and name of an object, such as `table app.orders`.",
    RoutineSignature: "`schema.name(type, …)`.",
    OperatorSignature: "`schema.name (left, right)`.",
    OperatorClassName: "`schema.name USING method`.",
    CastSignature: "`(source AS target)`.",
    TransformSignature: "`FOR type LANGUAGE language`.",
    UserMappingName: "`FOR user SERVER server`.",
}
