//! Checks that debug builds run after each invocation. Other files register theirs here.

use std::cell::RefCell;

thread_local! {
    static CHECKS: RefCell<Vec<fn()>> = const { RefCell::new(Vec::new()) };
}

/// Registers a check.
pub(crate) fn add(check: fn()) {
    CHECKS.with_borrow_mut(|checks| {
        if !checks.iter().any(|known| std::ptr::fn_addr_eq(*known, check)) {
            checks.push(check);
        }
    });
}

/// Runs all registered checks.
pub(crate) fn run() {
    for check in CHECKS.with_borrow(Clone::clone) {
        check();
    }
}
