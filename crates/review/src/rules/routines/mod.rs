//! Functions and procedures.

group! {
    unused_trigger_function,
    volatility,
}
