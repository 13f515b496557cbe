// The typings of `wapc-host/nats`: those of the contract fit them, and a program uses all of them.

import type { NatsConnection } from '@nats-io/nats-core';
import { WapcPool, type Bytes, type HostCall, type Routes } from 'wapc-host';
import {
  guestStore,
  remote,
  serve,
  type GuestStore,
  type Remote,
  type RemoteOptions,
  type ServeOptions,
  type Served,
} from 'wapc-host/nats';

import type * as Contract from './api-nats.d.ts';
import type * as Ours from 'wapc-host/nats';

/** Fails to compile unless each of the two can stand for the other. */
type Same<A extends B, B extends C, C = A> = [A, B, C];
/** Fails to compile unless what the package takes or hands out, which may offer more, can stand for what the contract has. */
type Fits<A, B extends A> = [A, B];

/** Fails to compile unless the package has all members of the contract: the others take no notice of an optional one that is missing. */
type HasAll<A, B extends Required<WithUndefined<A>>> = [A, B];

type WithUndefined<T> = { [Key in keyof T]: undefined extends T[Key] ? T[Key] | undefined : T[Key] };

export type Checked = [
  Fits<WithUndefined<Ours.ServeOptions>, Contract.ServeOptions>,
  Fits<WithUndefined<Ours.RemoteOptions>, Contract.RemoteOptions>,
  HasAll<Contract.ServeOptions, Required<Ours.ServeOptions>>,
  HasAll<Contract.RemoteOptions, Required<Ours.RemoteOptions>>,
  Same<Contract.Served, Ours.Served>,
  Same<Contract.Remote, Ours.Remote>,
  Same<Contract.GuestStore, Ours.GuestStore>,
  Fits<typeof Contract.serve, typeof Ours.serve>,
  Fits<typeof Contract.remote, typeof Ours.remote>,
  Fits<typeof Contract.guestStore, typeof Ours.guestStore>,
];

export async function use(connection: NatsConnection, bytes: Uint8Array): Promise<Bytes> {
  const options: ServeOptions = {
    name: 'hello',
    version: '1.0.0',
    authorize: ({ operation, headers }) => {
      if (operation === 'admin' && headers.get('user') !== 'Ada') throw new Error('not you');
    },
    context: (headers) => ({ traceparent: headers.get('traceparent') }),
    data: () => ({ sha256: 'ab' }),
    description: undefined,
  };
  const settings: RemoteOptions = { timeout: 500, retries: 3, idempotent: ['hello'], codec: 'json', prefix: undefined };
  const guest: Remote = remote(connection, 'hello', settings);
  const hostCall: Routes = { other: guest, '*': { hello: guest } };
  const pool = await WapcPool.create(bytes.slice(), { hostCall });
  await using served: Served = await serve(connection, pool, options);
  const gateway = await serve(connection, guest, { name: 'gateway', version: '1.0.0' });
  await gateway.close();
  const store: GuestStore = guestStore(connection, 'guests');
  await store.put('hello', bytes);
  const { stop } = await store.watch('hello', (guest) => void pool.replace(guest));
  stop();
  const pass: HostCall = (binding, namespace, operation, payload, from) => guest.invoke(operation, payload, { from });
  const total: number = await guest.call<number>('sum', [1, 2]);
  // @ts-expect-error: `into` is an option of `invoke` alone.
  await guest.call('sum', [1, 2], { into: new Uint8Array(4) });
  // @ts-expect-error: a version is needed.
  await serve(connection, pool, { name: 'hello' });
  console.log(served.id, pass, total);
  return guest.invoke('hello', 'waPC!', { timeout: 5, context: 5 });
}
