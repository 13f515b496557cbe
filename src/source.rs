//! A guest, once it is loaded (`js/sys/load.js`), becomes a compiled module whose bytes are those that were meant.

use js_sys::{Uint8Array, WebAssembly};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use crate::error::Error;
use crate::inspect;
use crate::integrity::Integrity;
use crate::options::Options;
use crate::sys::{self, Loaded};

/// Compiles a guest source.
pub(crate) async fn compile(guest: JsValue, options: &Options) -> Result<WebAssembly::Module, Error> {
    let loaded = sys::try_load(&guest, options.on_progress.as_ref(), options.integrity.is_none()).await;
    let loaded: Loaded = loaded.map_err(Error::Thrown)?.unchecked_into();
    if let Some(module) = loaded.module() {
        return match options.integrity {
            None => Ok(module),
            Some(_) => Err(Error::argument("integrity", "bytes to check; a module is compiled already", &module)),
        };
    }
    let bytes = match &options.integrity {
        None => loaded.bytes(),
        Some(integrity) => checked(&loaded.bytes(), integrity).await?,
    };
    let compiled = JsFuture::from(WebAssembly::compile(&bytes)).await;
    compiled.map(JsCast::unchecked_into).map_err(|cause| Error::Compile {
        what: format!("{}: not valid WebAssembly{}", loaded.name(), inspect::looks_like(&head(&bytes))),
        reason: sys::message_of(&cause),
        cause: Some(cause),
    })
}

/// A copy of the bytes, so that what is compiled is what was checked. WAPC_INTEGRITY.
async fn checked(bytes: &Uint8Array, integrity: &Integrity) -> Result<Uint8Array, Error> {
    let checked = bytes.slice(0, bytes.length());
    let digest = sys::try_digest(integrity.algorithm().name(), &checked).await.map_err(Error::Thrown)?;
    match digest.as_string() {
        Some(digest) if integrity.matches(&digest) => Ok(checked),
        Some(actual) => Err(Error::Integrity { expected: integrity.expected(), actual }),
        None => Err(Error::Unsupported(
            "`integrity` needs WebCrypto, which pages have only in a secure context (https)".to_owned(),
        )),
    }
}

/// The first bytes, enough to tell what a file is.
fn head(bytes: &Uint8Array) -> Vec<u8> {
    bytes.subarray(0, bytes.length().min(16)).to_vec()
}
