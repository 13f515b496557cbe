;; Runs one invocation after the other on one suspendable stack: creating such a stack takes longer than a short
;; invocation, suspending it again does not. Only wasm frames may lie between a stack's beginning and where it is
;; suspended, so this loop cannot be JavaScript. It asks `js/invocation/coroutine.js` for work.
;;
;; Each call of JavaScript switches stacks, which takes longer than the call: so lengths are asked of the core, and the
;; function that suspends this stack takes the last result, too.
(module
  (type $guest_call (func (param i32 i32) (result i32)))
  ;; The guest to run next: its number, or -1 for none.
  (import "host" "take" (func $take (param $coroutine i32) (result i32)))
  (import "core" "instance_request" (func $request (param $guest i32) (result i64)))
  ;; Waits until there is something to run. A `WebAssembly.Suspending`. Before it waits, it passes on the `result` of a
  ;; guest's `__guest_call`, if `has_ended` is 1.
  (import "host" "wait" (func $wait (param $coroutine i32) (param $has_ended i32) (param $result i32)))
  ;; The `__guest_call` of each guest that was run here, at its number.
  (table (export "guests") 0 funcref)
  (func (export "run") (param $coroutine i32)
    (local $guest i32)
    (local $lengths i64)
    (local $has_ended i32)
    (local $result i32)
    (loop $forever
      (call $wait (local.get $coroutine) (local.get $has_ended) (local.get $result))
      (local.set $has_ended (i32.const 0))
      (local.set $guest (call $take (local.get $coroutine)))
      (if (i32.ge_s (local.get $guest) (i32.const 0))
        (then
          (local.set $lengths (call $request (local.get $guest)))
          (local.set $result
            (call_indirect (type $guest_call)
              (i32.wrap_i64 (i64.shr_u (local.get $lengths) (i64.const 32)))
              (i32.wrap_i64 (local.get $lengths))
              (local.get $guest)))
          (local.set $has_ended (i32.const 1))))
      (br $forever)))
)
