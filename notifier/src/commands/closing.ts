import { TransientError, UserError, type SymbolName } from '@heliograph/contracts';
import { amount, count } from '../messages/numbers.ts';
import { bold, line, type Line } from '../messages/text.ts';
import type { ActingCommand, CommandContext, Reply } from './command.ts';
import type { ClosedPosition } from './control.ts';
import { meant, portfolioNames, standings } from './portfolios.ts';
import { requiredSymbol } from './words.ts';

interface HeldThere {
  readonly portfolio: string;
  readonly symbol: string;
  readonly side: string;
  readonly quantity: string;
}

export const close: ActingCommand = {
  name: 'close',
  kind: 'acts',
  description: 'Leave a position at the market',
  usage: 'BTC/USDT | all [@portfolio]',
  async propose(context, words) {
    const symbols = symbolsOf(words);
    const held = await heldIn(context);
    if (held instanceof UserError) {
      if (!isUnanswered(held)) throw held;
      return {
        lines: [line`Leave ${words.join(' ')} at the market; ${notKnown(held)}`],
        button: 'Yes, close it',
      };
    }
    const there = held.filter(
      ({ symbol }) => symbols === 'all' || symbols.some((one) => one === symbol),
    );
    if (there.length === 0)
      throw new UserError(
        held.length === 0
          ? 'nothing is held'
          : `that is not held; held are ${[...new Set(held.map(({ symbol }) => symbol))].join(', ')}`,
      );
    return {
      lines: [line`Leave at the market:`, ...there.map(heldLine)],
      button: there.length === 1 ? 'Yes, close it' : `Yes, close ${there.length}`,
    };
  },
  async act(context, words, wish) {
    const closed = await context.control.close(wish, symbolsOf(words));
    return closedReply('Closed', closed, []);
  },
};

export const panic: ActingCommand = {
  name: 'panic',
  kind: 'acts',
  isNeverLate: true,
  description: 'Halt, take orders back and leave everything at the market',
  usage: '[@portfolio]',
  async propose(context) {
    const held = await heldIn(context);
    const lines = held instanceof UserError ? [line`${notKnown(held)}`] : held.map(heldLine);
    return {
      lines: [
        line`Halt ${meant(context)}, take open orders back and leave at the market whatever is held:`,
        ...(lines.length === 0 ? [line`nothing is held now`] : lines),
      ],
      button: 'Yes, close everything',
    };
  },
  async act(context, _words, wish) {
    const { closed, left } = await context.control.panic(wish);
    return closedReply('Halted, and left', closed, left);
  },
};

export const cancel: ActingCommand = {
  name: 'cancel',
  kind: 'acts',
  description: 'Take open entries back',
  usage: 'BTC/USDT [@portfolio]',
  async propose(context, [word]) {
    const symbol = requiredSymbol(word);
    const open = await entriesIn(context, symbol);
    if (open.length === 0) throw new UserError(`no entry is open in ${symbol}`);
    return {
      lines: [line`Take back in ${symbol}:`, ...open],
      button: `Yes, take ${count(open.length)} back`,
    };
  },
  async act(context, [word], wish) {
    const symbol = requiredSymbol(word);
    const told = await context.control.cancel(wish, symbol);
    return {
      emoji: '🚫',
      title: `Taking back entries in ${symbol}`,
      lines:
        told.length === 0
          ? [line`No entry is open there any more.`]
          : told.map(
              (portfolio) => line`${bold(portfolio)} was told; the order's own message follows.`,
            ),
    };
  },
};

function symbolsOf(words: readonly string[]): readonly SymbolName[] | 'all' {
  if (words.length === 0) throw new UserError('name what to close, such as BTC/USDT, or say all');
  return words.some((word) => word.toLowerCase() === 'all') ? 'all' : words.map(requiredSymbol);
}

const notKnown = ({ message }: UserError): string => `what is held is not known: ${message}`;

/** Then it is no reason to stay: what leaves a position asks the journal. */
const isUnanswered = ({ cause }: UserError): boolean => cause instanceof TransientError;

/** As the trade log has it, or why it does not say. */
async function heldIn(context: CommandContext): Promise<HeldThere[] | UserError> {
  try {
    const held: HeldThere[] = [];
    for (const { portfolio } of await standings(context))
      held.push(...(await context.ask('positions', { portfolio, limit: 200 })).positions);
    return held;
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}

async function entriesIn(context: CommandContext, symbol: SymbolName): Promise<Line[]> {
  const lines: Line[] = [];
  for (const portfolio of await portfolioNames(context)) {
    const { orders } = await context.ask('orders', {
      portfolio,
      symbol,
      status: ['intended', 'accepted', 'triggered', 'partially_filled', 'unknown'],
    });
    for (const { role, side, orderType, limitPrice, stopPrice } of orders) {
      if (role !== 'entry') continue;
      const price = limitPrice ?? stopPrice;
      lines.push(
        line`${bold(portfolio)}: ${side}, ${orderType.replaceAll('_', ' ')}${price === null ? '' : ` at ${amount(price)}`}`,
      );
    }
  }
  return lines;
}

function heldLine({ portfolio, symbol, side, quantity }: HeldThere): Line {
  return line`${bold(portfolio)}: ${side} ${amount(quantity)} ${symbol}`;
}

function closedReply(
  title: string,
  closed: readonly ClosedPosition[],
  left: readonly string[],
): Reply {
  const isDone = left.length === 0 && closed.every(({ left: held }) => held === '0');
  const lines = [
    ...closed.map(
      ({ portfolio, symbol, side, quantity, status, left: held, price, reason, detail }) =>
        held === '0'
          ? line`✅ ${bold(portfolio)}: ${side} ${amount(quantity)} ${symbol}${price === undefined ? '' : ` at ${amount(price)}`}`
          : line`⚠ ${bold(portfolio)}: ${symbol} ${status}, ${amount(held)} is still held${reason === undefined ? '' : ` (${reason}${detail ? `: ${detail}` : ''})`}`,
    ),
    ...left.map((text) => line`⚠ ${text}`),
  ];
  return {
    emoji: isDone ? '🏳️' : '⚠️',
    title: isDone ? title : `${title}, but not all of it`,
    lines: lines.length === 0 ? [line`Nothing was held.`] : lines,
  };
}
