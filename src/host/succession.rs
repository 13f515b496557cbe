//! The instance behind a host is exchanged: after a trap for a fresh one, or for another guest that takes over.

use std::future::Future;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::{JsFuture, spawn_local};

use super::turns::ASSERTS;
use super::{State, Swap};
use crate::error::Error;
use crate::instance::Instance;
use crate::linkable::Linkable;
use crate::sys::Exchange;

impl State {
    /// Makes `instance` the one that is called, and lets go of the one before.
    pub(super) fn install(&self, instance: Option<Rc<Instance>>) {
        if ASSERTS {
            self.port.set_unusual(true);
        }
        self.port.set_guest(instance.as_ref().map(|instance| instance.guest()));
        let gone = self.instance.replace(instance);
        if let Some(gone) = gone {
            gone.discard();
        }
    }

    /// Nothing runs: guests that were to take over do.
    pub(super) fn take_over(&self) {
        if self.swaps.borrow().is_empty() {
            return;
        }
        for swap in self.swaps.take() {
            if self.closed.get() {
                swap.instance.discard();
            } else {
                self.guest.replace(swap.guest);
                self.install(Some(swap.instance));
            }
            // Can't throw: the resolve function of a promise.
            let _ = swap.done.call0(&JsValue::UNDEFINED);
        }
    }

    /// Makes a fresh instance after a trap, for an invocation that waits meanwhile in front of all others.
    pub(super) fn restart_for(self: &Rc<Self>, exchange: Exchange) {
        self.port.set_running(true);
        self.port.set_unusual(true);
        self.enqueue_first(&exchange);
        let state = Rc::clone(self);
        spawn_local(async move {
            let restarted = state.restart(true).await;
            state.port.set_running(false);
            if let Err(error) = restarted {
                // The one that needed it hears why; whatever waits behind it tries again.
                if let Some(exchange) = state.dequeue() {
                    state.reject(&exchange, &error);
                }
            }
            if state.closed.get() {
                state.port.ended();
            }
            state.take_over();
            state.port.drain();
        });
    }

    /// The same at once: nothing in it waits, so one poll completes it.
    pub(super) fn restart_now(&self) -> Result<Rc<Instance>, Error> {
        let restart = pin!(self.restart(false));
        match restart.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(instance) => instance,
            Poll::Pending => Err(Error::Async("invokeSync: a fresh instance can't be made at once; use invoke")),
        }
    }

    pub(super) async fn restart(&self, may_wait: bool) -> Result<Rc<Instance>, Error> {
        let guest = self.guest.borrow().clone();
        let instance = Instance::create(&guest, &self.handle, &self.options, may_wait).await?;
        if self.closed.get() {
            instance.discard();
            return Err(Error::Closed("host"));
        }
        self.install(Some(Rc::clone(&instance)));
        Ok(instance)
    }

    /// Starts an instance of `guest` and lets it take over when no invocation runs.
    pub(super) async fn swap(self: &Rc<Self>, guest: Rc<Linkable>) -> Result<(), Error> {
        if self.closed.get() {
            return Err(Error::Closed("host"));
        }
        let instance = Instance::create(&guest, &self.handle, &self.options, true).await?;
        let taken_over = Promise::new(&mut |done, _| {
            let (instance, guest) = (Rc::clone(&instance), Rc::clone(&guest));
            self.swaps.borrow_mut().push(Swap { instance, guest, done });
        });
        self.port.set_unusual(true);
        if !self.port.running() {
            self.take_over();
        }
        let _ = JsFuture::from(taken_over).await;
        if self.closed.get() { Err(Error::Closed("host")) } else { Ok(()) }
    }
}
