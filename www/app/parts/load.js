/** Loads a guest that somebody brought: a file, or what is at an address. */

/** Bytes of the largest guest that the page takes. */
const LARGEST = 64 << 20;

const tooLarge = (bytes) =>
  `it has ${Math.ceil(bytes / (1 << 20))} MB, and this page takes guests up to ${LARGEST >> 20} MB`;

/** The bytes of a file. */
export async function loadFile(file) {
  if (file.size > LARGEST) throw new Error(tooLarge(file.size));
  const bytes = await file.arrayBuffer().catch(() => {
    throw new Error('it cannot be read: it is a folder, or was changed or removed meanwhile');
  });
  return new Uint8Array(bytes);
}

/** An address as it is fetched. Only what the page's content security policy allows is tried. */
export function addressOf(text) {
  if (!URL.canParse(text, document.baseURI)) throw new Error('this is no address');
  const url = new URL(text, document.baseURI);
  if (url.origin !== location.origin && url.protocol !== 'https:') {
    throw new Error('this page fetches guests by https, or from its own server');
  }
  return url;
}

/**
 * The bytes at an address.
 * @param {string} text
 * @param {(loaded: number) => void} onProgress
 * @param {AbortSignal} signal rejects with its reason
 */
export async function loadAddress(text, onProgress, signal) {
  const url = addressOf(text);
  const response = await fetch(url, { signal, credentials: 'omit', referrerPolicy: 'no-referrer' }).catch(() => {
    if (signal.aborted) throw signal.reason;
    throw new Error(
      'nothing could be fetched: there is no answer, or the server does not share it with other pages (CORS)',
    );
  });
  if (!response.ok) throw new Error(`the server answered ${response.status} ${response.statusText}`.trim());
  const announced = Number(response.headers.get('content-length'));
  if (announced > LARGEST) throw new Error(tooLarge(announced));
  const chunks = [];
  let loaded = 0;
  for (const reader = response.body.getReader(); ;) {
    const { done, value } = await reader.read().catch((error) => {
      throw signal.aborted ? signal.reason : error;
    });
    if (done) break;
    chunks.push(value);
    loaded += value.length;
    if (loaded > LARGEST) {
      reader.cancel();
      throw new Error(tooLarge(loaded));
    }
    onProgress(loaded);
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}
