//! The nodes of one process's trees, so that its end empties those too that a frame of Rust which is gone refers to.

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use super::Node;
use crate::abi::Result;
use crate::holdings::{Holdings, Room};

#[derive(Debug)]
pub(crate) struct Nodes {
    holdings: Rc<Holdings>,
    /// Each knows its place here.
    live: RefCell<Vec<Weak<Node>>>,
}

impl Nodes {
    pub(crate) fn new(holdings: &Rc<Holdings>) -> Rc<Self> {
        Rc::new(Self { holdings: Rc::clone(holdings), live: RefCell::default() })
    }

    /// Room for what is in these trees.
    pub(super) fn room(&self, bytes: usize) -> Result<Room> {
        Room::of(&self.holdings, bytes)
    }

    /// Adds one.
    pub(super) fn add(&self, node: &Rc<Node>) -> Result<()> {
        let mut live = self.live.try_borrow_mut().map_err(|_| wasip1::ERRNO_IO)?;
        node.set_place(live.len());
        live.push(Rc::downgrade(node));
        Ok(())
    }

    /// Takes the one at a place away; the last one comes there.
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

    /// The process has ended: what is left gives its memory back.
    pub(crate) fn empty(&self) {
        let left = self.live.try_borrow_mut().map(|mut live| std::mem::take(&mut *live)).unwrap_or_default();
        for node in left.iter().filter_map(Weak::upgrade) {
            node.empty();
        }
    }

    /// Panics where one is borrowed.
    #[cfg(debug_assertions)]
    pub(crate) fn check(&self) {
        let live = self.live.borrow_mut();
        assert!(live.iter().filter_map(Weak::upgrade).all(|node| node.is_free()), "a node is borrowed");
    }
}
