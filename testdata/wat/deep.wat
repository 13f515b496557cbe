;; Calls its host as many calls deep as the payload's first word says, and answers with that number, counted on the way
;; back.
(module
  (import "wapc" "__guest_request" (func $guest_request (param i32 i32)))
  (import "wapc" "__guest_response" (func $guest_response (param i32 i32)))
  (import "wapc" "__host_call" (func $host_call (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func $descend (param $left i32) (result i32)
    (if (i32.eqz (local.get $left))
      (then (return (i32.sub (call $host_call (i32.const 512) (i32.const 1) (i32.const 512) (i32.const 1) (i32.const 512)
        (i32.const 1) (i32.const 512) (i32.const 1)) (i32.const 1)))))
    (i32.add (call $descend (i32.sub (local.get $left) (i32.const 1))) (i32.ne (local.get $left) (i32.const 0))))
  (func (export "__guest_call") (param i32 i32) (result i32)
    (call $guest_request (i32.const 512) (i32.const 1024))
    (i32.store (i32.const 0) (call $descend (i32.load (i32.const 1024))))
    (call $guest_response (i32.const 0) (i32.const 4))
    (i32.const 1)))
