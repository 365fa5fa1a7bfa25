//! CREATE FUNCTION and CREATE PROCEDURE.

use std::collections::BTreeSet;

use pg_query::NodeEnum;
use pg_query::protobuf::{
    CreateFunctionStmt, FunctionParameter, FunctionParameterMode as M, Node, TypeName,
};
use pgwright_catalog::{
    Argument, ArgumentMode, Name, ObjectId, QualifiedName, Routine, RoutineKind, RoutineSignature,
    TypeKind,
};

use super::function_body;
use super::function_option::Options;
use super::nodes::Written;
use super::{extension, type_text};
use crate::analyze::ExprKind;
use crate::analyze::system;
use crate::read::expression::Context;
use crate::read::failure::Failure;
use crate::read::names::{self, strings};
use crate::read::state::State;

/// CREATE [OR REPLACE] FUNCTION and PROCEDURE.
pub(super) fn create(state: &mut State, s: &CreateFunctionStmt) -> Result<(), Failure> {
    let name = state.new_name(&strings(&s.funcname))?;
    let options = Options::read(state, &s.options)?;
    let language = match &options.language {
        Some(language) => language.clone(),
        None if s.sql_body.is_some() => Name::new("sql"),
        None => return Err(Failure::new("no language specified")),
    };
    if !state.language_exists(language.as_str()) {
        return Err(Failure::missing("language", language.as_str()));
    }
    let foreign = matches!(language.as_str(), "c" | "internal");
    let arguments = arguments(state, &s.parameters, foreign)?;
    let returns = returns(state, s, &arguments, foreign)?;
    let mut routine = Routine::function(language.as_str(), "void", "");
    routine.kind = match () {
        () if s.is_procedure => RoutineKind::Procedure,
        () if options.window == Some(true) => RoutineKind::Window,
        () => RoutineKind::Function,
    };
    routine.arguments = arguments;
    routine.returns = returns;
    routine.settings.clear();
    options.apply(&mut routine, s.is_procedure)?;
    let (body, needed) = function_body::body(state, s, &name, &routine, &options)?;
    routine.body = body;
    replace(state, name, routine, needed, s.replace)
}

/// Puts a routine in its place; one that is there already keeps owner, comment and privileges.
fn replace(
    state: &mut State,
    name: QualifiedName,
    mut routine: Routine,
    mut needed: BTreeSet<ObjectId>,
    or_replace: bool,
) -> Result<(), Failure> {
    let signature = routine.signature(name);
    let id = ObjectId::Routine(signature.clone());
    let what = if routine.kind == RoutineKind::Procedure {
        "procedure"
    } else {
        "function"
    };
    let exists = || {
        Failure::new(format!(
            "function \"{}\" already exists with same argument types",
            signature.name.name
        ))
    };
    if state.catalog.aggregates.contains_key(&signature) {
        return Err(if or_replace {
            Failure::new("cannot change routine kind").hint(format!(
                "\"{}\" is an aggregate function.",
                signature.name.name
            ))
        } else {
            exists()
        });
    }
    let before = state.catalog.routines.get(&signature).cloned();
    if let Some(before) = &before {
        if !or_replace {
            return Err(exists());
        }
        check_replacement(before, &routine, what)?;
        routine.owner = before.owner.clone();
        routine.comment = before.comment.clone();
        routine.grants = before.grants.clone();
    } else {
        routine.owner = state.new_owner();
    }
    needed.extend(uses(state, &routine));
    needed.remove(&id);
    state.touch(&id);
    state.catalog.routines.insert(signature.clone(), routine);
    if before.is_none() {
        state.set_initial_privileges(&id);
    }
    state.set_uses(id, needed);
    Ok(())
}

/// What OR REPLACE may not change.
fn check_replacement(before: &Routine, after: &Routine, what: &str) -> Result<(), Failure> {
    if before.kind != after.kind {
        return Err(Failure::new("cannot change routine kind"));
    }
    let outputs = |routine: &Routine| -> Vec<(String, Option<Name>)> {
        routine
            .arguments
            .iter()
            .filter(|a| !matches!(a.mode, ArgumentMode::In | ArgumentMode::Variadic))
            .map(|a| (a.data_type.clone(), a.name.clone()))
            .collect()
    };
    if before.returns != after.returns || outputs(before) != outputs(after) {
        return Err(
            Failure::new(format!("cannot change return type of existing {what}"))
                .hint("Use DROP first."),
        );
    }
    let inputs = |routine: &Routine| -> Vec<Argument> {
        routine
            .arguments
            .iter()
            .filter(|a| !matches!(a.mode, ArgumentMode::Out | ArgumentMode::Table))
            .cloned()
            .collect()
    };
    for (old, new) in inputs(before).iter().zip(&inputs(after)) {
        if let Some(name) = &old.name
            && new.name.as_ref() != Some(name)
        {
            return Err(
                Failure::new(format!("cannot change name of input parameter \"{name}\""))
                    .hint("Use DROP first."),
            );
        }
        if old.default.is_some() && new.default.is_none() {
            return Err(Failure::new(format!(
                "cannot remove parameter defaults from existing {what}"
            ))
            .hint("Use DROP first."));
        }
    }
    Ok(())
}

/// The arguments, in order.
fn arguments(
    state: &mut State,
    parameters: &[Node],
    foreign: bool,
) -> Result<Vec<Argument>, Failure> {
    let mut arguments: Vec<Argument> = Vec::new();
    let mut defaults = false;
    for parameter in parameters.iter().filter_map(parameter) {
        let argument = argument(state, parameter, foreign)?;
        let input = !matches!(argument.mode, ArgumentMode::Out | ArgumentMode::Table);
        if input && defaults && argument.default.is_none() {
            return Err(Failure::new(
                "input parameters after one with a default value must also have defaults",
            ));
        }
        defaults |= argument.default.is_some();
        if let Some(name) = &argument.name {
            let clash = arguments.iter().any(|other| {
                let other_input = !matches!(other.mode, ArgumentMode::Out | ArgumentMode::Table);
                let both = matches!(argument.mode, ArgumentMode::InOut)
                    || matches!(other.mode, ArgumentMode::InOut)
                    || other_input == input
                    || argument.mode == ArgumentMode::Table
                    || other.mode == ArgumentMode::Table;
                other.name.as_ref() == Some(name) && both
            });
            if clash {
                return Err(Failure::new(format!(
                    "parameter name \"{name}\" used more than once"
                )));
            }
        }
        arguments.push(argument);
    }
    Ok(arguments)
}

fn parameter(node: &Node) -> Option<&FunctionParameter> {
    match node.node.as_ref()? {
        NodeEnum::FunctionParameter(parameter) => Some(parameter),
        _ => None,
    }
}

/// One argument of a function, procedure or aggregate.
pub(super) fn argument(
    state: &mut State,
    parameter: &FunctionParameter,
    foreign: bool,
) -> Result<Argument, Failure> {
    let Some(type_name) = &parameter.arg_type else {
        return Err(Failure::new("a type name is missing"));
    };
    if type_name.setof {
        return Err(Failure::new("functions cannot accept set arguments"));
    }
    let data_type = function_type(state, type_name, foreign)?;
    let default = match parameter.defexpr.as_deref() {
        Some(node) => {
            let context = Context::new(ExprKind::FunctionDefault).wanted(&data_type);
            Some(state.expression(node, &context)?)
        }
        None => None,
    };
    Ok(Argument {
        mode: match parameter.mode() {
            M::FuncParamOut => ArgumentMode::Out,
            M::FuncParamInout => ArgumentMode::InOut,
            M::FuncParamVariadic => ArgumentMode::Variadic,
            M::FuncParamTable => ArgumentMode::Table,
            _ => ArgumentMode::In,
        },
        name: (!parameter.name.is_empty()).then(|| Name::new(names::truncate(&parameter.name))),
        data_type,
        default,
    })
}

/// The type of an argument or result. A function in C may speak of a type that is yet to be made: it
/// becomes a shell type.
fn function_type(
    state: &mut State,
    type_name: &TypeName,
    foreign: bool,
) -> Result<String, Failure> {
    if foreign
        && !type_name.pct_type
        && let parts = strings(&type_name.names)
        && let Some((schema, name)) = names::split_name(&parts)
        && !state.type_is_known(schema, name)
        && !extension::is_member(state, "type", name)
    {
        let name = state.new_name(&parts)?;
        state.insert_type(name, TypeKind::Shell)?;
    }
    state.plain_type(type_name)
}

/// The result, as `pg_get_function_result` prints it.
fn returns(
    state: &mut State,
    s: &CreateFunctionStmt,
    arguments: &[Argument],
    foreign: bool,
) -> Result<Option<String>, Failure> {
    if s.is_procedure || arguments.iter().any(|a| a.mode == ArgumentMode::Table) {
        return Ok(None);
    }
    let outputs: Vec<&Argument> = arguments
        .iter()
        .filter(|a| matches!(a.mode, ArgumentMode::Out | ArgumentMode::InOut))
        .collect();
    let required = match outputs.as_slice() {
        [] => None,
        [only] => Some(only.data_type.clone()),
        _ => Some("record".to_owned()),
    };
    let Some(type_name) = &s.return_type else {
        return required
            .map(Some)
            .ok_or_else(|| Failure::new("function result type must be specified"));
    };
    let written = function_type(state, type_name, foreign)?;
    if let Some(required) = required
        && required != written
    {
        return Err(Failure::new(format!(
            "function result type must be {required} because of OUT parameters"
        )));
    }
    Ok(Some(if type_name.setof {
        format!("SETOF {written}")
    } else {
        written
    }))
}

/// The types and functions that a routine's declaration speaks of.
fn uses(state: &State, routine: &Routine) -> BTreeSet<ObjectId> {
    let types = routine
        .arguments
        .iter()
        .map(|argument| argument.data_type.as_str())
        .chain(routine.returns.as_deref())
        .chain(routine.transforms.iter().map(String::as_str));
    let mut needed: BTreeSet<ObjectId> = types.filter_map(|text| state.type_object(text)).collect();
    let language = ObjectId::Language(routine.language.clone());
    if state.catalog.languages.contains_key(&routine.language) {
        needed.insert(language);
    }
    if let Some(support) = &routine.support {
        needed.extend(state.routines_named(support));
    }
    needed
}

impl State {
    /// Whether a type is known by that name.
    fn type_is_known(&self, schema: Option<&str>, name: &str) -> bool {
        let system = matches!(schema, None | Some("pg_catalog"))
            && system::catalog().type_by_name("pg_catalog", name).is_some();
        let held = |schema: &Name| {
            let name = QualifiedName::new(schema.clone(), names::truncate(name));
            type_text::user_type(&name.quoted()).is_some()
                && self.type_object(&name.quoted()).is_some()
        };
        system
            || match schema {
                Some(schema) => held(&Name::new(schema)),
                None => self.visible_schemas().iter().any(held),
            }
    }

    /// The full name of a function that is named without its arguments: PostgreSQL's own first.
    pub(in crate::read) fn function_named(&self, written: &Written) -> QualifiedName {
        if let Some(schema) = &written.schema {
            return QualifiedName::new(schema.as_str(), written.name.as_str());
        }
        let name = names::truncate(&written.name);
        let own = || QualifiedName::new("pg_catalog", name);
        if !system::catalog().functions(name).is_empty() {
            return own();
        }
        for schema in self.visible_schemas() {
            let full = QualifiedName::new(schema, name);
            if !self.routines_named(&full).is_empty() {
                return full;
            }
        }
        match extension::schema_of_member(self, "function", name) {
            Some(schema) => QualifiedName::new(schema, name),
            None => own(),
        }
    }

    /// The same as SQL text: those of `pg_catalog` without their schema.
    pub(in crate::read) fn function_text(&self, written: &Written) -> String {
        let name = self.function_named(written);
        if name.schema.as_str() == "pg_catalog" {
            name.name.quoted()
        } else {
            name.quoted()
        }
    }

    /// Says that an object needs every function of a name.
    pub(in crate::read) fn function_objects(&self, name: &QualifiedName) -> Vec<ObjectId> {
        self.routines_named(name)
    }

    /// The signature of a function with arguments, as far as the text tells.
    pub(in crate::read) fn signature_named(
        &self,
        written: &Written,
        arguments: &[String],
    ) -> RoutineSignature {
        let own = || {
            RoutineSignature::new(
                self.function_named(written),
                arguments.iter().map(String::as_str),
            )
        };
        if written.schema.is_some() {
            return own();
        }
        for schema in self.visible_schemas() {
            let signature = RoutineSignature::new(
                QualifiedName::new(schema, names::truncate(&written.name)),
                arguments.iter().map(String::as_str),
            );
            if self.catalog.routines.contains_key(&signature) {
                return signature;
            }
        }
        own()
    }
}
