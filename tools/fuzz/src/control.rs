//! Branches, loops that end, exceptions, and the ends of guests.

use wasm_encoder::{BlockType, Instruction, MemArg, MemArgTarget};

use crate::statements::{Body, FUEL, RESULTS};

const BYTE: MemArg = MemArg { offset: 0, align: 0, target: MemArgTarget::Memory(0), ordering: None };

impl Body<'_> {
    pub(crate) fn branch(&mut self, depth: usize) {
        self.local();
        let bit = 1 << self.rng.below(3);
        self.number(bit);
        self.code.extend([Instruction::I32And, Instruction::If(BlockType::Empty)]);
        self.statements(1, 3, depth + 1);
        self.code.push(Instruction::End);
    }

    pub(crate) fn repeat(&mut self, depth: usize) {
        self.code.push(Instruction::Loop(BlockType::Empty));
        self.burn();
        self.statements(1, 3, depth + 1);
        // Repeats until the fuel is a multiple of eight: seven times at most.
        self.code.push(Instruction::GlobalGet(FUEL));
        self.number(7);
        self.code.extend([Instruction::I32And, Instruction::BrIf(0), Instruction::End]);
    }

    pub(crate) fn catch(&mut self, depth: usize) {
        self.code.push(Instruction::Try(BlockType::Empty));
        self.statements(1, 3, depth + 1);
        self.code.push(Instruction::CatchAll);
        self.statements(0, 2, depth + 1);
        self.code.push(Instruction::End);
    }

    pub(crate) fn call_helper(&mut self, index: u32) {
        self.code.push(Instruction::Call(index));
        self.keep();
    }

    /// Rarely the end of the guest, or of the function; else a call.
    pub(crate) fn end(&mut self) {
        match self.rng.below(12) {
            0 => {
                // In a block, so that more code may follow.
                self.local();
                self.code.extend([Instruction::If(BlockType::Empty), Instruction::Unreachable, Instruction::End]);
            }
            1 => {
                self.any_number();
                self.code.extend([Instruction::I32Load(BYTE), Instruction::Drop]);
            }
            2 if self.shape.catches => {
                self.local();
                self.code.extend([Instruction::If(BlockType::Empty), Instruction::Throw(0), Instruction::End]);
            }
            3 => {
                self.local();
                self.code.push(Instruction::If(BlockType::Empty));
                if self.returns {
                    let result = self.rng.pick(&RESULTS);
                    self.number(result);
                }
                self.code.extend([Instruction::Return, Instruction::End]);
            }
            _ => self.call_any(),
        }
    }

    pub(crate) fn refuel(&mut self, fuel: i32) {
        self.number(fuel);
        self.code.push(Instruction::GlobalSet(FUEL));
    }

    /// Takes one from the fuel, and returns where there is none.
    pub(crate) fn burn(&mut self) {
        self.code.extend([Instruction::GlobalGet(FUEL), Instruction::I32Eqz, Instruction::If(BlockType::Empty)]);
        if self.returns {
            self.number(0);
        }
        self.code.extend([Instruction::Return, Instruction::End, Instruction::GlobalGet(FUEL)]);
        self.number(1);
        self.code.extend([Instruction::I32Sub, Instruction::GlobalSet(FUEL)]);
    }
}
