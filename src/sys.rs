//! Bindings to JavaScript that wasm-bindgen, js-sys and web-sys do not have. Nothing here throws unless it is named
//! `try_*` or returns a `Result`.

use js_sys::{Function, JsString, Object, Promise, Uint8Array, WebAssembly};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use web_sys::WorkerGlobalScope;

use crate::task::{Task, settled};

/// The digest of `bytes` in Base64; None where there is no WebCrypto (outside secure contexts).
pub(crate) async fn try_digest(algorithm: &str, bytes: &Uint8Array) -> Result<Option<String>, JsValue> {
    // In Node, Deno, Bun and pages `crypto` is the same as in workers.
    let global: WorkerGlobalScope = js_sys::global().unchecked_into();
    let crypto = global.crypto()?;
    if crypto.is_undefined() || crypto.subtle().is_undefined() {
        return Ok(None);
    }
    let digest = settled(crypto.subtle().digest_with_str_and_buffer_source(algorithm, bytes)?).await?;
    let text: String = Uint8Array::new(&digest).to_vec().into_iter().map(char::from).collect();
    global.btoa(&text).map(Some)
}

#[wasm_bindgen(raw_module = "../base/error.js")]
extern "C" {
    /// Makes a `WapcError`, which all errors become.
    #[wasm_bindgen(js_name = makeError)]
    pub(crate) fn make_error(code: &str, message: &JsString, has_cause: bool, cause: &JsValue) -> JsValue;

    /// A value as an error message names it.
    pub(crate) fn describe(value: &JsValue) -> String;

    /// The message of what was thrown, whatever that is, or a text of the guest's: the beginning of a long one.
    #[wasm_bindgen(js_name = excerptOf)]
    pub(crate) fn excerpt_of(thrown: &JsValue) -> String;

    /// True for a RangeError; with `is_refusal` only for Chromium's refusal to block a page's main thread.
    #[wasm_bindgen(js_name = isRangeError)]
    pub(crate) fn is_range_error(thrown: &JsValue, is_refusal: bool) -> bool;
}

#[wasm_bindgen(raw_module = "../base/task.js")]
extern "C" {
    /// Runs a task in microtasks: a promise of its result.
    pub(crate) fn run(task: Task) -> Promise;
}

#[wasm_bindgen(raw_module = "../invocation/asyncify.js")]
extern "C" {
    /// True where the stack of this guest can be suspended: by the engine (JSPI), or by the guest itself (asyncify).
    #[wasm_bindgen(js_name = canBeSuspended)]
    pub(crate) fn can_be_suspended(guest: &WebAssembly::Module) -> bool;
}

#[wasm_bindgen(raw_module = "../invocation/guest.js")]
extern "C" {
    /// The JavaScript half of one guest instance.
    #[derive(Debug)]
    pub(crate) type Guest;

    /// A value that a host callback threw.
    pub(crate) type Failure;
    #[wasm_bindgen(method, getter)]
    pub(crate) fn error(this: &Failure) -> JsValue;

    #[wasm_bindgen(constructor)]
    pub(crate) fn new(
        id: u32,
        host: &JsValue,
        suspendable: bool,
        host_calls: &HostCalls,
        logger: Option<&Function>,
        timeout: Option<u32>,
        core: &JsValue,
    ) -> Guest;
    #[wasm_bindgen(method)]
    pub(crate) fn prepare(this: &Guest, start_limit: Option<u32>, imports: &Object);
    #[wasm_bindgen(method)]
    pub(crate) fn attach(this: &Guest, exports: &Object);
    /// Lets a guest that can be interrupted call the refill of the shim, which is in `imports`, and begin each
    /// invocation with `quantum` instructions; then calls its start function, if it has one. One of `CALL_*`.
    #[wasm_bindgen(method, js_name = startInterruptible)]
    pub(crate) fn start_interruptible(this: &Guest, exports: &Object, imports: &Object, quantum: u32) -> u32;
    /// Milliseconds until the running invocation has to end, infinite where it has not.
    #[wasm_bindgen(method, js_name = timeLeft)]
    pub(crate) fn time_left(this: &Guest) -> f64;
    /// The WAPC_TIMEOUT of the running invocation, or of the start, whose time is over.
    #[wasm_bindgen(method, js_name = timeoutError)]
    pub(crate) fn timeout_error(this: &Guest) -> JsValue;
    #[wasm_bindgen(method, getter)]
    pub(crate) fn thrown(this: &Guest) -> JsValue;
    #[wasm_bindgen(method, getter)]
    pub(crate) fn failure(this: &Guest) -> Option<Failure>;
    #[wasm_bindgen(method)]
    pub(crate) fn release(this: &Guest);
    #[wasm_bindgen(method, js_name = memoryLength)]
    pub(crate) fn memory_len(this: &Guest) -> f64;
    #[wasm_bindgen(method)]
    pub(crate) fn start(this: &Guest, export: &str) -> u32;
    #[wasm_bindgen(method, js_name = startPromising)]
    pub(crate) fn start_promising(this: &Guest, export: &str) -> Promise;
    /// True once the guest has responded.
    #[wasm_bindgen(method, js_name = hasResponded)]
    pub(crate) fn has_responded(this: &Guest) -> bool;
    #[wasm_bindgen(method)]
    pub(crate) fn started(this: &Guest);
    #[wasm_bindgen(method)]
    pub(crate) fn stop(this: &Guest);
    #[wasm_bindgen(method, js_name = abortHostCalls)]
    pub(crate) fn abort_host_calls(this: &Guest, reason: &JsValue);
    #[wasm_bindgen(method, js_name = answerLength)]
    pub(crate) fn answer_len(this: &Guest) -> f64;
    #[wasm_bindgen(method)]
    pub(crate) fn log(this: &Guest, text: &JsString) -> bool;
    /// The last lines that the guest said in this invocation, as the end of an error message.
    #[wasm_bindgen(method, js_name = lastWords)]
    pub(crate) fn last_words(this: &Guest) -> String;
    #[wasm_bindgen(method)]
    pub(crate) fn text(this: &Guest, ptr: u32, len: u32) -> Option<JsString>;
    #[wasm_bindgen(method, js_name = textUtf16)]
    pub(crate) fn text_utf16(this: &Guest, ptr: u32, len: u32) -> Option<JsString>;
    #[wasm_bindgen(method, js_name = readU32)]
    pub(crate) fn read_u32(this: &Guest, ptr: u32) -> u32;
}

#[wasm_bindgen(raw_module = "../invocation/host-call.js")]
extern "C" {
    /// Calls the host callback: a length in bytes, or one of `HOST_CALL_*`.
    #[wasm_bindgen(js_name = callHost)]
    #[allow(clippy::too_many_arguments)] // The protocol's eight, and whether the guest's stack can be suspended.
    pub(crate) fn call_host(
        guest: &Guest,
        binding_ptr: u32,
        binding_len: u32,
        namespace_ptr: u32,
        namespace_len: u32,
        operation_ptr: u32,
        operation_len: u32,
        ptr: u32,
        len: u32,
        may_suspend: bool,
    ) -> f64;
}

#[wasm_bindgen(raw_module = "../invocation/port.js")]
extern "C" {
    /// The JavaScript half of a host: it keeps the queue of invocations, and calls the guest. `js/invocation/port.js`
    /// lists all that passes between the halves.
    #[derive(Debug, Clone)]
    pub type Port;

    /// `asserts`: `host_end` is called after each invocation, not only where there is something to do. `codec`: for
    /// `WapcHost.call`. `interrupts`: a timeout ends a guest wherever it is.
    #[wasm_bindgen(constructor)]
    pub(crate) fn new(
        slot: u32,
        payload_limit: u32,
        core: &JsValue,
        asserts: bool,
        codec: &JsValue,
        interrupts: bool,
    ) -> Port;
    /// The guest's name in errors.
    #[wasm_bindgen(method, setter)]
    pub(crate) fn set_name(this: &Port, name: Option<&JsString>);
    /// The guest instance to call; None after a trap and once the host is closed.
    #[wasm_bindgen(method, setter)]
    pub(crate) fn set_guest(this: &Port, guest: Option<&Guest>);
    /// The error that `host_admit` or `host_end` is about to answer with.
    #[wasm_bindgen(method, setter)]
    pub(crate) fn set_error(this: &Port, error: &JsValue);
    /// The fresh instance that `host_restart` asked for is there, or `error` says why it is not.
    #[wasm_bindgen(method)]
    pub(crate) fn restarted(this: &Port, error: Option<JsValue>);
    /// A successor has started: `host_take_over` is called as soon as no invocation runs, unless one ends first.
    #[wasm_bindgen(method)]
    pub(crate) fn succeeded(this: &Port);
    /// One more guest may be suspended: runs pending invocations soon.
    #[wasm_bindgen(method)]
    pub(crate) fn drain(this: &Port);
}

#[wasm_bindgen(raw_module = "../base/options.js")]
extern "C" {
    /// The fields of a caller's object of options, read once; none for undefined. Throws WAPC_ARGUMENT.
    #[derive(Debug)]
    pub(crate) type Fields;
    #[wasm_bindgen(catch, js_name = readFields)]
    pub(crate) fn try_read_fields(
        what: &str,
        object: &JsValue,
        names: &str,
        others: &str,
        elsewhere: &str,
    ) -> Result<Fields, JsValue>;
}

#[wasm_bindgen(raw_module = "../routes/host-calls.js")]
extern "C" {
    /// The caller's host callback (a function, or routes), the codec of values, and whether callbacks get views.
    #[derive(Debug, Clone)]
    pub(crate) type HostCalls;
    /// Reads `hostCall`, `codec` and `viewPayloads` of `HostOptions`. Throws WAPC_ARGUMENT.
    #[wasm_bindgen(catch, js_name = readHostCalls)]
    pub(crate) fn try_read_host_calls(options: &Fields) -> Result<HostCalls, JsValue>;
    /// These, with `others` for what was not given.
    #[wasm_bindgen(method)]
    pub(crate) fn over(this: &HostCalls, others: &HostCalls) -> HostCalls;
    #[wasm_bindgen(method, getter, js_name = areAnswered)]
    pub(crate) fn are_answered(this: &HostCalls) -> bool;
    /// True where an answer may be a promise, as far as that shows before the first host call.
    #[wasm_bindgen(method, getter, js_name = answerLater)]
    pub(crate) fn answer_later(this: &HostCalls) -> bool;
    #[wasm_bindgen(method, getter)]
    pub(crate) fn codec(this: &HostCalls) -> JsValue;
}

#[wasm_bindgen(raw_module = "../wasi/settings.js")]
extern "C" {
    /// The options of WASI in `HostOptions`. Throws WAPC_ARGUMENT, WAPC_UNSUPPORTED.
    #[derive(Debug, Clone)]
    pub(crate) type WasiSettings;
    #[wasm_bindgen(catch, js_name = wasiSettings)]
    pub(crate) fn try_wasi_settings(options: &Fields) -> Result<WasiSettings, JsValue>;
    #[wasm_bindgen(js_name = layOver)]
    pub(crate) fn lay_over(settings: &WasiSettings, others: &WasiSettings) -> WasiSettings;
}

#[wasm_bindgen(raw_module = "../wasi/load.js")]
extern "C" {
    /// A promise of WASI for a guest: a `Wasi`, or undefined where it does not import it. Rejects with WAPC_LOAD.
    #[wasm_bindgen(js_name = loadWasi)]
    pub(crate) fn load_wasi(guest: &WebAssembly::Module, core: &JsValue) -> Promise;

    /// WASI as one guest imports it.
    #[derive(Debug, Clone)]
    pub(crate) type Wasi;
    #[wasm_bindgen(method)]
    pub(crate) fn provides(this: &Wasi, module: &str, name: &str) -> bool;
    /// Adds what an instance of the guest imports. Throws WAPC_ARGUMENT.
    #[wasm_bindgen(method, catch, js_name = link)]
    pub(crate) fn try_link(
        this: &Wasi,
        imports: &Object,
        guest: &Guest,
        settings: &WasiSettings,
        payload_limit: u32,
        interrupts: bool,
    ) -> Result<(), JsValue>;
}

#[wasm_bindgen(raw_module = "../loading/interruptible.js")]
extern "C" {
    /// A promise of the module of a guest. With `interrupts` it is rewritten so that it can be interrupted, or the
    /// promise is of the WapcError why it cannot be: WAPC_UNSUPPORTED, WAPC_LIMIT, WAPC_LOAD. Rejects with the engine's
    /// error where the guest does not compile.
    #[wasm_bindgen(js_name = compileGuest)]
    pub(crate) fn compile_guest(guest: &Bytes, is_simple: bool, interrupts: bool) -> Promise;
}

#[wasm_bindgen(raw_module = "../worker/start-remote.js")]
extern "C" {
    /// A promise of the JavaScript half of a host in a worker, once its guest has started. Rejects with what
    /// `WapcModule.instantiate` rejects with. `is_requested`: the caller asked for workers; else the worker
    /// stands in for JSPI.
    #[wasm_bindgen(js_name = startRemote)]
    #[allow(clippy::too_many_arguments)] // Making an object of them here takes more of the core than passing each.
    pub(crate) fn start_remote(
        id: u32,
        module: &WebAssembly::Module,
        payload_limit: u32,
        timeout: Option<u32>,
        start_limit: Option<u32>,
        fuel: Option<f64>,
        host_calls: &HostCalls,
        logger: Option<&Function>,
        is_requested: bool,
        script: &JsValue,
        wasi: &WasiSettings,
        memory_limit: Option<f64>,
        demands: u32,
        name: Option<&JsString>,
        guest_name: Option<&JsString>,
    ) -> Promise;
}

#[wasm_bindgen(raw_module = "../platform/platform.js")]
extern "C" {
    /// The number of threads that can run at once here.
    pub(crate) fn parallelism() -> u32;
}

#[wasm_bindgen(raw_module = "../loading/own-modules.js")]
extern "C" {
    /// The exports of a fresh instance of one of the package's own small modules, which is compiled once.
    #[wasm_bindgen(catch, js_name = instantiateOwn)]
    pub(crate) fn try_instantiate_own(name: &str, bytes: &[u8], imports: &Object) -> Result<Object, JsValue>;
}

#[wasm_bindgen(raw_module = "../invocation/shims.js")]
extern "C" {
    /// The exports of a shim; each thread has one.
    #[wasm_bindgen(catch, js_name = shim)]
    pub(crate) fn try_shim(name: &str, bytes: &[u8], core: &JsValue) -> Result<JsValue, JsValue>;
}

#[wasm_bindgen]
extern "C" {
    /// A `Uint8Array` that may be longer than the 4 GiB of js-sys's, and whose allocation may fail.
    #[wasm_bindgen(js_name = Uint8Array, extends = Uint8Array)]
    pub(crate) type Bytes;
    /// Throws a RangeError where there is no memory for it.
    #[wasm_bindgen(constructor, catch, js_class = "Uint8Array")]
    pub(crate) fn try_new(length: u32) -> Result<Bytes, JsValue>;
    #[wasm_bindgen(method, getter, js_class = "Uint8Array")]
    pub(crate) fn length(this: &Bytes) -> f64;
}

#[wasm_bindgen(raw_module = "../loading/load.js")]
extern "C" {
    /// Loads a guest: a promise of a `Loaded`. `name`: the caller's, which bytes and modules have in errors. Rejects with WAPC_LOAD,
    /// WAPC_ARGUMENT, WAPC_LIMIT.
    pub(crate) fn load(
        source: &JsValue,
        on_progress: Option<&Function>,
        may_stream: bool,
        name: Option<&JsString>,
    ) -> Promise;

    /// A loaded guest: its bytes, which nothing else refers to; a module that is compiled already; or the reason why it
    /// is neither.
    pub(crate) type Loaded;
    #[wasm_bindgen(method, getter)]
    pub(crate) fn name(this: &Loaded) -> String;
    #[wasm_bindgen(method, getter, js_name = fileName)]
    pub(crate) fn file_name(this: &Loaded) -> Option<JsString>;
    #[wasm_bindgen(method, getter)]
    pub(crate) fn module(this: &Loaded) -> Option<WebAssembly::Module>;
    /// True for a module that was rewritten before, on another thread, so that it can be interrupted.
    #[wasm_bindgen(method, getter, js_name = isRewritten)]
    pub(crate) fn is_rewritten(this: &Loaded) -> bool;
    #[wasm_bindgen(method, getter)]
    pub(crate) fn bytes(this: &Loaded) -> Bytes;
    #[wasm_bindgen(method, getter)]
    pub(crate) fn failure(this: &Loaded) -> JsValue;
    #[wasm_bindgen(method, getter)]
    pub(crate) fn head(this: &Loaded) -> Uint8Array;
    #[wasm_bindgen(method, getter)]
    pub(crate) fn beginning(this: &Loaded) -> String;
}
