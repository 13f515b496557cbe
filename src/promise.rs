//! Futures as promises.

use std::future::Future;
use std::pin::Pin;

use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::future_to_promise;

use crate::error::Error;

/// A promise of the result of `future`. The future is boxed, so that the code around it exists once: each `async fn`
/// exported by wasm-bindgen adds 6 KB of it.
pub(crate) fn promise(future: impl Future<Output = Result<JsValue, Error>> + 'static) -> Promise {
    let future: Pin<Box<dyn Future<Output = Result<JsValue, Error>>>> = Box::pin(future);
    future_to_promise(async move { future.await.map_err(JsValue::from) })
}
