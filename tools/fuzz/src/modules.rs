//! Modules that are no guests, of all features that an engine may have: for the rewriter of `limits.interrupt`.

use arbitrary::Unstructured;
use wasm_smith::{Config, MemoryOffsetChoices, Module};

use crate::rng::Rng;

/// Turns of loops, and calls, after which a module traps.
const FUEL: u32 = 2000;

/// Seldom one that no engine of the tests runs: they decide by validating it.
pub(crate) fn generate(rng: &mut Rng) -> Vec<u8> {
    loop {
        let data = rng.bytes(8192);
        let module = Module::new(config(rng), &mut Unstructured::new(&data));
        let ended = module.ok().and_then(|mut module| module.ensure_termination(FUEL).ok().map(|_| module));
        if let Some(module) = ended {
            return module.to_bytes();
        }
    }
}

fn config(rng: &mut Rng) -> Config {
    let is_newest = rng.one_in(2);
    let has_memory64 = is_newest && rng.one_in(3);
    Config {
        allow_start_export: rng.one_in(3),
        export_everything: true,
        canonicalize_nans: true,
        // Waiting would take the time that it is asked for; threads have a test of their own.
        threads_enabled: false,
        gc_enabled: is_newest && rng.one_in(3),
        exceptions_enabled: is_newest && rng.one_in(2),
        tail_call_enabled: rng.one_in(2),
        relaxed_simd_enabled: false,
        simd_enabled: rng.one_in(2),
        memory64_enabled: has_memory64,
        compact_imports_enabled: false,
        wide_arithmetic_enabled: false,
        extended_const_enabled: rng.one_in(2),
        max_memories: if is_newest { rng.pick(&[1, 1, 3]) } else { 1 },
        max_tables: rng.pick(&[1, 4]),
        max_imports: rng.pick(&[0, 6]),
        min_funcs: 2,
        max_funcs: rng.pick(&[4, 12]),
        max_types: 30,
        max_globals: 12,
        max_instructions: rng.pick(&[30, 200, 800]),
        max_memory32_bytes: 1 << 20,
        max_memory64_bytes: 1 << 20,
        memory_max_size_required: true,
        max_table_elements: 100,
        table_max_size_required: true,
        min_uleb_size: if rng.one_in(8) { 5 } else { 1 },
        generate_custom_sections: rng.one_in(8),
        memory_offset_choices: MemoryOffsetChoices(90, 9, 1),
        ..Config::default()
    }
}
