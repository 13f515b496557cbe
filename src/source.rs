//! Compiles a guest that was loaded (`js/loading/load.js`), and verifies its bytes.

use js_sys::{Uint8Array, WebAssembly};
use wasm_bindgen::{JsCast, JsValue};

use crate::error::Error;
use crate::inspect;
use crate::integrity::{Digest, Integrity};
use crate::limit_memory::limit_memory;
use crate::linkable::Origin;
use crate::options::{Limits, Options};
use crate::simple::is_simple;
use crate::sys::{self, Loaded};
use crate::task::settled;

/// A compiled guest.
#[derive(Debug)]
pub(crate) struct Compiled {
    pub(crate) module: WebAssembly::Module,
    /// The digest of its bytes, if they were verified (`integrity`).
    pub(crate) digest: Option<Digest>,
    /// True where it was rewritten, so that it can be interrupted.
    pub(crate) interrupts: bool,
    pub(crate) origin: Origin,
}

/// Compiles a guest source.
pub(crate) async fn compile(guest: JsValue, options: &Options) -> Result<Compiled, Error> {
    let may_stream =
        options.integrity.is_none() && options.limits.memory.is_none() && !options.limits.is_interruptible();
    let loading = sys::load(&guest, options.on_progress.as_ref(), may_stream, options.name.as_ref());
    let loaded: Loaded = settled(loading).await.map_err(Error::Thrown)?.unchecked_into();
    let name = options.name.clone().or_else(|| loaded.file_name());
    let origin = Origin { described: loaded.name().into(), name };
    if let Some(module) = loaded.module() {
        if options.limits.is_interruptible() {
            return Err(Error::Unsupported(
                "`limits.interrupt` and `limits.fuel` rewrite a guest's bytes: give them, a path or an address in place of \
                 a WebAssembly.Module"
                    .to_owned(),
            ));
        }
        let needs_bytes = match options {
            Options { integrity: Some(_), .. } => "integrity",
            Options { limits: Limits { memory: Some(_), .. }, .. } => "limits.memory",
            _ => {
                let interrupts = loaded.is_rewritten();
                return Ok(Compiled { module, digest: None, interrupts, origin });
            }
        };
        return Err(Error::argument(needs_bytes, "bytes; a module is compiled already", &module));
    }
    let failure = loaded.failure();
    if !failure.is_undefined() {
        return Err(not_compiled(&loaded, failure));
    }
    let (bytes, digest) = match &options.integrity {
        None => (loaded.bytes(), None),
        Some(integrity) => {
            let bytes = loaded.bytes();
            let digest = digest_of(&bytes, integrity).await?;
            (bytes, Some(digest))
        }
    };
    let bytes = match options.limits.memory {
        None => bytes,
        Some(limit) => limit_memory(bytes, limit)?,
    };
    let interrupts = options.limits.is_interruptible();
    let guest: &Uint8Array = &bytes;
    let compiling = sys::compile_guest(&bytes, is_simple(guest), interrupts);
    let compiled = settled(compiling).await.map_err(|cause| not_compiled(&loaded, cause))?;
    // A WapcError in its place says why the guest cannot be interrupted.
    let module = compiled.dyn_into().map_err(Error::Thrown)?;
    Ok(Compiled { module, digest, interrupts, origin })
}

/// WAPC_NOT_A_GUEST for a file of a known other kind, WAPC_COMPILE for any other.
fn not_compiled(loaded: &Loaded, cause: JsValue) -> Error {
    let (name, beginning) = (loaded.name(), loaded.beginning());
    match inspect::looks_like(&loaded.head().to_vec()) {
        "" => Error::Compile { name, reason: sys::excerpt_of(&cause) + &beginning, cause },
        what => Error::not_a_guest(&name, &format!("this is {what}{beginning}"), Some(cause)),
    }
}

/// The digest of the bytes, which has to be one of those expected. WAPC_INTEGRITY.
async fn digest_of(bytes: &Uint8Array, integrity: &Integrity) -> Result<Digest, Error> {
    let digest = sys::try_digest(integrity.algorithm().name(), bytes).await.map_err(Error::Thrown)?;
    let Some(actual) = digest else {
        return Err(Error::Unsupported(
            "`integrity` needs WebCrypto, which pages have only in a secure context (https)".to_owned(),
        ));
    };
    integrity.verify(&actual).ok_or_else(|| Error::Integrity { expected: integrity.expected(), actual })
}
