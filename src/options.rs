//! Options of callers: `HostOptions` and `ReplaceOptions` here, `PoolOptions` in `pool`.

mod pool;
mod reader;

use js_sys::{Function, JsString};
use wasm_bindgen::{JsCast, JsValue};

use self::reader::{Reader, options};
use crate::constants::{DEMANDS_INTEGRITY, DEMANDS_INTERRUPT};
use crate::error::Error;
use crate::integrity::Integrity;
use crate::sys::{self, HostCalls, WasiSettings};

pub(crate) use self::pool::{Bounds, PoolOptions, Workers};

/// The default of `limits.payload`, in bytes.
const DEFAULT_PAYLOAD_LIMIT: u32 = 256 << 20;

/// The most characters of `integrity`: it is copied into the core, whose memory never shrinks.
const LONGEST_INTEGRITY: u32 = 65_536;

/// The value expected of `integrity`, as errors name it.
pub(crate) const DIGESTS: &str = "digests such as 'sha256-…', 'sha384-…' or 'sha512-…' in Base64";

options! {
    /// `HostOptions`. Those not given are `None`.
    struct Options {
        /// The guest's name in errors.
        name: Option<JsString> = "name" => text(),
        /// The host callback or routes, the codec of values, and whether callbacks get views of the guest's memory.
        host_calls: HostCalls = "hostCall,codec,viewPayloads" => host_calls(),
        asynchronous: Option<Async> = "async" => asynchronous(),
        logger: Option<Function> = "logger" => function(),
        wasi: WasiSettings = "wasi,stdout,stderr" => wasi(),
        limits: Limits = "limits" => limits(),
        on_progress: Option<Function> = "onProgress" => function(),
        integrity: Option<Integrity> = "integrity" => integrity(),
    }
}

options! {
    /// `limits` of `HostOptions`.
    struct Limits {
        /// Bytes of linear memories and tables, together.
        memory: Option<f64> = "memory" => finite("bytes"),
        /// Bytes of one payload, answer or text.
        payload: Option<u32> = "payload" => whole("bytes", 0),
        /// Milliseconds of one invocation.
        timeout: Option<u32> = "timeout" => milliseconds(),
        /// Milliseconds of creating one instance.
        start: Option<u32> = "start" => milliseconds(),
        /// Ends a guest that computes on the caller's thread.
        interrupt: Option<bool> = "interrupt" => boolean(),
        /// Instructions of one invocation. `Infinity` lifts the limit that `compile` was given.
        fuel: Option<f64> = "fuel" => positive("instructions"),
        /// Guests of a thread that may be suspended.
        suspensions: Option<u32> = "suspensions" => whole("guests", 1),
    }
}

options! {
    /// `ReplaceOptions`.
    struct ReplaceOptions {
        integrity: JsValue = "integrity" => any(),
    }
}

/// The option `async`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Async {
    Auto,
    Always,
    Never,
}

impl Options {
    /// Reads `HostOptions`. WAPC_ARGUMENT for what is not one of them or not of its type, WAPC_UNSUPPORTED for what
    /// this platform does not have.
    pub(crate) fn read(value: &JsValue) -> Result<Self, Error> {
        let elsewhere = ", an option of pools: use `WapcPool.create`";
        Self::of(&Reader::with_others("options", value, Self::NAMES, pool::NAMES, elsewhere)?)
    }

    /// The options to compile a guest with that takes over from another. WAPC_ARGUMENT.
    pub(crate) fn of_successor(memory: Option<f64>, demands: u32, integrity: Option<Integrity>) -> Result<Self, Error> {
        let mut options = Self::read(&JsValue::UNDEFINED);
        if let Ok(Self { limits, integrity: expected, .. }) = &mut options {
            (limits.memory, limits.interrupt, *expected) = (memory, Some(demands & DEMANDS_INTERRUPT != 0), integrity);
        }
        options
    }

    /// These options, with those of `compile` (`others`) for all that is left out.
    pub(crate) fn over(self, others: &Self) -> Self {
        Self {
            name: self.name.or_else(|| others.name.clone()),
            host_calls: self.host_calls.over(&others.host_calls),
            logger: self.logger.or_else(|| others.logger.clone()),
            on_progress: self.on_progress.or_else(|| others.on_progress.clone()),
            integrity: self.integrity.or_else(|| others.integrity.clone()),
            asynchronous: self.asynchronous.or(others.asynchronous),
            limits: self.limits.over(&others.limits),
            wasi: sys::lay_over(&self.wasi, &others.wasi),
        }
    }

    /// Demands on a guest that takes over: `DEMANDS_*`.
    pub(crate) fn demands(&self) -> u32 {
        let integrity = if self.integrity.is_some() { DEMANDS_INTEGRITY } else { 0 };
        integrity | if self.limits.is_interruptible() { DEMANDS_INTERRUPT } else { 0 }
    }

    pub(crate) fn payload_limit(&self) -> u32 {
        self.limits.payload.unwrap_or(DEFAULT_PAYLOAD_LIMIT)
    }

    /// True where the callback may answer later, and nothing on this thread can wait for it. `can_suspend`: the guest's
    /// stack can be suspended.
    pub(crate) fn needs_worker(&self, can_suspend: bool) -> bool {
        let answers_later = match self.asynchronous() {
            Async::Always => true,
            Async::Auto => self.host_calls.answer_later(),
            Async::Never => false,
        };
        answers_later && !can_suspend
    }

    /// True where invocations run on a suspendable stack. `may_sleep`: the guest may sleep; others wait only for their
    /// host.
    pub(crate) fn is_suspendable(&self, may_sleep: bool, can_suspend: bool) -> bool {
        self.asynchronous() != Async::Never && (may_sleep || self.host_calls.are_answered()) && can_suspend
    }

    /// The message of WAPC_ASYNC for a promise that was refused.
    pub(crate) fn why_not_async(&self, can_suspend: bool) -> &'static str {
        match self.asynchronous() {
            Async::Never => {
                "the host callback returned a promise, which `async: false` rules out: pass `async: true`, or answer at once"
            }
            _ if self.is_suspendable(false, can_suspend) => {
                "the host callback returned a promise, which cannot be awaited in invokeSync and a module's start \
                 function: answer at once, or use invoke"
            }
            _ => {
                "the host callback returned a promise, which this engine cannot await on this thread: pass `async: true`, \
                 which runs the guest in a worker if there are any, prepare the guest by `wasm-opt --asyncify`, or answer \
                 at once"
            }
        }
    }

    fn asynchronous(&self) -> Async {
        self.asynchronous.unwrap_or(Async::Auto)
    }
}

impl Limits {
    fn read(what: &'static str, value: &JsValue) -> Result<Self, Error> {
        Self::of(&Reader::new(what, value, Self::NAMES)?)
    }

    /// True where the guest has to be rewritten, so that it can be interrupted.
    pub(crate) fn is_interruptible(&self) -> bool {
        self.interrupt == Some(true) || self.fuel.is_some_and(f64::is_finite)
    }

    /// These limits, with those of `compile` (`others`) for all that is left out.
    fn over(self, others: &Self) -> Self {
        Self {
            // Fixed when the guest was compiled.
            memory: others.memory,
            interrupt: others.interrupt,
            fuel: self.fuel.or(others.fuel),
            payload: self.payload.or(others.payload),
            timeout: self.timeout.or(others.timeout),
            start: self.start.or(others.start),
            suspensions: self.suspensions.or(others.suspensions),
        }
    }
}

/// Reads `ReplaceOptions`: the digests that the bytes of the guest have to match. `demanded`: `integrity` has to be
/// given, and this is what errors expect of it; leaving it out is WAPC_ARGUMENT, and `null` waives it.
pub(crate) fn read_replacement(value: &JsValue, demanded: Option<&str>) -> Result<Option<Integrity>, Error> {
    let options = Reader::new("options", value, ReplaceOptions::NAMES)?;
    let ReplaceOptions { integrity } = ReplaceOptions::of(&options)?;
    match demanded {
        _ if integrity.is_null() => Ok(None),
        Some(expected) if integrity.is_undefined() => {
            let expected = format!("{expected}, as the host was made with it, or null to do without");
            Err(Error::argument("integrity", &expected, &integrity))
        }
        _ => options.integrity("integrity"),
    }
}

impl Reader {
    fn asynchronous(&self, name: &str) -> Result<Option<Async>, Error> {
        let value = self.get(name);
        match value.as_bool() {
            Some(true) => Ok(Some(Async::Always)),
            Some(false) => Ok(Some(Async::Never)),
            // Compared in JavaScript: a caller's string may be of any length.
            None if value == "auto" => Ok(Some(Async::Auto)),
            None if value.is_undefined() => Ok(None),
            _ => Err(Error::argument(name, "'auto', true or false", &value)),
        }
    }

    fn limits(&self, name: &'static str) -> Result<Limits, Error> {
        Limits::read(name, &self.get(name))
    }

    fn integrity(&self, name: &'static str) -> Result<Option<Integrity>, Error> {
        let value = self.get(name);
        if value.is_undefined() {
            return Ok(None);
        }
        let is_short = value.dyn_ref::<JsString>().is_some_and(|text| text.length() <= LONGEST_INTEGRITY);
        let text = is_short.then(|| value.as_string()).flatten();
        text.as_deref().and_then(Integrity::parse).map(Some).ok_or_else(|| Error::argument(name, DIGESTS, &value))
    }

    /// The options of host calls, which JavaScript reads (`js/routes/host-calls.js`).
    fn host_calls(&self, _names: &str) -> Result<HostCalls, Error> {
        sys::try_read_host_calls(&self.fields).map_err(Error::Thrown)
    }

    /// The options of WASI, which JavaScript reads (`js/wasi/settings.js`).
    fn wasi(&self, _names: &str) -> Result<WasiSettings, Error> {
        sys::try_wasi_settings(&self.fields).map_err(Error::Thrown)
    }
}
