;; Branches through loops and blocks of exceptions, of the first proposal. The length of the operation says which function
;; is run; the response is its result, a word.
(module
  (import "wapc" "__guest_response" (func $guest_response (param i32 i32)))
  (memory (export "memory") 1)
  (tag $tag (param i32))
  (func $throws (param i32) (result i32) (throw $tag (local.get 0)))
  ;; Out of two loops, from a try that catches nothing.
  (func $through_try (result i32) (local $n i32)
    (block $out (result i32)
      (loop $outer
        (local.set $n (i32.add (local.get $n) (i32.const 100)))
        (loop $inner
          (try (do
            (local.set $n (i32.add (local.get $n) (i32.const 1)))
            (br_if $inner (i32.rem_u (local.get $n) (i32.const 10)))
            (br_if $outer (i32.lt_u (local.get $n) (i32.const 1000)))
            (br $out (local.get $n)))
            (catch_all (unreachable)))))
      (i32.const 0)))
  ;; A delegate that passes a loop.
  (func $delegates (result i32) (local $n i32)
    (try $outer (do
      (loop $again
        (try (do
          (local.set $n (i32.add (local.get $n) (i32.const 3)))
          (br_if $again (i32.lt_u (local.get $n) (i32.const 300))))
          (delegate $outer))))
      (catch_all (local.set $n (i32.const 1))))
    (local.get $n))
  ;; Thrown by another function, caught behind two loops, thrown again and caught once more.
  (func $rethrows (result i32) (local $n i32)
    (loop $again
      (try (do
        (try (do
          (loop $calls
            (local.set $n (i32.add (local.get $n) (call $throws (local.get $n))))
            (br $calls)))
          (catch $tag (local.set $n (i32.add (local.get $n) (i32.const 2))) drop (rethrow 0))))
        (catch $tag (local.set $n (i32.add (local.get $n) (i32.const 5))) drop))
      (br_if $again (i32.lt_u (local.get $n) (i32.const 70))))
    (local.get $n))
  ;; A table of labels from inside of three loops.
  (func $table (result i32) (local $n i32) (local $sum i32)
    (block $out
      (loop $a
        (local.set $sum (i32.add (local.get $sum) (i32.const 1)))
        (loop $b
          (local.set $sum (i32.add (local.get $sum) (i32.const 10)))
          (loop $c
            (local.set $sum (i32.add (local.get $sum) (i32.const 100)))
            (local.set $n (i32.add (local.get $n) (i32.const 1)))
            (br_table $c $b $a $c $b $c $a $a $b $out (local.get $n))))))
    (local.get $sum))
  ;; Returns from inside of two loops.
  (func $returns (result i32) (local $n i32)
    (loop $a
      (loop $b
        (local.set $n (i32.add (local.get $n) (i32.const 1)))
        (if (i32.gt_u (local.get $n) (i32.const 7)) (then (return (local.get $n))))
        (br_if $b (i32.and (local.get $n) (i32.const 1)))
        (br $a)))
    (i32.const 0))
  ;; Loops with a result, and with many turns.
  (func $results (result i32) (local $n i32)
    (i32.add
      (loop $a (result i32)
        (br_if $a (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const 100000)))
        (local.get $n))
      (loop $b (result i32)
        (br_if $b (local.tee $n (i32.sub (local.get $n) (i32.const 1))))
        (i32.const 5))))
  (table funcref (elem $through_try $delegates $rethrows $table $returns $results))
  (type $result (func (result i32)))
  (func (export "__guest_call") (param $operation i32) (param i32) (result i32)
    (i32.store (i32.const 0) (call_indirect (type $result) (i32.sub (local.get $operation) (i32.const 1))))
    (call $guest_response (i32.const 0) (i32.const 4))
    (i32.const 1)))
