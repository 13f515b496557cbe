//! Exercises WASI from Rust, through `std`.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::io::{Read, Write};
use std::time::{Duration, Instant, SystemTime};
use std::{env, fs, io, thread};

use wapc_guest::prelude::*;

/// Registers the operations that need WASI.
pub fn register() {
    register_function("exercise", exercise);
    register_function("sleep", sleep);
    register_function("exit", exit);
}

/// Sleeps for the milliseconds that the payload names.
fn sleep(payload: &[u8]) -> CallResult {
    let milliseconds = std::str::from_utf8(payload)?.parse()?;
    thread::sleep(Duration::from_millis(milliseconds));
    Ok(payload.to_vec())
}

/// Exits with the code that the payload names.
fn exit(payload: &[u8]) -> CallResult {
    std::process::exit(std::str::from_utf8(payload)?.parse()?)
}

/// Answers with all that WASI gives it: arguments, environment, standard input, randomness, clocks, sleep and files.
fn exercise(_payload: &[u8]) -> CallResult {
    println!("to standard output");
    eprintln!("to standard error");
    let mut told = Vec::new();
    writeln!(told, "arguments: {}", env::args().collect::<Vec<_>>().join(" "))?;
    writeln!(told, "NAME: {}", env::var("NAME").unwrap_or_default())?;
    let mut input = String::new();
    io::stdin().read_to_string(&mut input)?;
    writeln!(told, "standard input: {input}")?;
    writeln!(told, "random: {}", RandomState::new().hash_one(0) != RandomState::new().hash_one(0))?;
    writeln!(told, "the day: {}", SystemTime::now() > SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000))?;
    let before = Instant::now();
    thread::sleep(Duration::from_millis(20));
    writeln!(told, "slept: {}", before.elapsed() >= Duration::from_millis(20))?;
    writeln!(told, "read: {}", fs::read_to_string("/data/a.txt")?)?;
    fs::write("/data/b.txt", "written")?;
    let mut file = fs::OpenOptions::new().append(true).open("/data/b.txt")?;
    file.write_all(b" twice")?;
    writeln!(told, "read back: {}", fs::read_to_string("/data/b.txt")?)?;
    let missing = fs::read("/data/missing").map_err(|error| error.kind());
    writeln!(told, "missing: {}", missing == Err(io::ErrorKind::NotFound))?;
    let outside = fs::read("/data/../outside").is_err() && fs::read("/etc/passwd").is_err();
    writeln!(told, "outside: {outside}")?;
    Ok(told)
}
