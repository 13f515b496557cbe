//! `WapcPool`: instances of one guest that are shared. `inventory` keeps which instances there are and which are idle;
//! the queue of requests, promises, timers and workers are in JavaScript (`js/pool/pool.js`).

mod inventory;

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Function, JsString, Promise, WebAssembly};
use wasm_bindgen::prelude::*;

use self::inventory::{Admission, Inventory};
use crate::constants::POOL_NONE;
use crate::host::{self, Starting};
use crate::linkable::Linkable;
use crate::module::Module;
use crate::options::{Bounds, Options, PoolOptions};
use crate::slots::Slots;

thread_local! {
    static POOLS: RefCell<Slots<RefCell<Inventory>>> = const { RefCell::new(Slots::new()) };
}

/// The guest and the options of a pool's instances, and the slot of its inventory.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Pool {
    slot: u32,
    /// The guest that new work runs on.
    guest: RefCell<Rc<Linkable>>,
    /// The guest that is about to take over, or the one before.
    other: RefCell<Option<Rc<Linkable>>>,
    options: Rc<Options>,
    pool: PoolOptions,
    /// Its instances that are starting for the first time.
    starting: Rc<Starting>,
}

impl Drop for Pool {
    fn drop(&mut self) {
        let gone = POOLS.with_borrow_mut(|pools| pools.remove(self.slot));
        drop(gone);
    }
}

#[wasm_bindgen]
impl Pool {
    /// A pool of `module`, without instances yet. `options` are `PoolOptions`, laid over those of `compile`; the first
    /// pool of a module that was compiled for one uses those of `compile` instead. WAPC_LINK, WAPC_CLOSED,
    /// WAPC_ARGUMENT, WAPC_UNSUPPORTED.
    pub fn create(module: &Module, options: &JsValue) -> Result<Self, JsValue> {
        #[cfg(debug_assertions)]
        crate::assertions::add(assert_in_order);
        let (options, pool) = module.pool_options(options)?;
        let guest = module.linkable()?;
        let slot = POOLS.with_borrow_mut(|pools| {
            let slot = pools.reserve();
            pools.fill(slot, &Rc::new(RefCell::new(Inventory::new(pool.bounds))));
            slot
        });
        Ok(Self {
            slot,
            guest: RefCell::new(guest),
            other: RefCell::default(),
            options,
            pool,
            starting: Rc::new(Starting::new("pool")),
        })
    }

    /// The pool's number in the raw exports.
    #[wasm_bindgen(getter)]
    pub fn slot(&self) -> u32 {
        self.slot
    }

    /// True where idle instances may be evicted, so that the time of their release matters.
    #[wasm_bindgen(getter, js_name = isElastic)]
    pub fn is_elastic(&self) -> bool {
        let Bounds { min, size, idle_timeout, .. } = self.pool.bounds;
        min < size && idle_timeout.is_finite()
    }

    /// The callback that runs on each new instance before anybody acquires it.
    ///
    /// A `Result`, though it can't fail: see `host::exports` on functions that return a reference.
    #[wasm_bindgen(getter)]
    pub fn initialize(&self) -> Result<Option<Function>, JsValue> {
        Ok(self.pool.initialize.clone())
    }

    /// The guest that new work runs on.
    ///
    /// A `Result`, though it can't fail: see `host::exports` on functions that return a reference.
    #[wasm_bindgen(getter)]
    pub fn module(&self) -> Result<WebAssembly::Module, JsValue> {
        Ok(self.guest().module.clone())
    }

    /// The guest's name in errors: the pool's own, or the guest's.
    ///
    /// A `Result`, though it can't fail: see `host::exports` on functions that return a reference.
    #[wasm_bindgen(getter, js_name = guestName)]
    pub fn guest_name(&self) -> Result<Option<JsString>, JsValue> {
        Ok(self.options.name.clone().or_else(|| self.guest().origin.name.clone()))
    }

    /// The codec of values, for `WapcPool.call`; undefined where there is none.
    ///
    /// A `Result`, though it can't fail: see `host::exports` on functions that return a reference.
    #[wasm_bindgen(getter)]
    pub fn codec(&self) -> Result<JsValue, JsValue> {
        Ok(self.options.host_calls.codec())
    }

    /// Milliseconds that creating an instance may take (`limits.start`).
    #[wasm_bindgen(getter, js_name = startLimit)]
    pub fn start_limit(&self) -> Option<u32> {
        self.options.limits.start
    }

    /// A fresh instance: a promise of a `Host`, or of one in a worker.
    /// WAPC_LINK, WAPC_INIT, WAPC_UNSUPPORTED.
    pub fn instantiate(&self) -> Result<Promise, JsValue> {
        Ok(self.create_host(self.guest()))
    }

    /// A fresh instance of `module`, which is about to take over: as `instantiate`. WAPC_CLOSED.
    #[wasm_bindgen(js_name = instantiateSuccessor)]
    pub fn instantiate_successor(&self, module: &Module) -> Result<Promise, JsValue> {
        let guest = module.linkable()?;
        self.other.replace(Some(Rc::clone(&guest)));
        Ok(self.create_host(guest))
    }

    /// Swaps the guest that new work runs on and the one that is about to take over, or was there before.
    #[wasm_bindgen(js_name = swapGuests)]
    pub fn swap_guests(&self) {
        if let Some(other) = self.other.take() {
            let guest = self.guest.replace(other);
            self.other.replace(Some(guest));
        }
    }

    /// Releases the guest that was there before.
    pub fn forget(&self) {
        self.other.take();
    }

    /// The number of the `index`-th instance that is starting on this thread; `NO_SLOT` past the last one.
    pub fn starting(&self, index: usize) -> u32 {
        self.starting.at(index)
    }

    /// Ends the starts of new instances with WAPC_CLOSED, now and from now on.
    #[wasm_bindgen(js_name = endStarts)]
    pub fn end_starts(&self) {
        self.starting.close();
    }

    /// The limit in bytes that a guest which takes over has to be compiled with.
    #[wasm_bindgen(getter, js_name = memoryLimit)]
    pub fn memory_limit(&self) -> Option<f64> {
        self.options.limits.memory
    }

    /// The features that a guest which takes over must have: `DEMANDS_*`.
    #[wasm_bindgen(getter)]
    pub fn demands(&self) -> u32 {
        self.options.demands()
    }
}

impl Pool {
    fn guest(&self) -> Rc<Linkable> {
        self.guest.borrow().clone()
    }

    fn create_host(&self, guest: Rc<Linkable>) -> Promise {
        host::create(guest, &self.options, self.pool.workers.as_ref(), Rc::clone(&self.starting))
    }
}

// Raw exports that return numbers: see `host::exports`. They return an empty result for a pool that is gone.

#[inline(always)]
fn with<T>(slot: u32, gone: T, act: impl FnOnce(&mut Inventory) -> T) -> T {
    POOLS.with_borrow(|pools| match pools.get(slot) {
        Some(inventory) => act(&mut inventory.borrow_mut()),
        None => gone,
    })
}

fn or_none(instance: Option<u32>) -> f64 {
    instance.map_or(POOL_NONE, f64::from)
}

/// The number of live pools.
#[unsafe(no_mangle)]
extern "C" fn pools_alive() -> usize {
    POOLS.with_borrow(Slots::alive)
}

/// Asserts, in debug builds after each invocation, that nothing of a pool is borrowed, and that all counts are right.
#[cfg(debug_assertions)]
fn assert_in_order() {
    POOLS.with(|pools| {
        assert!(pools.try_borrow_mut().is_ok(), "the table of pools is borrowed");
        for pool in pools.borrow().iter() {
            assert!(pool.try_borrow_mut().is_ok_and(|inventory| inventory.is_in_order()), "a pool's counts are off");
        }
    });
}

/// Acquires an idle instance: its number, or `POOL_NONE`.
#[unsafe(no_mangle)]
extern "C" fn pool_acquire(slot: u32) -> f64 {
    with(slot, POOL_NONE, |inventory| or_none(inventory.acquire()))
}

/// Releases a busy instance, for which no request is pending: it is idle since `now` ms.
#[unsafe(no_mangle)]
extern "C" fn pool_release(slot: u32, instance: u32, now: f64) {
    with(slot, (), |inventory| inventory.release(instance, now));
}

/// Admits or refuses one more request behind `pending` others: an `Admission`.
#[unsafe(no_mangle)]
extern "C" fn pool_admit(slot: u32, pending: u32) -> u32 {
    with(slot, Admission::Closed, |inventory| inventory.admit(pending)) as u32
}

/// The number of an instance to create while the pool itself is being created, or `POOL_NONE`.
#[unsafe(no_mangle)]
extern "C" fn pool_create_kept(slot: u32) -> f64 {
    with(slot, POOL_NONE, |inventory| or_none(inventory.create_kept()))
}

/// The number of an instance to create for one of `pending` requests, or `POOL_NONE`.
#[unsafe(no_mangle)]
extern "C" fn pool_create_pending(slot: u32, pending: u32) -> f64 {
    with(slot, POOL_NONE, |inventory| or_none(inventory.create(pending)))
}

/// An instance that `pool_create_pending` numbered was created.
#[unsafe(no_mangle)]
extern "C" fn pool_created(slot: u32) {
    with(slot, (), Inventory::created);
}

/// An instance that `pool_create_pending` numbered could not be created.
#[unsafe(no_mangle)]
extern "C" fn pool_not_created(slot: u32, instance: u32) {
    with(slot, (), |inventory| inventory.not_created(instance));
}

/// Removes a busy instance that is gone.
#[unsafe(no_mangle)]
extern "C" fn pool_remove(slot: u32, instance: u32) {
    with(slot, (), |inventory| inventory.remove(instance));
}

/// Acquires this instance, if it is idle: 1 where it was.
#[unsafe(no_mangle)]
extern "C" fn pool_acquire_idle(slot: u32, instance: u32) -> u32 {
    with(slot, 0, |inventory| inventory.acquire_idle(instance).into())
}

/// Evicts an instance that was idle for too long at `now` ms: its number, or `POOL_NONE`.
#[unsafe(no_mangle)]
extern "C" fn pool_evict(slot: u32, now: f64) -> f64 {
    with(slot, POOL_NONE, |inventory| or_none(inventory.evict(now)))
}

/// The time in ms at which the next instance can be evicted, or `POOL_NONE`.
#[unsafe(no_mangle)]
extern "C" fn pool_next_eviction(slot: u32) -> f64 {
    with(slot, POOL_NONE, |inventory| inventory.next_eviction().unwrap_or(POOL_NONE))
}

/// Takes no more requests.
#[unsafe(no_mangle)]
extern "C" fn pool_close(slot: u32) {
    with(slot, (), Inventory::close);
}

/// Idle instances.
#[unsafe(no_mangle)]
extern "C" fn pool_idle(slot: u32) -> u32 {
    with(slot, 0, |inventory| inventory.idle())
}

/// Busy instances, including those that are being created.
#[unsafe(no_mangle)]
extern "C" fn pool_busy(slot: u32) -> u32 {
    with(slot, 0, |inventory| inventory.busy())
}

/// Instances that are being created for pending requests.
#[unsafe(no_mangle)]
extern "C" fn pool_creating(slot: u32) -> u32 {
    with(slot, 0, |inventory| inventory.creating())
}
