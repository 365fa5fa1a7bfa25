//! Statements of migrations.

group! {}
