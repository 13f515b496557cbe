//! Describes modules, and guesses what files are that are no guests.

use js_sys::{Array, Reflect, Uint8Array, WebAssembly};
use serde::Serialize;
use wasm_bindgen::JsValue;

use crate::constants::WASI_MODULES;
use crate::error::Error;
use crate::leb128::Leb128;
use crate::reader::{Reader, Refused, Source};

/// One entry of the custom section `producers`: for instance language, Rust, no version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Producer {
    /// `language`, `processed-by` or `sdk`.
    pub(crate) field: String,
    /// Such as `Rust`.
    pub(crate) name: String,
    /// Empty where there is none.
    pub(crate) version: String,
}

/// The result of `WapcModule.info`.
#[derive(Debug, Serialize)]
struct ModuleInfo {
    #[serde(with = "serde_wasm_bindgen::preserve")]
    imports: Array,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    exports: Array,
    wasi: &'static str,
    producers: Vec<Producer>,
}

/// Reads a module's imports, exports, WASI and producers: `ModuleInfo`.
pub(crate) fn info(module: &WebAssembly::Module) -> Result<JsValue, Error> {
    let imports = WebAssembly::Module::imports(module);
    let wasi = WASI_MODULES.into_iter().find(|wasi| imports.iter().any(|import| field(&import, "module") == *wasi));
    let sections = WebAssembly::Module::custom_sections(module, "producers");
    let info = ModuleInfo {
        wasi: wasi.unwrap_or("none"),
        producers: sections.iter().flat_map(|section| producers(&Uint8Array::new(&section))).collect(),
        exports: WebAssembly::Module::exports(module),
        imports,
    };
    serde_wasm_bindgen::to_value(&info).map_err(|error| Error::Thrown(error.into()))
}

/// A text field of a descriptor that `WebAssembly.Module` made.
pub(crate) fn field(descriptor: &JsValue, name: &str) -> String {
    Reflect::get(descriptor, &name.into()).ok().and_then(|value| value.as_string()).unwrap_or_default()
}

/// The most bytes that the producers of a section may take, each counted with the name of its field. Compilers write
/// sections of less than 1 KiB; a hostile one may repeat a long name 100,000 times, and the core's memory never
/// shrinks.
const MOST_PRODUCERS: u32 = 65_536;

/// Bytes counted for each producer beside its texts.
const OVERHEAD: u32 = 64;

/// Reads a `producers` section, which is not trusted: the list ends where the section is broken, or has more than
/// `MOST_PRODUCERS` bytes.
/// <https://github.com/WebAssembly/tool-conventions/blob/main/ProducersSection.md>
#[must_use]
pub(crate) fn producers(section: &dyn Source) -> Vec<Producer> {
    let mut found = Vec::new();
    // Counts may lie, so nothing is allocated by them.
    let _ = read_fields(&mut Reader::new(section, 0..section.length()), &mut found);
    found
}

fn read_fields(reader: &mut Reader, found: &mut Vec<Producer>) -> Result<(), Refused> {
    let mut room = MOST_PRODUCERS;
    for _ in 0..reader.u32()? {
        let (field, field_len) = read_name(reader, &mut room)?;
        for _ in 0..reader.u32()? {
            take(reader, &mut room, field_len.saturating_add(OVERHEAD))?;
            let (name, _) = read_name(reader, &mut room)?;
            let (version, _) = read_name(reader, &mut room)?;
            found.push(Producer { field: field.clone(), name, version });
        }
    }
    Ok(())
}

/// Reads a name: its text, and its length in bytes in the section.
fn read_name(reader: &mut Reader, room: &mut u32) -> Result<(String, u32), Refused> {
    let len = reader.u32()?;
    take(reader, room, len)?;
    Ok((String::from_utf8_lossy(&reader.bytes(len)?).into_owned(), len))
}

fn take(reader: &mut Reader, room: &mut u32, len: u32) -> Result<(), Refused> {
    *room = room.checked_sub(len).ok_or_else(|| reader.unwanted("more producers than are kept"))?;
    Ok(())
}

/// A guess at the kind of a module that is no guest, for the end of an error message; empty where there is none.
pub(crate) fn resembles(module: &WebAssembly::Module) -> &'static str {
    let (mut imports_wasi, mut hint) = (false, "");
    for import in WebAssembly::Module::imports(module).iter() {
        let from = field(&import, "module");
        imports_wasi |= WASI_MODULES.contains(&from.as_str());
        if from.starts_with("extism:") {
            hint = "; it looks like an Extism plug-in";
        }
    }
    for export in WebAssembly::Module::exports(module).iter() {
        match field(&export, "name").as_str() {
            "opa_eval" => hint = "; it looks like an OPA policy",
            "cabi_realloc" => hint = "; it looks like the core of a WebAssembly component",
            "_start" if imports_wasi => hint = "; it looks like a WASI command",
            _ => {}
        }
    }
    hint
}

/// A guess at the kind of a file that does not compile, by its first bytes; empty where there is none.
pub(crate) fn looks_like(head: &[u8]) -> &'static str {
    match head {
        [0x1f, 0x8b, ..] => "gzip-compressed data",
        [0, b'a', b's', b'm', _, _, 1, 0, ..] => "a WebAssembly component, which has to be a core module",
        [b'<', ..] => "an HTML page",
        [b'(', ..] | [b';', b';', ..] => "WebAssembly text, which has to be assembled first",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::{Producer, looks_like, producers};

    fn producer(field: &str, name: &str, version: &str) -> Producer {
        Producer { field: field.to_owned(), name: name.to_owned(), version: version.to_owned() }
    }

    const SECTION: &[u8] = b"\x02\x08language\x01\x04Rust\x00\x0cprocessed-by\x02\x05rustc\x041.95\x05clang\x0218";

    #[test]
    fn reads_the_producers_section() {
        assert_eq!(
            producers(&SECTION),
            [
                producer("language", "Rust", ""),
                producer("processed-by", "rustc", "1.95"),
                producer("processed-by", "clang", "18"),
            ]
        );
    }

    #[test]
    fn a_broken_section_ends_the_list() {
        for len in 0..SECTION.len() {
            assert!(producers(&SECTION.get(..len).unwrap_or_default()).len() < 3);
        }
        for hostile in [
            &b"\xff\xff\xff\xff\x0f"[..],
            b"\xff\xff\xff\xff\xff\xff",
            b"\x01\xff\xff\xff\xff\x0f",
            b"\x01\x01a\xff\xff\xff\xff\x0f\xff\xff\xff\xff\x0f",
        ] {
            assert_eq!(producers(&hostile), []);
        }
    }

    #[test]
    fn a_long_section_ends_the_list_before_it_fills_memory() {
        let byte = |number: usize| number.to_le_bytes()[0];
        let unsigned = |number: usize| [byte(number) | 0x80, byte(number >> 7) | 0x80, byte(number >> 14)];
        for (field_len, count, kept) in
            [(200_000, 100_000, 0), (65_000, 100_000, 0), (1_000, 100_000, 60), (0, 100_000, 1_024), (0, 1_024, 1_024)]
        {
            let field = [&unsigned(field_len)[..], &vec![b'a'; field_len]].concat();
            let section = [&[1], &*field, &unsigned(count), &vec![0; 2 * count]].concat();
            assert_eq!(producers(&section.as_slice()).len(), kept, "{count} of {field_len}");
        }
    }

    #[test]
    fn tells_what_a_file_is() {
        for (head, told) in [
            (&b""[..], false),
            (b"\x1f\x8b\x08", true),
            (b"<!DOCTYPE html>", true),
            (b"\0asm\x0d\0\x01\0", true),
            (b"(module)", true),
            (b"\0asm\x01\0\0\0", false),
            (b"MZ", false),
        ] {
            assert_eq!(!looks_like(head).is_empty(), told, "{head:?}");
        }
    }
}
