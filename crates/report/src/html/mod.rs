//! `report.html`: everything in one file that opens anywhere, without a network.

mod inline;
mod page;
mod steps;

use crate::facts::Facts;
use crate::{Document, Subject};

/// The document.
#[derive(Debug)]
pub struct Report;

impl Document for Report {
    fn render(&self, subject: &Subject<'_>) -> Vec<(String, String)> {
        vec![("report.html".to_owned(), page::page(&Facts::new(subject)))]
    }
}
