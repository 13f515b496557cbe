/** The diagnostics channels of Node, Deno and Bun: their subscribers are observers. */

import diagnostics from 'node:diagnostics_channel';

import { setHasSubscribers } from '../base/observing.js';
import { platform } from '../platform/platform.js';

const PARTS = ['start', 'end', 'asyncStart', 'asyncEnd', 'error'];

/** The channels of a tracing channel; a plain channel is one. */
const partsOf = (channel) => (channel.start === undefined ? [channel] : PARTS.map((part) => channel[part]));

// Not in every version of Deno and Bun.
if (typeof diagnostics.tracingChannel === 'function') {
  const channel = (kind) => diagnostics.tracingChannel(`wapc-host:${kind}`);
  const channels = {
    compile: channel('compile'),
    instantiate: channel('instantiate'),
    invoke: channel('invoke'),
    hostcall: channel('hostcall'),
    pool: diagnostics.channel('wapc-host:pool'),
  };
  platform.channels = channels;
  platform.hasSubscribers = (channel) => partsOf(channel).some((part) => part.hasSubscribers);
  const note = () => setHasSubscribers(Object.values(channels).some(platform.hasSubscribers));

  // No platform tells when somebody subscribes, and each invocation that asked would take 20 ns more.
  for (const part of Object.values(channels).flatMap(partsOf)) {
    for (const name of ['subscribe', 'unsubscribe', 'bindStore', 'unbindStore']) {
      part[name] = function (...given) {
        // The first subscriber exchanges the channel's prototype.
        const result = Object.getPrototypeOf(this)[name].apply(this, given);
        note();
        return result;
      };
    }
  }
  note();
}
