//! `bindgen INPUT.wasm OUT_DIR`: `wasm-bindgen --target web --omit-default-module-path`. Its typings are for `checkJs`.

use std::env;
use std::error::Error;

use wasm_bindgen_cli_support::Bindgen;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [input, out_dir] = arguments.as_slice() else {
        return Err("usage: bindgen INPUT.wasm OUT_DIR".into());
    };
    let mut bindgen = Bindgen::new();
    bindgen
        .input_path(input)
        .web(true)?
        .omit_default_module_path(true)
        .typescript(true)
        .remove_name_section(true)
        .remove_producers_section(true)
        .out_name("core")
        .generate(out_dir)?;
    Ok(())
}
