;; Has a shared memory, which text decoders refuse and growth does not detach. Logs its payload, calls the host with it,
;; and answers with the host's response.
(module
  (import "wapc" "__guest_request" (func $guest_request (param i32 i32)))
  (import "wapc" "__guest_response" (func $guest_response (param i32 i32)))
  (import "wapc" "__console_log" (func $console_log (param i32 i32)))
  (import "wapc" "__host_response_len" (func $host_response_len (result i32)))
  (import "wapc" "__host_response" (func $host_response (param i32)))
  (import "wapc" "__host_call" (func $host_call (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1 4 shared)
  (func (export "__guest_call") (param $op_len i32) (param $len i32) (result i32)
    (call $guest_request (i32.const 0) (i32.const 1024))
    (call $console_log (i32.const 1024) (local.get $len))
    (drop (memory.grow (i32.const 1)))
    (drop (call $host_call (i32.const 0) (local.get $op_len) (i32.const 0) (local.get $op_len) (i32.const 0)
      (local.get $op_len) (i32.const 1024) (local.get $len)))
    (call $host_response (i32.const 65536))
    (call $guest_response (i32.const 65536) (call $host_response_len))
    (i32.const 1)))
