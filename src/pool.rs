//! `WapcPool`: instances of one guest that are lent out. Who gets which one and when is decided in `lending`; the
//! promises, timers and workers are JavaScript's (`js/pool.js`).

mod lending;

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Function, Promise};
use wasm_bindgen::prelude::*;

pub(crate) use self::lending::Bounds;
use self::lending::{Lending, Refused};
use crate::host;
use crate::module::Linkable;
use crate::options::{Options, PoolOptions};
use crate::slots::Slots;

thread_local! {
    static POOLS: RefCell<Slots<RefCell<Lending>>> = const { RefCell::new(Slots::new()) };
}

/// What instances of a pool are made of, and its book.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Pool {
    slot: u32,
    guest: Rc<Linkable>,
    options: Rc<Options>,
    pool: PoolOptions,
}

impl Pool {
    /// A pool without instances.
    pub(crate) fn new(guest: Rc<Linkable>, options: Rc<Options>, pool: PoolOptions) -> Self {
        let slot = POOLS.with_borrow_mut(|pools| {
            let slot = pools.reserve();
            pools.fill(slot, &Rc::new(RefCell::new(Lending::new(pool.bounds))));
            slot
        });
        Self { slot, guest, options, pool }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        let gone = POOLS.with_borrow_mut(|pools| pools.remove(self.slot));
        drop(gone);
    }
}

#[wasm_bindgen]
impl Pool {
    /// What the raw exports know it by.
    #[wasm_bindgen(getter)]
    pub fn slot(&self) -> u32 {
        self.slot
    }

    /// Whether instances come and go, so that it matters when they are given back.
    #[wasm_bindgen(getter, js_name = isElastic)]
    pub fn is_elastic(&self) -> bool {
        let Bounds { min, size, idle_timeout, .. } = self.pool.bounds;
        min < size && idle_timeout.is_finite()
    }

    /// What runs on each new instance before it is lent out.
    ///
    /// A `Result`, though it can't fail: see `host::exports` on functions that return a reference.
    #[wasm_bindgen(getter)]
    pub fn initialize(&self) -> Result<Option<Function>, JsValue> {
        Ok(self.pool.initialize.clone())
    }

    /// Milliseconds that making a member may take.
    #[wasm_bindgen(getter, js_name = startLimit)]
    pub fn start_limit(&self) -> Option<u32> {
        self.options.start
    }

    /// A fresh instance: a promise of a `Host`, or of one in a worker.
    /// WAPC_LINK, WAPC_INIT, WAPC_UNSUPPORTED.
    pub fn instantiate(&self) -> Result<Promise, JsValue> {
        Ok(host::create(Rc::clone(&self.guest), &self.options, self.pool.workers.as_ref()))
    }
}

// Raw exports, which answer with numbers: see `host::exports`. A pool that is gone has nothing.

/// What is said where there is no member and no time; `js/pool.js` has the same.
const NONE: f64 = -1.0;

/// What is said of a request that wants to wait; `js/pool.js` has the same.
#[derive(Debug, Clone, Copy)]
enum Waiting {
    Waits = 0,
    Full = 1,
    Closed = 2,
}

#[inline(always)]
fn with<T>(slot: u32, gone: T, act: impl FnOnce(&mut Lending) -> T) -> T {
    POOLS.with_borrow(|pools| match pools.get(slot) {
        Some(book) => act(&mut book.borrow_mut()),
        None => gone,
    })
}

fn member(number: Option<u32>) -> f64 {
    number.map_or(NONE, f64::from)
}

/// Pools that live.
#[unsafe(no_mangle)]
extern "C" fn pools_alive() -> usize {
    POOLS.with_borrow(Slots::alive)
}

/// In debug builds, after each invocation: nothing of a pool is borrowed, and no count is off.
#[cfg(debug_assertions)]
pub(crate) fn assert_in_order() {
    POOLS.with(|pools| {
        assert!(pools.try_borrow_mut().is_ok(), "the table of pools is borrowed");
        for pool in pools.borrow().iter() {
            assert!(pool.try_borrow_mut().is_ok_and(|book| book.is_in_order()), "a pool's counts are off");
        }
    });
}

/// An idle member.
#[unsafe(no_mangle)]
extern "C" fn pool_lend(slot: u32) -> f64 {
    with(slot, NONE, |book| member(book.lend()))
}

/// A busy member is free, at `now` ms: whether the request that waits longest has it now.
#[unsafe(no_mangle)]
extern "C" fn pool_take_back(slot: u32, member: u32, now: f64) -> u32 {
    with(slot, 0, |book| book.take_back(member, now).into())
}

/// A request waits from now on, if it may.
#[unsafe(no_mangle)]
extern "C" fn pool_wait(slot: u32) -> u32 {
    with(slot, Waiting::Closed, |book| match book.wait() {
        Ok(()) => Waiting::Waits,
        Err(Refused::Full) => Waiting::Full,
        Err(Refused::Closed) => Waiting::Closed,
    }) as u32
}

/// A request waits no longer.
#[unsafe(no_mangle)]
extern "C" fn pool_cancel(slot: u32) {
    with(slot, (), Lending::cancel);
}

/// A member to be made before the pool is there.
#[unsafe(no_mangle)]
extern "C" fn pool_furnish(slot: u32) -> f64 {
    with(slot, NONE, |book| member(book.furnish()))
}

/// A member to be made for a request that waits.
#[unsafe(no_mangle)]
extern "C" fn pool_grow(slot: u32) -> f64 {
    with(slot, NONE, |book| member(book.grow()))
}

/// It is made.
#[unsafe(no_mangle)]
extern "C" fn pool_grown(slot: u32) {
    with(slot, (), Lending::grown);
}

/// It could not be made: whether a request waits, which hears of it.
#[unsafe(no_mangle)]
extern "C" fn pool_stunted(slot: u32, member: u32) -> u32 {
    with(slot, 0, |book| book.stunted(member).into())
}

/// A busy member is gone.
#[unsafe(no_mangle)]
extern "C" fn pool_lose(slot: u32, member: u32) {
    with(slot, (), |book| book.lose(member));
}

/// An idle member is broken, and busy from now on. Whether it was idle.
#[unsafe(no_mangle)]
extern "C" fn pool_withdraw(slot: u32, member: u32) -> u32 {
    with(slot, 0, |book| book.withdraw(member).into())
}

/// A member that was idle for too long, and is gone.
#[unsafe(no_mangle)]
extern "C" fn pool_expire(slot: u32, now: f64) -> f64 {
    with(slot, NONE, |book| member(book.expire(now)))
}

/// When the next one will have been.
#[unsafe(no_mangle)]
extern "C" fn pool_next_expiry(slot: u32) -> f64 {
    with(slot, NONE, |book| book.next_expiry().unwrap_or(NONE))
}

/// Takes no more requests.
#[unsafe(no_mangle)]
extern "C" fn pool_close(slot: u32) {
    with(slot, (), Lending::close);
}

/// Members that are idle.
#[unsafe(no_mangle)]
extern "C" fn pool_idle(slot: u32) -> u32 {
    with(slot, 0, |book| book.idle())
}

/// Members that somebody has, or that are being made.
#[unsafe(no_mangle)]
extern "C" fn pool_busy(slot: u32) -> u32 {
    with(slot, 0, |book| book.busy())
}

/// Requests that wait for a member.
#[unsafe(no_mangle)]
extern "C" fn pool_waiting(slot: u32) -> u32 {
    with(slot, 0, |book| book.waiting())
}
