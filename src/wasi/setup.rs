//! Exports by which JavaScript begins and ends a guest's process. Texts and bytes come through memory that was
//! taken by `wasi_alloc`, which the call that names them gives back.

use std::cell::Cell;
use std::rc::Rc;

use crate::descriptors::Descriptor;
use crate::files::{Directory, Node};
use crate::holdings;
use crate::process::Process;

// Taken out of their cells while they are worked on, so that nothing is ever borrowed.
thread_local! {
    /// Memory that was taken and not yet given back.
    static TAKEN: Cell<Vec<Vec<u8>>> = const { Cell::new(Vec::new()) };
    /// The directory that files are added to, and those around it.
    static TREE: Cell<Vec<Rc<Node>>> = const { Cell::new(Vec::new()) };
}

/// The module that stands between guests and this one.
static SHIM: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/wasi-shim.wasm"));

#[unsafe(no_mangle)]
extern "C" fn wasi_shim() -> *const u8 {
    SHIM.as_ptr()
}

#[unsafe(no_mangle)]
extern "C" fn wasi_shim_len() -> usize {
    SHIM.len()
}

/// Memory for `len` bytes; 0 if there is none.
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

/// Gives back the memory that was taken first: its bytes.
fn given() -> Vec<u8> {
    let mut taken = TAKEN.take();
    let first = if taken.is_empty() { Vec::new() } else { taken.remove(0) };
    TAKEN.set(taken);
    first
}

fn given_text() -> String {
    String::from_utf8(given()).unwrap_or_default()
}

/// Begins a process with standard streams.
#[unsafe(no_mangle)]
extern "C" fn wasi_begin(id: u32, payload_limit: u32) {
    Process::begin(id, payload_limit);
}

/// Ends it: what it holds is given back, and what it had open is closed.
#[unsafe(no_mangle)]
extern "C" fn wasi_end(id: u32) {
    // Memory that is left where there was no room for all that it was to be given: others want it.
    drop((TAKEN.take(), TREE.take()));
    Process::end(id);
}

/// How many processes there are in this thread.
#[unsafe(no_mangle)]
extern "C" fn wasi_processes() -> usize {
    Process::count()
}

/// Bytes that all of them hold.
#[unsafe(no_mangle)]
extern "C" fn wasi_room_used() -> usize {
    holdings::used()
}

/// One more argument.
#[unsafe(no_mangle)]
extern "C" fn wasi_argument(id: u32) {
    let text = given();
    if let Some(mut arguments) =
        Process::by_id(id).as_deref().and_then(|process| process.arguments.try_borrow_mut().ok())
    {
        arguments.push(&text);
    }
}

/// One more variable of the environment, `NAME=value`.
#[unsafe(no_mangle)]
extern "C" fn wasi_variable(id: u32) {
    let text = given();
    if let Some(mut environment) =
        Process::by_id(id).as_deref().and_then(|process| process.environment.try_borrow_mut().ok())
    {
        environment.push(&text);
    }
}

/// All of standard input. 0 if there is no room for it, as below.
#[unsafe(no_mangle)]
extern "C" fn wasi_stdin(id: u32) -> u32 {
    let bytes = given();
    Process::by_id(id).is_some_and(|process| process.set_stdin(bytes).is_ok()).into()
}

/// A directory of the machine, under the guest's name for it.
#[unsafe(no_mangle)]
extern "C" fn wasi_preopen(id: u32, handle: u32, readonly: u32) -> u32 {
    let name = given_text();
    let Some(process) = Process::by_id(id) else { return 0 };
    preopen(&process, name, Directory::of_machine(handle, readonly != 0, &process.holdings))
}

/// Begins a tree, or a directory in it.
#[unsafe(no_mangle)]
extern "C" fn wasi_tree_directory(id: u32) -> u32 {
    let name = given_text();
    let Some(process) = Process::by_id(id) else { return 0 };
    let mut tree = TREE.take();
    let added = match tree.last() {
        Some(parent) => parent.add_directory(&name),
        None => Node::directory(&process.nodes),
    };
    let added = added.map(|directory| tree.push(directory));
    TREE.set(tree);
    added.is_ok().into()
}

/// A file in it: a name, and its bytes.
#[unsafe(no_mangle)]
extern "C" fn wasi_tree_file() -> u32 {
    let (name, bytes) = (given_text(), given());
    let tree = TREE.take();
    let added = tree.last().is_some_and(|directory| directory.add_file(&name, bytes).is_ok());
    TREE.set(tree);
    added.into()
}

/// Ends a directory; where it is the tree, the guest gets it under the name given.
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
