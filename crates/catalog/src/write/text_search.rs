//! Text search: parsers, templates, dictionaries and configurations.

use std::collections::BTreeMap;

use super::Writer;
use super::text::parenthesised;
use crate::{
    QualifiedName, TextSearchConfiguration, TextSearchDictionary, TextSearchParser,
    TextSearchTemplate, quote_identifier,
};

impl Writer {
    /// `CREATE TEXT SEARCH PARSER`.
    pub fn create_text_search_parser(
        &self,
        name: &QualifiedName,
        parser: &TextSearchParser,
    ) -> String {
        let head = format!("CREATE TEXT SEARCH PARSER {} ", name.quoted());
        parenthesised(&head, &functions(&parser.functions), 0) + ";"
    }

    /// `CREATE TEXT SEARCH TEMPLATE`.
    pub fn create_text_search_template(
        &self,
        name: &QualifiedName,
        template: &TextSearchTemplate,
    ) -> String {
        let head = format!("CREATE TEXT SEARCH TEMPLATE {} ", name.quoted());
        parenthesised(&head, &functions(&template.functions), 0) + ";"
    }

    /// `CREATE TEXT SEARCH DICTIONARY`.
    pub fn create_text_search_dictionary(
        &self,
        name: &QualifiedName,
        dictionary: &TextSearchDictionary,
    ) -> String {
        let head = format!("CREATE TEXT SEARCH DICTIONARY {} ", name.quoted());
        let mut parts = vec![format!("TEMPLATE = {}", dictionary.template.quoted())];
        for (option, value) in &dictionary.options {
            parts.push(format!("{} = {value}", quote_identifier(option)));
        }
        parenthesised(&head, &parts, 0) + ";"
    }

    /// `CREATE TEXT SEARCH CONFIGURATION` and a statement for each list of dictionaries.
    pub fn create_text_search_configuration(
        &self,
        name: &QualifiedName,
        configuration: &TextSearchConfiguration,
    ) -> Vec<String> {
        let mut sql = vec![format!(
            "CREATE TEXT SEARCH CONFIGURATION {} (PARSER = {});",
            name.quoted(),
            configuration.parser.quoted()
        )];
        // Kinds of tokens with the same dictionaries share a statement.
        let mut by_dictionaries: BTreeMap<&[QualifiedName], Vec<String>> = BTreeMap::new();
        for (token, dictionaries) in &configuration.mappings {
            by_dictionaries
                .entry(dictionaries)
                .or_default()
                .push(token.quoted());
        }
        for (dictionaries, tokens) in by_dictionaries {
            let dictionaries: Vec<_> = dictionaries.iter().map(QualifiedName::quoted).collect();
            sql.push(format!(
                "ALTER TEXT SEARCH CONFIGURATION {}\n    ADD MAPPING FOR {}\n    WITH {};",
                name.quoted(),
                tokens.join(", "),
                dictionaries.join(", ")
            ));
        }
        sql
    }
}

fn functions(functions: &BTreeMap<String, QualifiedName>) -> Vec<String> {
    functions
        .iter()
        .map(|(parameter, function)| {
            format!("{} = {}", parameter.to_uppercase(), function.quoted())
        })
        .collect()
}
