//! Column references: to columns, whole rows, parameters of functions, and the VALUE of a domain.

use std::sync::Arc;

use pg_query::NodeEnum;
use pg_query::protobuf::{ColumnRef, Node};

use crate::analyze::error::Undecided;
use crate::analyze::state::{NamespaceItem, ParseState};
use crate::analyze::tree::{
    CoercionForm, Expr, Param, ParamKind, RangeTableEntry, ReturningType, RowExpr, RteKind, Type,
    Var,
};
use crate::analyze::types::{composite_columns, string_of};

/// The system columns of a table.
const SYSTEM_COLUMNS: &[(&str, i16, Type)] = &[
    ("ctid", -1, Type::TID),
    ("xmin", -2, Type::XID),
    ("cmin", -3, Type::CID),
    ("xmax", -4, Type::XID),
    ("cmax", -5, Type::CID),
    ("tableoid", -6, Type::OID),
];

impl ParseState<'_> {
    /// `column`, `table.column`, `schema.table.column`, and what else can be written so.
    pub(crate) fn column_reference(&mut self, reference: &ColumnRef) -> Result<Expr, Undecided> {
        let mut path: Vec<&str> = Vec::with_capacity(reference.fields.len());
        for field in &reference.fields {
            match string_of(field) {
                Some(name) => path.push(name),
                None if is_star(field) => {
                    return self
                        .whole_row_of(&path)?
                        .ok_or_else(|| unknown(reference, &path));
                }
                None => return Err(unknown(reference, &path)),
            }
        }
        self.resolve_path(&path)
            .map_err(|e| e.or_at(reference.location))?
            .ok_or_else(|| unknown(reference, &path))
    }

    fn resolve_path(&mut self, path: &[&str]) -> Result<Option<Expr>, Undecided> {
        match path {
            ["value"] if self.domain_value.is_some() => Ok(self
                .domain_value
                .clone()
                .map(|(data_type, typmod)| Expr::CoerceToDomainValue(data_type, typmod))),
            [column] => {
                if let Some(found) = self.unqualified(column)? {
                    return Ok(Some(found));
                }
                if let Some(row) = self.whole_row_of(path)? {
                    return Ok(Some(row));
                }
                Ok(self.function_parameter(column))
            }
            [.., _, _] => {
                let (Some((column, table)), schema) = (
                    path.split_last()
                        .and_then(|(column, rest)| rest.last().map(|table| (*column, *table))),
                    path.len().checked_sub(3).and_then(|i| path.get(i)),
                ) else {
                    return Ok(None);
                };
                if let Some((item, levels_up)) = self.named_item(schema.copied(), table)? {
                    let item = item.clone();
                    if let Some(found) = self.column_of(&item, levels_up, column)? {
                        return Ok(Some(found));
                    }
                    // Or a function of the row, written as a column.
                    let row = self.whole_row(&item, levels_up)?;
                    return self.field_or_function(column, row).map(Some);
                }
                self.parameter_path(path)
            }
            [] => Ok(None),
        }
    }

    /// A column by its name alone, in the innermost query that has one.
    fn unqualified(&self, name: &str) -> Result<Option<Expr>, Undecided> {
        let mut levels_up = 0;
        let mut state = Some(self as &ParseState<'_>);
        while let Some(current) = state {
            let mut found = None;
            for item in &current.namespace {
                if !item.columns_visible || (item.lateral_only && !current.lateral_active) {
                    continue;
                }
                if let Some(column) = current.column_of(item, levels_up, name)? {
                    if found.is_some() {
                        return Err(Undecided::new(format!(
                            "column reference \"{name}\" is ambiguous"
                        )));
                    }
                    if item.lateral_only && !item.lateral_ok {
                        return Err(Undecided::new(format!(
                            "column \"{name}\" cannot be referenced here"
                        )));
                    }
                    found = Some(column);
                }
            }
            if found.is_some() {
                return Ok(found);
            }
            state = current.parent;
            levels_up += 1;
        }
        Ok(None)
    }

    /// The item of a name, in the innermost query that has one, and how many queries out that is.
    pub(crate) fn named_item(
        &self,
        schema: Option<&str>,
        name: &str,
    ) -> Result<Option<(&NamespaceItem, usize)>, Undecided> {
        let mut levels_up = 0;
        let mut state = Some(self as &ParseState<'_>);
        while let Some(current) = state {
            let mut matching = current.namespace.iter().filter(|item| {
                item.relation_visible
                    && (!item.lateral_only || current.lateral_active)
                    && &*item.name == name
                    && schema.is_none_or(|s| item.schema.as_deref() == Some(s))
            });
            if let Some(item) = matching.next() {
                if matching.next().is_some() {
                    return Err(Undecided::new(format!(
                        "table reference \"{name}\" is ambiguous"
                    )));
                }
                return Ok(Some((item, levels_up)));
            }
            state = current.parent;
            levels_up += 1;
        }
        Ok(None)
    }

    /// A column of an item.
    pub(crate) fn column_of(
        &self,
        item: &NamespaceItem,
        levels_up: usize,
        name: &str,
    ) -> Result<Option<Expr>, Undecided> {
        let mut matching = item.columns.iter().filter(|c| &*c.name == name);
        if let Some(column) = matching.next() {
            if matching.next().is_some() {
                return Err(Undecided::new(format!(
                    "column reference \"{name}\" is ambiguous"
                )));
            }
            return Ok(Some(item_variable(item, &column.var, levels_up)));
        }
        let system = SYSTEM_COLUMNS.iter().find(|(n, _, _)| *n == name);
        let entry = self.entry(item.rtindex, levels_up);
        if let (Some((_, attno, data_type)), Some(entry)) = (system, entry)
            && matches!(entry.kind, RteKind::Relation(_))
        {
            let var = variable(item.rtindex, *attno, data_type.clone());
            return Ok(Some(item_variable(item, &var, levels_up)));
        }
        Ok(None)
    }

    /// An entry of the range table some queries out.
    fn entry(&self, rtindex: usize, levels_up: usize) -> Option<&RangeTableEntry> {
        let mut state = self as &ParseState<'_>;
        for _ in 0..levels_up {
            state = state.parent?;
        }
        state.range_table.get(rtindex.checked_sub(1)?)
    }

    fn whole_row_of(&mut self, path: &[&str]) -> Result<Option<Expr>, Undecided> {
        let (schema, name) = match path {
            [name] => (None, *name),
            [schema, name] | [_, schema, name] => (Some(*schema), *name),
            _ => return Ok(None),
        };
        match self.named_item(schema, name)? {
            Some((item, levels_up)) => {
                let item = item.clone();
                self.whole_row(&item, levels_up).map(Some)
            }
            None => Ok(None),
        }
    }

    /// The whole row of an item.
    pub(crate) fn whole_row(
        &self,
        item: &NamespaceItem,
        levels_up: usize,
    ) -> Result<Expr, Undecided> {
        let entry = self
            .entry(item.rtindex, levels_up)
            .ok_or_else(|| Undecided::new("an entry of the range table"))?;
        // The alias of USING names only the merged columns.
        if matches!(&entry.kind, RteKind::Join(_)) && *item.name != *entry.eref.name {
            return Ok(Expr::Row(RowExpr {
                data_type: Type::RECORD,
                arguments: item
                    .columns
                    .iter()
                    .map(|c| item_variable(item, &c.var, levels_up))
                    .collect(),
                form: CoercionForm::ImplicitCast,
            }));
        }
        let (data_type, attno) = match &entry.kind {
            RteKind::Relation(relation) => (self.row_type(&relation.schema, &relation.name), 0),
            RteKind::Function(function) if !function.ordinality => {
                match function.functions.as_slice() {
                    [single] => {
                        let data_type = single.expr.data_type();
                        if self.is_row(&data_type) {
                            (data_type, 0)
                        } else {
                            (data_type, 1)
                        }
                    }
                    _ => (Type::RECORD, 0),
                }
            }
            _ => (Type::RECORD, 0),
        };
        let var = variable(item.rtindex, attno, data_type);
        Ok(item_variable(item, &var, levels_up))
    }

    /// The row type of a relation.
    fn row_type(&self, schema: &str, name: &str) -> Type {
        crate::analyze::types::look_up_name(self.environment, &[schema, name])
            .unwrap_or_else(|| Type::user(schema, name))
    }

    /// The columns that `item.*` means, with their names.
    pub(crate) fn star_columns(
        &self,
        item: &NamespaceItem,
        levels_up: usize,
    ) -> Vec<(Arc<str>, Expr)> {
        item.columns
            .iter()
            .filter(|c| !c.name.is_empty() && !c.dont_expand)
            .map(|c| (c.name.clone(), item_variable(item, &c.var, levels_up)))
            .collect()
    }

    /// Expressions of a list, in which `item.*` stands for its columns (ROW, VALUES).
    pub(crate) fn expression_list(&mut self, nodes: &[Node]) -> Result<Vec<Expr>, Undecided> {
        let mut list = Vec::with_capacity(nodes.len());
        for node in nodes {
            match star_reference(node) {
                Some(reference) => {
                    list.extend(self.expand_star(reference)?.into_iter().map(|(_, e)| e));
                }
                None => list.push(self.transform(node)?),
            }
        }
        Ok(list)
    }

    /// What `*`, `table.*`, `schema.table.*` or `column.*` mean, with names.
    pub(crate) fn expand_star(
        &mut self,
        reference: &ColumnRef,
    ) -> Result<Vec<(Arc<str>, Expr)>, Undecided> {
        let path: Vec<&str> = reference.fields.iter().filter_map(string_of).collect();
        let undecided = || unknown(reference, &path);
        let (schema, name) = match path.as_slice() {
            [] => {
                let visible = self
                    .namespace
                    .iter()
                    .filter(|item| item.columns_visible && !item.lateral_only);
                return Ok(visible
                    .flat_map(|item| self.star_columns(item, 0))
                    .collect());
            }
            [name] => (None, *name),
            [schema, name] | [_, schema, name] => (Some(*schema), *name),
            _ => return Err(undecided()),
        };
        if let Some((item, levels_up)) = self.named_item(schema, name)? {
            return Ok(self.star_columns(item, levels_up));
        }
        // A column or parameter of a composite type.
        let row = self.resolve_path(&path)?.ok_or_else(undecided)?;
        self.expand_row(row)
    }

    /// The fields of a composite value, with names.
    pub(crate) fn expand_row(&mut self, row: Expr) -> Result<Vec<(Arc<str>, Expr)>, Undecided> {
        let columns = composite_columns(self.environment, &row.data_type())
            .ok_or_else(|| Undecided::new("the fields of a row"))?;
        columns
            .iter()
            .map(|column| {
                let field = self.field_or_function(&column.name, row.clone())?;
                Ok((column.name.clone(), field))
            })
            .collect()
    }

    /// A parameter of the function whose body this is.
    fn function_parameter(&self, name: &str) -> Option<Expr> {
        let (number, (_, data_type, typmod)) = self
            .parameters
            .iter()
            .enumerate()
            .find(|(_, (n, _, _))| n.as_deref() == Some(name))?;
        Some(Expr::Param(Param {
            kind: ParamKind::Extern,
            number: i32::try_from(number).ok()? + 1,
            data_type: data_type.clone(),
            typmod: *typmod,
        }))
    }

    /// `function.parameter`, `parameter.field`, `function.parameter.field`.
    fn parameter_path(&mut self, path: &[&str]) -> Result<Option<Expr>, Undecided> {
        let own = |name: &str| self.function_name.as_deref() == Some(name);
        match path {
            [function, name] if own(function) && self.function_parameter(name).is_some() => {
                Ok(self.function_parameter(name))
            }
            [name, field] => match self.function_parameter(name) {
                Some(value) => self.field_or_function(field, value).map(Some),
                None => Ok(None),
            },
            [function, name, field] if own(function) => match self.function_parameter(name) {
                Some(value) => self.field_or_function(field, value).map(Some),
                None => Ok(None),
            },
            _ => Ok(None),
        }
    }
}

fn variable(varno: usize, attno: i16, data_type: Type) -> Var {
    Var {
        varno,
        attno,
        data_type,
        typmod: -1,
        levels_up: 0,
        varnosyn: varno,
        attnosyn: attno,
        returning: ReturningType::Default,
    }
}

/// The Var of an item as seen some queries further in.
fn item_variable(item: &NamespaceItem, var: &Var, levels_up: usize) -> Expr {
    let mut var = var.clone();
    var.levels_up = levels_up;
    if item.returning != ReturningType::Default {
        var.returning = item.returning;
    }
    Expr::Var(var)
}

fn is_star(node: &Node) -> bool {
    matches!(node.node, Some(NodeEnum::AStar(_)))
}

/// A column reference that ends in `*`.
pub(crate) fn star_reference(node: &Node) -> Option<&ColumnRef> {
    match node.node.as_ref()? {
        NodeEnum::ColumnRef(reference) if reference.fields.last().is_some_and(is_star) => {
            Some(reference)
        }
        _ => None,
    }
}

fn unknown(reference: &ColumnRef, path: &[&str]) -> Undecided {
    Undecided::at(
        reference.location,
        format!("column \"{}\" is not known", path.join(".")),
    )
}
