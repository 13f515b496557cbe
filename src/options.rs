//! What callers pass in as options, each mistake named: which option, what was expected and what came.

use js_sys::{Function, JsString, Reflect};
use wasm_bindgen::{JsCast, JsValue};

use crate::error::Error;
use crate::integrity::Integrity;
use crate::sys::{self, Fields, WasiSettings};

/// `HostOptions`. What was not given is `None`.
#[derive(Debug, Clone)]
pub(crate) struct Options {
    pub(crate) host_call: Option<Function>,
    pub(crate) logger: Option<Function>,
    pub(crate) on_progress: Option<Function>,
    pub(crate) integrity: Option<Integrity>,
    asynchronous: Option<Async>,
    payload: Option<u32>,
    /// Bytes of linear memories and tables, together; finite.
    pub(crate) memory: Option<f64>,
    /// Milliseconds of one invocation.
    pub(crate) timeout: Option<u32>,
    /// Milliseconds of making one instance.
    pub(crate) start: Option<u32>,
    pub(crate) suspensions: Option<u32>,
    pub(crate) wasi: WasiSettings,
}

/// How large a pool may be, and how long its queue.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    /// Instances at the most, and those that are kept.
    pub(crate) size: u32,
    pub(crate) min: u32,
    /// Milliseconds after which an idle instance above `min` is evicted.
    pub(crate) idle_timeout: f64,
    /// Requests that may be pending (`maxQueue`).
    pub(crate) max_queue: f64,
}

/// What `PoolOptions` adds to `HostOptions`.
#[derive(Debug)]
pub(crate) struct PoolOptions {
    pub(crate) bounds: Bounds,
    pub(crate) workers: Option<Workers>,
    pub(crate) initialize: Option<Function>,
}

/// Guests run in threads of their own, whose script is at an address of the caller's, is started by a function of the
/// caller's, or is the package's own where this is `undefined`.
#[derive(Debug, Clone)]
pub(crate) struct Workers(pub(crate) JsValue);

/// The option `async`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Async {
    Auto,
    Always,
    Never,
}

/// `PoolOptions`; the first of them are `HostOptions`.
const NAMES: [&str; 15] = [
    "hostCall",
    "async",
    "logger",
    "stdout",
    "stderr",
    "wasi",
    "limits",
    "onProgress",
    "integrity",
    "size",
    "min",
    "idleTimeout",
    "maxQueue",
    "workers",
    "initialize",
];
const HOST_NAMES: usize = 9;
const LIMITS: [&str; 5] = ["memory", "payload", "timeout", "start", "suspensions"];

/// Bytes of one payload or answer, where nothing else was said.
const DEFAULT_PAYLOAD_LIMIT: u32 = 256 << 20;

impl Options {
    /// Reads `HostOptions`. WAPC_ARGUMENT for what is not one of them or not of its type, WAPC_UNSUPPORTED for what
    /// this platform does not have.
    pub(crate) fn read(value: &JsValue) -> Result<Self, Error> {
        Self::of(&Reader::new("options", value, NAMES.get(..HOST_NAMES).unwrap_or(&NAMES))?)
    }

    fn of(options: &Reader) -> Result<Self, Error> {
        let limits = Reader::new("limits", &options.get("limits"), &LIMITS)?;
        Ok(Self {
            host_call: options.function("hostCall")?,
            logger: options.function("logger")?,
            on_progress: options.function("onProgress")?,
            integrity: read_integrity(&options.get("integrity"))?,
            asynchronous: options.asynchronous()?,
            // `Infinity` is no limit.
            memory: limits.positive("memory", "bytes")?.filter(|bytes| bytes.is_finite()),
            payload: limits.whole("payload", "bytes", 0)?,
            timeout: limits.milliseconds("timeout")?,
            start: limits.milliseconds("start")?,
            suspensions: limits.whole("suspensions", "guests", 1)?,
            wasi: sys::try_wasi_settings(&options.fields).map_err(Error::Thrown)?,
        })
    }

    /// Those with which a guest is compiled that takes over from another. WAPC_ARGUMENT.
    pub(crate) fn of_successor(memory: Option<f64>, integrity: Option<Integrity>) -> Result<Self, Error> {
        let mut options = Self::read(&JsValue::UNDEFINED);
        if let Ok(options) = &mut options {
            (options.memory, options.integrity) = (memory, integrity);
        }
        options
    }

    /// These, and where they say nothing the others, with which the guest was compiled.
    pub(crate) fn over(self, others: &Self) -> Self {
        Self {
            host_call: self.host_call.or_else(|| others.host_call.clone()),
            logger: self.logger.or_else(|| others.logger.clone()),
            on_progress: self.on_progress.or_else(|| others.on_progress.clone()),
            integrity: self.integrity.or_else(|| others.integrity.clone()),
            asynchronous: self.asynchronous.or(others.asynchronous),
            // Of the time of compilation.
            memory: others.memory,
            payload: self.payload.or(others.payload),
            timeout: self.timeout.or(others.timeout),
            start: self.start.or(others.start),
            suspensions: self.suspensions.or(others.suspensions),
            wasi: sys::lay_over(&self.wasi, &others.wasi),
        }
    }

    pub(crate) fn payload_limit(&self) -> u32 {
        self.payload.unwrap_or(DEFAULT_PAYLOAD_LIMIT)
    }

    /// Whether the callback may answer later, and nothing on this thread can wait for it.
    pub(crate) fn needs_worker(&self) -> bool {
        let answers_later = match self.asynchronous() {
            Async::Always => true,
            Async::Auto => self.host_call.as_ref().is_some_and(sys::is_async_function),
            Async::Never => false,
        };
        answers_later && !sys::can_suspend()
    }

    /// Whether invocations run on a stack that can be suspended, of a guest that may `sleep` or only wait for its host.
    pub(crate) fn is_suspendable(&self, may_sleep: bool) -> bool {
        self.asynchronous() != Async::Never && (may_sleep || self.host_call.is_some()) && sys::can_suspend()
    }

    /// What WAPC_ASYNC says of a promise that was refused.
    pub(crate) fn why_not_async(&self) -> &'static str {
        match self.asynchronous() {
            Async::Never => "the host callback returned a promise, which `async: false` rules out",
            _ if self.is_suspendable(false) => {
                "the host callback returned a promise, which can't be awaited here: invokeSync and a module's start \
                 function need an answer at once; use invoke"
            }
            _ => {
                "the host callback returned a promise, which this engine can't await without JSPI; pass `async: true` to \
                 learn at once what it needs, or answer at once"
            }
        }
    }

    fn asynchronous(&self) -> Async {
        self.asynchronous.unwrap_or(Async::Auto)
    }
}

impl PoolOptions {
    /// Reads `PoolOptions`, and the `HostOptions` among them. WAPC_ARGUMENT, WAPC_UNSUPPORTED.
    pub(crate) fn read(value: &JsValue) -> Result<(Options, Self), Error> {
        let options = Reader::new("options", value, &NAMES)?;
        Ok((Options::of(&options)?, Self::of(&options)?))
    }

    fn of(options: &Reader) -> Result<Self, Error> {
        let size = options.whole("size", "instances", 1)?.unwrap_or_else(sys::parallelism);
        let min = options.whole("min", "instances", 0)?.unwrap_or(size);
        if min > size {
            return Err(Error::argument("min", "no more than `size`", &min.into()));
        }
        let idle_timeout = options.positive("idleTimeout", "milliseconds")?.unwrap_or(300_000.0);
        let max_queue = options.positive("maxQueue", "requests")?.unwrap_or(f64::INFINITY);
        Ok(Self {
            bounds: Bounds { size, min, idle_timeout, max_queue },
            workers: options.workers()?,
            initialize: options.function("initialize")?,
        })
    }
}

/// Reads `ReplaceOptions`: what the bytes of the guest have to match. `demanded` says what is expected where nothing else
/// will do: then nothing is WAPC_ARGUMENT, and only `null` does without.
pub(crate) fn read_replacement(value: &JsValue, demanded: Option<&str>) -> Result<Option<Integrity>, Error> {
    let integrity = Reader::new("options", value, &["integrity"])?.get("integrity");
    if integrity.is_null() {
        return Ok(None);
    }
    match demanded {
        Some(expected) if integrity.is_undefined() => {
            let expected = format!("{expected}, as the host was made with it, or null to do without");
            Err(Error::argument("integrity", &expected, &integrity))
        }
        _ => read_integrity(&integrity),
    }
}

/// Digests that bytes have to match one of. WAPC_ARGUMENT.
fn read_integrity(value: &JsValue) -> Result<Option<Integrity>, Error> {
    if value.is_undefined() {
        return Ok(None);
    }
    let is_short = value.dyn_ref::<JsString>().is_some_and(|text| text.length() <= LONGEST_INTEGRITY);
    let text = is_short.then(|| value.as_string()).flatten();
    text.as_deref().and_then(Integrity::parse).map(Some).ok_or_else(|| Error::argument("integrity", DIGESTS, value))
}

/// Characters of `integrity`, which is copied into the core: its memory grows with that, and never shrinks.
const LONGEST_INTEGRITY: u32 = 65_536;

/// What `integrity` is, as errors name it.
pub(crate) const DIGESTS: &str = "digests such as 'sha256-…', 'sha384-…' or 'sha512-…' in Base64";

/// The fields of an object of a caller's, each taken by its type. They were read when this was made: nothing of the
/// caller's runs later.
struct Reader {
    what: &'static str,
    fields: Fields,
}

impl Reader {
    fn new(what: &'static str, object: &JsValue, names: &[&str]) -> Result<Self, Error> {
        let fields = sys::try_read_fields(what, object, &names.join(",")).map_err(Error::Thrown)?;
        Ok(Self { what, fields })
    }

    fn get(&self, name: &str) -> JsValue {
        // Can't fail: an object of our own.
        Reflect::get(&self.fields, &name.into()).unwrap_or(JsValue::UNDEFINED)
    }

    fn path(&self, name: &str) -> String {
        if self.what == "options" { name.to_owned() } else { format!("{}.{name}", self.what) }
    }

    fn function(&self, name: &str) -> Result<Option<Function>, Error> {
        let value = self.get(name);
        if value.is_undefined() {
            return Ok(None);
        }
        let function = value.dyn_into();
        function.map(Some).map_err(|value| Error::argument(self.path(name), "a function", &value))
    }

    /// A whole number, of which a u32 is enough.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // In the range of a u32, and whole.
    fn whole(&self, name: &str, of: &str, least: u32) -> Result<Option<u32>, Error> {
        let value = self.get(name);
        if value.is_undefined() {
            return Ok(None);
        }
        match value.as_f64() {
            Some(number) if number.fract() == 0.0 && (f64::from(least)..=f64::from(u32::MAX)).contains(&number) => {
                Ok(Some(number as u32))
            }
            _ => {
                let expected = format!("a whole number of {of} from {least} to 4294967295");
                Err(Error::argument(self.path(name), &expected, &value))
            }
        }
    }

    /// A number from 0 on, `Infinity` too.
    fn positive(&self, name: &str, of: &str) -> Result<Option<f64>, Error> {
        let value = self.get(name);
        match value.as_f64() {
            Some(number) if number >= 0.0 => Ok(Some(number)),
            _ if value.is_undefined() => Ok(None),
            _ => Err(Error::argument(self.path(name), &format!("{of}, a number from 0 on"), &value)),
        }
    }

    /// A time, rounded up to a whole millisecond. `Infinity` is more than anybody waits.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // Not negative, and `as` keeps to the range.
    fn milliseconds(&self, name: &str) -> Result<Option<u32>, Error> {
        Ok(self.positive(name, "milliseconds")?.map(|time| time.ceil() as u32))
    }

    fn workers(&self) -> Result<Option<Workers>, Error> {
        let value = self.get("workers");
        if value.is_undefined() || value == false {
            return Ok(None);
        }
        if value == true {
            return Ok(Some(Workers(JsValue::UNDEFINED)));
        }
        let workers = Reader::new("workers", &value, &["url", "factory"])?;
        Ok(Some(Workers(match workers.function("factory")? {
            Some(factory) => factory.into(),
            None => workers.get("url"),
        })))
    }

    fn asynchronous(&self) -> Result<Option<Async>, Error> {
        let value = self.get("async");
        match value.as_bool() {
            Some(true) => Ok(Some(Async::Always)),
            Some(false) => Ok(Some(Async::Never)),
            // Compared in JavaScript: a text of a caller's may be of any length.
            None if value == "auto" => Ok(Some(Async::Auto)),
            None if value.is_undefined() => Ok(None),
            _ => Err(Error::argument("async", "'auto', true or false", &value)),
        }
    }
}
