//! `erd.svg`: the entity-relationship diagram, with a layout of its own.

mod diagram;
mod draw;
mod layers;
mod layout;
mod text;

use crate::facts::Facts;
use crate::{Document, Subject};

pub use diagram::{Diagram, Line, Mark, Row, TableBox};
pub use layout::{Edge, Layout, Node, layout};

/// The document.
#[derive(Debug)]
pub struct Erd;

impl Document for Erd {
    fn render(&self, subject: &Subject<'_>) -> Vec<(String, String)> {
        let facts = Facts::new(subject);
        vec![("erd.svg".to_owned(), svg(&facts))]
    }
}

/// The diagram as a picture that stands alone.
pub fn svg(facts: &Facts<'_>) -> String {
    draw::standalone(&facts.subject.brief.title, &Diagram::new(facts))
}

/// The diagram as an element of a page that has the styles.
pub fn inline_svg(facts: &Facts<'_>) -> Inline {
    let diagram = Diagram::new(facts);
    Inline {
        tall: format!(
            "{:.2}",
            diagram.layout.height / diagram.layout.width.max(1.0) + 0.06
        ),
        svg: draw::inline(&facts.subject.brief.title, &diagram),
    }
}

/// The diagram for a page.
#[derive(Debug)]
pub struct Inline {
    /// The element.
    pub svg: String,
    /// Its height in widths, and a little more.
    pub tall: String,
}

/// Styles of the diagram, for the page that it stands in.
pub fn styles() -> &'static str {
    draw::STYLES
}
