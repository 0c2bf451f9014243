import { z } from 'zod';
import { CandleClosed, TapeEnded } from './candle.ts';
import { CommandGiven } from './command.ts';
import { compiled } from './compiled.ts';
import { MessageDeadLettered } from './dead-letter.ts';
import { PermanentError } from './errors.ts';
import { MarketDisturbed } from './market-disturbed.ts';
import { type JournalEvent, journalSchemas } from './journal/journal.ts';
import { TradePrinted } from './print.ts';
import { TradeSignal } from './signal.ts';
import { StrategyFailed } from './strategy-failure.ts';

/** Whatever travels on `market.>`. */
export const MarketEvent = z.discriminatedUnion('type', [CandleClosed, TradePrinted, TapeEnded]);
export type MarketEvent = z.infer<typeof MarketEvent>;

/** Whatever travels on `alert.*`. */
export const AlertEvent = z.discriminatedUnion('type', [StrategyFailed, MarketDisturbed]);
export type AlertEvent = z.infer<typeof AlertEvent>;

/** Every event there is. */
export type HeliographEvent =
  | MarketEvent
  | TradeSignal
  | JournalEvent
  | CommandGiven
  | AlertEvent
  | MessageDeadLettered;
export type EventType = HeliographEvent['type'];

/** The schema of each event type: the source of the published JSON Schemas and of the AsyncAPI document. */
export const eventSchemas = {
  candle_closed: CandleClosed,
  trade_printed: TradePrinted,
  tape_ended: TapeEnded,
  trade_signal: TradeSignal,
  ...journalSchemas,
  command_given: CommandGiven,
  strategy_failed: StrategyFailed,
  market_disturbed: MarketDisturbed,
  message_dead_lettered: MessageDeadLettered,
} satisfies { [T in EventType]: z.ZodType<Extract<HeliographEvent, { type: T }>> };

/**
 * Reads a message body as an event.
 * @throws PermanentError INVALID_JSON or INVALID_EVENT that names each field that is wrong and what was expected
 */
export function parseEvent<S extends z.ZodType>(schema: S, body: string): z.output<S> {
  const parsed = compiled(schema).safeParse(parseJson(body));
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues
    .slice(0, 8)
    .map((issue) => `${issue.path.join('.') || 'event'}: ${issue.message}`);
  throw new PermanentError('INVALID_EVENT', issues.join('; '));
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (cause) {
    throw new PermanentError(
      'INVALID_JSON',
      `not JSON: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
  }
}
