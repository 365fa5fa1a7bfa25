//! Reads briefs and shows what is wrong with them, or what they mean: `read_brief [--json] FILE…`.
#![allow(clippy::print_stdout)]

fn main() -> std::io::Result<()> {
    let mut json = false;
    for argument in std::env::args().skip(1) {
        if argument == "--json" {
            json = true;
            continue;
        }
        let text = std::fs::read_to_string(&argument)?;
        let reading = pgwright_brief::read(&text);
        for warning in &reading.warnings {
            print!("warning: {}", warning.render(&text, &argument));
        }
        for error in &reading.errors {
            print!("error: {}", error.render(&text, &argument));
        }
        if let Some(brief) = reading.brief {
            if json {
                println!("{}", serde_json::to_string_pretty(&brief)?);
            } else {
                println!("{argument}: {} entities", brief.entities.len());
            }
        }
    }
    Ok(())
}
