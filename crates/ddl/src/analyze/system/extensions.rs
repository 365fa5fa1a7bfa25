//! The types, functions, operators and casts of the extensions that PostgreSQL ships.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use super::load::{Fields, function_kind, lines};
use crate::analyze::tree::{Function, Operator, Type, UserType};

/// What an extension brings. Types stand as they are in the data file: an object identifier of the
/// system's, or the name of an extension's type, with `[]` of an array.
#[derive(Debug, Default)]
pub(crate) struct ExtensionObjects {
    pub types: Vec<ExtensionType>,
    functions: Vec<ExtensionFunction>,
    operators: Vec<ExtensionOperator>,
    pub casts: Vec<ExtensionCast>,
}

/// A type of an extension.
#[derive(Debug)]
pub(crate) struct ExtensionType {
    pub name: &'static str,
    pub category: u8,
    /// Of a domain.
    pub base: Option<&'static str>,
}

#[derive(Debug)]
struct ExtensionFunction {
    name: &'static str,
    kind: &'static str,
    arguments: &'static str,
    defaults: usize,
    variadic: &'static str,
    returns: &'static str,
    returns_set: bool,
    strict: bool,
    volatility: u8,
    names: &'static str,
    modes: &'static str,
    all_arguments: &'static str,
}

#[derive(Debug)]
struct ExtensionOperator {
    name: &'static str,
    left: &'static str,
    right: &'static str,
    result: &'static str,
}

/// A cast of an extension.
#[derive(Debug)]
pub(crate) struct ExtensionCast {
    pub source: &'static str,
    pub target: &'static str,
    /// The name of the function, empty for none.
    pub function: &'static str,
    pub context: u8,
    pub method: u8,
}

/// The objects of an extension; none of one that PostgreSQL does not ship.
pub(crate) fn extension(name: &str) -> Option<&'static ExtensionObjects> {
    static ALL: OnceLock<BTreeMap<&'static str, ExtensionObjects>> = OnceLock::new();
    ALL.get_or_init(load).get(name)
}

fn load() -> BTreeMap<&'static str, ExtensionObjects> {
    let mut all: BTreeMap<&'static str, ExtensionObjects> = BTreeMap::new();
    for mut f in lines(include_str!("extensions.tsv")) {
        let kind = f.letter();
        let extension = all.entry(f.text()).or_default();
        match kind {
            b't' => extension.types.push(read_type(&mut f)),
            b'f' => extension.functions.push(read_function(&mut f)),
            b'o' => extension.operators.push(ExtensionOperator {
                name: f.text(),
                left: f.text(),
                right: f.text(),
                result: f.text(),
            }),
            _ => extension.casts.push(ExtensionCast {
                source: f.text(),
                target: f.text(),
                function: f.text(),
                context: f.letter(),
                method: f.letter(),
            }),
        }
    }
    all
}

fn read_type(f: &mut Fields) -> ExtensionType {
    let name = f.text();
    let _kind = f.letter();
    let category = f.letter();
    let _preferred = f.letter();
    let base = f.text();
    ExtensionType {
        name,
        category,
        base: (base != "0").then_some(base),
    }
}

fn read_function(f: &mut Fields) -> ExtensionFunction {
    ExtensionFunction {
        name: f.text(),
        kind: f.text(),
        arguments: f.text(),
        defaults: f.number().max(0) as usize,
        variadic: f.text(),
        returns: f.text(),
        returns_set: f.flag(),
        strict: f.flag(),
        volatility: f.letter(),
        names: f.text(),
        modes: f.text(),
        all_arguments: f.text(),
    }
}

/// The type of a reference; `schema_of` tells where a type of an extension is.
pub(crate) fn type_reference(text: &str, schema_of: &dyn Fn(&str) -> Arc<str>) -> Type {
    if let Ok(oid) = text.parse() {
        return Type::System(oid);
    }
    let name = text.strip_suffix("[]").unwrap_or(text);
    Type::User(Arc::new(UserType {
        schema: schema_of(name),
        name: name.into(),
        array: name.len() < text.len(),
    }))
}

impl ExtensionObjects {
    /// The functions of a name, in the schema that the extension is in.
    pub(crate) fn functions<'a>(
        &'a self,
        schema: &'a str,
        name: &'a str,
        schema_of: &'a dyn Fn(&str) -> Arc<str>,
    ) -> impl Iterator<Item = Arc<Function>> + 'a {
        let list = |text: &str| -> Vec<Type> {
            text.split(' ')
                .filter(|t| !t.is_empty())
                .map(|t| type_reference(t, schema_of))
                .collect()
        };
        let start = self.functions.partition_point(|f| f.name < name);
        let matching = self
            .functions
            .iter()
            .skip(start)
            .take_while(move |f| f.name == name);
        matching.map(move |f| {
            Arc::new(Function {
                oid: 0,
                schema: schema.into(),
                name: name.into(),
                kind: function_kind(f.kind),
                arguments: list(f.arguments),
                argument_names: if f.names.is_empty() {
                    Vec::new()
                } else {
                    f.names
                        .split(',')
                        .map(|n| (!n.is_empty()).then(|| Arc::from(n)))
                        .collect()
                },
                argument_modes: f.modes.bytes().collect(),
                all_arguments: list(f.all_arguments),
                defaults: f.defaults,
                variadic: (f.variadic != "0").then(|| type_reference(f.variadic, schema_of)),
                returns: type_reference(f.returns, schema_of),
                returns_set: f.returns_set,
                strict: f.strict,
                volatility: f.volatility,
            })
        })
    }

    /// The operators of a name, in the schema that the extension is in.
    pub(crate) fn operators<'a>(
        &'a self,
        schema: &'a str,
        name: &'a str,
        schema_of: &'a dyn Fn(&str) -> Arc<str>,
    ) -> impl Iterator<Item = Arc<Operator>> + 'a {
        let matching = self.operators.iter().filter(move |o| o.name == name);
        matching.map(move |o| {
            Arc::new(Operator {
                oid: 0,
                schema: schema.into(),
                name: name.into(),
                left: (o.left != "0").then(|| type_reference(o.left, schema_of)),
                right: type_reference(o.right, schema_of),
                result: type_reference(o.result, schema_of),
                commutator: None,
                returns_set: false,
            })
        })
    }
}
