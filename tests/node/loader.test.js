// How the package finds its native addon, where the checkout's own build is not there.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

const source = new URL('../../bindings-node/', import.meta.url).pathname;
let place;
let modules;

before(() => {
  place = mkdtempSync(join(tmpdir(), 'halkode-loader-'));
  modules = join(place, 'node_modules');
  cpSync(source, join(modules, 'halkode'), { recursive: true, filter: (path) => !path.startsWith(join(source, 'build')) });
});
after(() => rmSync(place, { recursive: true }));

/** What a program that needs halkode says on a machine of this kind. */
function start(prelude = '') {
  const script = `${prelude}; const { Halkode } = require('halkode'); console.log(typeof Halkode);`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--eval', script], { cwd: place, encoding: 'utf8' });
  return { status, said: stdout + stderr };
}

/** The name of this machine's platform, from the package's own loader. */
function here() {
  const [, name] = /Error: the package halkode-(\S+),/.exec(start().said);
  return name;
}

function install(files) {
  const folder = join(modules, `halkode-${here()}`);
  mkdirSync(folder);
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}

test('a platform without an addon is told, with those that have one', () => {
  const pretend = "Object.defineProperty(process, 'platform', { value: 'sunos' })";
  const { status, said } = start(pretend);
  assert.equal(status, 1);
  assert.match(said, /Error: halkode has no prebuilt addon for sunos-\w+; there is one for linux-x64-gnu, /);
});

test('a missing package is told, with what to do', () => {
  const { status, said } = start();
  assert.equal(status, 1);
  assert.match(said, /Error: the package halkode-\S+, which holds halkode's native addon, is not installed; install halkode again/);
});

test('an addon that does not load is told with the reason', () => {
  const folder = install({ 'package.json': '{"main":"halkode.node"}', 'halkode.node': 'not a library' });
  const { status, said } = start();
  rmSync(folder, { recursive: true });
  assert.equal(status, 1);
  assert.match(said, /does not load on this machine/);
  assert.match(said, /\[cause\]/);
});

test('an addon of another release is refused, and one of this release works', () => {
  const other = install({ 'package.json': '{"main":"x.js"}', 'x.js': "exports.version = () => '9.9.9'" });
  const { said } = start();
  rmSync(other, { recursive: true });
  assert.match(said, /Error: halkode \S+ came with the addon of halkode 9\.9\.9/);
  const own = install({ 'package.json': '{"main":"halkode.node"}', 'halkode.node': readFileSync(join(source, 'build/halkode.node')) });
  const { status, said: worked } = start();
  rmSync(own, { recursive: true });
  assert.equal(`${status} ${worked}`, '0 function\n');
});

test('the packed package has what it needs and nothing else', () => {
  const packed = JSON.parse(execFileSync('npm', ['pack', '--dry-run', '--json'], { cwd: source, encoding: 'utf8' }));
  const names = Object.values(packed)[0].files.map(({ path }) => path).sort();
  const lib = ['client', 'convert', 'error', 'generated', 'native'].map((name) => `lib/${name}.js`);
  const root = ['README.md', 'index.d.mts', 'index.d.ts', 'index.js', 'index.mjs', 'package.json', 'platforms.json'];
  assert.deepEqual(names, [...lib, ...root].sort());
});
