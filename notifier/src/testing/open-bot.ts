import { CommandGiven, parseEvent, queryNames, type QueryName } from '@heliograph/contracts';
import { createMemoryServer, type Bus } from '@heliograph/contracts/bus';
import { createSilentLogger } from '@heliograph/contracts/service';
import { eventually } from '@heliograph/contracts/testing';
import { firstValueFrom, toArray } from 'rxjs';
import { expect } from 'vitest';
import type { Control, Wish } from '../commands/control.ts';
import { createTelegramClient } from '../telegram/client.ts';
import { startTelegramDouble, type TelegramDouble } from './telegram-double/telegram-double.ts';
import { standing } from './standing.ts';
import { startTelegramBot, type BotOptions } from '../bot/bot.ts';

export const userId = 99;
export const held = {
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

export function aControl(done: string[], slow?: Promise<void>): Control {
  const note = (what: string, { author, key }: Wish): void =>
    void done.push(`${what} by ${author}, ${key === '' ? 'without' : 'with'} a name`);
  return {
    async change(state, wish) {
      await slow;
      note(`${state} of ${wish.portfolio}`, wish);
      return { followed: ['money'], unanswered: [], overruled: [] };
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

export const clientOf = ({ token, apiRoot }: TelegramDouble) =>
  createTelegramClient({ token, apiRoot });

/** A bot on our double, and what it has done. */
export async function openBot(
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
export async function answerTo(double: TelegramDouble, text: string, person = {}): Promise<string> {
  const before = double.received.length;
  double.say(text, person);
  await eventually(() => expect(double.received.length).toBeGreaterThan(before));
  return double.received[before]?.text ?? '';
}

export async function journalOf(bus: Bus): Promise<CommandGiven['data'][]> {
  const messages = await firstValueFrom(bus.read({ stream: 'COMMANDS' }).pipe(toArray()));
  return messages.map(({ body }) => parseEvent(CommandGiven, body).data);
}

/** Asks for something dangerous; resolves to the message with its buttons. */
export async function asked(double: TelegramDouble, text: string) {
  await answerTo(double, text);
  const message = double.received.at(-1);
  if (!message) throw new Error('no question came');
  const [yes = '', no = ''] = Object.values(message.buttons);
  return { ...message, yes, no };
}
