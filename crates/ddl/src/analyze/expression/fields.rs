//! Subscripts and fields: `a[1]`, `a[2:3]`, `j['key']`, `(row).field`.

use pg_query::NodeEnum;
use pg_query::protobuf::{AIndices, AIndirection, Node};

use super::container;
use crate::analyze::coerce::{CoercionContext, coerce_to_target};
use crate::analyze::error::Undecided;
use crate::analyze::from::expression_columns;
use crate::analyze::state::ParseState;
use crate::analyze::tree::{CoercionForm, Expr, FieldSelect, SubscriptingRef, Type};
use crate::analyze::types::format_type;

impl ParseState<'_> {
    /// A value followed by subscripts and field names.
    pub(super) fn indirection(&mut self, indirection: &AIndirection) -> Result<Expr, Undecided> {
        let mut result = self.required(indirection.arg.as_deref())?;
        let mut subscripts: Vec<&AIndices> = Vec::new();
        for step in &indirection.indirection {
            match step.node.as_ref() {
                Some(NodeEnum::AIndices(indices)) => subscripts.push(indices),
                Some(NodeEnum::String(name)) => {
                    result = self.subscripts(result, &subscripts)?;
                    subscripts.clear();
                    result = self.field_or_function(&name.sval, result)?;
                }
                _ => return Err(Undecided::new("row expansion via \"*\" here")),
            }
        }
        self.subscripts(result, &subscripts)
    }

    /// Applies subscripts, as many as stand together.
    pub(crate) fn subscripts(
        &mut self,
        value: Expr,
        list: &[&AIndices],
    ) -> Result<Expr, Undecided> {
        if list.is_empty() {
            return Ok(value);
        }
        let source = value.data_type();
        let (container_type, typmod, element) = container(self, &source, value.typmod());
        if container_type == Type::JSONB {
            return self.jsonb_subscripts(value, list);
        }
        let element = element
            .or_else(|| fixed_array_element(&container_type))
            .ok_or_else(|| {
                Undecided::new(format!(
                    "cannot subscript type {}",
                    format_type(&container_type, None)
                ))
            })?;
        // One slice makes all of them slices.
        let is_slice = list.iter().any(|i| i.is_slice);
        let (mut upper, mut lower) = (Vec::new(), Vec::new());
        for indices in list {
            if is_slice {
                lower.push(match (&indices.lidx, indices.is_slice) {
                    (Some(bound), _) => Some(self.integer_subscript(bound)?),
                    (None, true) => None,
                    (None, false) => Some(Expr::constant(Type::INT4, "1")),
                });
            }
            upper.push(match &indices.uidx {
                Some(bound) => Some(self.integer_subscript(bound)?),
                None => None,
            });
        }
        Ok(Expr::SubscriptingRef(Box::new(SubscriptingRef {
            data_type: if is_slice {
                container_type.clone()
            } else {
                element.clone()
            },
            container_type,
            element_type: element,
            typmod,
            upper,
            lower,
            container: value,
            assignment: None,
        })))
    }

    fn integer_subscript(&mut self, node: &Node) -> Result<Expr, Undecided> {
        let expr = self.transform(node)?;
        coerce_to_target(
            self.environment,
            expr,
            &Type::INT4,
            -1,
            CoercionContext::Assignment,
            CoercionForm::ImplicitCast,
        )?
        .ok_or_else(|| Undecided::new("array subscript must have type integer"))
    }

    /// Subscripts of jsonb are integers or text.
    fn jsonb_subscripts(&mut self, value: Expr, list: &[&AIndices]) -> Result<Expr, Undecided> {
        let mut upper = Vec::with_capacity(list.len());
        for indices in list {
            let (false, Some(node)) = (indices.is_slice, &indices.uidx) else {
                return Err(Undecided::new("jsonb subscript does not support slices"));
            };
            let expr = self.transform(node)?;
            let target = match expr.data_type() {
                Type::INT4 | Type::INT2 | Type::INT8 => Type::INT4,
                _ => Type::TEXT,
            };
            let expr = coerce_to_target(
                self.environment,
                expr,
                &target,
                -1,
                CoercionContext::Implicit,
                CoercionForm::ImplicitCast,
            )?;
            upper.push(Some(expr.ok_or_else(|| {
                Undecided::new("jsonb subscript must have type integer or text")
            })?));
        }
        Ok(Expr::SubscriptingRef(Box::new(SubscriptingRef {
            container_type: Type::JSONB,
            element_type: Type::JSONB,
            data_type: Type::JSONB,
            typmod: value.typmod(),
            upper,
            lower: Vec::new(),
            container: value,
            assignment: None,
        })))
    }

    /// `value.name`: a field, or a function of one argument in column notation.
    pub(super) fn field_or_function(&mut self, name: &str, value: Expr) -> Result<Expr, Undecided> {
        if let Some(field) = self.field(name, &value) {
            return Ok(field);
        }
        self.call_in_column_notation(name, value)
    }

    /// A field of a composite value; none when there is no such field.
    pub(super) fn field(&self, name: &str, value: &Expr) -> Option<Expr> {
        // A field of a whole row is just the column.
        if let Expr::Var(var) = value
            && var.attno == 0
            && let Some(column) = self.column_of_whole_row(var, name)
        {
            return Some(column);
        }
        let columns = expression_columns(self, value).ok().flatten()?;
        let (place, column) = columns.iter().enumerate().find(|(_, c)| &*c.name == name)?;
        Some(Expr::FieldSelect(Box::new(FieldSelect {
            argument: value.clone(),
            field: i16::try_from(place).ok()? + 1,
            name: column.name.clone(),
            data_type: column.data_type.clone(),
            typmod: column.typmod,
        })))
    }

    fn column_of_whole_row(&self, var: &crate::analyze::tree::Var, name: &str) -> Option<Expr> {
        let mut state = self as &ParseState<'_>;
        for _ in 0..var.levels_up {
            state = state.parent?;
        }
        let item = state
            .namespace
            .iter()
            .find(|item| item.rtindex == var.varno && item.returning == var.returning)?;
        let column = item.columns.iter().find(|c| &*c.name == name)?;
        let mut found = column.var.clone();
        found.levels_up = var.levels_up;
        found.returning = var.returning;
        Some(Expr::Var(found))
    }
}

/// The element type of the few types that are arrays of fixed length: `point`, `box`, `name`.
fn fixed_array_element(data_type: &Type) -> Option<Type> {
    let Type::System(oid) = data_type else {
        return None;
    };
    let found = crate::analyze::system::catalog().type_by_oid(*oid)?;
    (found.subscripting == b'r').then_some(Type::System(found.element))
}
