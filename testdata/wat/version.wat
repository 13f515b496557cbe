;; Answers with the 8 bytes `version0`, which tests replace in the module to tell guests apart. The operation `call` calls
;; the host first, `crash` traps; `init` in place of those bytes makes `wapc_init` trap.
(module
  (import "wapc" "__guest_request" (func $guest_request (param i32 i32)))
  (import "wapc" "__guest_response" (func $guest_response (param i32 i32)))
  (import "wapc" "__host_call" (func $host_call (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 256) "version0")
  (func (export "wapc_init")
    (if (i32.eq (i32.load8_u (i32.const 256)) (i32.const 0x69)) (then unreachable)))
  (func (export "__guest_call") (param $op_len i32) (param $len i32) (result i32)
    (call $guest_request (i32.const 512) (i32.const 1024))
    (if (i32.eq (local.get $op_len) (i32.const 4))
      (then (drop (call $host_call (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)
        (i32.const 0) (i32.const 0)))))
    (if (i32.eq (local.get $op_len) (i32.const 5)) (then unreachable))
    (call $guest_response (i32.const 256) (i32.const 8))
    (i32.const 1)))
