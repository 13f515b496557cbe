//! `limits.memory`: lowers the maxima of a guest's memories and tables, so that growing past them fails in the engine
//! itself, without a check at run time. The maxima are written into a copy of the module's bytes. The bytes stay in
//! JavaScript: the core reads what it needs of them, a window at a time.
//!
//! The binary format: <https://webassembly.github.io/spec/core/binary/modules.html>

use std::fmt;
use std::ops::Range;

use js_sys::{Uint8Array, WebAssembly};
use wasm_bindgen::JsValue;

use crate::error::Error;
use crate::reader::{Reader, Reason, Refused};
use crate::sys::Bytes;

mod bounded;
mod constant_expression;
mod growables;
mod heap_types;
mod output;
#[cfg(test)]
mod tests;
mod value_types;

use bounded::Bounded;
use output::{Length, Output};

/// A copy of a module whose memories and tables together cannot grow over `limit` bytes, which are finite. Invalid
/// modules come back as they are: the compiler reports what is wrong with them. WAPC_LIMIT where the guest begins with
/// more, or there is no memory for the copy; WAPC_UNSUPPORTED where it could fill memory by other means, or is not
/// understood.
#[inline(never)] // Inlined into the future that compiles guests, it takes more code.
pub(crate) fn limit_memory(bytes: Bytes, limit: f64) -> Result<Bytes, Error> {
    let source: &Uint8Array = &bytes;
    let mut reader = Reader::new(source, 0..0);
    let Ok((bounded, length)) = bounded(&bytes, &mut reader, limit) else {
        return refused(reader.reason(), bytes);
    };
    let whole = Bytes::try_new(length).map_err(|thrown| limit_reached(Reason::NoMemory, Some(thrown)))?;
    let mut copy = Copy { source: &bytes, whole, at: 0 };
    bounded.write(&mut reader, &mut copy).map_err(|_| unsupported(reader.reason()))?;
    Ok(copy.whole)
}

/// The module with maxima, and its length in bytes.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // Saturates; not below 0.
fn bounded(bytes: &Bytes, reader: &mut Reader, limit: f64) -> Result<(Bounded, u32), Refused> {
    if bytes.length() > f64::from(u32::MAX) {
        return Err(reader.unknown("over 4 GiB"));
    }
    let bounded = Bounded::read(reader, limit as u64)?;
    let mut length = Length(0);
    bounded.write(reader, &mut length)?;
    match u32::try_from(length.0) {
        Ok(length) => Ok((bounded, length)),
        Err(_) => Err(reader.refuse(Reason::NoMemory)),
    }
}

/// The outcome for a module that was refused: invalid bytes come back as they are.
fn refused(reason: Reason, bytes: Bytes) -> Result<Bytes, Error> {
    match reason {
        Reason::Over { .. } | Reason::NoMemory => Err(limit_reached(reason, None)),
        _ if !WebAssembly::validate(&bytes).map_err(Error::Thrown)? => Ok(bytes),
        _ => Err(unsupported(reason)),
    }
}

fn limit_reached(reason: Reason, cause: Option<JsValue>) -> Error {
    Error::LimitReached { reason: reason.to_string(), cause }
}

fn unsupported(reason: Reason) -> Error {
    Error::Unsupported(format!("`limits.memory` cannot bound this guest: {reason}"))
}

/// A copy of a module in JavaScript's memory, as far as it is written.
struct Copy<'a> {
    source: &'a Bytes,
    whole: Bytes,
    /// Bytes written so far.
    at: u32,
}

impl Output for Copy<'_> {
    fn source(&mut self, range: Range<u32>) {
        self.whole.set(&self.source.subarray(range.start, range.end), self.at);
        self.at += range.end.saturating_sub(range.start);
    }

    fn own(&mut self, byte: u8) {
        self.whole.set_index(self.at, byte);
        self.at += 1;
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Over { length, limit } => write!(
                formatter,
                "the guest's memories and tables begin with {length} bytes, which is over `limits.memory`, {limit} bytes"
            ),
            Self::NoMemory => formatter.write_str("source: there is no memory for a copy of the bytes"),
            Self::Unwanted(what) => formatter.write_str(what),
            Self::Unknown { what, at } => write!(
                formatter,
                "it has {what} at byte {at} that is not known here; build it without newer features of WebAssembly"
            ),
        }
    }
}
