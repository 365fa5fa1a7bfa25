//! Expressions.
//!
//! Operators, tests and casts are put in parentheses, all of them: the server prints so unless it is
//! asked to be pretty. An implicit cast is printed where the printed text would not bring it about.

use super::constant::ShowType;
use super::printer::{Printed, Printer};
use crate::analyze::Undecided;
use crate::analyze::tree::{
    ArrayExpr, BoolExpr, BoolKind, BooleanTestKind, Case, Coercion, CoercionForm, Expr, OpExpr,
    Operator, RowExpr, SqlValueFunction, SqlValueKind, SubLink, SubLinkKind, SubscriptingRef, Type,
};
use crate::analyze::types::format_type;

impl<'a> Printer<'a> {
    /// An expression; `show_implicit` says whether an implicit cast at its top is printed.
    pub(super) fn expression(&mut self, expr: &'a Expr, show_implicit: bool) -> Printed {
        match expr {
            Expr::Var(var) => self.variable(var, 0, false).map(drop),
            Expr::Const(constant) => {
                self.constant(constant, ShowType::Needed);
                Ok(())
            }
            Expr::Param(param) => self.parameter(param),
            Expr::Aggref(call) => self.aggregate(call, None, "", false),
            Expr::GroupingFunc(call) => self.call("GROUPING", &call.arguments),
            Expr::WindowFunc(call) => self.window_function(call, None, "", false),
            Expr::MergeSupportFunc => {
                self.put("MERGE_ACTION()");
                Ok(())
            }
            Expr::SubscriptingRef(reference) => self.subscripting(reference, show_implicit),
            Expr::FuncExpr(call) => self.function(call, show_implicit),
            Expr::NamedArg(argument) => {
                self.identifier(&argument.name);
                self.put(" => ");
                self.expression(&argument.argument, show_implicit)
            }
            Expr::OpExpr(operation) => self.operation(operation),
            Expr::DistinctExpr(operation) => {
                let [left, right] = &operation.arguments[..] else {
                    return Err(malformed());
                };
                self.put("(");
                self.expression(left, true)?;
                self.put(" IS DISTINCT FROM ");
                self.expression(right, true)?;
                self.put(")");
                Ok(())
            }
            Expr::NullIfExpr(operation) => self.call("NULLIF", &operation.arguments),
            Expr::ScalarArrayOp(operation) => {
                self.put("(");
                self.expression(&operation.operand, true)?;
                self.put(" ");
                self.operator(&operation.operator);
                self.put(if operation.any { " ANY (" } else { " ALL (" });
                self.expression(&operation.array, true)?;
                // A bare sub-select would be read as a set of rows, not as an array.
                if let Expr::SubLink(link) = &operation.array
                    && link.kind == SubLinkKind::Expr
                {
                    self.cast(&operation.array.data_type(), operation.array.typmod());
                }
                self.put("))");
                Ok(())
            }
            Expr::Bool(expr) => self.boolean(expr),
            Expr::SubLink(link) => self.sublink(link),
            Expr::FieldSelect(select) => {
                let bare = matches!(
                    select.argument,
                    Expr::SubscriptingRef(_) | Expr::FieldSelect(_)
                );
                self.wrapped(!bare, &select.argument, true)?;
                self.put(".");
                self.identifier(&select.name);
                Ok(())
            }
            Expr::FieldStore(store) => {
                let row = store.fields.len() > 1;
                self.put(if row { "ROW(" } else { "" });
                for (place, (_, value)) in store.fields.iter().enumerate() {
                    self.comma(place);
                    self.expression(value, false)?;
                }
                self.put(if row { ")" } else { "" });
                Ok(())
            }
            Expr::RelabelType(coercion) => self.coercion(coercion, coercion.typmod, show_implicit),
            Expr::CoerceViaIo(coercion) | Expr::ConvertRowtype(coercion) => {
                self.coercion(coercion, -1, show_implicit)
            }
            Expr::CoerceToDomain(coercion) => {
                self.coercion(coercion, coercion.typmod, show_implicit)
            }
            Expr::ArrayCoerce(coercion) => {
                if coercion.form == CoercionForm::ImplicitCast && !show_implicit {
                    self.expression(&coercion.argument, false)
                } else {
                    self.cast_of(&coercion.argument, &coercion.data_type, coercion.typmod)
                }
            }
            Expr::Collate(collate) => {
                self.put("(");
                self.expression(&collate.argument, show_implicit)?;
                self.put(" COLLATE ");
                self.collation(&collate.collation);
                self.put(")");
                Ok(())
            }
            Expr::Case(case) => self.case(case),
            Expr::CaseTest(..) => {
                self.put("CASE_TEST_EXPR");
                Ok(())
            }
            Expr::Array(array) => self.array(array),
            Expr::Row(row) => self.row(row),
            Expr::RowCompare(compare) => {
                self.put("(ROW(");
                self.top_level_list(&compare.left, true)?;
                self.put(") ");
                let operator = compare.operators.first().ok_or_else(malformed)?;
                self.operator(operator);
                self.put(" ROW(");
                self.top_level_list(&compare.right, true)?;
                self.put("))");
                Ok(())
            }
            Expr::Coalesce(coalesce) => self.call("COALESCE", &coalesce.arguments),
            Expr::MinMax(call) => {
                let name = if call.greatest { "GREATEST" } else { "LEAST" };
                self.call(name, &call.arguments)
            }
            Expr::SqlValueFunction(function) => {
                self.sql_value(function);
                Ok(())
            }
            Expr::Xml(xml) => self.xml(xml),
            Expr::JsonValue(value) => {
                self.expression(&value.raw, false)?;
                self.json_format(value.format);
                Ok(())
            }
            Expr::JsonConstructor(constructor) => self.json_constructor(constructor),
            Expr::JsonIsPredicate(predicate) => self.json_predicate(predicate),
            Expr::JsonExpr(expr) => self.json_expression(expr, show_implicit),
            Expr::NullTest(test) => {
                self.put("(");
                self.expression(&test.argument, true)?;
                self.put(if test.is_null {
                    " IS NULL)"
                } else {
                    " IS NOT NULL)"
                });
                Ok(())
            }
            Expr::BooleanTest(test) => {
                self.put("(");
                self.expression(&test.argument, false)?;
                self.put(match test.kind {
                    BooleanTestKind::IsTrue => " IS TRUE)",
                    BooleanTestKind::IsNotTrue => " IS NOT TRUE)",
                    BooleanTestKind::IsFalse => " IS FALSE)",
                    BooleanTestKind::IsNotFalse => " IS NOT FALSE)",
                    BooleanTestKind::IsUnknown => " IS UNKNOWN)",
                    BooleanTestKind::IsNotUnknown => " IS NOT UNKNOWN)",
                });
                Ok(())
            }
            Expr::CoerceToDomainValue(..) => {
                self.put("VALUE");
                Ok(())
            }
            Expr::SetToDefault(..) => {
                self.put("DEFAULT");
                Ok(())
            }
            Expr::CurrentOf(cursor) => {
                self.put("CURRENT OF ");
                self.identifier(cursor);
                Ok(())
            }
        }
    }

    /// A comma before every item of a list but the first.
    pub(super) fn comma(&mut self, place: usize) {
        if place > 0 {
            self.put(", ");
        }
    }

    /// Expressions with commas.
    pub(super) fn list(
        &mut self,
        exprs: impl IntoIterator<Item = &'a Expr>,
        show_implicit: bool,
    ) -> Printed {
        for (place, expr) in exprs.into_iter().enumerate() {
            self.comma(place);
            self.expression(expr, show_implicit)?;
        }
        Ok(())
    }

    /// An expression where a whole row must not be expanded into its columns.
    pub(super) fn top_level(&mut self, expr: &'a Expr, show_implicit: bool) -> Printed {
        match expr {
            Expr::Var(var) => self.variable(var, 0, true).map(drop),
            _ => self.expression(expr, show_implicit),
        }
    }

    /// Such expressions with commas.
    pub(super) fn top_level_list(&mut self, exprs: &'a [Expr], show_implicit: bool) -> Printed {
        for (place, expr) in exprs.iter().enumerate() {
            self.comma(place);
            self.top_level(expr, show_implicit)?;
        }
        Ok(())
    }

    /// A name with arguments in parentheses.
    pub(super) fn call(&mut self, name: &str, arguments: &'a [Expr]) -> Printed {
        self.put(name);
        self.put("(");
        self.list(arguments, true)?;
        self.put(")");
        Ok(())
    }

    /// An expression in parentheses, or not.
    pub(super) fn wrapped(&mut self, wrap: bool, expr: &'a Expr, show_implicit: bool) -> Printed {
        self.put(if wrap { "(" } else { "" });
        self.expression(expr, show_implicit)?;
        self.put(if wrap { ")" } else { "" });
        Ok(())
    }

    fn operation(&mut self, operation: &'a OpExpr) -> Printed {
        self.put("(");
        match &operation.arguments[..] {
            [left, right] => {
                self.expression(left, true)?;
                self.put(" ");
                self.operator(&operation.operator);
                self.put(" ");
                self.expression(right, true)?;
            }
            [operand] => {
                self.operator(&operation.operator);
                self.put(" ");
                self.expression(operand, true)?;
            }
            _ => return Err(malformed()),
        }
        self.put(")");
        Ok(())
    }

    fn boolean(&mut self, expr: &'a BoolExpr) -> Printed {
        self.put("(");
        let between = match expr.kind {
            BoolKind::And => " AND ",
            BoolKind::Or => " OR ",
            BoolKind::Not => {
                self.put("NOT ");
                ""
            }
        };
        for (place, argument) in expr.arguments.iter().enumerate() {
            if place > 0 {
                self.put(between);
            }
            self.expression(argument, false)?;
        }
        self.put(")");
        Ok(())
    }

    fn subscripting(&mut self, reference: &'a SubscriptingRef, show_implicit: bool) -> Printed {
        if let (Expr::CaseTest(..), Some(assigned)) = (&reference.container, &reference.assignment)
        {
            // An element of an array inside a composite column: the statement prints the target.
            return self.expression(assigned, show_implicit);
        }
        let bare = matches!(reference.container, Expr::Var(_) | Expr::FieldSelect(_));
        self.wrapped(!bare, &reference.container, show_implicit)?;
        self.subscripts(reference)
    }

    /// `[1]`, `[1:2]`.
    pub(super) fn subscripts(&mut self, reference: &'a SubscriptingRef) -> Printed {
        for (place, upper) in reference.upper.iter().enumerate() {
            self.put("[");
            if let Some(lower) = reference.lower.get(place) {
                if let Some(lower) = lower {
                    self.expression(lower, false)?;
                }
                self.put(":");
            }
            if let Some(upper) = upper {
                self.expression(upper, false)?;
            }
            self.put("]");
        }
        Ok(())
    }

    fn coercion(&mut self, coercion: &'a Coercion, typmod: i32, show_implicit: bool) -> Printed {
        if coercion.form == CoercionForm::ImplicitCast && !show_implicit {
            self.expression(&coercion.argument, false)
        } else {
            self.cast_of(&coercion.argument, &coercion.data_type, typmod)
        }
    }

    /// `(expression)::type`. Of a constant that has the type already and gets but a length, the
    /// constant's own cast is left out.
    pub(super) fn cast_of(&mut self, argument: &'a Expr, to: &Type, typmod: i32) -> Printed {
        match argument {
            Expr::Const(constant) if constant.data_type == *to && constant.typmod == -1 => {
                self.constant(constant, ShowType::Never);
            }
            _ => self.wrapped(true, argument, false)?,
        }
        self.cast(to, typmod);
        Ok(())
    }

    fn case(&mut self, case: &'a Case) -> Printed {
        self.keyword("CASE", 0, super::layout::LIST, 0);
        if let Some(operand) = &case.operand {
            self.put(" ");
            self.expression(operand, true)?;
        }
        for (condition, result) in &case.branches {
            let condition = match condition {
                Expr::OpExpr(operation) if case.operand.is_some() => match &operation.arguments[..]
                {
                    [left, right] if is_case_test(left) => right,
                    _ => condition,
                },
                _ => condition,
            };
            self.branch("WHEN ");
            self.expression(condition, false)?;
            self.put(" THEN ");
            self.expression(result, true)?;
        }
        self.branch("ELSE ");
        self.expression(&case.otherwise, true)?;
        if !self.state.indent {
            self.put(" ");
        }
        self.keyword("END", -super::layout::LIST, 0, 0);
        Ok(())
    }

    fn branch(&mut self, word: &str) {
        if !self.state.indent {
            self.put(" ");
        }
        self.keyword(word, 0, 0, 0);
    }

    fn array(&mut self, array: &'a ArrayExpr) -> Printed {
        self.put("ARRAY[");
        self.list(&array.elements, true)?;
        self.put("]");
        if array.elements.is_empty() {
            self.cast(&array.data_type, -1);
        }
        Ok(())
    }

    fn row(&mut self, row: &'a RowExpr) -> Printed {
        self.put("ROW(");
        self.top_level_list(&row.arguments, true)?;
        self.put(")");
        if row.form == CoercionForm::ExplicitCast {
            self.cast(&row.data_type, -1);
        }
        Ok(())
    }

    fn sql_value(&mut self, function: &SqlValueFunction) {
        let (word, precise) = match function.kind {
            SqlValueKind::CurrentDate => ("CURRENT_DATE", false),
            SqlValueKind::CurrentTime => ("CURRENT_TIME", true),
            SqlValueKind::CurrentTimestamp => ("CURRENT_TIMESTAMP", true),
            SqlValueKind::Localtime => ("LOCALTIME", true),
            SqlValueKind::Localtimestamp => ("LOCALTIMESTAMP", true),
            SqlValueKind::CurrentRole => ("CURRENT_ROLE", false),
            SqlValueKind::CurrentUser => ("CURRENT_USER", false),
            SqlValueKind::User => ("USER", false),
            SqlValueKind::SessionUser => ("SESSION_USER", false),
            SqlValueKind::CurrentCatalog => ("CURRENT_CATALOG", false),
            SqlValueKind::CurrentSchema => ("CURRENT_SCHEMA", false),
        };
        self.put(word);
        if precise && function.typmod >= 0 {
            self.put(&format!("({})", function.typmod));
        }
    }

    fn sublink(&mut self, link: &'a SubLink) -> Printed {
        self.put(if link.kind == SubLinkKind::Array {
            "ARRAY("
        } else {
            "("
        });
        let mut operator = None;
        match &link.test {
            None => {}
            Some(Expr::OpExpr(operation)) => {
                let left = operation.arguments.first().ok_or_else(malformed)?;
                self.expression(left, true)?;
                operator = Some(&operation.operator);
            }
            Some(Expr::Bool(conjunction)) => {
                self.put("(");
                for (place, pair) in conjunction.arguments.iter().enumerate() {
                    let Expr::OpExpr(operation) = pair else {
                        return Err(malformed());
                    };
                    self.comma(place);
                    let left = operation.arguments.first().ok_or_else(malformed)?;
                    self.expression(left, true)?;
                    operator = operator.or(Some(&operation.operator));
                }
                self.put(")");
            }
            Some(Expr::RowCompare(compare)) => {
                self.put("(");
                self.list(&compare.left, true)?;
                self.put(")");
                operator = compare.operators.first();
            }
            Some(_) => return Err(malformed()),
        }
        let wrap = match link.kind {
            SubLinkKind::Exists => {
                self.put("EXISTS ");
                true
            }
            SubLinkKind::Any => {
                let operator = operator.ok_or_else(malformed)?;
                if is_plain(operator) && &*operator.name == "=" {
                    self.put(" IN ");
                } else {
                    self.put(" ");
                    self.operator(operator);
                    self.put(" ANY ");
                }
                true
            }
            SubLinkKind::All => {
                self.put(" ");
                self.operator(operator.ok_or_else(malformed)?);
                self.put(" ALL ");
                true
            }
            SubLinkKind::RowCompare => {
                self.put(" ");
                self.operator(operator.ok_or_else(malformed)?);
                self.put(" ");
                true
            }
            SubLinkKind::Expr | SubLinkKind::MultiExpr(_) | SubLinkKind::Array => false,
        };
        self.put(if wrap { "(" } else { "" });
        let level = self.state.level;
        self.query(&link.query, None, false, level)?;
        self.put(if wrap { "))" } else { ")" });
        Ok(())
    }

    /// An operator's name; one outside `pg_catalog` is qualified.
    pub(super) fn operator(&mut self, operator: &Operator) {
        if is_plain(operator) {
            self.put(&operator.name);
        } else {
            self.put("OPERATOR(");
            self.identifier(&operator.schema);
            self.put(".");
            self.put(&operator.name);
            self.put(")");
        }
    }

    /// `CAST(expression AS type)`, for what does not look like a function where only a function may
    /// stand.
    pub(super) fn function_call(&mut self, expr: &'a Expr, show_implicit: bool) -> Printed {
        if looks_like_function(expr) {
            return self.expression(expr, show_implicit);
        }
        self.put("CAST(");
        self.expression(expr, false)?;
        self.put(" AS ");
        self.put(&format_type(&expr.data_type(), Some(expr.typmod())));
        self.put(")");
        Ok(())
    }
}

fn is_plain(operator: &Operator) -> bool {
    &*operator.schema == "pg_catalog"
}

fn is_case_test(expr: &Expr) -> bool {
    matches!(strip_implicit_casts(expr), Expr::CaseTest(..))
}

/// What an expression is below the casts that were not written.
pub(super) fn strip_implicit_casts(expr: &Expr) -> &Expr {
    let implicit = |form: CoercionForm| form == CoercionForm::ImplicitCast;
    match expr {
        Expr::FuncExpr(call) if implicit(call.form) => {
            call.arguments.first().map_or(expr, strip_implicit_casts)
        }
        Expr::RelabelType(c)
        | Expr::CoerceViaIo(c)
        | Expr::ConvertRowtype(c)
        | Expr::CoerceToDomain(c)
            if implicit(c.form) =>
        {
            strip_implicit_casts(&c.argument)
        }
        Expr::ArrayCoerce(c) if implicit(c.form) => strip_implicit_casts(&c.argument),
        _ => expr,
    }
}

/// Whether an expression is printed like a call, and so needs no parentheses in an index.
pub(super) fn looks_like_function(expr: &Expr) -> bool {
    match expr {
        Expr::FuncExpr(call) => matches!(
            call.form,
            CoercionForm::ExplicitCall | CoercionForm::SqlSyntax
        ),
        Expr::Aggref(_)
        | Expr::GroupingFunc(_)
        | Expr::WindowFunc(_)
        | Expr::MergeSupportFunc
        | Expr::Coalesce(_)
        | Expr::MinMax(_)
        | Expr::NullIfExpr(_)
        | Expr::SqlValueFunction(_)
        | Expr::Xml(_)
        | Expr::JsonExpr(_) => true,
        _ => false,
    }
}

/// The error of a tree that does not hold together.
pub(super) fn malformed() -> Undecided {
    Undecided::new("an expression with parts missing")
}
