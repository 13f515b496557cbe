//! The process of one guest: arguments, environment, and descriptors.
//!
//! The engine's stack may overflow in any call that a Rust frame makes; the frame is then lost with its borrows held.
//! So none is held over a call of JavaScript. A cell that stays borrowed is an errno to its guest (EIO), never a panic.
//! The end of a process gives back what it holds by its number.

use std::cell::{Cell, RefCell, RefMut};
use std::rc::Rc;

use crate::abi::Result;
use crate::descriptors::{Descriptor, Descriptors, Open};
use crate::files::{Directory, Nodes};
use crate::guest::Guest;
use crate::holdings::{Holdings, Room};
use crate::sys::{self, Span};

thread_local! {
    /// By the guests' numbers.
    static PROCESSES: RefCell<Vec<Option<Rc<Process>>>> = const { RefCell::new(Vec::new()) };
}

/// One guest as WASI sees it.
#[derive(Debug)]
pub(crate) struct Process {
    pub(crate) guest: Guest,
    /// Bytes that one write may pass on to a stream: `limits.payload`.
    pub(crate) payload_limit: u32,
    /// Its share of the thread's room and handles, which its end gives back.
    pub(crate) holdings: Rc<Holdings>,
    /// Its trees.
    pub(crate) nodes: Rc<Nodes>,
    pub(crate) arguments: RefCell<Strings>,
    pub(crate) environment: RefCell<Strings>,
    stdin: RefCell<Option<Input>>,
    descriptors: RefCell<Descriptors>,
    /// The time at which it began to wait, on the monotonic clock: kept while its stack is suspended.
    waits_since: Cell<Option<u64>>,
}

/// All of standard input.
#[derive(Debug)]
struct Input {
    bytes: Vec<u8>,
    /// Given back when the input is dropped.
    _room: Room,
}

/// Texts one after the other, each ending in a NUL.
#[derive(Debug, Default)]
pub(crate) struct Strings {
    pub(crate) bytes: Vec<u8>,
    /// The offset of each text.
    pub(crate) starts: Vec<u32>,
}

impl Strings {
    #[allow(clippy::cast_possible_truncation)] // Below the size of this memory.
    pub(crate) fn push(&mut self, text: &[u8]) {
        self.starts.push(self.bytes.len() as u32);
        self.bytes.extend_from_slice(text);
        self.bytes.push(0);
    }
}

impl Process {
    /// Begins a process for the guest of this number, in place of an earlier one that could not end.
    pub(crate) fn begin(id: u32, payload_limit: u32) {
        Self::end(id);
        let holdings = Holdings::new();
        let process = Rc::new(Self {
            guest: Guest::new(id),
            payload_limit,
            nodes: Nodes::new(&holdings),
            holdings,
            arguments: RefCell::default(),
            environment: RefCell::default(),
            stdin: RefCell::default(),
            descriptors: RefCell::new(Descriptors::standard()),
            waits_since: Cell::new(None),
        });
        reserve(id as usize);
        PROCESSES.with(|processes| {
            if let Ok(mut processes) = processes.try_borrow_mut()
                && let Some(place) = processes.get_mut(id as usize)
            {
                *place = Some(process);
            }
        });
    }

    /// Ends it: what it holds is given back, and what it had open is closed, whatever still refers to it. Nothing of it
    /// may run any more.
    pub(crate) fn end(id: u32) {
        let gone =
            PROCESSES.with(|processes| processes.try_borrow_mut().ok()?.get_mut(id as usize).and_then(Option::take));
        let Some(process) = gone else { return };
        process.holdings.end();
        sys::close_all(id);
        process.empty();
    }

    /// Frees its memory. What a lost frame still borrows may be half changed, and is skipped.
    fn empty(&self) {
        drop(self.stdin.try_borrow_mut().ok().and_then(|mut stdin| stdin.take()));
        let open = self.descriptors.try_borrow_mut().map(|mut descriptors| std::mem::take(&mut *descriptors));
        drop(open);
        for strings in [&self.arguments, &self.environment] {
            drop(strings.try_borrow_mut().map(|mut strings| std::mem::take(&mut *strings)));
        }
        self.nodes.empty();
    }

    /// The time at which it began to wait: now, unless it waits already.
    pub(crate) fn began_waiting(&self) -> u64 {
        let since = self.waits_since.get().unwrap_or_else(sys::monotonic);
        self.waits_since.set(Some(since));
        since
    }

    /// Notes that it no longer waits.
    pub(crate) fn wait_is_over(&self) {
        self.waits_since.set(None);
    }

    /// The process that a call came from.
    pub(crate) fn by_id(id: u32) -> Option<Rc<Self>> {
        PROCESSES.with(|processes| processes.try_borrow().ok()?.get(id as usize).cloned().flatten())
    }

    /// The number of processes.
    pub(crate) fn count() -> usize {
        PROCESSES.with(|processes| processes.try_borrow().map_or(0, |all| all.iter().flatten().count()))
    }

    /// Its descriptors. Must not be held over a call of JavaScript.
    pub(crate) fn descriptors(&self) -> Result<RefMut<'_, Descriptors>> {
        self.descriptors.try_borrow_mut().map_err(|_| wasip1::ERRNO_IO)
    }

    /// A copy of what is open as `fd`. EBADF.
    pub(crate) fn open(&self, fd: u32) -> Result<Open> {
        Ok(self.descriptors()?.get(fd)?.open.clone())
    }

    /// The directory `fd`, to look up a path in. EBADF if it is none.
    pub(crate) fn directory(&self, fd: u32) -> Result<Directory> {
        self.descriptors()?.get(fd)?.open.directory().cloned()
    }

    /// Sets where the next read or write of `fd` begins.
    pub(crate) fn set_position(&self, fd: u32, position: u64) -> Result<()> {
        self.descriptors()?.get(fd)?.open.position = position;
        Ok(())
    }

    /// Adds a descriptor under the lowest free number. EMFILE if too many are open.
    pub(crate) fn add(&self, descriptor: Descriptor) -> Result<u32> {
        let (fd, refused) = self.descriptors()?.add(descriptor);
        drop(refused);
        fd
    }

    /// Sets its standard input. ENOSPC if there is no room.
    pub(crate) fn set_stdin(&self, bytes: Vec<u8>) -> Result<()> {
        let _room = Room::of(&self.holdings, bytes.capacity())?;
        let mut stdin = self.stdin.try_borrow_mut().map_err(|_| wasip1::ERRNO_IO)?;
        *stdin = Some(Input { bytes, _room });
        Ok(())
    }

    /// The rest of standard input, from `position` on.
    pub(crate) fn stdin(&self, position: u64) -> Result<Span> {
        let stdin = self.stdin.try_borrow().map_err(|_| wasip1::ERRNO_IO)?;
        Ok(Span::from(stdin.as_ref().map_or(&[][..], |input| &input.bytes), position))
    }
}

/// Grows the table to hold `index`. It is not borrowed while memory is allocated.
fn reserve(index: usize) {
    let len = PROCESSES.with(|processes| processes.try_borrow().map_or(usize::MAX, |processes| processes.len()));
    if index < len {
        return;
    }
    let mut larger = Vec::new();
    larger.resize(index.max(len * 2) + 1, None);
    PROCESSES.with(|processes| {
        let Ok(mut processes) = processes.try_borrow_mut() else { return };
        for (place, process) in larger.iter_mut().zip(processes.iter_mut()) {
            std::mem::swap(place, process);
        }
        std::mem::swap(&mut *processes, &mut larger);
    });
}

/// Runs a call of a guest: its errno.
pub(crate) fn run(id: u32, call: impl FnOnce(&Process) -> Result<()>) -> u32 {
    with(id, |process| errno(call(process)))
}

/// Runs a call that returns a number of its own, not only an errno.
pub(crate) fn with(id: u32, call: impl FnOnce(&Process) -> u32) -> u32 {
    let Some(process) = Process::by_id(id) else { return errno(Err(wasip1::ERRNO_BADF)) };
    let answer = call(&process);
    #[cfg(debug_assertions)]
    process.check();
    answer
}

/// The errno that a guest gets for a result.
pub(crate) fn errno(result: Result<()>) -> u32 {
    u32::from(result.err().unwrap_or(wasip1::ERRNO_SUCCESS).raw())
}

#[cfg(debug_assertions)]
impl Process {
    /// Panics where a call left something borrowed, or a count is wrong.
    fn check(&self) {
        assert!(self.descriptors.try_borrow_mut().is_ok(), "the descriptors are borrowed");
        assert!(self.stdin.try_borrow_mut().is_ok(), "standard input is borrowed");
        for strings in [&self.arguments, &self.environment] {
            assert!(strings.try_borrow_mut().is_ok(), "texts are borrowed");
        }
        self.nodes.check();
        let rooms: usize = PROCESSES.with_borrow(|all| all.iter().flatten().map(|one| one.holdings.room()).sum());
        assert_eq!(rooms, crate::holdings::used(), "the rooms of all processes");
    }
}

#[cfg(test)]
mod tests {
    use super::{Process, run};
    use crate::descriptors::{Descriptor, Open, What};
    use crate::files::{Directory, How, Listing, Node};
    use crate::holdings::used;
    use crate::sys::native;

    const EIO: u32 = 29;

    /// A process with a tree of one file, standard input, and a directory of the machine that is handle 5.
    fn begin(id: u32) -> std::rc::Rc<Process> {
        native::reset(65_536);
        Process::begin(id, 100);
        let Some(process) = Process::by_id(id) else { unreachable!("it has just begun") };
        assert_eq!(process.set_stdin(vec![1; 1000]), Ok(()));
        let tree = Node::directory(&process.nodes).and_then(|tree| {
            tree.add_file("a", vec![7; 5000])?;
            process.add(Descriptor::preopen(Directory::Tree(tree), "/tree".to_owned()))
        });
        assert_eq!(tree, Ok(3));
        let machine = Directory::of_machine(5, false, &process.holdings);
        assert_eq!(process.add(Descriptor::preopen(machine, "/machine".to_owned())), Ok(4));
        assert!(used() > 6000);
        process
    }

    fn ended() -> (usize, usize, Vec<u32>, Vec<u32>) {
        (used(), Process::count(), native::closed(), native::ended())
    }

    #[test]
    fn an_end_gives_back_everything_once() {
        drop(begin(3));
        Process::end(3);
        assert_eq!(ended(), (0, 0, vec![], vec![3]));
        Process::end(3);
        assert_eq!(ended(), (0, 0, vec![], vec![]));
    }

    #[test]
    fn what_is_closed_before_the_end_is_closed_once() {
        drop(begin(0));
        assert_eq!(run(0, |process| process.descriptors()?.close(4).map(drop)), 0);
        assert_eq!(native::closed(), [5]);
        Process::end(0);
        assert_eq!(ended(), (0, 0, vec![], vec![0]));
    }

    #[test]
    fn references_of_frames_that_are_gone_keep_nothing() {
        let process = begin(1);
        let directory = process.directory(3);
        let file = process.directory(3).and_then(|tree| tree.open_file("a", How::default()));
        let listing =
            directory.as_ref().map(|tree| tree.names().and_then(|names| Listing::of(names, &process.holdings)));
        std::mem::forget((process.clone(), process.directory(4), directory.clone(), listing));
        Process::end(1);
        assert_eq!((used(), Process::count()), (0, 0));
        // Whatever still refers to it finds it empty.
        assert_eq!(file.map(|file| file.stat().map(|stat| stat.size)), Ok(Ok(0)));
        assert_eq!(directory.map(|tree| tree.stat("a").err()), Ok(Some(wasip1::ERRNO_NOENT)));
        assert_eq!(process.open(3).err(), Some(wasip1::ERRNO_BADF));
        drop(process);
        assert_eq!(ended(), (0, 0, vec![], vec![1]));
    }

    #[test]
    fn borrows_of_frames_that_are_gone_are_errnos_and_keep_nothing_of_others() {
        let other = begin(0);
        let others = used();
        let process = begin(1);
        let Ok(Open { what: What::Directory(Directory::Tree(tree)), .. }) = process.open(3) else {
            unreachable!("it is a tree")
        };
        tree.leak_borrow();
        assert_eq!(tree.add_file("b", vec![]).err(), Some(wasip1::ERRNO_IO));
        std::mem::forget(process.descriptors());
        assert_eq!(process.open(3).err(), Some(wasip1::ERRNO_IO));
        assert_eq!(process.descriptors().err(), Some(wasip1::ERRNO_IO));
        assert_eq!(crate::process::errno(process.open(3).map(drop)), EIO);
        drop(process);
        Process::end(1);
        assert_eq!((used(), Process::count()), (others, 1));
        assert_eq!(run(0, |process| process.open(3)?.stat().map(drop)), 0);
        drop(other);
        Process::end(0);
        assert_eq!(ended(), (0, 0, vec![], vec![1, 0]));
    }

    #[test]
    fn numbers_are_used_again() {
        let before = begin(2);
        let late = before.directory(4);
        std::mem::forget(before.clone());
        Process::end(2);
        let now = begin(2);
        let room = used();
        drop((before, late));
        assert_eq!((used(), native::closed()), (room, vec![]), "a late drop is no longer the process of this number");
        assert_eq!(now.holdings.handles(), 1);
        // A process that could not end is ended by the next one of its number.
        let next = begin(2);
        assert_eq!((used(), Process::count(), native::ended()), (room, 1, vec![2, 2]));
        drop((now, next));
        Process::end(2);
        assert_eq!(ended(), (0, 0, vec![], vec![2]));
    }

    #[test]
    fn the_table_grows_and_keeps_who_is_there() {
        for id in [0, 1, 7, 100, 5] {
            Process::begin(id, id);
        }
        for id in [0, 1, 7, 100, 5] {
            assert_eq!(Process::by_id(id).map(|process| process.payload_limit), Some(id));
            Process::end(id);
        }
        assert_eq!(Process::count(), 0);
    }
}
