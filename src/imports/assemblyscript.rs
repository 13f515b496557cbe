//! Import module `env` of AssemblyScript's runtime. Its strings are UTF-16LE; the four bytes in front of each hold its
//! length in bytes; a null pointer is no string.

use js_sys::{JsString, Math};

use crate::error::Error;
use crate::instance::Instance;
use crate::protocol::Import;
use crate::sys;

use super::wapc::run;

/// The text of an AssemblyScript string; `what` names it. WAPC_PROTOCOL if it, or the length in front of it, leaves
/// memory, WAPC_LIMIT if it is longer than `limits.payload`, in bytes as the guest has it.
fn text(instance: &Instance, import: Import, what: &'static str, ptr: u32) -> Result<Option<JsString>, Error> {
    if ptr == 0 {
        return Ok(None);
    }
    let length_at = instance.range(import, ptr.wrapping_sub(4), 4)?;
    let len = instance.guest().read_u32(length_at.ptr());
    let range = instance.range(import, ptr, len)?;
    instance.check_limit(what, len.into())?;
    let text = instance.guest().text_utf16(range.ptr(), range.len());
    text.map(Some).ok_or_else(|| instance.no_memory_for(what, len))
}

/// Stops the guest: WAPC_TRAP with the message, and where in the guest's source it came from.
/// (import "env" "abort" (func (param $message i32) (param $file i32) (param $line i32) (param $column i32)))
#[unsafe(no_mangle)]
extern "C" fn assemblyscript_abort(id: u32, message: u32, file: u32, line: u32, column: u32) -> u32 {
    run(id, |instance| {
        let or =
            |text: Option<JsString>, otherwise: &str| text.map_or(otherwise.to_owned(), |text| sys::excerpt_of(&text));
        let message = or(text(instance, Import::AssemblyScriptAbort, "the message of env.abort", message)?, "aborted");
        let file = or(text(instance, Import::AssemblyScriptAbort, "the file name of env.abort", file)?, "unknown file");
        Err(Error::Trap { reason: format!("{message} at {file}:{line}:{column}"), cause: None })
    })
}

/// Logs a line of text and up to five numbers.
/// (import "env" "trace" (func (param $message i32) (param $n i32) (param f64 f64 f64 f64 f64)))
#[unsafe(no_mangle)]
#[allow(clippy::too_many_arguments)] // AssemblyScript's signature, and the instance.
extern "C" fn assemblyscript_trace(id: u32, message: u32, n: u32, a: f64, b: f64, c: f64, d: f64, e: f64) -> u32 {
    run(id, |instance| {
        let message = text(instance, Import::AssemblyScriptTrace, "the message of env.trace", message)?
            .map_or(String::new(), String::from);
        let numbers = [a, b, c, d, e]
            .into_iter()
            .take(n as usize)
            // Formatted as JavaScript does.
            .map(|number| sys::excerpt_of(&number.into()));
        let line = numbers.fold(message, |line, number| line + " " + &number);
        instance.log(&line.into())
    })
}

/// A seed for the guest's random numbers.
/// (import "env" "seed" (func (result f64)))
#[unsafe(no_mangle)]
extern "C" fn assemblyscript_seed() -> f64 {
    Math::random()
}

/// Logs a line of text.
/// (import "env" "console.log" (func (param $message i32)))
#[unsafe(no_mangle)]
extern "C" fn assemblyscript_console_log(id: u32, message: u32) -> u32 {
    run(id, |instance| match text(instance, Import::AssemblyScriptConsoleLog, "a line of env.console.log", message)? {
        Some(text) => instance.log(&text),
        None => instance.log(&"null".into()),
    })
}
