//! Tasks: futures that JavaScript runs step by step (`js/base/task.js`), each step up to the next promise that they wait for.
//!
//! `wasm-bindgen-futures` has tasks wake each other, which none here needs: it calls thirty functions more in a first use,
//! and engines compile functions when they are first called.

use std::cell::Cell;
use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use js_sys::Promise;
use wasm_bindgen::prelude::*;

thread_local! {
    /// The promise that the running task waits for, until its step returns.
    static AWAITED: Cell<JsValue> = const { Cell::new(JsValue::UNDEFINED) };
    /// The outcome of that promise, from when it settles until the task takes it.
    static SETTLED: Cell<Option<Result<JsValue, JsValue>>> = const { Cell::new(None) };
}

/// The outcome of a promise, once it settles: its value, or the error that it is rejected with. Only a task may await it.
pub(crate) async fn settled(promise: Promise) -> Result<JsValue, JsValue> {
    AWAITED.set(promise.into());
    SETTLED.set(None);
    poll_fn(|_| SETTLED.take().map_or(Poll::Pending, Poll::Ready)).await
}

type Work = Pin<Box<dyn Future<Output = Result<JsValue, JsValue>>>>;

/// A future that runs.
#[wasm_bindgen]
pub struct Task {
    /// None while a step runs, and once it has ended.
    work: Cell<Option<Work>>,
    has_ended: Cell<bool>,
}

impl Task {
    /// A task that has not begun.
    pub(crate) fn new(work: impl Future<Output = Result<JsValue, JsValue>> + 'static) -> Self {
        Self { work: Cell::new(Some(Box::pin(work))), has_ended: Cell::new(false) }
    }
}

#[wasm_bindgen]
impl Task {
    /// Runs the task up to the next promise that it waits for, which is returned, or to its end: then its result is returned,
    /// or its error thrown. `value` is the outcome of the last promise, an error if that `is_rejected`; the first step
    /// ignores both.
    pub fn step(&self, value: JsValue, is_rejected: bool) -> Result<JsValue, JsValue> {
        // Not borrowed: guests and callbacks run meanwhile.
        let Some(mut work) = self.work.take() else {
            return Ok(JsValue::UNDEFINED);
        };
        SETTLED.set(Some(if is_rejected { Err(value) } else { Ok(value) }));
        match work.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(result) => {
                self.has_ended.set(true);
                result
            }
            Poll::Pending => {
                self.work.set(Some(work));
                Ok(AWAITED.take())
            }
        }
    }

    /// True once it has ended.
    #[wasm_bindgen(getter, js_name = hasEnded)]
    pub fn has_ended(&self) -> bool {
        self.has_ended.get()
    }
}

impl fmt::Debug for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Task").field("has_ended", &self.has_ended).finish_non_exhaustive()
    }
}
