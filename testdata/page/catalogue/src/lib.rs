//! A guest with files, by WASI: it reads a directory that its host gave it, and writes there.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use wapc_guest::prelude::*;

/// Registers the operations; the host calls it once the guest is instantiated.
#[unsafe(no_mangle)]
pub extern "C" fn wapc_init() {
    register_function("catalogue", catalogue);
}

/// Counts the words of each file of a directory, writes them to `catalogue.txt` there, and answers with that file.
fn catalogue(directory: &[u8]) -> CallResult {
    let directory = Path::new(std::str::from_utf8(directory)?);
    let mut lines = String::new();
    visit(directory, directory, &mut lines)?;
    let path = directory.join("catalogue.txt");
    fs::write(&path, lines)?;
    Ok(fs::read(path)?)
}

/// Adds a line for each file, directories within it included.
fn visit(top: &Path, directory: &Path, lines: &mut String) -> Result<(), Box<dyn std::error::Error + Sync + Send>> {
    let mut entries = fs::read_dir(directory)?.collect::<Result<Vec<_>, _>>()?;
    entries.sort_by_key(|entry| entry.file_name());
    for entry in entries {
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            visit(top, &path, lines)?;
        } else {
            let words = fs::read_to_string(&path)?.split_whitespace().count();
            writeln!(lines, "{:4} words  {}", words, path.strip_prefix(top)?.display())?;
        }
    }
    Ok(())
}
