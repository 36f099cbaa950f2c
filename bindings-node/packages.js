// Writes what the packages for npm are made of into a directory: halkode itself, and the package of one platform, whose addon
// lies there already. dist.sh calls it.
'use strict';

const { cpSync, mkdirSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');

const platforms = require('./platforms.json');
const ours = require('./package.json');

const [, , stage, platform] = process.argv;
const json = (value) => `${JSON.stringify(value, null, 2)}\n`;

// Only a package that is published names the platforms' packages: in a checkout they do not exist yet.
const main = join(stage, 'halkode');
mkdirSync(main, { recursive: true });
const names = Object.keys(platforms).map((name) => [`halkode-${name}`, ours.version]);
writeFileSync(join(main, 'package.json'), json({ ...ours, optionalDependencies: Object.fromEntries(names) }));
for (const name of ['index.js', 'index.mjs', 'index.d.ts', 'index.d.mts', 'platforms.json', 'README.md', 'lib']) {
  cpSync(join(__dirname, name), join(main, name), { recursive: true });
}

const { target, ...machine } = platforms[platform];
const { version, license, repository, homepage, bugs, engines } = ours;
const name = `halkode-${platform}`;
const description = `The native addon of the package halkode for ${target}`;
const about = { name, version, description, license, repository, homepage, bugs, engines };
writeFileSync(join(stage, name, 'package.json'), json({ ...about, main: 'halkode.node', files: ['halkode.node', 'LICENSE-*'], ...machine }));
writeFileSync(join(stage, name, 'README.md'), `# ${name}\n\n${description}. Install \`halkode\`, which brings it along.\n`);
