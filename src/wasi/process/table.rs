//! The processes of this thread by the numbers of their guests: how each begins and ends.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::Process;
use crate::descriptors::Descriptors;
use crate::files::Nodes;
use crate::guest::Guest;
use crate::holdings::Holdings;
use crate::sys;

thread_local! {
    /// By the guests' numbers.
    static PROCESSES: RefCell<Vec<Option<Rc<Process>>>> = const { RefCell::new(Vec::new()) };
}

impl Process {
    /// Begins a process for the guest of this number, in the place of one that could not end.
    pub(crate) fn begin(id: u32, payload_limit: u32, has_own_clock: bool, is_timed: bool) {
        Self::end(id);
        sys::enter(id);
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
            has_own_clock,
            is_timed,
            suspended: Cell::new(None),
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

    /// The process that a call came from.
    pub(crate) fn by_id(id: u32) -> Option<Rc<Self>> {
        PROCESSES.with(|processes| processes.try_borrow().ok()?.get(id as usize).cloned().flatten())
    }

    /// How many there are.
    pub(crate) fn count() -> usize {
        PROCESSES.with(|processes| processes.try_borrow().map_or(0, |all| all.iter().flatten().count()))
    }

    /// The sum of the rooms of all processes.
    #[cfg(debug_assertions)]
    pub(super) fn rooms() -> usize {
        PROCESSES.with_borrow(|all| all.iter().flatten().map(|one| one.holdings.room()).sum())
    }
}

/// Makes the table long enough. Nothing is borrowed while memory is asked for.
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

#[cfg(test)]
mod tests {
    use super::Process;
    use crate::descriptors::{Descriptor, Open, What};
    use crate::files::{Directory, How, Listing, Node};
    use crate::holdings::used;
    use crate::process::run;
    use crate::sys::native;

    const EIO: u32 = 29;

    /// A process with a tree of one file, standard input, and a directory of the machine that is handle 5.
    fn begin(id: u32) -> std::rc::Rc<Process> {
        native::reset(65_536);
        Process::begin(id, 100, false, false);
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
        // Whoever still refers to it finds it empty.
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
        // One that could not end is ended by the next one.
        let next = begin(2);
        assert_eq!((used(), Process::count(), native::ended()), (room, 1, vec![2, 2]));
        drop((now, next));
        Process::end(2);
        assert_eq!(ended(), (0, 0, vec![], vec![2]));
    }

    #[test]
    fn the_table_grows_and_keeps_who_is_there() {
        for id in [0, 1, 7, 100, 5] {
            Process::begin(id, id, false, false);
        }
        for id in [0, 1, 7, 100, 5] {
            assert_eq!(Process::by_id(id).map(|process| process.payload_limit), Some(id));
            Process::end(id);
        }
        assert_eq!(Process::count(), 0);
    }
}
