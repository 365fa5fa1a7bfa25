//! Renaming what an analysed tree refers to, as ALTER … RENAME and SET SCHEMA do: the tree is then
//! printed with the new names.
//!
//! A server stores numbers and looks the names up when it prints, so that aliases and the names of
//! output columns, which are stored as text, stay as they are. The same holds here.

use std::sync::Arc;

use super::tree::{
    Collation, Expr, Function, Operator, Query, RangeTableEntry, RteColumn, RteKind, SetOperation,
    SortGroupClause, Type, UserType,
};
use super::type_parts::types_mut;
use super::walk::{PartMut, expr_parts_mut, query_parts_mut};

/// A renaming. Names are schema-qualified; a move to another schema is a renaming, too.
#[derive(Debug, Clone, PartialEq)]
pub enum Rename {
    /// A schema, with all that is in it.
    Schema {
        /// The name so far.
        from: Arc<str>,
        /// The new name.
        to: Arc<str>,
    },
    /// A table, view, sequence or the like, with its row type.
    Relation {
        /// The schema and name so far.
        from: (Arc<str>, Arc<str>),
        /// The new schema and name.
        to: (Arc<str>, Arc<str>),
    },
    /// A column of a relation, or an attribute of a composite type.
    Column {
        /// The schema and name of the relation.
        relation: (Arc<str>, Arc<str>),
        /// The name so far.
        from: Arc<str>,
        /// The new name.
        to: Arc<str>,
    },
    /// A type or domain.
    Type {
        /// The schema and name so far.
        from: (Arc<str>, Arc<str>),
        /// The new schema and name.
        to: (Arc<str>, Arc<str>),
    },
    /// A label of an enumeration.
    Label {
        /// The schema and name of the type.
        data_type: (Arc<str>, Arc<str>),
        /// The label so far.
        from: Arc<str>,
        /// The new label.
        to: Arc<str>,
    },
    /// A function, procedure or aggregate.
    Function {
        /// The schema and name so far.
        from: (Arc<str>, Arc<str>),
        /// The types of its input arguments.
        arguments: Vec<Type>,
        /// The new schema and name.
        to: (Arc<str>, Arc<str>),
    },
}

/// Renames in a query.
pub fn rename_in_query(query: &mut Query, rename: &Rename) {
    for entry in &mut query.range_table {
        entry_names(entry, rename);
    }
    for cte in &mut query.ctes {
        column_types(&mut cte.columns, rename);
    }
    if let Some(operation) = &mut query.set_operations {
        operation_types(operation, rename);
    }
    for clause in query
        .distinct
        .iter_mut()
        .chain(&mut query.group_by)
        .chain(&mut query.order_by)
    {
        sort_operators(clause, rename);
    }
    for window in &mut query.windows {
        for clause in window.partition_by.iter_mut().chain(&mut window.order_by) {
            sort_operators(clause, rename);
        }
    }
    query_parts_mut(query, &mut |part| match part {
        PartMut::Expr(expr) => in_expression(expr, rename),
        PartMut::Query(query) => rename_in_query(query, rename),
    });
}

/// Renames in an expression of a definition, and in the relations that its columns belong to.
pub fn rename_in_expression(expr: &mut Expr, relations: &mut [RangeTableEntry], rename: &Rename) {
    for entry in relations {
        entry_names(entry, rename);
    }
    in_expression(expr, rename);
}

fn in_expression(expr: &mut Expr, rename: &Rename) {
    match expr {
        Expr::Const(constant) => constant_value(constant, rename),
        Expr::Aggref(e) => {
            function_name(&mut e.function, rename);
            for clause in e.order_by.iter_mut().chain(&mut e.distinct) {
                sort_operators(clause, rename);
            }
        }
        Expr::WindowFunc(e) => function_name(&mut e.function, rename),
        Expr::FuncExpr(e) => function_name(&mut e.function, rename),
        Expr::OpExpr(e) | Expr::DistinctExpr(e) | Expr::NullIfExpr(e) => {
            operator_name(&mut e.operator, rename);
        }
        Expr::ScalarArrayOp(e) => operator_name(&mut e.operator, rename),
        Expr::RowCompare(e) => {
            for operator in &mut e.operators {
                operator_name(operator, rename);
            }
        }
        Expr::Collate(e) => collation_name(&mut e.collation, rename),
        Expr::FieldSelect(e) => field_name(&e.argument.data_type(), &mut e.name, rename),
        Expr::FieldStore(e) => {
            for (name, _) in &mut e.fields {
                field_name(&e.data_type, name, rename);
            }
        }
        _ => {}
    }
    types_mut(expr, &mut |data_type| type_name(data_type, rename));
    expr_parts_mut(expr, &mut |part| match part {
        PartMut::Expr(expr) => in_expression(expr, rename),
        PartMut::Query(query) => rename_in_query(query, rename),
    });
}

fn entry_names(entry: &mut RangeTableEntry, rename: &Rename) {
    if let RteKind::Relation(relation) = &mut entry.kind {
        // Columns first: they are told by the relation's name so far.
        if let Rename::Column {
            relation: owner,
            from,
            to,
        } = rename
            && (&relation.schema, &relation.name) == (&owner.0, &owner.1)
        {
            for column in entry
                .columns
                .iter_mut()
                .filter(|column| column.name == *from)
            {
                column.name = to.clone();
            }
        }
        qualified(
            &mut relation.schema,
            &mut relation.name,
            relation_names(rename),
        );
        schema_name(&mut relation.schema, rename);
    }
    if let RteKind::Function(functions) = &mut entry.kind {
        for function in &mut functions.functions {
            column_types(&mut function.column_definitions, rename);
        }
    }
    if let RteKind::Join(join) = &mut entry.kind {
        for variable in &mut join.alias_vars {
            in_expression(variable, rename);
        }
    }
    if let RteKind::TableFunction(function) = &mut entry.kind {
        for column in &mut function.columns {
            type_name(&mut column.data_type, rename);
        }
    }
    column_types(&mut entry.columns, rename);
}

fn column_types(columns: &mut [RteColumn], rename: &Rename) {
    for column in columns {
        type_name(&mut column.data_type, rename);
        if let Some(collation) = &mut column.collation {
            collation_name(collation, rename);
        }
    }
}

fn operation_types(operation: &mut SetOperation, rename: &Rename) {
    if let SetOperation::Node(node) = operation {
        for (data_type, _) in &mut node.columns {
            type_name(data_type, rename);
        }
        operation_types(&mut node.left, rename);
        operation_types(&mut node.right, rename);
    }
}

fn sort_operators(clause: &mut SortGroupClause, rename: &Rename) {
    for operator in clause.equality.iter_mut().chain(&mut clause.ordering) {
        operator_name(operator, rename);
    }
}

type Names<'r> = Option<(&'r (Arc<str>, Arc<str>), &'r (Arc<str>, Arc<str>))>;

fn relation_names(rename: &Rename) -> Names<'_> {
    match rename {
        Rename::Relation { from, to } => Some((from, to)),
        _ => None,
    }
}

/// A relation's row type is renamed with it.
fn type_names(rename: &Rename) -> Names<'_> {
    match rename {
        Rename::Relation { from, to } | Rename::Type { from, to } => Some((from, to)),
        _ => None,
    }
}

fn qualified(schema: &mut Arc<str>, name: &mut Arc<str>, names: Names<'_>) -> bool {
    match names {
        Some((from, to)) if (&*schema, &*name) == (&from.0, &from.1) => {
            (*schema, *name) = to.clone();
            true
        }
        _ => false,
    }
}

fn schema_name(schema: &mut Arc<str>, rename: &Rename) {
    if let Rename::Schema { from, to } = rename
        && schema == from
    {
        *schema = to.clone();
    }
}

fn type_name(data_type: &mut Type, rename: &Rename) {
    if let Type::User(user) = data_type {
        let mut renamed = UserType::clone(user);
        qualified(&mut renamed.schema, &mut renamed.name, type_names(rename));
        schema_name(&mut renamed.schema, rename);
        if renamed != **user {
            *user = Arc::new(renamed);
        }
    }
}

fn is_user(data_type: &Type, name: &(Arc<str>, Arc<str>)) -> bool {
    matches!(data_type, Type::User(user)
        if !user.array && (&user.schema, &user.name) == (&name.0, &name.1))
}

fn field_name(row: &Type, field: &mut Arc<str>, rename: &Rename) {
    if let Rename::Column { relation, from, to } = rename
        && is_user(row, relation)
        && field == from
    {
        *field = to.clone();
    }
}

fn function_name(function: &mut Arc<Function>, rename: &Rename) {
    if function.oid != 0 {
        return;
    }
    let mut renamed = Function::clone(function);
    if let Rename::Function {
        from,
        arguments,
        to,
    } = rename
        && renamed.arguments == *arguments
    {
        qualified(&mut renamed.schema, &mut renamed.name, Some((from, to)));
    }
    schema_name(&mut renamed.schema, rename);
    for data_type in renamed
        .arguments
        .iter_mut()
        .chain(&mut renamed.all_arguments)
        .chain(&mut renamed.variadic)
        .chain([&mut renamed.returns])
    {
        type_name(data_type, rename);
    }
    if renamed != **function {
        *function = Arc::new(renamed);
    }
}

fn operator_name(operator: &mut Arc<Operator>, rename: &Rename) {
    if operator.oid != 0 {
        return;
    }
    let mut renamed = Operator::clone(operator);
    schema_name(&mut renamed.schema, rename);
    for data_type in renamed
        .left
        .iter_mut()
        .chain([&mut renamed.right, &mut renamed.result])
    {
        type_name(data_type, rename);
    }
    if renamed != **operator {
        *operator = Arc::new(renamed);
    }
}

fn collation_name(collation: &mut Collation, rename: &Rename) {
    schema_name(&mut collation.schema, rename);
}

/// Constants that name an object, and labels of enumerations.
fn constant_value(constant: &mut super::tree::Const, rename: &Rename) {
    let Some(value) = &mut constant.value else {
        return;
    };
    if let Rename::Label {
        data_type,
        from,
        to,
    } = rename
        && is_user(&constant.data_type, data_type)
        && value == from
    {
        *value = to.clone();
    }
    if constant.data_type == Type::REGCLASS
        && let Some((mut schema, mut name)) = super::references::qualified_name(value)
    {
        let renamed = qualified(&mut schema, &mut name, relation_names(rename));
        let before = schema.clone();
        schema_name(&mut schema, rename);
        if renamed || before != schema {
            *value = crate::quote::path(&[schema.to_string(), name.to_string()]).into();
        }
    }
}
