/** A copy of the repository in which mutants are built and tested, so that the repository itself stays unchanged. */

import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

import { nodeTest } from '../../tests/report/node-test.js';
import { root } from '../run.js';

/** Names that are not copied. */
const LEFT = new Set(['target', 'node_modules', '.git', 'dist']);
/** Watchdog: milliseconds without a finished test after which a run is taken to hang. */
const SILENCE = 60_000;

export class Workspace {
  #path = mkdtempSync(join(tmpdir(), 'wapc-mutants-'));

  constructor() {
    process.once('exit', () => rmSync(this.#path, { recursive: true, force: true, maxRetries: 5 }));
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
    cpSync(root, this.#path, { recursive: true, filter: (source) => !LEFT.has(basename(source)) });
    symlinkSync(join(root, 'node_modules'), join(this.#path, 'node_modules'), 'junction');
  }

  get path() {
    return this.#path;
  }

  /** Runs `work` while a file is mutated. */
  async withMutation({ file, start, end, text }, work) {
    const path = join(this.#path, file);
    const original = readFileSync(path, 'utf8');
    writeFileSync(path, original.slice(0, start) + text + original.slice(end));
    try {
      return await work();
    } finally {
      writeFileSync(path, original);
    }
  }

  /** Builds the package quickly: true where that succeeds. `env` extends the environment of this process. */
  build(env) {
    const script = "import { build } from './tools/build.js'; await build({ isQuick: true });";
    return this.#succeeds(process.execPath, ['--input-type=module', '--eval', script], env);
  }

  /** True where the native tests pass. */
  passesNatively() {
    return this.#succeeds('cargo', ['test', '--locked', '--quiet']);
  }

  /**
   * The first test in `files` that fails in a Node: its name, or how the run hung or died; undefined where all pass.
   */
  async failureIn(node, files) {
    let failure;
    const { status } = await nodeTest(node, files, {
      cwd: this.#path,
      silence: SILENCE,
      on({ name, error }, stop) {
        if (error === undefined) return;
        failure ??= name;
        stop();
      },
    });
    return failure ?? (status === 0 ? undefined : `the run ended with ${status}`);
  }

  #succeeds(program, args, env) {
    return spawnSync(program, args, { cwd: this.#path, stdio: 'ignore', env: { ...process.env, ...env } }).status === 0;
  }
}
