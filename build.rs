//! Assembles the modules that are written as WebAssembly text.

use std::{env, error::Error, fs, path::Path};

fn main() -> Result<(), Box<dyn Error>> {
    for (name, file) in [
        ("room", "instance/room"),
        ("shim", "imports/shim"),
        ("assemblyscript", "imports/assemblyscript"),
        ("signature", "instance/signature"),
        ("wasi", "wasi/shim"),
        ("coroutine", "instance/coroutine"),
    ] {
        let source = format!("src/{file}.wat");
        println!("cargo::rerun-if-changed={source}");
        let module = wat::parse_file(source)?;
        fs::write(Path::new(&env::var("OUT_DIR")?).join(name).with_extension("wasm"), module)?;
    }
    Ok(())
}
