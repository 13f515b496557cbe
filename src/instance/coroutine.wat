;; Runs one invocation after the other on one stack that can be suspended: making such a stack takes longer than a short
;; invocation, suspending it once more does not. Only wasm may lie between a stack's beginning and where it is suspended, so
;; that this is no JavaScript (`js/invocation/coroutine.js` is what it asks).
(module
  (type $guest_call (func (param i32 i32) (result i32)))
  ;; What it is to run: the number of the guest, or -1 where there is nothing to run.
  (import "host" "take" (func $take (param $coroutine i32) (result i32)))
  (import "host" "operation_len" (func $operation_len (param $coroutine i32) (result i32)))
  (import "host" "payload_len" (func $payload_len (param $coroutine i32) (result i32)))
  ;; What the guest answered.
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
