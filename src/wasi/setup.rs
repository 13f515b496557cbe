//! Exports by which JavaScript begins and ends a guest's process. Texts and bytes are passed in memory of `wasi_alloc`,
//! which the call that uses them frees.

use std::cell::Cell;
use std::rc::Rc;

use crate::abi::Result;
use crate::constants::added;
use crate::descriptors::Descriptor;
use crate::files::{Directory, Node};
use crate::holdings;
use crate::process::Process;

// Taken out of their cells while in use, so that nothing is ever borrowed.
thread_local! {
    /// Blocks of memory that were allocated and not yet freed, the oldest first.
    static TAKEN: Cell<Vec<Vec<u8>>> = const { Cell::new(Vec::new()) };
    /// The directory that files are added to, which comes last, and its parents.
    static TREE: Cell<Vec<Rc<Node>>> = const { Cell::new(Vec::new()) };
}

/// The shim between guests and this module.
static SHIM: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/wasi-shim.wasm"));

#[unsafe(no_mangle)]
extern "C" fn wasi_shim() -> *const u8 {
    SHIM.as_ptr()
}

#[unsafe(no_mangle)]
extern "C" fn wasi_shim_len() -> usize {
    SHIM.len()
}

/// Allocates `len` bytes; 0 if there is no memory.
#[unsafe(no_mangle)]
extern "C" fn wasi_alloc(len: usize) -> *mut u8 {
    let mut bytes = Vec::new();
    if bytes.try_reserve_exact(len).is_err() {
        return std::ptr::null_mut();
    }
    bytes.resize(len, 0);
    let ptr = bytes.as_mut_ptr();
    let mut taken = TAKEN.take();
    taken.push(bytes);
    TAKEN.set(taken);
    ptr
}

/// Takes the oldest block of memory: its bytes.
fn given() -> Vec<u8> {
    let mut taken = TAKEN.take();
    let first = if taken.is_empty() { Vec::new() } else { taken.remove(0) };
    TAKEN.set(taken);
    first
}

fn given_text() -> String {
    String::from_utf8(given()).unwrap_or_default()
}

/// Begins a process with standard streams. `is_timed`: 1 for a guest that can be interrupted.
#[unsafe(no_mangle)]
extern "C" fn wasi_begin(id: u32, payload_limit: u32, has_own_clock: u32, is_timed: u32) {
    Process::begin(id, payload_limit, has_own_clock != 0, is_timed != 0);
}

/// Ends a process: what it holds is given back, and what it had open is closed.
#[unsafe(no_mangle)]
extern "C" fn wasi_end(id: u32) {
    // Frees blocks left behind where a setup ended early for lack of room.
    drop((TAKEN.take(), TREE.take()));
    Process::end(id);
}

/// The number of processes in this thread.
#[unsafe(no_mangle)]
extern "C" fn wasi_processes() -> usize {
    Process::count()
}

/// Bytes that all processes hold.
#[unsafe(no_mangle)]
extern "C" fn wasi_room_used() -> usize {
    holdings::used()
}

/// Adds an argument.
#[unsafe(no_mangle)]
extern "C" fn wasi_argument(id: u32) {
    let text = given();
    if let Some(mut arguments) =
        Process::by_id(id).as_deref().and_then(|process| process.arguments.try_borrow_mut().ok())
    {
        arguments.push(&text);
    }
}

/// Adds a variable of the environment, `NAME=value`.
#[unsafe(no_mangle)]
extern "C" fn wasi_variable(id: u32) {
    let text = given();
    if let Some(mut environment) =
        Process::by_id(id).as_deref().and_then(|process| process.environment.try_borrow_mut().ok())
    {
        environment.push(&text);
    }
}

/// Sets all of standard input. 0 if there is no room for it, as below.
#[unsafe(no_mangle)]
extern "C" fn wasi_stdin(id: u32) -> u32 {
    let bytes = given();
    Process::by_id(id).is_some_and(|process| process.set_stdin(bytes).is_ok()).into()
}

/// Adds a directory of the machine, under the guest's name for it.
#[unsafe(no_mangle)]
extern "C" fn wasi_preopen(id: u32, handle: u32, readonly: u32) -> u32 {
    let name = given_text();
    let Some(process) = Process::by_id(id) else { return 0 };
    preopen(&process, name, Directory::of_machine(handle, readonly != 0, &process.holdings))
}

/// The answer for JavaScript: one of [`added`].
fn answer<T>(result: Result<T>) -> u32 {
    match result {
        Ok(_) => added::DONE,
        Err(errno) if errno == wasip1::ERRNO_NOSPC => added::NO_ROOM,
        Err(_) => added::NAME_REFUSED,
    }
}

/// Begins a tree, or a directory in it: one of [`added`].
#[unsafe(no_mangle)]
extern "C" fn wasi_tree_directory(id: u32) -> u32 {
    let name = given_text();
    let Some(process) = Process::by_id(id) else { return added::NO_ROOM };
    let mut tree = TREE.take();
    let directory = match tree.last() {
        Some(parent) => parent.add_directory(&name),
        None => Node::directory(&process.nodes),
    };
    let result = directory.map(|directory| tree.push(directory));
    TREE.set(tree);
    answer(result)
}

/// Adds a file to the current directory of the tree, a name and its bytes: one of [`added`].
#[unsafe(no_mangle)]
extern "C" fn wasi_tree_file() -> u32 {
    let (name, bytes) = (given_text(), given());
    let tree = TREE.take();
    let answered = tree.last().map_or(added::NO_ROOM, |directory| answer(directory.add_file(&name, bytes)));
    TREE.set(tree);
    answered
}

/// Ends a directory. Where it is the tree's root, the guest gets it under the name given.
#[unsafe(no_mangle)]
extern "C" fn wasi_tree_end(id: u32) -> u32 {
    let mut tree = TREE.take();
    let (ended, within) = (tree.pop(), !tree.is_empty());
    TREE.set(tree);
    match (ended, Process::by_id(id)) {
        _ if within => 1,
        (Some(directory), Some(process)) => preopen(&process, given_text(), Directory::Tree(directory)),
        _ => 0,
    }
}

fn preopen(process: &Process, name: String, directory: Directory) -> u32 {
    process.add(Descriptor::preopen(directory, name)).is_ok().into()
}
