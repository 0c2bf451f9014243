import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { openDatabase } from '@heliograph/trade-log';
import { temporaryFolder } from './cli.ts';

/** A copy of a log that was written by the third rules of deciding, in which anything may be changed. */
export async function openKeptLog() {
  await using opened = new AsyncDisposableStack();
  const folder = opened.use(await temporaryFolder());
  const path = join(folder.path, 'log.sqlite');
  const kept = new URL('logs/log-by-rules-3.sqlite.gz', import.meta.url);
  await writeFile(path, gunzipSync(await readFile(kept)));
  const database = openDatabase(path);
  opened.defer(() => void database.close());
  database.pragma('foreign_keys = OFF');
  database.exec('DROP TRIGGER events_are_never_changed; DROP TRIGGER events_are_only_pruned');
  const stack = opened.move();
  return { database, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}
