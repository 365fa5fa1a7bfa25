//! Dependencies that hold in data.
//!
//! Exact functional dependencies and unique column combinations are the minimal hitting sets of what
//! pairs of rows differ in. Pairs are sampled first (as in HyFD, Papenbrock and Naumann 2016), hitting
//! sets enumerated (MMCS, Murakami and Uno 2014, as in FDHits, Bleifuß et al. 2024), each one checked
//! on all rows, and what refutes one is a new pair; that goes round until nothing is refuted. So every
//! answer was checked on all rows, and none is missing.

mod approximate;
mod bits;
mod budget;
mod evidence;
mod exact;
mod exceptions;
mod hitting;
mod inclusion;
mod pairs;
mod partition;
mod verify;

pub use approximate::{Approximate, ApproximateUnique, Approximates, discover_approximate};
pub use budget::{Budget, Nulls, Options, Unsearched};
pub use exact::{Dependencies, Dependency, TooManyColumns, discover};
pub use exceptions::{Exception, Support, support};
pub use inclusion::{
    Inclusion, InclusionOptions, Inclusions, Place, check as check_inclusion, discover_inclusions,
};
pub use pairs::{Pair, pairs};
