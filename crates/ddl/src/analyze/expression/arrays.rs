//! `ARRAY[…]`.

use pg_query::NodeEnum;
use pg_query::protobuf::AArrayExpr;

use super::is_plain_array;
use crate::analyze::coerce::{
    CoercionContext, coerce_to_common, coerce_to_target, select_common_type,
};
use crate::analyze::error::Undecided;
use crate::analyze::state::ParseState;
use crate::analyze::tree::{ArrayExpr, CoercionForm, Expr, Type};
use crate::analyze::types::{array_type, element_type, format_type};

impl ParseState<'_> {
    /// An array; with `wanted` (array type, element type, modifier) inside a cast to it.
    pub(super) fn array(
        &mut self,
        array: &AArrayExpr,
        wanted: Option<(Type, Type, i32)>,
    ) -> Result<Expr, Undecided> {
        let mut elements = Vec::with_capacity(array.elements.len());
        let mut multidimensional = false;
        for node in &array.elements {
            let element = match node.node.as_ref() {
                Some(NodeEnum::AArrayExpr(inner)) => {
                    multidimensional = true;
                    self.array(inner, wanted.clone())?
                }
                _ => {
                    let element = self.transform(node)?;
                    multidimensional |= is_plain_array(&element.data_type());
                    element
                }
            };
            elements.push(element);
        }
        let env = self.environment;
        let undecided = |what: String| Undecided::at(array.location, what);
        let (data_type, element_type, elements) = match wanted {
            Some((data_type, element_type, typmod)) => {
                let target = if multidimensional {
                    &data_type
                } else {
                    &element_type
                };
                let coerced = elements
                    .into_iter()
                    .map(|element| {
                        coerce_to_target(
                            env,
                            element,
                            target,
                            typmod,
                            CoercionContext::Explicit,
                            CoercionForm::ExplicitCast,
                        )?
                        .ok_or_else(|| {
                            undecided(format!(
                                "an element of ARRAY as {}",
                                format_type(target, None)
                            ))
                        })
                    })
                    .collect::<Result<Vec<_>, _>>()?;
                (data_type, element_type, coerced)
            }
            None => {
                if elements.is_empty() {
                    return Err(undecided("the type of an empty array".to_owned()));
                }
                let common =
                    select_common_type(env, &elements.iter().collect::<Vec<_>>(), "ARRAY")?;
                let (data_type, element) = if multidimensional {
                    (Some(common.clone()), element_type(&common))
                } else {
                    (array_type(&common), Some(common.clone()))
                };
                let (Some(data_type), Some(element)) = (data_type, element) else {
                    return Err(undecided(format!(
                        "an array of {}",
                        format_type(&common, None)
                    )));
                };
                let coerced = elements
                    .into_iter()
                    .map(|e| coerce_to_common(env, e, &common, "ARRAY"))
                    .collect::<Result<Vec<_>, _>>()?;
                (data_type, element, coerced)
            }
        };
        Ok(Expr::Array(ArrayExpr {
            data_type,
            element_type,
            elements,
            multidimensional,
        }))
    }
}
