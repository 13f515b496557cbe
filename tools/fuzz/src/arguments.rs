//! Calls of imports, with valid arguments or with those that hosts get wrong.

use wasm_encoder::{Instruction, MemArg, MemArgTarget};

use crate::imports::{Import, Parameter};
use crate::layout::{SCRATCH, SUBSCRIPTIONS};
use crate::statements::Body;

/// Numbers at which unsigned sums, signed comparisons and page boundaries go wrong.
const BOUNDARIES: [i32; 11] = [0, 1, 4, 65_535, 65_536, 65_537, i32::MAX, i32::MIN, i32::MIN + 1, -4, -1];

const LONGS: [i64; 12] = [0, 1, 10, 4096, 65_536, 1 << 20, (1 << 28) + 1, 1 << 32, 1_000_000, i64::MAX, i64::MIN, -1];

/// All rights of WASI's descriptors.
const ALL_RIGHTS: i64 = (1 << 30) - 1;

/// Numbers of subscriptions: a few, and so many that they leave memory, or that their size wraps in 32 bits.
const COUNTS: [i32; 6] = [1, 2, 0, i32::MIN, 0x0555_5556, -1];

impl Body<'_> {
    /// Calls any import, those of the protocol more often than others.
    pub(crate) fn call_any(&mut self) {
        let imports = &self.shape.imports;
        if imports.is_empty() {
            return;
        }
        let many = if self.rng.one_in(2) { imports.len() } else { imports.len().min(9) };
        let index = self.rng.below(many);
        let is_valid = !self.rng.one_in(7);
        // There is no request while a guest starts.
        if self.is_invocation() || imports[index].1.name != "__guest_request" || self.rng.one_in(9) {
            self.call(index, is_valid);
        }
    }

    /// Calls the import `name` with valid arguments, if the guest has it.
    pub(crate) fn call_valid(&mut self, name: &str) {
        if let Some(index) = self.import(name) {
            self.call(index as usize, true);
        }
    }

    fn call(&mut self, index: usize, is_valid: bool) {
        let (_, Import { name, parameters, result }) = self.shape.imports[index];
        if name == "poll_oneoff" {
            self.poll_arguments(is_valid);
        } else {
            for parameter in parameters {
                let is_valid = is_valid || self.rng.one_in(2);
                self.argument(*parameter, is_valid);
            }
        }
        self.code.push(Instruction::Call(index as u32));
        self.take(result);
    }

    fn argument(&mut self, parameter: Parameter, is_valid: bool) {
        match parameter {
            Parameter::Address => self.address(is_valid),
            Parameter::Range => self.range(is_valid),
            Parameter::Name => self.one_of(&self.layout.names.clone(), is_valid),
            Parameter::Path => self.one_of(&self.layout.paths.clone(), is_valid),
            Parameter::Iovecs => self.one_of(&self.layout.iovecs.clone(), is_valid),
            Parameter::String if is_valid => {
                let string = self.rng.pick(&self.layout.strings.clone());
                self.number(string as i32);
            }
            Parameter::Descriptor if is_valid => {
                let descriptor = self.rng.pick(&[3, 3, 3, 4, 4, 5, 0, 1, 2]);
                self.number(descriptor);
            }
            Parameter::Number if is_valid => {
                let number = self.rng.below(9) as i32;
                self.number(number);
            }
            Parameter::String | Parameter::Descriptor | Parameter::Number => self.any_number(),
            Parameter::Rights if is_valid => self.code.push(Instruction::I64Const(ALL_RIGHTS)),
            Parameter::Rights | Parameter::Long => {
                let long = self.rng.pick(&LONGS);
                self.code.push(Instruction::I64Const(long));
            }
            Parameter::Float => {
                let float = self.rng.pick(&[0.0, -0.0, 1.5, 1e300, f64::NAN, f64::NEG_INFINITY]);
                self.code.push(Instruction::F64Const(float.into()));
            }
        }
    }

    /// Valid addresses are aligned, in memory, and where writing harms nothing.
    fn address(&mut self, is_valid: bool) {
        if !is_valid {
            return self.any_number();
        }
        let at = SCRATCH as i32 + 1024 * self.rng.below(8) as i32;
        self.number(at);
    }

    fn range(&mut self, is_valid: bool) {
        match self.rng.below(8) {
            // An empty range is legal, wherever it points.
            0 => {
                self.any_number();
                self.number(0);
            }
            // All of memory. Not in deep guests, which would pass it thousands of times.
            1 if is_valid && !self.shape.is_deep => {
                self.number(0);
                self.memory_len();
            }
            _ if is_valid => {
                self.address(true);
                let len = self.rng.pick(&[1, 15, 16, 17, 64, 300, 5000]);
                self.number(len);
            }
            _ => {
                self.any_number();
                self.any_number();
            }
        }
    }

    /// One of `ranges`. All lie in memory, and most are well-formed.
    fn one_of(&mut self, ranges: &[(u32, u32)], is_valid: bool) {
        if !is_valid {
            return self.range(false);
        }
        let many = if self.rng.one_in(3) { ranges.len() } else { ranges.len().min(4) };
        let (at, len) = ranges[self.rng.below(many)];
        self.number(at as i32);
        self.number(len as i32);
    }

    /// A boundary, a number relative to the size of memory, or one kept in a local.
    pub(crate) fn any_number(&mut self) {
        match self.rng.below(5) {
            0 => self.local(),
            1 | 2 => {
                let offset = self.rng.pick(&[0, 0, -1, 1, -4, -8]);
                self.memory_len();
                self.number(offset);
                self.code.push(Instruction::I32Add);
            }
            _ => {
                let boundary = self.rng.pick(&BOUNDARIES);
                self.number(boundary);
            }
        }
    }

    fn memory_len(&mut self) {
        self.code.push(Instruction::MemorySize(0));
        self.number(65_536);
        self.code.push(Instruction::I32Mul);
    }

    /// Subscriptions that are due within a millisecond, in the newer and the older layout. With a count above theirs,
    /// the range leaves memory.
    fn poll_arguments(&mut self, is_valid: bool) {
        for offset in (0..112).step_by(8) {
            self.store(offset, 0);
        }
        for at in [0, 48] {
            let (kind, due) = (self.rng.pick(&[0, 0, 1, 2, 3]), self.rng.pick(&[0, 1, 100_000, 1_000_000]));
            let id = self.rng.pick(&[0, 1, 1, 2, 3, 4, 1 << 31]);
            for (offset, value) in [(0, 7), (8, kind), (16, id), (24, due), (32, due)] {
                self.store(at + offset, value);
            }
        }
        self.number(SUBSCRIPTIONS as i32);
        self.address(is_valid);
        let count = if is_valid { self.rng.below(3) as i32 } else { self.rng.pick(&COUNTS) };
        self.number(count);
        self.address(is_valid);
    }

    fn store(&mut self, offset: u64, value: i64) {
        self.number(SUBSCRIPTIONS as i32);
        self.code.push(Instruction::I64Const(value));
        self.code.push(Instruction::I64Store(MemArg {
            offset,
            align: 3,
            target: MemArgTarget::Memory(0),
            ordering: None,
        }));
    }
}
