// Loaded before a command line (`NODE_OPTIONS=--import …`): its wall clock is as many milliseconds off as the file of
// HELIOGRAPH_TEST_CLOCK says, from moment to moment. Clocks that do not jump are left alone.
import { readFileSync } from 'node:fs';

const file = process.env['HELIOGRAPH_TEST_CLOCK'] ?? '';
const { now } = Date;
let offsetMs = 0;
const read = (): void => {
  offsetMs = Number(readFileSync(file, 'utf8'));
};
read();
setInterval(read, 50).unref();

globalThis.Date = new Proxy(Date, {
  construct: (target, values, newTarget) =>
    Reflect.construct(target, values.length === 0 ? [now() + offsetMs] : values, newTarget),
  get: (target, name, receiver) =>
    name === 'now' ? () => now() + offsetMs : Reflect.get(target, name, receiver),
});
