import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  defaultRisk,
  DisturbanceKind,
  IncidentKind,
  reasonCodes,
  type JournalEvent,
} from '@heliograph/contracts';
import type { Heard } from '../alerts.ts';
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
import type { Portfolio } from './portfolio.ts';
import { strategyMessage } from './strategy-message.ts';

const paper: Portfolio = { name: 'paper-btc-2014', mode: 'paper', currency: 'USD' };

function htmlOf(event: JournalEvent, portfolio = paper): string | undefined {
  return journalMessage(event, portfolio)?.html;
}

describe('what people are told', () => {
  test('a fill tells price, quantity, fee and slippage', () => {
    expect(htmlOf(aSample('order_filled'))).toBe(`✅ <b>[PAPER] Bought BTC/USD</b>
<code>1.2301</code> at <code>812.70313</code> = <code>999.71 USD</code>
Fee <code>1 USD</code>, slippage 2.5 bps worse
<i>2014-01-05 12:30 UTC · #idea0000</i>`);
    const part = { complete: false, filledQuantity: '3.5', slippageBps: -0.25, side: 'sell' };
    expect(htmlOf(aSample('order_filled', part))).toBe(`⏳ <b>[PAPER] Sold BTC/USD, in part</b>
<code>1.2301</code> at <code>812.70313</code> = <code>999.71 USD</code>
Fee <code>1 USD</code>, slippage 0.25 bps better
Filled so far: <code>3.5</code>
<i>2014-01-05 12:30 UTC · #idea0000</i>`);
    expect(htmlOf(aSample('order_filled', { slippageBps: 0 }))).toContain('slippage none');
  });

  test('a closed trade tells profit, return, duration and why', () => {
    expect(htmlOf(aSample('trade_closed')))
      .toBe(`💰 <b>[PAPER] Closed BTC/USD: +17.67 USD (+1.77%)</b>
sma-cross, long <code>1.2301</code>, <code>812.70313</code> → <code>828.71333</code>
Held 2h 14m, fees <code>2.02 USD</code>
Why: signal
<i>2014-01-05 12:30 UTC · #idea0000</i>`);
    expect(
      journalMessage(aSample('trade_closed', { pnl: '-0.000000004', returnRatio: 0 }), paper),
    ).toMatchObject({
      severity: 'warning',
      html: expect.stringContaining('-0.000000004 USD (0%)'),
    });
    expect(journalMessage(aSample('trade_closed', { pnl: '0.00' }), paper)?.severity).toBe('info');
  });

  test('a skipped signal is told quietly, with its code and what it means', () => {
    const message = journalMessage(aSample('signal_skipped'), paper);
    expect(message).toMatchObject({ severity: 'info', quiet: true });
    expect(message?.html).toBe(`⏭ <b>[PAPER] Skipped: sma-cross enters BTC/USD</b>
<code>EXPIRED</code>: Its expiry time had come before the order could be sent.
31 s late
<i>2014-01-05 12:30 UTC · #idea0000</i>`);
  });

  test('rejected, cancelled and unknown orders ring louder', () => {
    expect(journalMessage(aSample('order_rejected'), paper)).toMatchObject({
      severity: 'warning',
      html: `⛔ <b>[PAPER] Rejected: buy BTC/USD</b>
<code>INSUFFICIENT_FUNDS</code>: There is not enough free cash for the order and its fee.
needs 1,000, has 12
Order <code>k3order</code> at bitstamp
<i>2014-01-05 12:30 UTC · #idea0000</i>`,
    });
    expect(
      journalMessage(aSample('order_cancelled', { filledQuantity: '0.10' }), paper),
    ).toMatchObject({
      severity: 'warning',
      html: `🚫 <b>[PAPER] Cancelled: buy BTC/USD</b>
<code>TAPE_ENDED</code>: The recording ended before the order could be filled.
Filled before: <code>0.1</code>
Order <code>k3order</code> at bitstamp
<i>2014-01-05 12:30 UTC · #idea0000</i>`,
    });
    expect(htmlOf(aSample('order_cancelled', { filledQuantity: '0.0' }))).not.toContain('Filled');
    expect(journalMessage(aSample('order_unknown'), paper)).toMatchObject({
      severity: 'error',
      html: `❓ <b>[PAPER] Unknown: buy BTC/USD</b>
bitstamp did not answer: the order may or may not have been executed. No entries in BTC/USD until it is known.
TIMEOUT after 10 s
Order <code>k3order</code> at bitstamp
<i>2014-01-05 12:30 UTC · #idea0000</i>`,
    });
  });

  test('an opened portfolio tells its mode and its settings', () => {
    expect(htmlOf(aSample('portfolio_opened')))
      .toBe(`📒 <b>[PAPER] Portfolio paper-btc-2014 opened</b>
Replay of btc-2014
Cash <code>10,000 USD</code>, per entry <code>1,000 USD</code>
Fee <code>10</code> bps, slippage <code>2.5</code> bps, lot <code>0.0001</code>, tick <code>0.01</code>
At most <code>5</code> positions
<i>2014-01-05 12:30 UTC · #idea0000</i>`);
    const settings = {
      cash: '500',
      feeBps: '0',
      slippageBps: '0',
      lotSize: '1',
      stake: { kind: 'all' },
      risk: {},
    };
    expect(
      htmlOf(
        aSample('portfolio_opened', { portfolio: 'main', mode: 'live', tape: 'live', settings }),
      ),
    ).toBe(`📒 <b>[LIVE] Portfolio main opened</b>
By the wall clock
Cash <code>500 USD</code>, per entry <code>all there is</code>
Fee <code>0</code> bps, slippage <code>0</code> bps, lot <code>1</code>
Any number of positions
<i>2014-01-05 12:30 UTC · #idea0000</i>`);
    const entryOf = (stake: object) =>
      /per entry <code>(.*)<\/code>/.exec(
        htmlOf(aSample('portfolio_opened', { settings: { ...settings, stake } })) ?? '',
      )?.[1];
    expect(entryOf({ kind: 'base', value: '1' })).toBe('1 in base units');
    expect(entryOf({ kind: 'equityRatio', value: 0.125 })).toBe('12.5% of equity');
    expect(entryOf({ kind: 'riskRatio', value: 0.01 })).toBe('what loses 1% of equity at its stop');
  });

  test('an opened portfolio tells every limit that is on', () => {
    const settings = {
      cash: '500',
      feeBps: '0',
      slippageBps: '0',
      lotSize: '1',
      stake: { kind: 'all' },
      risk: {
        ...defaultRisk,
        symbols: Array.from({ length: 12 }, (_, n) => `C${n}/USD`),
        maxOrderNotional: '2500',
      },
      shorting: true,
      leverage: 2.5,
    };
    const html = htmlOf(aSample('portfolio_opened', { settings }));
    expect(html?.split('\n').slice(4, -1)).toEqual([
      'At most <code>5</code> positions, short ones too, leverage <code>2.5</code>',
      'At most <code>2,500 USD</code> an entry, 100% of equity in a symbol, 100% in all, <code>120</code> entries a minute',
      'Only C0/USD, C1/USD, C2/USD, C3/USD, C4/USD, C5/USD, C6/USD, C7/USD, C8/USD, C9/USD, 2 more',
      'No entry beyond: price <code>500</code> bps off, spread <code>100</code> bps, data 1m late, clocks 2s apart',
      'A symbol rests 1m after a loss',
      'Stops at: <code>25</code> losses in a row, 10% down in a day, 25% below the peak',
    ]);
    const lineCount = (risk: object) =>
      htmlOf(aSample('portfolio_opened', { settings: { ...settings, risk } }))?.split('\n').length;
    const without = lineCount({}) ?? 0;
    const silent = Object.entries(settings.risk).filter(
      ([limit, value]) => lineCount({ [limit]: value }) !== without + 1,
    );
    expect(silent, 'this one has a line anyway').toEqual([['maxPositions', 5]]);
  });

  test('the end of a run tells what it comes to', () => {
    expect(htmlOf(aSample('portfolio_marked'))).toBe(`🏁 <b>[PAPER] btc-2014 has ended</b>
Equity <code>10,023.46 USD</code>, cash <code>9,000.01 USD</code>
Open: BTC/USD <code>1.2301</code> at <code>832</code>
<code>1,968</code> candles
<i>2014-01-05 12:30 UTC · #idea0000</i>`);
    expect(htmlOf(aSample('portfolio_marked', { positions: [] }))).toContain('No open positions');
  });

  test.each([
    ['exit', 'signal'],
    ['stop_loss', 'stop loss'],
    ['take_profit', 'take profit'],
    ['trailing_stop', 'trailing stop'],
    ['time_stop', 'time stop'],
    ['unprotected', 'protection lost'],
    ['manual', 'closed by hand'],
    ['write_off', 'written off'],
    ['liquidated by the venue', 'liquidated by the venue'],
  ])('a trade that was closed by %s tells it in words', (exitReason, words) => {
    expect(htmlOf(aSample('trade_closed', { exitReason }))).toContain(`\nWhy: ${words}\n`);
  });

  test('a breaker that halts trading is called one', () => {
    expect(htmlOf(aSample('trading_state_changed', { author: 'breaker' }))).toContain(
      'ACTIVE → HALTED by the breaker\n',
    );
  });

  test('other settings are told like the first ones', () => {
    const lines = htmlOf(aSample('portfolio_opened'))?.split('\n') ?? [];
    expect(journalMessage(aSample('portfolio_reconfigured'), paper)).toMatchObject({
      severity: 'warning',
      html: `🔧 <b>[PAPER] Trades by other settings</b>
By anna, rules of version <code>2</code>
${lines.slice(2).join('\n')}`,
    });
  });

  test('a change of the trading state tells who and why', () => {
    expect(journalMessage(aSample('trading_state_changed'), paper)).toMatchObject({
      severity: 'error',
      html: `🛑 <b>[PAPER] Trading is halted</b>
ACTIVE → HALTED by risk
Why: daily loss of 5.2%
<i>2014-01-05 12:30 UTC · #idea0000</i>`,
    });
    const severityOf = (to: string) =>
      journalMessage(aSample('trading_state_changed', { to }), paper)?.severity;
    expect([severityOf('REDUCING'), severityOf('ACTIVE')]).toEqual(['warning', 'success']);
  });

  test('an order that is taken back is told quietly before, and after as loud as it matters', () => {
    expect(journalMessage(aSample('order_cancel_intended'), paper)).toMatchObject({
      severity: 'info',
      quiet: true,
      html: `✋ <b>[PAPER] Cancelling: buy BTC/USD</b>
<code>CANCEL_REQUESTED</code>: A person or a signal asked for it.
asked for by anna
Order <code>k3order</code> at bitstamp
<i>2014-01-05 12:30 UTC · #idea0000</i>`,
    });
    const cancelledFor = (reason: string) => {
      const message = journalMessage(aSample('order_cancelled', { reason }), paper);
      return [message?.severity, message?.quiet];
    };
    expect(cancelledFor('CANCEL_REQUESTED')).toEqual(['info', false]);
    expect(cancelledFor('POSITION_CLOSED')).toEqual(['info', true]);
    expect(cancelledFor('VENUE_REJECTED')).toEqual(['warning', false]);
  });

  test('a stop or target that was reached is told with its price', () => {
    expect(journalMessage(aSample('order_triggered'), paper)).toMatchObject({
      severity: 'info',
      quiet: false,
      html: `🎯 <b>[PAPER] Stop or target reached: sell BTC/USD</b>
The price is <code>790.12</code>: a market order is sent
Order <code>k3order</code> at bitstamp
<i>2014-01-05 12:30 UTC · #idea0000</i>`,
    });
  });

  test('acceptance, position changes and values say nothing that was not said', () => {
    expect(journalMessage(aSample('order_accepted'), paper)).toBe(undefined);
    expect(journalMessage(aSample('position_changed'), paper)).toBe(undefined);
    expect(journalMessage(aSample('portfolio_valued'), paper)).toBe(undefined);
  });

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
    expect(marketMessage(aDisturbance('CLOCK_JUMP', 'error')).html).toContain(
      'The clock has jumped',
    );
  });

  test('without the opening, the portfolio is named and the currency taken from the symbol', () => {
    const html = htmlOf(aSample('order_filled', { symbol: 'BTC/USDT:USDT' }), { name: 'main' });
    expect(html).toContain('[main] Bought BTC/USDT:USDT');
    expect(html).toContain('= <code>999.71 USDT</code>');
    expect(htmlOf(aSample('order_filled', { symbol: 'SPY' }), { name: 'main' })).toContain(
      '= <code>999.71</code>',
    );
  });
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
