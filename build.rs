//! Assembles the modules of `src/imports/` that are written as WebAssembly text.

use std::{env, error::Error, fs, path::Path};

fn main() -> Result<(), Box<dyn Error>> {
    for (name, file) in
        [("shim", "shim"), ("assemblyscript", "assemblyscript"), ("signature", "signature"), ("wasi", "wasi/shim")]
    {
        let source = format!("src/imports/{file}.wat");
        println!("cargo::rerun-if-changed={source}");
        let module = wat::parse_file(source)?;
        fs::write(Path::new(&env::var("OUT_DIR")?).join(name).with_extension("wasm"), module)?;
    }
    Ok(())
}
