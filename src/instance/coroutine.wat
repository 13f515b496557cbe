;; Runs one invocation after the other on one suspendable stack: creating such a stack takes longer than a short
;; invocation, suspending it again does not. Only wasm frames may lie between a stack's beginning and where it is
;; suspended, so this loop cannot be JavaScript. It asks `js/invocation/coroutine.js` for work.
(module
  (type $guest_call (func (param i32 i32) (result i32)))
  ;; The guest to run next: its number, or -1 for none.
  (import "host" "take" (func $take (param $coroutine i32) (result i32)))
  (import "host" "operation_len" (func $operation_len (param $coroutine i32) (result i32)))
  (import "host" "payload_len" (func $payload_len (param $coroutine i32) (result i32)))
  ;; Passes on the result of the guest's `__guest_call`.
  (import "host" "end" (func $end (param $coroutine i32) (param $result i32)))
  ;; Waits until there is something to run. A `WebAssembly.Suspending`.
  (import "host" "wait" (func $wait (param $coroutine i32)))
  ;; The `__guest_call` of each guest that was run here, at its number.
  (table (export "guests") 0 funcref)
  (func (export "run") (param $coroutine i32)
    (local $guest i32)
    (loop $forever
      (local.set $guest (call $take (local.get $coroutine)))
      (if (i32.lt_s (local.get $guest) (i32.const 0))
        (then (call $wait (local.get $coroutine)))
        (else
          (call $end (local.get $coroutine)
            (call_indirect (type $guest_call)
              (call $operation_len (local.get $coroutine))
              (call $payload_len (local.get $coroutine))
              (local.get $guest)))))
      (br $forever)))
)
