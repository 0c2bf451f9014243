import { createLogger } from '@heliograph/contracts/service';
import { eventually } from '@heliograph/contracts/testing';
import { expect, test } from 'vitest';
import { startTelegramDouble } from '../testing/telegram-double/telegram-double.ts';
import { standing } from '../testing/standing.ts';

import {
  aControl,
  answerTo,
  asked,
  clientOf,
  held,
  journalOf,
  openBot,
} from '../testing/open-bot.ts';

test.concurrent('what is asked is answered, and written down with its author', async () => {
  await using here = await openBot();
  const { double, bus } = here;
  const status = await answerTo(double, '/status');
  expect(status).toContain('money (paper) ACTIVE');
  expect(status).toContain('Equity 1,010.5 USDT, cash 900 USDT');
  expect(await answerTo(double, '/positions btc-usdt')).toContain('BTC/USDT long 0.5 at 100');
  expect(await answerTo(double, '/health')).toContain('🔴 execution/one: silent');
  expect(await answerTo(double, '/logs 3')).toContain('something was said');
  expect(await answerTo(double, '/version@doublebot')).toContain('9.9.9');
  expect(await answerTo(double, '/help')).toContain('/panic [@portfolio]: Halt, take orders back');
  await eventually(async () => expect((await journalOf(bus)).length).toBe(6));
  expect((await journalOf(bus))[0]).toMatchObject({
    command: 'status',
    author: 'telegram 99 (@u99)',
    chat: String(double.chatId),
    outcome: 'answered',
  });
});

test.concurrent.each([
  ['/nonsense', 'there is no /nonsense; /help lists what there is'],
  ['/trades many', '"many": expected a number from 1 to 100'],
  ['/order', 'name the id of an order, as /orders shows it'],
  ['/close', 'name what to close, such as BTC/USDT, or say all'],
  ['/close eth/usdt', 'that is not held; held are BTC/USDT'],
  ['/resume', 'it is ACTIVE already'],
  ['/unlock', 'no limit has stopped anything'],
  [`/positions ${'X'.repeat(3_000)}`, 'expected a symbol such as BTC/USDT'],
])('%s is refused with a sentence that helps', async (text, sentence) => {
  await using here = await openBot();
  expect(await answerTo(here.double, text)).toContain(sentence);
  await eventually(async () => expect((await journalOf(here.bus))[0]?.outcome).toBe('refused'));
});

test.concurrent('a trade log that does not answer is said so within a second or two', async () => {
  await using here = await openBot({});
  expect(await answerTo(here.double, '/status')).toContain('the trade log does not answer');
});

test.concurrent('strangers get silence, in chats that are not named as well', async () => {
  const lines: string[] = [];
  const log = createLogger({
    name: 'test',
    destination: { write: (text) => void lines.push(text) },
  });
  await using here = await openBot(undefined, { log });
  const { double, done } = here;
  const { messageId, yes } = await asked(double, '/panic');
  for (const person of [{ userId: 7 }, { chatId: 8 }, { userId: 7, chatId: -5 }]) {
    double.say('/status', person);
    double.press(messageId, yes, person);
  }
  await answerTo(double, '/version');
  expect(double.received).toHaveLength(2);
  expect(double.notices).toEqual([]);
  expect(done).toEqual([]);
  expect(lines.filter((text) => text.includes('a stranger wrote'))).toHaveLength(3);
});

test.concurrent('health tells of the services also where the trade log does not answer', async () => {
  await using here = await openBot({});
  const answer = await answerTo(here.double, '/health');
  expect(answer).toMatch(/^🚑 Health[^]*🔴 execution\/one: silent for/);
  expect(answer).toContain('🔴 the trade log does not answer');
});

test.concurrent('an equity that began with nothing is drawn all the same', async () => {
  const points = [
    [at(0), '0'],
    [at(1), '100'],
  ];
  await using here = await openBot({
    standing: { portfolios: [standing] },
    equity: { portfolio: 'money', currency: 'USDT', points },
  });
  here.double.say('/chart');
  await eventually(() => expect(here.double.received.length).toBe(1));
  expect(here.double.received[0]?.text).toMatch(/Equity of money\nSince \d{4}-\d{2}-\d{2}/);
});

const at = (minute: number): string => new Date(Date.UTC(2026, 0, 5, 0, minute)).toISOString();

test.concurrent('a chart is a picture of the symbol, with what was bought and sold', async () => {
  await using here = await openBot({
    standing: { portfolios: [standing] },
    chart: {
      portfolio: 'money',
      venue: 'binance',
      symbol: 'BTC/USDT',
      timeframe: '1m',
      candles: Array.from({ length: 40 }, (_, minute) => [at(minute), 100, 102, 99, 101]),
      fills: [{ time: at(7), side: 'buy', price: '100', quantity: '1' }],
    },
  });
  const { double } = here;
  double.say('/chart BTC/USDT');
  await eventually(() => expect(double.received.length).toBe(1));
  expect(double.received[0]?.text).toContain('40 candles, 1 fill');
  expect(double.received[0]?.photo?.length).toBeGreaterThan(5_000);
});

test.concurrent('long answers have pages', async () => {
  const many = Array.from({ length: 70 }, (_, at) => ({ ...held, quantity: String(at + 1) }));
  await using here = await openBot({
    standing: { portfolios: [standing] },
    positions: { portfolio: 'money', positions: many },
  });
  const { double } = here;
  await answerTo(double, '/positions');
  expect(Object.keys(double.received[0]?.buttons ?? {})).toEqual(['1/3', '›', '🔄']);
  double.press(1, double.received[0]?.buttons['›'] ?? '');
  await eventually(() => expect(double.received[0]?.text).toContain('BTC/USDT long 40 at'));
});

test.concurrent.each([
  ['a wrong token', { code: 401, description: 'Unauthorized' }],
  [
    'another poller',
    { code: 409, description: 'Conflict: terminated by other getUpdates request' },
  ],
  [
    'too many requests',
    { code: 429, description: 'Too Many Requests', parameters: { retry_after: 1 } },
  ],
  ['a server that is down', { code: 502, description: 'Bad Gateway' }],
  ['a broken connection', 'reset'],
  ['a hotel', 'garbage'],
] as const)('it lives through %s', async (_, fault) => {
  await using here = await openBot();
  const { double } = here;
  double.fault(fault, 2, 'getUpdates');
  double.say('/version');
  await eventually(() => expect(double.received[0]?.text).toContain('9.9.9'));
});

test.concurrent('a slow command keeps no other waiting', async () => {
  const { promise: later, resolve } = Promise.withResolvers<void>();
  const done: string[] = [];
  await using here = await openBot(undefined, { control: aControl(done, later) });
  const { double } = here;
  const { messageId, yes } = await asked(double, '/stop');
  double.press(messageId, yes);
  expect(await answerTo(double, '/version')).toContain('9.9.9');
  expect(done).toEqual([]);
  resolve();
  await eventually(() => expect(done).toHaveLength(1));
});

test.concurrent('the menu is for the chats that may give commands', async () => {
  await using here = await openBot();
  await eventually(() => expect(here.double.menus).toHaveLength(2));
  expect(here.double.menus[0]?.scope).toEqual({ type: 'chat', chat_id: here.double.chatId });
  expect(here.double.menus[0]?.commands[0]?.command).toBe('status');
});

test.concurrent('the menu is offered until Telegram takes it', async () => {
  await using double = await startTelegramDouble();
  double.fault({ code: 502, description: 'Bad Gateway' }, 2, 'setMyCommands');
  await using _here = await openBot({}, { client: clientOf(double) });
  await eventually(() => expect(double.menus.length).toBeGreaterThan(0));
});

test.concurrent('an answer is not held back for as long as Telegram may want', async () => {
  await using here = await openBot();
  const { double } = here;
  double.fault(
    { code: 429, description: 'Too Many Requests', parameters: { retry_after: 3_600 } },
    Infinity,
    'sendMessage',
  );
  double.say('/version');
  await eventually(async () =>
    expect((await journalOf(here.bus)).map(({ outcome }) => outcome)).toEqual(['answered']),
  );
});
