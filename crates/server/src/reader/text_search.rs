//! Reading text search parsers, templates, dictionaries and configurations.

use std::collections::BTreeMap;

use pgwright_catalog::{
    Name, ObjectId, QualifiedName, TextSearchConfiguration, TextSearchDictionary, TextSearchParser,
    TextSearchTemplate,
};

use super::{Class, ReadError, Reader, Record, text};

/// The parameters that are functions, in the order of the query.
const PARSER: [&str; 5] = ["start", "gettoken", "end", "lextypes", "headline"];
const TEMPLATE: [&str; 2] = ["init", "lexize"];

impl Reader<'_> {
    pub(super) fn read_text_search(&mut self) -> Result<(), ReadError> {
        let query = include_str!("../queries/text_search.sql");
        for row in self.query("text search", query, &[])? {
            let Some(class) = Class::of(row.get("class")?) else {
                continue;
            };
            let Some(name) = self.own_name(class, &row)? else {
                continue;
            };
            let oid = row.get("oid")?;
            let comment = self.comment(class, oid);
            let owner = row
                .get::<Option<u32>>("owner")?
                .and_then(|owner| self.owner(owner));
            let of: u32 = row.get::<Option<_>>("of")?.unwrap_or(0);
            let id = match class {
                Class::TextSearchParser => {
                    let functions = self.functions(&row, &PARSER)?;
                    let parser = TextSearchParser { functions, comment };
                    self.catalog
                        .text_search_parsers
                        .insert(name.clone(), parser);
                    ObjectId::TextSearchParser(name)
                }
                Class::TextSearchTemplate => {
                    let functions = self.functions(&row, &TEMPLATE)?;
                    let template = TextSearchTemplate { functions, comment };
                    self.catalog
                        .text_search_templates
                        .insert(name.clone(), template);
                    ObjectId::TextSearchTemplate(name)
                }
                Class::TextSearchDictionary => {
                    let Some(template) = self.names.qualified(Class::TextSearchTemplate, of) else {
                        continue;
                    };
                    let options: Option<String> = row.get("options")?;
                    let dictionary = TextSearchDictionary {
                        template,
                        options: dictionary_options(&options.unwrap_or_default()),
                        owner,
                        comment,
                    };
                    self.catalog
                        .text_search_dictionaries
                        .insert(name.clone(), dictionary);
                    ObjectId::TextSearchDictionary(name)
                }
                _ => {
                    let Some(parser) = self.names.qualified(Class::TextSearchParser, of) else {
                        continue;
                    };
                    let configuration = TextSearchConfiguration {
                        parser,
                        mappings: BTreeMap::new(),
                        owner,
                        comment,
                    };
                    let configurations = &mut self.catalog.text_search_configurations;
                    configurations.insert(name.clone(), configuration);
                    ObjectId::TextSearchConfiguration(name)
                }
            };
            self.ids.insert((class, oid), id);
        }
        self.read_mappings()
    }

    fn functions(
        &self,
        row: &Record,
        parameters: &[&str],
    ) -> Result<BTreeMap<String, QualifiedName>, ReadError> {
        let oids: Vec<u32> = row.get("functions")?;
        let function = |(parameter, oid): (&&str, u32)| {
            Some(((*parameter).to_owned(), self.names.function(oid)?))
        };
        Ok(parameters.iter().zip(oids).filter_map(function).collect())
    }

    fn read_mappings(&mut self) -> Result<(), ReadError> {
        if self.catalog.text_search_configurations.is_empty() {
            return Ok(());
        }
        let query = include_str!("../queries/text_search_mappings.sql");
        for row in self.query("text search mappings", query, &[])? {
            let of = self.id(Class::TextSearchConfiguration, row.get("configuration")?);
            let Some(ObjectId::TextSearchConfiguration(of)) = of.cloned() else {
                continue;
            };
            let dictionary = row.get("dictionary")?;
            let dictionary = self
                .names
                .qualified(Class::TextSearchDictionary, dictionary);
            let configuration = self.catalog.text_search_configurations.get_mut(&of);
            if let Some((configuration, dictionary)) = configuration.zip(dictionary) {
                let token = Name::from(row.text("token")?);
                configuration
                    .mappings
                    .entry(token)
                    .or_default()
                    .push(dictionary);
            }
        }
        Ok(())
    }
}

/// `language = 'english', stopwords = 'english'`.
fn dictionary_options(text: &str) -> BTreeMap<String, String> {
    let option = |option: String| {
        let (name, value) = option.split_once('=')?;
        Some((
            name.trim().trim_matches('"').to_owned(),
            value.trim().to_owned(),
        ))
    };
    text::split_list(text)
        .into_iter()
        .filter_map(option)
        .collect()
}
