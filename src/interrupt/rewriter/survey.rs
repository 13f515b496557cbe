//! A first look at a function: what is known of it before it is written.

use super::cursor::{Cursor, Refused};
use super::instructions::{Bulk, Instruction, Labels, read_instruction, read_memory_argument, read_thrown, skip_plain};
use super::spaces::Spaces;

/// The most instructions that one entry or one turn of a loop counts for: with more, a quantum would be over long before
/// its time where most of them are not executed.
const MOST: u32 = 128;

/// Instructions that a call counts for: it takes longer than others, and short functions do not count for themselves.
const CALL: u32 = 4;

/// Instructions that a call of the host counts for.
const HOST_CALL: u32 = 100;

/// The most instructions of a function that does not count for itself: it neither calls nor turns.
const SHORT: u32 = 16;

/// A loop of a function.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Loop {
    /// Instructions that one turn counts for.
    pub(super) weight: u32,
    /// True where it calls, throws, or executes what may take long.
    pub(super) calls: bool,
    /// True where it takes parameters from the stack.
    pub(super) takes_params: bool,
}

impl Loop {
    /// True where it may count in a local, and leave for the blocks around it, which take no parameters.
    pub(super) fn may_leave(&self) -> bool {
        !self.calls && !self.takes_params
    }
}

/// What a function contains. Used for one function after the other.
#[derive(Debug, Default)]
pub(super) struct Survey {
    /// Its loops in the order in which they begin.
    pub(super) loops: Vec<Loop>,
    /// Instructions outside of loops, but not more than count.
    pub(super) weight: u32,
    pub(super) calls: bool,
    pub(super) waits: bool,
    /// True where it executes instructions whose time depends on a length.
    pub(super) has_bulk: bool,
    /// The blocks that are open: for each the loop that it lies in, and true where it is one itself.
    open: Vec<(Option<usize>, bool)>,
}

/// Reads labels, and does not look at them.
struct Skipped;

impl Labels for Skipped {
    fn label(&mut self, cursor: &mut Cursor) -> Result<(), Refused> {
        cursor.index().map(drop)
    }
}

impl Survey {
    /// Looks at the instructions of a function, to their end.
    pub(super) fn look(&mut self, mut cursor: Cursor, spaces: &Spaces) -> Result<(), Refused> {
        let Self { loops, weight, calls, waits, has_bulk, open } = self;
        (*weight, *calls, *waits, *has_bulk) = (0, false, false, false);
        loops.clear();
        open.clear();
        let mut current: Option<usize> = None;
        loop {
            let skipped = skip_plain(&mut cursor);
            let code = cursor.peek();
            let instruction = read_instruction(&mut cursor, &mut Skipped)?;
            let counted = match current.and_then(|at| loops.get_mut(at)) {
                Some(inner) => &mut inner.weight,
                None => &mut *weight,
            };
            *counted += skipped + 1;
            let is_call = match instruction {
                Instruction::Plain | Instruction::Return => continue,
                Instruction::Block => {
                    open.push((current, false));
                    continue;
                }
                Instruction::Loop(index) => {
                    open.push((current, true));
                    current = Some(loops.len());
                    let takes_params =
                        index.and_then(|index| spaces.types.get(index)).is_some_and(|block| block.params > 0);
                    loops.push(Loop { takes_params, ..Loop::default() });
                    continue;
                }
                Instruction::End | Instruction::Delegate => {
                    if instruction == Instruction::Delegate {
                        cursor.index()?;
                    }
                    let Some((outer, is_loop)) = open.pop() else { break };
                    let ended = current.filter(|_| is_loop).and_then(|at| loops.get(at)).copied();
                    current = outer;
                    if ended.is_some_and(|ended| ended.calls)
                        && let Some(outer) = current.and_then(|at| loops.get_mut(at))
                    {
                        outer.calls = true;
                    }
                    continue;
                }
                Instruction::Call(function) => {
                    let is_of_host = function.is_some_and(|function| function < spaces.imported_functions);
                    *counted += if is_of_host { HOST_CALL } else { CALL };
                    true
                }
                Instruction::Throw => {
                    read_thrown(code.unwrap_or_default(), &mut cursor, &mut Skipped)?;
                    true
                }
                Instruction::MemoryGrow => true,
                Instruction::Bulk(Bulk { .. }) => {
                    *has_bulk = true;
                    true
                }
                Instruction::Wait { .. } => {
                    read_memory_argument(&mut cursor)?;
                    *waits = true;
                    true
                }
            };
            *calls |= is_call;
            if let Some(inner) = current.and_then(|at| loops.get_mut(at)) {
                inner.calls = true;
            }
        }
        cursor.finish()?;
        self.weight = self.weight.min(MOST);
        for inner in &mut self.loops {
            inner.weight = inner.weight.clamp(1, MOST);
        }
        Ok(())
    }

    /// True where the function has to count: one that neither calls nor turns is over soon.
    pub(super) fn counts(&self) -> bool {
        self.calls || !self.loops.is_empty() || self.weight > SHORT
    }
}
