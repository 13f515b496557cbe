//! All nodes of one process's trees. Its end empties them, even those that a Rust frame lost to a stack overflow refers
//! to.

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use super::Node;
use crate::abi::Result;
use crate::holdings::{Holdings, Room};

#[derive(Debug)]
pub(crate) struct Nodes {
    holdings: Rc<Holdings>,
    /// Each node knows its index here.
    live: RefCell<Vec<Weak<Node>>>,
}

impl Nodes {
    pub(crate) fn new(holdings: &Rc<Holdings>) -> Rc<Self> {
        Rc::new(Self { holdings: Rc::clone(holdings), live: RefCell::default() })
    }

    /// Takes room for `bytes` in these trees.
    pub(super) fn room(&self, bytes: usize) -> Result<Room> {
        Room::of(&self.holdings, bytes)
    }

    /// Adds a node.
    pub(super) fn add(&self, node: &Rc<Node>) -> Result<()> {
        let mut live = self.live.try_borrow_mut().map_err(|_| wasip1::ERRNO_IO)?;
        node.set_place(live.len());
        live.push(Rc::downgrade(node));
        Ok(())
    }

    /// Removes the node at `place`; the last one moves there.
    pub(super) fn remove(&self, place: usize) {
        let Ok(mut live) = self.live.try_borrow_mut() else { return };
        if place >= live.len() {
            return;
        }
        let removed = live.swap_remove(place);
        if let Some(moved) = live.get(place).and_then(Weak::upgrade) {
            moved.set_place(place);
        }
        drop(live);
        drop(removed);
    }

    /// Frees what is left in the nodes, at the end of the process.
    pub(crate) fn empty(&self) {
        let left = self.live.try_borrow_mut().map(|mut live| std::mem::take(&mut *live)).unwrap_or_default();
        for node in left.iter().filter_map(Weak::upgrade) {
            node.empty();
        }
    }

    /// Panics where a node is borrowed.
    #[cfg(debug_assertions)]
    pub(crate) fn check(&self) {
        let live = self.live.borrow_mut();
        assert!(live.iter().filter_map(Weak::upgrade).all(|node| node.is_free()), "a node is borrowed");
    }
}
