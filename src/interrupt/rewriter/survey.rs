//! A first look at a function: what is known of it before it is written.

use super::cursor::{Cursor, Refused};
use super::instructions::{Bulk, Instruction, Labels, read_instruction, read_memory_argument, read_thrown};
use super::skipping::skip_plain;
use super::spaces::Spaces;

/// Instructions that are counted at once: after so many in a row a function counts again, so that one of a megabyte does
/// not count for less than it takes, and one that ends before does not count for more.
const MOST_AT_ONCE: u32 = 512;

/// Instructions that a call counts for: it takes longer than others, and short functions do not count for themselves.
const CALL_WEIGHT: u32 = 4;

/// Instructions that a call of the host counts for.
const HOST_CALL_WEIGHT: u32 = 500;

/// Instructions that one counts for whose work is done by the engine, not by its own code.
const ENGINE_WEIGHT: u32 = 50;

/// The most instructions of a function that does not count for itself: it neither calls nor turns.
const SHORT: u32 = 16;

/// A loop of a function.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Loop {
    /// Instructions that are counted where a turn begins.
    pub(super) weight: u32,
    /// The place that the next ones are counted at, if not there.
    counted_at: Option<usize>,
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

/// A place of a function that may have to be written in another way than it was read. All else is copied.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// The offsets of its bytes in the module.
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) what: What,
}

/// A mark at a place of a function.
#[derive(Debug, Clone, Copy)]
pub(super) enum What {
    /// A label.
    Label(usize),
    /// A block, but no loop, begins.
    Block,
    Loop,
    End,
    /// A `try` ends; its label, which comes next, is seen from outside of it.
    Delegate,
    Return,
    /// A call in place of the rest of the function.
    TailCall,
    /// So many instructions have to be counted here.
    Count(u32),
    /// An instruction that takes microseconds.
    Slow,
    Bulk(Bulk),
    /// A wait for another thread, on a memory.
    Wait {
        is_64: bool,
        memory: usize,
    },
}

/// The contents of a function. Used for one function after the other.
#[derive(Debug, Default)]
pub(super) struct Survey {
    /// Its loops in the order in which they begin.
    pub(super) loops: Vec<Loop>,
    pub(super) places: Places,
    /// Instructions outside of loops that are counted where it is entered.
    pub(super) weight: u32,
    /// The place that the next ones are counted at, if not there.
    counted_at: Option<usize>,
    pub(super) calls: bool,
    pub(super) waits: bool,
    /// True where it executes instructions whose time depends on a length.
    pub(super) has_bulk: bool,
    /// The blocks that are open: for each the loop that it lies in, and true where it is one itself.
    open: Vec<(Option<usize>, bool)>,
}

/// The places of a function, in their order.
#[derive(Debug, Default)]
pub(super) struct Places(pub(super) Vec<Place>);

impl Labels for Places {
    fn label(&mut self, cursor: &mut Cursor) -> Result<(), Refused> {
        let start = cursor.at();
        let label = cursor.index()?;
        self.0.push(Place { start, end: cursor.at(), what: What::Label(label) });
        Ok(())
    }
}

impl Survey {
    /// Looks at the instructions of a function, to their end.
    pub(super) fn look(&mut self, mut cursor: Cursor, spaces: &Spaces) -> Result<(), Refused> {
        (self.weight, self.counted_at, self.calls, self.waits, self.has_bulk) = (0, None, false, false, false);
        self.loops.clear();
        self.places.0.clear();
        self.open.clear();
        let mut current = None;
        while let Some(next) = self.step(&mut cursor, current, spaces)? {
            current = next;
        }
        cursor.finish()?;
        Ok(())
    }

    /// Looks at the next instructions, as far as the first that is none of the usual ones. `current`: the loop that they
    /// are in. Returns the loop that follows; None behind the last `end`.
    fn step(
        &mut self,
        cursor: &mut Cursor,
        current: Option<usize>,
        spaces: &Spaces,
    ) -> Result<Option<Option<usize>>, Refused> {
        let skipped = skip_plain(cursor, MOST_AT_ONCE);
        self.count(current, cursor, skipped + 1);
        let (start, code) = (cursor.at(), cursor.peek().unwrap_or_default());
        let what = match read_instruction(cursor, &mut self.places)? {
            Instruction::Plain => return Ok(Some(current)),
            Instruction::Call(function) => {
                let is_of_host = function.is_some_and(|function| function < spaces.imported_functions);
                self.call(current, if is_of_host { HOST_CALL_WEIGHT } else { CALL_WEIGHT });
                return Ok(Some(current));
            }
            Instruction::TailCall => {
                self.call(current, CALL_WEIGHT);
                What::TailCall
            }
            Instruction::Engine => {
                self.call(current, ENGINE_WEIGHT);
                return Ok(Some(current));
            }
            Instruction::Block => {
                self.open.push((current, false));
                What::Block
            }
            Instruction::Loop(index) => {
                self.open.push((current, true));
                self.place(start, cursor, What::Loop);
                let takes_params = index.and_then(|index| spaces.types.get(index)).is_some_and(|of| of.params > 0);
                self.loops.push(Loop { takes_params, ..Loop::default() });
                return Ok(Some(Some(self.loops.len() - 1)));
            }
            Instruction::End => {
                self.place(start, cursor, What::End);
                return Ok(self.close(current));
            }
            Instruction::Delegate => {
                self.place(start, cursor, What::Delegate);
                self.places.label(cursor)?;
                return Ok(self.close(current));
            }
            Instruction::Return => What::Return,
            Instruction::Throw => {
                self.call(current, 0);
                self.place(start, cursor, What::Slow);
                read_thrown(code, cursor, &mut self.places)?;
                return Ok(Some(current));
            }
            Instruction::MemoryGrow => {
                self.call(current, 0);
                What::Slow
            }
            Instruction::Bulk(bulk) => {
                self.call(current, 0);
                self.has_bulk = true;
                What::Bulk(bulk)
            }
            Instruction::Wait { is_64 } => {
                self.call(current, 0);
                self.waits = true;
                What::Wait { is_64, memory: read_memory_argument(cursor)? }
            }
        };
        self.place(start, cursor, what);
        Ok(Some(current))
    }

    fn place(&mut self, start: usize, cursor: &Cursor, what: What) {
        self.places.0.push(Place { start, end: cursor.at(), what });
    }

    /// Counts instructions of a loop, or of the function, that end here. Past so many, those that follow are counted here,
    /// and no longer at its beginning: always in front of them, so that nothing turns without being counted.
    fn count(&mut self, current: Option<usize>, cursor: &Cursor, instructions: u32) {
        let weight = self.weight_of(current);
        *weight += instructions;
        if *weight > MOST_AT_ONCE {
            let at = cursor.at();
            let next = Some(self.places.0.len());
            self.places.0.push(Place { start: at, end: at, what: What::Count(0) });
            match current.and_then(|at| self.loops.get_mut(at)) {
                Some(inner) => inner.counted_at = next,
                None => self.counted_at = next,
            }
        }
    }

    /// The instructions that the next ones of a loop, or of the function, are counted with.
    fn weight_of(&mut self, current: Option<usize>) -> &mut u32 {
        let (weight, counted_at) = match current.and_then(|at| self.loops.get_mut(at)) {
            Some(inner) => (&mut inner.weight, inner.counted_at),
            None => (&mut self.weight, self.counted_at),
        };
        match counted_at.and_then(|at| self.places.0.get_mut(at)) {
            Some(Place { what: What::Count(weight), .. }) => weight,
            _ => weight,
        }
    }

    /// Notes that a loop, and the function, calls, throws, or executes what may take long, for so many instructions.
    fn call(&mut self, current: Option<usize>, weight: u32) {
        *self.weight_of(current) += weight;
        self.calls = true;
        if let Some(inner) = current.and_then(|at| self.loops.get_mut(at)) {
            inner.calls = true;
        }
    }

    /// Ends a block: the loop that it lies in; None where it is the function.
    fn close(&mut self, current: Option<usize>) -> Option<Option<usize>> {
        let (outer, is_loop) = self.open.pop()?;
        let ended = current.filter(|_| is_loop).and_then(|at| self.loops.get(at));
        if ended.is_some_and(|ended| ended.calls) {
            self.call(outer, 0);
        }
        Some(outer)
    }

    /// True where the function has to count: one that neither calls nor turns is over soon.
    pub(super) fn counts(&self) -> bool {
        self.calls || !self.loops.is_empty() || self.weight > SHORT
    }
}
