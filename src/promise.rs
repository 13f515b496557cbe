//! Futures as promises.

use std::future::Future;
use std::pin::Pin;

use js_sys::Promise;
use wasm_bindgen::JsValue;

use crate::error::Error;
use crate::sys;
use crate::task::Task;

/// A promise of the result of `future`, which begins in a microtask. The future is boxed, so that the code around it exists
/// once.
pub(crate) fn promise(future: impl Future<Output = Result<JsValue, Error>> + 'static) -> Promise {
    let future: Pin<Box<dyn Future<Output = Result<JsValue, Error>>>> = Box::pin(future);
    sys::run(Task::new(async move { future.await.map_err(JsValue::from) }))
}
