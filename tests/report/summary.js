/** Prints the results of `npm test`: each failure in full as it comes, and a table at the end. */

export class Summary {
  /** Rows of the table by name: an engine and its configuration. */
  #rows = new Map();

  /**
   * Adds the results of tests.
   * @param {string} where the engine, and how it is configured
   * @param {string} what ran there
   * @param {{ passed?: number, failed?: number, skipped?: number, ms?: number }} counts of tests, and the sum of the times
   *   that they took: more than the clock shows, where files run at the same time
   */
  add(where, what, { passed = 0, failed = 0, skipped = 0, ms = 0 }) {
    const row = this.#rows.get(where) ?? { what: new Set(), passed: 0, failed: 0, skipped: 0, ms: 0 };
    this.#rows.set(where, row);
    row.what.add(what);
    row.passed += passed;
    row.failed += failed;
    row.skipped += skipped;
    row.ms += ms;
  }

  /** Adds one failure, and prints it. */
  fail(where, what, name, text, ms = 0) {
    this.add(where, what, { failed: 1, ms });
    console.log(`\nFAILED ${where}: ${what}: ${name}\n${text.trimEnd().replace(/^/gm, '  ')}\n`);
  }

  /** Prints the table and the totals; returns the number of failures. */
  print() {
    const table = [['passed', 'failed', 'skipped', 'seconds', 'where', 'what']];
    const total = { passed: 0, failed: 0, skipped: 0 };
    for (const [where, { what, ms, ...counts }] of this.#rows) {
      for (const name of Object.keys(total)) total[name] += counts[name];
      const { passed, failed, skipped } = counts;
      table.push([`${passed}`, `${failed}`, `${skipped}`, (ms / 1000).toFixed(1), where, [...what].join(', ')]);
    }
    const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)));
    for (const row of table) {
      const cells = row.map((cell, i) => (i < 4 ? cell.padStart(widths[i]) : cell.padEnd(widths[i])));
      console.log(cells.join('  ').trimEnd());
    }
    const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
    console.log(`\n${total.passed} passed, ${total.failed} failed${skipped}`);
    return total.failed;
  }
}
