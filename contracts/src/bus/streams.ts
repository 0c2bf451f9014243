/** The streams, what they hold and how they keep it: the one declaration that every bus builds from. */
export const streams = {
  /** Candles and trades. Large and replaceable, so it may lose its tail at a power cut and drops its oldest. */
  MARKET: { subjects: ['market.>'], durable: false, full: 'drop-oldest', maxBytes: 4 * 2 ** 30 },
  /** Trade signals, stored under their partition. */
  SIGNALS: {
    subjects: ['trade_signal.*.*.*'],
    durable: true,
    full: 'refuse',
    maxBytes: 2 ** 30,
    partitioned: true,
  },
  /** Execution's journal, a log for each portfolio. */
  TRADING: { subjects: ['trading.*.*'], durable: true, full: 'refuse', maxBytes: 4 * 2 ** 30 },
  /** The paper exchange's own books, a log for each account. */
  PAPER: { subjects: ['paper.*.*'], durable: true, full: 'refuse', maxBytes: 4 * 2 ** 30 },
  /** What people have ordered, and what became of it. */
  COMMANDS: { subjects: ['command.*'], durable: true, full: 'drop-oldest', maxBytes: 64 * 2 ** 20 },
  /** What a person must hear of beside the journal. */
  ALERTS: { subjects: ['alert.*'], durable: true, full: 'drop-oldest', maxBytes: 64 * 2 ** 20 },
  /** What a consumer could not work off. */
  DEAD_LETTERS: {
    subjects: ['dead_letter.*'],
    durable: true,
    full: 'refuse',
    maxBytes: 256 * 2 ** 20,
  },
} as const satisfies Record<string, StreamDeclaration>;

export type StreamName = keyof typeof streams;

export interface StreamDeclaration {
  readonly subjects: readonly string[];
  /** Synced to disk before it is acknowledged. */
  readonly durable: boolean;
  /** What happens when `maxBytes` is reached. */
  readonly full: 'refuse' | 'drop-oldest';
  readonly maxBytes: number;
  /** Stored as `<root>.<partition>.<rest>`, the partition taken from venue and symbol. */
  readonly partitioned?: boolean;
}
