//! What JavaScript says of a guest before it runs, and when it is gone. Texts and bytes come through memory that was
//! taken by `wasi_alloc`, which the call that names them gives back.

use std::cell::RefCell;
use std::rc::Rc;

use crate::descriptors::Descriptor;
use crate::files::{Directory, Node};
use crate::process::Process;

thread_local! {
    /// What was taken and not yet given back.
    static TAKEN: RefCell<Vec<Vec<u8>>> = const { RefCell::new(Vec::new()) };
    /// The directory that files are added to, and those around it.
    static TREE: RefCell<Vec<Rc<Node>>> = const { RefCell::new(Vec::new()) };
}

/// The module that stands between guests and this one.
static SHIM: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/wasi.wasm"));

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
    TAKEN.with_borrow_mut(|taken| {
        taken.push(bytes);
        taken.last_mut().map_or(std::ptr::null_mut(), |bytes| bytes.as_mut_ptr())
    })
}

/// What was taken first.
fn given() -> Vec<u8> {
    TAKEN.with_borrow_mut(|taken| if taken.is_empty() { Vec::new() } else { taken.remove(0) })
}

fn given_text() -> String {
    String::from_utf8(given()).unwrap_or_default()
}

/// Begins a process with standard streams.
#[unsafe(no_mangle)]
extern "C" fn wasi_begin(id: u32, payload_limit: u32) {
    Process::begin(id, payload_limit);
}

/// Ends it.
#[unsafe(no_mangle)]
extern "C" fn wasi_end(id: u32) {
    // What is left where there was no room for all that it was to be given: others want it.
    TAKEN.take();
    TREE.take();
    Process::end(id);
}

/// One more argument.
#[unsafe(no_mangle)]
extern "C" fn wasi_argument(id: u32) {
    let text = given();
    if let Some(process) = Process::by_id(id) {
        process.arguments.borrow_mut().push(&text);
    }
}

/// One more variable of the environment, `NAME=value`.
#[unsafe(no_mangle)]
extern "C" fn wasi_variable(id: u32) {
    let text = given();
    if let Some(process) = Process::by_id(id) {
        process.environment.borrow_mut().push(&text);
    }
}

/// All of standard input.
#[unsafe(no_mangle)]
extern "C" fn wasi_stdin(id: u32) {
    let bytes = given();
    if let Some(process) = Process::by_id(id) {
        process.stdin.replace(bytes);
    }
}

/// A directory of the machine, under the guest's name for it.
#[unsafe(no_mangle)]
extern "C" fn wasi_preopen(id: u32, handle: u32, readonly: u32) -> u32 {
    preopen(id, given_text(), Directory::of_machine(handle, readonly != 0))
}

/// Begins a tree, or a directory in it.
#[unsafe(no_mangle)]
extern "C" fn wasi_tree_directory() -> u32 {
    let name = given_text();
    TREE.with_borrow_mut(|tree| {
        let added = match tree.last() {
            Some(parent) => parent.add_directory(&name),
            None => Node::directory(),
        };
        added.map(|directory| tree.push(directory)).is_ok().into()
    })
}

/// A file in it: a name, and its bytes.
#[unsafe(no_mangle)]
extern "C" fn wasi_tree_file() -> u32 {
    let (name, bytes) = (given_text(), given());
    TREE.with_borrow(|tree| tree.last().is_some_and(|directory| directory.add_file(&name, bytes).is_ok())).into()
}

/// Ends a directory; where it is the tree, the guest gets it under the name given.
#[unsafe(no_mangle)]
extern "C" fn wasi_tree_end(id: u32) -> u32 {
    let (ended, within) = TREE.with_borrow_mut(|tree| (tree.pop(), !tree.is_empty()));
    match ended {
        _ if within => 1,
        Some(directory) => preopen(id, given_text(), Directory::Tree(directory)),
        None => 0,
    }
}

fn preopen(id: u32, name: String, directory: Directory) -> u32 {
    let Some(process) = Process::by_id(id) else { return 0 };
    let opened = process.descriptors.borrow_mut().open(Descriptor::directory(directory, Some(name)));
    opened.is_ok().into()
}
