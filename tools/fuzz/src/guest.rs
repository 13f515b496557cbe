//! Guests whose bodies call imports again and again, with arguments that hosts get wrong.

use std::ops::Range;

use wasm_encoder::{
    CodeSection, ConstExpr, DataSection, ExportKind, ExportSection, Function, FunctionSection, GlobalSection,
    GlobalType, Instruction, MemorySection, Module, StartSection, TagKind, TagSection, TagType, ValType,
};

use crate::layout::Layout;
use crate::rng::Rng;
use crate::shape::Shape;
use crate::statements::{Body, FUEL, LOCALS};

/// Iterations and helper calls that one invocation may make: few enough for the stack.
const STEPS: i32 = 200;

/// Helper functions, which bodies call.
const HELPERS: u32 = 2;

pub(crate) fn generate(rng: &mut Rng) -> Vec<u8> {
    let shape = Shape::any(rng);
    let layout = Layout::new();
    let (types, imports) = shape.encode_imports();
    let has_start = rng.one_in(24);
    let (functions, code) = functions(rng, &shape, &layout, has_start);
    let (mut memories, mut globals, mut tags, mut data) =
        (MemorySection::new(), GlobalSection::new(), TagSection::new(), DataSection::new());
    memories.memory(shape.memory);
    globals.global(GlobalType { val_type: ValType::I32, mutable: true, shared: false }, &ConstExpr::i32_const(STEPS));
    tags.tag(TagType { kind: TagKind::Exception, func_type_idx: shape.start_type() });
    data.active(0, &ConstExpr::i32_const(Layout::BEGIN as i32), layout.bytes.iter().copied());

    let mut module = Module::new();
    module.section(&types).section(&imports).section(&functions).section(&memories);
    if shape.catches {
        module.section(&tags);
    }
    module.section(&globals).section(&exports(&shape, has_start));
    if has_start {
        module.section(&StartSection { function_index: helpers(&shape).end + shape.starts.len() as u32 });
    }
    module.section(&code).section(&data);
    module.finish()
}

/// The indices of the helpers. The order: imports, `__guest_call`, helpers, exported starts, the start function.
fn helpers(shape: &Shape) -> Range<u32> {
    let first = shape.imports.len() as u32 + 1;
    first..first + HELPERS
}

fn functions(rng: &mut Rng, shape: &Shape, layout: &Layout, has_start: bool) -> (FunctionSection, CodeSection) {
    let (mut functions, mut code) = (FunctionSection::new(), CodeSection::new());
    let mut add = |type_index: u32, body: Vec<Instruction<'static>>| {
        functions.function(type_index);
        let mut function = Function::new([(LOCALS, ValType::I32)]);
        for instruction in body.iter().chain([&Instruction::End]) {
            function.instruction(instruction);
        }
        code.function(&function);
    };
    let helpers = helpers(shape);
    add(shape.guest_call_type(), Body::new(rng, shape, layout, 2, helpers.clone()).guest_call(STEPS));
    for index in helpers.clone() {
        let body = Body::new(rng, shape, layout, 0, helpers.clone());
        let recurses = shape.is_deep && index == helpers.start;
        add(shape.helper_type(), if recurses { body.recursion(index) } else { body.helper() });
    }
    for _ in 0..shape.starts.len() + usize::from(has_start) {
        add(shape.start_type(), Body::new(rng, shape, layout, 0, helpers.clone()).start(STEPS));
    }
    (functions, code)
}

fn exports(shape: &Shape, has_start: bool) -> ExportSection {
    let mut exports = ExportSection::new();
    exports.export("memory", ExportKind::Memory, 0);
    exports.export("__guest_call", ExportKind::Func, helpers(shape).start - 1);
    for (name, index) in shape.starts.iter().zip(helpers(shape).end..) {
        exports.export(name, ExportKind::Func, index);
    }
    // Exports that tell the runner about the guest.
    let starts_nothing = shape.starts.is_empty() && !has_start;
    for (name, holds) in [("deep", shape.is_deep), ("varying", shape.is_varying), ("plain", starts_nothing)] {
        if holds {
            exports.export(name, ExportKind::Global, FUEL);
        }
    }
    exports
}
