//! The objects that an analysed tree refers to: what it depends on, as `pg_depend` has it.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::tree::{
    Collation, Expr, Function, Operator, Query, RangeTableEntry, RteColumn, RteKind,
    SortGroupClause, Type, Var,
};
use super::walk::{Part, expr_parts, query_parts};

/// A schema and a name.
pub type Qualified = (Arc<str>, Arc<str>);

/// The objects that a tree refers to, those of `pg_catalog` left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct References {
    /// Tables, views and the like; sequences and others that a `regclass` constant names are among
    /// them.
    pub relations: BTreeSet<Qualified>,
    /// Columns of relations, each by relation and name.
    pub columns: BTreeSet<(Qualified, Arc<str>)>,
    /// Functions and aggregates, with the types of their input arguments.
    pub functions: BTreeSet<(Qualified, Vec<Type>)>,
    /// Operators, with the types of their operands.
    pub operators: BTreeSet<(Qualified, Option<Type>, Type)>,
    /// Types; of an array type, the type of its elements.
    pub types: BTreeSet<Qualified>,
    /// Collations.
    pub collations: BTreeSet<Qualified>,
}

/// What a query refers to.
#[must_use]
pub fn references_of_query(query: &Query) -> References {
    let mut collector = Collector::default();
    collector.query(query);
    collector.found
}

/// What an expression of a definition refers to, in the relations that its columns belong to.
#[must_use]
pub fn references_of_expression(expr: &Expr, relations: &[RangeTableEntry]) -> References {
    let mut collector = Collector::default();
    collector.levels.push(relations);
    collector.expression(expr);
    collector.found
}

#[derive(Default)]
struct Collector<'t> {
    found: References,
    /// The range tables of the queries around, the innermost last.
    levels: Vec<&'t [RangeTableEntry]>,
}

impl Collector<'_> {
    fn query(&mut self, query: &Query) {
        let mut inner = Collector {
            found: std::mem::take(&mut self.found),
            levels: self.levels.clone(),
        };
        inner.levels.push(&query.range_table);
        inner.entries(query);
        inner.clauses(query);
        inner.targets_of_change(query);
        query_parts(query, &mut |part| match part {
            Part::Expr(expr) => inner.expression(expr),
            Part::Query(query) => inner.query(query),
        });
        self.found = inner.found;
    }

    fn entries(&mut self, query: &Query) {
        for entry in &query.range_table {
            match &entry.kind {
                RteKind::Relation(relation) => self.relation(&relation.schema, &relation.name),
                RteKind::Function(functions) => {
                    for column in functions
                        .functions
                        .iter()
                        .flat_map(|f| &f.column_definitions)
                    {
                        self.column_definition(column);
                    }
                }
                RteKind::Join(join) => {
                    for merged in join.alias_vars.iter().take(join.merged) {
                        self.expression(merged);
                    }
                }
                RteKind::TableFunction(function) => {
                    for column in &function.columns {
                        self.data_type(&column.data_type);
                    }
                }
                _ => {}
            }
        }
    }

    fn column_definition(&mut self, column: &RteColumn) {
        self.data_type(&column.data_type);
        if let Some(collation) = &column.collation {
            self.collation(collation);
        }
    }

    fn clauses(&mut self, query: &Query) {
        let windows = query.windows.iter();
        let windows = windows.flat_map(|window| window.partition_by.iter().chain(&window.order_by));
        let clauses = query.distinct.iter().chain(&query.group_by);
        for clause in clauses.chain(&query.order_by).chain(windows) {
            self.sort_clause(clause);
        }
    }

    /// The columns that INSERT, UPDATE and MERGE write.
    fn targets_of_change(&mut self, query: &Query) {
        let Some(target) = query.result_relation else {
            return;
        };
        let conflict = query.on_conflict.iter().flat_map(|conflict| &conflict.set);
        let merge = query
            .merge_actions
            .iter()
            .flat_map(|action| &action.targets);
        for written in query.targets.iter().chain(conflict).chain(merge) {
            if !written.junk {
                self.column(target, written.resno, 0);
            }
        }
    }

    fn sort_clause(&mut self, clause: &SortGroupClause) {
        for operator in clause.equality.iter().chain(&clause.ordering) {
            self.operator(operator);
        }
    }

    fn relation(&mut self, schema: &Arc<str>, name: &Arc<str>) {
        if &**schema != "pg_catalog" {
            self.found.relations.insert((schema.clone(), name.clone()));
        }
    }

    fn variable(&mut self, var: &Var) {
        self.column(var.varno, var.attno, var.levels_up);
    }

    /// A column of an entry: of a join, what it is made of; of a sub-select, what that says itself.
    fn column(&mut self, rtindex: usize, attno: i16, levels_up: usize) {
        let Some(level) = self.levels.len().checked_sub(levels_up + 1) else {
            return;
        };
        let entry = self.levels.get(level).zip(rtindex.checked_sub(1));
        let Some(entry) = entry.and_then(|(entries, place)| entries.get(place)) else {
            return;
        };
        let Some(place) = usize::try_from(attno).ok().and_then(|n| n.checked_sub(1)) else {
            return;
        };
        match &entry.kind {
            RteKind::Relation(relation) => {
                if let Some(column) = entry.columns.get(place)
                    && &*relation.schema != "pg_catalog"
                {
                    let owner = (relation.schema.clone(), relation.name.clone());
                    self.found.columns.insert((owner, column.name.clone()));
                }
            }
            RteKind::Join(join) => {
                if let Some(source) = join.alias_vars.get(place) {
                    let mut outer = Collector {
                        found: std::mem::take(&mut self.found),
                        levels: self.levels.iter().take(level + 1).copied().collect(),
                    };
                    outer.expression(source);
                    self.found = outer.found;
                }
            }
            _ => {}
        }
    }

    fn function(&mut self, function: &Function) {
        if function.oid == 0 {
            let name = (function.schema.clone(), function.name.clone());
            self.found
                .functions
                .insert((name, function.arguments.clone()));
        }
    }

    fn operator(&mut self, operator: &Operator) {
        if operator.oid == 0 {
            let name = (operator.schema.clone(), operator.name.clone());
            let operands = (operator.left.clone(), operator.right.clone());
            self.found.operators.insert((name, operands.0, operands.1));
        }
    }

    fn data_type(&mut self, data_type: &Type) {
        if let Type::User(user) = data_type {
            self.found
                .types
                .insert((user.schema.clone(), user.name.clone()));
        }
    }

    fn collation(&mut self, collation: &Collation) {
        if &*collation.schema != "pg_catalog" {
            let name = (collation.schema.clone(), collation.name.clone());
            self.found.collations.insert(name);
        }
    }

    fn expression(&mut self, expr: &Expr) {
        match expr {
            Expr::Var(var) => self.variable(var),
            Expr::Const(constant) => {
                self.data_type(&constant.data_type);
                if constant.data_type == Type::REGCLASS
                    && let Some((schema, name)) = constant.value.as_deref().and_then(qualified_name)
                {
                    self.relation(&schema, &name);
                }
            }
            Expr::Param(param) => self.data_type(&param.data_type),
            Expr::Aggref(e) => {
                self.function(&e.function);
                for clause in e.order_by.iter().chain(&e.distinct) {
                    self.sort_clause(clause);
                }
            }
            Expr::WindowFunc(e) => self.function(&e.function),
            Expr::FuncExpr(e) => self.function(&e.function),
            Expr::OpExpr(e) | Expr::DistinctExpr(e) | Expr::NullIfExpr(e) => {
                self.operator(&e.operator);
            }
            Expr::ScalarArrayOp(e) => self.operator(&e.operator),
            Expr::RowCompare(e) => {
                for operator in &e.operators {
                    self.operator(operator);
                }
            }
            Expr::RelabelType(e)
            | Expr::CoerceViaIo(e)
            | Expr::ConvertRowtype(e)
            | Expr::CoerceToDomain(e) => self.data_type(&e.data_type),
            Expr::ArrayCoerce(e) => self.data_type(&e.data_type),
            Expr::Array(e) => self.data_type(&e.data_type),
            Expr::Row(e) => self.data_type(&e.data_type),
            Expr::FieldStore(e) => self.data_type(&e.data_type),
            Expr::CoerceToDomainValue(data_type, _) | Expr::SetToDefault(data_type, _) => {
                self.data_type(data_type);
            }
            Expr::Collate(e) => self.collation(&e.collation),
            Expr::FieldSelect(e) => {
                // An attribute of a composite type is a column of it.
                if let Type::User(user) = e.argument.data_type() {
                    let owner = (user.schema.clone(), user.name.clone());
                    self.found.columns.insert((owner, e.name.clone()));
                }
                self.data_type(&e.data_type);
            }
            Expr::JsonConstructor(e) => self.data_type(&e.returning.data_type),
            Expr::JsonExpr(e) => self.data_type(&e.returning.data_type),
            _ => {}
        }
        expr_parts(expr, &mut |part| match part {
            Part::Expr(expr) => self.expression(expr),
            Part::Query(query) => self.query(query),
        });
    }
}

/// The schema and name of a text such as `public."Order"`, as constants of type `regclass` print.
pub(crate) fn qualified_name(text: &str) -> Option<Qualified> {
    let mut parts: Vec<String> = vec![String::new()];
    let mut quoted = false;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' if quoted && characters.peek() == Some(&'"') => {
                characters.next();
                parts.last_mut()?.push('"');
            }
            '"' => quoted = !quoted,
            '.' if !quoted => parts.push(String::new()),
            other => parts.last_mut()?.push(other),
        }
    }
    match &parts[..] {
        [schema, name] => Some((schema.as_str().into(), name.as_str().into())),
        _ => None,
    }
}
