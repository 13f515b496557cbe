;; Checks for room on the engine's stack. A guest, or a caller, may call the core when the stack is nearly used up; an
;; overflow could then unwind the core in the middle of a change. So each way in first checks that there is room to
;; finish. Where there is none, the engine throws here, before anything has changed.
;;
;; The functions do nothing. Each has a branch that is never taken, which no engine can know, and keeps so many values
;; alive across the calls there that its frame is as large as the room to be checked. Engines compare the whole frame with
;; the rest of the stack when a function is entered, and touch none of it. With 64 values of 16 bytes at once V8 compiles
;; them soonest (docs/DECISIONS.md).
;;
;; `build.rs` repeats instructions as often as `(repeat N …)` says, and makes a second module with twice as many values of
;; 8 bytes, for engines without SIMD.
(module
  (type $values (func (result v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128)))
  (type $keep (func (param v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128)))
  (type $parts (func (param i32)))
  ;; `$taken` is always 0: it is exported and mutable, so that no engine can know that.
  (global $taken (export "taken") (mut i32) (i32.const 0))
  ;; The table's first entry is empty, and it is exported so that no engine can know that. Through the second one
  ;; `$by_parts` calls itself.
  (table (export "table") 2 funcref)
  (elem (i32.const 1) $by_parts)

  ;; `later` asks for 64 KiB: V8 compiles a function on its first call only where 40 KiB are left, and the functions that
  ;; follow may not have been called before.
  (func $later (export "later")
    (if (global.get $taken)
      (then
        (repeat 64 (call_indirect (type $values) (i32.const 0)))
        (repeat 64 (call_indirect (type $keep) (i32.const 0)))
      )))

  ;; `$left` is how often `first` is still to ask by parts.
  (global $left (export "left") (mut i32) (i32.const 100))

  ;; `first` asks for 64 KiB, too. One frame is checked fastest, but takes V8 2 ms to compile, a tenth of the first use of
  ;; a guest; so the first 100 calls check frames of a sixteenth.
  (func (export "first")
    (if (i32.eqz (global.get $left))
      (then (call $later))
      (else
        (global.set $left (i32.sub (global.get $left) (i32.const 1)))
        (call $by_parts (i32.const 16)))))

  ;; `$by_parts` must not be inlined into itself: its frames could then be smaller. V8 inlines no function of more than 500
  ;; bytes by what it has seen called, and none that it has not seen called through a table.
  (func $by_parts (param $parts i32)
    (if (global.get $taken)
      (then
        (repeat 4 (call_indirect (type $values) (i32.const 0)))
        (repeat 4 (call_indirect (type $keep) (i32.const 0)))
        (repeat 500 nop)
      ))
    (if (i32.gt_u (local.get $parts) (i32.const 1))
      (then
        (call_indirect (type $parts) (i32.sub (local.get $parts) (i32.const 1)) (i32.const 1)))))

  ;; `scarce` asks for 16 KiB: for suspendable stacks that have 64 KiB in all, as in Firefox, where JavaScript runs on another stack.
  (func (export "scarce")
    (if (global.get $taken)
      (then
        (repeat 16 (call_indirect (type $values) (i32.const 0)))
        (repeat 16 (call_indirect (type $keep) (i32.const 0)))
      )))
)
