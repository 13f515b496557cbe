;; Calls its host in `wapc_init`, and loops for ever there if the answer is one byte long. Answers with the number of its
;; calls; traps where the operation's first byte is `?`.
(module
  (import "wapc" "__guest_request" (func $guest_request (param i32 i32)))
  (import "wapc" "__guest_response" (func $guest_response (param i32 i32)))
  (import "wapc" "__host_call" (func $host_call (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
  (import "wapc" "__host_response_len" (func $host_response_len (result i32)))
  (memory (export "memory") 1)
  (func (export "wapc_init")
    (drop (call $host_call (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)
      (i32.const 0) (i32.const 0)))
    (if (i32.eq (call $host_response_len) (i32.const 1)) (then (loop $forever (br $forever)))))
  (func (export "__guest_call") (param i32 i32) (result i32)
    (call $guest_request (i32.const 512) (i32.const 1024))
    (if (i32.eq (i32.load8_u (i32.const 512)) (i32.const 0x3f)) (then unreachable))
    (i32.store (i32.const 0) (i32.add (i32.load (i32.const 0)) (i32.const 1)))
    (call $guest_response (i32.const 0) (i32.const 4))
    (i32.const 1)))
