//! Replaces the instance behind a host: by a fresh one after a trap, or by that of another guest that takes over.

use std::future::Future;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use js_sys::Promise;
use wasm_bindgen::JsValue;

use super::{State, Successor};
use crate::error::Error;
use crate::instance::Instance;
use crate::linkable::Linkable;
use crate::task::settled;

impl State {
    /// Makes `instance` the one that is called, and discards the previous one.
    pub(super) fn install(&self, instance: Option<Rc<Instance>>) {
        self.port.set_guest(instance.as_ref().map(|instance| instance.guest()));
        let gone = self.instance.replace(instance);
        if let Some(gone) = gone {
            gone.discard();
        }
    }

    /// Called while no invocation runs: the successors that have started take over.
    pub(super) fn take_over(&self) {
        if self.successors.borrow().is_empty() {
            return;
        }
        for successor in self.successors.take() {
            if self.closed.get() {
                successor.instance.discard();
            } else {
                self.guest.replace(successor.guest);
                self.install(Some(successor.instance));
                self.tell_name();
            }
            // Can't throw: the resolve function of a promise.
            let _ = successor.resolve.call0(&JsValue::UNDEFINED);
        }
    }

    /// Creates a fresh instance after a trap, at once: nothing in it waits, so one poll completes it.
    pub(super) fn restart_now(&self) -> Result<Rc<Instance>, Error> {
        let restart = pin!(self.restart(false));
        match restart.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(instance) => instance,
            Poll::Pending => Err(Error::Async("invokeSync: a fresh instance cannot be made at once; use invoke")),
        }
    }

    /// Creates a fresh instance after a trap.
    pub(super) async fn restart(&self, may_wait: bool) -> Result<Rc<Instance>, Error> {
        let guest = self.guest.borrow().clone();
        let instance = self.starting.start(&guest, &self.handle, &self.options, may_wait).await?;
        self.install(Some(Rc::clone(&instance)));
        Ok(instance)
    }

    /// The guest of this host once all successors have taken over.
    fn last_guest(&self) -> Rc<Linkable> {
        let successors = self.successors.borrow();
        successors.last().map_or_else(|| self.guest.borrow().clone(), |last| Rc::clone(&last.guest))
    }

    /// Starts an instance of `given` and lets it take over when no invocation runs. None: of the guest that this host
    /// has by then.
    pub(super) async fn succeed(self: &Rc<Self>, given: Option<Rc<Linkable>>) -> Result<(), Error> {
        if self.closed.get() {
            return Err(Error::Closed("host"));
        }
        let (guest, instance) = loop {
            let guest = given.clone().unwrap_or_else(|| self.last_guest());
            if guest.may_wait && self.options.needs_worker(guest.can_suspend) {
                return Err(Error::Unsupported(
                    "this engine cannot suspend the new guest, whose callback answers later: prepare it by `wasm-opt --asyncify`"
                        .to_owned(),
                ));
            }
            let instance = self.starting.start(&guest, &self.handle, &self.options, true).await?;
            if given.is_some() || Rc::ptr_eq(&guest, &self.last_guest()) {
                break (guest, instance);
            }
            // Another guest was queued, or took over, while this instance started.
            instance.discard();
        };
        let taken_over = Promise::new(&mut |resolve, _| {
            let (instance, guest) = (Rc::clone(&instance), Rc::clone(&guest));
            self.successors.borrow_mut().push(Successor { instance, guest, resolve });
        });
        self.port.succeeded();
        let _ = settled(taken_over).await;
        if self.closed.get() { Err(Error::Closed("host")) } else { Ok(()) }
    }
}
