/** Puts the guest where Vite serves it from. A guest of your own stands in public/ to begin with. */

import { cpSync } from 'node:fs';

const built = new URL('../guests/target/wasm32-unknown-unknown/release/greeter.wasm', import.meta.url);
cpSync(built, new URL('public/greeter.wasm', import.meta.url));
