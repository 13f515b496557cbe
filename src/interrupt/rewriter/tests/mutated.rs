//! Modules whose bytes were changed at random: refused or rewritten, never a panic.

use super::{assemble, rewrite};

/// Modules of all features, to be changed.
const MODULES: [&str; 4] = [
    r#"(module (type (func (param i32 i64) (result i32))) (import "a" "b" (func (type 0))) (import "a" "m" (memory 1))
       (import "a" "g" (global i32)) (import "a" "t" (table 1 funcref)) (table 2 4 externref) (memory i64 1 2)
       (global (mut i64) (i64.const 5)) (export "__guest_call" (func 1)) (export "_start" (func 2)) (start 3)
       (func (type 0) (local f32 v128) loop (result i32) block local.get 0 br_table 0 1 2 1 end i32.const 5 return end)
       (func (result i32) i32.const 1 i32.const 2 i32.const 3 memory.fill i64.const 1 i32.const 2 i64.const 3 memory.fill 1
         i32.const 0 i64.const 0 i64.const 1 call 0 drop i32.const 1 memory.grow)
       (func loop call 3 return_call 3 end) (elem (i32.const 0) func 1 2) (data (i32.const 0) "0123456789"))"#,
    r#"(module (tag (param i32)) (type (struct (field (mut i8)) (field i64))) (type (array (mut i16)))
       (rec (type (sub (func (param i32)))) (type (sub final 2 (func (param i32)))))
       (func (local (ref null 0)) block (result i32) try_table (catch 0 0) i32.const 5 throw 0 end i32.const 1 end drop)
       (func (param i32) (result (ref 1)) i32.const 3 local.get 0 array.new 1)
       (func (result exnref) block (result exnref) try_table (catch_all_ref 0) loop br 2 end end unreachable end)
       (func (param anyref) (result i32) block (result anyref) local.get 0 br_on_cast 0 anyref (ref 0) end drop i32.const 1))"#,
    r#"(module (memory 1 4 shared) (func (result i32) i32.const 0 i32.const 1 i64.const -1 memory.atomic.wait32
         i32.const 0 i64.const 1 i64.const 5 memory.atomic.wait64 i32.add i32.const 0 i32.const 1 memory.atomic.notify i32.add
         atomic.fence)
       (func (result v128) v128.const i32x4 1 2 3 4 v128.const i64x2 5 6 i8x16.shuffle 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15
         i32.const 0 v128.load8_lane 3 i32x4.extract_lane 2 i32x4.splat f32x4.relaxed_madd))"#,
    r#"(module (func (param i32) (result i32) loop (result i32) local.get 0 i32.const 1 i32.sub local.tee 0 br_if 0
         loop local.get 0 br_if 0 end local.get 0 end) (func loop block loop br 1 end br 2 end end))"#,
];

/// Numbers that look random, the same each time.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % (end.max(1) as u64)).unwrap_or(0)
    }
}

/// Changes, removes, repeats or adds some bytes.
fn mutate(bytes: &mut Vec<u8>, numbers: &mut Numbers) {
    for _ in 0..=numbers.below(4) {
        let at = numbers.below(bytes.len());
        let any = numbers.below(256);
        let value = [0, 1, 0x0b, 0x40, 0x7f, 0x80, 0xff].get(numbers.below(8)).copied().unwrap_or(any);
        let value = u8::try_from(value).unwrap_or(0);
        match numbers.below(4) {
            0 => bytes.insert(at, value),
            1 => drop((!bytes.is_empty()).then(|| bytes.remove(at))),
            2 => bytes.truncate(at.max(8)),
            _ => bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte = value),
        }
    }
}

/// Mutated modules that are rewritten.
const TIMES: usize = 1_000_000;

#[test]
fn mutated_modules() {
    let modules: Vec<_> = MODULES.iter().map(|text| assemble(text)).collect();
    for bytes in &modules {
        assert!(rewrite(bytes).is_ok(), "{:?}", rewrite(bytes));
    }
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    let mut rewritten = 0;
    for turn in 0..TIMES {
        let mut bytes = modules.get(turn % modules.len()).cloned().unwrap_or_default();
        mutate(&mut bytes, &mut numbers);
        rewritten += usize::from(rewrite(&bytes).is_ok());
    }
    // Else nothing but headers would be read.
    assert!(rewritten > TIMES / 20, "{rewritten} of {TIMES}");
}
