//! Invocations of a host run one at a time, first come first served: who may run, who waits, what comes after.

use std::rc::Rc;

use wasm_bindgen::JsValue;

use super::State;
use super::exports::{Admitted, ERROR, OTHERS_WAIT};
use crate::error::Error;
use crate::instance::Instance;
use crate::invocation::Ended;
use crate::suspensions;
use crate::sys::Exchange;

/// Bytes that any text or payload can have: the protocol's lengths are u32.
const LONGEST: f64 = u32::MAX as f64;

/// The ticket of an exchange that does not wait: more would have to wait than there is memory for. `js/invocation/exchange.js` has
/// the same.
const NO_TICKET: f64 = -1_073_741_824.0;

#[allow(clippy::cast_precision_loss)] // Fewer than 2^53 will ever wait.
fn set_ticket(exchange: &Exchange, ticket: i64) {
    exchange.set_ticket(ticket as f64);
}

/// True in debug builds: the port asks the core after each invocation, which asserts that all is in order.
pub(super) const ASSERTS: bool = cfg!(debug_assertions);

impl State {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // Lengths of arrays, and a limit.
    pub(super) fn admit(self: &Rc<Self>, op_len: f64, payload_len: f64, at_once: bool) -> Result<Admitted, Error> {
        if self.closed.get() {
            return Err(Error::Closed("host"));
        }
        let limit = self.options.payload_limit().into();
        for (what, length, limit) in [("the operation", op_len, LONGEST), ("the payload", payload_len, limit)] {
            if length > limit {
                let (length, limit) = (length as u64, limit as u64);
                return Err(Error::Limit { what, length, limit });
            }
        }
        if self.port.running() {
            return self.admit_busy(at_once);
        }
        if self.instance().is_none() {
            if !at_once {
                return Ok(Admitted::Later);
            }
            self.restart_now()?;
        }
        if !at_once && !self.waiting.borrow().is_empty() {
            return Ok(Admitted::Later);
        }
        Ok(Admitted::Run)
    }

    /// An invocation runs already.
    pub(super) fn admit_busy(&self, at_once: bool) -> Result<Admitted, Error> {
        if self.is_in_callback() {
            return Err(Error::Reentrant(
                "this host was invoked from inside its own host call, whose guest is on the stack; use another instance",
            ));
        }
        if at_once {
            return Err(Error::Async(
                "invokeSync: the host is busy with an invocation that waits for its host call; use invoke",
            ));
        }
        Ok(Admitted::Later)
    }

    pub(super) fn admit_next(self: &Rc<Self>) -> Admitted {
        if self.port.running() {
            return Admitted::None;
        }
        let Some(exchange) = self.dequeue() else {
            return Admitted::None;
        };
        let Some(instance) = self.instance() else {
            self.restart_for(exchange);
            return Admitted::None;
        };
        if !instance.has_room() {
            self.enqueue_first(&exchange);
            self.wait_for_room(&instance);
            return Admitted::None;
        }
        self.port.set_next(&exchange);
        Admitted::Run
    }

    /// Keeps an error where the caller finds it.
    pub(super) fn told(&self, admitted: Result<Admitted, Error>) -> Admitted {
        admitted.unwrap_or_else(|error| {
            self.port.set_error(&error.into());
            Admitted::Refused
        })
    }

    /// An instance that was left in the middle goes, a guest that is to take over comes.
    pub(super) fn end(&self, ended: Ended) -> u32 {
        let result = match self.instance() {
            Some(instance) => instance.finish(ended),
            None => Err(Error::Closed("host")),
        };
        let mut after = 0;
        if let Err(error) = result {
            if error.breaks_instance() {
                self.install(None);
            }
            self.port.set_error(&error.into());
            after |= ERROR;
        }
        if self.closed.get() {
            self.install(None);
            self.port.ended();
        }
        self.take_over();
        let others_wait = !self.waiting.borrow().is_empty();
        self.port.set_unusual(others_wait || self.closed.get() || ASSERTS);
        #[cfg(debug_assertions)]
        self.assert_in_order();
        if others_wait { after | OTHERS_WAIT } else { after }
    }

    /// In debug builds, after each invocation: nothing of it, or of what is shared on this thread, is borrowed any more, and no
    /// count is off.
    #[cfg(debug_assertions)]
    fn assert_in_order(&self) {
        let is_borrowed = self.guest.try_borrow_mut().is_err()
            || self.instance.try_borrow_mut().is_err()
            || self.waiting.try_borrow_mut().is_err()
            || self.swaps.try_borrow_mut().is_err();
        assert!(!is_borrowed, "something of a host is borrowed");
        crate::instance::assert_unborrowed();
        crate::assertions::run();
        suspensions::assert_in_order(crate::instance::instances_alive());
    }

    /// Lets an exchange wait in front of all others.
    pub(super) fn enqueue_first(&self, exchange: &Exchange) {
        let entry = exchange.clone();
        let ticket = self.waiting.borrow_mut().push_front(entry);
        set_ticket(exchange, ticket);
    }

    /// The exchange that waits longest; it does no longer.
    pub(super) fn dequeue(&self) -> Option<Exchange> {
        let exchange = self.waiting.borrow_mut().pop_front();
        if let Some(exchange) = &exchange {
            exchange.set_ticket(NO_TICKET);
        }
        exchange
    }

    /// Lets the exchange in the port wait: for its turn, for a fresh instance, or for fewer to be suspended.
    pub(super) fn wait(self: &Rc<Self>) {
        let exchange = self.port.next();
        exchange.queue();
        match self.instance() {
            None if !self.port.running() => self.restart_for(exchange),
            instance => {
                let entry = exchange.clone();
                let ticket = self.waiting.borrow_mut().push_back(entry);
                set_ticket(&exchange, ticket);
                self.port.set_unusual(true);
                if let Some(instance) = instance.filter(|_| !self.port.running()) {
                    self.wait_for_room(&instance);
                }
            }
        }
    }

    /// Nothing runs, but too many other guests are suspended.
    fn wait_for_room(&self, instance: &Instance) {
        if !self.waits_for_room.replace(true) {
            suspensions::wait(self.slot, instance.suspensions(), super::run_waiting);
        }
    }

    /// Ends an invocation that waits for its turn.
    pub(super) fn reject(&self, exchange: &Exchange, error: &Error) {
        self.port.set_error(&error.into());
        self.port.reject(exchange);
    }

    #[allow(clippy::cast_possible_truncation)] // A ticket.
    pub(super) fn abort(&self, exchange: &Exchange, reason: JsValue) {
        let ticket = exchange.ticket();
        let waited = self.waiting.borrow_mut().cancel(ticket as i64);
        if waited.is_some() {
            self.reject(exchange, &Error::Thrown(reason));
        } else if self.port.take_back(Some(exchange)).is_some() {
            self.reject(exchange, &Error::Thrown(reason));
            self.port.drain();
        } else if let Some(instance) = self.instance().filter(|instance| instance.guest().runs(exchange)) {
            self.port.set_unusual(true);
            instance.interrupt(Error::Thrown(reason));
        }
    }

    pub(super) fn close(&self) -> bool {
        if self.closed.replace(true) {
            return false;
        }
        self.port.set_unusual(true);
        let not_begun = self.port.take_back(None);
        let waiting = self.waiting.borrow_mut().drain();
        for exchange in not_begun.into_iter().chain(waiting) {
            self.reject(&exchange, &Error::Closed("host"));
        }
        if self.port.running() {
            // Its end lets go of it, and has the host freed.
            if let Some(instance) = self.instance() {
                instance.interrupt(Error::Closed("host"));
            }
            return false;
        }
        self.install(None);
        self.take_over();
        true
    }
}
