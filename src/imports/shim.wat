;; Stands between one guest instance and the core. Every function a guest may import from `wapc` is exported here under
;; its name there; each puts the instance's number in front and calls the core, wasm to wasm.
;;
;; The core never throws through its own frames (that would leave its shadow stack where it was): it answers with a
;; status, and what must stop the guest stops it here, by a trap, which no guest can catch.
(module
  (type $request (func (param i32 i32 i32) (result i32)))
  (import "core" "wapc_guest_request" (func $guest_request (type $request)))
  (import "core" "wapc_guest_response" (func $guest_response (type $request)))
  (import "core" "wapc_request_lost" (func $request_lost (param i32)))
  (import "core" "wapc_response_lost" (func $response_lost (param i32 i32)))
  (import "core" "wapc_guest_error" (func $guest_error (type $request)))
  (import "core" "wapc_host_call" (func $host_call
    (param i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
  (import "core" "wapc_host_response_len" (func $host_response_len (param i32) (result i32)))
  (import "core" "wapc_host_response" (func $host_response (param i32 i32) (result i32)))
  (import "core" "wapc_host_error_len" (func $host_error_len (param i32) (result i32)))
  (import "core" "wapc_host_error" (func $host_error (param i32 i32) (result i32)))
  (import "core" "wapc_console_log" (func $console_log (type $request)))
  ;; Copies between the guest's memory and the caller's arrays, of ranges that the core has checked just before. They are
  ;; called from here, not by the core: a reference that passes through the core's table takes 10 ns each time.
  (import "host" "write_request" (func $write_request (param i32 i32) (result i32)))
  (import "host" "read_response" (func $read_response (param i32 i32) (result i32)))
  ;; Waits for the promise that the host callback returned. A `WebAssembly.Suspending` where the engine has JSPI.
  (import "host" "suspend" (func $suspend (result i32)))
  (import "host" "id" (global $id i32))

  (func (export "__guest_request") (param i32 i32)
    (if (i32.eqz (call $guest_request (global.get $id) (local.get 0) (local.get 1))) (then unreachable))
    (if (i32.eqz (call $write_request (local.get 0) (local.get 1)))
      (then (call $request_lost (global.get $id)) unreachable)))
  (func (export "__guest_response") (param i32 i32)
    (if (i32.eqz (call $guest_response (global.get $id) (local.get 0) (local.get 1))) (then unreachable))
    (if (i32.eqz (call $read_response (local.get 0) (local.get 1)))
      (then (call $response_lost (global.get $id) (local.get 1)) unreachable)))
  (func (export "__guest_error") (param i32 i32)
    (if (i32.eqz (call $guest_error (global.get $id) (local.get 0) (local.get 1))) (then unreachable)))
  ;; 0 the callback failed, 1 it answered, 2 it answers later, anything else stops the guest.
  (func (export "__host_call") (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)
    (local $status i32)
    (local.set $status (call $host_call (global.get $id)
      (local.get 0) (local.get 1) (local.get 2) (local.get 3)
      (local.get 4) (local.get 5) (local.get 6) (local.get 7)))
    (if (i32.eq (local.get $status) (i32.const 2))
      (then (local.set $status (call $suspend))))
    (if (i32.gt_u (local.get $status) (i32.const 1)) (then unreachable))
    (local.get $status))
  (func (export "__host_response_len") (result i32)
    (call $host_response_len (global.get $id)))
  (func (export "__host_response") (param i32)
    (if (i32.eqz (call $host_response (global.get $id) (local.get 0))) (then unreachable)))
  (func (export "__host_error_len") (result i32)
    (call $host_error_len (global.get $id)))
  (func (export "__host_error") (param i32)
    (if (i32.eqz (call $host_error (global.get $id) (local.get 0))) (then unreachable)))
  (func (export "__console_log") (param i32 i32)
    (if (i32.eqz (call $console_log (global.get $id) (local.get 0) (local.get 1))) (then unreachable)))
)
