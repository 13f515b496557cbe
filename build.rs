//! Assembles the modules that are written as WebAssembly text. They name the constants that they share with Rust and
//! JavaScript: `(i32.const NAME)` becomes `(i32.const 1)`. An instruction may be repeated: `(repeat 64 nop)`.

use std::{collections::HashMap, env, error::Error, fs, path::Path};

/// The files that declare those constants, one a line: `pub(crate) const NAME: u32 = 1;`.
const CONSTANTS: [&str; 2] = ["src/constants.rs", "src/wasi/constants.rs"];

fn main() -> Result<(), Box<dyn Error>> {
    let constants = constants()?;
    for (name, file) in [
        ("room", "instance/room"),
        ("shim", "imports/shim"),
        ("assemblyscript", "imports/assemblyscript"),
        ("suspend", "imports/suspend"),
        ("signature", "instance/signature"),
        ("wasi-shim", "wasi/shim"),
        ("coroutine", "instance/coroutine"),
    ] {
        let source = format!("src/{file}.wat");
        println!("cargo::rerun-if-changed={source}");
        let text = with_constants(&fs::read_to_string(source)?, &constants)?;
        assemble(name, &repeated(&text, 1)?)?;
        if name == "room" {
            assemble("room-without-simd", &repeated(&text.replace("v128", "i64"), 2)?)?;
        }
    }
    Ok(())
}

fn assemble(name: &str, text: &str) -> Result<(), Box<dyn Error>> {
    let file = Path::new(&env::var("OUT_DIR")?).join(name).with_extension("wasm");
    Ok(fs::write(file, wat::parse_str(text)?)?)
}

/// The text with `factor * N` times the instruction of each line `(repeat N instruction)` in its place; N times `nop`,
/// which is padding.
fn repeated(text: &str, factor: usize) -> Result<String, Box<dyn Error>> {
    let mut written = String::new();
    for line in text.lines() {
        let repeated = line.trim().strip_prefix("(repeat ").and_then(|rest| rest.strip_suffix(')'));
        match repeated.and_then(|rest| rest.split_once(' ')) {
            Some((times, instruction)) => {
                let factor = if instruction == "nop" { 1 } else { factor };
                written += &format!("{instruction} ").repeat(factor * times.parse::<usize>()?)
            }
            None => written += line,
        }
        written.push('\n');
    }
    Ok(written)
}

fn constants() -> Result<HashMap<String, String>, Box<dyn Error>> {
    let mut constants = HashMap::new();
    for file in CONSTANTS {
        println!("cargo::rerun-if-changed={file}");
        for line in fs::read_to_string(file)?.lines() {
            let declared = line.strip_prefix("pub(crate) const ").and_then(|rest| rest.strip_suffix(';'));
            if let Some((name, value)) = declared.and_then(|rest| rest.split_once(": u32 = ")) {
                constants.insert(name.to_owned(), value.to_owned());
            }
        }
    }
    Ok(constants)
}

/// The text with the value of each constant in place of its name. Fails on a name that is not declared.
fn with_constants(text: &str, constants: &HashMap<String, String>) -> Result<String, Box<dyn Error>> {
    const BEFORE: &str = "(i32.const ";
    let mut parts = text.split(BEFORE);
    let mut written = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (operand, rest) = part.split_once(')').ok_or("an i32.const without an end")?;
        let is_name = operand.starts_with(|first: char| first.is_ascii_uppercase());
        let value =
            if is_name { constants.get(operand).ok_or_else(|| format!("no constant {operand}"))? } else { operand };
        written.extend([BEFORE, value, ")", rest]);
    }
    Ok(written)
}
