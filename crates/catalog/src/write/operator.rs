//! Operators, operator families and operator classes.

use super::text::{parenthesised, type_name};
use super::{WriteError, Writer};
use crate::{
    Operator, OperatorClass, OperatorClassMember, OperatorClassName, OperatorFamily,
    OperatorSignature, QualifiedName,
};

impl Writer {
    /// `CREATE OPERATOR`. A commutator or negator that is not there yet is made by the server as a
    /// place to be filled.
    pub fn create_operator(&self, signature: &OperatorSignature, operator: &Operator) -> String {
        let mut parts = Vec::new();
        if let Some(function) = &operator.function {
            parts.push(format!("FUNCTION = {}", function.quoted()));
        }
        for (word, operand) in [("LEFTARG", &signature.left), ("RIGHTARG", &signature.right)] {
            if let Some(operand) = operand {
                parts.push(format!("{word} = {}", type_name(operand)));
            }
        }
        for (word, other) in [
            ("COMMUTATOR", &operator.commutator),
            ("NEGATOR", &operator.negator),
        ] {
            if let Some(other) = other {
                parts.push(format!("{word} = {other}"));
            }
        }
        for (word, function) in [("RESTRICT", &operator.restrict), ("JOIN", &operator.join)] {
            if let Some(function) = function {
                parts.push(format!("{word} = {}", function.quoted()));
            }
        }
        if operator.hashes {
            parts.push("HASHES".to_owned());
        }
        if operator.merges {
            parts.push("MERGES".to_owned());
        }
        let head = format!("CREATE OPERATOR {} ", operator_name(&signature.name));
        parenthesised(&head, &parts, 0) + ";"
    }

    /// `CREATE OPERATOR FAMILY`, without members.
    pub fn create_operator_family(&self, name: &OperatorClassName) -> String {
        format!("CREATE OPERATOR FAMILY {};", name.quoted())
    }

    /// `ALTER OPERATOR FAMILY … ADD` of the members that belong to no class.
    pub fn operator_family_members(
        &self,
        name: &OperatorClassName,
        family: &OperatorFamily,
    ) -> Option<String> {
        if family.members.is_empty() {
            return None;
        }
        let members: Vec<_> = family.members.iter().map(|m| self.member(m)).collect();
        Some(format!(
            "ALTER OPERATOR FAMILY {} ADD\n    {};",
            name.quoted(),
            members.join(",\n    ")
        ))
    }

    /// `CREATE OPERATOR CLASS` in its family, which is there already.
    pub fn create_operator_class(
        &self,
        name: &OperatorClassName,
        class: &OperatorClass,
    ) -> Result<String, WriteError> {
        let mut members: Vec<_> = class.members.iter().map(|m| self.member(m)).collect();
        if let Some(storage) = &class.storage {
            members.push(format!("STORAGE {}", type_name(storage)));
        }
        if members.is_empty() {
            // The grammar wants at least one; that the type is stored as itself says nothing.
            members.push(format!("STORAGE {}", type_name(&class.data_type)));
        }
        let default = if class.default { " DEFAULT" } else { "" };
        Ok(format!(
            "CREATE OPERATOR CLASS {}{default}\n    FOR TYPE {} USING {} FAMILY {} AS\n    {};",
            name.name.quoted(),
            type_name(&class.data_type),
            name.method.quoted(),
            class.family.quoted(),
            members.join(",\n    ")
        ))
    }

    fn member(&self, member: &OperatorClassMember) -> String {
        match member {
            OperatorClassMember::Operator {
                strategy,
                operator,
                order_by,
            } => {
                let purpose = match order_by {
                    Some(family) => format!(" FOR ORDER BY {}", family.quoted()),
                    None => String::new(),
                };
                format!("OPERATOR {strategy} {}{purpose}", operator.quoted())
            }
            OperatorClassMember::Function {
                number,
                operands: (left, right),
                function,
            } => format!(
                "FUNCTION {number} ({}, {}) {}",
                type_name(left),
                type_name(right),
                self.signature(function)
            ),
        }
    }
}

/// The name of an operator is never quoted, that of its schema as any other.
fn operator_name(name: &QualifiedName) -> String {
    format!("{}.{}", name.schema.quoted(), name.name)
}
