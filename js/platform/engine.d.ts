/** Declarations that TypeScript does not bring: of engines, and of what is used of workers. */

declare namespace WebAssembly {
  /** JavaScript Promise Integration: https://webassembly.github.io/js-promise-integration/js-api/ */
  const Suspending: (new (callback: Function) => Function) | undefined;
  const promising: ((callback: Function) => (...values: unknown[]) => Promise<any>) | undefined;
}

interface Navigator {
  /** Chromium's alone. */
  readonly userAgentData?: object;
}

/** A worker of the platform's, as far as it is used. */
interface PlatformWorker {
  postMessage(message: unknown, transfer?: unknown[]): void;
  terminate(): unknown;
  ref?(): void;
  unref?(): void;
  on?(event: string, listener: (value: any) => void): void;
  addEventListener?(event: string, listener: (event: any) => void): void;
}

/** Compiled where the platform imports it. */
declare module '*.wasm' {
  const module: WebAssembly.Module;
  export default module;
}
