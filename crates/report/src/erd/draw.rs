//! The diagram as SVG: legible in print, and with a dark form where the reader's system is dark.

use std::fmt::Write as _;

use super::diagram::{Diagram, Line, MARKS, Mark, ROW, TEXT, TableBox};
use super::text::{escaped, width};

/// Styles of the diagram; the same in a picture of its own and inside a page.
pub const STYLES: &str = include_str!("../../assets/erd.css");

const MARGIN: f64 = 28.0;
const LEGEND: f64 = 46.0;

/// A picture that stands alone.
pub fn standalone(title: &str, diagram: &Diagram) -> String {
    let wide = (diagram.layout.width + 2.0 * MARGIN).max(760.0);
    let high = diagram.layout.height + 2.0 * MARGIN + LEGEND + 26.0;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {wide:.0} {high:.0}\" width=\"{wide:.0}\" \
         height=\"{high:.0}\" role=\"img\" class=\"erd\">\n<title>{title}</title>\n<desc>{desc}</desc>\n\
         <style>{STYLES}</style>\n<rect class=\"paper\" width=\"100%\" height=\"100%\"/>\n\
         <text class=\"caption\" x=\"{MARGIN}\" y=\"30\">{title}</text>\n",
        title = escaped(title),
        desc = escaped(&description(diagram)),
    );
    let _ = writeln!(
        out,
        "<g transform=\"translate({MARGIN} {:.0})\">",
        MARGIN + 20.0
    );
    body(&mut out, diagram);
    out.push_str("</g>\n");
    legend(&mut out, high - LEGEND + 8.0);
    out.push_str("</svg>\n");
    out
}

/// An element of a page.
pub fn inline(title: &str, diagram: &Diagram) -> String {
    let wide = diagram.layout.width + 2.0 * MARGIN;
    let high = diagram.layout.height + 2.0 * MARGIN;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {wide:.0} {high:.0}\" role=\"group\" \
         aria-label=\"Entity-relationship diagram of {}\" class=\"erd\" id=\"erd\">\n",
        escaped(title)
    );
    let _ = writeln!(out, "<g transform=\"translate({MARGIN} {MARGIN})\">");
    body(&mut out, diagram);
    out.push_str("</g>\n</svg>\n");
    out
}

fn description(diagram: &Diagram) -> String {
    let told: Vec<&str> = diagram
        .lines
        .iter()
        .filter(|l| l.name.is_some())
        .map(|l| l.says.as_str())
        .collect();
    format!("{} tables. {}", diagram.boxes.len(), told.join(" "))
}

fn body(out: &mut String, diagram: &Diagram) {
    for (line, route) in diagram.lines.iter().zip(&diagram.layout.routes) {
        draw_line(out, line, route);
    }
    for (x, y) in &diagram.layout.forks {
        let _ = writeln!(
            out,
            "<circle class=\"fork\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"2.4\"/>"
        );
    }
    for (table, corner) in diagram.boxes.iter().zip(&diagram.layout.corners) {
        draw_table(out, table, *corner);
    }
}

fn draw_line(out: &mut String, line: &Line, route: &[(f64, f64)]) {
    let (Some(first), Some(last)) = (route.first(), route.last()) else {
        return;
    };
    let kind = if line.name.is_some() {
        "edge"
    } else {
        "edge record"
    };
    let _ = write!(
        out,
        "<g class=\"{kind}\" data-from=\"{}\" data-to=\"{}\"><title>{}</title>",
        escaped(&line.from),
        escaped(&line.to),
        escaped(&match &line.name {
            Some(name) => format!("{} ({name})", line.says),
            None => line.says.clone(),
        }),
    );
    let _ = write!(out, "<path d=\"{}\"/>", rounded(route));
    // Which way the line leaves each box.
    let away = |from: (f64, f64), next: Option<&(f64, f64)>| {
        if next.is_none_or(|n| n.0 >= from.0) {
            1.0
        } else {
            -1.0
        }
    };
    mark(out, line.one, *first, away(*first, route.get(1)));
    let before_last = route.len().checked_sub(2).and_then(|at| route.get(at));
    mark(out, line.many, *last, away(*last, before_last));
    out.push_str("</g>\n");
}

/// A path with its corners rounded a little.
fn rounded(route: &[(f64, f64)]) -> String {
    let mut path = String::new();
    for (at, &(x, y)) in route.iter().enumerate() {
        let inner = at > 0 && at + 1 < route.len();
        if at == 0 {
            let _ = write!(path, "M{x:.1} {y:.1}");
        } else if inner {
            let (px, py) = route[at - 1];
            let (nx, ny) = route[at + 1];
            let before = (px - x).abs() + (py - y).abs();
            let after = (nx - x).abs() + (ny - y).abs();
            let r = 4.0_f64.min(before / 2.0).min(after / 2.0);
            let step = |d: f64| if d.abs() < 0.05 { 0.0 } else { d.signum() * r };
            let (ax, ay) = (x + step(px - x), y + step(py - y));
            let (bx, by) = (x + step(nx - x), y + step(ny - y));
            let _ = write!(path, "L{ax:.1} {ay:.1}Q{x:.1} {y:.1} {bx:.1} {by:.1}");
        } else {
            let _ = write!(path, "L{x:.1} {y:.1}");
        }
    }
    path
}

/// The end of a line at a box; `away` is 1 when the line leaves to the right.
fn mark(out: &mut String, mark: Mark, (x, y): (f64, f64), away: f64) {
    let bar = |out: &mut String, at: f64| {
        let at = x + away * at;
        let _ = write!(
            out,
            "<path class=\"mark\" d=\"M{at:.1} {:.1}V{:.1}\"/>",
            y - 5.0,
            y + 5.0
        );
    };
    let ring = |out: &mut String, at: f64| {
        let at = x + away * at;
        let _ = write!(
            out,
            "<circle class=\"ring\" cx=\"{at:.1}\" cy=\"{y:.1}\" r=\"3.6\"/>"
        );
    };
    let foot = |out: &mut String| {
        let tip = x + away * 10.0;
        let _ = write!(
            out,
            "<path class=\"mark\" d=\"M{x:.1} {:.1}L{tip:.1} {y:.1}L{x:.1} {:.1}\"/>",
            y - 5.5,
            y + 5.5
        );
    };
    match mark {
        Mark::One => {
            bar(out, 6.0);
            bar(out, 10.0);
        }
        Mark::ZeroOrOne => {
            bar(out, 6.0);
            ring(out, 13.0);
        }
        Mark::ZeroOrMany => {
            foot(out);
            ring(out, 14.0);
        }
        Mark::OneOrMany => {
            foot(out);
            bar(out, 13.0);
        }
        Mark::None => {}
    }
}

fn draw_table(out: &mut String, table: &TableBox, (x, y): (f64, f64)) {
    let (w, h) = (table.node.width, table.node.height);
    let head = table.head();
    let _ = write!(
        out,
        "<g class=\"table {}\" data-table=\"{}\" transform=\"translate({x:.1} {y:.1})\"><title>{}</title>\
         <rect class=\"box\" width=\"{w:.0}\" height=\"{h:.0}\" rx=\"5\"/>\
         <path class=\"head\" d=\"M0 {head:.0}V5Q0 0 5 0H{:.0}Q{w:.0} 0 {w:.0} 5V{head:.0}Z\"/>\
         <text class=\"name\" x=\"10\" y=\"17.5\">{}</text>",
        table.role,
        escaped(&table.name),
        escaped(&format!("{}: {}", table.title, table.purpose)),
        w - 5.0,
        escaped(&table.title),
    );
    if table.role != "entity" && table.subtitle.is_none() {
        let room = w - width(&table.title, TEXT + 2.0) * 1.08 - 20.0;
        if room > width(table.role, TEXT - 1.5) {
            let _ = write!(
                out,
                "<text class=\"kind\" x=\"{:.0}\" y=\"17\">{}</text>",
                w - 9.0,
                table.role
            );
        }
    }
    if let Some(subtitle) = &table.subtitle {
        let _ = write!(
            out,
            "<text class=\"sub\" x=\"10\" y=\"31\">{}</text>",
            escaped(subtitle)
        );
    }
    for (number, row) in table.rows.iter().enumerate() {
        let base = head + ROW * number as f64 + 13.0;
        if row.note {
            let _ = write!(
                out,
                "<text class=\"note\" x=\"{MARKS}\" y=\"{base:.0}\">{}</text>",
                escaped(&row.name)
            );
            continue;
        }
        if !row.marks.is_empty() {
            // Two marks share the room of one.
            let class = if row.marks.contains(' ') {
                "key both"
            } else {
                "key"
            };
            let _ = write!(
                out,
                "<text class=\"{class}\" x=\"6\" y=\"{base:.0}\">{}</text>",
                row.marks
            );
        }
        let class = if row.required {
            "column"
        } else {
            "column maybe"
        };
        let _ = write!(
            out,
            "<text class=\"{class}\" x=\"{MARKS}\" y=\"{base:.0}\">{}</text>\
             <text class=\"type\" x=\"{:.0}\" y=\"{base:.0}\">{}</text>",
            escaped(&row.name),
            w - 8.0,
            escaped(&row.data_type)
        );
    }
    out.push_str("</g>\n");
}

/// What the ends of lines and the letters mean.
fn legend(out: &mut String, top: f64) {
    let _ = writeln!(
        out,
        "<g class=\"legend\" transform=\"translate({MARGIN} {top:.0})\">"
    );
    let mut x = 0.0;
    for end in [
        Mark::One,
        Mark::ZeroOrOne,
        Mark::ZeroOrMany,
        Mark::OneOrMany,
    ] {
        let _ = write!(
            out,
            "<g class=\"edge\"><path d=\"M{x:.0} 10H{:.0}\"/>",
            x + 34.0
        );
        mark(out, end, (x, 10.0), 1.0);
        let _ = write!(
            out,
            "</g><text class=\"note\" x=\"{:.0}\" y=\"14\">{}</text>",
            x + 40.0,
            end.words()
        );
        x += 40.0 + width(end.words(), TEXT) + 22.0;
    }
    let _ = write!(
        out,
        "<g class=\"edge record\"><path d=\"M{x:.0} 10H{:.0}\"/></g>\
         <text class=\"note\" x=\"{:.0}\" y=\"14\">a record kept for it, no foreign key</text>\n\
         <text class=\"note\" x=\"0\" y=\"32\">PK primary key · FK foreign key · UK unique · \
         <tspan class=\"column\">bold: must be there</tspan> · <tspan class=\"column maybe\">italic: may be \
         missing</tspan></text></g>\n",
        x + 34.0,
        x + 40.0
    );
}
