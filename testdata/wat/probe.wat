;; Does what it is told, right or wrong. The first byte of the operation selects an action; the payload's words
;; (little-endian) are its arguments. The first page is filled with 0xaa, so that tests see every byte that the host
;; writes.
(module
  (import "wapc" "__guest_request" (func $guest_request (param i32 i32)))
  (import "wapc" "__guest_response" (func $guest_response (param i32 i32)))
  (import "wapc" "__guest_error" (func $guest_error (param i32 i32)))
  (import "wapc" "__host_call" (func $host_call (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
  (import "wapc" "__host_response_len" (func $host_response_len (result i32)))
  (import "wapc" "__host_response" (func $host_response (param i32)))
  (import "wapc" "__host_error_len" (func $host_error_len (result i32)))
  (import "wapc" "__host_error" (func $host_error (param i32)))
  (import "wapc" "__console_log" (func $console_log (param i32 i32)))
  (memory (export "memory") 1 16)
  (global $calls (mut i32) (i32.const 0))

  ;; The n-th word of the payload, which is at 1024.
  (func $arg (param $n i32) (result i32)
    (i32.load (i32.add (i32.const 1024) (i32.shl (local.get $n) (i32.const 2)))))
  (func $is (param $letter i32) (result i32)
    (i32.eq (i32.load8_u (i32.const 512)) (local.get $letter)))
  (func $call_host (result i32)
    (call $host_call (call $arg (i32.const 0)) (call $arg (i32.const 1)) (call $arg (i32.const 2)) (call $arg (i32.const 3))
      (call $arg (i32.const 4)) (call $arg (i32.const 5)) (call $arg (i32.const 6)) (call $arg (i32.const 7))))
  ;; Answers with `result`, and the lengths of the last host response and host error.
  (func $respond_with (param $result i32) (result i32)
    (i32.store (i32.const 2048) (local.get $result))
    (i32.store (i32.const 2052) (call $host_response_len))
    (i32.store (i32.const 2056) (call $host_error_len))
    (call $guest_response (i32.const 2048) (i32.const 12))
    (i32.const 1))
  (func $recurse (param i32) (result i32)
    (i32.add (i32.const 1) (call $recurse (i32.add (local.get 0) (i32.const 1)))))
  (func $recurse_calling (param i32) (result i32)
    (drop (call $host_call (i32.const 512) (i32.const 1) (i32.const 512) (i32.const 1) (i32.const 512) (i32.const 1)
      (i32.const 512) (i32.const 1)))
    (i32.add (i32.const 1) (call $recurse_calling (i32.add (local.get 0) (i32.const 1)))))

  (func (export "__guest_call") (param $op_len i32) (param $len i32) (result i32)
    (local $at i32)
    (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
    (call $guest_request (i32.const 512) (i32.const 1024))
    ;; response: its range
    (if (call $is (i32.const 0x73)) (then ;; s
      (call $guest_response (call $arg (i32.const 0)) (call $arg (i32.const 1)))
      (return (i32.const 1))))
    ;; request again, at other places; answers with the whole of memory
    (if (call $is (i32.const 0x71)) (then ;; q
      (local.set $at (call $arg (i32.const 1)))
      (call $guest_request (call $arg (i32.const 0)) (local.get $at))
      (call $guest_response (i32.const 0) (i32.mul (memory.size) (i32.const 65536)))
      (return (i32.const 1))))
    ;; error text: its range, and what to return
    (if (call $is (i32.const 0x65)) (then ;; e
      (call $guest_error (call $arg (i32.const 0)) (call $arg (i32.const 1)))
      (return (call $arg (i32.const 2)))))
    ;; error text, then a response
    (if (call $is (i32.const 0x45)) (then ;; E
      (call $guest_error (i32.const 1024) (i32.const 1))
      (return (call $respond_with (i32.const 7)))))
    (if (call $is (i32.const 0x6c)) (then ;; l: log a range
      (call $console_log (call $arg (i32.const 0)) (call $arg (i32.const 1)))
      (return (call $respond_with (i32.const 1)))))
    (if (call $is (i32.const 0x68)) (then ;; h: a host call with eight arguments
      (return (call $respond_with (call $call_host)))))
    (if (call $is (i32.const 0x72)) (then ;; r: the same, its response to the ninth; answers with the 64 bytes there
      (drop (call $call_host))
      (call $host_response (call $arg (i32.const 8)))
      (call $guest_response (i32.const 4096) (i32.const 64))
      (return (i32.const 1))))
    (if (call $is (i32.const 0x6b)) (then ;; k: like r, but logs a line before it fetches the response
      (drop (call $call_host))
      (call $console_log (i32.const 512) (i32.const 1))
      (call $host_response (call $arg (i32.const 8)))
      (call $guest_response (i32.const 4096) (i32.const 64))
      (return (i32.const 1))))
    (if (call $is (i32.const 0x78)) (then ;; x: the same as r with the error
      (drop (call $call_host))
      (call $host_error (call $arg (i32.const 8)))
      (call $guest_response (i32.const 4096) (i32.const 64))
      (return (i32.const 1))))
    (if (call $is (i32.const 0x67)) (then ;; g: a host call, grow, then fetch its response into the new page and answer with it
      (drop (call $call_host))
      (drop (memory.grow (i32.const 1)))
      (local.set $at (i32.mul (i32.sub (memory.size) (i32.const 1)) (i32.const 65536)))
      (call $host_response (local.get $at))
      (call $guest_response (local.get $at) (call $host_response_len))
      (return (i32.const 1))))
    (if (call $is (i32.const 0x64)) (then ;; d: a host call, then asks for the request once more
      (drop (call $call_host))
      (call $guest_request (i32.const 512) (i32.const 1024))
      (return (call $respond_with (i32.const 1)))))
    (if (call $is (i32.const 0x32)) (then ;; 2: two responses
      (call $guest_response (i32.const 512) (i32.const 1))
      (call $guest_response (i32.const 1024) (i32.const 4))
      (return (i32.const 1))))
    (if (call $is (i32.const 0x6e)) (then (return (i32.const 1)))) ;; n: success, no response
    (if (call $is (i32.const 0x7a)) (then (return (i32.const 0)))) ;; z: failure, no text
    (if (call $is (i32.const 0x63)) (then (return (call $respond_with (global.get $calls))))) ;; c: how often it was called
    (if (call $is (i32.const 0x70)) (then ;; p: leaves a text, then traps
      (call $guest_error (i32.const 1024) (local.get $len))
      unreachable))
    (if (call $is (i32.const 0x69)) (then (return (call $recurse (i32.const 0))))) ;; i: endless recursion
    (if (call $is (i32.const 0x49)) (then (return (call $recurse_calling (i32.const 0))))) ;; I: the same through the host
    (if (call $is (i32.const 0x57)) (then ;; W: grows, then logs, fails and responds with empty ranges there
      (drop (memory.grow (i32.const 1)))
      (call $console_log (call $arg (i32.const 0)) (i32.const 0))
      (call $guest_error (call $arg (i32.const 0)) (i32.const 0))
      (call $guest_response (call $arg (i32.const 0)) (i32.const 0))
      (return (i32.const 1))))
    (if (call $is (i32.const 0x4c)) (then (loop $forever (br $forever)))) ;; L: loops for ever
    (if (call $is (i32.const 0x4d)) (then (loop $forever ;; M: logs for ever
      (call $console_log (i32.const 1024) (local.get $len))
      (br $forever))))
    unreachable)
  (start $fill)
  (func $fill (memory.fill (i32.const 0) (i32.const 0xaa) (i32.const 65536))))
