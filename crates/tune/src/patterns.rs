//! Texts that are searched for, where statistics tell none.

use pgwright_catalog::Catalog;

use crate::access::{Reader, search_path};
use crate::workload::{Form, Workload};

/// A text that hardly any row has, of letters that every encoding has.
const RARE: &str = "what is sought";

/// Gives statements that search for a part of a text, and of whose values nothing is known, a form for a text that
/// is rare. Their generic plan takes for granted that one row in 200 has it, whatever it is.
pub fn with_rare_patterns(workload: &mut Workload, catalog: &Catalog) {
    let reader = Reader::new(catalog, &search_path(catalog));
    for statement in &mut workload.statements {
        let [only] = statement.forms.as_mut_slice() else {
            continue;
        };
        let tokens = pgwright_catalog::write::scan(&statement.text);
        let parameters = tokens.windows(2).filter(|t| t[0].is_symbol("$"));
        let numbers: std::collections::BTreeSet<&str> = parameters.map(|t| t[1].text).collect();
        if only.values.is_some() || numbers.len() != 1 {
            continue;
        }
        let reading = reader.read(&statement.text);
        let mut special = reading.accesses.iter().flat_map(|a| &a.special);
        if special.any(|s| s.class == Some("gin_trgm_ops")) {
            only.share = 0.5;
            statement.forms.push(Form {
                values: Some(vec![Some(RARE.to_owned())]),
                label: "rare".to_owned(),
                share: 0.5,
            });
        }
    }
}
