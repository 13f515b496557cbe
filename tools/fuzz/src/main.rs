//! `fuzz FROM COUNT`: writes the guests of the seeds FROM..FROM+COUNT to standard output, each with its length in front
//! (four bytes, little-endian). A seed gives the same guest each time.

mod arguments;
mod control;
mod guest;
mod imports;
mod layout;
mod rng;
mod shape;
mod smith;
mod statements;

use std::env;
use std::error::Error;
use std::io::{BufWriter, Write, stdout};

use rng::Rng;

fn main() -> Result<(), Box<dyn Error>> {
    let numbers: Vec<u64> = env::args().skip(1).map(|argument| argument.parse()).collect::<Result<_, _>>()?;
    let &[from, count] = numbers.as_slice() else {
        return Err("usage: fuzz FROM COUNT".into());
    };
    let mut output = BufWriter::new(stdout().lock());
    for seed in from..from + count {
        let guest = generate(seed);
        output.write_all(&u32::try_from(guest.len())?.to_le_bytes())?;
        output.write_all(&guest)?;
    }
    Ok(output.flush()?)
}

/// A quarter of the guests comes from wasm-smith, the others from this crate.
fn generate(seed: u64) -> Vec<u8> {
    let mut rng = Rng::new(seed);
    if rng.one_in(4) { smith::generate(&mut rng) } else { guest::generate(&mut rng) }
}
