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
//! Such a function is a block as a whole, so that all ways to its end count what is in the local.

use super::appended::Indices;
use super::code::{BLOCK, Code, Waiting};
use super::cursor::{Cursor, Refused};
use super::instructions::{
    Bulk, Instruction, Labels, Length, read_instruction, read_memory_argument, read_thrown, skip_plain,
};
use super::output::{self, write_unsigned};
use super::spaces::Spaces;
use super::survey::{Loop, Survey};
use super::types::{EMPTY, I32, I64, Signature, skip_value_type};

/// Instructions that a throw, and a growth of memory, count for: both take microseconds.
const SLOW: i64 = 50_000;

/// Labels around a loop that counts in a local.
const LABELS: usize = 3;

/// Locals that a function is given, by number; those that it does not need have any.
#[derive(Debug, Clone, Copy, Default)]
struct Locals {
    /// The instructions that its loops have counted; None where they subtract in each turn.
    count: Option<usize>,
    /// For lengths, then addresses: of 32 and 64 bits.
    length: [usize; 2],
    /// For values that are waited for: of 32 and 64 bits.
    expected: [usize; 2],
    timeout: usize,
    result: usize,
}

/// A block that is open.
#[derive(Debug, Clone, Copy)]
struct Open {
    /// Labels that were added around it, and around all blocks that it lies in.
    added: usize,
    /// True for a loop that counts in a local.
    leaves: bool,
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
        Code(output).count(self.indices, self.survey.weight.max(1));
        if locals.count.is_some() {
            output.bytes.push(BLOCK);
            let results = if signature.results == 0 { &[EMPTY] } else { cursor.bytes(signature.result_types.clone()) };
            output.bytes.extend_from_slice(results);
        }
        self.open.clear();
        let Self { spaces, indices, survey, open } = self;
        let mut body = Body { spaces, indices, loops: survey.loops.iter(), locals, open, output, copied: cursor.at() };
        body.enter(false);
        body.write(&mut cursor)
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
        let of_32 = usize::from(counts) + if waits { 3 } else { has_bulk.into() };
        let of_64 = if waits { 3 } else { (has_bulk && self.spaces.has_64()).into() };
        let given = [(of_32, I32), (of_64, I64)].into_iter().filter(|(count, _)| *count > 0);
        write_unsigned(&mut output.bytes, groups + given.clone().count());
        output.bytes.extend_from_slice(declared);
        for (count, value_type) in given {
            write_unsigned(&mut output.bytes, count);
            output.bytes.push(value_type);
        }
        let (next, next_64) = (first + usize::from(counts), first + of_32);
        Locals {
            count: counts.then_some(first),
            length: [next, next_64],
            expected: [next + 1, next_64 + 1],
            result: next + 2,
            timeout: next_64 + 2,
        }
    }
}

/// A body that is being written.
struct Body<'a> {
    spaces: &'a Spaces,
    indices: &'a Indices,
    /// Those that have not begun.
    loops: std::slice::Iter<'a, Loop>,
    locals: Locals,
    open: &'a mut Vec<Open>,
    output: &'a mut output::Body,
    /// The offset up to which the module has been copied.
    copied: usize,
}

impl Labels for Body<'_> {
    /// Reads a label, which has to pass the labels that were added.
    fn label(&mut self, cursor: &mut Cursor) -> Result<(), Refused> {
        let start = cursor.at();
        let label = cursor.index()?;
        let added = self.added_within(label);
        if added > 0 {
            self.copy(cursor, start);
            write_unsigned(&mut self.output.bytes, label + added);
            self.copied = cursor.at();
        }
        Ok(())
    }
}

impl Body<'_> {
    /// Labels that were added inside of the block that a label names.
    fn added_within(&self, label: usize) -> usize {
        let Some(top) = self.open.last() else { return 0 };
        let target = self.open.len().checked_sub(label + 1).and_then(|at| self.open.get(at));
        target.map_or(0, |target| top.added - target.added)
    }

    /// Copies the module up to an offset.
    fn copy(&mut self, cursor: &Cursor, to: usize) {
        self.output.bytes.extend_from_slice(cursor.bytes(self.copied..to));
        self.copied = to;
    }

    /// Writes all instructions.
    fn write(&mut self, cursor: &mut Cursor) -> Result<(), Refused> {
        while !self.open.is_empty() {
            skip_plain(cursor);
            let start = cursor.at();
            let code = cursor.peek().unwrap_or_default();
            match read_instruction(cursor, self)? {
                Instruction::Plain | Instruction::Call(_) => {}
                Instruction::Block => self.enter(false),
                Instruction::Loop(_) => self.begin_loop(cursor, start),
                Instruction::End => self.end(cursor),
                Instruction::Delegate => {
                    self.open.pop();
                    self.label(cursor)?;
                }
                Instruction::Return => self.leave(cursor, start),
                Instruction::Throw => {
                    self.charge_slow(cursor, start);
                    read_thrown(code, cursor, self)?;
                }
                Instruction::MemoryGrow => self.charge_slow(cursor, start),
                Instruction::Bulk(bulk) => self.charge_bulk(bulk, cursor, start),
                Instruction::Wait { is_64 } => self.wait(is_64, cursor, start)?,
            }
        }
        Ok(())
    }

    fn enter(&mut self, leaves: bool) {
        let around = self.open.last().map_or(0, |outer| outer.added);
        self.open.push(Open { added: around + if leaves { LABELS } else { 0 }, leaves });
    }

    fn begin_loop(&mut self, cursor: &Cursor, start: usize) {
        let begun = self.loops.next().copied().unwrap_or_default();
        let local = self.locals.count.filter(|_| begun.may_leave());
        self.copy(cursor, start);
        if local.is_some() {
            // It takes no parameters, so the block has the same type.
            Code(self.output).begin_leaving(cursor.bytes(start + 1..cursor.at()));
        }
        self.enter(local.is_some());
        self.copy(cursor, cursor.at());
        match local {
            Some(local) => Code(self.output).count_or_leave(local, begun.weight),
            None => drop(Code(self.output).count(self.indices, begun.weight)),
        }
    }

    fn end(&mut self, cursor: &Cursor) {
        self.copy(cursor, cursor.at());
        let ended = self.open.pop();
        let Some(local) = self.locals.count else { return };
        if self.open.is_empty() {
            Code(self.output).count_local(self.indices, local).end();
        } else if ended.is_some_and(|ended| ended.leaves) {
            Code(self.output).end_leaving(self.indices, local);
        }
    }

    /// Returns by the block that counts what is in the local, where there is one.
    fn leave(&mut self, cursor: &Cursor, start: usize) {
        if self.locals.count.is_none() {
            return;
        }
        self.copy(cursor, start);
        let outermost = self.open.len().saturating_sub(1);
        let label = outermost + self.added_within(outermost);
        Code(self.output).branch(label);
        self.copied = cursor.at();
    }

    fn charge_slow(&mut self, cursor: &Cursor, start: usize) {
        self.copy(cursor, start);
        Code(self.output).charge(self.indices, SLOW);
    }

    fn charge_bulk(&mut self, Bulk { shift, length }: Bulk, cursor: &Cursor, start: usize) {
        let Spaces { memories, tables, .. } = self.spaces;
        let is_64 = |all: &[bool], index: usize| all.get(index).copied().unwrap_or_default();
        let is_64 = match length {
            Length::I32 => false,
            Length::OfMemory(memory) => is_64(memories, memory),
            Length::OfMemories(to, from) => is_64(memories, to) && is_64(memories, from),
            Length::OfTable(table) => is_64(tables, table),
            Length::OfTables(to, from) => is_64(tables, to) && is_64(tables, from),
        };
        self.copy(cursor, start);
        let [local, local_64] = self.locals.length;
        Code(self.output).charge_length(self.indices, shift, is_64, if is_64 { local_64 } else { local });
    }

    fn wait(&mut self, is_64: bool, cursor: &mut Cursor, start: usize) -> Result<(), Refused> {
        let memory = read_memory_argument(cursor)?;
        self.copy(cursor, start);
        self.copied = cursor.at();
        let has_long_addresses = self.spaces.memories.get(memory).copied().unwrap_or_default();
        let Locals { length: [address, address_64], expected: [expected, expected_64], timeout, result, .. } =
            self.locals;
        let locals = Waiting {
            address: if has_long_addresses { address_64 } else { address },
            expected: if is_64 { expected_64 } else { expected },
            timeout,
            result,
        };
        Code(self.output).wait(self.indices, cursor.bytes(start..cursor.at()), &locals);
        Ok(())
    }
}
