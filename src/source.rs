//! Where a guest comes from: bytes, a module, a response, an address or a file becomes a compiled module.

use js_sys::{Promise, Uint8Array, WebAssembly};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::Response;

use crate::error::Error;
use crate::inspect;
use crate::options::Options;
use crate::sys;

const EXPECTED: &str = "a path, a URL, a Response, a BufferSource, a WebAssembly.Module or a promise of one";

/// Compiles a guest source.
pub(crate) async fn compile(guest: JsValue, options: &Options) -> Result<WebAssembly::Module, Error> {
    let guest = if sys::is_thenable(&guest) { awaited(guest).await? } else { guest };
    if let Some(bytes) = sys::buffer_source(&guest) {
        return compile_bytes(&bytes, "the bytes", options).await;
    }
    match guest.dyn_into::<WebAssembly::Module>() {
        Ok(module) if options.integrity.is_none() => Ok(module),
        Ok(module) => Err(Error::argument("integrity", "bytes to check; a module is compiled already", &module)),
        Err(guest) if sys::is_response(&guest) => compile_response(guest.unchecked_into(), options).await,
        Err(guest) if guest.is_string() || guest.is_instance_of::<web_sys::Url>() => load(&guest, options).await,
        Err(guest) => Err(Error::argument("source", EXPECTED, &guest)),
    }
}

/// A promise of a source.
async fn awaited(promise: JsValue) -> Result<JsValue, Error> {
    JsFuture::from(Promise::resolve(&promise)).await.map_err(|cause| load_error("the promised guest", cause))
}

async fn load(guest: &JsValue, options: &Options) -> Result<WebAssembly::Module, Error> {
    let name = guest.as_string().unwrap_or_else(|| guest.unchecked_ref::<web_sys::Url>().href());
    if sys::is_file(guest) {
        let bytes = sys::try_read_file(guest).await.map_err(|cause| load_error(&name, cause))?;
        return compile_bytes(&bytes.unchecked_into(), &name, options).await;
    }
    let response = sys::try_fetch(guest).await.map_err(|cause| load_error(&name, cause))?;
    compile_response(response.unchecked_into(), options).await
}

async fn compile_response(response: Response, options: &Options) -> Result<WebAssembly::Module, Error> {
    let url = response.url();
    let name = if url.is_empty() { "the response" } else { &url };
    if !response.ok() {
        let reason = format!("status {} {}", response.status(), response.status_text());
        return Err(Error::Load { what: name.to_owned(), reason: reason.trim_end().to_owned(), cause: None });
    }
    let failed = |cause: JsValue| match cause.is_instance_of::<WebAssembly::CompileError>() {
        true => compile_error(name, "", cause),
        false => load_error(name, cause),
    };
    // The type is asked of the response as it came: one with progress has its headers, but no address.
    let response = match &options.on_progress {
        Some(on_progress) => sys::try_with_progress(&response, on_progress).map_err(failed)?,
        None => response,
    };
    if options.integrity.is_none() {
        let module = sys::try_compile_streaming(&response).await.map_err(failed)?;
        if let Ok(module) = module.dyn_into::<WebAssembly::Module>() {
            return Ok(module);
        }
    }
    let buffer = JsFuture::from(response.array_buffer().map_err(failed)?).await.map_err(failed)?;
    compile_bytes(&Uint8Array::new(&buffer), name, options).await
}

async fn compile_bytes(bytes: &Uint8Array, name: &str, options: &Options) -> Result<WebAssembly::Module, Error> {
    let checked;
    let bytes = match &options.integrity {
        None => bytes,
        Some(integrity) => {
            // A copy, so that what is compiled is what was checked.
            checked = bytes.slice(0, bytes.length());
            let digest = sys::try_digest(integrity.algorithm().name(), &checked).await;
            let digest = digest.map_err(|cause| load_error(name, cause))?.as_string().ok_or_else(|| {
                Error::Unsupported(
                    "`integrity` needs WebCrypto, which pages have only in a secure context (https)".to_owned(),
                )
            })?;
            if !integrity.matches(&digest) {
                return Err(Error::Integrity { expected: integrity.expected(), actual: digest });
            }
            &checked
        }
    };
    JsFuture::from(WebAssembly::compile(bytes))
        .await
        .map_err(|cause| compile_error(name, inspect::looks_like(&head(bytes)), cause))?
        .dyn_into()
        .map_err(|module| compile_error(name, "", module))
}

/// The first bytes, enough to tell what a file is.
fn head(bytes: &Uint8Array) -> Vec<u8> {
    bytes.subarray(0, bytes.length().min(16)).to_vec()
}

fn load_error(name: &str, cause: JsValue) -> Error {
    Error::Load { what: name.to_owned(), reason: sys::message_of(&cause), cause: Some(cause) }
}

fn compile_error(name: &str, looks_like: &str, cause: JsValue) -> Error {
    Error::Compile {
        what: format!("{name}: not valid WebAssembly{looks_like}"),
        reason: sys::message_of(&cause),
        cause: Some(cause),
    }
}
