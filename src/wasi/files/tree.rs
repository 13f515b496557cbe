//! Trees in memory. Ours, since no crate of virtual file systems has symbolic and hard links, inodes and times, which
//! WASI shows to guests.

use std::cell::{Cell, Ref, RefCell, RefMut};
use std::collections::BTreeMap;
use std::rc::Rc;

use super::{How, Names, Nodes, Times};
use crate::abi::{Result, Stat};
use crate::guest::Guest;
use crate::holdings::Room;
use crate::memory::Range;
use crate::sys::{self, Place, Span};

/// Bytes that a node takes beside its content and its name.
const NODE_LEN: usize = 256;

/// Bytes of one file.
const LARGEST_FILE: u64 = 256 << 20;

/// Bytes of a name.
const LONGEST_NAME: usize = 255;

thread_local! {
    static NEXT_INODE: Cell<u64> = const { Cell::new(1) };
}

/// A file, a directory or a symbolic link.
#[derive(Debug)]
pub(crate) struct Node {
    inode: u64,
    /// How many names it has; a directory's is gone once it is removed.
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

type Children = BTreeMap<String, Rc<Node>>;

#[derive(Debug)]
enum Content {
    File(RefCell<Vec<u8>>),
    Directory(RefCell<Children>),
    Link(String),
}

impl Node {
    /// A node of so many bytes.
    fn new(content: Content, len: usize, nodes: &Rc<Nodes>) -> Result<Rc<Self>> {
        let room = nodes.room(NODE_LEN + len)?;
        let inode = NEXT_INODE.replace(NEXT_INODE.get() + 1);
        let now = || Cell::new(sys::realtime());
        let (accessed, modified, changed) = (now(), now(), now());
        let nodes = Rc::clone(nodes);
        // Past the end of them until it has one.
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

    fn children_cell(&self) -> Result<&RefCell<Children>> {
        match &self.content {
            Content::Directory(children) => Ok(children),
            _ => Err(wasip1::ERRNO_NOTDIR),
        }
    }

    fn children(&self) -> Result<Ref<'_, Children>> {
        self.children_cell()?.try_borrow().map_err(|_| wasip1::ERRNO_IO)
    }

    fn children_mut(&self) -> Result<RefMut<'_, Children>> {
        self.children_cell()?.try_borrow_mut().map_err(|_| wasip1::ERRNO_IO)
    }

    fn take_children(&mut self) -> Vec<Rc<Self>> {
        match &mut self.content {
            Content::Directory(children) => std::mem::take(children.get_mut()).into_values().collect(),
            _ => Vec::new(),
        }
    }

    /// Gives the memory of its content back, unless a frame that is gone was about to change that.
    pub(super) fn empty(&self) {
        drop(self.bytes_mut().map(|mut bytes| std::mem::take(&mut *bytes)));
        drop(self.children_mut().map(|mut children| std::mem::take(&mut *children)));
    }

    /// As a frame does that is gone.
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

    pub(super) fn child(&self, name: &str) -> Result<Rc<Self>> {
        if name.len() > LONGEST_NAME {
            return Err(wasip1::ERRNO_NAMETOOLONG);
        }
        self.children()?.get(name).cloned().ok_or(wasip1::ERRNO_NOENT)
    }

    pub(super) fn child_directory(&self, name: &str) -> Result<Rc<Self>> {
        let child = self.child(name)?;
        child.children_cell()?;
        Ok(child)
    }

    /// Adds what is in it.
    pub(super) fn list(&self, names: &mut Names) -> Result<()> {
        for (name, node) in self.children()?.iter() {
            names.push(node.inode, node.stat()?.kind, name);
        }
        Ok(())
    }

    /// A new node under a name that is not there yet.
    fn add(&self, name: &str, content: Content, len: usize) -> Result<Rc<Self>> {
        let node = Self::new(content, name.len() + len, &self.nodes)?;
        self.insert(name, &node)?;
        Ok(node)
    }

    fn insert(&self, name: &str, node: &Rc<Self>) -> Result<()> {
        match self.child(name) {
            Err(errno) if errno == wasip1::ERRNO_NOENT => {}
            found => return Err(found.err().unwrap_or(wasip1::ERRNO_EXIST)),
        }
        // Nothing comes into a directory that is gone.
        if self.links.get() == 0 {
            return Err(wasip1::ERRNO_NOENT);
        }
        let name = name.to_owned();
        self.children_mut()?.insert(name, Rc::clone(node));
        self.touch();
        Ok(())
    }

    /// Takes a name away.
    fn take(&self, name: &str) -> Result<()> {
        let taken = self.children_mut()?.remove(name).ok_or(wasip1::ERRNO_NOENT)?;
        taken.links.set(taken.links.get().saturating_sub(1));
        taken.changed.set(sys::realtime());
        self.touch();
        Ok(())
    }

    /// Its content has changed.
    fn touch(&self) {
        self.modified.set(sys::realtime());
        self.changed.set(self.modified.get());
    }

    pub(super) fn open(&self, name: &str, how: How) -> Result<Rc<Self>> {
        let node = match self.child(name) {
            Ok(_) if how.create && how.exclusive => return Err(wasip1::ERRNO_EXIST),
            Ok(node) => node,
            Err(errno) if errno == wasip1::ERRNO_NOENT && how.create => {
                return self.add(name, Content::File(RefCell::default()), 0);
            }
            Err(errno) => return Err(errno),
        };
        match &node.content {
            Content::File(_) if how.truncate => node.set_len(0)?,
            Content::File(_) => {}
            Content::Directory(_) => return Err(wasip1::ERRNO_ISDIR),
            Content::Link(_) => return Err(wasip1::ERRNO_LOOP),
        }
        Ok(node)
    }

    pub(super) fn read_link(&self, name: &str) -> Result<String> {
        match &self.child(name)?.content {
            Content::Link(target) => Ok(target.clone()),
            _ => Err(wasip1::ERRNO_INVAL),
        }
    }

    pub(super) fn make_link(&self, name: &str, target: &str) -> Result<()> {
        self.add(name, Content::Link(target.to_owned()), target.len()).map(drop)
    }

    pub(super) fn create_directory(&self, name: &str) -> Result<()> {
        self.add_directory(name).map(drop)
    }

    pub(super) fn remove_directory(&self, name: &str) -> Result<()> {
        self.child(name)?.require_empty()?;
        self.take(name)
    }

    fn require_empty(&self) -> Result<()> {
        if self.children()?.is_empty() { Ok(()) } else { Err(wasip1::ERRNO_NOTEMPTY) }
    }

    pub(super) fn unlink(&self, name: &str) -> Result<()> {
        if self.child(name)?.is_directory() {
            return Err(wasip1::ERRNO_ISDIR);
        }
        self.take(name)
    }

    pub(super) fn link(&self, name: &str, to: &Self, new_name: &str) -> Result<()> {
        let node = self.child(name)?;
        if node.is_directory() {
            return Err(wasip1::ERRNO_PERM);
        }
        to.insert(new_name, &node)?;
        node.links.set(node.links.get() + 1);
        Ok(())
    }

    pub(super) fn rename(&self, name: &str, to: &Self, new_name: &str) -> Result<()> {
        let node = self.child(name)?;
        // A directory can't become a part of itself.
        if node.contains(to)? {
            return Err(wasip1::ERRNO_INVAL);
        }
        match to.child(new_name) {
            Ok(old) if Rc::ptr_eq(&old, &node) => return Ok(()),
            Ok(old) if node.is_directory() => old.require_empty()?,
            Ok(old) if old.is_directory() => return Err(wasip1::ERRNO_ISDIR),
            Err(errno) if errno != wasip1::ERRNO_NOENT => return Err(errno),
            _ => {}
        }
        if to.links.get() == 0 {
            return Err(wasip1::ERRNO_NOENT);
        }
        // A node that had the name is replaced, so that only a new name takes room.
        let _ = to.take(new_name);
        self.children_mut()?.remove(name);
        self.touch();
        to.insert(new_name, &node)
    }

    /// True where `other` is this or below it. Not by recursion, since a guest may nest as deep as it likes.
    fn contains(self: &Rc<Self>, other: &Self) -> Result<bool> {
        let mut within = vec![Rc::clone(self)];
        while let Some(node) = within.pop() {
            if std::ptr::eq(&*node, other) {
                return Ok(true);
            }
            if node.is_directory() {
                within.extend(node.children()?.values().filter(|child| child.is_directory()).cloned());
            }
        }
        Ok(false)
    }

    fn bytes_cell(&self) -> Result<&RefCell<Vec<u8>>> {
        match &self.content {
            Content::File(bytes) => Ok(bytes),
            _ => Err(wasip1::ERRNO_ISDIR),
        }
    }

    fn bytes(&self) -> Result<Ref<'_, Vec<u8>>> {
        self.bytes_cell()?.try_borrow().map_err(|_| wasip1::ERRNO_IO)
    }

    fn bytes_mut(&self) -> Result<RefMut<'_, Vec<u8>>> {
        self.bytes_cell()?.try_borrow_mut().map_err(|_| wasip1::ERRNO_IO)
    }

    pub(super) fn read(&self, guest: &Guest, range: Range, position: u64) -> Result<u32> {
        let rest = Span::from(&self.bytes()?, position);
        let read = guest.write_from(range, rest);
        self.accessed.set(sys::realtime());
        Ok(read)
    }

    pub(super) fn write(&self, guest: &Guest, range: Range, position: Option<u64>) -> Result<u32> {
        let len = self.bytes()?.len() as u64;
        let position = position.unwrap_or(len);
        let end = position.checked_add(range.len().into()).ok_or(wasip1::ERRNO_FBIG)?;
        if end > len && range.len() > 0 {
            self.resize(end)?;
        }
        let at = usize::try_from(position).map_err(|_| wasip1::ERRNO_FBIG)?;
        let len = range.len() as usize;
        let place = self.bytes_mut()?.get_mut(at..).and_then(|rest| rest.get_mut(..len)).map(Place::from);
        if let Some(place) = place {
            guest.read_to(range, place);
        }
        self.touch();
        Ok(range.len())
    }

    pub(super) fn set_len(&self, len: u64) -> Result<()> {
        self.resize(len)?;
        self.touch();
        Ok(())
    }

    /// EFBIG over the largest file, ENOSPC where there is no room.
    fn resize(&self, len: u64) -> Result<()> {
        let len = usize::try_from(len).ok().filter(|_| len <= LARGEST_FILE).ok_or(wasip1::ERRNO_FBIG)?;
        let mut bytes = self.bytes_mut()?;
        let more = len.saturating_sub(bytes.len());
        // Half as much again, so that many small writes do not copy all of it each time.
        let spare = if more > bytes.capacity() - bytes.len() { len / 2 } else { 0 };
        self.room.resize(NODE_LEN + bytes.capacity().max(len + spare))?;
        bytes
            .try_reserve_exact(more + spare)
            .or_else(|_| bytes.try_reserve_exact(more))
            .map_err(|_| wasip1::ERRNO_NOSPC)?;
        bytes.resize(len, 0);
        // The allocation shrinks too: what counts is what is held.
        if len < bytes.capacity() / 4 {
            bytes.shrink_to(len);
        }
        self.room.resize(NODE_LEN + bytes.capacity())
    }

    pub(super) fn set_times(&self, times: Times) -> Result<()> {
        self.accessed.set(times.accessed.unwrap_or(self.accessed.get()));
        self.modified.set(times.modified.unwrap_or(self.modified.get()));
        self.changed.set(sys::realtime());
        Ok(())
    }
}

impl Drop for Node {
    /// Not by recursion either.
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
