//! Documents drawn from a design: Markdown, HTML, ERD, DBML, JSON.
