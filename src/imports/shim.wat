;; The shim between guests and the core, one for all guests of a thread. It exports every function that a guest may
;; import from `wapc`, under the same name. Each puts the number of the running instance in front and calls the core,
;; wasm to wasm. The core keeps that number in its memory, at the address `running`. A callback or a suspension may let
;; other guests run; the number is restored after it. A shim for each instance would take a fifth of the time of
;; creating one.
;;
;; The core never throws through its own frames, which would leave its shadow stack where it was. It returns a status,
;; and the shim stops a guest by a trap, which no guest can catch.
;;
;; A guest may call an import when the stack is nearly used up. An overflow may then unwind the core at any point, which
;; is harmless in functions that only read. Before all others, `room` (`../instance/room.wat`) traps where the stack has
;; no room for them to finish.
(module
  (type $request (func (param i32 i32 i32) (result i32)))
  (type $suspend (func (result i32)))
  (import "room" "room" (func $room))
  (import "core" "wapc_guest_request" (func $guest_request (type $request)))
  (import "core" "wapc_guest_request_slow" (func $guest_request_slow (type $request)))
  (import "core" "wapc_guest_response" (func $guest_response (type $request)))
  (import "core" "wapc_guest_response_slow" (func $guest_response_slow (type $request)))
  (import "core" "wapc_request_lost" (func $request_lost (param i32)))
  (import "core" "wapc_response_lost" (func $response_lost (param i32 i32)))
  (import "core" "wapc_answer_lost" (func $answer_lost (param i32)))
  (import "core" "wapc_guest_error" (func $guest_error (type $request)))
  (import "core" "wapc_host_call" (func $host_call
    (param i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
  (import "core" "wapc_host_response_len" (func $host_response_len (param i32) (result i32)))
  (import "core" "wapc_host_response" (func $host_response (param i32 i32) (result i64)))
  (import "core" "wapc_host_response_slow" (func $host_response_slow (param i32 i32) (result i64)))
  (import "core" "wapc_host_error_len" (func $host_error_len (param i32) (result i32)))
  (import "core" "wapc_host_error" (func $host_error (param i32 i32) (result i64)))
  (import "core" "instance_refill" (func $instance_refill (type $request)))
  (import "core" "wapc_console_log" (func $console_log (type $request)))
  ;; Copies between the guest's memory and the caller's arrays, of ranges that the core has just checked. The shim calls
  ;; them, not the core: a reference that passes through the core's table takes 10 ns each time.
  (import "host" "write_request" (func $write_request (param i32 i32 i32) (result i32)))
  (import "host" "read_response" (func $read_response (param i32 i32 i32) (result i32)))
  (import "host" "write_answer" (func $write_answer (param i32 i32 i32) (result i32)))
  ;; The function of `suspend.wat`, which waits for the promise that the host callback returned.
  (import "host" "suspend_table" (table 1 funcref))
  (import "core" "memory" (memory 0))
  (import "host" "running" (global $running i32))

  (func (export "__guest_request") (param i32 i32)
    (if (i32.eqz (call $guest_request (i32.load (global.get $running)) (local.get 0) (local.get 1)))
      (then
        (call $room)
        (if (i32.eqz (call $guest_request_slow (i32.load (global.get $running)) (local.get 0) (local.get 1)))
          (then unreachable))))
    (if (i32.eqz (call $write_request (i32.load (global.get $running)) (local.get 0) (local.get 1)))
      (then (call $room) (call $request_lost (i32.load (global.get $running))) unreachable)))
  (func (export "__guest_response") (param i32 i32)
    (if (i32.eqz (call $guest_response (i32.load (global.get $running)) (local.get 0) (local.get 1)))
      (then
        (call $room)
        (if (i32.eqz (call $guest_response_slow (i32.load (global.get $running)) (local.get 0) (local.get 1)))
          (then unreachable))))
    (if (i32.eqz (call $read_response (i32.load (global.get $running)) (local.get 0) (local.get 1)))
      (then (call $room) (call $response_lost (i32.load (global.get $running)) (local.get 1)) unreachable)))
  (func (export "__guest_error") (param i32 i32)
    (call $room)
    (if (i32.eqz (call $guest_error (i32.load (global.get $running)) (local.get 0) (local.get 1))) (then unreachable)))
  ;; The guest gets HOST_FAILED and HOST_ANSWERED as they are.
  (func (export "__host_call") (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)
    (local $status i32)
    (local $id i32)
    (call $room)
    (local.set $id (i32.load (global.get $running)))
    (local.set $status (call $host_call (local.get $id)
      (local.get 0) (local.get 1) (local.get 2) (local.get 3)
      (local.get 4) (local.get 5) (local.get 6) (local.get 7)))
    (if (i32.eq (local.get $status) (i32.const HOST_PENDING))
      (then (local.set $status (call_indirect (type $suspend) (i32.const 0)))))
    (i32.store (global.get $running) (local.get $id))
    (if (i32.gt_u (local.get $status) (i32.const HOST_ANSWERED)) (then unreachable))
    (local.get $status))
  (func (export "__host_response_len") (result i32)
    (call $host_response_len (i32.load (global.get $running))))
  (func (export "__host_response") (param i32)
    (local $len i64)
    (local.set $len (call $host_response (i32.load (global.get $running)) (local.get 0)))
    (if (i64.lt_s (local.get $len) (i64.const 0))
      (then
        (call $room)
        (local.set $len (call $host_response_slow (i32.load (global.get $running)) (local.get 0)))))
    (call $write (local.get 0) (local.get $len)))
  (func (export "__host_error_len") (result i32)
    (call $host_error_len (i32.load (global.get $running))))
  (func (export "__host_error") (param i32)
    (call $room)
    (call $write (local.get 0) (call $host_error (i32.load (global.get $running)) (local.get 0))))
  ;; Has the last answer or error written to the guest; a length below 0 stops it.
  (func $write (param $ptr i32) (param $len i64)
    (if (i64.lt_s (local.get $len) (i64.const 0)) (then unreachable))
    (if (i64.eqz (local.get $len)) (then return))
    (if (i32.eqz (call $write_answer (i32.load (global.get $running)) (local.get $ptr) (i32.wrap_i64 (local.get $len))))
      (then (call $room) (call $answer_lost (i32.load (global.get $running))) unreachable)))
  (func (export "__console_log") (param i32 i32)
    (local $id i32)
    (call $room)
    (local.set $id (i32.load (global.get $running)))
    (if (i32.eqz (call $console_log (local.get $id) (local.get 0) (local.get 1))) (then unreachable))
    (i32.store (global.get $running) (local.get $id)))
  ;; Not for guests to import: it is put into the table of those that can be interrupted (`../interrupt/`). Instructions
  ;; that are left, below 0, and 1 for the first time in an invocation; instructions that it may execute.
  (func (export "refill") (param i32 i32) (result i32)
    (local $granted i32)
    (call $room)
    (local.set $granted (call $instance_refill (i32.load (global.get $running)) (local.get 0) (local.get 1)))
    (if (i32.lt_s (local.get $granted) (i32.const 0)) (then unreachable))
    (local.get $granted))
)
