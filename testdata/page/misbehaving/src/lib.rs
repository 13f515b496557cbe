//! A guest that misbehaves, in the way that its operation names.

use std::hint::black_box;

use wapc_guest::prelude::*;

#[link(wasm_import_module = "wapc")]
unsafe extern "C" {
    /// Tells the host where in the guest's memory the response is.
    fn __guest_response(ptr: *const u8, len: usize);
}

/// Registers the operations; the host calls it once the guest is instantiated.
#[unsafe(no_mangle)]
pub extern "C" fn wapc_init() {
    register_function("hello", hello);
    register_function("spin", spin);
    register_function("recurse", recurse);
    register_function("fill", fill);
    register_function("outside", outside);
    register_function("lie", lie);
}

/// Behaves: greets.
fn hello(name: &[u8]) -> CallResult {
    Ok([b"Hello, ", name].concat())
}

/// Computes for ever.
fn spin(_payload: &[u8]) -> CallResult {
    let mut turns = 0_u64;
    loop {
        turns = black_box(turns.wrapping_add(1));
    }
}

/// Calls itself without an end.
fn recurse(_payload: &[u8]) -> CallResult {
    Ok(deeper(1).to_le_bytes().to_vec())
}

#[expect(unconditional_recursion)]
fn deeper(level: u64) -> u64 {
    black_box(level) + deeper(black_box(level + 1))
}

/// Takes one MiB after the other, and says so each 4 MiB.
fn fill(_payload: &[u8]) -> CallResult {
    let mut taken = Vec::new();
    loop {
        taken.push(black_box(vec![1_u8; 1 << 20]));
        if taken.len() % 4 == 0 {
            console_log(&format!("{} MiB taken", taken.len()));
        }
    }
}

/// Reads an address that lies outside its memory.
fn outside(_payload: &[u8]) -> CallResult {
    let secret = unsafe { std::ptr::read_volatile(0xfffe_0000_usize as *const u8) };
    Ok(vec![secret])
}

/// Says that its response is 2 GiB long, of which it has a few bytes.
fn lie(payload: &[u8]) -> CallResult {
    unsafe { __guest_response(payload.as_ptr(), 0x8000_0000) };
    Ok(payload.to_vec())
}
