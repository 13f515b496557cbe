//! One instance of a guest: linked and started (`start`), then called. Its imports find it by its number.

mod budget;
mod interrupting;
mod linking;
mod start;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use budget::Budget;
use js_sys::{JsString, Object};
use wasm_bindgen::JsValue;

use crate::constants::NO_SLOT;
use crate::error::{Error, Violation};
use crate::invocation::{Ended, Invocation, Outcome, Request};
use crate::linkable::Linkable;
use crate::memory::Range;
use crate::options::Options;
use crate::protocol::Import;
use crate::slots::Slots;
use crate::suspensions;
use crate::sys::{self, Guest};

thread_local! {
    /// The live instances.
    static INSTANCES: RefCell<Slots<Instance>> = const { RefCell::new(Slots::new()) };
}

thread_local! {
    /// The instance whose code runs, or ran last. The shims (`imports/shim.wat`) read it, and restore it after whatever
    /// may have let another run.
    static RUNNING: Cell<u32> = const { Cell::new(NO_SLOT) };
}

/// The address at which the shims find the number of the running instance.
#[unsafe(no_mangle)]
extern "C" fn instance_running() -> *const u32 {
    RUNNING.with(Cell::as_ptr)
}

/// One instance of a guest. None of its cells is borrowed while JavaScript or the guest runs.
#[derive(Debug)]
pub(crate) struct Instance {
    id: u32,
    guest: Guest,
    /// Bytes of linear memory when last asked: memory never shrinks, so this bound holds.
    memory_len: Cell<u64>,
    payload_limit: u32,
    suspendable: bool,
    /// How many guests of this thread may be suspended at once (`limits.suspensions`).
    suspensions: u32,
    /// Milliseconds of the starts together (`limits.start`).
    start_limit: Option<u32>,
    /// The budget of an invocation, where the guest can be interrupted.
    budget: Option<Budget>,
    async_refused: &'static str,
    invocation: Invocation<JsString>,
    in_callback: Cell<bool>,
}

/// The number of live instances.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn instances_alive() -> usize {
    INSTANCES.with_borrow(Slots::alive)
}

/// Asserts, in debug builds after each invocation, that a stack overflow has left no borrow of what all guests of this
/// thread share.
#[cfg(debug_assertions)]
pub(crate) fn assert_unborrowed() {
    INSTANCES.with(|instances| assert!(instances.try_borrow_mut().is_ok(), "the table of instances is borrowed"));
}

/// Called before each call of a guest: replaces the last invocation by a fresh one with these lengths in bytes. 0 where
/// it has to wait: it may be suspended, and too many guests are.
#[unsafe(no_mangle)]
extern "C" fn instance_begin(id: u32, op_len: u32, payload_len: u32, may_suspend: u32) -> u32 {
    let begun = Instance::peek(id, |instance| {
        let has_room = may_suspend == 0 || instance.has_room();
        has_room.then(|| instance.begin(Some(Request { op_len, payload_len }), may_suspend != 0))
    });
    begun.is_some().into()
}

/// The lengths in bytes of the request of an instance: the operation's in the upper half, the payload's in the lower one.
/// For the stacks that run one invocation after the other (`instance/coroutine.wat`). Only reads.
#[unsafe(no_mangle)]
extern "C" fn instance_request(id: u32) -> u64 {
    let request = Instance::peek(id, |instance| instance.invocation.request().ok());
    request.map_or(0, |Request { op_len, payload_len }| u64::from(op_len) << 32 | u64::from(payload_len))
}

/// A guest that suspended itself goes on: its imports find it from now on.
#[unsafe(no_mangle)]
extern "C" fn instance_resume(id: u32) {
    RUNNING.set(id);
}

impl Instance {
    /// A new instance, which is not started yet. It is live until it is discarded.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // Saturates; not below 0.
    pub(crate) fn register(linkable: &Linkable, host: &Object, options: &Options) -> Rc<Self> {
        let id = INSTANCES.with_borrow_mut(Slots::reserve);
        // Only where needed: entering a suspendable stack takes longer than a short invocation.
        let suspendable = options.is_suspendable(linkable.may_sleep, linkable.can_suspend) && linkable.may_wait;
        let instance = Rc::new(Self {
            id,
            guest: Guest::new(
                id,
                host,
                suspendable,
                &options.host_calls,
                options.logger.as_ref(),
                options.limits.timeout,
                &wasm_bindgen::exports(),
            ),
            memory_len: Cell::new(0),
            payload_limit: options.payload_limit(),
            suspendable,
            suspensions: options.limits.suspensions.unwrap_or(suspensions::DEFAULT_LIMIT),
            start_limit: options.limits.start,
            budget: linkable.interrupts.then(|| Budget::new(options.limits.fuel.map(|fuel| fuel as u64))),
            async_refused: options.why_not_async(linkable.can_suspend),
            invocation: Invocation::new(),
            in_callback: Cell::new(false),
        });
        INSTANCES.with_borrow_mut(|instances| instances.fill(id, &instance));
        instance
    }

    /// True where its next invocation can run now. On a suspendable stack that takes few enough other suspended guests.
    pub(crate) fn has_room(&self) -> bool {
        !self.suspendable || suspensions::has_room(self.suspensions)
    }

    /// How many guests of this thread may be suspended.
    pub(crate) fn suspensions(&self) -> u32 {
        self.suspensions
    }

    /// The instance that an import was called on.
    #[inline(always)]
    pub(crate) fn by_id(id: u32) -> Option<Rc<Self>> {
        INSTANCES.with_borrow(|instances| instances.get(id).cloned())
    }

    /// Reads an instance without counting a reference, or borrowing the table: the fast path, which nearly always
    /// suffices. `look` creates and removes no instance, and returns None where more is to be done. It only reads,
    /// since a guest may call when the stack is nearly used up.
    #[inline(always)]
    pub(crate) fn peek<T>(id: u32, look: impl FnOnce(&Self) -> Option<T>) -> Option<T> {
        INSTANCES.with(|instances| {
            // SAFETY: the table is not changed as long as the reference lives, since only `look` runs. A guard would
            // have to be counted twice in each of the three calls that an invocation takes.
            let instances = unsafe { instances.try_borrow_unguarded() }.ok()?;
            look(instances.get(id)?)
        })
    }

    /// The range, if it lies within the last known size of memory.
    #[inline(always)]
    pub(crate) fn known_range(&self, ptr: u32, len: u32) -> Option<Range> {
        Range::check(ptr, len, self.memory_len.get()).ok()
    }

    /// Releases the guest and its memory. Nothing can be called on it afterwards.
    pub(crate) fn discard(&self) {
        self.guest.release();
        let gone = INSTANCES.with_borrow_mut(|instances| instances.remove(self.id));
        drop(gone);
    }

    /// The outcome of the invocation, with the error that JavaScript threw.
    pub(crate) fn finish(&self, ended: Ended) -> Result<(), Error> {
        match self.end(ended) {
            Some(Outcome::Responded) => Ok(()),
            Some(outcome) => Err(self.error_of(outcome).with_last_words(|| self.guest.last_words())),
            None => Err(Error::Closed("host")),
        }
    }

    /// The error of an outcome that is no response, with the one that JavaScript threw as its cause.
    #[cold]
    fn error_of(&self, outcome: Outcome<JsString>) -> Error {
        match outcome {
            Outcome::Trapped(text) => {
                let thrown = self.guest.thrown();
                let mut reason = sys::excerpt_of(&thrown);
                if let Some(text) = text.filter(|text| text.length() > 0) {
                    reason = reason + " (" + &sys::excerpt_of(&text) + ")";
                }
                Error::Trap { reason, cause: Some(thrown) }
            }
            Outcome::Stopped(error) => match *error {
                // A trap of the guest's own (AssemblyScript's abort) has its RuntimeError as cause as well.
                Error::Trap { reason, cause: None } => Error::Trap { reason, cause: Some(self.guest.thrown()) },
                error => error,
            },
            Outcome::GuestError(text) => {
                Error::Guest { text, cause: self.guest.failure().map(|failure| failure.error()) }
            }
            Outcome::Silent | Outcome::Responded => Violation::NoResponse.into(),
        }
    }

    /// A call of the guest begins: its imports find it from now on.
    #[inline(always)]
    fn begin(&self, request: Option<Request>, may_suspend: bool) {
        RUNNING.set(self.id);
        // Still set where a stack overflow has unwound a callback.
        self.in_callback.set(false);
        self.invocation.begin(request, may_suspend);
    }

    fn end(&self, ended: Ended) -> Option<Outcome<JsString>> {
        self.invocation.end(ended, ended == Ended::Succeeded && self.guest.has_responded())
    }

    /// The running invocation.
    #[inline(always)]
    pub(crate) fn invocation(&self) -> &Invocation<JsString> {
        &self.invocation
    }

    /// Stops the running invocation: at once where it is suspended, else when its callback returns.
    pub(crate) fn interrupt(&self, error: Error) {
        let reason = JsValue::from(&error);
        self.invocation.stop(error);
        self.guest.abort_host_calls(&reason);
        self.guest.stop();
    }

    /// A range of the guest's memory. WAPC_PROTOCOL if it leaves it.
    #[inline(always)]
    pub(crate) fn range(&self, import: Import, ptr: u32, len: u32) -> Result<Range, Error> {
        let known = Range::check(ptr, len, self.memory_len.get());
        let checked = known.or_else(|_| Range::check(ptr, len, self.refresh_memory_len()));
        checked.map_err(|range| match range.memory_len {
            0 => Violation::NoMemory(import).into(),
            _ => Violation::OutOfRange { import, range }.into(),
        })
    }

    fn refresh_memory_len(&self) -> u64 {
        let memory_len = self.memory_len();
        self.memory_len.set(memory_len);
        memory_len
    }

    /// Its number, by which JavaScript finds its half.
    pub(crate) fn id(&self) -> u32 {
        self.id
    }

    /// Bytes of linear memory now.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // An ArrayBuffer's length.
    pub(crate) fn memory_len(&self) -> u64 {
        self.guest.memory_len() as u64
    }

    /// A text of the guest's, read as UTF-8 and repaired where it is broken; `what` names it in errors. WAPC_PROTOCOL
    /// if it leaves memory, WAPC_LIMIT if it is longer than `limits.payload`.
    pub(crate) fn text(&self, import: Import, what: &'static str, ptr: u32, len: u32) -> Result<JsString, Error> {
        let range = self.range(import, ptr, len)?;
        self.check_limit(what, len.into())?;
        let text = self.guest.text(range.ptr(), range.len());
        text.ok_or_else(|| self.no_memory_for(what, len))
    }

    /// True for a length within `limits.payload`.
    #[inline(always)]
    pub(crate) fn allows(&self, len: u32) -> bool {
        len <= self.payload_limit
    }

    /// A length within `limits.payload`.
    #[inline(always)]
    pub(crate) fn check_limit(&self, what: &'static str, length: f64) -> Result<u32, Error> {
        check(what, length, self.payload_limit)
    }

    /// The length of a host error's text, which `limits.payload` bounds like any answer of the host callback. The
    /// WAPC_LIMIT has what the callback threw as its cause.
    pub(crate) fn check_host_error(&self, length: f64) -> Result<u32, Error> {
        self.check_limit("the host callback's error text", length).map_err(|over| Error::LimitReached {
            reason: over.to_string(),
            cause: self.guest.failure().map(|failure| failure.error()),
        })
    }

    /// WAPC_LIMIT for bytes that are within the limit, but that the engine has no memory for.
    pub(crate) fn no_memory_for(&self, what: &'static str, len: u32) -> Error {
        Error::Limit { what, length: len.into(), limit: self.payload_limit.into() }
    }

    /// Logs a line. An error that the logger throws stops the guest.
    pub(crate) fn log(&self, text: &JsString) -> Result<(), Error> {
        if self.in_callback(|guest| guest.log(text)) {
            return Ok(());
        }
        Err(Error::Trap { reason: "`logger` threw".to_owned(), cause: None })
    }

    /// Runs a callback of the caller's, during which this guest cannot be called.
    pub(crate) fn in_callback<T>(&self, callback: impl FnOnce(&Guest) -> T) -> T {
        self.in_callback.set(true);
        let result = callback(&self.guest);
        self.in_callback.set(false);
        result
    }

    pub(crate) fn is_in_callback(&self) -> bool {
        self.in_callback.get()
    }

    /// The reason why a promise was refused, and what to do.
    pub(crate) fn why_not_async(&self) -> &'static str {
        self.async_refused
    }

    #[inline(always)]
    pub(crate) fn guest(&self) -> &Guest {
        &self.guest
    }
}

#[inline(always)]
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // Not over the limit, which is a u32.
fn check(what: &'static str, length: f64, limit: u32) -> Result<u32, Error> {
    if length <= f64::from(limit) {
        return Ok(length as u32);
    }
    Err(Error::Limit { what, length: length as u64, limit: limit.into() })
}
