import { expect, test } from 'vitest';
import { defaultRisk } from '@heliograph/contracts';
import { htmlOf, paper } from '../testing/html-of.ts';
import { aSample } from '../testing/samples.ts';
import { journalMessage } from './journal-message.ts';

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

const severityOf = (to: string) =>
  journalMessage(aSample('trading_state_changed', { to }), paper)?.severity;

test('a change of the trading state tells who and why', () => {
  expect(journalMessage(aSample('trading_state_changed'), paper)).toMatchObject({
    severity: 'error',
    html: `🛑 <b>[PAPER] Trading is halted</b>
ACTIVE → HALTED by risk
Why: daily loss of 5.2%
<i>2014-01-05 12:30 UTC · #idea0000</i>`,
  });
  expect([severityOf('REDUCING'), severityOf('ACTIVE')]).toEqual(['warning', 'success']);
});
