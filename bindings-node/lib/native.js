'use strict';

const { existsSync } = require('node:fs');
const { join } = require('node:path');

const { version } = require('../package.json');
const platforms = require('../platforms.json');

/** This machine, as the packages with the prebuilt addons are named. */
function platform() {
  const { platform: system, arch } = process;
  if (system === 'win32') return `${system}-${arch}-msvc`;
  if (system !== 'linux') return `${system}-${arch}`;
  // Only a Node.js that stands on glibc names its version in the report; the network need not be asked for that.
  const report = /** @type {{ excludeNetwork: unknown, getReport(): object }} */ (/** @type {unknown} */ (process.report));
  const { excludeNetwork } = report;
  report.excludeNetwork = true;
  const { header } = /** @type {{ header: { glibcVersionRuntime?: string } }} */ (report.getReport());
  report.excludeNetwork = excludeNetwork;
  return `${system}-${arch}-${header.glibcVersionRuntime ? 'gnu' : 'musl'}`;
}

function load() {
  // A checkout has its own build in place of a package.
  const built = join(__dirname, '..', 'build', 'halkode.node');
  if (existsSync(built)) return require(built);
  const here = platform();
  if (!Object.hasOwn(platforms, here)) {
    const supported = Object.keys(platforms).join(', ');
    throw new Error(`halkode has no prebuilt addon for ${here}; there is one for ${supported}`);
  }
  try {
    return require(`halkode-${here}`);
  } catch (cause) {
    const missing = cause instanceof Error && 'code' in cause && cause.code === 'MODULE_NOT_FOUND';
    const reason = missing
      ? `is not installed; install halkode again, with optional dependencies and on this very platform`
      : 'does not load on this machine';
    throw new Error(`the package halkode-${here}, which holds halkode's native addon, ${reason}`, { cause });
  }
}

/**
 * @typedef {{ readonly native: unique symbol }} Door
 * @typedef {{ readonly native: unique symbol }} Stop
 * @typedef {{
 *   open(client: string, config: string | NodeJS.ProcessEnv): Door | string,
 *   stopper(): Stop,
 *   stop(stop: Stop): boolean,
 *   call(door: Door, operation: string, request: string, stop: Stop): Promise<{ reply?: string, error?: string }>,
 *   version(): string,
 * }} Native
 */

/** @type {Native} */
const native = load();
if (native.version() !== version) {
  throw new Error(`halkode ${version} came with the addon of halkode ${native.version()}; install both of one release`);
}

module.exports = native;
