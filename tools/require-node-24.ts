/** better-sqlite3 crashes the process on an older Node: say so before it can. */
export default function requireNode24(): void {
  if (Number(process.versions.node.split('.')[0]) < 24)
    throw new Error(
      'The tests run on Node 24, which `npm ci` installs. Start them with `npm test`.',
    );
}
