//! Trees in memory. Ours, since no crate of virtual file systems has symbolic and hard links, inodes and times, which
//! WASI shows to guests.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use wasip1::Filetype;

use super::quota::{LARGEST_FILE, Room};
use super::{How, Times};
use crate::abi::{Result, Stat};
use crate::guest::Guest;
use crate::memory::Range;
use crate::sys;

/// What a node takes beside its content and its name, in bytes.
const NODE_LEN: usize = 256;

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
    room: RefCell<Room>,
}

#[derive(Debug)]
enum Content {
    File(RefCell<Vec<u8>>),
    Directory(RefCell<BTreeMap<String, Rc<Node>>>),
    Link(String),
}

impl Node {
    fn new(content: Content, name: &str) -> Result<Rc<Self>> {
        let len = match &content {
            Content::File(bytes) => bytes.borrow().len(),
            Content::Directory(_) => 0,
            Content::Link(target) => target.len(),
        };
        let room = RefCell::new(Room::of(NODE_LEN + name.len() + len)?);
        let inode = NEXT_INODE.replace(NEXT_INODE.get() + 1);
        let now = || Cell::new(sys::realtime());
        let (accessed, modified, changed) = (now(), now(), now());
        Ok(Rc::new(Self { inode, links: Cell::new(1), accessed, modified, changed, content, room }))
    }

    /// An empty directory.
    pub(crate) fn directory() -> Result<Rc<Self>> {
        Self::new(Content::Directory(RefCell::default()), "")
    }

    /// A file of these bytes, under a name that is not there yet.
    pub(crate) fn add_file(&self, name: &str, bytes: Vec<u8>) -> Result<()> {
        self.add(name, Content::File(RefCell::new(bytes))).map(drop)
    }

    /// The same for a directory.
    pub(crate) fn add_directory(&self, name: &str) -> Result<Rc<Self>> {
        self.add(name, Content::Directory(RefCell::default()))
    }

    pub(super) fn stat(&self) -> Stat {
        let (kind, size) = match &self.content {
            Content::File(bytes) => (wasip1::FILETYPE_REGULAR_FILE, bytes.borrow().len()),
            Content::Directory(children) => (wasip1::FILETYPE_DIRECTORY, children.borrow().len()),
            Content::Link(target) => (wasip1::FILETYPE_SYMBOLIC_LINK, target.len()),
        };
        Stat {
            device: 1,
            inode: self.inode,
            kind,
            links: self.links.get(),
            size: size as u64,
            accessed: self.accessed.get(),
            modified: self.modified.get(),
            changed: self.changed.get(),
        }
    }

    fn children(&self) -> Result<&RefCell<BTreeMap<String, Rc<Self>>>> {
        match &self.content {
            Content::Directory(children) => Ok(children),
            _ => Err(wasip1::ERRNO_NOTDIR),
        }
    }

    fn take_children(&mut self) -> Vec<Rc<Self>> {
        match &mut self.content {
            Content::Directory(children) => std::mem::take(children.get_mut()).into_values().collect(),
            _ => Vec::new(),
        }
    }

    fn is_directory(&self) -> bool {
        matches!(self.content, Content::Directory(_))
    }

    pub(super) fn child(&self, name: &str) -> Result<Rc<Self>> {
        if name.len() > LONGEST_NAME {
            return Err(wasip1::ERRNO_NAMETOOLONG);
        }
        self.children()?.borrow().get(name).cloned().ok_or(wasip1::ERRNO_NOENT)
    }

    pub(super) fn child_directory(&self, name: &str) -> Result<Rc<Self>> {
        let child = self.child(name)?;
        child.children()?;
        Ok(child)
    }

    pub(super) fn entries(&self) -> Vec<(u64, Filetype, String)> {
        let entry = |(name, node): (&String, &Rc<Self>)| (node.inode, node.stat().kind, name.clone());
        self.children().map(|children| children.borrow().iter().map(entry).collect()).unwrap_or_default()
    }

    /// A new node under a name that is not there yet.
    fn add(&self, name: &str, content: Content) -> Result<Rc<Self>> {
        let node = Self::new(content, name)?;
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
        self.children()?.borrow_mut().insert(name.to_owned(), Rc::clone(node));
        self.touch();
        Ok(())
    }

    /// Takes a name away.
    fn take(&self, name: &str) -> Result<()> {
        let taken = self.children()?.borrow_mut().remove(name).ok_or(wasip1::ERRNO_NOENT)?;
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
                return self.add(name, Content::File(RefCell::default()));
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
        self.add(name, Content::Link(target.to_owned())).map(drop)
    }

    pub(super) fn create_directory(&self, name: &str) -> Result<()> {
        self.add_directory(name).map(drop)
    }

    pub(super) fn remove_directory(&self, name: &str) -> Result<()> {
        self.child(name)?.require_empty()?;
        self.take(name)
    }

    fn require_empty(&self) -> Result<()> {
        if self.children()?.borrow().is_empty() { Ok(()) } else { Err(wasip1::ERRNO_NOTEMPTY) }
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
        if node.contains(to) {
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
        // What had the name is replaced; there is nothing to be taken otherwise.
        let _ = to.take(new_name);
        self.children()?.borrow_mut().remove(name);
        self.touch();
        to.insert(new_name, &node)
    }

    /// Whether `other` is this or below it. Not by recursion, since a guest may nest as deep as it likes.
    fn contains(self: &Rc<Self>, other: &Self) -> bool {
        let mut within = vec![Rc::clone(self)];
        while let Some(node) = within.pop() {
            if std::ptr::eq(&*node, other) {
                return true;
            }
            if let Ok(children) = node.children() {
                within.extend(children.borrow().values().filter(|child| child.is_directory()).cloned());
            }
        }
        false
    }

    fn bytes(&self) -> Result<&RefCell<Vec<u8>>> {
        match &self.content {
            Content::File(bytes) => Ok(bytes),
            _ => Err(wasip1::ERRNO_ISDIR),
        }
    }

    pub(super) fn read(&self, guest: &Guest, range: Range, position: u64) -> u32 {
        let Ok(bytes) = self.bytes() else { return 0 };
        let bytes = bytes.borrow();
        let rest = usize::try_from(position).ok().and_then(|position| bytes.get(position..)).unwrap_or_default();
        guest.write(range, rest);
        self.accessed.set(sys::realtime());
        u32::try_from(rest.len()).unwrap_or(u32::MAX).min(range.len())
    }

    pub(super) fn write(&self, guest: &Guest, range: Range, position: Option<u64>) -> Result<u32> {
        let len = self.bytes()?.borrow().len() as u64;
        let position = position.unwrap_or(len);
        let end = position.checked_add(range.len().into()).ok_or(wasip1::ERRNO_FBIG)?;
        if end > len && range.len() > 0 {
            self.resize(end)?;
        }
        let at = usize::try_from(position).map_err(|_| wasip1::ERRNO_FBIG)?;
        let mut bytes = self.bytes()?.borrow_mut();
        if let Some(place) = bytes.get_mut(at..).and_then(|rest| rest.get_mut(..range.len() as usize)) {
            sys::read(guest.id(), range.ptr(), place);
        }
        drop(bytes);
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
        let mut bytes = self.bytes()?.borrow_mut();
        let more = len.saturating_sub(bytes.len());
        // Half as much again, so that many small writes do not copy all of it each time.
        let spare = if more > bytes.capacity() - bytes.len() { len / 2 } else { 0 };
        self.room.borrow_mut().resize(NODE_LEN + bytes.capacity().max(len + spare))?;
        bytes
            .try_reserve_exact(more + spare)
            .or_else(|_| bytes.try_reserve_exact(more))
            .map_err(|_| wasip1::ERRNO_NOSPC)?;
        bytes.resize(len, 0);
        // What was given up is not kept: what counts is what is held.
        if len < bytes.capacity() / 4 {
            bytes.shrink_to(len);
        }
        self.room.borrow_mut().resize(NODE_LEN + bytes.capacity())
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
        let mut gone = self.take_children();
        while let Some(node) = gone.pop() {
            if let Some(mut node) = Rc::into_inner(node) {
                gone.append(&mut node.take_children());
            }
        }
    }
}
