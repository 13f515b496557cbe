//! Calls of a guest: the process that each runs on, and the errno that it answers with.

use super::Process;
use crate::abi::Result;
use crate::sys;

/// Runs a call of a guest: its errno.
pub(crate) fn run(id: u32, call: impl FnOnce(&Process) -> Result<()>) -> u32 {
    with(id, |process| errno(call(process)))
}

/// Runs a call that answers with a number of its own, not with an errno alone.
pub(crate) fn with(id: u32, call: impl FnOnce(&Process) -> u32) -> u32 {
    let Some(process) = Process::by_id(id) else { return errno(Err(wasip1::ERRNO_BADF)) };
    sys::enter(id);
    if process.is_timed && sys::is_late(id) {
        // The guest sees this errno only until the next instructions that it counts: it traps there.
        return errno(Err(wasip1::ERRNO_INTR));
    }
    let answer = call(&process);
    #[cfg(debug_assertions)]
    process.check();
    answer
}

/// The errno that a guest gets of a result.
pub(crate) fn errno(result: Result<()>) -> u32 {
    u32::from(result.err().unwrap_or(wasip1::ERRNO_SUCCESS).raw())
}

#[cfg(debug_assertions)]
impl Process {
    /// Panics where a call left something borrowed, or a count is off.
    fn check(&self) {
        assert!(self.descriptors.try_borrow_mut().is_ok(), "the descriptors are borrowed");
        assert!(self.stdin.try_borrow_mut().is_ok(), "standard input is borrowed");
        for strings in [&self.arguments, &self.environment] {
            assert!(strings.try_borrow_mut().is_ok(), "texts are borrowed");
        }
        self.nodes.check();
        assert_eq!(Self::rooms(), crate::holdings::used(), "the rooms of all processes");
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::run;
    use crate::process::Process;
    use crate::sys::native;

    #[test]
    fn a_late_guest_is_not_served() {
        const EINTR: u32 = 27;
        for (is_timed, is_late, expected) in
            [(false, false, (0, 1)), (false, true, (0, 1)), (true, false, (0, 1)), (true, true, (EINTR, 0))]
        {
            let served = Cell::new(0);
            Process::begin(0, 100, false, is_timed);
            native::be_late(is_late);
            let errno = run(0, |_| {
                served.set(served.get() + 1);
                Ok(())
            });
            native::be_late(false);
            Process::end(0);
            assert_eq!((errno, served.get()), expected, "timed: {is_timed}, late: {is_late}");
        }
    }
}
