//! Trees in memory, written here since no crate of virtual file systems has symbolic and hard links, inodes and times,
//! which WASI shows to guests.

mod directory;
mod file;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use super::{Nodes, Times};
use crate::abi::{Result, Stat};
use crate::holdings::Room;
use crate::sys;

/// Bytes of a node besides its content.
const NODE_LEN: usize = 192;

/// Bytes of an entry of a directory besides its name.
const ENTRY_LEN: usize = 64;

thread_local! {
    static NEXT_INODE: Cell<u64> = const { Cell::new(1) };
}

/// A file, a directory or a symbolic link.
#[derive(Debug)]
pub(crate) struct Node {
    inode: u64,
    /// The number of its names; 0 for a directory that was removed.
    links: Cell<u64>,
    accessed: Cell<u64>,
    modified: Cell<u64>,
    changed: Cell<u64>,
    content: Content,
    room: Room,
    /// All nodes of its process, and its place there.
    nodes: Rc<Nodes>,
    place: Cell<usize>,
}

type Children = BTreeMap<String, Entry>;

/// An entry of a directory: its name leads to this node. A file may have several names.
#[derive(Debug)]
struct Entry {
    node: Rc<Node>,
    /// The room that the name and this entry take.
    room: Room,
}

#[derive(Debug)]
enum Content {
    File(RefCell<Vec<u8>>),
    Directory(RefCell<Children>),
    Link(String),
}

impl Node {
    /// A node whose content takes `len` bytes.
    fn new(content: Content, len: usize, nodes: &Rc<Nodes>) -> Result<Rc<Self>> {
        let room = nodes.room(NODE_LEN + len)?;
        let inode = NEXT_INODE.replace(NEXT_INODE.get() + 1);
        let now = || Cell::new(sys::realtime());
        let (accessed, modified, changed) = (now(), now(), now());
        let nodes = Rc::clone(nodes);
        // Out of range until it is added.
        let place = Cell::new(usize::MAX);
        let node =
            Rc::new(Self { inode, links: Cell::new(1), accessed, modified, changed, content, room, nodes, place });
        node.nodes.add(&node)?;
        Ok(node)
    }

    pub(super) fn set_place(&self, place: usize) {
        self.place.set(place);
    }

    /// An empty directory.
    pub(crate) fn directory(nodes: &Rc<Nodes>) -> Result<Rc<Self>> {
        Self::new(Content::Directory(RefCell::default()), 0, nodes)
    }

    /// A file of these bytes, under a name that is not there yet.
    pub(crate) fn add_file(&self, name: &str, bytes: Vec<u8>) -> Result<()> {
        let len = bytes.capacity();
        self.add(name, Content::File(RefCell::new(bytes)), len).map(drop)
    }

    /// Adds an empty directory.
    pub(crate) fn add_directory(&self, name: &str) -> Result<Rc<Self>> {
        self.add(name, Content::Directory(RefCell::default()), 0)
    }

    pub(super) fn stat(&self) -> Result<Stat> {
        let (kind, size) = match &self.content {
            Content::File(_) => (wasip1::FILETYPE_REGULAR_FILE, self.bytes()?.len()),
            Content::Directory(_) => (wasip1::FILETYPE_DIRECTORY, self.children()?.len()),
            Content::Link(target) => (wasip1::FILETYPE_SYMBOLIC_LINK, target.len()),
        };
        Ok(Stat {
            device: 1,
            inode: self.inode,
            kind,
            links: self.links.get(),
            size: size as u64,
            accessed: self.accessed.get(),
            modified: self.modified.get(),
            changed: self.changed.get(),
        })
    }

    fn take_children(&mut self) -> Vec<Rc<Self>> {
        match &mut self.content {
            Content::Directory(children) => {
                std::mem::take(children.get_mut()).into_values().map(|entry| entry.node).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Frees its content, unless a frame lost to a stack overflow still borrows that.
    pub(super) fn empty(&self) {
        drop(self.bytes_mut().map(|mut bytes| std::mem::take(&mut *bytes)));
        drop(self.children_mut().map(|mut children| std::mem::take(&mut *children)));
    }

    /// Leaves a borrow behind, as a frame lost to a stack overflow does.
    #[cfg(test)]
    pub(crate) fn leak_borrow(&self) {
        std::mem::forget(self.children());
    }

    #[cfg(debug_assertions)]
    pub(super) fn is_free(&self) -> bool {
        match &self.content {
            Content::File(bytes) => bytes.try_borrow_mut().is_ok(),
            Content::Directory(children) => children.try_borrow_mut().is_ok(),
            Content::Link(_) => true,
        }
    }

    fn is_directory(&self) -> bool {
        matches!(self.content, Content::Directory(_))
    }

    pub(super) fn set_times(&self, times: Times) -> Result<()> {
        self.accessed.set(times.accessed.unwrap_or(self.accessed.get()));
        self.modified.set(times.modified.unwrap_or(self.modified.get()));
        self.changed.set(sys::realtime());
        Ok(())
    }
}

impl Drop for Node {
    /// Drops children without recursion: directories may be nested deeply.
    fn drop(&mut self) {
        self.nodes.remove(self.place.get());
        let mut gone = self.take_children();
        while let Some(node) = gone.pop() {
            if let Some(mut node) = Rc::into_inner(node) {
                gone.append(&mut node.take_children());
            }
        }
    }
}
