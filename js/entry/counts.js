/** Counts for tests. It is not published. */

import { rawExports } from '../api/core.js';

/**
 * Counts live objects on this thread, for leak tests. Not published.
 * @returns {{ instances: number, hosts: number, pools: number, suspended: number }} all 0 before the core is loaded
 */
export function counts() {
  const core = rawExports();
  return {
    instances: core?.instances_alive() ?? 0,
    hosts: core?.hosts_alive() ?? 0,
    pools: core?.pools_alive() ?? 0,
    suspended: core?.suspensions_held() ?? 0,
  };
}
