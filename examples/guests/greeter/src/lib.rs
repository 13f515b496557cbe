//! Greets, in the language that its host asks for.

use wapc_guest::prelude::*;

#[unsafe(no_mangle)]
pub extern "C" fn wapc_init() {
    std::panic::set_hook(Box::new(|panic| console_log(&panic.to_string())));
    register_function("hello", hello);
}

/// Greets the name in its payload, by the word that the host has for it.
fn hello(name: &[u8]) -> CallResult {
    if name.is_empty() {
        return Err("nobody to greet".into());
    }
    console_log("asking for the word");
    let word = host_call("default", "words", "greeting", &[])?;
    Ok([&word, b", ".as_slice(), name].concat())
}
