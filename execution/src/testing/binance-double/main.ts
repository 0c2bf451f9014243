// The double as a process of its own. It prints where it is and its key, and takes calls of its control as JSON lines on
// standard input, e.g. {"call":"setPrice","args":["BTCUSDT","49000"]}. It ends with its standard input.
import { createInterface } from 'node:readline';
import { startBinanceDouble } from './binance-double.ts';

await using double = await startBinanceDouble();
const { url, key } = double;
process.stdout.write(`${JSON.stringify({ url, key })}\n`);
for await (const line of createInterface({ input: process.stdin })) {
  const { call, args = [] } = JSON.parse(line);
  const member: unknown = Reflect.get(double, call);
  const result: unknown =
    typeof member === 'function' ? Reflect.apply(member, double, args) : member;
  process.stdout.write(`${JSON.stringify({ result: result ?? null })}\n`);
}
