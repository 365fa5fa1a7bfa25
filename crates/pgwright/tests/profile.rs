//! `profile` end to end: wide sheets and related files come back as the entities they were made from,
//! and what it delivers is proven by a server.

#![allow(clippy::unwrap_used, clippy::print_stderr)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::Value;

fn pgwright(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_pgwright"))
        .args(arguments)
        .output()
        .unwrap()
}

/// A folder of the test's own, removed at the end.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("pgwright-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) -> String {
        fs::write(self.0.join(name), text).unwrap();
        self.path(name)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Numbers that look random and are the same in every run (Knuth's MMIX generator).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }
}

/// A sheet of opportunities with their products, contacts and organisations in every row, one row in a
/// hundred with a typing mistake; and the lines of the mistakes.
fn crm_sheet() -> (String, BTreeSet<u64>) {
    let mut random = Numbers(42);
    let cities = [
        ("Zürich", "Switzerland"),
        ("Bern", "Switzerland"),
        ("Berlin", "Germany"),
        ("Hamburg", "Germany"),
        ("Paris", "France"),
        ("Lyon", "France"),
        ("Wien", "Austria"),
    ];
    let industries = ["Software", "Pharma", "Retail", "Energy; Water"];
    let first = ["Anna", "Beat", "Carla", "David", "Eva"];
    let last = ["Meier", "Rossi", "Dubois", "Novak"];
    let organizations: Vec<[String; 5]> = (0..60)
        .map(|n| {
            let (city, country) = cities[random.below(cities.len())];
            let industry = industries[random.below(industries.len())];
            [
                format!("ORG-{n:03}"),
                format!("Company {n}"),
                city.into(),
                country.into(),
                industry.into(),
            ]
        })
        .collect();
    let contacts: Vec<([String; 3], usize)> = (0..150)
        .map(|n| {
            let name = (first[random.below(5)], last[random.below(4)]);
            let email = format!(
                "{}.{}{n}@example.org",
                name.0.to_lowercase(),
                name.1.to_lowercase()
            );
            let phone = format!("+41 44 {:03} {n:02} 00", 100 + random.below(900));
            (
                [email, format!("{} {}", name.0, name.1), phone],
                random.below(60),
            )
        })
        .collect();
    let products: Vec<[String; 3]> = (0..25)
        .map(|n| {
            let price = format!("{}.{:02}", 10 + random.below(900), random.below(100));
            [format!("{:05}", n * 7), format!("Pump {n}"), price]
        })
        .collect();
    let mut rows: Vec<Vec<String>> = Vec::new();
    for n in 0..500 {
        let stage = ["new", "qualified", "won", "lost"][random.below(4)];
        let closes = format!("{}.{}.2025", 1 + random.below(28), 1 + random.below(12));
        let (contact, organization) = &contacts[random.below(contacts.len())];
        let start = random.below(25);
        for product in 0..2 + random.below(3) {
            let mut row = vec![
                (1001 + n).to_string(),
                format!("Deal {n}"),
                stage.into(),
                closes.clone(),
            ];
            row.extend(contact.iter().cloned());
            row.extend(organizations[*organization].iter().cloned());
            row.extend(products[(start + product) % 25].iter().cloned());
            row.push((1 + random.below(40)).to_string());
            rows.push(row);
        }
    }
    let mut mistakes = BTreeSet::new();
    for (place, row) in rows.iter_mut().enumerate() {
        if random.below(100) == 0 {
            // Any column but the keys, which name something else when they are mistyped.
            let column = [5, 8, 9, 13, 15][random.below(5)];
            row[column] = if column == 15 {
                "ten".into()
            } else {
                format!("{}?", row[column])
            };
            mistakes.insert(place as u64 + 2);
        }
    }
    let mut text = String::from(
        "Opportunity ID;Opportunity Name;Stage;Close Date;Contact Email;Contact Name;Contact Phone;\
         Organization ID;Organization Name;Organization City;Organization Country;Organization Industry;\
         Product SKU;Product Name;Product Price;Quantity\n",
    );
    for row in &rows {
        let cells: Vec<String> = row
            .iter()
            .map(|cell| {
                if cell.contains(';') {
                    format!("\"{cell}\"")
                } else {
                    cell.clone()
                }
            })
            .collect();
        writeln!(text, "{}", cells.join(";")).unwrap();
    }
    (text, mistakes)
}

/// Entities as `name: key | attributes → references`.
fn entities(profile: &Value) -> BTreeMap<String, String> {
    let proposal = &profile["proposal"]["entities"];
    let all = proposal.as_array().unwrap();
    let names = |list: &Value| -> Vec<String> {
        let list = list.as_array().unwrap();
        list.iter()
            .map(|a| a["name"].as_str().unwrap().to_owned())
            .collect()
    };
    all.iter()
        .map(|entity| {
            let file = &profile["files"][entity["sheet"].as_u64().unwrap() as usize];
            let keys = entity["key"].as_array().unwrap().iter();
            let key: Vec<&str> = keys
                .map(|c| {
                    file["columns"][c.as_u64().unwrap() as usize]["name"]
                        .as_str()
                        .unwrap()
                })
                .collect();
            let text = format!(
                "{} | {} → {}",
                key.join(" "),
                names(&entity["attributes"]).join(" "),
                names(&entity["references"]).join(" ")
            );
            (entity["name"].as_str().unwrap().to_owned(), text)
        })
        .collect()
}

/// Profiles files into `out`; the JSON, and what was said.
fn profiled(scratch: &Scratch, files: &[&str]) -> (Value, String) {
    let out = scratch.path("out");
    let mut arguments = vec!["profile", "--format", "json", "-o", &out, "--name", "sales"];
    arguments.extend(files);
    let output = pgwright(&arguments);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    let profile = serde_json::from_slice(&output.stdout).unwrap();
    (profile, said)
}

/// Whether a server was there to prove it.
fn proven(said: &str) -> bool {
    if said.contains("NOTHING WAS PROVEN") {
        eprintln!("skipped: no PostgreSQL server was found");
        return false;
    }
    assert!(said.contains("each put together again"), "{said}");
    true
}

#[test]
fn a_wide_sheet_comes_back_as_its_entities() {
    let scratch = Scratch::new("profile-crm");
    let (text, mistakes) = crm_sheet();
    let (profile, said) = profiled(&scratch, &[&scratch.write("sheet.csv", text)]);
    let expected = [
        ("contact", "contact_email | email name phone → organization"),
        (
            "opportunity",
            "opportunity_id | source_id name stage close_date → contact",
        ),
        (
            "organization",
            "organization_id | source_id name city country industry → ",
        ),
        ("product", "product_sku | sku name price → "),
        (
            "sheet",
            "opportunity_id product_sku | quantity → product opportunity",
        ),
    ];
    let found = entities(&profile);
    let expected: BTreeMap<String, String> = expected
        .iter()
        .map(|(a, b)| ((*a).to_owned(), (*b).to_owned()))
        .collect();
    assert_eq!(found, expected);
    // An identifier with leading zeros stays text, and the mistyped quantity makes no text of the rest.
    let columns = profile["files"][0]["columns"].as_array().unwrap();
    let types: Vec<&str> = columns
        .iter()
        .map(|c| c["sql_type"].as_str().unwrap())
        .collect();
    assert_eq!(types[0], "integer");
    assert_eq!(types[3], "date");
    assert_eq!(types[12], "text");
    assert_eq!(types[15], "integer");
    let aside = profile["files"][0]["set_aside"].as_array().unwrap();
    let lines: BTreeSet<u64> = aside.iter().map(|a| a["line"].as_u64().unwrap()).collect();
    assert_eq!(lines, mistakes);
    let file = fs::read_to_string(scratch.path("out/set_aside/1_sheet.csv")).unwrap();
    assert_eq!(file.lines().count(), mistakes.len() + 1);
    proven(&said);
    // The delivered brief is one that `design` takes.
    let brief = scratch.path("out/brief.yaml");
    let package = scratch.path("package");
    let output = pgwright(&["design", &brief, "-o", &package, "--no-proof"]);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn files_refer_to_each_other() {
    let scratch = Scratch::new("profile-files");
    let mut random = Numbers(7);
    let mut customers = String::from("customer_id,name,country\n");
    for n in 1..=40 {
        writeln!(
            customers,
            "{n},Customer {n},{}",
            ["CH", "DE", "FR"][random.below(3)]
        )
        .unwrap();
    }
    let mut orders = String::from("order_id,customer_id,ordered_on,paid\n");
    for n in 1..=300 {
        // One order of a customer that is not there.
        let customer = if n == 100 { 77 } else { 1 + random.below(40) };
        let paid = if random.below(2) == 0 { "yes" } else { "no" };
        writeln!(
            orders,
            "{n},{customer},2025-{:02}-11,{paid}",
            1 + random.below(12)
        )
        .unwrap();
    }
    let customers = scratch.write("customers.csv", customers);
    let orders = scratch.write("orders.csv", orders);
    let (profile, said) = profiled(&scratch, &[&orders, &customers]);
    let found = entities(&profile);
    assert_eq!(found["customer"], "customer_id | source_id name country → ");
    assert_eq!(
        found["order"],
        "order_id | source_id ordered_on paid → customer"
    );
    let aside = profile["files"][0]["set_aside"].as_array().unwrap();
    assert_eq!(aside.len(), 1);
    assert_eq!(aside[0]["line"], 101);
    assert_eq!(aside[0]["reason"], "there is no customer “77”");
    proven(&said);
}

#[test]
fn broken_lines_are_set_aside_with_their_numbers() {
    let scratch = Scratch::new("profile-broken");
    // Windows-1252, a missing field, a quote that is never closed.
    let mut text = b"ort;wert\nZ\xfcrich;1,50\nGen\xe8ve\n\"Basel;3,00\nBern;2,25\n".to_vec();
    text.extend_from_slice(b"K\xf6niz;4,75\n");
    let (profile, said) = profiled(&scratch, &[&scratch.write("orte.csv", text)]);
    let file = &profile["files"][0];
    assert_eq!(file["encoding"], "Windows-1252");
    assert_eq!(file["rows"], 3);
    assert_eq!(file["columns"][1]["sql_type"], "numeric(3,2)");
    let aside: Vec<String> = file["set_aside"]
        .as_array()
        .unwrap()
        .iter()
        .map(|a| format!("{}: {}", a["line"], a["text"].as_str().unwrap()))
        .collect();
    assert_eq!(aside, ["3: Genève", "4: \"Basel;3,00"]);
    proven(&said);
}

#[test]
fn when_time_is_up_it_says_what_was_not_searched() {
    let scratch = Scratch::new("profile-time");
    let (text, _) = crm_sheet();
    let file = scratch.write("sheet.csv", text);
    let output = pgwright(&["profile", "--dependencies", "--max-seconds", "0", &file]);
    assert!(output.status.success());
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        text.contains("Time ran out: of what determines quantity"),
        "{text}"
    );
}

#[test]
fn wrong_input_is_named() {
    let scratch = Scratch::new("profile-wrong");
    let missing = scratch.path("none.csv");
    let output = pgwright(&["profile", &missing]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("none.csv"));
    let empty = scratch.write("empty.csv", "");
    let output = pgwright(&["profile", &empty]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("no row could be read"));
}
