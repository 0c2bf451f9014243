import { createInterface } from 'node:readline';
import { startTelegramDouble } from './telegram-double.ts';

// A double as a process of its own: says where it is as JSON, then each message that comes; a line on standard input is
// what somebody writes to the bot.
const [port = '0'] = process.argv.slice(2);
const double = await startTelegramDouble({ port: Number(port), limited: true });
const { apiRoot, token, chatId } = double;
process.stdout.write(`${JSON.stringify({ apiRoot, token, chatId })}\n`);
let told = 0;
setInterval(() => {
  for (const { text, buttons } of double.received.slice(told))
    process.stdout.write(`${JSON.stringify({ text, buttons })}\n`);
  told = double.received.length;
}, 100).unref();
createInterface({ input: process.stdin })
  .on('line', (line) => double.say(line))
  .on('close', () => process.exit());
