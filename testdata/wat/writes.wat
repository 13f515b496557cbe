;; Writes texts of NUL. The payload's words: the length of each text in bytes, the number of texts (0: endless), and the
;; payload length of a host call after each (-1: none). The operation's first byte selects where to: `l` log lines, `w`
;; standard output. Answers with the number of texts.
(module
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wapc" "__guest_request" (func $guest_request (param i32 i32)))
  (import "wapc" "__guest_response" (func $guest_response (param i32 i32)))
  (import "wapc" "__host_call" (func $host_call (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
  (import "wapc" "__console_log" (func $console_log (param i32 i32)))
  (memory (export "memory") 65)
  (func (export "__guest_call") (param $op_len i32) (param $len i32) (result i32)
    (local $left i32)
    (call $guest_request (i32.const 512) (i32.const 1024))
    ;; The buffer: its address and its length.
    (i32.store (i32.const 0) (i32.const 65536))
    (i32.store (i32.const 4) (i32.load (i32.const 1024)))
    (local.set $left (i32.load (i32.const 1028)))
    (loop $again
      (if (i32.eq (i32.load8_u (i32.const 512)) (i32.const 0x6c))
        (then (call $console_log (i32.const 65536) (i32.load (i32.const 1024))))
        (else (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))
      (if (i32.ne (i32.load (i32.const 1032)) (i32.const -1))
        (then (drop (call $host_call (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)
          (i32.const 65536) (i32.load (i32.const 1032))))))
      (br_if $again (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
    (call $guest_response (i32.const 1028) (i32.const 4))
    (i32.const 1)))
