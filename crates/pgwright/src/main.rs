//! The pgwright command line.

fn main() {}
