/** Rewrites guests so that they can be interrupted (`src/interrupt/`). */

/** Most bytes of a guest that is rewritten, which takes about three times as many; ten times for one of short loops alone. */
const LARGEST = 64 * 1024 * 1024;

/**
 * A function that compiles a valid guest, rewritten by `module`. It rejects with WAPC_UNSUPPORTED for one with an
 * instruction that is not known, and WAPC_LIMIT for one that is too large. Throws if `module` is no rewriter.
 * @param {WebAssembly.Module} module the rewriter's .wasm
 */
export function rewriterOf(module) {
  const exports = WebAssembly.Module.exports(module);
  if (!exports.some(({ name }) => name === 'interrupt_rewrite')) throw new Error('this module rewrites no guests');
  return rewritingBy(module);
}

const rewritingBy = (module) => ({
  /**
   * @param {Uint8Array<ArrayBuffer>} guest
   * @param {typeof import('../base/error.js').WapcError} WapcError passed in because this file is bundled separately
   */
  async compileRewritten(guest, WapcError) {
    const fail = (code, reason, options) => {
      throw new WapcError(code, `\`limits.interrupt\` cannot rewrite this guest: ${reason}`, options);
    };
    if (guest.length > LARGEST)
      fail('WAPC_LIMIT', `its size is ${guest.length} bytes, and ${LARGEST} (64 MiB) is the most`);
    let rewritten;
    try {
      // An instance of its own: its memory goes with it.
      rewritten = rewrite(new WebAssembly.Instance(module, {}).exports, guest);
    } catch (cause) {
      // It traps where its memory cannot grow.
      fail('WAPC_LIMIT', `there is no memory for a guest of its size, ${guest.length} bytes`, { cause });
    }
    const { refused, bytes } = rewritten;
    if (refused !== undefined) {
      fail(
        'WAPC_UNSUPPORTED',
        `it has ${refused}, which is not known here; build it without newer features of WebAssembly`,
      );
    }
    try {
      return await WebAssembly.compile(bytes);
    } catch (cause) {
      if (!(cause instanceof WebAssembly.CompileError)) throw cause;
      return fail('WAPC_UNSUPPORTED', `the engine refuses what it becomes, which is larger: ${cause.message}`, {
        cause,
      });
    }
  },
});

/**
 * The rewritten bytes of a guest, or what is not known of it. Throws if there is no memory for it.
 * @param {any} rewriter exports of a fresh instance of the rewriter's .wasm
 * @param {Uint8Array} guest
 * @returns {{ bytes: Uint8Array<ArrayBuffer>, refused?: undefined } | { bytes?: undefined, refused: string }}
 */
export function rewrite(rewriter, guest) {
  const { memory, interrupt_alloc, interrupt_rewrite, interrupt_result, interrupt_result_len } = rewriter;
  const view = (ptr, length) => new Uint8Array(memory.buffer, ptr >>> 0, length >>> 0);
  const ptr = interrupt_alloc(guest.length);
  if (ptr === 0) throw new RangeError('its memory cannot grow');
  view(ptr, guest.length).set(guest);
  const isRewritten = interrupt_rewrite() !== 0;
  const bytes = view(interrupt_result(), interrupt_result_len()).slice();
  if (isRewritten) return { bytes };
  // The text is ASCII; jest with jsdom has no global TextDecoder.
  return { refused: `${String.fromCharCode(...bytes)} at byte ${rewriter.interrupt_refused_at()}` };
}
