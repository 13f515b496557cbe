//! Instructions of the host's own.

use super::indices::Indices;
use super::output::{Body, write_signed, write_unsigned};
use super::types::{EMPTY, I32};

/// The most instructions that a local counts before it is added to the global.
const AT_ONCE: i64 = 4096;

/// Nanoseconds that a thread waits at once; each counts for an instruction.
const WAIT: i64 = 10_000_000;
/// Instructions that a wait counts for in any case.
const WAIT_WEIGHT: i64 = 100;
/// Answer of `memory.atomic.wait32`: the time is over.
const TIMED_OUT: i64 = 2;

/// The most that an instruction is counted for by its length: it may be one that no engine executes. What takes longer is
/// noticed soon after.
const LONGEST: i64 = 1 << 20;
/// Instructions that it counts for in any case.
const BULK_WEIGHT: i64 = 30;

const UNREACHABLE: u8 = 0x00;
pub(super) const BLOCK: u8 = 0x02;
const LOOP: u8 = 0x03;
pub(super) const IF: u8 = 0x04;
pub(super) const ELSE: u8 = 0x05;
pub(super) const CATCH: u8 = 0x07;
const END: u8 = 0x0b;
pub(super) const BR: u8 = 0x0c;
pub(super) const BR_IF: u8 = 0x0d;
pub(super) const BR_TABLE: u8 = 0x0e;
const CALL: u8 = 0x10;
const CALL_INDIRECT: u8 = 0x11;
pub(super) const CATCH_ALL: u8 = 0x19;
const DROP: u8 = 0x1a;
const SELECT: u8 = 0x1b;
const LOCAL_GET: u8 = 0x20;
const LOCAL_SET: u8 = 0x21;
const LOCAL_TEE: u8 = 0x22;
const GLOBAL_GET: u8 = 0x23;
const GLOBAL_SET: u8 = 0x24;
const I32_CONST: u8 = 0x41;
const I64_CONST: u8 = 0x42;
const I32_EQZ: u8 = 0x45;
const I32_EQ: u8 = 0x46;
const I32_NE: u8 = 0x47;
const I32_LT_S: u8 = 0x48;
const I32_LT_U: u8 = 0x49;
const I32_GT_U: u8 = 0x4b;
const I64_LT_U: u8 = 0x54;
const I64_LE_U: u8 = 0x58;
const I64_GE_S: u8 = 0x59;
const I32_ADD: u8 = 0x6a;
const I32_SUB: u8 = 0x6b;
const I32_SHR_U: u8 = 0x76;
const I64_SUB: u8 = 0x7d;
const I64_SHR_U: u8 = 0x88;
const I32_WRAP_I64: u8 = 0xa7;

/// Appends instructions.
#[derive(Debug)]
pub(super) struct Code<'a>(pub(super) &'a mut Body);

impl Code<'_> {
    #[inline]
    pub(super) fn one(&mut self, code: u8) -> &mut Self {
        self.0.bytes.push(code);
        self
    }

    pub(super) fn end(&mut self) -> &mut Self {
        self.one(END)
    }

    #[inline]
    fn with(&mut self, code: u8, index: usize) -> &mut Self {
        self.0.bytes.push(code);
        write_unsigned(&mut self.0.bytes, index);
        self
    }

    #[inline]
    fn i32(&mut self, number: i64) -> &mut Self {
        self.0.bytes.push(I32_CONST);
        write_signed(&mut self.0.bytes, number);
        self
    }

    #[inline]
    fn i64(&mut self, number: i64) -> &mut Self {
        self.0.bytes.push(I64_CONST);
        write_signed(&mut self.0.bytes, number);
        self
    }

    #[inline]
    fn begin(&mut self, code: u8) -> &mut Self {
        self.one(code).one(EMPTY)
    }

    /// Says that the next branch is rarely taken.
    fn unlikely(&mut self) -> &mut Self {
        self.0.unlikely();
        self
    }

    /// Branches to a label.
    pub(super) fn branch(&mut self, label: usize) -> &mut Self {
        self.with(BR, label)
    }

    /// Subtracts the number that `counted` puts on the stack from what is left of the quantum.
    fn subtract(&mut self, indices: &Indices, counted: impl FnOnce(&mut Self) -> &mut Self) -> &mut Self {
        self.with(GLOBAL_GET, indices.left);
        counted(self);
        self.one(I32_SUB).with(GLOBAL_SET, indices.left)
    }

    /// Calls the refill where nothing is left.
    fn refill_if_over(&mut self, indices: &Indices) -> &mut Self {
        self.with(GLOBAL_GET, indices.left).refill_if_negative(indices)
    }

    /// Calls the refill where the number on the stack is below 0.
    fn refill_if_negative(&mut self, indices: &Indices) -> &mut Self {
        self.i32(0).one(I32_LT_S);
        self.unlikely().begin(IF).with(CALL, indices.refill).end()
    }

    /// Counts instructions. `local`: for the rest of the quantum, which not every engine keeps in a register otherwise.
    pub(super) fn count(&mut self, indices: &Indices, weight: u32, local: usize) -> &mut Self {
        self.with(GLOBAL_GET, indices.left).i32(weight.into()).one(I32_SUB);
        self.with(LOCAL_TEE, local).with(GLOBAL_SET, indices.left);
        self.with(LOCAL_GET, local).refill_if_negative(indices)
    }

    /// Counts what a local has counted, at a function's end: whoever called it counts on.
    pub(super) fn count_local(&mut self, indices: &Indices, local: usize) -> &mut Self {
        self.subtract(indices, |code| code.with(LOCAL_GET, local))
    }

    /// Counts what is in the local, and empties it.
    pub(super) fn flush_local(&mut self, indices: &Indices, local: usize) {
        self.count_local(indices, local).i32(0).with(LOCAL_SET, local);
    }

    /// Counts `instructions` in a function of its own.
    pub(super) fn charge(&mut self, indices: &Indices, instructions: i64) -> &mut Self {
        self.i32(instructions).with(CALL, indices.charge)
    }

    /// Counts an instruction by its length, which is on the stack and stays there. `local`: for a length of that type.
    pub(super) fn charge_length(&mut self, indices: &Indices, shift: u8, is_64: bool, local: usize) {
        self.with(LOCAL_TEE, local).with(LOCAL_GET, local);
        if is_64 {
            self.i64(shift.into()).one(I64_SHR_U).with(CALL, indices.charge_64);
        } else {
            self.i32(shift.into()).one(I32_SHR_U).with(CALL, indices.charge_32);
        }
    }

    /// Adds instructions to a local, which is looked at elsewhere.
    pub(super) fn count_in_local(&mut self, local: usize, weight: u32) {
        self.with(LOCAL_GET, local).i32(weight.into()).one(I32_ADD).with(LOCAL_SET, local);
    }

    /// Begins the blocks in front of a loop that counts in a local; the loop is the next. `block_type`: of the loop.
    pub(super) fn begin_leaving(&mut self, block_type: &[u8]) {
        self.one(BLOCK).0.bytes.extend_from_slice(block_type);
        self.begin(LOOP).begin(BLOCK);
    }

    /// Counts a turn of such a loop in a local, and leaves the loop where that is much.
    pub(super) fn count_or_leave(&mut self, local: usize, weight: u32) {
        self.with(LOCAL_GET, local).i32(weight.into()).one(I32_ADD).with(LOCAL_TEE, local);
        self.i32(AT_ONCE).one(I32_GT_U).unlikely().with(BR_IF, 1);
    }

    /// Ends such a loop where the condition on the stack, of its branch to its beginning, is false.
    pub(super) fn end_unless(&mut self) {
        self.one(I32_EQZ).with(BR_IF, 3);
    }

    /// Ends those blocks, behind the `end` of the loop: where it was left to count, it goes on.
    pub(super) fn end_leaving(&mut self, indices: &Indices, local: usize) {
        self.branch(2).end();
        self.with(LOCAL_GET, local).with(CALL, indices.charge);
        self.i32(0).with(LOCAL_SET, local).branch(0).end().one(UNREACHABLE).end();
    }

    /// Waits like `wait`, an instruction whose operands are on the stack, but for a short time at once, and counts in
    /// between, until its whole time is over.
    pub(super) fn wait(&mut self, indices: &Indices, wait: &[u8], locals: &Waiting) {
        let Waiting { address, expected, timeout, slice, result } = *locals;
        self.with(LOCAL_SET, timeout).with(LOCAL_SET, expected).with(LOCAL_SET, address);
        self.one(BLOCK).one(I32).begin(LOOP);
        // A time below 0 has no end: without a sign it is longer than any other.
        self.i64(WAIT).with(LOCAL_GET, timeout).i64(WAIT).with(LOCAL_GET, timeout).one(I64_LT_U).one(SELECT);
        self.with(LOCAL_SET, slice);
        self.with(LOCAL_GET, address).with(LOCAL_GET, expected).with(LOCAL_GET, slice);
        self.0.bytes.extend_from_slice(wait);
        self.with(LOCAL_SET, result);
        self.with(LOCAL_GET, slice).one(I32_WRAP_I64).i32(0);
        self.with(LOCAL_GET, result).i32(TIMED_OUT).one(I32_EQ).one(SELECT);
        self.i32(WAIT_WEIGHT).one(I32_ADD).with(CALL, indices.charge);
        self.with(LOCAL_GET, result);
        self.with(LOCAL_GET, result).i32(TIMED_OUT).one(I32_NE).with(BR_IF, 1);
        self.with(LOCAL_GET, timeout).i64(WAIT).one(I64_LE_U).with(BR_IF, 1).one(DROP);
        self.with(LOCAL_GET, timeout).i64(WAIT).i64(0);
        self.with(LOCAL_GET, timeout).i64(0).one(I64_GE_S).one(SELECT).one(I64_SUB).with(LOCAL_SET, timeout);
        self.branch(0).end().one(UNREACHABLE).end();
    }
}

/// Locals of a function that waits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Waiting {
    /// Of the type of the memory's addresses.
    pub(super) address: usize,
    /// Of the type of the value that is waited for.
    pub(super) expected: usize,
    /// Of 64 bits: the time that is left, and the time that it waits at once.
    pub(super) timeout: usize,
    pub(super) slice: usize,
    /// Of 32 bits.
    pub(super) result: usize,
}

/// The body of the function that refills: the host says how much is left now, or traps where it is over.
pub(super) fn refill_body(indices: &Indices) -> Vec<u8> {
    let mut body = Body::behind(vec![0]);
    let mut code = Code(&mut body);
    code.with(GLOBAL_GET, indices.left).with(GLOBAL_GET, indices.is_first).i32(0);
    code.with(CALL_INDIRECT, indices.refill_type);
    write_unsigned(&mut code.0.bytes, indices.table);
    code.with(GLOBAL_SET, indices.left).i32(0).with(GLOBAL_SET, indices.is_first).end();
    body.bytes
}

/// The body of the function that counts as many instructions as its parameter says.
pub(super) fn charge_body(indices: &Indices) -> Vec<u8> {
    let mut body = Body::behind(vec![0]);
    let mut code = Code(&mut body);
    code.subtract(indices, |code| code.with(LOCAL_GET, 0)).refill_if_over(indices).end();
    body.bytes
}

/// The bodies of the functions that count an instruction by its length, of 32 and of 64 bits.
pub(super) fn charge_length_bodies(indices: &Indices) -> [Vec<u8>; 2] {
    [false, true].map(|is_64| {
        let mut body = Body::behind(vec![0]);
        let mut code = Code(&mut body);
        if is_64 {
            code.with(LOCAL_GET, 0).i64(LONGEST).with(LOCAL_GET, 0).i64(LONGEST).one(I64_LT_U).one(SELECT);
            code.one(I32_WRAP_I64);
        } else {
            code.with(LOCAL_GET, 0).i32(LONGEST).with(LOCAL_GET, 0).i32(LONGEST).one(I32_LT_U).one(SELECT);
        }
        code.i32(BULK_WEIGHT).one(I32_ADD).with(CALL, indices.charge).end();
        body.bytes
    })
}

/// The body of a function that begins an invocation: it fills up what is left, and calls `function`. Below 0 there is
/// nothing to fill up with: a guest that has suspended itself goes on, with what it had left.
pub(super) fn wrapper_body(indices: &Indices, function: usize, params: usize) -> Vec<u8> {
    let mut body = Body::behind(vec![0]);
    let mut code = Code(&mut body);
    code.begin(BLOCK).with(GLOBAL_GET, indices.initial).i32(0).one(I32_LT_S).with(BR_IF, 0);
    code.i32(1).with(GLOBAL_SET, indices.is_first);
    code.with(GLOBAL_GET, indices.initial).with(GLOBAL_SET, indices.left).end();
    for param in 0..params {
        code.with(LOCAL_GET, param);
    }
    code.with(CALL, function).end();
    body.bytes
}
