//! Documents of a small design made by hand, held against golden files, and laws that documents of
//! any design keep.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use pgwright_brief::model::Brief;
use pgwright_catalog::{
    Catalog, Column, Constraint, ConstraintKind, ForeignKey, Identity, Index, Name, ObjectId,
    QualifiedName, Table,
};
use pgwright_design::{Decision, Design, Enforcement, Source, Weight};
use pgwright_migrate::{Plan, PlanOptions, plan};
use pgwright_report::{Proof, Subject, erd, facts::Facts};
use serde_json::Value;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn library() -> Brief {
    let path = root().join("testdata/report/library/brief.yaml");
    let reading = pgwright_brief::read(&fs::read_to_string(path).unwrap());
    assert!(reading.errors.is_empty(), "{:?}", reading.errors);
    reading.brief.unwrap()
}

fn name(table: &str) -> QualifiedName {
    QualifiedName::new("library", table)
}

fn key(table: &mut Table, column: &str, constraint: &str) {
    let mut id = Column::new(column, "bigint").not_null();
    id.identity = Some(Identity {
        always: true,
        ..Identity::default()
    });
    table.columns.insert(0, id);
    table
        .constraints
        .insert(Name::new(constraint), Constraint::primary_key([column]));
}

fn refer(table: &mut Table, constraint: &str, column: &str, to: &str, key: &str) {
    let kind = ConstraintKind::ForeignKey(ForeignKey::new([column], name(to), [key]));
    table
        .constraints
        .insert(Name::new(constraint), Constraint::new(kind));
}

/// A catalog of its own, so that the golden files tell of documents and not of decisions.
fn catalog() -> Catalog {
    let mut catalog = Catalog::empty();
    let mut authors = Table::default();
    key(&mut authors, "author_id", "authors_pkey");
    authors.columns.push(Column::new("name", "text").not_null());
    let mut books = Table::default();
    key(&mut books, "book_id", "books_pkey");
    books.columns.push(
        Column::new("title", "text")
            .not_null()
            .comment("As printed | spoken."),
    );
    books
        .columns
        .push(Column::new("author_id", "bigint").not_null());
    books
        .columns
        .push(Column::new("copies", "integer").not_null().default("1"));
    books.constraints.insert(
        Name::new("books_copies_check"),
        Constraint::check("copies >= 0"),
    );
    refer(
        &mut books,
        "books_author_id_fkey",
        "author_id",
        "authors",
        "author_id",
    );
    books
        .indexes
        .insert(Name::new("books_title_idx"), Index::btree(["title"]));
    let mut loans = Table::default();
    key(&mut loans, "loan_id", "loans_pkey");
    loans
        .columns
        .push(Column::new("book_id", "bigint").not_null());
    loans.columns.push(Column::new("renewed_id", "bigint"));
    loans
        .columns
        .push(Column::new("taken_on", "date").not_null());
    loans.constraints.insert(
        Name::new("loans_renewed_id_key"),
        Constraint::unique(["renewed_id"]),
    );
    refer(
        &mut loans,
        "loans_book_id_fkey",
        "book_id",
        "books",
        "book_id",
    );
    refer(
        &mut loans,
        "loans_renewed_id_fkey",
        "renewed_id",
        "loans",
        "loan_id",
    );
    for (table, definition) in [("authors", authors), ("books", books), ("loans", loans)] {
        catalog.tables.insert(name(table), definition);
    }
    catalog
        .schemas
        .insert(Name::new("library"), pgwright_catalog::Schema::default());
    catalog
}

fn made_by_hand(brief: &Brief) -> Design {
    let mut design = pgwright_design::design(brief);
    let rule = &brief.entities[1].rules[0];
    let check = ObjectId::Constraint(name("books"), Name::new("books_copies_check"));
    design.catalog = catalog();
    design.decisions = vec![Decision {
        family: "keys",
        title: "Primary keys".to_owned(),
        subjects: vec![ObjectId::Table(name("books"))],
        choice: "Numbers, given by the server.".to_owned(),
        rationale: "Small, and `bigint` never runs out.".to_owned(),
        alternatives: vec![pgwright_design::Alternative::new("uuid", "Twice the size.")],
        source: Source::of("entities"),
        weight: Weight::Major,
    }];
    design.enforcements = vec![Enforcement {
        rule: rule.name.clone(),
        says: rule.says.clone(),
        by: vec![check],
        how: "A check constraint.".to_owned(),
        family: "value_rules",
        source: Source::of("book"),
    }];
    design.questions.clear();
    design.monitors.clear();
    design.tests.clear();
    design.concurrent_tests.clear();
    design.side_tables.clear();
    design.companions.clear();
    design
}

fn golden(file: &str, text: &str) {
    let path = root().join("testdata/report/library").join(file);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, text).unwrap();
    }
    let wanted = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        wanted == text,
        "{file} differs from testdata/report/library/{file}; UPDATE_GOLDEN=1 replaces it.\n{text}"
    );
}

fn with_subject<T>(check: impl FnOnce(&Subject<'_>) -> T) -> T {
    let brief = library();
    let design = made_by_hand(&brief);
    let proof = Proof::none("not asked for");
    let plan = Plan::default();
    check(&Subject {
        brief: &brief,
        design: &design,
        plan: &plan,
        proof: &proof,
    })
}

fn with_examples(check: impl Fn(&str, &Subject<'_>)) {
    for entry in fs::read_dir(root().join("examples")).unwrap() {
        let path = entry.unwrap().path();
        let Some(brief) = pgwright_brief::read(&fs::read_to_string(&path).unwrap()).brief else {
            continue;
        };
        let design = pgwright_design::design(&brief);
        let options = PlanOptions::new(brief.minimum_version);
        let plan = plan(&Catalog::empty(), &design.catalog, &options).unwrap_or_default();
        let proof = Proof::none("not asked for");
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        check(
            &name,
            &Subject {
                brief: &brief,
                design: &design,
                plan: &plan,
                proof: &proof,
            },
        );
    }
}

#[test]
fn documents_are_as_they_were() {
    with_subject(|subject| {
        let files = pgwright_report::render(subject);
        for file in [
            "README.md",
            "erd.svg",
            "schema.dbml",
            "monitoring/README.md",
        ] {
            let (_, text) = files.iter().find(|(path, _)| path == file).unwrap();
            golden(&file.replace('/', "_"), text);
        }
    });
}

#[test]
fn what_the_author_wrote_never_becomes_markup() {
    with_subject(|subject| {
        let files = pgwright_report::render(subject);
        let of = |file: &str| {
            files
                .iter()
                .find(|(path, _)| path == file)
                .unwrap()
                .1
                .clone()
        };
        let page = of("report.html");
        assert!(!page.contains("<b>whatever") && !page.contains("<names>"));
        assert!(page.contains("&lt;b&gt;whatever&lt;/b&gt;"));
        assert!(of("README.md").contains("\\<b>whatever\\</b>"));
        assert!(of("erd.svg").contains("&lt;names&gt; &amp; *signs*"));
    });
}

#[test]
fn the_page_needs_no_network_and_its_links_lead_somewhere() {
    with_examples(|name, subject| {
        let files = pgwright_report::render(subject);
        let page = &files
            .iter()
            .find(|(path, _)| path == "report.html")
            .unwrap()
            .1;
        for outside in ["src=\"", "href=\"http", "@import", "url("] {
            assert!(!page.contains(outside), "{name}: {outside}");
        }
        let between = |mark: &str| -> Vec<String> {
            page.split(mark)
                .skip(1)
                .map(|rest| rest.split('"').next().unwrap_or_default().to_owned())
                .collect()
        };
        let ids = between(" id=\"");
        let unique: BTreeSet<&String> = ids.iter().collect();
        assert_eq!(unique.len(), ids.len(), "{name}: an id occurs twice");
        for link in between("href=\"#") {
            assert!(unique.contains(&link), "{name}: nothing is called {link}");
        }
    });
}

#[test]
fn no_boxes_overlap_and_no_line_runs_through_one() {
    with_examples(|name, subject| {
        let diagram = erd::Diagram::new(&Facts::new(subject));
        let boxes: Vec<(f64, f64, f64, f64)> = diagram
            .boxes
            .iter()
            .zip(&diagram.layout.corners)
            .map(|(b, (x, y))| (*x, *y, x + b.node.width, y + b.node.height))
            .collect();
        for (at, a) in boxes.iter().enumerate() {
            for b in &boxes[at + 1..] {
                let apart = a.2 <= b.0 || b.2 <= a.0 || a.3 <= b.1 || b.3 <= a.1;
                assert!(apart, "{name}: two boxes overlap");
            }
            for (line, route) in diagram.lines.iter().zip(&diagram.layout.routes) {
                assert!(route.len() >= 2, "{name}: {} has no route", line.says);
                for part in route.windows(2) {
                    let ((x1, y1), (x2, y2)) = (part[0], part[1]);
                    assert!(
                        (x1 - x2).abs() < 0.2 || (y1 - y2).abs() < 0.2,
                        "{name}: not orthogonal"
                    );
                    let inside = x1.max(x2) > a.0 + 0.5
                        && x1.min(x2) < a.2 - 0.5
                        && y1.max(y2) > a.1 + 0.5
                        && y1.min(y2) < a.3 - 0.5;
                    assert!(
                        !inside,
                        "{name}: {} runs through {}",
                        line.says, diagram.boxes[at].name
                    );
                }
            }
        }
    });
}

#[test]
fn design_json_has_the_form_of_its_schema() {
    let path = root().join("schemas/design.schema.json");
    let schema: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    with_examples(|name, subject| {
        let mut errors = Vec::new();
        conforms(
            &schema,
            &pgwright_report::design_json::value(subject),
            name,
            &mut errors,
        );
        assert!(errors.is_empty(), "{}", errors.join("\n"));
    });
}

/// The key words of JSON Schema that the schema uses.
fn conforms(schema: &Value, value: &Value, at: &str, errors: &mut Vec<String>) {
    let is = |wanted: &str| match wanted {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "number" => value.is_number(),
        "integer" => value.is_u64() || value.is_i64(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        other => panic!("the schema has a type {other}"),
    };
    let fits = match &schema["type"] {
        Value::String(wanted) => is(wanted),
        Value::Array(any) => any.iter().filter_map(Value::as_str).any(is),
        _ => true,
    };
    if !fits {
        errors.push(format!("{at}: not {}", schema["type"]));
    }
    if let Some(allowed) = schema["enum"].as_array()
        && !allowed.contains(value)
    {
        errors.push(format!("{at}: {value} is none of {allowed:?}"));
    }
    for required in schema["required"].as_array().into_iter().flatten() {
        if value.get(required.as_str().unwrap()).is_none() {
            errors.push(format!("{at}: {required} is missing"));
        }
    }
    for (number, item) in value.as_array().into_iter().flatten().enumerate() {
        conforms(&schema["items"], item, &format!("{at}[{number}]"), errors);
    }
    for (name, part) in value.as_object().into_iter().flatten() {
        let known = &schema["properties"][name];
        let of_part = if known.is_null() {
            &schema["additionalProperties"]
        } else {
            known
        };
        if of_part.is_object() {
            conforms(of_part, part, &format!("{at}.{name}"), errors);
        }
    }
}
