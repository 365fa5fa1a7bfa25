//! Constants, with the cast that makes them read back as the type they have.

use super::printer::Printer;
use crate::analyze::tree::{Const, Type};
use crate::analyze::types::format_type;

/// Whether a constant is printed with its type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ShowType {
    /// Never: a cast follows, or the type is plain from where it stands.
    Never,
    /// Where it would be read back as another type.
    Needed,
    /// Always.
    Always,
}

impl Printer<'_> {
    /// A constant.
    pub(super) fn constant(&mut self, constant: &Const, show: ShowType) {
        let Some(value) = constant.value.as_deref() else {
            self.put("NULL");
            if show != ShowType::Never {
                self.cast(&constant.data_type, constant.typmod);
            }
            return;
        };
        // What the parser takes for the type by itself stands bare. A minus sign would be read as an
        // operator, so negative numbers are quoted.
        let bare = match constant.data_type {
            Type::INT4 => !value.starts_with('-'),
            Type::NUMERIC => {
                value.starts_with(|c: char| c.is_ascii_digit()) && value.contains(['e', 'E', '.'])
            }
            _ => false,
        };
        match constant.data_type {
            Type::INT4 | Type::NUMERIC if bare => self.put(value),
            Type::INT4 | Type::NUMERIC => {
                self.put("'");
                self.put(value);
                self.put("'");
            }
            Type::BOOL => self.put(if value.starts_with('t') {
                "true"
            } else {
                "false"
            }),
            _ => self.literal(value),
        }
        let labelled = match constant.data_type {
            Type::BOOL | Type::UNKNOWN => false,
            Type::INT4 => !bare,
            Type::NUMERIC => !bare || constant.typmod >= 0,
            _ => true,
        };
        if show == ShowType::Always || (show == ShowType::Needed && labelled) {
            self.cast(&constant.data_type, constant.typmod);
        }
    }

    /// `::type`.
    pub(super) fn cast(&mut self, data_type: &Type, typmod: i32) {
        self.put("::");
        self.put(&format_type(data_type, Some(typmod)));
    }
}
