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
