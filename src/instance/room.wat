;; Checks for room on the engine's stack. A guest, or a caller, may call the core when the stack is nearly used up; an
;; overflow could then unwind the core in the middle of a change. So each way in first checks that there is room to
;; finish. Where there is none, the engine throws here, before anything has changed.
;;
;; The two functions do nothing. Each has a branch that is never taken, which no engine can know, and keeps so many
;; values alive across the calls there that its frame is as large as the room to be checked. Engines compare the whole
;; frame with the rest of the stack when a function is entered, and touch none of it. The functions are too long to be
;; inlined. With 64 values of 16 bytes at once V8 compiles them soonest (docs/DECISIONS.md).
;;
;; `build.rs` repeats the calls as often as `(repeat N …)` says, and makes a second module with twice as many values of
;; 8 bytes, for engines without SIMD.
(module
  (type $values (func (result v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128)))
  (type $keep (func (param v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128)))
  ;; Always 0 and empty. Exported and mutable, so that no engine can know that.
  (global $taken (export "taken") (mut i32) (i32.const 0))
  (table (export "none") 1 funcref)

  ;; 64 KiB. V8 compiles a function on its first call only where 40 KiB are left, and the functions that follow may not
  ;; have been called before.
  (func (export "ample")
    (if (global.get $taken)
      (then
        (repeat 64 (call_indirect (type $values) (i32.const 0)))
        (repeat 64 (call_indirect (type $keep) (i32.const 0)))
      )))

  ;; 16 KiB: for suspendable stacks that have 64 KiB in all, as in Firefox, where JavaScript runs on another stack.
  (func (export "scarce")
    (if (global.get $taken)
      (then
        (repeat 16 (call_indirect (type $values) (i32.const 0)))
        (repeat 16 (call_indirect (type $keep) (i32.const 0)))
      )))
)
