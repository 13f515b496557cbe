;; Passes requests on to its host. Operation `echo` answers with its payload. Any other makes a host call: its payload is
;; binding, namespace and operation, each ended by a zero byte, then the payload of the host call. It answers with the
;; host's response, or fails with the host's error text.
(module
  (import "wapc" "__guest_request" (func $guest_request (param i32 i32)))
  (import "wapc" "__guest_response" (func $guest_response (param i32 i32)))
  (import "wapc" "__guest_error" (func $guest_error (param i32 i32)))
  (import "wapc" "__host_call" (func $host_call (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
  (import "wapc" "__host_response_len" (func $host_response_len (result i32)))
  (import "wapc" "__host_response" (func $host_response (param i32)))
  (import "wapc" "__host_error_len" (func $host_error_len (result i32)))
  (import "wapc" "__host_error" (func $host_error (param i32)))
  (memory (export "memory") 4)

  ;; The address after the next zero byte.
  (func $after (param $at i32) (result i32)
    (loop $next
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (br_if $next (i32.load8_u (i32.sub (local.get $at) (i32.const 1)))))
    (local.get $at))

  (func (export "__guest_call") (param $op_len i32) (param $len i32) (result i32)
    (local $namespace i32) (local $operation i32) (local $payload i32)
    (call $guest_request (i32.const 0) (i32.const 1024))
    (if (i32.eq (i32.load (i32.const 0)) (i32.const 0x6f686365)) (then ;; echo
      (call $guest_response (i32.const 1024) (local.get $len))
      (return (i32.const 1))))
    (local.set $namespace (call $after (i32.const 1024)))
    (local.set $operation (call $after (local.get $namespace)))
    (local.set $payload (call $after (local.get $operation)))
    (if (call $host_call
          (i32.const 1024) (i32.sub (local.get $namespace) (i32.const 1025))
          (local.get $namespace) (i32.sub (i32.sub (local.get $operation) (local.get $namespace)) (i32.const 1))
          (local.get $operation) (i32.sub (i32.sub (local.get $payload) (local.get $operation)) (i32.const 1))
          (local.get $payload) (i32.sub (i32.add (i32.const 1024) (local.get $len)) (local.get $payload)))
      (then
        (call $host_response (i32.const 131072))
        (call $guest_response (i32.const 131072) (call $host_response_len))
        (return (i32.const 1))))
    (call $host_error (i32.const 131072))
    (call $guest_error (i32.const 131072) (call $host_error_len))
    (i32.const 0)))
