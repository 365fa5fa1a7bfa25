//! A PostgreSQL schema as a plain value: names, types, expressions and the SQL writer.
