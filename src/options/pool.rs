//! `PoolOptions`: what they add to `HostOptions`.

use js_sys::Function;
use wasm_bindgen::JsValue;

use super::Options;
use super::reader::{Reader, options};
use crate::error::Error;
use crate::sys;

/// The default of `idleTimeout`: milliseconds after which an idle instance above `min` is evicted.
const DEFAULT_IDLE_TIMEOUT: f64 = 300_000.0;

/// The size of a pool, and of its queue.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    /// The most instances, and those that are kept.
    pub(crate) size: u32,
    pub(crate) min: u32,
    /// Milliseconds after which an idle instance above `min` is evicted.
    pub(crate) idle_timeout: f64,
    /// Requests that may be pending (`maxQueue`).
    pub(crate) max_queue: f64,
}

/// The options of a pool alone.
#[derive(Debug)]
pub(crate) struct PoolOptions {
    pub(crate) bounds: Bounds,
    pub(crate) workers: Option<Workers>,
    pub(crate) initialize: Option<Function>,
}

options! {
    /// The options of a pool alone, as they were given.
    struct Given {
        size: Option<u32> = "size" => whole("instances", 1),
        min: Option<u32> = "min" => whole("instances", 0),
        idle_timeout: Option<f64> = "idleTimeout" => positive("milliseconds"),
        max_queue: Option<f64> = "maxQueue" => positive("requests"),
        workers: Option<Workers> = "workers" => workers(),
        initialize: Option<Function> = "initialize" => function(),
    }
}

/// The names of the options of a pool alone.
pub(super) const NAMES: &[&str] = Given::NAMES;

impl PoolOptions {
    /// Reads `PoolOptions`, and the `HostOptions` among them. WAPC_ARGUMENT, WAPC_UNSUPPORTED.
    pub(crate) fn read(value: &JsValue) -> Result<(Options, Self), Error> {
        let options = Reader::new("options", value, &[Options::NAMES, Given::NAMES].concat())?;
        Ok((Options::of(&options)?, Given::of(&options)?.checked()?))
    }
}

impl Given {
    /// Checks them, and fills in defaults. WAPC_ARGUMENT.
    fn checked(self) -> Result<PoolOptions, Error> {
        let size = self.size.unwrap_or_else(sys::parallelism);
        let min = self.min.unwrap_or(size);
        if min > size {
            return Err(Error::argument("min", "no more than `size`", &min.into()));
        }
        let idle_timeout = self.idle_timeout.unwrap_or(DEFAULT_IDLE_TIMEOUT);
        let max_queue = self.max_queue.unwrap_or(f64::INFINITY);
        let bounds = Bounds { size, min, idle_timeout, max_queue };
        Ok(PoolOptions { bounds, workers: self.workers, initialize: self.initialize })
    }
}

/// The option `workers`: each guest runs in a thread of its own. The script of the threads is at the caller's URL, is
/// started by the caller's function, or is the package's own where this is `undefined`.
#[derive(Debug, Clone)]
pub(crate) struct Workers(pub(crate) JsValue);

options! {
    /// `workers` as an object.
    struct Script {
        url: JsValue = "url" => any(),
        factory: Option<Function> = "factory" => function(),
    }
}

impl Workers {
    fn read(what: &'static str, value: &JsValue) -> Result<Option<Self>, Error> {
        if value.is_undefined() || *value == false {
            return Ok(None);
        }
        if *value == true {
            return Ok(Some(Self(JsValue::UNDEFINED)));
        }
        if !value.is_object() {
            return Err(Error::argument(what, "true, false or an object with `url` or `factory`", value));
        }
        let Script { url, factory } = Script::of(&Reader::new(what, value, Script::NAMES)?)?;
        Ok(Some(Self(factory.map_or(url, JsValue::from))))
    }
}

impl Reader {
    fn workers(&self, name: &'static str) -> Result<Option<Workers>, Error> {
        Workers::read(name, &self.get(name))
    }
}
