//! The imports object of a guest, and the small modules of the package between a guest and the core.

use js_sys::{Object, Reflect};
use wasm_bindgen::JsValue;

use crate::linkable::Linkable;
use crate::protocol::{ENV, WAPC};
use crate::sys;

/// The package's own modules in front of a guest's imports: their name and bytes. A platform that cannot compile at run
/// time has them compiled already, and finds them by name.
const SHIM: (&str, &[u8]) = ("shim", include_bytes!(concat!(env!("OUT_DIR"), "/shim.wasm")));
const ASSEMBLYSCRIPT: (&str, &[u8]) =
    ("assemblyscript", include_bytes!(concat!(env!("OUT_DIR"), "/assemblyscript.wasm")));
const SIGNATURE: (&str, &[u8]) = ("signature", include_bytes!(concat!(env!("OUT_DIR"), "/signature.wasm")));

/// Makes sure that the stack has room before the shims and the core run (`js/invocation/room.js`).
const ROOM: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/room.wasm"));
/// `ROOM` with twice as many values of `i64` in place of `v128`, for engines without SIMD.
const ROOM_WITHOUT_SIMD: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/room-without-simd.wasm"));
/// Suspends guests: linked when the first one is (`js/invocation/suspension.js`).
const SUSPEND: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/suspend.wasm"));
/// Stacks that run one invocation after the other (`js/invocation/coroutine.js`).
const COROUTINE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/coroutine.wasm"));

/// Exports the address and the length in bytes of such a module in the core's memory, for JavaScript.
macro_rules! export_module {
    ($ptr:ident, $len:ident, ($($parameter:ident)?), $module:expr) => {
        #[unsafe(no_mangle)]
        extern "C" fn $ptr($($parameter: u32)?) -> *const u8 {
            $module.as_ptr()
        }

        #[unsafe(no_mangle)]
        extern "C" fn $len($($parameter: u32)?) -> usize {
            $module.len()
        }
    };
}

export_module!(room_module, room_module_len, (simd), if simd == 0 { ROOM_WITHOUT_SIMD } else { ROOM });
export_module!(suspend_module, suspend_module_len, (), SUSPEND);
export_module!(coroutine_module, coroutine_module_len, (), COROUTINE);

/// True where a guest's `__guest_call` has the protocol's signature: the engine links it to a module that declares it
/// so.
pub(super) fn has_signature(guest: &Object) -> bool {
    let imports = Object::new();
    let (name, bytes) = SIGNATURE;
    let linked = Reflect::set(&imports, &"guest".into(), guest);
    linked.is_ok() && sys::try_instantiate_own(name, bytes, &imports).is_ok()
}

/// The imports object of a guest: the shims that all guests of this thread share, as far as it imports from them.
pub(super) fn imports_of(linkable: &Linkable) -> Result<Object, JsValue> {
    let core = wasm_bindgen::exports();
    let imports = Object::new();
    for (namespace, (name, bytes)) in [(WAPC, SHIM), (ENV, ASSEMBLYSCRIPT)] {
        if namespace == WAPC || linkable.imports_env {
            Reflect::set(&imports, &namespace.into(), &sys::try_shim(name, bytes, &core)?)?;
        }
    }
    Ok(imports)
}
