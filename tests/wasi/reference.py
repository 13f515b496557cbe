"""Runs a WASI program under the reference runtime: PROGRAM DIRECTORY STDOUT STDERR STDIN. Prints its exit code."""

import sys

import wasmtime

program, directory, stdout, stderr, stdin = sys.argv[1:]
store = wasmtime.Store()
wasi = wasmtime.WasiConfig()
wasi.argv = ["program", "one", "two words"]
wasi.env = [("NAME", "value")]
wasi.stdin_file, wasi.stdout_file, wasi.stderr_file = stdin, stdout, stderr
wasi.preopen_dir(directory, "/data")
store.set_wasi(wasi)
linker = wasmtime.Linker(store.engine)
linker.define_wasi()
instance = linker.instantiate(store, wasmtime.Module.from_file(store.engine, program))
try:
    instance.exports(store)["_start"](store)
    print(0)
except wasmtime.ExitTrap as exit:
    print(exit.code)
