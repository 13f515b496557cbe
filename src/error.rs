//! Errors, one variant per error code, and how each becomes a JavaScript error.

use js_sys::JsString;
use thiserror::Error;
use wasm_bindgen::JsValue;

use crate::memory::OutOfRange;
use crate::protocol::Import;
use crate::sys;

/// Every error of the core. The message of each is its `Display`; guests' own texts stay JavaScript strings.
#[derive(Debug, Clone, Error)]
pub(crate) enum Error {
    #[error("{name}: not valid WebAssembly: {reason}")]
    Compile { name: String, reason: String, cause: JsValue },
    #[error("the guest's bytes do not match `integrity`: expected {expected}, got {actual}")]
    Integrity { expected: String, actual: String },
    #[error("{0}")]
    NotAGuest(String, Option<JsValue>),
    #[error("{reason}")]
    Link { reason: String, cause: Option<JsValue> },
    #[error("`{export}` failed: {reason}")]
    Init { export: &'static str, reason: String, cause: JsValue },
    /// The guest answered with an error: its text, and what the last failing host call threw.
    #[error("the guest reported a failure without a message")]
    Guest { text: Option<JsString>, cause: Option<JsValue> },
    #[error("the guest trapped: {reason}")]
    Trap { reason: String, cause: Option<JsValue> },
    /// The code, and the last lines that the guest said, as the end of the message.
    #[error("the guest exited with code {0}{1}")]
    Exit(u32, String),
    #[error("{0}")]
    Protocol(#[from] Violation),
    #[error("{0}")]
    Async(&'static str),
    #[error("{0}")]
    Reentrant(&'static str),
    #[error("{what} of {length} bytes is over the limit of {limit} bytes")]
    Limit { what: &'static str, length: u64, limit: u64 },
    /// Any other limit; the cause is what was thrown there, by the host callback or by the engine.
    #[error("{reason}")]
    LimitReached { reason: String, cause: Option<JsValue> },
    /// `limits.fuel` is used up: the instructions of one invocation.
    #[error("the guest executed more than {0} instructions (`limits.fuel`)")]
    Fuel(u64),
    #[error("the {0} is closed")]
    Closed(&'static str),
    #[error("{what}: expected {expected}, got {got}")]
    Argument { what: String, expected: String, got: String },
    #[error("{0}")]
    Unsupported(String),
    /// The caller's abort reason, or an error made in JavaScript (WAPC_TIMEOUT among them): thrown unchanged.
    #[error("aborted")]
    Thrown(JsValue),
}

/// How a guest broke the protocol.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(crate) enum Violation {
    #[error("{import}: {range}")]
    OutOfRange { import: Import, range: OutOfRange },
    #[error("{import}: the {what} is not UTF-8 text")]
    NotUtf8 { import: Import, what: &'static str },
    #[error("{0} outside an invocation: there is no request to give")]
    NoRequest(Import),
    #[error(
        "{0}: the memory has no pages, or cannot be reached yet by the module's start function; use `_start`, `_initialize` or `wapc_init`"
    )]
    NoMemory(Import),
    #[error("the guest reported success without a response")]
    NoResponse,
}

impl Error {
    /// The code that callers match on.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Compile { .. } => "WAPC_COMPILE",
            Self::Integrity { .. } => "WAPC_INTEGRITY",
            Self::NotAGuest(..) => "WAPC_NOT_A_GUEST",
            Self::Link { .. } => "WAPC_LINK",
            Self::Init { .. } => "WAPC_INIT",
            Self::Guest { .. } => "WAPC_GUEST",
            Self::Trap { .. } | Self::Exit(..) => "WAPC_TRAP",
            Self::Protocol(_) => "WAPC_PROTOCOL",
            Self::Async(_) => "WAPC_ASYNC",
            Self::Reentrant(_) => "WAPC_REENTRANT",
            Self::Limit { .. } | Self::LimitReached { .. } | Self::Fuel(_) => "WAPC_LIMIT",
            Self::Closed(_) => "WAPC_CLOSED",
            Self::Argument { .. } => "WAPC_ARGUMENT",
            Self::Unsupported(_) => "WAPC_UNSUPPORTED",
            Self::Thrown(_) => "",
        }
    }

    /// True for an error that ends an invocation while its guest is still inside a call: the instance cannot be called
    /// again. With the others the guest has returned by itself.
    pub(crate) fn breaks_instance(&self) -> bool {
        !matches!(self, Self::Guest { .. } | Self::Protocol(Violation::NoResponse))
    }

    /// The error of a guest that trapped or exited, with the last lines that it said at the end of its message.
    pub(crate) fn with_last_words(self, last_words: impl FnOnce() -> String) -> Self {
        match self {
            Self::Trap { reason, cause } => Self::Trap { reason: reason + &last_words(), cause },
            Self::Exit(code, _) => Self::Exit(code, last_words()),
            error => error,
        }
    }

    fn cause(&self) -> Option<&JsValue> {
        match self {
            Self::NotAGuest(_, cause)
            | Self::Link { cause, .. }
            | Self::Guest { cause, .. }
            | Self::LimitReached { cause, .. }
            | Self::Trap { cause, .. } => cause.as_ref(),
            Self::Init { cause, .. } | Self::Compile { cause, .. } => Some(cause),
            _ => None,
        }
    }

    /// A module or file, named `described`, that is no waPC guest.
    pub(crate) fn not_a_guest(described: &str, reason: &str, cause: Option<JsValue>) -> Self {
        Self::NotAGuest(format!("{described}: not a waPC guest: {reason}"), cause)
    }

    /// An invalid argument or option.
    pub(crate) fn argument(what: impl Into<String>, expected: &str, value: &JsValue) -> Self {
        Self::Argument { what: what.into(), expected: expected.to_owned(), got: sys::describe(value) }
    }
}

impl From<&Error> for JsValue {
    fn from(error: &Error) -> Self {
        let message = match error {
            Error::Thrown(reason) => return reason.clone(),
            // Not converted to a Rust string: it may be long, and has to reach the caller unchanged.
            Error::Guest { text: Some(text), .. } if text.length() > 0 => text.clone(),
            _ => JsString::from(error.to_string()),
        };
        let cause = error.cause();
        sys::make_error(error.code(), &message, cause.is_some(), cause.unwrap_or(&JsValue::UNDEFINED))
    }
}

impl From<Error> for JsValue {
    fn from(error: Error) -> Self {
        Self::from(&error)
    }
}
