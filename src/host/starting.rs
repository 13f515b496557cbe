//! Instances that are starting. Their host, or pool, may be closed before they have: it then ends their start.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::Object;
use wasm_bindgen::JsValue;

use crate::constants::NO_SLOT;
use crate::error::Error;
use crate::instance::Instance;
use crate::linkable::Linkable;
use crate::options::Options;

/// The instances of a host or a pool that are starting.
#[derive(Debug)]
pub(crate) struct Starting {
    /// The owner, as errors call it: `host` or `pool`.
    owner: &'static str,
    instances: RefCell<Vec<Rc<Instance>>>,
    closed: Cell<bool>,
}

impl Starting {
    /// No instances yet. `owner` is what errors call the host or pool.
    pub(crate) const fn new(owner: &'static str) -> Self {
        Self { owner, instances: RefCell::new(Vec::new()), closed: Cell::new(false) }
    }

    /// A new instance of `guest` that has started: see `Instance::start`. WAPC_CLOSED if its owner was closed meanwhile.
    pub(super) async fn start(
        &self,
        guest: &Linkable,
        host: &Object,
        options: &Options,
        may_wait: bool,
    ) -> Result<Rc<Instance>, Error> {
        let instance = Instance::register(guest, host, options);
        self.instances.borrow_mut().push(Rc::clone(&instance));
        let started = instance.start(guest, options, may_wait).await;
        self.instances.borrow_mut().retain(|other| !Rc::ptr_eq(other, &instance));
        started?;
        if self.closed.get() {
            instance.discard();
            return Err(Error::Closed(self.owner));
        }
        Ok(instance)
    }

    /// The number of the instance at `index`; `NO_SLOT` past the last one.
    pub(crate) fn at(&self, index: usize) -> u32 {
        self.instances.borrow().get(index).map_or(NO_SLOT, |instance| instance.id())
    }

    /// Ends all starts with WAPC_CLOSED, now and from now on.
    pub(crate) fn close(&self) {
        self.closed.set(true);
        // Cloned: listeners of signals run, which may close other hosts, or this one again.
        let instances = self.instances.borrow().clone();
        for instance in instances {
            instance.interrupt(Error::Thrown(JsValue::from(Error::Closed(self.owner))));
        }
    }
}
