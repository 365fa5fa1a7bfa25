//! Text search: parsers, templates, dictionaries and configurations.

use std::collections::{BTreeMap, BTreeSet};

use pg_query::protobuf::{
    AlterTsConfigType, AlterTsConfigurationStmt, AlterTsDictionaryStmt, DefineStmt,
};
use pgwright_catalog::{
    Name, ObjectId, QualifiedName, TextSearchConfiguration, TextSearchDictionary, TextSearchParser,
    TextSearchTemplate, quote_literal,
};

use super::address::Address;
use super::nodes::{self, Written};
use super::options::{self, DefinedOption};
use crate::read::failure::Failure;
use crate::read::names::{self, strings};
use crate::read::state::State;

/// The kinds of tokens of the parser that every database has.
const TOKENS: [&str; 23] = [
    "asciihword",
    "asciiword",
    "blank",
    "email",
    "entity",
    "file",
    "float",
    "host",
    "hword",
    "hword_asciipart",
    "hword_numpart",
    "hword_part",
    "int",
    "numhword",
    "numword",
    "protocol",
    "sfloat",
    "tag",
    "uint",
    "url",
    "url_path",
    "version",
    "word",
];

/// A parser, template, dictionary or configuration that is named: one of the text's, or the system's.
fn named(
    state: &State,
    written: &Written,
    holds: impl Fn(&QualifiedName) -> bool,
    kind: &str,
) -> QualifiedName {
    if let Some(schema) = &written.schema {
        return QualifiedName::new(schema.as_str(), written.name.as_str());
    }
    let name = names::truncate(&written.name);
    for schema in state.visible_schemas() {
        let full = QualifiedName::new(schema, name);
        if holds(&full) {
            return full;
        }
    }
    let of_extension = super::extension::schema_of_member(state, kind, name)
        .filter(|_| super::extension::brings(state, kind, name));
    QualifiedName::new(
        of_extension.unwrap_or_else(|| Name::new("pg_catalog")),
        name,
    )
}

/// The functions of a parser or template, by their parameter.
fn functions(
    state: &State,
    s: &DefineStmt,
    parameters: &[&str],
    what: &str,
) -> Result<BTreeMap<String, QualifiedName>, Failure> {
    let mut functions = BTreeMap::new();
    for option in options::options(&s.definition) {
        let name = option.name().to_lowercase();
        if !parameters.contains(&name.as_str()) {
            return Err(Failure::new(format!(
                "text search {what} parameter \"{}\" not recognized",
                option.name()
            )));
        }
        functions.insert(name, state.function_named(&option.written()));
    }
    Ok(functions)
}

fn used(state: &State, functions: &BTreeMap<String, QualifiedName>) -> BTreeSet<ObjectId> {
    functions
        .values()
        .flat_map(|function| state.function_objects(function))
        .collect()
}

/// CREATE TEXT SEARCH PARSER.
pub(super) fn create_parser(state: &mut State, s: &DefineStmt) -> Result<(), Failure> {
    let name = state.new_name(&strings(&s.defnames))?;
    if state.catalog.text_search_parsers.contains_key(&name) {
        return Err(Failure::exists("text search parser", name.name.as_str()));
    }
    let parameters = ["start", "gettoken", "end", "headline", "lextypes"];
    let functions = functions(state, s, &parameters, "parser")?;
    let needed = used(state, &functions);
    let id = ObjectId::TextSearchParser(name.clone());
    state.touch(&id);
    let held = TextSearchParser {
        functions,
        comment: None,
    };
    state.catalog.text_search_parsers.insert(name, held);
    state.set_uses(id, needed);
    Ok(())
}

/// CREATE TEXT SEARCH TEMPLATE.
pub(super) fn create_template(state: &mut State, s: &DefineStmt) -> Result<(), Failure> {
    let name = state.new_name(&strings(&s.defnames))?;
    if state.catalog.text_search_templates.contains_key(&name) {
        return Err(Failure::exists("text search template", name.name.as_str()));
    }
    let functions = functions(state, s, &["init", "lexize"], "template")?;
    let needed = used(state, &functions);
    let id = ObjectId::TextSearchTemplate(name.clone());
    state.touch(&id);
    let held = TextSearchTemplate {
        functions,
        comment: None,
    };
    state.catalog.text_search_templates.insert(name, held);
    state.set_uses(id, needed);
    Ok(())
}

/// CREATE TEXT SEARCH DICTIONARY.
pub(super) fn create_dictionary(state: &mut State, s: &DefineStmt) -> Result<(), Failure> {
    let name = state.new_name(&strings(&s.defnames))?;
    if state.catalog.text_search_dictionaries.contains_key(&name) {
        return Err(Failure::exists(
            "text search dictionary",
            name.name.as_str(),
        ));
    }
    let mut template = None;
    let mut held = BTreeMap::new();
    for option in options::options(&s.definition) {
        if option.name().eq_ignore_ascii_case("template") {
            template = Some(template_named(state, &option.written()));
        } else {
            held.insert(option.name().to_owned(), stored_value(option));
        }
    }
    let Some(template) = template else {
        return Err(Failure::new("text search template is required"));
    };
    let needed = BTreeSet::from([ObjectId::TextSearchTemplate(template.clone())]);
    let id = ObjectId::TextSearchDictionary(name.clone());
    state.touch(&id);
    let dictionary = TextSearchDictionary {
        template,
        options: held,
        owner: state.new_owner(),
        comment: None,
    };
    state
        .catalog
        .text_search_dictionaries
        .insert(name, dictionary);
    set_held_uses(state, id, needed);
    Ok(())
}

fn template_named(state: &State, written: &Written) -> QualifiedName {
    let holds = |name: &QualifiedName| state.catalog.text_search_templates.contains_key(name);
    named(state, written, holds, "template")
}

fn dictionary_named(state: &State, written: &Written) -> QualifiedName {
    let holds = |name: &QualifiedName| state.catalog.text_search_dictionaries.contains_key(name);
    named(state, written, holds, "dictionary")
}

/// Only what the catalog holds is said to be needed.
fn set_held_uses(state: &mut State, id: ObjectId, needed: BTreeSet<ObjectId>) {
    let held = needed
        .into_iter()
        .filter(|needed| super::access::exists(&state.catalog, needed))
        .collect();
    state.set_uses(id, held);
}

/// An option's value as the server stores it: numbers bare, all else a literal.
fn stored_value(option: DefinedOption<'_>) -> String {
    use pg_query::NodeEnum as N;
    match option.node().and_then(|node| node.node.as_ref()) {
        Some(N::Integer(_) | N::Float(_)) => option.text(),
        _ => quote_literal(&option.text()),
    }
}

/// ALTER TEXT SEARCH DICTIONARY: an option without a value is taken away.
pub(super) fn alter_dictionary(
    state: &mut State,
    s: &AlterTsDictionaryStmt,
) -> Result<(), Failure> {
    let node = list(&s.dictname);
    let kind = pg_query::protobuf::ObjectType::ObjectTsdictionary;
    let Address::Held(id) = state.address(kind, &node)? else {
        return Ok(());
    };
    state.touch(&id);
    let ObjectId::TextSearchDictionary(name) = &id else {
        return Ok(());
    };
    if let Some(held) = state.catalog.text_search_dictionaries.get_mut(name) {
        for option in options::options(&s.options) {
            if option.node().is_none() {
                held.options.remove(option.name());
            } else {
                held.options
                    .insert(option.name().to_owned(), stored_value(option));
            }
        }
    }
    Ok(())
}

fn list(items: &[pg_query::protobuf::Node]) -> pg_query::protobuf::Node {
    pg_query::protobuf::Node {
        node: Some(pg_query::NodeEnum::List(pg_query::protobuf::List {
            items: items.to_vec(),
        })),
    }
}

/// CREATE TEXT SEARCH CONFIGURATION.
pub(super) fn create_configuration(state: &mut State, s: &DefineStmt) -> Result<(), Failure> {
    let name = state.new_name(&strings(&s.defnames))?;
    if state.catalog.text_search_configurations.contains_key(&name) {
        return Err(Failure::exists(
            "text search configuration",
            name.name.as_str(),
        ));
    }
    let mut held = None;
    for option in options::options(&s.definition) {
        let written = option.written();
        match option.name().to_lowercase().as_str() {
            "parser" => {
                let holds =
                    |name: &QualifiedName| state.catalog.text_search_parsers.contains_key(name);
                held = Some(TextSearchConfiguration {
                    parser: named(state, &written, holds, "parser"),
                    mappings: BTreeMap::new(),
                    owner: None,
                    comment: None,
                });
            }
            "copy" => held = Some(source(state, &written)?),
            other => {
                return Err(Failure::new(format!(
                    "text search configuration parameter \"{other}\" not recognized"
                )));
            }
        }
    }
    let Some(mut held) = held else {
        return Err(Failure::new("text search parser is required"));
    };
    held.owner = state.new_owner();
    held.comment = None;
    let id = ObjectId::TextSearchConfiguration(name.clone());
    state.touch(&id);
    state
        .catalog
        .text_search_configurations
        .insert(name.clone(), held);
    record(state, &name);
    Ok(())
}

/// The configuration that COPY names. Those of the system map words to their language's stemmer.
fn source(state: &State, written: &Written) -> Result<TextSearchConfiguration, Failure> {
    let holds = |name: &QualifiedName| state.catalog.text_search_configurations.contains_key(name);
    let name = named(state, written, holds, "configuration");
    if let Some(held) = state.catalog.text_search_configurations.get(&name) {
        return Ok(held.clone());
    }
    if name.schema.as_str() != "pg_catalog" {
        return Err(Failure::missing(
            "text search configuration",
            &written.to_string(),
        ));
    }
    Ok(of_the_system(name.name.as_str()))
}

/// A configuration of `pg_catalog`: plain words go to the stemmer of the language, all else to `simple`.
fn of_the_system(language: &str) -> TextSearchConfiguration {
    let own = |name: String| QualifiedName::new("pg_catalog", name);
    let simple = own("simple".to_owned());
    let stemmer = |language: &str| match language {
        "simple" => simple.clone(),
        language => own(format!("{language}_stem")),
    };
    let words = ["asciihword", "asciiword", "hword_asciipart"];
    let others = ["hword", "hword_part", "word"];
    // Words in Latin letters are taken as English within two languages of another script.
    let ascii = match language {
        "hindi" | "russian" => "english",
        other => other,
    };
    let mut mappings: BTreeMap<Name, Vec<QualifiedName>> = TOKENS
        .iter()
        .filter(|token| !matches!(**token, "blank" | "entity" | "protocol" | "tag"))
        .map(|token| (Name::new(*token), vec![simple.clone()]))
        .collect();
    for token in words {
        mappings.insert(Name::new(token), vec![stemmer(ascii)]);
    }
    for token in others {
        mappings.insert(Name::new(token), vec![stemmer(language)]);
    }
    TextSearchConfiguration {
        parser: own("default".to_owned()),
        mappings,
        owner: None,
        comment: None,
    }
}

/// Says which parser and dictionaries a configuration uses.
fn record(state: &mut State, name: &QualifiedName) {
    let Some(held) = state.catalog.text_search_configurations.get(name) else {
        return;
    };
    let mut needed: BTreeSet<ObjectId> = held
        .mappings
        .values()
        .flatten()
        .cloned()
        .map(ObjectId::TextSearchDictionary)
        .collect();
    needed.insert(ObjectId::TextSearchParser(held.parser.clone()));
    set_held_uses(
        state,
        ObjectId::TextSearchConfiguration(name.clone()),
        needed,
    );
}

/// ALTER TEXT SEARCH CONFIGURATION … MAPPING.
pub(super) fn alter_configuration(
    state: &mut State,
    s: &AlterTsConfigurationStmt,
) -> Result<(), Failure> {
    let node = list(&s.cfgname);
    let kind = pg_query::protobuf::ObjectType::ObjectTsconfiguration;
    let Address::Held(id) = state.address(kind, &node)? else {
        return Ok(());
    };
    let dictionaries: Vec<QualifiedName> = s
        .dicts
        .iter()
        .map(|node| dictionary_named(state, &nodes::written_node(node)))
        .collect();
    let ObjectId::TextSearchConfiguration(name) = id.clone() else {
        return Ok(());
    };
    state.touch(&id);
    let Some(held) = state.catalog.text_search_configurations.get_mut(&name) else {
        return Ok(());
    };
    let tokens: Vec<Name> = nodes::strings(&s.tokentype)
        .into_iter()
        .map(Name::from)
        .collect();
    if let Some(unknown) = tokens.iter().find(|token| {
        held.parser.schema.as_str() == "pg_catalog" && !TOKENS.contains(&token.as_str())
    }) {
        return Err(Failure::new(format!(
            "token type \"{unknown}\" does not exist"
        )));
    }
    match s.kind() {
        AlterTsConfigType::AlterTsconfigAddMapping => {
            for token in tokens {
                if held.mappings.contains_key(&token) {
                    return Err(Failure::new(
                        "duplicate key value violates unique constraint \"pg_ts_config_map_index\"",
                    ));
                }
                held.mappings.insert(token, dictionaries.clone());
            }
        }
        AlterTsConfigType::AlterTsconfigAlterMappingForToken => {
            for token in tokens {
                held.mappings.insert(token, dictionaries.clone());
            }
        }
        AlterTsConfigType::AlterTsconfigReplaceDict
        | AlterTsConfigType::AlterTsconfigReplaceDictForToken => {
            let [old, new] = dictionaries.as_slice() else {
                return Err(Failure::new("a dictionary is missing"));
            };
            for (token, mapped) in &mut held.mappings {
                if tokens.is_empty() || tokens.contains(token) {
                    for dictionary in mapped.iter_mut().filter(|d| *d == old) {
                        dictionary.clone_from(new);
                    }
                }
            }
        }
        AlterTsConfigType::AlterTsconfigDropMapping => {
            for token in tokens {
                if held.mappings.remove(&token).is_none() && !s.missing_ok {
                    return Err(Failure::new(format!(
                        "mapping for token type \"{token}\" does not exist"
                    )));
                }
            }
        }
        AlterTsConfigType::AlterTsconfigTypeUndefined => {}
    }
    record(state, &name);
    Ok(())
}
