/** `wapc-host/nats`: guests that others use over NATS, and those that others serve. */

export { remote } from '../nats/remote.js';
export { serve } from '../nats/serve.js';
export { guestStore } from '../nats/store.js';
