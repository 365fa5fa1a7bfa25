//! The page: the design document's content as HTML, with the diagram to move about in.

use std::collections::BTreeMap;

use pgwright_design::words::count;

use super::inline::{Places, escaped, html, plain};
use super::steps::steps;
use crate::document;
use crate::erd;
use crate::facts::{Facts, bytes};
use crate::markdown::{Block, anchor, prose};

const STYLES: &str = include_str!("../../assets/report.css");
const SCRIPT: &str = include_str!("../../assets/report.js");

/// The whole page.
pub fn page(facts: &Facts<'_>) -> String {
    let brief = facts.subject.brief;
    let content = document::content(facts);
    let places = places(facts);
    let chapters = chapters(&content.blocks);
    let mut nav =
        String::from("<a href=\"#overview\">Overview</a><a href=\"#diagram\">Diagram</a>");
    let mut body = String::new();
    let mut ids = Ids::default();
    for chapter in &chapters {
        let id = anchor(&plain(chapter.title));
        nav.push_str(&format!(
            "<a href=\"#{id}\">{}</a>",
            html(chapter.title, &Places::new())
        ));
        body.push_str(&format!(
            "<section id=\"{id}\" aria-labelledby=\"{id}-heading\"><h2 id=\"{id}-heading\">{}</h2>{}</section>\n",
            html(chapter.title, &Places::new()),
            chapter_html(&id, chapter.blocks, &places, &mut ids)
        ));
    }
    nav.push_str("<a href=\"#migration\">Migration</a>");
    body.push_str(&format!(
        "<section id=\"migration\" aria-labelledby=\"migration-heading\"><h2 id=\"migration-heading\">Migration\
         </h2>{}</section>\n",
        steps(facts)
    ));
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; \
         script-src 'unsafe-inline'; img-src data:\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <link rel=\"icon\" href=\"data:,\">\n<title>{title}</title>\n\
         <style>{STYLES}{erd_styles}</style>\n</head>\n<body>\n\
         <a class=\"skip\" href=\"#overview\">Skip to the content</a>\n\
         <header><p class=\"title\">{title}</p><nav aria-label=\"Chapters\">{nav}</nav></header>\n<main>\n\
         {overview}{diagram}{body}</main>\n\
         <footer>Made by pgwright from a brief. Nothing in this file needs a network.</footer>\n\
         <script>{SCRIPT}</script>\n</body>\n</html>\n",
        title = escaped(&brief.title),
        erd_styles = erd::styles(),
        overview = overview(facts, &content.blocks, &places),
        diagram = diagram(facts),
    )
}

/// A chapter of the design document.
struct Chapter<'b> {
    title: &'b str,
    blocks: &'b [Block],
}

fn chapters(blocks: &[Block]) -> Vec<Chapter<'_>> {
    let starts: Vec<usize> = blocks
        .iter()
        .enumerate()
        .filter(|(_, b)| matches!(b, Block::Heading(2, ..)))
        .map(|(at, _)| at)
        .collect();
    let ends = starts.iter().skip(1).copied().chain([blocks.len()]);
    starts
        .iter()
        .zip(ends)
        .filter_map(|(&start, end)| match &blocks[start] {
            Block::Heading(_, title, _) => Some(Chapter {
                title,
                blocks: &blocks[start + 1..end],
            }),
            _ => None,
        })
        .collect()
}

/// Ids of the page: two headings may say the same.
#[derive(Debug, Default)]
struct Ids {
    used: BTreeMap<String, usize>,
}

impl Ids {
    fn unique(&mut self, id: String) -> String {
        let times = self.used.entry(id.clone()).or_insert(0);
        *times += 1;
        if *times == 1 {
            id
        } else {
            format!("{id}-{times}")
        }
    }
}

/// Where tables, their constraints and their indexes are told of.
fn places(facts: &Facts<'_>) -> Places {
    let mut places = Places::new();
    for table in &facts.tables {
        let id = table.name.to_string();
        for name in table.table.constraints.keys() {
            places.insert(name.to_string(), format!("{id}.{name}"));
        }
        for name in table.table.indexes.keys() {
            places.insert(name.to_string(), format!("{id}.{name}"));
        }
    }
    for table in &facts.tables {
        places.insert(facts.short(table.name), table.name.to_string());
    }
    places
}

fn overview(facts: &Facts<'_>, blocks: &[Block], places: &Places) -> String {
    let mut out = format!(
        "<section id=\"overview\"><h1>{}</h1>",
        html(&prose(&facts.subject.brief.title), &Places::new())
    );
    for block in blocks
        .iter()
        .take_while(|b| !matches!(b, Block::Heading(2, ..)))
    {
        if let Block::Paragraph(text) = block {
            out.push_str(&format!("<p>{}</p>", html(text, places)));
        }
    }
    let proof = facts.subject.proof;
    let (class, verdict) = match (proof.proven, proof.servers.is_empty()) {
        (true, _) => ("good", "Proven"),
        (false, true) => ("quiet", "Not proven yet"),
        (false, false) => ("bad", "The proof failed"),
    };
    let rows: f64 = facts.tables.iter().filter_map(|t| t.rows).sum();
    let size: f64 = facts
        .tables
        .iter()
        .filter_map(|t| Some(t.size.total(t.rows?)))
        .sum();
    let tests = facts.subject.design.tests.len() + facts.subject.design.concurrent_tests.len();
    let mut cards = vec![
        (verdict.to_owned(), "what-is-proven", class),
        (format!("{} tables", facts.tables.len()), "entities", ""),
        (format!("{} rules", facts.rules.len()), "business-rules", ""),
        (format!("{tests} rule tests"), "business-rules", ""),
        (
            format!("{} decisions", facts.subject.design.decisions.len()),
            "decisions",
            "",
        ),
        (
            format!("{} open questions", facts.subject.design.questions.len()),
            "open-questions",
            "",
        ),
    ];
    if rows > 0.0 {
        cards.push((
            format!("{} rows, {}", count(rows), bytes(size)),
            "growth-and-bottlenecks",
            "",
        ));
    }
    out.push_str("<ul class=\"cards\">");
    for (text, target, class) in cards {
        out.push_str(&format!(
            "<li><a class=\"{class}\" href=\"#{target}\">{}</a></li>",
            escaped(&text)
        ));
    }
    out.push_str("</ul></section>\n");
    out
}

fn diagram(facts: &Facts<'_>) -> String {
    let picture = erd::inline_svg(facts);
    let options: Vec<String> = facts
        .tables
        .iter()
        .map(|t| format!("<option value=\"{}\">", escaped(&facts.short(t.name))))
        .collect();
    format!(
        "<section id=\"diagram\" aria-labelledby=\"diagram-heading\"><h2 id=\"diagram-heading\">Diagram</h2>\n\
         <div class=\"tools\"><label for=\"find\">Find a table</label>\
         <input id=\"find\" type=\"search\" list=\"tables\" autocomplete=\"off\"><datalist id=\"tables\">{}</datalist>\
         <button type=\"button\" id=\"closer\" aria-label=\"Zoom in\">+</button>\
         <button type=\"button\" id=\"farther\" aria-label=\"Zoom out\">−</button>\
         <button type=\"button\" id=\"whole\">Whole diagram</button></div>\n\
         <p class=\"quiet\" id=\"hint\">Drag to move, pinch or hold Ctrl and scroll to zoom; with the keyboard, arrows move \
         and + and − zoom. Choose a table to see it with its neighbours.</p>\n\
         <div id=\"viewport\" style=\"--tall: {}\" tabindex=\"0\" role=\"region\" aria-label=\"Diagram; arrows move it, plus and minus zoom\" \
         aria-describedby=\"hint\">{}</div>\n\
         <div id=\"chosen\" aria-live=\"polite\"></div></section>\n",
        options.concat(),
        picture.tall,
        picture.svg
    )
}

/// The blocks of a chapter. Its third-level headings fold what is under them.
fn chapter_html(chapter: &str, blocks: &[Block], places: &Places, ids: &mut Ids) -> String {
    let mut out = String::new();
    let mut folded = false;
    let mut table = String::new();
    for block in blocks {
        match block {
            Block::Heading(3, text, known_as) => {
                if folded {
                    out.push_str("</div></details>\n");
                }
                folded = true;
                table = known_as.first().cloned().unwrap_or_default();
                let name = anchor(&plain(text));
                // Entities are what links of the document name; elsewhere the chapter comes first.
                let id = if chapter == "entities" {
                    name
                } else {
                    format!("{chapter}.{name}")
                };
                let id = ids.unique(id);
                out.push_str(&format!(
                    "<details id=\"{}\"><summary><h3{}>{}</h3></summary><div>",
                    escaped(&id),
                    id_of(&table),
                    html(text, &Places::new())
                ));
            }
            Block::Heading(_, text, known_as) => {
                table = known_as.first().cloned().unwrap_or_default();
                out.push_str(&format!(
                    "<h4{}>{}</h4>",
                    id_of(&table),
                    html(text, &Places::new())
                ));
            }
            Block::Table(heads, rows) => table_html(&mut out, &table, heads, rows, places),
            other => out.push_str(&simple(other, places)),
        }
    }
    if folded {
        out.push_str("</div></details>\n");
    }
    out
}

fn id_of(name: &str) -> String {
    if name.is_empty() {
        String::new()
    } else {
        format!(" id=\"{}\"", escaped(name))
    }
}

fn simple(block: &Block, places: &Places) -> String {
    match block {
        Block::Paragraph(text) => format!("<p>{}</p>", html(text, places)),
        Block::Quote(text) => format!("<blockquote><p>{}</p></blockquote>", html(text, places)),
        Block::Items(items) => {
            let items: Vec<String> = items
                .iter()
                .map(|i| format!("<li>{}</li>", html(i, places)))
                .collect();
            format!("<ul>{}</ul>", items.concat())
        }
        Block::Code(_, text) => format!("<pre tabindex=\"0\"><code>{}</code></pre>", escaped(text)),
        Block::Heading(..) | Block::Table(..) | Block::MarkdownOnly(_) => String::new(),
    }
}

fn table_html(
    out: &mut String,
    table: &str,
    heads: &[String],
    rows: &[Vec<String>],
    places: &Places,
) {
    // Rows that tell of a part of a table can be linked to.
    let first = heads.first().map(String::as_str).unwrap_or_default();
    let parts = !table.is_empty() && matches!(first, "column" | "constraint" | "index");
    let label = heads.join(", ");
    out.push_str(&format!(
        "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"{}\"><table><thead><tr>",
        escaped(&format!("Table of {label}"))
    ));
    for head in heads {
        out.push_str(&format!(
            "<th scope=\"col\">{}</th>",
            html(head, &Places::new())
        ));
    }
    out.push_str("</tr></thead><tbody>");
    for row in rows {
        let name = row.first().map(|c| plain(c)).unwrap_or_default();
        let id = if parts && !name.starts_with("trigger ") {
            id_of(&format!("{table}.{name}"))
        } else {
            String::new()
        };
        out.push_str(&format!("<tr{id}>"));
        for (number, cell) in row.iter().enumerate() {
            // A part does not lead to itself, and a column may be called like a table.
            let none = Places::new();
            let known = if parts && number < 2 { &none } else { places };
            out.push_str(&format!("<td>{}</td>", html(cell, known)));
        }
        out.push_str("</tr>");
    }
    out.push_str("</tbody></table></div>");
}
