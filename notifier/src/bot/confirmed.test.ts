import { eventually, freePort, startTestNats } from '@heliograph/contracts/testing';
import { expect, test } from 'vitest';
import { standing } from '../testing/standing.ts';
import { startTelegramBot } from './bot.ts';

import {
  aControl,
  answerTo,
  asked,
  held,
  journalOf,
  openBot,
  userId,
} from '../testing/open-bot.ts';

test.concurrent('what is dangerous is done once, after its confirmation', async () => {
  await using here = await openBot();
  const { double, done, bus } = here;
  const { messageId, yes, text } = await asked(double, '/panic');
  expect(text).toContain('long 0.5 BTC/USDT');
  expect(done).toEqual([]);
  const press = double.press(messageId, yes);
  double.repeat(press);
  double.press(messageId, yes);
  await eventually(() => expect(double.received[0]?.text).toContain('Halted, and left'));
  expect(double.received[0]?.buttons, 'it cannot be pressed again').toEqual({});
  double.press(messageId, yes);
  await eventually(() =>
    expect(double.notices.map((notice) => notice.text)).toContain('That is over: ask again'),
  );
  expect(done).toEqual(['panic by telegram 99 (@u99), with a name']);
  await eventually(async () =>
    expect((await journalOf(bus)).map(({ outcome }) => outcome)).toEqual([
      'proposed',
      'confirmed',
      'done',
    ]),
  );
});

test.concurrent.each([
  ['/pause', 'REDUCING of all'],
  ['/stop @money', 'HALTED of money'],
  ['/close BTC/USDT', 'close BTC/USDT'],
  ['/close all', 'close all'],
])('%s', async (text, what) => {
  await using here = await openBot();
  const { double, done } = here;
  const { messageId, yes } = await asked(double, text);
  double.press(messageId, yes);
  await eventually(() => expect(done).toEqual([`${what} by telegram 99 (@u99), with a name`]));
});

/** A bot that is brought presses as Telegram may bring them: several at once, over a bus that takes its time. */
async function openAtOnce() {
  await using stack = new AsyncDisposableStack();
  const port = await freePort();
  const webhook = { url: `http://127.0.0.1:${port}/bot`, host: '127.0.0.1', port };
  const nats = stack.use(await startTestNats());
  const bus = stack.use(await nats.connect());
  const here = stack.use(await openBot({}, { webhook, bus }));
  await eventually(() => expect(here.double.calls('setWebhook')).toBe(1));
  const kept = stack.move();
  return { ...here, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

test('pressed several times at once it is done once', async () => {
  await using here = await openAtOnce();
  const { double, done } = here;
  const { messageId, yes } = await asked(double, '/panic');
  for (let time = 0; time < 8; time++) double.press(messageId, yes);
  await eventually(() => expect(double.notices).toHaveLength(8));
  await eventually(() => expect(double.received[0]?.text).toContain('Halted, and left'));
  expect(done).toHaveLength(1);
  expect(double.notices.filter(({ text }) => text === 'On it')).toHaveLength(1);
});

test('yes and no at once are one of them', async () => {
  await using here = await openAtOnce();
  const { double, done } = here;
  for (let question = 1; question <= 10; question++) {
    const { messageId, yes, no } = await asked(double, '/panic');
    const before = { done: done.length, notices: double.notices.length };
    for (const data of question % 2 === 0 ? [no, yes] : [yes, no]) double.press(messageId, data);
    const said = () => double.notices.slice(before.notices).map(({ text }) => text);
    await eventually(() => expect(said()).toHaveLength(2));
    const text = () => double.received.find((one) => one.messageId === messageId)?.text;
    await eventually(() => expect(text()).toMatch(/Halted, and left|Nothing was done/));
    const outcome = done.length > before.done ? 'On it' : 'Nothing is done';
    expect(new Set(said())).toEqual(new Set([outcome, 'That is over: ask again']));
  }
});

test.concurrent('no means no', async () => {
  await using here = await openBot();
  const { double, done } = here;
  const { messageId, yes, no } = await asked(double, '/stop');
  double.press(messageId, no);
  await eventually(() => expect(double.received[0]?.text).toContain('Nothing was done'));
  double.press(messageId, yes);
  await eventually(() => expect(double.notices.at(-1)?.text).toBe('That is over: ask again'));
  expect(done).toEqual([]);
});

test.concurrent('another person cannot confirm it, nor the same one in another chat', async () => {
  const access = { userIds: [userId, 7], chatIds: [4_711, -5] };
  await using here = await openBot(undefined, { access });
  const { double, done } = here;
  const { messageId, yes } = await asked(double, '/stop');
  double.press(messageId, yes, { userId: 7 });
  double.press(messageId, yes, { chatId: -5 });
  await eventually(() => expect(double.notices).toHaveLength(2));
  expect(double.notices.map(({ text }) => text)).toEqual([
    'Only who has asked may confirm it',
    'Only who has asked may confirm it',
  ]);
  expect(done).toEqual([]);
});

test.concurrent('a confirmation is good for thirty seconds', async () => {
  let nowMs = Date.now();
  await using here = await openBot(undefined, { nowMs: () => nowMs });
  const { double, done } = here;
  const { messageId, yes } = await asked(double, '/stop');
  nowMs += 30_001;
  double.press(messageId, yes);
  await eventually(() => expect(double.notices.at(-1)?.text).toBe('That is over: ask again'));
  expect(done).toEqual([]);
});

test.concurrent.each([
  'y:',
  'y:forged-forged-fo',
  'p:x:9',
  'r:x',
  '',
  'y:../../etc',
  `p:${'x'.repeat(60)}`,
])('a button that was made up does nothing: %j', async (data) => {
  await using here = await openBot();
  const { double, done } = here;
  await asked(double, '/stop');
  double.press(1, data);
  await eventually(() => expect(double.notices).toHaveLength(1));
  expect(await answerTo(double, '/version'), 'and it goes on').toContain('9.9.9');
  expect(done).toEqual([]);
});

test.concurrent('what was confirmed is done, also by the bot that begins after this one died', async () => {
  const { promise: never } = Promise.withResolvers<void>();
  const done: string[] = [];
  await using here = await openBot(undefined, { control: aControl(done, never), stopWithinMs: 10 });
  const { double, bot, options } = here;
  const { messageId, yes } = await asked(double, '/stop');
  double.press(messageId, yes);
  await eventually(() => expect(double.notices.at(-1)?.text).toBe('On it'));
  void bot.stop();
  expect(done).toEqual([]);
  await using _next = startTelegramBot({ ...options, control: aControl(done) });
  await eventually(() =>
    expect(done).toEqual(['HALTED of all by telegram 99 (@u99), with a name']),
  );
  await eventually(() => expect(double.received[0]?.text).toContain('It is HALTED'));
});

test.concurrent('unlock lifts what a limit has stopped, and nothing that a person has', async () => {
  const locked = {
    ...standing,
    portfolio: 'locked',
    tradingState: 'HALTED',
    stateAuthor: 'breaker',
  };
  const halted = { ...standing, portfolio: 'halted', tradingState: 'HALTED', stateAuthor: 'cli' };
  await using here = await openBot({ standing: { portfolios: [locked, halted, standing] } });
  const { double, done } = here;
  const { messageId, yes, text } = await asked(double, '/unlock');
  expect(text).toContain('locked was stopped');
  expect(text).not.toContain('halted');
  double.press(messageId, yes);
  await eventually(() =>
    expect(done).toEqual(['ACTIVE of locked by telegram 99 (@u99), with a name']),
  );
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
    await openBot(
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
  await eventually(() => expect(double.notices.at(-1)?.text).toBe('On it'));
  void bot.stop();
  nowMs += 86_400_000;
  stack.use(startTelegramBot({ ...options, control: aControl(done) }));
  const kept = stack.move();
  return { double, bus, done, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

test.concurrent.each(['/stop', '/panic'])(
  '%s is done however long after it was confirmed',
  async (command) => {
    await using here = await interrupted(command);
    await eventually(() => expect(here.done).toHaveLength(1));
  },
);

test.concurrent.each(['/resume', '/close BTC/USDT'])(
  '%s is not done a day after it was',
  async (command) => {
    await using here = await interrupted(command);
    const { double, bus, done } = here;
    await eventually(() => expect(double.received[0]?.text).toContain('too long ago: ask again'));
    expect(done).toEqual([]);
    await eventually(async () =>
      expect((await journalOf(bus)).map(({ outcome }) => outcome)).toEqual([
        'proposed',
        'confirmed',
        'failed',
      ]),
    );
  },
);

test.concurrent('panic does not say that nothing is held where it is not known', async () => {
  await using here = await openBot({});
  const question = await answerTo(here.double, '/panic');
  expect(question).toContain('what is held is not known: the trade log does not answer');
  expect(await answerTo(here.double, '/stop')).toContain('Mind that the trade log does not answer');
  expect(question).not.toContain('nothing is held');
});

test.concurrent('what is held is closed although the trade log does not answer', async () => {
  await using here = await openBot({});
  const { messageId, text, yes } = await asked(here.double, '/close BTC/USDT');
  expect(text).toContain('what is held is not known: the trade log does not answer');
  here.double.press(messageId, yes);
  await eventually(() => expect(here.done).toHaveLength(1));
  expect(here.done[0]).toMatch(/^close BTC\/USDT by/);
});

test.concurrent('what came of a command is told in its topic, also where its question was deleted', async () => {
  await using here = await openBot();
  const { double } = here;
  double.say('/panic', { chatId: -5, threadId: 7 });
  await eventually(() => expect(double.received.length).toBe(1));
  const [question] = double.received;
  const [yes = ''] = Object.values(question?.buttons ?? {});
  double.lose(question?.messageId ?? 0, 'deleted');
  double.press(question?.messageId ?? 0, yes);
  await eventually(() => expect(double.received.length).toBe(2));
  expect(double.received[1]?.sent).toMatchObject({ chat_id: -5, message_thread_id: 7 });
});
