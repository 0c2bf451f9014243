import { writeFileSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeWhole } from '../write-whole.ts';

// Half a file, to be killed: node write-half-main.ts PATH. It says when it has got there.
await writeWhole(process.argv[2] ?? '', async (draft) => {
  writeFileSync(draft, 'half');
  writeSync(1, 'writing\n');
  await sleep(600_000);
});
