;; Imports functions that WASI does not have, and one that WASI has under another module name.
(module
  (import "wasi_snapshot_preview1" "fd_frobnicate" (func))
  (import "wasi_snapshot_preview1" "random_get" (func (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview2" "random_get" (func (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "__guest_call") (param i32 i32) (result i32) (i32.const 1)))
