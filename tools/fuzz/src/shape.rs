//! The imports and exports of a guest, decided before its bodies.

use wasm_encoder::{EntityType, ImportSection, MemoryType, TypeSection, ValType};

use crate::imports::{ASSEMBLYSCRIPT, Import, POLL, WAPC, WASI, WASI_VARYING};
use crate::rng::Rng;

pub(crate) struct Shape {
    /// Module and function, in the order of their indices.
    pub(crate) imports: Vec<(&'static str, Import)>,
    pub(crate) memory: MemoryType,
    /// The start exports that it has.
    pub(crate) starts: Vec<&'static str>,
    /// True where it recurses to the end of the stack.
    pub(crate) is_deep: bool,
    /// True where its answers may vary from run to run.
    pub(crate) is_varying: bool,
    pub(crate) catches: bool,
}

impl Shape {
    /// A shape that imports only `wapc`, and sometimes AssemblyScript's `env`.
    pub(crate) fn simple(rng: &mut Rng) -> Self {
        let mut imports: Vec<_> = WAPC.iter().map(|import| ("wapc", *import)).collect();
        if rng.one_in(4) {
            imports.extend(ASSEMBLYSCRIPT.iter().map(|import| ("env", *import)));
        }
        let is_start = |rng: &mut Rng| rng.one_in(16);
        let starts = ["_start", "_initialize", "wapc_init"].into_iter().filter(|_| is_start(rng)).collect();
        let memory = memory(rng);
        Self { imports, memory, starts, is_deep: false, is_varying: false, catches: false }
    }

    pub(crate) fn any(rng: &mut Rng) -> Self {
        let mut shape = Self::simple(rng);
        shape.catches = rng.one_in(5);
        shape.is_deep = rng.one_in(40);
        if rng.below(5) < 2 {
            shape.add_wasi(rng);
        }
        // A guest may import any subset.
        if rng.one_in(6) {
            shape.imports.retain(|_| !rng.one_in(5));
        }
        shape
    }

    fn add_wasi(&mut self, rng: &mut Rng) {
        let module = rng.pick(&["wasi_snapshot_preview1", "wasi_snapshot_preview1", "wasi_unstable", "wasi"]);
        self.imports.extend(WASI.iter().map(|import| (module, *import)));
        self.imports.push((module, POLL));
        if rng.one_in(3) {
            self.is_varying = true;
            self.imports.extend(WASI_VARYING.iter().map(|import| (module, *import)));
        }
    }

    /// The types and the imports. Import n has type n; three more types follow, for `__guest_call`, starts and helpers.
    pub(crate) fn encode_imports(&self) -> (TypeSection, ImportSection) {
        let (mut types, mut imports) = (TypeSection::new(), ImportSection::new());
        for (index, (module, import)) in self.imports.iter().enumerate() {
            let parameters: Vec<ValType> =
                import.parameters.iter().flat_map(|parameter| parameter.types()).copied().collect();
            types.ty().function(parameters, import.result);
            imports.import(module, import.name, EntityType::Function(index as u32));
        }
        types.ty().function([ValType::I32, ValType::I32], [ValType::I32]);
        types.ty().function([], []);
        types.ty().function([], [ValType::I32]);
        (types, imports)
    }

    pub(crate) fn guest_call_type(&self) -> u32 {
        self.imports.len() as u32
    }

    pub(crate) fn start_type(&self) -> u32 {
        self.imports.len() as u32 + 1
    }

    pub(crate) fn helper_type(&self) -> u32 {
        self.imports.len() as u32 + 2
    }
}

/// A memory of one page or a few, which can grow by none, a few or many.
fn memory(rng: &mut Rng) -> MemoryType {
    let minimum = rng.pick(&[1, 1, 1, 2, 3]);
    let maximum = rng.pick(&[Some(minimum), Some(minimum + 1), Some(16), Some(16), Some(2000), None]);
    let shared = rng.one_in(20) && maximum.is_some();
    MemoryType { minimum, maximum, memory64: false, shared, page_size_log2: None }
}
