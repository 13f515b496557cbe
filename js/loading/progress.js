/** The progress of a download (`onProgress` of `HostOptions`). */

import { messageOf } from '../base/error.js';

/** Tells a callback how many bytes of a response have come. */
export class Progress {
  /** The error that ended the download: `cause`, and `reason` for a message. Undefined if none has. */
  failure;
  #onProgress;
  #loaded = 0;

  /** @param {(loaded: number, total?: number) => void} onProgress */
  constructor(onProgress) {
    this.#onProgress = onProgress;
  }

  /** A response with the bytes and headers of `response`, which tells of them. Throws a TypeError if that was used. */
  of(response) {
    const { body, headers } = response;
    // No body, or one that is no stream of the platform's, as those of `node-fetch`: it is not told of.
    if (typeof body?.getReader !== 'function') return response;
    if (response.bodyUsed) throw new TypeError('its body has been used');
    const length = Number(headers.get('content-length') ?? NaN);
    // `content-length` counts bytes on the wire, so it does not apply to a decoded body.
    const total = Number.isNaN(length) || headers.has('content-encoding') ? undefined : length;
    const reader = body.getReader();
    const pull = (controller) => this.#pass(reader, controller, total);
    return new Response(new ReadableStream({ pull, cancel: (reason) => reader.cancel(reason) }), { headers });
  }

  /** Passes the next chunk on. */
  async #pass(reader, controller, total) {
    const { done, value } = await reader.read().catch((cause) => this.#fail(messageOf(cause), cause));
    if (done) return controller.close();
    this.#loaded += value.byteLength;
    try {
      this.#onProgress(this.#loaded, total);
    } catch (cause) {
      reader.cancel(cause).catch(() => {});
      this.#fail(`\`onProgress\` threw: ${messageOf(cause)}`, cause);
    }
    controller.enqueue(value);
  }

  /** @returns {never} */
  #fail(reason, cause) {
    this.failure = { reason, cause };
    throw cause;
  }
}
