//! Names.

group! {
    confusable,
    cut,
    quoted,
    reserved,
}
