//! Debug builds alone: what is asserted after each invocation, of files that an invocation knows nothing of.

use std::cell::RefCell;

thread_local! {
    static CHECKS: RefCell<Vec<fn()>> = const { RefCell::new(Vec::new()) };
}

/// Asserts one thing more from now on.
pub(crate) fn add(check: fn()) {
    CHECKS.with_borrow_mut(|checks| {
        if !checks.iter().any(|known| std::ptr::fn_addr_eq(*known, check)) {
            checks.push(check);
        }
    });
}

/// Asserts all of it.
pub(crate) fn run() {
    for check in CHECKS.with_borrow(Clone::clone) {
        check();
    }
}
