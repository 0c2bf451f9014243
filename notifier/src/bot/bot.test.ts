import {
  CommandGiven,
  parseEvent,
  queryNames,
  TransientError,
  type QueryName,
} from '@heliograph/contracts';
import { createMemoryServer, type Bucket, type Bus } from '@heliograph/contracts/bus';
import { createLogger, createSilentLogger } from '@heliograph/contracts/service';
import { firstValueFrom, toArray } from 'rxjs';
import { expect, test } from 'vitest';
import type { Control, Wish } from '../commands/control.ts';
import { createTelegramClient } from '../telegram/client.ts';
import {
  startTelegramDouble,
  type TelegramDouble,
} from '../testing/telegram-double/telegram-double.ts';
import { standing } from '../testing/standing.ts';
import { startTelegramBot, type BotOptions } from './bot.ts';

const userId = 99;
const held = {
  portfolio: 'money',
  venue: 'binance',
  symbol: 'BTC/USDT',
  side: 'long',
  quantity: '0.5',
  averageEntryPrice: '100',
  realisedPnl: '0',
  time: standing.openedTime,
};

/** Answers as the trade log would. */
function answerQueries(bus: Bus, results: Partial<Record<QueryName, unknown>>): void {
  bus.requests('query.*').subscribe(({ subject, respond }) => {
    const name = queryNames.find((each) => subject === `query.${each}`);
    if (name === undefined || !(name in results)) return;
    respond(JSON.stringify({ status: 'ok', result: results[name] }));
  });
}

function aControl(done: string[], slow?: Promise<void>): Control {
  const note = (what: string, { author, key }: Wish): void =>
    void done.push(`${what} by ${author}, ${key === '' ? 'without' : 'with'} a name`);
  return {
    async change(state, wish) {
      await slow;
      note(`${state} of ${wish.portfolio}`, wish);
      return { followed: ['money'], unanswered: [] };
    },
    async close(wish, symbols) {
      note(`close ${String(symbols)}`, wish);
      const { portfolio, symbol, side, quantity } = held;
      return [{ portfolio, symbol, side, quantity, status: 'filled', left: '0', price: '101' }];
    },
    async panic(wish) {
      note('panic', wish);
      return { closed: [], left: [] };
    },
    cancel: async (wish, symbol) => (note(`cancel ${symbol}`, wish), ['money']),
    heartbeats: () => [{ service: 'execution/one', seenMs: 0, isSilent: true }],
    logs: () => ['00:00:00 something was said'],
    version: '9.9.9',
  };
}

const clientOf = ({ token, apiRoot }: TelegramDouble) => createTelegramClient({ token, apiRoot });

async function open(
  results: Partial<Record<QueryName, unknown>> = {
    standing: { portfolios: [standing] },
    positions: { portfolio: 'money', positions: [held] },
  },
  change: Partial<BotOptions> = {},
) {
  await using stack = new AsyncDisposableStack();
  const double = stack.use(await startTelegramDouble({ chats: [-5] }));
  const bus = stack.use(createMemoryServer({ drainTimeoutMs: 1 }).connect());
  answerQueries(bus, results);
  const done: string[] = [];
  const options: BotOptions = {
    bus,
    client: clientOf(double),
    control: aControl(done),
    access: { userIds: [userId], chatIds: [double.chatId, -5] },
    botName: 'DoubleBot',
    log: createSilentLogger(),
    ...change,
  };
  const bot = stack.use(startTelegramBot(options));
  const kept = stack.move();
  return { double, bus, done, bot, options, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

/** The text of the message that comes next. */
async function answerTo(double: TelegramDouble, text: string, person = {}): Promise<string> {
  const before = double.received.length;
  double.say(text, person);
  await expect.poll(() => double.received.length, { timeout: 5_000 }).toBeGreaterThan(before);
  return double.received[before]?.text ?? '';
}

async function journalOf(bus: Bus): Promise<CommandGiven['data'][]> {
  const messages = await firstValueFrom(bus.read({ stream: 'COMMANDS' }).pipe(toArray()));
  return messages.map(({ body }) => parseEvent(CommandGiven, body).data);
}

/** Asks for something dangerous; resolves to the message with its buttons. */
async function asked(double: TelegramDouble, text: string) {
  await answerTo(double, text);
  const message = double.received.at(-1);
  if (!message) throw new Error('no question came');
  const [yes = '', no = ''] = Object.values(message.buttons);
  return { ...message, yes, no };
}

test('what is asked is answered, and written down with its author', async () => {
  await using here = await open();
  const { double, bus } = here;
  const status = await answerTo(double, '/status');
  expect(status).toContain('money (paper) ACTIVE');
  expect(status).toContain('Equity 1,010.5 USDT, cash 900 USDT');
  expect(await answerTo(double, '/positions btc-usdt')).toContain('BTC/USDT long 0.5 at 100');
  expect(await answerTo(double, '/health')).toContain('🔴 execution/one: silent');
  expect(await answerTo(double, '/logs 3')).toContain('something was said');
  expect(await answerTo(double, '/version@doublebot')).toContain('9.9.9');
  expect(await answerTo(double, '/help')).toContain('/panic [@portfolio]: Halt, take orders back');
  await expect.poll(async () => (await journalOf(bus)).length).toBe(6);
  expect((await journalOf(bus))[0]).toMatchObject({
    command: 'status',
    author: 'telegram 99 (@u99)',
    chat: String(double.chatId),
    outcome: 'answered',
  });
});

test.each([
  ['/nonsense', 'there is no /nonsense; /help lists what there is'],
  ['/trades many', '"many": expected a number from 1 to 100'],
  ['/order', 'name the id of an order, as /orders shows it'],
  ['/close', 'name what to close, such as BTC/USDT, or say all'],
  ['/close eth/usdt', 'that is not held; held are BTC/USDT'],
  ['/resume', 'it is ACTIVE already'],
  ['/unlock', 'no limit has stopped anything'],
  [`/positions ${'X'.repeat(3_000)}`, 'expected a symbol such as BTC/USDT'],
])('%s is refused with a sentence that helps', async (text, sentence) => {
  await using here = await open();
  expect(await answerTo(here.double, text)).toContain(sentence);
  await expect.poll(async () => (await journalOf(here.bus))[0]?.outcome).toBe('refused');
});

test('a trade log that does not answer is said so within a second or two', async () => {
  await using here = await open({});
  expect(await answerTo(here.double, '/status')).toContain('the trade log does not answer');
});

test('strangers get silence, in chats that are not named as well', async () => {
  const lines: string[] = [];
  const log = createLogger({
    name: 'test',
    destination: { write: (text) => void lines.push(text) },
  });
  await using here = await open(undefined, { log });
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

test('what is dangerous is done once, after its confirmation', async () => {
  await using here = await open();
  const { double, done, bus } = here;
  const { messageId, yes, text } = await asked(double, '/panic');
  expect(text).toContain('long 0.5 BTC/USDT');
  expect(done).toEqual([]);
  const press = double.press(messageId, yes);
  double.repeat(press);
  double.press(messageId, yes);
  await expect.poll(() => double.received[0]?.text).toContain('Halted, and left');
  expect(double.received[0]?.buttons, 'it cannot be pressed again').toEqual({});
  double.press(messageId, yes);
  await expect
    .poll(() => double.notices.map((notice) => notice.text))
    .toContain('That is over: ask again');
  expect(done).toEqual(['panic by telegram 99 (@u99), with a name']);
  await expect
    .poll(async () => (await journalOf(bus)).map(({ outcome }) => outcome))
    .toEqual(['proposed', 'confirmed', 'done']);
});

test.each([
  ['/pause', 'REDUCING of all'],
  ['/stop @money', 'HALTED of money'],
  ['/close BTC/USDT', 'close BTC/USDT'],
  ['/close all', 'close all'],
])('%s', async (text, what) => {
  await using here = await open();
  const { double, done } = here;
  const { messageId, yes } = await asked(double, text);
  double.press(messageId, yes);
  await expect.poll(() => done).toEqual([`${what} by telegram 99 (@u99), with a name`]);
});

test('no means no', async () => {
  await using here = await open();
  const { double, done } = here;
  const { messageId, yes, no } = await asked(double, '/stop');
  double.press(messageId, no);
  await expect.poll(() => double.received[0]?.text).toContain('Nothing was done');
  double.press(messageId, yes);
  await expect.poll(() => double.notices.at(-1)?.text).toBe('That is over: ask again');
  expect(done).toEqual([]);
});

test('another person cannot confirm it, nor the same one in another chat', async () => {
  const access = { userIds: [userId, 7], chatIds: [4_711, -5] };
  await using here = await open(undefined, { access });
  const { double, done } = here;
  const { messageId, yes } = await asked(double, '/stop');
  double.press(messageId, yes, { userId: 7 });
  double.press(messageId, yes, { chatId: -5 });
  await expect.poll(() => double.notices).toHaveLength(2);
  expect(double.notices.map(({ text }) => text)).toEqual([
    'Only who has asked may confirm it',
    'Only who has asked may confirm it',
  ]);
  expect(done).toEqual([]);
});

test('a confirmation is good for thirty seconds', async () => {
  let nowMs = Date.now();
  await using here = await open(undefined, { nowMs: () => nowMs });
  const { double, done } = here;
  const { messageId, yes } = await asked(double, '/stop');
  nowMs += 30_001;
  double.press(messageId, yes);
  await expect.poll(() => double.notices.at(-1)?.text).toBe('That is over: ask again');
  expect(done).toEqual([]);
});

test.each(['y:', 'y:forged-forged-fo', 'p:x:9', 'r:x', '', 'y:../../etc', `p:${'x'.repeat(60)}`])(
  'a button that was made up does nothing: %j',
  async (data) => {
    await using here = await open();
    const { double, done } = here;
    await asked(double, '/stop');
    double.press(1, data);
    await expect.poll(() => double.notices).toHaveLength(1);
    expect(await answerTo(double, '/version'), 'and it goes on').toContain('9.9.9');
    expect(done).toEqual([]);
  },
);

test('what was confirmed is done, also by the bot that begins after this one died', async () => {
  const { promise: never } = Promise.withResolvers<void>();
  const done: string[] = [];
  await using here = await open(undefined, { control: aControl(done, never), stopWithinMs: 10 });
  const { double, bot, options } = here;
  const { messageId, yes } = await asked(double, '/stop');
  double.press(messageId, yes);
  await expect.poll(() => double.notices.at(-1)?.text).toBe('On it');
  void bot.stop();
  expect(done).toEqual([]);
  await using _next = startTelegramBot({ ...options, control: aControl(done) });
  await expect.poll(() => done).toEqual(['HALTED of all by telegram 99 (@u99), with a name']);
  await expect.poll(() => double.received[0]?.text).toContain('It is HALTED');
});

test('health tells of the services also where the trade log does not answer', async () => {
  await using here = await open({});
  const answer = await answerTo(here.double, '/health');
  expect(answer).toMatch(/^🚑 Health[^]*🔴 execution\/one: silent for/);
  expect(answer).toContain('🔴 the trade log does not answer');
});

test('an equity that began with nothing is drawn all the same', { timeout: 30_000 }, async () => {
  const points = [
    [at(0), '0'],
    [at(1), '100'],
  ];
  await using here = await open({
    standing: { portfolios: [standing] },
    equity: { portfolio: 'money', currency: 'USDT', points },
  });
  here.double.say('/chart');
  await expect.poll(() => here.double.received.length, { timeout: 20_000 }).toBe(1);
  expect(here.double.received[0]?.text).toMatch(/Equity of money\nSince \d{4}-\d{2}-\d{2}/);
});

test('unlock lifts what a limit has stopped, and nothing that a person has', async () => {
  const locked = {
    ...standing,
    portfolio: 'locked',
    tradingState: 'HALTED',
    stateAuthor: 'breaker',
  };
  const halted = { ...standing, portfolio: 'halted', tradingState: 'HALTED', stateAuthor: 'cli' };
  await using here = await open({ standing: { portfolios: [locked, halted, standing] } });
  const { double, done } = here;
  const { messageId, yes, text } = await asked(double, '/unlock');
  expect(text).toContain('locked was stopped');
  expect(text).not.toContain('halted');
  double.press(messageId, yes);
  await expect.poll(() => done).toEqual(['ACTIVE of locked by telegram 99 (@u99), with a name']);
});

/** A command that was confirmed by a bot which then died; another one begins a day later. */
async function interrupted(command: string) {
  let nowMs = Date.now();
  const { promise: never } = Promise.withResolvers<never>();
  const done: string[] = [];
  const stuck = { change: () => never, close: () => never, panic: () => never };
  const tradingState = command === '/resume' ? 'HALTED' : 'ACTIVE';
  await using stack = new AsyncDisposableStack();
  const here = stack.use(
    await open(
      {
        standing: { portfolios: [{ ...standing, tradingState }] },
        positions: { portfolio: 'money', positions: [held] },
      },
      { control: { ...aControl(done), ...stuck }, stopWithinMs: 10, nowMs: () => nowMs },
    ),
  );
  const { double, bot, bus, options } = here;
  const { messageId, yes } = await asked(double, command);
  double.press(messageId, yes);
  await expect.poll(() => double.notices.at(-1)?.text).toBe('On it');
  void bot.stop();
  nowMs += 86_400_000;
  stack.use(startTelegramBot({ ...options, control: aControl(done) }));
  const kept = stack.move();
  return { double, bus, done, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

test.each(['/stop', '/panic'])(
  '%s is done however long after it was confirmed',
  async (command) => {
    await using here = await interrupted(command);
    await expect.poll(() => here.done).toHaveLength(1);
  },
);

test.each(['/resume', '/close BTC/USDT'])('%s is not done a day after it was', async (command) => {
  await using here = await interrupted(command);
  const { double, bus, done } = here;
  await expect.poll(() => double.received[0]?.text).toContain('too long ago: ask again');
  expect(done).toEqual([]);
  await expect
    .poll(async () => (await journalOf(bus)).map(({ outcome }) => outcome))
    .toEqual(['proposed', 'confirmed', 'failed']);
});

const at = (minute: number): string => new Date(Date.UTC(2026, 0, 5, 0, minute)).toISOString();

test(
  'a chart is a picture of the symbol, with what was bought and sold',
  { timeout: 30_000 },
  async () => {
    await using here = await open({
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
    await expect.poll(() => double.received.length, { timeout: 20_000 }).toBe(1);
    expect(double.received[0]?.text).toContain('40 candles, 1 fill');
    expect(double.received[0]?.photo?.length).toBeGreaterThan(5_000);
  },
);

test('long answers have pages', async () => {
  const many = Array.from({ length: 70 }, (_, at) => ({ ...held, quantity: String(at + 1) }));
  await using here = await open({
    standing: { portfolios: [standing] },
    positions: { portfolio: 'money', positions: many },
  });
  const { double } = here;
  await answerTo(double, '/positions');
  expect(Object.keys(double.received[0]?.buttons ?? {})).toEqual(['1/3', '›', '🔄']);
  double.press(1, double.received[0]?.buttons['›'] ?? '');
  await expect.poll(() => double.received[0]?.text).toContain('BTC/USDT long 40 at');
});

test.each([
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
  await using here = await open();
  const { double } = here;
  double.fault(fault, 2, 'getUpdates');
  double.say('/version');
  await expect.poll(() => double.received[0]?.text, { timeout: 10_000 }).toContain('9.9.9');
});

test('a slow command keeps no other waiting', async () => {
  const { promise: later, resolve } = Promise.withResolvers<void>();
  const done: string[] = [];
  await using here = await open(undefined, { control: aControl(done, later) });
  const { double } = here;
  const { messageId, yes } = await asked(double, '/stop');
  double.press(messageId, yes);
  expect(await answerTo(double, '/version')).toContain('9.9.9');
  expect(done).toEqual([]);
  resolve();
  await expect.poll(() => done).toHaveLength(1);
});

test('the menu is for the chats that may give commands', async () => {
  await using here = await open();
  await expect.poll(() => here.double.menus).toHaveLength(2);
  expect(here.double.menus[0]?.scope).toEqual({ type: 'chat', chat_id: here.double.chatId });
  expect(here.double.menus[0]?.commands[0]?.command).toBe('status');
});

test('panic does not say that nothing is held where it is not known', async () => {
  await using here = await open({});
  const question = await answerTo(here.double, '/panic');
  expect(question).toContain('what is held is not known: the trade log does not answer');
  expect(await answerTo(here.double, '/stop')).toContain('Mind that the trade log does not answer');
  expect(question).not.toContain('nothing is held');
});

test('what is held is closed although the trade log does not answer', async () => {
  await using here = await open({});
  const { messageId, text, yes } = await asked(here.double, '/close BTC/USDT');
  expect(text).toContain('what is held is not known: the trade log does not answer');
  here.double.press(messageId, yes);
  await expect.poll(() => here.done).toHaveLength(1);
  expect(here.done[0]).toMatch(/^close BTC\/USDT by/);
});

function away(): never {
  throw new TransientError('UNREACHABLE', 'the message server cannot be reached');
}

/** A bus whose buckets fail while it is away, once with the change made and its answer lost. */
function aFlakyBus(bus: Bus) {
  const state: { is: 'there' | 'away' | 'mute' } = { is: 'there' };
  const flaky: Bus = Object.assign(Object.create(bus), {
    async bucket(name: string): Promise<Bucket> {
      const bucket = await bus.bucket(name);
      return {
        get: async (key) => (state.is === 'away' ? away() : bucket.get(key)),
        put: async (key, value) => (state.is === 'away' ? away() : bucket.put(key, value)),
        async update(key, value, revision) {
          if (state.is === 'away') away();
          const updated = await bucket.update(key, value, revision);
          return state.is === 'mute' ? away() : updated;
        },
        delete: (key) => bucket.delete(key),
        entries: async () => (state.is === 'away' ? away() : bucket.entries()),
        watch: () => bucket.watch(),
      };
    },
  });
  return { flaky, state };
}

test('a bot that begins while the message server is away hears as soon as that is back', async () => {
  await using server = createMemoryServer({ drainTimeoutMs: 1 }).connect();
  const { flaky, state } = aFlakyBus(server);
  state.is = 'away';
  await using here = await open({}, { bus: flaky });
  here.double.say('/version');
  await here.bus.bucket('anything');
  expect(here.double.calls('getUpdates')).toBe(0);
  state.is = 'there';
  await expect.poll(() => here.double.received.length, { timeout: 5_000 }).toBe(1);
});

test('who presses while the message server is away is told, and presses again', async () => {
  await using server = createMemoryServer({ drainTimeoutMs: 1 }).connect();
  const { flaky, state } = aFlakyBus(server);
  await using here = await open({}, { bus: flaky });
  const { double, done } = here;
  const { messageId, yes } = await asked(double, '/panic');
  state.is = 'away';
  double.press(messageId, yes);
  await expect.poll(() => double.notices.map(({ text }) => text)).toEqual([pressAgain]);
  expect(done).toEqual([]);
  state.is = 'there';
  double.press(messageId, yes);
  await expect.poll(() => done).toHaveLength(1);
});

test('a confirmation whose answer was lost is good, and once', async () => {
  await using server = createMemoryServer({ drainTimeoutMs: 1 }).connect();
  const { flaky, state } = aFlakyBus(server);
  await using here = await open({}, { bus: flaky });
  const { double, done } = here;
  const { messageId, yes } = await asked(double, '/panic');
  state.is = 'mute';
  double.press(messageId, yes);
  await expect.poll(() => double.notices.map(({ text }) => text)).toEqual([pressAgain]);
  state.is = 'there';
  double.press(messageId, yes);
  double.press(messageId, yes);
  await expect.poll(() => done).toHaveLength(1);
  await expect.poll(() => double.notices).toHaveLength(3);
  expect(done).toHaveLength(1);
});

const pressAgain = 'That did not get through: press again';

test('the menu is offered until Telegram takes it', async () => {
  await using double = await startTelegramDouble();
  double.fault({ code: 502, description: 'Bad Gateway' }, 2, 'setMyCommands');
  await using _here = await open({}, { client: clientOf(double) });
  await expect.poll(() => double.menus.length, { timeout: 10_000 }).toBeGreaterThan(0);
});

test('an answer is not held back for as long as Telegram may want', async () => {
  await using here = await open();
  const { double } = here;
  double.fault(
    { code: 429, description: 'Too Many Requests', parameters: { retry_after: 3_600 } },
    Infinity,
    'sendMessage',
  );
  double.say('/version');
  await expect
    .poll(async () => (await journalOf(here.bus)).map(({ outcome }) => outcome))
    .toEqual(['answered']);
});

test('what came of a command is told in its topic, also where its question was deleted', async () => {
  await using here = await open();
  const { double } = here;
  double.say('/panic', { chatId: -5, threadId: 7 });
  await expect.poll(() => double.received.length).toBe(1);
  const [question] = double.received;
  const [yes = ''] = Object.values(question?.buttons ?? {});
  double.lose(question?.messageId ?? 0, 'deleted');
  double.press(question?.messageId ?? 0, yes);
  await expect.poll(() => double.received.length).toBe(2);
  expect(double.received[1]?.sent).toMatchObject({ chat_id: -5, message_thread_id: 7 });
});
