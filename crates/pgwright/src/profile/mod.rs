//! `pgwright profile`: files to what they say, and to a design that holds their rows.

pub mod deliver;
pub mod large;
mod load;
mod prove;
pub mod read;
pub mod show;
pub mod show_large;
