//! Draws the documents of a brief into a folder, without a proof: for looking at them while they
//! are being changed. `cargo run -p pgwright-report --example documents -- BRIEF FOLDER`
#![allow(clippy::print_stderr)]

use std::error::Error;
use std::path::Path;

use pgwright_catalog::Catalog;
use pgwright_migrate::{PlanOptions, plan};
use pgwright_report::{Proof, Subject};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [brief, folder] = arguments.as_slice() else {
        return Err("usage: documents BRIEF FOLDER".into());
    };
    let reading = pgwright_brief::read(&std::fs::read_to_string(brief)?);
    for error in &reading.errors {
        eprintln!("{error:?}");
    }
    let brief = reading.brief.ok_or("the brief has errors")?;
    let design = pgwright_design::design(&brief);
    let options = PlanOptions::new(brief.minimum_version);
    let subject = Subject {
        brief: &brief,
        design: &design,
        plan: &plan(&Catalog::empty(), &design.catalog, &options)?,
        proof: &Proof::none("documents only"),
    };
    for (path, text) in pgwright_report::render(&subject) {
        let target = Path::new(folder).join(path);
        if let Some(parent) = target.parent() {
            std::fs::create_dir_all(parent)?;
        }
        std::fs::write(target, text)?;
    }
    Ok(())
}
