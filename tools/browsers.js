/** Finds the browsers for the tests. */

import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The path of a Chromium, or undefined. */
export const findChromium = () => process.env.CHROMIUM || find('chromium', 'chromium-browser', 'google-chrome');

/** The path of a Firefox, or undefined. */
export const findFirefox = () => process.env.FIREFOX || find('firefox-esr', 'firefox');

function find(...names) {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) => existsSync(path));
}

/** Arguments for a headless run without network connections of the browser's own. */
export const chromiumArguments = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Preferences to the same end for Firefox, as lines of a profile's `user.js`. */
export const firefoxPreferences = [
  ['app.normandy.enabled', false],
  ['app.update.enabled', false],
  ['browser.aboutwelcome.enabled', false],
  ['browser.region.network.url', ''],
  ['browser.search.update', false],
  ['browser.shell.checkDefaultBrowser', false],
  ['datareporting.policy.dataSubmissionEnabled', false],
  ['extensions.update.enabled', false],
  ['network.captive-portal-service.enabled', false],
  ['network.connectivity-service.enabled', false],
  ['toolkit.telemetry.enabled', false],
].map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});`);
