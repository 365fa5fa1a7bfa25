//! No text makes the reader panic, and every error points into the text.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

const EXAMPLES: [&str; 4] = [
    include_str!("../../../examples/crm-principals.yaml"),
    include_str!("../../../examples/clinic.yaml"),
    include_str!("../../../examples/saas-billing.yaml"),
    include_str!("../../../examples/inventory.yaml"),
];

/// Reads a text and looks at everything that is said about it.
fn survives(text: &str) {
    let reading = pgwright_brief::read(text);
    assert_eq!(reading.brief.is_none(), !reading.errors.is_empty());
    for said in reading.errors.iter().chain(&reading.warnings) {
        assert!(
            text.get(said.range.clone()).is_some(),
            "{said:?} is not in the text"
        );
        assert!(said.span.line >= 1 && said.span.column >= 1);
        assert!(!said.render(text, "brief.yaml").is_empty());
    }
}

/// Pieces that mean something in one place or another.
fn words() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "order",
        "customer",
        "note",
        "state",
        "one of",
        "|",
        "->",
        "=>",
        ",",
        ";",
        ":",
        ": ",
        "'",
        "\"",
        "(",
        ")",
        "when",
        "then",
        "where",
        "per",
        "no overlap of",
        "at most one",
        "sum of",
        "=",
        "at most",
        "never below",
        "0",
        "40,000",
        "2 million",
        "a second",
        "kept",
        "years",
        "from",
        "to",
        "above",
        "default",
        "unique per",
        "running total of",
        "order.note",
        "is",
        "not",
        "draft",
        "paid",
        "any",
        "find",
        "by",
        "part of",
        "latest",
        "50",
        "list",
        "of",
        "between",
        "frozen when",
        "except",
        "with",
        "exactly one",
        "many",
        "either",
        "money in",
        "EUR",
        "decimal(",
        "1e999",
        "-",
        "é",
        "\u{1F600}",
        "#",
        "&",
        "*",
        "\n",
        "\t",
        "?",
        "$1",
        "/*",
        "--",
        "E'",
        "$$",
        "ß",
        "select",
        "from",
        "user",
        ".",
        "..",
        "copied from",
        "computed as",
        "\\",
        "[",
        "]",
        "{",
        "}",
        "\u{0}",
        "İ",
    ]);
    prop::collection::vec(word, 0..12).prop_map(|words| words.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_characters(text in any::<String>()) {
        survives(&text);
    }

    #[test]
    fn damaged_examples(
        example in 0..EXAMPLES.len(),
        from in any::<prop::sample::Index>(),
        length in 0..40_usize,
        put in words(),
    ) {
        let text: Vec<char> = EXAMPLES[example].chars().collect();
        let from = from.index(text.len());
        let to = (from + length).min(text.len());
        let damaged: String =
            text[..from].iter().copied().chain(put.chars()).chain(text[to..].iter().copied()).collect();
        survives(&damaged);
    }

    #[test]
    fn any_words_in_any_place(place in 0..14_usize, text in words(), style in 0..4_usize) {
        let quoted = match style {
            0 => text.clone(),
            1 => format!("'{}'", text.replace('\'', "''")),
            2 => format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")),
            _ => format!("|\n            {}", text.replace('\n', "\n            ")),
        };
        let put = |at: usize, otherwise: &str| if at == place { quoted.clone() } else { otherwise.to_owned() };
        let brief = format!(
            "brief: shop\nentities:\n  customer:\n    has:\n      name: name\n    volume: {}\n    existing: {}\n  \
             order:\n    part_of: {}\n    key: {}\n    unique:\n      - {}\n    has:\n      customer: customer\n      \
             note: {}\n      state:\n        flow: {}\n        groups:\n          open: {}\n      more:\n        \
             type: date\n        at_least: {}\n    rules:\n      - {}\naccess:\n  - {}\nreports:\n  r:\n    fresh: {}\n    \
             sql: {}\npolicies:\n  visibility:\n    - {}\n",
            put(0, "5"), put(1, "a.b (c int)"), put(2, "customer"), put(3, "note"), put(4, "note"), put(5, "text"),
            put(6, "draft => paid"), put(7, "draft"), put(8, "2026-01-01"), put(9, "note <> ''"),
            put(10, "find order by note"), put(11, "live"), put(12, "select note from order"),
            put(13, "customer sees order where customer = me"),
        );
        survives(&brief);
    }
}

#[test]
fn sizes_are_bounded() {
    survives(&"a".repeat(5 << 20));
    survives(&"[".repeat(100_000));
    survives(&"a: {".repeat(10_000));
    survives(&format!(
        "brief: x\nentities:\n{}",
        "  - a\n".repeat(300_000)
    ));
    survives(&format!(
        "brief: x\nentities:\n  a:\n    has:\n      b: one of {}\n",
        "x | ".repeat(20_000)
    ));
    survives(&format!(
        "brief: x\nentities:\n  a:\n    has: [b]\n    rules:\n      - {}\n",
        "(".repeat(50_000)
    ));
    survives(&format!(
        "brief: x\nentities:\n  a:\n    has:\n      c: {}\n",
        "x ".repeat(50_000)
    ));
}
