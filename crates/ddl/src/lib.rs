//! SQL text to statements, expressions and catalogs; the only crate that touches pg_query.
