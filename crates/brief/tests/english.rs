//! English requirements become briefs: always valid ones, with what a careful reader finds, and nothing else.
#![allow(clippy::unwrap_used, clippy::print_stderr)]

use std::fs;
use std::path::{Path, PathBuf};

use pgwright_brief::english::{Translation, translate};
use proptest::prelude::*;

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A text beside the repository; none, with a message, when it is not there.
fn shared(name: &str) -> Option<String> {
    let places = ["../shared/briefs", "../../shared/briefs"];
    let text = places
        .iter()
        .find_map(|place| fs::read_to_string(repository().join(place).join(name)).ok());
    if text.is_none() {
        eprintln!("skipped: ../shared/briefs/{name} is not there");
    }
    text
}

fn reads(translation: &Translation) {
    let reading = pgwright_brief::read(&translation.yaml);
    assert!(
        reading.errors.is_empty(),
        "{:#?}\n{}",
        reading.errors,
        translation.yaml
    );
}

/// Whether some part of the brief says one of the wordings of an item.
fn is_found(item: &str, parts: &[String]) -> bool {
    item.split(" / ").any(|wording| {
        if let Some(whole) = wording.trim().strip_prefix("= ") {
            return parts.iter().any(|p| p == whole);
        }
        let needed: Vec<&str> = wording
            .split(" + ")
            .map(|n| n.trim().trim_end_matches(" +"))
            .collect();
        parts.iter().any(|p| needed.iter().all(|n| p.contains(n)))
    })
}

#[test]
fn a_careful_readers_list_is_found() {
    let Some(text) = shared("crm-principals.md") else {
        return;
    };
    let list =
        fs::read_to_string(repository().join("testdata/english-items/crm-principals.txt")).unwrap();
    let translation = translate(&text, "crm");
    reads(&translation);
    let parts: Vec<String> = translation
        .elements
        .iter()
        .map(|e| e.says.clone())
        .collect();
    let items: Vec<&str> = list
        .lines()
        .filter(|l| !l.starts_with('#') && !l.trim().is_empty())
        .collect();
    let missing: Vec<&&str> = items.iter().filter(|i| !is_found(i, &parts)).collect();
    let share = 100 * (items.len() - missing.len()) / items.len();
    assert!(
        share >= 95,
        "{share} % of {}; missing: {missing:#?}",
        items.len()
    );
    // And nothing is there that the text does not speak of.
    let reading = pgwright_brief::read(&translation.yaml);
    let mut entities: Vec<String> = reading
        .brief
        .unwrap()
        .entities
        .into_iter()
        .map(|e| e.name)
        .collect();
    entities.sort();
    assert_eq!(
        entities,
        [
            "authorization",
            "contact",
            "interaction",
            "opportunity",
            "opportunity_line",
            "organization",
            "product",
            "user"
        ]
    );
}

#[test]
fn a_request_of_one_line_gives_what_it_names() {
    let text = "I need a database schema for a CRM system that tracks organizations, contacts, products, and sales opportunities.";
    let translation = translate(text, "crm");
    reads(&translation);
    let brief = pgwright_brief::read(&translation.yaml).brief.unwrap();
    let names: Vec<&str> = brief.entities.iter().map(|e| e.name.as_str()).collect();
    assert_eq!(
        names,
        ["organization", "contact", "product", "sales_opportunity"]
    );
    // Attributes are assumed, and say so.
    let assumed = translation
        .elements
        .iter()
        .filter(|e| e.says.contains('.'))
        .all(|e| e.assumed);
    assert!(assumed, "{:#?}", translation.elements);
}

#[test]
fn a_database_that_is_there_is_spoken_of() {
    let text = "My queries are running slowly on my orders table. Can you help me optimize the database structure?";
    let translation = translate(text, "slow");
    reads(&translation);
    assert!(translation.existing.is_some());
    assert_eq!(translation.entities, 1);
}

#[test]
fn what_is_not_understood_has_its_place() {
    let translation = translate(
        "A member has a name and an email.\nColourless ideas sleep furiously, perhaps.",
        "odd",
    );
    let passage = &translation.not_understood[0];
    assert_eq!((passage.at.line, passage.at.column), (2, 1));
}

#[test]
fn every_text_gives_a_brief_that_reads() {
    for entry in fs::read_dir(repository().join("testdata/english"))
        .unwrap()
        .flatten()
    {
        if let Ok(text) = fs::read_to_string(entry.path().join("text.md")) {
            reads(&translate(&text, "text"));
        }
    }
    for name in [
        "clinic.md",
        "inventory-existing.md",
        "one-line-crm.md",
        "saas-billing.md",
        "slow-orders.md",
    ] {
        if let Some(text) = shared(name) {
            let translation = translate(&text, "text");
            assert!(translation.entities > 0, "{name}");
            reads(&translation);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Words of requirements in any order, and marks between them: no panic, and a brief that reads.
    #[test]
    fn no_text_makes_it_panic(words in prop::collection::vec(prop::sample::select(&[
        "a", "an", "the", "each", "many", "one", "or", "more", "customer", "order", "orders", "has", "have", "is", "are",
        "name", "date", "of", "birth", "with", "(", ")", ",", ".", ":", ";", "and", "which", "'s", "for", "per", "unique",
        "belongs", "to", "places", "find", "by", "latest", "50", "2", "million", "month", "kept", "years", "must", "not",
        "overlap", "either", "such", "as", "including", "\n", "\n- ", "# ", "status", "open", "closed", "between", "0",
        "100", "percent", "tables", "roles", "plays", "–", "\"", "it", "they", "its", "whose", "user_id", "größe", "…",
    ]), 0..60)) {
        let translation = translate(&words.join(" "), "any");
        if translation.entities > 0 {
            reads(&translation);
        }
    }

    #[test]
    fn no_bytes_make_it_panic(text in "\\PC{0,200}") {
        let _ = translate(&text, "any");
    }
}
