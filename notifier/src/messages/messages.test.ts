import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { DisturbanceKind, IncidentKind, reasonCodes } from '@heliograph/contracts';
import { type Heard } from '../alerts.ts';
import {
  aDeadLetter,
  aDisturbance,
  aSample,
  aStrategyFailure,
  journalTypes,
} from '../testing/samples.ts';
import { readHtml } from '../testing/telegram-double/read-html.ts';
import { deadLetterMessage } from './dead-letter-message.ts';
import { journalMessage } from './journal-message.ts';
import { marketMessage } from './market-message.ts';
import { strategyMessage } from './strategy-message.ts';

test('a dead letter tells who gave up on what, and not its body', () => {
  expect(strategyMessage(aStrategyFailure()).plain).toContain(
    '🧩 mine failed on BTC/USDT · TypeError: no close · at mine.ts:12:7 · It made no signal of that candle of 1m on binance and goes on',
  );
  expect(deadLetterMessage(aDeadLetter({ deliveryCount: 3 }))).toMatchObject({
    severity: 'error',
    html: `📭 <b>trade-log gave up on a message</b>
<code>trade_signal.a.b.c</code>, number <code>12</code> of SIGNALS
INVALID_JSON: not JSON
Tried 3 times
<i>2026-01-05 00:00 UTC</i>`,
  });
});

test('what is wrong with a market is told with what that means', () => {
  expect(marketMessage(aDisturbance())).toMatchObject({
    severity: 'warning',
    html: `🕳️ <b>BTC/USDT: the market has a hole</b>
binance, 1m
3 candles are missing
The market has told no candles for a while and goes on. The first candle behind the hole opens no position.
<i>2026-01-05 00:00 UTC</i>`,
  });
  expect(marketMessage(aDisturbance('MARKET_BACK', 'info'))).toMatchObject({ quiet: true });
  expect(marketMessage(aDisturbance('CLOCK_JUMP', 'error')).html).toContain('The clock has jumped');
});

const hostileText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 400 }),
  fc
    .array(
      fc.constantFrom(
        '<b>',
        '</b>',
        '&lt;',
        '&',
        '<',
        '>',
        '"',
        '\u001B[31m',
        '\n',
        '\u202E',
        '😀',
        '\uD83D',
        'שלום',
        '\u0000',
        '#',
      ),
      { maxLength: 40 },
    )
    .map((parts) => parts.join('')),
  fc.constantFrom('x'.repeat(5_000), '<'.repeat(5_000), '👩‍👩‍👧'.repeat(1_000), '\uDC00'.repeat(5_000)),
);
const hostileNumber = fc.oneof(
  fc
    .tuple(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.stringMatching(/^\d{1,30}$/))
    .map(([whole, decimals]) => `${whole}.${decimals}`),
  fc.constantFrom('0', '0.00', '0.000000000000000000000001', '-0.000000000000000000000001'),
  fc.constantFrom('9'.repeat(40), `-${'9'.repeat(40)}`),
);
const isNumber = /^-?\d+(\.\d+)?$/;
const freeTexts = new Set(
  'symbol venueOrderId strategy venue detail exitReason reason author found orderId portfolio tape currency error subject consumer stream'.split(
    ' ',
  ),
);
const events: readonly Heard[] = [
  ...journalTypes.map((type) => aSample(type)),
  ...['', '<b>&', '\u001B[31m\n', 'x'.repeat(5_000)].map((orderType) =>
    aSample('order_adopted', { orderType }),
  ),
  ...IncidentKind.options.map((kind) => aSample('incident_reported', { kind })),
  aSample('order_intended', {
    role: 'stop_loss',
    orderType: 'stop',
    stopPrice: '790',
    protection: { stopLoss: { price: '790' } },
  }),
  aDeadLetter(),
  aStrategyFailure(),
  aStrategyFailure({ suspended: true, place: undefined }),
  ...DisturbanceKind.options.map((kind) => aDisturbance(kind)),
];

const differing = [undefined, 'order', 'adopted', 'position', 'balance'];

/** The same event with a text of its own in every place where a text may stand, and a number where a number may. */
function disturbed<T extends object>(
  event: T,
  texts: readonly string[],
  numbers: readonly string[],
): T {
  let next = 0;
  const disturb = (value: object): void => {
    for (const [key, inner] of Object.entries(value)) {
      const text = texts[next % texts.length];
      const number = numbers[next++ % numbers.length];
      if (key === 'reasons') Object.assign(value, { reasons: texts });
      else if (key === 'differences')
        Object.assign(value, {
          differences: texts.map((found, index) => ({
            orderId: found,
            found,
            kind: differing[index % differing.length],
            venue: found,
            symbol: found,
          })),
        });
      else if (typeof inner === 'object' && inner !== null) disturb(inner);
      else if (freeTexts.has(key) && !(inner in reasonCodes)) Object.assign(value, { [key]: text });
      else if (typeof inner === 'number') Object.assign(value, { [key]: Number(number) });
      else if (isNumber.test(inner)) Object.assign(value, { [key]: number });
    }
  };
  const copy = structuredClone(event);
  disturb(copy);
  return copy;
}

/** `EVENTS=100000` for a longer look. */
const eventCount = Number(process.env['EVENTS'] ?? 2_000);
const timeoutMs = 30_000 + eventCount * 5;

test(
  'whatever an event holds, its message can be read by Telegram and shown on one line',
  { timeout: timeoutMs },
  () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...events),
        fc.array(hostileText, { minLength: 1, maxLength: 12 }),
        fc.array(hostileNumber, { minLength: 1, maxLength: 12 }),
        fc.record({ name: hostileText, currency: hostileText }),
        (event, texts, numbers, portfolio) => {
          const hostile = disturbed(event, texts, numbers);
          const message =
            hostile.type === 'message_dead_lettered'
              ? deadLetterMessage(hostile)
              : hostile.type === 'strategy_failed'
                ? strategyMessage(hostile)
                : hostile.type === 'market_disturbed'
                  ? marketMessage(hostile)
                  : journalMessage(hostile, portfolio);
          if (!message) return;
          const { text = '', error } = readHtml(message.html);
          expect(error).toBe(undefined);
          expect(text.length).toBeLessThanOrEqual(4_096);
          expect(message.html.isWellFormed()).toBe(true);
          expect(message.plain).not.toMatch(/[\p{Cc}\u2028\u2029\u202A-\u202E]/u);
          if (text.length > 4_000) return;
          const said = text.split('\n').slice(0, -1).join(' · ');
          expect(message.plain.endsWith(` UTC ${said}`), 'both forms say the same').toBe(true);
        },
      ),
      { numRuns: eventCount },
    );
  },
);
