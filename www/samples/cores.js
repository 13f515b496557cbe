import { WapcHost, WapcPool } from 'wapc-host';

/** One instance on this thread. */
export async function onThisThread(guest) {
  return WapcHost.instantiate(guest);
}

/** A pool with a worker for each instance: they compute at the same time. */
export async function inWorkers(guest, size) {
  return WapcPool.create(guest, { size, workers: true });
}

/** Has all tiles computed, `atOnce` of them at a time; `draw` gets the bytes of each. */
export async function compute(guest, tiles, atOnce, draw) {
  const left = tiles.values();
  const lane = async () => {
    for (const tile of left) await draw(tile, await guest.invoke('tile', tile.payload));
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
}
