import {
  Big,
  deterministicId,
  Name,
  PositiveDecimal,
  SymbolName,
  timeframeMs,
  Timeframe,
  toMs,
  toTime,
  TradeSignal,
  Venue,
  type Mode,
} from '@heliograph/contracts';
import { z } from 'zod';
import { entryLife, exitLife } from '../signal-of-intent.ts';

/** TradingView writes numbers as it likes, also as text, and small ones as `1.2e-7`. */
const Numeric = z
  .union([z.string(), z.number()])
  .transform((value) => {
    const text = String(value).trim();
    return /^\d{1,20}(\.\d{1,20})?e[+-]?\d{1,2}$/i.test(text) ? new Big(text).toFixed() : text;
  })
  .pipe(PositiveDecimal);
const Position = z.enum(['long', 'short', 'flat']);

/** `1`, `60` and `D` are what TradingView calls `1m`, `1h` and `1d`. */
const Interval = z
  .string()
  .transform((text) => {
    const minutes = /^\d+$/.test(text) ? Number(text) : undefined;
    if (minutes !== undefined)
      return minutes % 60 === 0 && minutes > 0 ? `${minutes / 60}h` : `${minutes}m`;
    if (/^\d*S$/.test(text)) return `${text.slice(0, -1) || '1'}s`;
    if (/^\d*[DW]$/.test(text)) return `${text.slice(0, -1) || '1'}${text.slice(-1).toLowerCase()}`;
    return text;
  })
  .pipe(Timeframe);

/** What an alert says, as the documentation has it. */
export const TradingViewAlert = z.strictObject({
  secret: z.string().min(1).max(256),
  strategy: Name,
  venue: z.string().toLowerCase().pipe(Venue),
  symbol: z.string().toUpperCase().pipe(SymbolName),
  market_position: Position.describe('What it wants to hold now: `{{strategy.market_position}}`.'),
  prev_market_position: Position.describe('`{{strategy.prev_market_position}}`.'),
  price: Numeric.describe('`{{strategy.order.price}}` or `{{close}}`.'),
  time: z.iso.datetime({ offset: true }).describe('`{{timenow}}`.'),
  interval: Interval.default(Timeframe.parse('1m')),
  order_id: z.string().max(128).default(''),
  stop: Numeric.optional(),
  target: Numeric.optional(),
});
export type TradingViewAlert = z.infer<typeof TradingViewAlert>;

type Direction = Pick<TradeSignal['data'], 'intent' | 'side' | 'targetPosition'>;

/** The way from one position to the other; undefined where there is none to go. */
export function directionOf({
  market_position: now,
  prev_market_position: before,
}: Pick<TradingViewAlert, 'market_position' | 'prev_market_position'>): Direction | undefined {
  if (now === 'flat')
    return before === 'flat'
      ? undefined
      : { intent: 'exit', side: before === 'long' ? 'sell' : 'buy', targetPosition: 'flat' };
  const side = now === 'long' ? 'buy' : 'sell';
  const intent = before === now ? 'increase' : before === 'flat' ? 'enter' : 'reverse';
  return { intent, side, targetPosition: now };
}

/**
 * The signal of an alert. The same alert is the same signal, however often it comes.
 * @throws ZodError when it is none: a stop on the wrong side, for one
 */
export function signalOfAlert(
  alert: TradingViewAlert,
  direction: Direction,
  origin: { mode: Mode; runId: string; source: string; sequence: number; recordedMs: number },
): TradeSignal {
  const { strategy, venue, symbol, price, interval: timeframe, order_id: orderId } = alert;
  const timeMs = toMs(toTime(Date.parse(alert.time)));
  const time = toTime(timeMs);
  const { mode, runId, source, sequence, recordedMs } = origin;
  const id = deterministicId(
    'webhook',
    strategy,
    venue,
    symbol,
    time,
    alert.prev_market_position,
    alert.market_position,
    orderId,
  );
  const leaves = direction.targetPosition === 'flat';
  return TradeSignal.parse({
    specversion: '1.0',
    id,
    source,
    type: 'trade_signal',
    subject: symbol,
    time,
    recordedtime: toTime(recordedMs),
    expirytime: toTime(timeMs + (leaves ? exitLife : entryLife) * timeframeMs(timeframe)),
    sequence,
    correlationid: id,
    data: {
      strategy,
      strategyVersion: 'tradingview',
      configHash: 'tradingview',
      runId,
      mode,
      venue,
      symbol,
      timeframe,
      ...direction,
      ...(alert.stop !== undefined && !leaves && { stopLoss: { price: alert.stop } }),
      ...(alert.target !== undefined &&
        !leaves && { takeProfits: [{ price: alert.target, ratio: 1 }] }),
      referencePrice: { price, kind: 'last', time },
      reasons: [
        `TradingView: ${alert.prev_market_position} → ${alert.market_position}${orderId === '' ? '' : ` (${orderId})`}`.slice(
          0,
          256,
        ),
      ],
    },
  });
}
