//! Prints how well English requirements are understood, text by text: `bench/understand`.
#![allow(clippy::print_stdout)]

#[path = "../tests/understanding/mod.rs"]
mod understanding;

use understanding::{Case, cases, scores};

fn main() {
    report("texts of testdata/english", &cases::own());
    report("texts of schema-bench", &cases::schema_bench());
}

fn report(title: &str, cases: &[Case]) {
    if cases.is_empty() {
        println!("{title}: not there");
        return;
    }
    let (each, all) = scores(cases);
    println!("{title}: F1");
    for (name, score) in &each {
        println!("  {name:<60} {score}");
    }
    println!(
        "  {:<60} {all}\n",
        format!("all {} taken together", cases.len())
    );
}
