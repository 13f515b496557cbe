//! `bindgen INPUT.wasm OUT_DIR`: `wasm-bindgen --target web --omit-default-module-path`, with short names for the
//! imports. The typings it writes are for `checkJs`.

use std::error::Error;
use std::path::Path;
use std::{env, fs};

use wasm_bindgen_cli_support::Bindgen;

const NAME: &str = "core";

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
        .out_name(NAME);
    let mut output = bindgen.generate_output()?;
    // Names such as `__wbg_new_2658d63118834d8e` are in the wasm and in the glue, and their digits do not compress: 2
    // KB.
    let mut renamed = Vec::new();
    for import in output.wasm_mut().imports.iter_mut().filter(|import| import.name.starts_with("__wb")) {
        let name = format!("f{}", renamed.len());
        renamed.push((std::mem::replace(&mut import.name, name.clone()), name));
    }
    output.emit(out_dir)?;
    let glue = Path::new(out_dir).join(NAME).with_extension("js");
    let mut text = fs::read_to_string(&glue)?;
    for (old, new) in renamed {
        let (old, new) = (format!(" {old}: "), format!(" {new}: "));
        if text.matches(&old).count() != 1 {
            return Err(format!("the glue does not define `{old}` once").into());
        }
        text = text.replace(&old, &new);
    }
    Ok(fs::write(glue, text)?)
}
