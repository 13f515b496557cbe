;; Checks for room on the engine's stack. A guest, or a caller, may call the core when the stack is nearly used up; an
;; overflow could then unwind the core in the middle of a change. So each way in first checks that there is room to
;; finish. Where there is none, the engine throws here, before anything has changed.
;;
;; The functions do nothing. Each has a branch that is never taken, which no engine can know, and keeps so many values
;; alive across the calls there that its frame is as large as the room to be checked. Engines compare the whole frame with
;; the rest of the stack when a function is entered, and touch none of it. With 64 values of 16 bytes at once V8 compiles
;; them soonest (docs/DECISIONS.md). Each is longer than the 500 bytes up to which V8 inlines a function: frames that were
;; inlined into one would be as large as one of them.
;;
;; `build.rs` repeats instructions as often as `(repeat N …)` says, and makes a second module with twice as many values of
;; 8 bytes, for engines without SIMD.
(module
  (type $values (func (result v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128)))
  (type $keep (func (param v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128)))
  ;; Always 0 and empty. Exported and mutable, so that no engine can know that.
  (global $taken (export "taken") (mut i32) (i32.const 0))
  (table (export "none") 1 funcref)

  ;; 64 KiB. V8 compiles a function on its first call only where 40 KiB are left, and the functions that follow may not
  ;; have been called before.
  (func $later (export "later")
    (if (global.get $taken)
      (then
        (repeat 64 (call_indirect (type $values) (i32.const 0)))
        (repeat 64 (call_indirect (type $keep) (i32.const 0)))
      )))

  ;; How often `first` has been called, up to 100.
  (global $calls (mut i32) (i32.const 0))

  ;; The same, the first 100 times by frames of a sixteenth: one large frame takes V8 2 ms to compile, a tenth of the first
  ;; use of a guest.
  (func (export "first")
    (if (i32.ge_u (global.get $calls) (i32.const 100))
      (then (call $later))
      (else
        (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
        (call $by_parts (i32.const 16)))))

  (func $by_parts (param $parts i32)
    (if (global.get $taken)
      (then
        (repeat 4 (call_indirect (type $values) (i32.const 0)))
        (repeat 4 (call_indirect (type $keep) (i32.const 0)))
        ;; So that it is not inlined into itself.
        (repeat 500 nop)
      ))
    (if (i32.gt_u (local.get $parts) (i32.const 1))
      (then (call $by_parts (i32.sub (local.get $parts) (i32.const 1))))))

  ;; 16 KiB: for suspendable stacks that have 64 KiB in all, as in Firefox, where JavaScript runs on another stack.
  (func (export "scarce")
    (if (global.get $taken)
      (then
        (repeat 16 (call_indirect (type $values) (i32.const 0)))
        (repeat 16 (call_indirect (type $keep) (i32.const 0)))
      )))
)
