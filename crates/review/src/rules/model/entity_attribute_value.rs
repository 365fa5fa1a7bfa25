//! Attributes as rows.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MOD-EAV",
    title: "Attributes that are kept as rows",
    rationale: "A row for each attribute of a thing, with its name and its value as text, has no types, no NOT NULL, no foreign keys and no checks: \
        reading one thing takes as many joins as it has attributes. Columns, or one jsonb column for what varies, keep them together.",
    severity: Warning,
    consequence: 40,
    bad: &[
        "CREATE TABLE products (id bigint PRIMARY KEY); CREATE TABLE product_attributes (id bigint PRIMARY KEY, product_id bigint NOT NULL REFERENCES products, attribute text NOT NULL, value text);",
    ],
    good: &[
        "CREATE TABLE settings (key text PRIMARY KEY, value text);",
        "CREATE TABLE products (id bigint PRIMARY KEY, attributes jsonb);",
    ],
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn check(context: &Context<'_>, report: &mut Report) {
    for view in context.tables() {
        if view.purpose != Purpose::Ordinary || view.columns.len() > 9 {
            continue;
        }
        let said = |words: &[&str]| {
            view.columns.iter().find(|c| {
                words.contains(&c.name.as_str())
                    || words
                        .iter()
                        .any(|w| c.name.as_str().ends_with(&format!("_{w}")))
            })
        };
        let text = |c: &Column| is_text(&c.data_type);
        let table = words(view.name.name.as_str());
        let named = table.iter().any(|w| {
            matches!(
                w.as_str(),
                "attribute"
                    | "attributes"
                    | "property"
                    | "properties"
                    | "meta"
                    | "metadata"
                    | "eav"
                    | "field"
                    | "fields"
            )
        });
        let key = said(&[
            "attribute",
            "attribute_name",
            "meta_key",
            "property",
            "field_name",
            "attr",
        ])
        .or_else(|| if named { said(&["key", "name"]) } else { None });
        let value = said(&["value", "meta_value", "attribute_value", "val"]);
        let owned = view
            .table
            .foreign_keys()
            .any(|(_, k)| &k.references != view.name);
        if let (Some(key), Some(value), true) = (key, value, owned)
            && text(value)
            && key.name != value.name
        {
            report
                .add(
                    view.id(),
                    format!(
                        "has a row for each attribute: its name in {}, its value in {}",
                        key.name, value.name
                    ),
                )
                .sure(Certainty::Likely);
        }
    }
}
