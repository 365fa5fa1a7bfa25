//! Two catalogs to ordered, reversible migration steps; the only producer of DDL text.
