//! Guests whose bodies wasm-smith generates.

use arbitrary::Unstructured;
use wasm_encoder::{
    CodeSection, ExportKind, ExportSection, Function, FunctionSection, Instruction, MemorySection, MemoryType, Module,
};
use wasm_smith::Config;

use crate::rng::Rng;
use crate::shape::Shape;

/// Iterations and calls that a guest may make before it traps: few enough for the stack.
const FUEL: u32 = 400;

pub(crate) fn generate(rng: &mut Rng) -> Vec<u8> {
    let shape = empty(&Shape { memory: memory(rng), ..Shape::simple(rng) });
    let has_start = rng.one_in(8);
    loop {
        let data = rng.bytes(4096);
        let module = wasm_smith::Module::new(config(shape.clone(), has_start), &mut Unstructured::new(&data));
        let ended = module.ok().and_then(|mut module| module.ensure_termination(FUEL).ok().map(|_| module));
        if let Some(module) = ended {
            return module.to_bytes();
        }
    }
}

/// The memory: not shared, which wasm-smith does not support as engines do, and small, since guests may fill it.
fn memory(rng: &mut Rng) -> MemoryType {
    MemoryType {
        minimum: 1,
        maximum: Some(rng.pick(&[1, 4, 16])),
        memory64: false,
        shared: false,
        page_size_log2: None,
    }
}

/// Features that every tested engine has.
fn config(shape: Vec<u8>, has_start: bool) -> Config {
    Config {
        module_shape: Some(shape),
        allow_start_export: has_start,
        canonicalize_nans: true,
        bulk_memory_enabled: true,
        max_instructions: 60,
        max_funcs: 20,
        max_types: 40,
        max_table_elements: 100,
        memory64_enabled: false,
        threads_enabled: false,
        gc_enabled: false,
        exceptions_enabled: false,
        tail_call_enabled: false,
        relaxed_simd_enabled: false,
        extended_const_enabled: false,
        compact_imports_enabled: false,
        wide_arithmetic_enabled: false,
        ..Config::default()
    }
}

/// A module of that shape whose functions do nothing; wasm-smith takes the shape from it.
fn empty(shape: &Shape) -> Vec<u8> {
    let (types, imports) = shape.encode_imports();
    let (mut functions, mut code, mut memories, mut exports) =
        (FunctionSection::new(), CodeSection::new(), MemorySection::new(), ExportSection::new());
    memories.memory(shape.memory);
    exports.export("memory", ExportKind::Memory, 0);
    let names = ["__guest_call"].into_iter().chain(shape.starts.iter().copied());
    for (index, name) in names.enumerate() {
        functions.function(if index == 0 { shape.guest_call_type() } else { shape.start_type() });
        exports.export(name, ExportKind::Func, (shape.imports.len() + index) as u32);
        let mut body = Function::new([]);
        body.instruction(&Instruction::Unreachable).instruction(&Instruction::End);
        code.function(&body);
    }
    let mut module = Module::new();
    module.section(&types).section(&imports).section(&functions).section(&memories).section(&exports).section(&code);
    module.finish()
}
