/** Diagnostics channels of Node, Deno and Bun: their subscribers are observers. */

import diagnostics from 'node:diagnostics_channel';

import { setHasSubscribers } from '../base/observing.js';
import { platform } from '../platform/platform.js';

const PARTS = ['start', 'end', 'asyncStart', 'asyncEnd', 'error'];

/** The channels of a tracing channel, or a plain channel itself. */
const partsOf = (channel) => (channel.start === undefined ? [channel] : PARTS.map((part) => channel[part]));

// Some versions of Deno and Bun lack `tracingChannel`.
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

  // Subscribing is intercepted: no platform reports it, and checking in each invocation would slow short ones down measurably.
  for (const part of Object.values(channels).flatMap(partsOf)) {
    for (const name of ['subscribe', 'unsubscribe', 'bindStore', 'unbindStore']) {
      part[name] = function (...given) {
        // The method is looked up on each call, since the first subscriber changes the channel's prototype.
        const result = Object.getPrototypeOf(this)[name].apply(this, given);
        note();
        return result;
      };
    }
  }
  note();
}
