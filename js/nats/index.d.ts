/**
 * Guests beyond one machine: `serve` puts a guest on NATS, `remote` invokes one that is served somewhere, `guestStore` keeps
 * guests for all of them. The connection is the caller's: of `connect` of `@nats-io/transport-node` in Node, Deno and Bun,
 * of `wsconnect` of `@nats-io/nats-core` in pages. Install `@nats-io/nats-core` beside this package, and `@nats-io/obj` for
 * `guestStore`: without them WAPC_UNSUPPORTED. docs/cluster.md says more.
 *
 * @example
 * ```ts
 * import { connect } from '@nats-io/transport-node';
 * import { remote, serve } from 'wapc-host/nats';
 *
 * const connection = await connect({ servers: 'nats://127.0.0.1:4222' });
 * await using served = await serve(connection, pool, { name: 'hello', version: '1.0.0' });
 * const answer = await remote(connection, 'hello').invoke('hello', 'waPC!');
 * ```
 *
 * @module wapc-host/nats
 */

import type { NatsConnection } from '@nats-io/nats-core';
import type { Bytes, Codec, Invocable, InvokeOptions, WapcHost, WapcPool } from '../api/index.js';

/**
 * Serves a guest to everyone on a connection, as a NATS service (ADR-32): one of many, in one queue group, which answers
 * `PING`, `INFO` and `STATS`. Its one endpoint is `PREFIX.NAME.>`; operation names that are no subject token are escaped, and
 * a request's body is the payload as it is. STATS has in `data` the guest's name and languages, true after a `replace`, and
 * `WapcPool.stats`.
 *
 * A request runs at most once. It ends where the time that it was given is over, or its caller aborts.
 *
 * @param connection stays open. Its own `drain` closes what is served on it first: all at once, or, where `remote` was given the
 * same connection, one by one, the last first. Its `close` closes nothing
 * @param guest stays open. May be what `remote` returns: requests are then passed on
 * @returns once requests reach it
 * @throws {WapcError} WAPC_ARGUMENT: an argument or option is of the wrong type or range.
 * @throws {WapcError} WAPC_UNREACHABLE: the connection is closed, or its account may not subscribe to these subjects.
 * @throws {WapcError} WAPC_UNSUPPORTED: `@nats-io/nats-core` is not installed.
 */
export function serve(
  connection: NatsConnection,
  guest: WapcPool | WapcHost | Remote,
  options: ServeOptions,
): Promise<Served>;

/** How a guest is served. A name that is not one of these is WAPC_ARGUMENT. */
export interface ServeOptions {
  /**
   * The service's name, and the second token of its subjects, `PREFIX.NAME.OPERATION`: 1 to 128 letters of A-Z and a-z, digits,
   * `_` and `-`.
   */
  name: string;
  /** The version, as Semantic Versioning 2.0.0 has them. Several of one name may be served at once. */
  version: string;
  /** A text for people, which INFO has as `description`. By default it is empty. */
  description?: string | undefined;
  /**
   * The queue group: each request goes to one member of it.
   * @default 'q'
   */
  queue?: string | undefined;
  /**
   * The first token of its subjects.
   * @default 'wapc'
   */
  prefix?: string | undefined;
  /**
   * Requests that may be under way or queued here, past which WAPC_POOL_FULL goes to the caller. Payloads that come in
   * pieces may have 512 MiB together until their requests have ended, past which it is WAPC_POOL_FULL as well; so may
   * responses that leave in pieces, past which WAPC_LIMIT goes to the caller.
   * @default 1_000
   */
  maxInFlight?: number | undefined;
  /**
   * Says whether a request may run: what it throws, or rejects with, goes to the caller, as WAPC_GUEST where it is no
   * WapcError. It is called before the rest of a long payload is taken, and is not waited for longer than the request's
   * time and its caller's signal allow.
   */
  authorize?:
    | ((request: {
        /** The operation, as the guest would get it. */
        operation: string;
        /** The headers of the request, of each name the first. Anybody on the connection can have written them. */
        headers: ReadonlyMap<string, string>;
      }) => void | Promise<void>)
    | undefined;
  /**
   * Makes `invocation.context` of host callbacks from a request's headers, which anybody on the connection can have written.
   * An error that it throws, or rejects with, goes to the caller; a promise is waited for as that of `authorize`. By default
   * there is no context.
   */
  context?: ((headers: ReadonlyMap<string, string>) => unknown) | undefined;
  /**
   * More for `data` of STATS, asked each time: an object that JSON can hold. With a promise, or where it throws, `data` of
   * STATS is `{ error }`.
   */
  data?: (() => object) | undefined;
}

/** A guest that is served. */
export interface Served {
  /** Tells the members of a service apart: what PING, INFO and STATS have as `id`. */
  readonly id: string;
  /**
   * Takes nothing new, answers what it has taken, then leaves. Guest and connection stay open. Waits for a connection
   * that is lost, and for a NATS server that does not answer, until 5 s after the last answer that it made, or after the call.
   * Idempotent.
   */
  close(): Promise<void>;
  /** Calls `close`: for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * A guest that somebody serves. No request is sent before it is invoked; where guests are served on the same connection, it
 * subscribes to answers at once.
 * @param connection used for as long as it is open; what it does about reconnecting is its own options. Its `drain` closes what
 * is served on it, and waits until what was invoked by then has settled. What is invoked later is WAPC_UNREACHABLE, and not run
 * @param name as in `ServeOptions.name`
 * @throws {WapcError} WAPC_ARGUMENT: an argument or option is of the wrong type or range.
 */
export function remote(connection: NatsConnection, name: string, options?: RemoteOptions): Remote;

/** How a guest that somebody serves is invoked. A name that is not one of these is WAPC_ARGUMENT. */
export interface RemoteOptions {
  /**
   * As in `ServeOptions.prefix`.
   * @default 'wapc'
   */
  prefix?: string | undefined;
  /**
   * Milliseconds, where `invoke` names none. The server stops working for it when they are over. With Infinity an invocation
   * whose server dies never settles, unless it is `idempotent` and another of its `retries` is left.
   * @default 10_000
   */
  timeout?: number | undefined;
  /** The codec of `call`, as in `HostOptions.codec`. By default values are payloads as they are. */
  codec?: Codec | 'text' | 'json' | undefined;
  /**
   * How often an invocation is tried again that nobody has run (nobody serves it, WAPC_POOL_FULL), until its timeout, with
   * a growing and partly random wait before each; operations that `idempotent` names also when their answer was lost.
   * @default 0
   */
  retries?: number | undefined;
  /**
   * Operations that may run more than once for one invocation; true for all. With `retries` they are tried again where the
   * connection is lost, and where the server that took one has not been heard of for 3 s; the last attempt waits until the
   * timeout. A guest that computes as long on that server's own thread keeps it from being heard of: serve such guests with
   * `workers: true`.
   * @default false
   */
  idempotent?: boolean | readonly string[] | undefined;
}

/**
 * A guest on another machine: an instance of a class, so that it can stand in `Routes` and guests on different machines
 * call each other.
 */
export interface Remote extends Invocable {
  /**
   * Runs an operation there. At most once, unless `RemoteOptions.idempotent` names it. While the connection is being
   * restored it waits to be sent, until its timeout. Errors arrive with code, message, guest, operation and host call as they
   * were thrown there; their `cause` stays there.
   *
   * @param operation as for `WapcHost.invoke`; up to 2,048 characters as a token of a subject, where `-`, `_`, letters and
   * digits of ASCII are one character and other bytes of its UTF-8 three
   * @param payload up to 512 MiB; over the server's `max_payload` less 2,048 bytes it is sent in pieces. Leave it as it is
   * until the invocation has ended
   * @param options `context` stays here, but for its property `traceparent`: that is sent where it is a traceparent of W3C
   * @returns the response, which the caller owns
   * @throws {WapcError} WAPC_UNREACHABLE: nobody serves it, the connection is gone, or it was lost while the answer was awaited.
   * @throws {WapcError} WAPC_TIMEOUT: no answer came in time.
   * @throws {WapcError} WAPC_POOL_FULL: the member that it reached has no room, nor had those of the retries.
   * @throws {WapcError} WAPC_LIMIT: the payload, the response or the operation's name is too long.
   * @throws {WapcError} WAPC_ARGUMENT: an argument or option is of the wrong type or range.
   * @throws {WapcError} WAPC_UNSUPPORTED: `@nats-io/nats-core` is not installed.
   * @throws {WapcError} the errors of `WapcPool.invoke` there
   * @throws the reason of `signal`: it aborted. The server is told to stop.
   */
  invoke: Invocable['invoke'];
  /**
   * `invoke` with a value, as `WapcHost.call`.
   * @throws {WapcError} the errors of `invoke` and `WapcHost.call`
   */
  call<T = any>(operation: string, value?: unknown, options?: Omit<InvokeOptions, 'into'>): Promise<T>;
}

/**
 * Guests kept in a NATS object store (JetStream): for `compile`, `create` and `replace`. It uses the bucket where there is one;
 * `put` and `watch` make it otherwise, with the server's defaults. Nothing is sent before it is used.
 * @param bucket named as services are
 * @throws {WapcError} WAPC_ARGUMENT: an argument is of the wrong type or range.
 *
 * @example
 * ```ts
 * const store = guestStore(connection, 'guests');
 * const pool = await WapcPool.create(await store.get('hello'));
 * const watched = await store.watch('hello', (guest) => void pool.replace(guest).catch(console.error));
 * ```
 */
export function guestStore(connection: NatsConnection, bucket: string): GuestStore;

/** Guests by their names, 1 to 256 characters of Latin-1 (up to U+00FF). */
export interface GuestStore {
  /**
   * Puts a guest, or a new version of one: copied at once, and not looked at.
   * @throws {WapcError} WAPC_ARGUMENT: the name, or no bytes.
   * @throws {WapcError} WAPC_UNREACHABLE: the server has no JetStream, refuses it, or the connection is gone.
   * @throws {WapcError} WAPC_UNSUPPORTED: `@nats-io/obj` is not installed.
   */
  put(name: string, guest: Uint8Array): Promise<void>;
  /**
   * The current version, whose SHA-256 was checked; where it is replaced before all of it was read, the next.
   * @throws {WapcError} WAPC_LOAD: there is none of that name.
   * @throws {WapcError} the errors of `put`
   */
  get(name: string): Promise<Bytes>;
  /**
   * Calls back with each new version: those after the one that `get` of this object returned last, or else after the one that
   * is there now. What changed while the connection was lost is told when it is back. The versions in a bucket that was
   * deleted and created again are told after 30 s or so. Of several versions that follow each other at once, only the last is
   * told. Of a link, versions of the guest behind it are told as well, and those in another bucket after 30 s or so.
   * @throws {WapcError} the errors of `put`
   */
  watch(
    name: string,
    onChange: (guest: Bytes) => void,
  ): Promise<{
    /** Stops it. Idempotent. */
    stop(): void;
  }>;
}
