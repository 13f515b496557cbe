//! A WASI program that works with files through `std` and prints the results. Its output under two runtimes is
//! compared.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

/// Makes it a waPC guest as well.
#[unsafe(no_mangle)]
pub extern "C" fn __guest_call(operation_len: u32, payload_len: u32) -> u32 {
    operation_len + payload_len
}

fn tell<T: std::fmt::Debug>(what: &str, result: io::Result<T>) {
    match result {
        Ok(value) => println!("{what}: {value:?}"),
        Err(error) => println!("{what}: {:?} {:?}", error.kind(), error.raw_os_error()),
    }
}

fn names(path: &str) -> io::Result<Vec<String>> {
    let mut names = fs::read_dir(path)?
        .map(|entry| {
            let entry = entry?;
            Ok(format!("{} {:?}", entry.file_name().to_string_lossy(), entry.file_type()?.is_dir()))
        })
        .collect::<io::Result<Vec<_>>>()?;
    names.sort();
    Ok(names)
}

fn big(path: &str) -> io::Result<(u64, u32)> {
    let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(true).open(path)?;
    for i in 0..3000u32 {
        file.write_all(&i.to_le_bytes().repeat(7))?;
    }
    file.seek(SeekFrom::Start(28 * 1234))?;
    let mut four = [0; 4];
    file.read_exact(&mut four)?;
    Ok((file.metadata()?.len(), u32::from_le_bytes(four)))
}

fn main() {
    tell("missing", fs::read("/data/missing"));
    tell("write", fs::write("/data/grüße.txt", "hällo"));
    tell("read", fs::read_to_string("/data/grüße.txt"));
    tell("copy", fs::copy("/data/grüße.txt", "/data/copy.txt"));
    tell("create_dir_all", fs::create_dir_all("/data/one/two/three"));
    tell("rename", fs::rename("/data/copy.txt", "/data/one/moved.txt"));
    tell("names", names("/data"));
    tell("names", names("/data/one"));
    tell("names", names("/data/missing"));
    tell("big", big("/data/big.bin"));
    tell("len", fs::metadata("/data/big.bin").map(|metadata| metadata.len()));
    tell("hard_link", fs::hard_link("/data/big.bin", "/data/one/big.bin"));
    tell("remove_dir", fs::remove_dir("/data/one"));
    tell("remove_dir", fs::remove_dir("/data/one/two/three"));
    tell("remove_file", fs::remove_file("/data/one/missing"));
    tell("remove_file", fs::remove_file("/data/one/two"));
    tell("exists", Path::new("/data/one/two").try_exists());
    tell("create_new", File::create_new("/data/big.bin").map(drop));
    tell("set_len", OpenOptions::new().write(true).open("/data/big.bin").and_then(|file| file.set_len(10)));
    tell("len", fs::metadata("/data/one/big.bin").map(|metadata| metadata.len()));
    tell("outside", fs::read("/data/../x").map(drop).map_err(|_| io::Error::other("refused")));
    tell("elsewhere", fs::read("/etc/passwd").map(drop).map_err(|_| io::Error::other("refused")));
    for i in 0..100 {
        if let Err(error) = fs::write(format!("/data/one/many-{i}"), i.to_string()) {
            println!("{i}: {error}");
        }
    }
    tell("names", names("/data/one").map(|names| names.len()));
    tell("remove_dir_all", fs::remove_dir_all("/data/one/two"));
    eprintln!("done");
}
