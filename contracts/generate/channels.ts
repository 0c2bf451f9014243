import { JournalEvent } from '../src/journal/journal.ts';
import type { EventType } from '../src/events.ts';
import type { StreamName } from '../src/bus/streams.ts';

export const services = {
  'signal-engine': 'Turns market data into trade signals.',
  execution: 'Takes each signal exactly once and trades it.',
  notifier: 'Tells people.',
  'trade-log': 'Writes the whole history to SQLite.',
} as const;
export type ServiceName = keyof typeof services;

export interface Channel {
  /** The subject, with its parameters in braces. */
  readonly address: string;
  readonly description: string;
  readonly stream: StreamName;
  readonly events: readonly EventType[];
  readonly senders: readonly ServiceName[];
  readonly receivers: readonly ServiceName[];
  /** The receiver whose workers share the messages; every other gets a copy of each. */
  readonly sharedBy?: ServiceName;
}

/** Where the events travel, and between whom. */
export const channels = {
  candles: {
    address: 'market.candle.{venue}.{symbol}.{timeframe}',
    description: 'Closed candles. Anybody may publish them.',
    stream: 'MARKET',
    events: ['candle_closed'],
    senders: ['signal-engine'],
    receivers: ['execution', 'trade-log'],
  },
  prints: {
    address: 'market.trade.{venue}.{symbol}',
    description: 'Trades of the market, one by one. Anybody may publish them.',
    stream: 'MARKET',
    events: ['trade_printed'],
    senders: ['signal-engine'],
    receivers: ['execution', 'trade-log'],
  },
  tapes: {
    address: 'market.tape.{tape}',
    description: 'What there is to say of a tape itself.',
    stream: 'MARKET',
    events: ['tape_ended'],
    senders: ['signal-engine'],
    receivers: ['execution', 'trade-log'],
  },
  signals: {
    address: 'trade_signal.{strategy}.{venue}.{symbol}',
    description:
      'Trade signals. Each is executed by one worker, in strict order per venue and symbol; anybody may publish them and have a copy of each.',
    stream: 'SIGNALS',
    events: ['trade_signal'],
    senders: ['signal-engine'],
    receivers: ['execution', 'trade-log'],
    sharedBy: 'execution',
  },
  journal: {
    address: 'trading.{portfolio}.{type}',
    description: "Execution's journal, a log for each portfolio.",
    stream: 'TRADING',
    events: JournalEvent.options.map((schema) => schema.shape.type.value),
    senders: ['execution'],
    receivers: ['execution', 'signal-engine', 'notifier', 'trade-log'],
  },
  commands: {
    address: 'command.{channel}',
    description: 'What people have ordered, and what became of it.',
    stream: 'COMMANDS',
    events: ['command_given'],
    senders: ['notifier'],
    receivers: ['trade-log'],
  },
  alerts: {
    address: 'alert.{severity}',
    description: 'What a person must hear of beside the journal.',
    stream: 'ALERTS',
    events: ['strategy_failed', 'market_disturbed'],
    senders: ['signal-engine'],
    receivers: ['notifier', 'trade-log'],
  },
  deadLetters: {
    address: 'dead_letter.{consumer}',
    description: 'What a consumer could not work off.',
    stream: 'DEAD_LETTERS',
    events: ['message_dead_lettered'],
    senders: ['signal-engine', 'execution', 'notifier', 'trade-log'],
    receivers: ['notifier', 'trade-log'],
  },
} as const satisfies Record<string, Channel>;

/** What the parameters of the addresses stand for. */
export const parameters: Record<string, string> = {
  venue: "The venue's short name.",
  symbol: 'The symbol as a token: `BTC/USDT` is `BTC-USDT`, `BTC/USDT:USDT` is `BTC-USDT_USDT`.',
  timeframe: "The candle's length.",
  tape: 'The tape: `live`, or the id of a recording.',
  strategy: "The strategy's name.",
  portfolio: 'The portfolio: one for the live tape, one of its own for each recording.',
  type: 'The type of the event.',
  channel: 'The way by which a command came: `telegram`.',
  severity: 'How grave it is: `info`, `warning` or `error`.',
  consumer: 'The consumer that gave the message up.',
};

export function parametersOf({ address }: Pick<Channel, 'address'>): string[] {
  return [...address.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
}
