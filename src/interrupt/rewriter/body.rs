//! Writes the body of a function with its counting.
//!
//! A function counts where it is entered, and in its loops. What it counts is subtracted from a global; where that falls
//! below 0, the function that refills it is called, which traps where time or fuel is over. Two ways to count in a loop:
//!
//! - Where it calls anyway, it subtracts in each turn.
//! - Where it does not, an access to the global in each turn would take longer than most loops, and a call inside of it
//!   keeps engines from optimizing it. So it adds to a local, and leaves now and then for a block of its own, from which
//!   it comes back. That puts three more labels around it:
//!
//! ```wat
//! (block (result …)
//!   (loop
//!     (block
//!       (loop (result …)
//!         (br_if 1 (i32.gt_u (local.tee $count (i32.add (local.get $count) (i32.const weight))) (i32.const 4096)))
//!         …)
//!       (br 2))
//!     (call $charge (local.get $count))
//!     (local.set $count (i32.const 0))
//!     (br 0))
//!   (unreachable))
//! ```
//!
//! A short loop that turns at its end alone is written with several turns, which are counted at once: between two of them,
//! `(br_if 3 (i32.eqz …))` ends it.
//!
//! Such a function is a block as a whole, so that all ways to its end count what is in the local. A call behind
//! such a loop first adds the local to the global: otherwise recursion would execute thousands of instructions in each frame
//! that nothing counts before the end of the stack.

use super::code::{BLOCK, Code, Waiting};
use super::cursor::{Cursor, Refused};
use super::indices::Indices;
use super::instructions::{Bulk, Length};
use super::output::{self, write_unsigned};
use super::places::{Place, What};
use super::spaces::Spaces;
use super::survey::{Loop, Survey};
use super::types::{EMPTY, I32, I64, Signature, skip_value_type};

/// Instructions that a throw, and a growth of memory, count for: both take microseconds.
const SLOW: i64 = 50_000;

/// Labels around a loop that counts in a local.
const LABELS: usize = 3;

/// The numbers of the locals that a function is given. Those of locals that it does not need mean nothing.
#[derive(Debug, Clone, Copy, Default)]
struct Locals {
    /// The rest of the quantum, while the function counts.
    left: usize,
    /// The instructions that its loops have counted; None where they subtract in each turn.
    count: Option<usize>,
    /// For lengths, then addresses: of 32 and 64 bits.
    length: [usize; 2],
    /// For values that are waited for: of 32 and 64 bits.
    expected: [usize; 2],
    timeout: usize,
    slice: usize,
    result: usize,
}

/// A block that is open.
#[derive(Debug, Clone, Copy)]
struct Open {
    /// Labels that were added around it, and around all blocks that it lies in.
    added: usize,
    /// True for a loop that counts in a local.
    leaves: bool,
    /// True where the innermost loop, this one or one that it lies in, counts in a local. Kept, since guests nest a million
    /// blocks: the rewriter would look through them whenever it counts.
    is_in_leaving: bool,
    /// `Body::is_pending` at its beginning.
    was_pending: bool,
    /// True where a loop in it has counted in a local.
    has_left: bool,
}

/// Writes bodies, one after the other.
#[derive(Debug)]
pub(super) struct Bodies<'a> {
    spaces: &'a Spaces,
    indices: &'a Indices,
    survey: Survey,
    open: Vec<Open>,
}

impl<'a> Bodies<'a> {
    pub(super) fn new(spaces: &'a Spaces, indices: &'a Indices) -> Self {
        Self { spaces, indices, survey: Survey::default(), open: Vec::new() }
    }

    /// Appends the body of a function of the module, without its length.
    pub(super) fn write(
        &mut self,
        mut cursor: Cursor,
        signature: &Signature,
        output: &mut output::Body,
    ) -> Result<(), Refused> {
        let whole = cursor.rest();
        let groups = cursor.index()?;
        let declared = cursor.at();
        let mut locals = signature.params;
        for _ in 0..groups {
            locals = locals.saturating_add(cursor.index()?);
            skip_value_type(&mut cursor)?;
        }
        self.survey.look(cursor.clone(), self.spaces)?;
        if !self.survey.counts() {
            output.bytes.extend_from_slice(cursor.bytes(whole));
            return Ok(());
        }
        let locals = self.declare(groups, locals, signature, cursor.bytes(declared..cursor.at()), output);
        Code(output).count(self.indices, self.survey.weight.max(1), locals.left);
        if locals.count.is_some() {
            output.bytes.push(BLOCK);
            let results = if signature.results == 0 { &[EMPTY] } else { cursor.bytes(signature.result_types.clone()) };
            output.bytes.extend_from_slice(results);
        }
        self.open.clear();
        let Self { spaces, indices, survey, open } = self;
        let (loops, places) = (survey.loops.iter(), survey.places.0.iter());
        let (module, copied) = (cursor.module(), cursor.at());
        let mut body = Body { module, spaces, indices, places, loops, locals, open, output, copied, is_pending: false };
        body.enter(false, false);
        while let Some(place) = body.places.next() {
            body.write(place);
        }
        Ok(())
    }

    /// True where its loops may count in a local. That is added to the global at the function's end, which an exception
    /// passes by; and a function of many results has no type for its block.
    fn counts_in_local(&self, signature: &Signature) -> bool {
        let Survey { loops, calls, .. } = &self.survey;
        let may_throw = self.spaces.has_tags && *calls;
        !may_throw && signature.results < 2 && loops.iter().any(Loop::may_leave)
    }

    /// Writes the declarations of a function's locals, and of those that it is given, which come last.
    fn declare(
        &self,
        groups: usize,
        first: usize,
        signature: &Signature,
        declared: &[u8],
        output: &mut output::Body,
    ) -> Locals {
        let Survey { has_bulk, waits, .. } = self.survey;
        let counts = self.counts_in_local(signature);
        let of_32 = 1 + usize::from(counts) + if waits { 3 } else { has_bulk.into() };
        let of_64 = if waits { 4 } else { (has_bulk && self.spaces.has_64()).into() };
        let given = [(of_32, I32), (of_64, I64)].into_iter().filter(|(count, _)| *count > 0);
        write_unsigned(&mut output.bytes, groups + given.clone().count());
        output.bytes.extend_from_slice(declared);
        for (count, value_type) in given {
            write_unsigned(&mut output.bytes, count);
            output.bytes.push(value_type);
        }
        let (next, next_64) = (first + 1 + usize::from(counts), first + of_32);
        Locals {
            left: first,
            count: counts.then_some(first + 1),
            length: [next, next_64],
            expected: [next + 1, next_64 + 1],
            result: next + 2,
            timeout: next_64 + 2,
            slice: next_64 + 3,
        }
    }
}

/// A body that is being written.
struct Body<'a> {
    module: &'a [u8],
    spaces: &'a Spaces,
    indices: &'a Indices,
    /// The places that have not been written.
    places: std::slice::Iter<'a, Place>,
    /// The loops that have not begun.
    loops: std::slice::Iter<'a, Loop>,
    locals: Locals,
    open: &'a mut Vec<Open>,
    output: &'a mut output::Body,
    /// The offset up to which the module has been copied.
    copied: usize,
    /// True where the local may hold instructions that the global does not count yet.
    is_pending: bool,
}

impl Body<'_> {
    /// Writes what is at a place, and all in front of it.
    fn write(&mut self, place: &Place) {
        match place.what {
            What::Label(label) | What::BranchIf(label) => self.label(label, place),
            What::Block => self.enter(false, false),
            What::Loop => self.begin_loop(place),
            What::End => self.end(place),
            What::Arm => self.is_pending = self.open.last().is_some_and(|open| open.was_pending || open.has_left),
            What::Delegate => drop(self.close()),
            What::Call => self.flush(place.start),
            What::Return => self.leave(place),
            What::TailCall => {
                if let Some(local) = self.locals.count {
                    self.copy(place.start);
                    Code(self.output).count_local(self.indices, local);
                }
            }
            What::Count(0) => {}
            What::Count(weight) => self.count(weight, place),
            What::Slow => {
                self.copy(place.start);
                Code(self.output).charge(self.indices, SLOW);
            }
            What::Bulk(bulk) => self.charge_bulk(bulk, place),
            What::Wait { is_64, memory } => self.wait(is_64, memory, place),
        }
    }

    /// Copies the module up to an offset.
    #[inline]
    fn copy(&mut self, to: usize) {
        self.output.bytes.extend_from_slice(self.module.get(self.copied..to).unwrap_or_default());
        self.copied = to;
    }

    /// Labels that were added inside of the block that a label names.
    #[inline]
    fn added_within(&self, label: usize) -> usize {
        let Some(top) = self.open.last() else { return 0 };
        let target = self.open.len().checked_sub(label + 1).and_then(|at| self.open.get(at));
        target.map_or(0, |target| top.added - target.added)
    }

    /// Writes a label, which has to pass the labels that were added.
    fn label(&mut self, label: usize, place: &Place) {
        let added = self.added_within(label);
        if added > 0 {
            self.copy(place.start);
            write_unsigned(&mut self.output.bytes, label + added);
            self.copied = place.end;
        }
    }

    #[inline]
    fn enter(&mut self, is_loop: bool, leaves: bool) {
        let (added, is_around) = self.open.last().map_or((0, false), |outer| (outer.added, outer.is_in_leaving));
        let added = added + if leaves { LABELS } else { 0 };
        let is_in_leaving = if is_loop { leaves } else { is_around };
        self.open.push(Open { added, leaves, is_in_leaving, was_pending: self.is_pending, has_left: false });
    }

    /// Ends the innermost block: branches may lead to its end from anywhere in it.
    fn close(&mut self) -> Option<Open> {
        let ended = self.open.pop()?;
        let has_left = ended.has_left || ended.leaves;
        self.is_pending |= ended.was_pending || has_left;
        if let Some(outer) = self.open.last_mut() {
            outer.has_left |= has_left;
        }
        Some(ended)
    }

    /// Counts what the local may hold, at an offset of the module.
    fn flush(&mut self, at: usize) {
        if let Some(local) = self.locals.count.filter(|_| self.is_pending) {
            self.copy(at);
            Code(self.output).flush_local(self.indices, local);
            self.is_pending = false;
        }
    }

    fn begin_loop(&mut self, place: &Place) {
        let begun = self.loops.next().copied().unwrap_or_default();
        let local = self.locals.count.filter(|_| begun.may_leave());
        // The local is added once in front of the loop, not before each call in it.
        if begun.calls && !begun.holds_leaving {
            self.flush(place.start);
        }
        self.copy(place.start);
        if local.is_some() {
            // It takes no parameters, so the block has the same type.
            let block_type = self.module.get(place.start + 1..place.end).unwrap_or_default();
            Code(self.output).begin_leaving(block_type);
        }
        self.enter(true, local.is_some());
        self.copy(place.end);
        match local {
            Some(local) => {
                Code(self.output).count_or_leave(local, begun.weight_of_turns());
                self.write_turns(&begun, place.end);
            }
            None => {
                // The previous turn may have left instructions in the local.
                self.is_pending |= begun.holds_leaving;
                Code(self.output).count(self.indices, begun.weight, self.locals.left);
            }
        }
    }

    /// Writes all turns of a short loop but the last.
    fn write_turns(&mut self, short: &Loop, start: usize) {
        let Some([labels @ .., last]) = self.places.as_slice().get(..short.labels) else { return };
        for _ in 1..short.turns {
            for place in labels {
                self.write(place);
            }
            // Up to the last `br_if`.
            self.copy(last.start - 1);
            Code(self.output).end_unless();
            self.copied = start;
        }
    }

    fn end(&mut self, place: &Place) {
        let ended = self.close();
        // The last one ends the function.
        if self.open.is_empty() {
            self.copy(place.end);
        }
        let Some(local) = self.locals.count else { return };
        if self.open.is_empty() {
            Code(self.output).count_local(self.indices, local).end();
        } else if ended.is_some_and(|ended| ended.leaves) {
            self.copy(place.end);
            Code(self.output).end_leaving(self.indices, local);
        }
    }

    /// Returns by the block that counts what is in the local, where there is one.
    fn leave(&mut self, place: &Place) {
        if self.locals.count.is_none() {
            return;
        }
        self.copy(place.start);
        let outermost = self.open.len().saturating_sub(1);
        let label = outermost + self.added_within(outermost);
        Code(self.output).branch(label);
        self.copied = place.end;
    }

    /// Counts instructions on the way: in a loop that counts in a local, which looks at it in each turn, there.
    fn count(&mut self, weight: u32, place: &Place) {
        self.copy(place.start);
        let is_in_leaving = self.open.last().is_some_and(|open| open.is_in_leaving);
        match self.locals.count.filter(|_| is_in_leaving) {
            Some(local) => Code(self.output).count_in_local(local, weight),
            None => drop(Code(self.output).count(self.indices, weight, self.locals.left)),
        }
    }

    fn charge_bulk(&mut self, Bulk { shift, length }: Bulk, place: &Place) {
        let Spaces { memories, tables, .. } = self.spaces;
        let is_64 = |all: &[bool], index: usize| all.get(index).copied().unwrap_or_default();
        let is_64 = match length {
            Length::I32 => false,
            Length::OfMemory(memory) => is_64(memories, memory),
            Length::OfMemories(to, from) => is_64(memories, to) && is_64(memories, from),
            Length::OfTable(table) => is_64(tables, table),
            Length::OfTables(to, from) => is_64(tables, to) && is_64(tables, from),
        };
        self.copy(place.start);
        let [local, local_64] = self.locals.length;
        Code(self.output).charge_length(self.indices, shift, is_64, if is_64 { local_64 } else { local });
    }

    fn wait(&mut self, is_64: bool, memory: usize, place: &Place) {
        self.copy(place.start);
        self.copied = place.end;
        let has_long_addresses = self.spaces.memories.get(memory).copied().unwrap_or_default();
        let Locals { length: [address, address_64], expected: [expected, expected_64], timeout, slice, result, .. } =
            self.locals;
        let locals = Waiting {
            address: if has_long_addresses { address_64 } else { address },
            expected: if is_64 { expected_64 } else { expected },
            timeout,
            slice,
            result,
        };
        let instruction = self.module.get(place.start..place.end).unwrap_or_default();
        Code(self.output).wait(self.indices, instruction, &locals);
    }
}
