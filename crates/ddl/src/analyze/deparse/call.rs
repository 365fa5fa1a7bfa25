//! Calls of functions, aggregates and window functions.

use super::constant::ShowType;
use super::expression::malformed;
use super::printer::{Printed, Printer};
use crate::analyze::Undecided;
use crate::analyze::tree::{
    Aggref, AggregateKind, CoercionForm, Collation, Const, Expr, FuncExpr, Function, FunctionKind,
    WindowFunc,
};

impl<'a> Printer<'a> {
    /// A function call, or a cast that a function makes.
    pub(super) fn function(&mut self, call: &'a FuncExpr, show_implicit: bool) -> Printed {
        match call.form {
            CoercionForm::ImplicitCast if !show_implicit => {
                let argument = call.arguments.first().ok_or_else(malformed)?;
                return self.expression(argument, false);
            }
            CoercionForm::ImplicitCast | CoercionForm::ExplicitCast => {
                let argument = call.arguments.first().ok_or_else(malformed)?;
                let typmod = call.length_coercion().unwrap_or(-1);
                return self.cast_of(argument, &call.data_type, typmod);
            }
            CoercionForm::SqlSyntax if self.sql_syntax(call)? => return Ok(()),
            CoercionForm::SqlSyntax | CoercionForm::ExplicitCall => {}
        }
        self.function_name(&call.function);
        self.put("(");
        let last = call.arguments.len().saturating_sub(1);
        for (place, argument) in call.arguments.iter().enumerate() {
            self.comma(place);
            if call.variadic && place == last {
                self.put("VARIADIC ");
            }
            self.expression(argument, true)?;
        }
        self.put(")");
        Ok(())
    }

    /// A function's name, qualified outside `pg_catalog`. In GROUP BY `cube` and `rollup` would be
    /// read as grouping sets.
    fn function_name(&mut self, function: &Function) {
        let grouping = self.state.in_group_by && matches!(&*function.name, "cube" | "rollup");
        if &*function.schema != "pg_catalog" || grouping {
            self.identifier(&function.schema);
            self.put(".");
        }
        self.identifier(&function.name);
    }

    /// A collation's name, qualified outside `pg_catalog`.
    pub(super) fn collation(&mut self, collation: &Collation) {
        if &*collation.schema != "pg_catalog" {
            self.identifier(&collation.schema);
            self.put(".");
        }
        self.identifier(&collation.name);
    }

    /// The forms that the SQL standard gives some functions; false where there is none.
    fn sql_syntax(&mut self, call: &'a FuncExpr) -> Result<bool, Undecided> {
        let arguments = &call.arguments;
        match (&*call.function.name, &arguments[..]) {
            ("timezone", [value]) => {
                self.put("(");
                self.expression(value, false)?;
                self.put(" AT LOCAL)");
            }
            ("timezone", [zone, value]) => {
                self.put("(");
                self.expression(value, false)?;
                self.put(" AT TIME ZONE ");
                self.expression(zone, false)?;
                self.put(")");
            }
            ("overlaps", [a, b, c, d]) => {
                self.words(
                    &[("((", a), (", ", b), (") OVERLAPS (", c), (", ", d)],
                    "))",
                )?;
            }
            ("extract", [Expr::Const(field), source]) => {
                self.put("EXTRACT(");
                self.put(field.value.as_deref().ok_or_else(malformed)?);
                self.words(&[(" FROM ", source)], ")")?;
            }
            ("is_normalized", [text, form @ ..]) => {
                self.words(&[("(", text)], " IS")?;
                if let Some(form) = form.first() {
                    self.put(" ");
                    self.put(text_of(form)?);
                }
                self.put(" NORMALIZED)");
            }
            ("pg_collation_for", [value]) => self.words(&[("COLLATION FOR (", value)], ")")?,
            ("normalize", [text, form @ ..]) => {
                self.words(&[("NORMALIZE(", text)], "")?;
                if let Some(form) = form.first() {
                    self.put(", ");
                    self.put(text_of(form)?);
                }
                self.put(")");
            }
            ("overlay", [text, new, from]) => self.words(
                &[("OVERLAY(", text), (" PLACING ", new), (" FROM ", from)],
                ")",
            )?,
            ("overlay", [text, new, from, count]) => self.words(
                &[
                    ("OVERLAY(", text),
                    (" PLACING ", new),
                    (" FROM ", from),
                    (" FOR ", count),
                ],
                ")",
            )?,
            ("position", [text, part]) => {
                self.words(&[("POSITION((", part), (") IN (", text)], "))")?;
            }
            // A pattern is printed as an argument like any other.
            ("substring", [_, pattern]) if is_text(pattern) => return Ok(false),
            ("substring", [text, from]) => {
                self.words(&[("SUBSTRING(", text), (" FROM ", from)], ")")?;
            }
            ("substring", [text, pattern, escape]) if is_text(pattern) => self.words(
                &[
                    ("SUBSTRING(", text),
                    (" SIMILAR ", pattern),
                    (" ESCAPE ", escape),
                ],
                ")",
            )?,
            ("substring", [text, from, count]) => self.words(
                &[("SUBSTRING(", text), (" FROM ", from), (" FOR ", count)],
                ")",
            )?,
            ("btrim", [text, characters @ ..]) => self.trim("BOTH", text, characters)?,
            ("ltrim", [text, characters @ ..]) => self.trim("LEADING", text, characters)?,
            ("rtrim", [text, characters @ ..]) => self.trim("TRAILING", text, characters)?,
            ("system_user", []) => self.put("SYSTEM_USER"),
            ("xmlexists", [path, document]) => {
                self.words(&[("XMLEXISTS((", path), (") PASSING (", document)], "))")?;
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Words, each before an expression, and what closes them.
    fn words(&mut self, parts: &[(&str, &'a Expr)], end: &str) -> Printed {
        for (word, expr) in parts {
            self.put(word);
            self.expression(expr, false)?;
        }
        self.put(end);
        Ok(())
    }

    fn trim(&mut self, side: &str, text: &'a Expr, characters: &'a [Expr]) -> Printed {
        self.put("TRIM(");
        self.put(side);
        if let Some(characters) = characters.first() {
            self.put(" ");
            self.expression(characters, false)?;
        }
        self.words(&[(" FROM ", text)], ")")
    }

    /// An aggregate call; JSON_OBJECTAGG and JSON_ARRAYAGG come with a name and options of their own.
    pub(super) fn aggregate(
        &mut self,
        call: &'a Aggref,
        name: Option<&str>,
        options: &str,
        pairs: bool,
    ) -> Printed {
        match name {
            Some(name) => self.put(name),
            None => self.function_name(&call.function),
        }
        self.put("(");
        if !call.distinct.is_empty() {
            self.put("DISTINCT ");
        }
        let within_group = matches!(
            call.function.kind,
            FunctionKind::Aggregate(
                AggregateKind::OrderedSet(_) | AggregateKind::HypotheticalSet(_)
            )
        );
        if within_group {
            self.list(&call.direct_arguments, true)?;
            self.put(") WITHIN GROUP (ORDER BY ");
            self.order_by(&call.order_by, &call.arguments, false)?;
        } else {
            if call.star {
                self.put("*");
            } else {
                self.aggregated(call, pairs)?;
            }
            if !call.order_by.is_empty() {
                self.put(" ORDER BY ");
                self.order_by(&call.order_by, &call.arguments, false)?;
            }
        }
        self.put(options);
        self.filter(call.filter.as_ref())
    }

    fn aggregated(&mut self, call: &'a Aggref, pairs: bool) -> Printed {
        let arguments: Vec<_> = call.arguments.iter().filter(|a| !a.junk).collect();
        // The switches of JSON_OBJECTAGG are arguments too, and are printed as options.
        let count = if pairs { 2 } else { arguments.len() };
        for (place, argument) in arguments.iter().take(count).enumerate() {
            match place {
                0 => {}
                _ if pairs => self.put(" : "),
                _ => self.put(", "),
            }
            if call.variadic && place + 1 == arguments.len() {
                self.put("VARIADIC ");
            }
            self.expression(&argument.expr, true)?;
        }
        Ok(())
    }

    fn filter(&mut self, filter: Option<&'a Expr>) -> Printed {
        if let Some(filter) = filter {
            self.put(") FILTER (WHERE ");
            self.expression(filter, false)?;
        }
        self.put(")");
        Ok(())
    }

    /// A window function call.
    pub(super) fn window_function(
        &mut self,
        call: &'a WindowFunc,
        name: Option<&str>,
        options: &str,
        pairs: bool,
    ) -> Printed {
        match name {
            Some(name) => self.put(name),
            None => self.function_name(&call.function),
        }
        self.put("(");
        match &call.arguments[..] {
            _ if call.star => self.put("*"),
            [key, value, ..] if pairs => self.words(&[("", key), (" : ", value)], "")?,
            arguments => self.list(arguments, true)?,
        }
        self.put(options);
        self.filter(call.filter.as_ref())?;
        self.put(" OVER ");
        let window = call
            .window
            .checked_sub(1)
            .and_then(|place| self.state.windows.get(place))
            .ok_or_else(|| Undecided::new("a window that is not in the query"))?;
        match &window.name {
            Some(name) => {
                self.identifier(name);
                Ok(())
            }
            None => self.window(window, self.state.targets),
        }
    }

    /// A constant that a cast or the place makes plain.
    pub(super) fn bare_constant(&mut self, constant: &Const) {
        self.constant(constant, ShowType::Never);
    }
}

/// The words of a constant that is printed as key words.
fn text_of(expr: &Expr) -> Result<&str, Undecided> {
    match expr {
        Expr::Const(Const {
            value: Some(value), ..
        }) => Ok(value),
        _ => Err(malformed()),
    }
}

fn is_text(expr: &Expr) -> bool {
    expr.data_type() == crate::analyze::tree::Type::TEXT
}
