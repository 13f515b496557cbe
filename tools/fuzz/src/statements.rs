//! The statements of a generated body.

use std::ops::Range;

use wasm_encoder::{Instruction, ValType};

use crate::layout::{Layout, SCRATCH};
use crate::rng::Rng;
use crate::shape::Shape;

/// The global with the fuel, which counts down what a guest may still do.
pub(crate) const FUEL: u32 = 0;

/// Locals of each function, besides its parameters.
pub(crate) const LOCALS: u32 = 3;

/// The results of a guest that ends early.
pub(crate) const RESULTS: [i32; 8] = [1, 1, 1, 1, 1, 0, 2, -1];

/// A function body in the making.
pub(crate) struct Body<'a> {
    pub(crate) rng: &'a mut Rng,
    pub(crate) shape: &'a Shape,
    pub(crate) layout: &'a Layout,
    pub(crate) code: Vec<Instruction<'static>>,
    /// The number of its parameters.
    pub(crate) parameters: u32,
    /// The functions that it may call.
    pub(crate) helpers: Range<u32>,
    /// True where the function returns a number.
    pub(crate) returns: bool,
}

impl<'a> Body<'a> {
    pub(crate) fn new(
        rng: &'a mut Rng,
        shape: &'a Shape,
        layout: &'a Layout,
        parameters: u32,
        helpers: Range<u32>,
    ) -> Self {
        Self { rng, shape, layout, code: vec![], parameters, helpers, returns: true }
    }

    pub(crate) fn guest_call(mut self, fuel: i32) -> Vec<Instruction<'static>> {
        self.refuel(fuel);
        if self.shape.is_deep {
            self.call_helper(self.helpers.start);
        }
        self.statements(3, 12, 0);
        if !self.rng.one_in(4) {
            self.call_valid("__guest_response");
        }
        let result = self.rng.pick(&RESULTS);
        self.number(result);
        self.code
    }

    pub(crate) fn helper(mut self) -> Vec<Instruction<'static>> {
        self.burn();
        self.statements(1, 5, 1);
        self.local();
        self.code
    }

    /// Calls itself until the stack ends, with imports on the way.
    pub(crate) fn recursion(mut self, own: u32) -> Vec<Instruction<'static>> {
        self.call_any();
        if self.rng.one_in(2) {
            self.call_valid("__host_call");
        }
        self.code.push(Instruction::Call(own));
        self.number(1);
        self.code.push(Instruction::I32Add);
        self.code
    }

    pub(crate) fn start(mut self, fuel: i32) -> Vec<Instruction<'static>> {
        self.returns = false;
        self.refuel(fuel);
        self.statements(1, 4, 1);
        self.code
    }

    pub(crate) fn statements(&mut self, least: usize, most: usize, depth: usize) {
        for _ in 0..least + self.rng.below(most - least + 1) {
            self.statement(depth);
        }
    }

    fn statement(&mut self, depth: usize) {
        match self.rng.below(24) {
            0..=9 => self.call_any(),
            10 | 11 => self.grow(),
            12 if depth < 3 => self.branch(depth),
            13 if depth < 2 => self.repeat(depth),
            14 if self.shape.catches && depth < 3 => self.catch(depth),
            15 => {
                let helper = self.rng.below(self.helpers.len()) as u32;
                // In a deep guest the first helper recurses without end.
                self.call_helper(self.helpers.start + if self.shape.is_deep { 1 } else { helper });
            }
            16 => {
                self.any_number();
                self.keep();
            }
            17..=19 => self.ask_host(),
            20 | 21 => self.echo(),
            22 => self.fill(),
            _ => self.end(),
        }
    }

    /// A host call, and its answer or error, perhaps with `memory.grow` in between.
    fn ask_host(&mut self) {
        self.call_valid("__host_call");
        if self.rng.one_in(3) {
            self.grow();
        }
        for (len, fetch) in [("__host_response_len", "__host_response"), ("__host_error_len", "__host_error")] {
            if self.rng.one_in(2) {
                self.call_valid(fetch);
                if let (Some(len), Some(respond)) = (self.import(len), self.import("__guest_response")) {
                    self.number(SCRATCH as i32);
                    self.code.extend([Instruction::Call(len), Instruction::Call(respond)]);
                }
            }
        }
    }

    /// Fetches the request, and responds with all of it.
    fn echo(&mut self) {
        let (Some(request), Some(respond)) = (self.import("__guest_request"), self.import("__guest_response")) else {
            return;
        };
        if self.is_invocation() {
            let place = Instruction::I32Const(SCRATCH as i32 + 2048);
            self.number(SCRATCH as i32);
            self.code.extend([place.clone(), Instruction::Call(request)]);
            self.code.extend([place, Instruction::LocalGet(1), Instruction::Call(respond)]);
        }
    }

    fn grow(&mut self) {
        let pages = self.rng.pick(&[0, 1, 1, 2, 7, 1000, -1]);
        self.number(pages);
        self.code.push(Instruction::MemoryGrow(0));
        self.keep();
    }

    fn fill(&mut self) {
        let (value, len) = (self.rng.pick(&[0, 0x61, 0xff]), self.rng.pick(&[1, 64, 4096]));
        for number in [SCRATCH as i32, value, len] {
            self.number(number);
        }
        self.code.push(Instruction::MemoryFill(0));
    }

    /// Pops a number into a local.
    pub(crate) fn keep(&mut self) {
        let local = self.parameters + self.rng.below(LOCALS as usize) as u32;
        self.code.push(Instruction::LocalSet(local));
    }

    /// Pushes a parameter or a local.
    pub(crate) fn local(&mut self) {
        let local = self.rng.below((self.parameters + LOCALS) as usize) as u32;
        self.code.push(Instruction::LocalGet(local));
    }

    /// True in `__guest_call`, whose two parameters are lengths.
    pub(crate) fn is_invocation(&self) -> bool {
        self.parameters == 2
    }

    pub(crate) fn number(&mut self, number: i32) {
        self.code.push(Instruction::I32Const(number));
    }

    /// The index of an import, if the guest has it.
    pub(crate) fn import(&self, name: &str) -> Option<u32> {
        self.shape.imports.iter().position(|(_, import)| import.name == name).map(|index| index as u32)
    }

    /// Takes the result of an import from the stack.
    pub(crate) fn take(&mut self, result: Option<ValType>) {
        match result {
            Some(ValType::I32) => self.keep(),
            Some(_) => self.code.push(Instruction::Drop),
            None => {}
        }
    }
}
