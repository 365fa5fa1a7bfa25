//! Foreign data: wrappers, servers and user mappings.

use std::collections::BTreeMap;

use super::Writer;
use super::text::parenthesised;
use crate::{
    ForeignDataWrapper, ForeignServer, Name, UserMapping, UserMappingName, quote_identifier,
    quote_literal,
};

impl Writer {
    /// `CREATE FOREIGN DATA WRAPPER`.
    pub fn create_foreign_data_wrapper(&self, name: &Name, wrapper: &ForeignDataWrapper) -> String {
        let mut clauses = vec![format!("CREATE FOREIGN DATA WRAPPER {}", name.quoted())];
        for (word, function) in [
            ("HANDLER", &wrapper.handler),
            ("VALIDATOR", &wrapper.validator),
        ] {
            if let Some(function) = function {
                clauses.push(format!("{word} {}", function.quoted()));
            }
        }
        clauses.extend(foreign_options(&wrapper.options, 4));
        clauses.join("\n    ") + ";"
    }

    /// `CREATE SERVER`.
    pub fn create_server(&self, name: &Name, server: &ForeignServer) -> String {
        let mut head = format!("CREATE SERVER {}", name.quoted());
        for (word, value) in [("TYPE", &server.server_type), ("VERSION", &server.version)] {
            if let Some(value) = value {
                head.push_str(&format!(" {word} {}", quote_literal(value)));
            }
        }
        let mut clauses = vec![
            head,
            format!("FOREIGN DATA WRAPPER {}", server.wrapper.quoted()),
        ];
        clauses.extend(foreign_options(&server.options, 4));
        clauses.join("\n    ") + ";"
    }

    /// `CREATE USER MAPPING`. Options that are secret are not known here; a comment names them, so
    /// that who runs the statement can set them.
    pub fn create_user_mapping(&self, name: &UserMappingName, mapping: &UserMapping) -> String {
        let mut sql = format!("CREATE USER MAPPING {name}");
        if let Some(options) = foreign_options(&mapping.options, 4) {
            sql.push_str(&format!("\n    {options}"));
        }
        sql.push(';');
        if mapping.secrets.is_empty() {
            return sql;
        }
        let secrets: Vec<_> = mapping.secrets.iter().map(String::as_str).collect();
        let add: Vec<_> = mapping
            .secrets
            .iter()
            .map(|s| format!("ADD {} '…'", quote_identifier(s)))
            .collect();
        format!(
            "-- Left out, as it is secret: {}. To be set with\n-- ALTER USER MAPPING {name} OPTIONS ({});\n{sql}",
            secrets.join(", "),
            add.join(", ")
        )
    }
}

/// `OPTIONS (name 'value', …)`, when there are any.
pub(super) fn foreign_options(options: &BTreeMap<String, String>, indent: usize) -> Option<String> {
    if options.is_empty() {
        return None;
    }
    let list: Vec<_> = options
        .iter()
        .map(|(name, value)| format!("{} {}", quote_identifier(name), quote_literal(value)))
        .collect();
    Some(parenthesised("OPTIONS ", &list, indent))
}
