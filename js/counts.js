/**
 * What is alive on this thread, for whoever looks for leaks: a file of the package that is no entry point of it.
 * @returns {{ instances: number, hosts: number, pools: number, suspended: number }} all 0 before the core is loaded
 */

import { rawExports } from './core.js';

export function counts() {
  const core = rawExports();
  const of = (name) => core?.[name]() ?? 0;
  return {
    instances: of('instances_alive'),
    hosts: of('hosts_alive'),
    pools: of('pools_alive'),
    suspended: of('suspensions_held'),
  };
}
