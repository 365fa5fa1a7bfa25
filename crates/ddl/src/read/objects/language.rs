//! Procedural languages and access methods.

use pg_query::protobuf::{CreateAmStmt, CreatePLangStmt, Node};
use pgwright_catalog::{AccessMethod, Language, Name, ObjectId, QualifiedName};

use super::{extension, nodes};
use crate::read::failure::Failure;
use crate::read::state::State;

impl State {
    /// Whether there is a language: PostgreSQL's own, an extension's, or one of the text's.
    pub(in crate::read) fn language_exists(&self, name: &str) -> bool {
        matches!(name, "sql" | "plpgsql" | "c" | "internal")
            || self.catalog.languages.contains_key(name)
            || extension::is_member(self, "language", name)
    }
}

fn function(state: &State, names: &[Node]) -> Option<QualifiedName> {
    (!names.is_empty()).then(|| state.function_named(&nodes::written(names)))
}

/// CREATE LANGUAGE. Without a handler it means the extension of that name.
pub(super) fn create(state: &mut State, s: &CreatePLangStmt) -> Result<(), Failure> {
    let name = Name::new(s.plname.to_lowercase());
    let id = ObjectId::Language(name.clone());
    let before = state.catalog.languages.get(&name).cloned();
    if before.is_some() && !s.replace {
        return Err(Failure::exists("language", name.as_str()));
    }
    let mut language = Language::new(s.pltrusted, function(state, &s.plhandler));
    language.inline = function(state, &s.plinline);
    language.validator = function(state, &s.plvalidator);
    language.owner = state.new_owner();
    if let Some(before) = before {
        language.owner = before.owner;
        language.comment = before.comment;
        language.grants = before.grants;
    }
    let needed = [&language.handler, &language.inline, &language.validator]
        .into_iter()
        .flatten()
        .flat_map(|function| state.function_objects(function))
        .collect();
    state.touch(&id);
    state.catalog.languages.insert(name, language);
    state.set_uses(id, needed);
    Ok(())
}

/// CREATE ACCESS METHOD.
pub(super) fn create_access_method(state: &mut State, s: &CreateAmStmt) -> Result<(), Failure> {
    let name = Name::new(s.amname.clone());
    let own = ["heap", "btree", "hash", "gist", "gin", "spgist", "brin"];
    if own.contains(&name.as_str()) || state.catalog.access_methods.contains_key(&name) {
        return Err(Failure::exists("access method", name.as_str()));
    }
    let handler = state.function_named(&nodes::written(&s.handler_name));
    let id = ObjectId::AccessMethod(name.clone());
    let needed = state.function_objects(&handler).into_iter().collect();
    state.touch(&id);
    let held = AccessMethod {
        for_tables: s.amtype == "t",
        handler,
        comment: None,
    };
    state.catalog.access_methods.insert(name, held);
    state.set_uses(id, needed);
    Ok(())
}
