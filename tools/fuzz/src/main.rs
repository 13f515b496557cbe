//! `fuzz guests FROM COUNT`: writes the guests of the seeds FROM..FROM+COUNT to standard output, each with its length in
//! front (four bytes, little-endian). A seed gives the same guest each time. `fuzz modules FROM COUNT` writes modules that
//! are no guests.

mod arguments;
mod control;
mod guest;
mod imports;
mod layout;
mod modules;
mod rng;
mod shape;
mod smith;
mod statements;

use std::env;
use std::error::Error;
use std::io::{BufWriter, Write, stdout};

use rng::Rng;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [kind, from, count] = arguments.as_slice() else {
        return Err("usage: fuzz guests|modules FROM COUNT".into());
    };
    let generate = if kind == "modules" { module } else { guest };
    let (from, count): (u64, u64) = (from.parse()?, count.parse()?);
    let mut output = BufWriter::new(stdout().lock());
    for seed in from..from + count {
        let guest = generate(seed);
        output.write_all(&u32::try_from(guest.len())?.to_le_bytes())?;
        output.write_all(&guest)?;
    }
    Ok(output.flush()?)
}

fn module(seed: u64) -> Vec<u8> {
    modules::generate(&mut Rng::new(seed))
}

/// A quarter of the guests comes from wasm-smith, the others from this crate.
fn guest(seed: u64) -> Vec<u8> {
    let mut rng = Rng::new(seed);
    if rng.one_in(4) { smith::generate(&mut rng) } else { guest::generate(&mut rng) }
}
