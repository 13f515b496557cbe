//! Numbers by which JavaScript and guests refer to things of the core.

use std::rc::Rc;

/// A table of shared things. Numbers of those that are gone are reused.
#[derive(Debug)]
pub(crate) struct Slots<T> {
    slots: Vec<Option<Rc<T>>>,
    free: Vec<u32>,
}

impl<T> Slots<T> {
    pub(crate) const fn new() -> Self {
        Self { slots: Vec::new(), free: Vec::new() }
    }

    /// A number for a thing that is yet to be made.
    #[allow(clippy::cast_possible_truncation)] // Each takes hundreds of bytes of a memory of 4 GiB.
    pub(crate) fn reserve(&mut self) -> u32 {
        self.free.pop().unwrap_or_else(|| {
            self.slots.push(None);
            self.slots.len() as u32 - 1
        })
    }

    /// Puts a thing under its reserved number.
    pub(crate) fn fill(&mut self, slot: u32, thing: &Rc<T>) {
        if let Some(place) = self.slots.get_mut(slot as usize) {
            *place = Some(Rc::clone(thing));
        }
    }

    #[inline(always)]
    pub(crate) fn get(&self, slot: u32) -> Option<&Rc<T>> {
        self.slots.get(slot as usize)?.as_ref()
    }

    /// All of them.
    #[cfg(debug_assertions)]
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Rc<T>> {
        self.slots.iter().flatten()
    }

    /// The number of things.
    pub(crate) fn alive(&self) -> usize {
        self.slots.iter().flatten().count()
    }

    /// Removes a thing. The caller drops it after the borrow of the table has ended: its destructor may use the table.
    pub(crate) fn remove(&mut self, slot: u32) -> Option<Rc<T>> {
        let thing = self.slots.get_mut(slot as usize)?.take()?;
        self.free.push(slot);
        Some(thing)
    }
}

#[cfg(test)]
mod tests {
    use super::Slots;
    use std::rc::Rc;

    #[test]
    fn numbers_are_used_again_and_removed_once() {
        let mut slots = Slots::new();
        let (a, b) = (slots.reserve(), slots.reserve());
        slots.fill(a, &Rc::new('a'));
        slots.fill(b, &Rc::new('b'));
        assert_eq!((slots.get(a).map(|a| **a), slots.get(b).map(|b| **b)), (Some('a'), Some('b')));
        assert_eq!(slots.remove(a).as_deref(), Some(&'a'));
        assert_eq!((slots.remove(a), slots.alive()), (None, 1));
        assert_eq!((slots.get(a), slots.get(7)), (None, None));
        let c = slots.reserve();
        assert_eq!((c, slots.get(c)), (a, None));
        slots.fill(c, &Rc::new('c'));
        assert_eq!(slots.get(c).map(|c| **c), Some('c'));
        assert_eq!(slots.reserve(), 2);
    }
}
