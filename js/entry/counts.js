/**
 * Counts of what is alive on this thread, for tests that look for leaks. It is not published.
 * @returns {{ instances: number, hosts: number, pools: number, suspended: number }} all 0 before the core is loaded
 */

import { rawExports } from '../api/core.js';

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
