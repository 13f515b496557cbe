import { WapcHost } from 'wapc-host';

/** Gives a guest a directory, in memory: it sees these files, and no others. */
export async function catalogue(guest, files) {
  const host = await WapcHost.instantiate(guest, {
    codec: 'text',
    wasi: { preopens: { '/shelf': files } },
  });
  try {
    return await host.call('catalogue', '/shelf');
  } finally {
    host.close();
  }
}
