;; Writes a line of 64 bytes to standard output a hundred times, for the benchmark.
(module
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wapc" "__guest_response" (func $guest_response (param i32 i32)))
  (import "wapc" "__guest_request" (func $guest_request (param i32 i32)))
  (memory (export "memory") 1)
  ;; The buffer: its address and its length.
  (data (i32.const 16) "\40\00\00\00\40\00\00\00")
  (data (i32.const 64) "a line of sixty-four bytes, the last of which is its end ......\n")
  (func (export "__guest_call") (param $op_len i32) (param $len i32) (result i32)
    (local $left i32)
    (local.set $left (i32.const 100))
    (loop $again
      (drop (call $fd_write (i32.const 1) (i32.const 16) (i32.const 1) (i32.const 32)))
      (br_if $again (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
    (call $guest_response (i32.const 32) (i32.const 4))
    (i32.const 1)))
