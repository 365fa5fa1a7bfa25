//! SQL files whose comments say how often a statement runs (`-- calls: 5/s`) and what it is called
//! (`-- name: latest orders`).

use pgwright_ddl::statements::cut;

use super::collect::Collector;
use super::rate::parse_rate;

pub(super) fn read(name: &str, stem: &str, text: &str, into: &mut Collector) {
    let cuts = cut(text);
    let alone = cuts.len() == 1;
    for statement in &cuts {
        let origin = format!("{name}:{}", statement.line);
        if let Some(reason) = &statement.refused {
            into.notes.push(format!("{origin}: {reason}"));
            continue;
        }
        let mut calls = 1.0;
        let mut label = None;
        for comment in statement.comments.iter().flat_map(|c| c.lines()) {
            let comment = comment.trim().trim_start_matches(['-', '*']).trim();
            let Some((key, value)) = comment.split_once(':') else {
                continue;
            };
            match key.trim().to_ascii_lowercase().as_str() {
                "calls" => match parse_rate(value) {
                    Ok(rate) => calls = rate,
                    Err(reason) => into.notes.push(format!("{origin}: {reason}")),
                },
                "name" => {
                    // Generators of code put the kind of result behind the name: `-- name: get_order :one`.
                    let name = value.split(" :").next().unwrap_or_default().trim();
                    label = (!name.is_empty()).then(|| name.to_owned());
                }
                _ => {}
            }
        }
        let name = label.unwrap_or_else(|| match alone {
            true => stem.to_owned(),
            false => format!("{stem}:{}", statement.line),
        });
        into.written(name, origin, &statement.text, calls);
    }
}
