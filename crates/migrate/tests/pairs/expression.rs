//! Expressions over one column, true of every row where they are conditions.

use pgwright_catalog::{quote_identifier, quote_literal};

use crate::model::{Key, Model, Shape, TypeKind};
use crate::values::{Class, Ty};

#[derive(Debug, Clone, PartialEq)]
pub struct Expr {
    pub form: Form,
    pub column: String,
    pub number: u32,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Form {
    // Values.
    Column,
    Plus,
    Times,
    Lower,
    Length,
    Concat,
    Year,
    Call(Key),
    Search,
    // Conditions.
    Greater,
    Between,
    Short,
    Unequal,
    After,
    NotNull,
    IsTrue,
    Label(String),
    /// A call of a function: at least something.
    Called(Key),
}

/// A column that an expression can name: its name and type.
#[derive(Debug, Clone, PartialEq)]
pub struct Named {
    pub name: String,
    pub ty: Ty,
}

impl Expr {
    pub fn column(name: &str) -> Self {
        Self {
            form: Form::Column,
            column: name.to_owned(),
            number: 0,
        }
    }

    /// The text and type of the expression, if its column is there and of a type that it fits.
    pub fn sql(&self, columns: &[Named], prefix: &str, model: &Model) -> Option<(String, Ty)> {
        let column = columns.iter().find(|c| c.name == self.column)?;
        let operand = format!("{prefix}{}", quote_identifier(&column.name));
        self.over(&operand, &column.ty, model)
    }

    pub fn over(&self, x: &str, ty: &Ty, model: &Model) -> Option<(String, Ty)> {
        let class = ty.class(model);
        let number = self.number;
        let numeric = matches!(class, Class::Integer | Class::Number);
        let wide = match ty {
            Ty::Small => Ty::Int,
            Ty::Numeric(..) => Ty::Numeric(0, 0),
            other => other.clone(),
        };
        let condition = |holds: bool, sql: String| holds.then_some((sql, Ty::Bool));
        match &self.form {
            Form::Column => Some((x.to_owned(), ty.clone())),
            Form::Plus => numeric.then(|| (format!("{x} + {number}"), wide)),
            Form::Times => numeric.then(|| (format!("{x} * {}", number + 2), wide)),
            Form::Lower => (class == Class::Text).then(|| (format!("lower({x})"), Ty::Text)),
            Form::Length => (class == Class::Text).then(|| (format!("length({x})"), Ty::Int)),
            Form::Concat => {
                (class == Class::Text).then(|| (format!("{x}::text || '-{number}'"), Ty::Text))
            }
            Form::Year => (class == Class::Time)
                .then(|| (format!("(extract(year FROM {x}))::integer"), Ty::Int)),
            Form::Search => (class == Class::Text).then(|| {
                (
                    format!("to_tsvector('english'::regconfig, {x}::text)"),
                    Ty::Tsvector,
                )
            }),
            Form::Call(key) | Form::Called(key) => {
                let function = model.functions.get(key)?;
                if function.shape != Shape::Pure || !matches!(ty, Ty::Small | Ty::Int) {
                    return None;
                }
                let call = format!("{}({x})", model.qualified(&function.named));
                Some(match self.form {
                    Form::Call(_) => (call, function.returns.clone()),
                    _ => (format!("{call} > -{}", 1000 + number), Ty::Bool),
                })
            }
            Form::Greater => condition(numeric, format!("{x} > -{number}")),
            Form::Between => condition(numeric, format!("{x} BETWEEN 0 AND {}", 5000 + number)),
            Form::Short => condition(
                class == Class::Text,
                format!("length({x}) < {}", 60 + number),
            ),
            Form::Unequal => condition(class == Class::Text, format!("{x} <> 'x{number}'")),
            Form::After => condition(
                class == Class::Time,
                format!("{x} > '20{:02}-01-01'", number % 20),
            ),
            Form::NotNull => condition(true, format!("{x} IS NOT NULL")),
            Form::IsTrue => condition(class == Class::Bool, format!("{x} IN (true, false)")),
            Form::Label(label) => {
                let TypeKind::Enum { labels, pinned } = &model.types.get(&ty.user()?)?.kind else {
                    return None;
                };
                let holds =
                    class == Class::Enum && labels.contains(label) && !pinned.contains(label);
                condition(holds, format!("{x} <> {}", quote_literal(label)))
            }
        }
    }

    /// The function that it calls.
    pub fn calls(&self) -> Option<Key> {
        match self.form {
            Form::Call(key) | Form::Called(key) => Some(key),
            _ => None,
        }
    }
}

/// Forms of conditions that are true of every value of a type that is not null.
pub fn conditions(ty: &Ty, model: &Model) -> Vec<Form> {
    match ty.class(model) {
        Class::Integer | Class::Number => vec![Form::Greater, Form::Between],
        Class::Text => vec![Form::Short, Form::Unequal],
        Class::Time => vec![Form::After],
        Class::Bool => vec![Form::IsTrue],
        Class::Enum => {
            let Some(TypeKind::Enum { labels, pinned }) =
                ty.user().map(|key| &model.types[&key].kind)
            else {
                return vec![];
            };
            let free = labels.iter().filter(|l| !pinned.contains(l));
            free.map(|l| Form::Label(l.clone())).collect()
        }
        _ => vec![],
    }
}

/// Forms of values other than the column itself.
pub fn computations(ty: &Ty, model: &Model) -> Vec<Form> {
    let mut forms = match ty.class(model) {
        Class::Integer | Class::Number => vec![Form::Plus, Form::Times],
        Class::Text => vec![Form::Lower, Form::Length, Form::Concat],
        Class::Time => vec![Form::Year],
        _ => vec![],
    };
    if matches!(ty, Ty::Small | Ty::Int) {
        let pure = model
            .functions
            .iter()
            .filter(|(_, f)| f.shape == Shape::Pure);
        forms.extend(pure.map(|(key, _)| Form::Call(*key)));
    }
    forms
}
