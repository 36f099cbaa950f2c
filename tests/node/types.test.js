// What the compiler makes of the types, and of the package's own JavaScript.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

const file = (path) => new URL(path, import.meta.url).pathname;

function compile(project) {
  const done = spawnSync(file('node_modules/.bin/tsc'), ['--project', file(`types/${project}.json`)], { encoding: 'utf8' });
  assert.equal(done.error, undefined);
  return done;
}

for (const [name, project] of [
  ['a shop in TypeScript compiles by import and by require (node16)', 'tsconfig'],
  ['a shop in TypeScript compiles for a bundler', 'bundler'],
  ["the package's own JavaScript is sound", 'library'],
]) {
  test(name, () => {
    const { status, stdout, stderr } = compile(project);
    assert.equal(status, 0, stdout + stderr);
  });
}

test('every method and every class stands in the types, and the other way round', async () => {
  const halkode = await import('halkode');
  const types = readFileSync(file('../../bindings-node/index.d.ts'), 'utf8');
  const classes = [...types.matchAll(/^export (?:abstract )?class (\w+)/gm)].map(([, name]) => name);
  assert.deepEqual(classes.sort(), Object.keys(halkode).sort());
  for (const client of ['Halkode', 'Halkbank']) {
    const [, body] = new RegExp(`^export class ${client} \\{\\n(.*?)^\\}`, 'ms').exec(types);
    const methods = [...body.matchAll(/^ {2}(\w+)\(/gm)].map(([, name]) => name);
    const { prototype } = halkode[client];
    const real = [prototype, Object.getPrototypeOf(prototype)].flatMap((object) => Object.getOwnPropertyNames(object));
    assert.deepEqual(new Set(methods), new Set(real));
  }
});

test('the versions of package, addon and library are one', () => {
  const { version } = JSON.parse(readFileSync(file('../../bindings-node/package.json'), 'utf8'));
  const [, crate] = /^version = "(.*)"$/m.exec(readFileSync(file('../../Cargo.toml'), 'utf8'));
  assert.equal(version, crate);
});
