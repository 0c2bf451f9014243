#!/usr/bin/env node
// Plain JavaScript for every Node there is: an older one must say so before it meets TypeScript or the SQLite binary.
const [major] = process.versions.node.split('.');

if (Number(major) < 24) {
  process.stderr.write(
    `Heliograph needs Node 24 or newer and this is ${process.version}: run \`npm ci\` in its folder, which installs one, ` +
      'and start it with `npx heliograph`.\n',
  );
  process.exitCode = 78;
} else {
  const { enableCompileCache } = await import('node:module');
  enableCompileCache();
  const { main } = await import('../src/main.ts');
  const { endSoon } = await import('../src/end-soon.ts');
  await main(process.argv.slice(2));
  endSoon();
}
