import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { subjects, type JournalEvent } from '@heliograph/contracts';
import type { Bus } from '@heliograph/contracts/bus';
import { eventually, startTestNats } from '@heliograph/contracts/testing';
import { expect, test } from 'vitest';
import { aSample } from './testing/samples.ts';
import {
  startTelegramDouble,
  type TelegramDouble,
} from './testing/telegram-double/telegram-double.ts';

/** `KILLS=100` for all of them, which takes half an hour. */
const kills = Number(process.env['KILLS'] ?? 4);
const program = fileURLToPath(new URL('testing/notifier-main.ts', import.meta.url));

/** What one number stands for: a skipped signal, sometimes an order without a word, sometimes a whole trade. */
function eventsOf(n: number): JournalEvent[] {
  const idea = { correlationid: ideaOf(n) };
  const at = { quantity: String(n), filledQuantity: String(n) };
  return [
    aSample('signal_skipped', { detail: `skip-${n}.` }, { correlationid: `skipped-${n}` }),
    ...(n % 7 === 0 ? [aSample('order_unknown', { detail: `unknown-${n}.` })] : []),
    ...(n % 5 === 0
      ? [
          aSample('order_intended', { reasons: [`trade-${n}.`], signalId: ideaOf(n) }, idea),
          aSample('order_filled', at, idea),
          aSample('trade_closed', { entrySignalId: ideaOf(n) }, idea),
        ]
      : []),
  ];
}

const ideaOf = (n: number): string => `t${String(n).padStart(7, '0')}`;

async function publish(bus: Bus, until: AbortSignal): Promise<number> {
  let n = 0;
  for (; !until.aborted; await sleep(40)) {
    n++;
    for (const event of eventsOf(n))
      await bus.publish({
        subject: subjects.journal('paper', event.type),
        id: event.id,
        body: JSON.stringify(event),
      });
  }
  return n;
}

/** How often people read each thing. A message may hold several, with an empty line between them. */
function readIn({ received }: TelegramDouble): Map<string, number> {
  const read = new Map<string, number>();
  const note = (what: string): void => void read.set(what, (read.get(what) ?? 0) + 1);
  for (const block of received.flatMap(({ text }) => text.split('\n\n'))) {
    for (const [word] of block.matchAll(/(?:skip|unknown|trade)-\d+\./g)) note(word);
    const [, tag] = /#(t\d{7})$/.exec(block) ?? [];
    if (tag === undefined) continue;
    for (const [bought] of block.matchAll(/Bought/g)) note(`${tag} ${bought}`);
    if (block.includes('Closed BTC/USD') && !block.includes('trade-')) note(`${tag} Closed`);
  }
  return read;
}

function wanted(count: number): string[] {
  return Array.from({ length: count }, (_, at) => at + 1).flatMap((n) => [
    `skip-${n}.`,
    ...(n % 7 === 0 ? [`unknown-${n}.`] : []),
    ...(n % 5 === 0 ? [`trade-${n}.`, `${ideaOf(n)} Bought`, `${ideaOf(n)} Closed`] : []),
  ]);
}

test(
  `killed at ${kills} random moments, it has told everything, and what it tells twice is counted`,
  { timeout: 180_000 + kills * 6_000 },
  async () => {
    await using double = await startTelegramDouble();
    await using nats = await startTestNats();
    await using bus = await nats.connect();
    const { apiRoot, token, chatId } = double;
    const args = [program, nats.url, nats.user, nats.password, apiRoot, token, String(chatId)];
    let child: ChildProcess | undefined;
    const begin = (): ChildProcess => spawn(process.execPath, args, { stdio: 'ignore' });
    const end = async (): Promise<void> => {
      if (!child || child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    };
    await using _child = { [Symbol.asyncDispose]: end };
    const enough = new AbortController();
    const published = publish(bus, enough.signal);
    let killedAtWork = 0;
    for (let round = 0; round < kills; round++) {
      child = begin();
      const before = double.calls();
      // Until it is at work, and some time after; now and then before that.
      if (round % 5 !== 0) while (double.calls() === before) await sleep(5);
      await sleep(Math.random() * 1_500);
      if (double.calls() > before) killedAtWork++;
      await end();
    }
    enough.abort();
    const count = await published;
    child = begin();
    await eventually(
      () => {
        const read = readIn(double);
        expect(wanted(count).filter((what) => !read.has(what))).toEqual([]);
      },
      { timeoutMs: 120_000 },
    );
    const read = readIn(double);
    const told = wanted(count);
    const doubled = told.filter((what) => (read.get(what) ?? 0) > 1);
    const figures = {
      kills,
      killedAtWork,
      alerts: told.length,
      messages: double.received.length,
      doubled: doubled.length,
    };
    process.stdout.write(`${JSON.stringify(figures)}\n`);
    expect(doubled.length, 'no more than what was on its way when it was killed').toBeLessThan(
      kills * 40,
    );
  },
);
