//! The functions that JavaScript calls: `interrupt_alloc`, then `interrupt_rewrite`, then the others, once each.

use std::cell::RefCell;

use crate::rewriter::{Refused, rewrite};

/// The module as it came, and then the rewritten one; or the reason why there is none, in UTF-8.
#[derive(Debug, Default)]
struct Work {
    bytes: Vec<u8>,
    /// The offset of what is not known.
    refused_at: usize,
}

thread_local! {
    static WORK: RefCell<Work> = const { RefCell::new(Work { bytes: Vec::new(), refused_at: 0 }) };
}

/// Room for a module of `len` bytes: its address, 0 where there is none.
#[unsafe(no_mangle)]
extern "C" fn interrupt_alloc(len: usize) -> *mut u8 {
    WORK.with_borrow_mut(|work| {
        if work.bytes.try_reserve_exact(len).is_err() {
            return std::ptr::null_mut();
        }
        work.bytes.resize(len, 0);
        work.bytes.as_mut_ptr()
    })
}

/// Rewrites the module that is there: 1 where it is the rewritten one then, 0 where it is a text that says what is not
/// known.
#[unsafe(no_mangle)]
extern "C" fn interrupt_rewrite() -> u32 {
    WORK.with_borrow_mut(|work| match rewrite(&work.bytes) {
        Ok(bytes) => {
            work.bytes = bytes;
            1
        }
        Err(Refused { what, at }) => {
            *work = Work { bytes: what.into(), refused_at: at };
            0
        }
    })
}

/// The address of the result.
#[unsafe(no_mangle)]
extern "C" fn interrupt_result() -> *const u8 {
    WORK.with_borrow(|work| work.bytes.as_ptr())
}

/// The length of the result in bytes.
#[unsafe(no_mangle)]
extern "C" fn interrupt_result_len() -> usize {
    WORK.with_borrow(|work| work.bytes.len())
}

/// The offset in the module of what is not known.
#[unsafe(no_mangle)]
extern "C" fn interrupt_refused_at() -> usize {
    WORK.with_borrow(|work| work.refused_at)
}
