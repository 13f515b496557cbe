//! Work before and after each call of the guest. The queue of invocations is the port's (`js/invocation/port.js`).

use std::rc::Rc;

use wasm_bindgen::JsValue;

use super::State;
use crate::error::Error;
use crate::invocation::Ended;
use crate::promise::promise;
use crate::suspensions;

/// The longest text or payload in bytes: the protocol's lengths are u32.
const LONGEST: f64 = u32::MAX as f64;

impl State {
    /// True where an invocation can run now, with an operation and a payload of these lengths in bytes; false where it
    /// has to wait. `is_running`: another one runs; `at_once`: it cannot wait. WAPC_CLOSED, WAPC_LIMIT, WAPC_REENTRANT,
    /// WAPC_ASYNC, WAPC_INIT.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // Lengths of arrays, and a limit.
    pub(super) fn admit(&self, op_len: f64, payload_len: f64, is_running: bool, at_once: bool) -> Result<bool, Error> {
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
        if is_running {
            return self.admit_busy(at_once);
        }
        if self.instance().is_none() {
            if !at_once {
                return Ok(false);
            }
            self.restart_now()?;
        }
        Ok(true)
    }

    fn admit_busy(&self, at_once: bool) -> Result<bool, Error> {
        if self.is_in_callback() {
            return Err(Error::Reentrant(
                "this host was invoked from inside its own callback, whose guest is on the stack; use another instance",
            ));
        }
        if at_once {
            return Err(Error::Async("invokeSync: an earlier invocation of this host has not ended; use invoke"));
        }
        Ok(false)
    }

    /// True where the guest can be called now; else the port is woken once few enough other guests are suspended.
    pub(super) fn has_room(&self) -> bool {
        let Some(instance) = self.instance().filter(|instance| !instance.has_room()) else {
            return true;
        };
        if !self.waits_for_room.replace(true) {
            suspensions::wait(self.slot, instance.suspensions(), super::wake);
        }
        false
    }

    /// Ends a call of the guest. If it failed, its error is left in the port, and true returned. An instance that was
    /// left in the middle of a call is discarded; a successor takes over.
    pub(super) fn end(&self, ended: Ended) -> bool {
        let result = match self.instance() {
            Some(instance) => instance.finish(ended),
            None => Err(Error::Closed("host")),
        };
        let failed = result.is_err();
        if let Err(error) = result {
            if error.breaks_instance() {
                self.install(None);
            }
            self.port.set_error(&error.into());
        }
        if self.closed.get() {
            self.install(None);
        }
        self.take_over();
        #[cfg(debug_assertions)]
        self.assert_in_order();
        failed
    }

    /// Asserts, in debug builds after each invocation, that nothing of this host, or shared on this thread, is still
    /// borrowed, and that all counts are right.
    #[cfg(debug_assertions)]
    fn assert_in_order(&self) {
        let is_borrowed = self.guest.try_borrow_mut().is_err()
            || self.instance.try_borrow_mut().is_err()
            || self.successors.try_borrow_mut().is_err();
        assert!(!is_borrowed, "something of a host is borrowed");
        crate::instance::assert_unborrowed();
        crate::assertions::run();
        suspensions::assert_in_order(crate::instance::instances_alive());
    }

    /// Ends the invocation that runs with `reason`: at once where its guest is suspended, else when its callback
    /// returns.
    pub(super) fn interrupt(&self, reason: JsValue) {
        if let Some(instance) = self.instance() {
            instance.interrupt(Error::Thrown(reason));
        }
    }

    /// Closes the host. True where this released the guest; false where a running invocation releases it at its end, or
    /// where the host was closed before.
    pub(super) fn close(&self, is_running: bool) -> bool {
        if self.closed.replace(true) {
            return false;
        }
        self.starting.close();
        if is_running {
            if let Some(instance) = self.instance() {
                instance.interrupt(Error::Closed("host"));
            }
            return false;
        }
        self.install(None);
        self.take_over();
        true
    }

    /// Creates a fresh instance after a trap, and tells the port.
    pub(super) fn restart_for_port(self: Rc<Self>) {
        let _ = promise(async move {
            let restarted = self.restart(true).await;
            self.take_over();
            self.port.restarted(restarted.err().map(JsValue::from));
            Ok(JsValue::UNDEFINED)
        });
    }
}
