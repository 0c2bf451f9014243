import { writeSync } from 'node:fs';
import { backUpLog } from '../upkeep/backup.ts';
import { openDatabase } from '../store/database.ts';

// A backup that stops in the middle, to be killed: node run-backup.ts DATABASE TO. It says when it has got there.
const [path = '', to = ''] = process.argv.slice(2);
await backUpLog(openDatabase(path, { readOnly: true }), {
  to,
  onProgress() {
    writeSync(1, 'copying\n');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  },
});
