;; Calls WASI at every depth of an endless recursion (operation r), or once. Answers with its memory; the errno is at
;; address 0.
(module
  (import "wasi_snapshot_preview1" "fd_readdir" (func $d (param i32 i32 i32 i64 i32) (result i32)))
  (import "wapc" "__guest_request" (func $guest_request (param i32 i32)))
  (import "wapc" "__guest_response" (func $guest_response (param i32 i32)))
  (memory (export "memory") 1)
  (func $r (param i32) (param i64 i64 i64 i64) (result i32)
    (drop (call $d (i32.const 3) (i32.const 4096) (i32.const 4096) (i64.const 0) (i32.const 8)))
    (i32.add (i32.const 1) (call $r (i32.add (local.get 0) (i32.const 1)) (local.get 1) (local.get 2) (local.get 3) (local.get 4))))
  (func (export "__guest_call") (param $op_len i32) (param $len i32) (result i32)
    (call $guest_request (i32.const 512) (i32.const 1024))
    (if (i32.eq (i32.load8_u (i32.const 512)) (i32.const 114)) (then (drop (call $r (i32.const 0) (i64.const 0) (i64.const 0) (i64.const 0) (i64.const 0)))))
    (i32.store (i32.const 0) (call $d (i32.const 3) (i32.const 4096) (i32.const 4096) (i64.const 0) (i32.const 8)))
    (call $guest_response (i32.const 0) (i32.const 8192))
    (i32.const 1)))
