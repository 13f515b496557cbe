//! The names in a directory of a tree.

use std::cell::{Ref, RefCell, RefMut};
use std::rc::Rc;

use super::{Children, Content, ENTRY_LEN, Entry, Node};
use crate::abi::Result;
use crate::files::{How, Names};
use crate::sys;

/// The most bytes of a name.
const LONGEST_NAME: usize = 255;

impl Node {
    pub(super) fn children_cell(&self) -> Result<&RefCell<Children>> {
        match &self.content {
            Content::Directory(children) => Ok(children),
            _ => Err(wasip1::ERRNO_NOTDIR),
        }
    }

    pub(super) fn children(&self) -> Result<Ref<'_, Children>> {
        self.children_cell()?.try_borrow().map_err(|_| wasip1::ERRNO_IO)
    }

    pub(super) fn children_mut(&self) -> Result<RefMut<'_, Children>> {
        self.children_cell()?.try_borrow_mut().map_err(|_| wasip1::ERRNO_IO)
    }

    pub(in crate::files) fn child(&self, name: &str) -> Result<Rc<Self>> {
        if name.len() > LONGEST_NAME {
            return Err(wasip1::ERRNO_NAMETOOLONG);
        }
        self.children()?.get(name).map(|entry| Rc::clone(&entry.node)).ok_or(wasip1::ERRNO_NOENT)
    }

    pub(in crate::files) fn child_directory(&self, name: &str) -> Result<Rc<Self>> {
        let child = self.child(name)?;
        child.children_cell()?;
        Ok(child)
    }

    /// Adds its entries to `names`.
    pub(in crate::files) fn list(&self, names: &mut Names) -> Result<()> {
        for (name, Entry { node, .. }) in self.children()?.iter() {
            names.push(node.inode, node.stat()?.kind, name);
        }
        Ok(())
    }

    /// Adds a new node under a name that does not exist yet.
    pub(super) fn add(&self, name: &str, content: Content, len: usize) -> Result<Rc<Self>> {
        let node = Self::new(content, len, &self.nodes)?;
        self.insert(name, &node)?;
        Ok(node)
    }

    pub(super) fn insert(&self, name: &str, node: &Rc<Self>) -> Result<()> {
        match self.child(name) {
            Err(errno) if errno == wasip1::ERRNO_NOENT => {}
            found => return Err(found.err().unwrap_or(wasip1::ERRNO_EXIST)),
        }
        // A removed directory takes no entries.
        if self.links.get() == 0 {
            return Err(wasip1::ERRNO_NOENT);
        }
        let entry = Entry { node: Rc::clone(node), room: self.nodes.room(ENTRY_LEN + name.len())? };
        let name = name.to_owned();
        self.children_mut()?.insert(name, entry);
        self.touch();
        Ok(())
    }

    /// Removes a name.
    pub(super) fn take(&self, name: &str) -> Result<()> {
        let Entry { node: taken, .. } = self.children_mut()?.remove(name).ok_or(wasip1::ERRNO_NOENT)?;
        taken.links.set(taken.links.get().saturating_sub(1));
        taken.changed.set(sys::realtime());
        self.touch();
        Ok(())
    }

    /// Notes that its content has changed now.
    pub(super) fn touch(&self) {
        self.modified.set(sys::realtime());
        self.changed.set(self.modified.get());
    }

    pub(in crate::files) fn open(&self, name: &str, how: How) -> Result<Rc<Self>> {
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

    pub(in crate::files) fn read_link(&self, name: &str) -> Result<String> {
        match &self.child(name)?.content {
            Content::Link(target) => Ok(target.clone()),
            _ => Err(wasip1::ERRNO_INVAL),
        }
    }

    pub(in crate::files) fn make_link(&self, name: &str, target: &str) -> Result<()> {
        self.add(name, Content::Link(target.to_owned()), target.len()).map(drop)
    }

    pub(in crate::files) fn create_directory(&self, name: &str) -> Result<()> {
        self.add_directory(name).map(drop)
    }

    pub(in crate::files) fn remove_directory(&self, name: &str) -> Result<()> {
        self.child(name)?.require_empty()?;
        self.take(name)
    }

    pub(super) fn require_empty(&self) -> Result<()> {
        if self.children()?.is_empty() { Ok(()) } else { Err(wasip1::ERRNO_NOTEMPTY) }
    }

    pub(in crate::files) fn unlink(&self, name: &str) -> Result<()> {
        if self.child(name)?.is_directory() {
            return Err(wasip1::ERRNO_ISDIR);
        }
        self.take(name)
    }

    pub(in crate::files) fn link(&self, name: &str, to: &Self, new_name: &str) -> Result<()> {
        let node = self.child(name)?;
        if node.is_directory() {
            return Err(wasip1::ERRNO_PERM);
        }
        to.insert(new_name, &node)?;
        node.links.set(node.links.get() + 1);
        Ok(())
    }

    pub(in crate::files) fn rename(&self, name: &str, to: &Self, new_name: &str) -> Result<()> {
        let node = self.child(name)?;
        // A directory cannot become a part of itself.
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
        let entry = self.children_mut()?.remove(name).ok_or(wasip1::ERRNO_NOENT)?;
        // A node that already has the name is replaced: its room is free then, so that only a new name may lack some.
        let replaces = to.take(new_name).is_ok();
        if let Err(errno) = entry.room.resize(ENTRY_LEN + new_name.len())
            && !replaces
        {
            self.children_mut()?.insert(name.to_owned(), entry);
            return Err(errno);
        }
        to.children_mut()?.insert(new_name.to_owned(), entry);
        self.touch();
        to.touch();
        Ok(())
    }

    /// True where `other` is this or below it. Without recursion: a guest may nest directories as deep as it likes.
    pub(super) fn contains(self: &Rc<Self>, other: &Self) -> Result<bool> {
        let mut within = vec![Rc::clone(self)];
        while let Some(node) = within.pop() {
            if std::ptr::eq(&*node, other) {
                return Ok(true);
            }
            if node.is_directory() {
                let children = node.children()?;
                within.extend(
                    children.values().filter(|entry| entry.node.is_directory()).map(|entry| Rc::clone(&entry.node)),
                );
            }
        }
        Ok(false)
    }
}

#[cfg(test)]
mod tests {
    use super::{ENTRY_LEN, Node};
    use crate::files::Nodes;
    use crate::files::tree::NODE_LEN;
    use crate::holdings::{ALL, Holdings, Room, used};

    #[test]
    fn a_rename_takes_room_for_a_new_name_alone() {
        let holdings = Holdings::new();
        let made = Node::directory(&Nodes::new(&holdings)).and_then(|tree| {
            tree.add_file("a", vec![])?;
            tree.add_file("another", vec![])?;
            Ok(tree)
        });
        assert!(made.is_ok());
        let Ok(tree) = made else { return };
        let filling = Room::of(&holdings, ALL - used());
        assert!(filling.is_ok());
        assert_eq!(tree.rename("a", &tree, "long"), Err(wasip1::ERRNO_NOSPC));
        assert_eq!((tree.child("a").is_ok(), tree.child("long").is_ok()), (true, false));
        assert_eq!(tree.rename("a", &tree, "another"), Ok(()));
        assert_eq!((tree.child("a").is_ok(), tree.child("another").is_ok()), (false, true));
        // Of the replaced node, and of the entry of the old name.
        assert_eq!(used(), ALL - NODE_LEN - ENTRY_LEN - 1);
    }
}
