//! A first look at a function: what is known of it before it is written.

use super::code::{BR, BR_IF, BR_TABLE, CATCH, CATCH_ALL, ELSE, IF};
use super::cursor::{Cursor, Refused};
use super::instructions::{Instruction, Labels, read_instruction, read_memory_argument, read_thrown};
use super::places::{Place, Places, What};
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
    /// True where it calls, throws, or executes what may take long.
    pub(super) calls: bool,
    /// True where it takes parameters from the stack.
    pub(super) takes_params: bool,
    /// The turns that are written, one behind the other; 0 where it is written as it is.
    pub(super) turns: usize,
    /// The labels of a turn.
    pub(super) labels: usize,
    /// True where a loop that may count in a local lies in it.
    pub(super) holds_leaving: bool,
}

impl Loop {
    /// True where it may count in a local, and leave for the blocks around it, which take no parameters.
    pub(super) fn may_leave(&self) -> bool {
        !self.calls && !self.takes_params
    }

    /// Instructions of all turns that are written one behind the other, which are counted where the first begins.
    pub(super) fn weight_of_turns(&self) -> u32 {
        (1..self.turns).fold(self.weight, |weight, _| weight + self.weight)
    }
}

/// The contents of a function. Used for one function after the other.
#[derive(Debug, Default)]
pub(super) struct Survey {
    /// Its loops in the order in which they begin.
    pub(super) loops: Vec<Loop>,
    pub(super) places: Places,
    /// Instructions outside of loops that are counted where it is entered.
    pub(super) weight: u32,
    /// The instructions of the innermost loop, or of the function, since the place where they are counted.
    counter: Counter,
    /// The most instructions that any way to here has executed without counting them. None where every way passes the place
    /// of the counter.
    uncounted: Option<u32>,
    pub(super) calls: bool,
    pub(super) waits: bool,
    /// True where it executes instructions whose time depends on a length.
    pub(super) has_bulk: bool,
    open: Vec<Open>,
}

/// A block that is open.
#[derive(Debug, Clone, Copy)]
struct Open {
    /// The loop that it lies in.
    around: Option<usize>,
    /// For a loop: the counter of the loop or function around it, which goes on behind its `end`.
    counter: Option<Counter>,
    /// For any other block: the place where its beginning is counted.
    counted_at: Option<usize>,
    /// `Survey::uncounted` at its beginning.
    uncounted: Option<u32>,
    /// The most instructions that a branch to its end has not counted.
    branched: u32,
}

/// Instructions that are counted at one place.
#[derive(Debug, Clone, Copy, Default)]
struct Counter {
    weight: u32,
    /// The place; None for the beginning of the loop or the function.
    at: Option<usize>,
}

impl Survey {
    /// Looks at the instructions of a function, to their end.
    pub(super) fn look(&mut self, mut cursor: Cursor, spaces: &Spaces) -> Result<(), Refused> {
        (self.calls, self.waits, self.has_bulk, self.counter) = (false, false, false, Counter::default());
        self.uncounted = None;
        self.loops.clear();
        self.places.0.clear();
        self.open.clear();
        let mut current = None;
        while let Some(next) = self.step(&mut cursor, current, spaces)? {
            current = next;
        }
        cursor.finish()
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
        let labels = self.places.0.len();
        let what = match read_instruction(cursor, &mut self.places)? {
            Instruction::Plain => {
                self.plain(code, labels, current, cursor);
                return Ok(Some(current));
            }
            Instruction::Call(function) => {
                self.call(current, weight_of_call(function, spaces));
                let is_of_host = function.is_some_and(|function| function < spaces.imported_functions);
                if !self.loops.is_empty() && !is_of_host {
                    self.place(start, cursor, What::Call);
                }
                return Ok(Some(current));
            }
            Instruction::TailCall(function) => {
                self.call(current, weight_of_call(function, spaces));
                What::TailCall
            }
            Instruction::Engine => {
                self.call(current, ENGINE_WEIGHT);
                return Ok(Some(current));
            }
            Instruction::Block => {
                self.branch(labels);
                let (counted_at, uncounted) = (self.counter.at, self.uncounted);
                // An `if` leads to its end where its condition is false and it has no `else`.
                let branched = if code == IF { uncounted.unwrap_or_default() } else { 0 };
                self.open.push(Open { around: current, counter: None, counted_at, uncounted, branched });
                What::Block
            }
            Instruction::Loop(index) => {
                if let Some(uncounted) = self.uncounted {
                    self.count_at(start, uncounted);
                }
                let counter = Some(std::mem::take(&mut self.counter));
                self.open.push(Open { around: current, counter, counted_at: None, uncounted: None, branched: 0 });
                self.place(start, cursor, What::Loop);
                let takes_params = index.and_then(|index| spaces.types.get(index)).is_some_and(|of| of.params > 0);
                self.loops.push(Loop { takes_params, ..Loop::default() });
                return Ok(Some(Some(self.loops.len() - 1)));
            }
            Instruction::End => {
                if let Some(ended) = current.filter(|_| self.is_in_loop()).and_then(|at| self.loops.get_mut(at)) {
                    (ended.turns, ended.labels) = self.places.short_loop(cursor, start);
                }
                self.place(start, cursor, What::End);
                return Ok(self.close(current));
            }
            Instruction::Delegate => {
                self.place(start, cursor, What::Delegate);
                self.places.label(cursor)?;
                return Ok(self.close(current));
            }
            Instruction::Return => {
                self.branch_always(labels);
                What::Return
            }
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

    #[inline]
    fn place(&mut self, start: usize, cursor: &Cursor, what: What) {
        self.places.0.push(Place { start, end: cursor.at(), what });
    }

    /// Counts instructions of a loop, or of the function, that end here. Past so many, those that follow are counted here,
    /// and no longer at its beginning.
    #[inline]
    fn count(&mut self, current: Option<usize>, cursor: &Cursor, instructions: u32) {
        let counted = self.uncounted.as_mut().unwrap_or(&mut self.counter.weight);
        *counted += instructions;
        if *counted > MOST_AT_ONCE {
            let uncounted = self.uncounted.unwrap_or_else(|| {
                self.settle(current);
                0
            });
            self.count_at(cursor.at(), uncounted);
        }
    }

    /// Counts the instructions that follow at an offset, with those that were not counted before.
    #[inline]
    fn count_at(&mut self, at: usize, uncounted: u32) {
        self.uncounted = None;
        self.counter = Counter { weight: uncounted, at: Some(self.places.0.len()) };
        self.places.0.push(Place { start: at, end: at, what: What::Count(0) });
    }

    /// Looks at an instruction that ends an arm of a block, or branches.
    #[inline]
    fn plain(&mut self, code: u8, labels: usize, current: Option<usize>, cursor: &Cursor) {
        match code {
            BR_IF => {
                self.places.note_branch_if();
                self.branch(labels);
            }
            BR | BR_TABLE => self.branch_always(labels),
            ELSE | CATCH | CATCH_ALL => {
                self.leave_arm(current);
                if !self.loops.is_empty() {
                    self.place(cursor.at(), cursor, What::Arm);
                }
                // The exception may come from anywhere in the `try`.
                if code != ELSE && self.uncounted.is_some() {
                    self.count_at(cursor.at(), MOST_AT_ONCE);
                }
            }
            _ => self.branch(labels),
        }
    }

    /// Notes the uncounted instructions at the targets of the branches of an instruction, whose labels begin at a place.
    #[inline]
    fn branch(&mut self, labels: usize) {
        let Some(uncounted) = self.uncounted else { return };
        for place in self.places.0.get(labels..).unwrap_or_default() {
            if let What::Label(label) | What::BranchIf(label) = place.what
                && let Some(target) = self.open.len().checked_sub(label + 1).and_then(|at| self.open.get_mut(at))
            {
                target.branched = target.branched.max(uncounted);
            }
        }
    }

    /// Notes the same for an instruction behind which nothing is reached from it.
    #[inline]
    fn branch_always(&mut self, labels: usize) {
        self.branch(labels);
        if self.uncounted.is_some() {
            self.uncounted = Some(0);
        }
    }

    /// Leaves an arm of the innermost block. The place of the counter may lie in that arm; then it does not count the
    /// instructions that come next, since a branch may have passed it, or the other arm was chosen.
    #[inline]
    fn leave_arm(&mut self, current: Option<usize>) {
        let Some(Open { counter: None, counted_at, uncounted: before, branched, .. }) = self.open.last_mut() else {
            return;
        };
        if self.uncounted.is_none() && before.is_none() && *counted_at == self.counter.at {
            return;
        }
        *branched = (*branched).max(self.uncounted.unwrap_or_default());
        let before = before.unwrap_or_default();
        if self.uncounted.is_none() {
            self.settle(current);
        }
        self.uncounted = Some(before);
    }

    /// Notes what the counter has counted for a loop, or for the function, at its place.
    fn settle(&mut self, current: Option<usize>) {
        let Counter { weight, at } = self.counter;
        if let Some(place) = at.and_then(|at| self.places.0.get_mut(at)) {
            place.what = What::Count(weight);
        } else {
            match current.and_then(|at| self.loops.get_mut(at)) {
                Some(inner) => inner.weight = weight,
                None => self.weight = weight,
            }
        }
    }

    /// Notes that a loop, and the function, calls, throws, or executes what may take long, and counts `weight` instructions.
    #[inline]
    fn call(&mut self, current: Option<usize>, weight: u32) {
        *self.uncounted.as_mut().unwrap_or(&mut self.counter.weight) += weight;
        self.calls = true;
        if let Some(inner) = current.and_then(|at| self.loops.get_mut(at)) {
            inner.calls = true;
        }
    }

    /// Ends a block: the loop that it lies in; None where it is the function.
    #[inline]
    fn close(&mut self, current: Option<usize>) -> Option<Option<usize>> {
        self.leave_arm(current);
        let Some(Open { around, counter, branched, .. }) = self.open.pop() else {
            if self.uncounted.is_none() {
                self.settle(None);
            }
            return None;
        };
        if let Some(counter) = counter {
            if self.uncounted.is_none() {
                self.settle(current);
            }
            // A turn of the loop leaves at most 512 instructions uncounted, and counts more than that at its beginning.
            self.uncounted = None;
            self.counter = counter;
            let ended = current.and_then(|at| self.loops.get(at)).copied().unwrap_or_default();
            if ended.calls {
                self.call(around, 0);
            }
            if let Some(outer) = around.and_then(|at| self.loops.get_mut(at)) {
                outer.holds_leaving |= ended.holds_leaving || ended.may_leave();
            }
        } else if self.uncounted.is_some() {
            self.uncounted = Some(branched);
        }
        Some(around)
    }

    /// True where the innermost block that is open is a loop.
    fn is_in_loop(&self) -> bool {
        self.open.last().is_some_and(|open| open.counter.is_some())
    }

    /// True where the function has to count: one that neither calls nor turns is over soon.
    pub(super) fn counts(&self) -> bool {
        self.calls || !self.loops.is_empty() || self.weight > SHORT
    }
}

/// Instructions that a call counts for. `function`: the one that it names; None for an indirect call.
fn weight_of_call(function: Option<usize>, spaces: &Spaces) -> u32 {
    if spaces.may_call_host(function) { HOST_CALL_WEIGHT } else { CALL_WEIGHT }
}
