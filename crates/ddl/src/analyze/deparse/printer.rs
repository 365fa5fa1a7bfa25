//! The state of printing: the text so far, the name spaces around, and how the query at hand is printed.

use std::sync::Arc;

use pgwright_catalog::quote_identifier;

use super::namespace::Namespace;
use crate::analyze::Undecided;
use crate::analyze::tree::{TargetEntry, WindowClause};

/// What printing a part gives: nothing but the text, unless the tree refers to what is not there.
pub(super) type Printed = Result<(), Undecided>;

/// A text under construction.
pub(super) struct Printer<'a> {
    /// The text.
    pub out: String,
    /// The queries around, outermost first.
    pub namespaces: Vec<Namespace<'a>>,
    /// How the innermost query is printed.
    pub state: State<'a>,
}

/// How a query is printed. Each subquery has its own.
#[derive(Clone)]
pub(super) struct State<'a> {
    /// Names of output columns that override those of the target list (a view's).
    pub result_names: Option<Arc<[Arc<str>]>>,
    /// The target list, for windows and for ORDER BY.
    pub targets: &'a [TargetEntry],
    /// The windows.
    pub windows: &'a [WindowClause],
    /// Whether columns are qualified.
    pub var_prefix: bool,
    /// Whether lines are broken and indented.
    pub indent: bool,
    /// The indentation reached.
    pub level: i32,
    /// Whether the names of the output columns matter to anybody.
    pub column_names_visible: bool,
    /// Whether GROUP BY is being printed.
    pub in_group_by: bool,
    /// Whether an item of ORDER BY is being printed.
    pub var_in_order_by: bool,
}

impl State<'_> {
    /// The state outside any query.
    pub(super) fn outside(indent: bool, level: i32, var_prefix: bool) -> Self {
        Self {
            result_names: None,
            targets: &[],
            windows: &[],
            var_prefix,
            indent,
            level,
            column_names_visible: true,
            in_group_by: false,
            var_in_order_by: false,
        }
    }
}

impl<'a> Printer<'a> {
    pub(super) fn new(state: State<'a>) -> Self {
        Self {
            out: String::new(),
            namespaces: Vec::new(),
            state,
        }
    }

    /// Appends text.
    pub(super) fn put(&mut self, text: &str) {
        self.out.push_str(text);
    }

    /// Appends an identifier, quoted where needed.
    pub(super) fn identifier(&mut self, name: &str) {
        self.out.push_str(&quote_identifier(name));
    }

    /// Appends identifiers in a row, with commas.
    pub(super) fn identifiers<I: AsRef<str>>(&mut self, names: impl IntoIterator<Item = I>) {
        for (place, name) in names.into_iter().enumerate() {
            if place > 0 {
                self.put(", ");
            }
            self.identifier(name.as_ref());
        }
    }

    /// Appends a text literal: the text with quotes doubled and nothing else, since the server relies
    /// on `standard_conforming_strings`.
    pub(super) fn literal(&mut self, text: &str) {
        self.out.push('\'');
        self.out.push_str(&text.replace('\'', "''"));
        self.out.push('\'');
    }

    /// Prints a part into a text of its own.
    pub(super) fn apart(
        &mut self,
        print: impl FnOnce(&mut Self) -> Printed,
    ) -> Result<String, Undecided> {
        let before = std::mem::take(&mut self.out);
        let result = print(self);
        let part = std::mem::replace(&mut self.out, before);
        result.map(|()| part)
    }

    /// The name space that is `levels_up` queries out.
    pub(super) fn namespace(&self, levels_up: usize) -> Result<&Namespace<'a>, Undecided> {
        self.namespaces
            .len()
            .checked_sub(levels_up + 1)
            .and_then(|place| self.namespaces.get(place))
            .ok_or_else(|| Undecided::new("a column of a query that is not there"))
    }
}
