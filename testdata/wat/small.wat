;; The smallest guest that calls its host: answers with its payload, of up to 64 bytes, once the host has answered.
(module
  (import "wapc" "__guest_request" (func $guest_request (param i32 i32)))
  (import "wapc" "__guest_response" (func $guest_response (param i32 i32)))
  (import "wapc" "__host_call" (func $host_call (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "__guest_call") (param $op_len i32) (param $len i32) (result i32)
    (call $guest_request (i32.const 0) (i32.const 64))
    (drop (call $host_call (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 1)
      (i32.const 64) (local.get $len)))
    (call $guest_response (i32.const 64) (local.get $len))
    (i32.const 1)))
