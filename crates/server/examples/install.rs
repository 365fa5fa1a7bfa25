//! Installs the major versions given as arguments.
#![allow(clippy::print_stdout)]

fn main() -> Result<(), Box<dyn std::error::Error>> {
    for argument in std::env::args().skip(1) {
        let installation =
            pgwright_server::install(argument.parse()?, &mut |text| println!("{text}"))?;
        println!("{installation}");
    }
    Ok(())
}
