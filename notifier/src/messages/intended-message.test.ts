import { expect, test } from 'vitest';
import { OrderRole, type JournalEvent } from '@heliograph/contracts';
import { aSample } from '../testing/samples.ts';
import { journalMessage } from './journal-message.ts';
import type { Portfolio } from './portfolio.ts';

const paper: Portfolio = { name: 'paper-btc-2014', mode: 'paper', currency: 'USD' };

function htmlOf(event: JournalEvent): string | undefined {
  return journalMessage(event, paper)?.html;
}

test('an intended order tells the signal', () => {
  expect(journalMessage(aSample('order_intended'), paper)).toEqual({
    severity: 'info',
    quiet: false,
    html: `🔵 <b>[PAPER] Buy BTC/USD</b>
sma-cross enters on bitstamp
For <code>1,000 USD</code>, market order, near <code>812.5</code>
Why: SMA 10 crossed above SMA 20
<i>2014-01-05 12:30 UTC · #idea0000</i>`,
    plain:
      '2014-01-05 12:30 UTC 🔵 [PAPER] Buy BTC/USD · sma-cross enters on bitstamp · ' +
      'For 1,000 USD, market order, near 812.5 · Why: SMA 10 crossed above SMA 20',
  });
  const exit = {
    side: 'sell',
    intent: 'exit',
    size: { kind: 'base', quantity: '1.2301' },
    reasons: [],
  };
  expect(htmlOf(aSample('order_intended', exit))).toBe(`🟠 <b>[PAPER] Sell BTC/USD</b>
sma-cross exits on bitstamp
Size <code>1.2301</code>, market order, near <code>812.5</code>
<i>2014-01-05 12:30 UTC · #idea0000</i>`);
});

test('an entry tells its prices, how long it works and what will protect it', () => {
  const limit = {
    orderType: 'limit',
    limitPrice: '800.5',
    timeInForce: 'PO',
    role: 'entry',
    attempt: 2,
    protection: {
      stopLoss: { price: '790' },
      takeProfits: [
        { price: '830', ratio: 0.5 },
        { price: '1850', ratio: 0.25 },
      ],
      trailingStop: { distanceBps: 150.5 },
      timeStopMs: 90_000_000,
    },
    reasons: [],
  };
  expect(journalMessage(aSample('order_intended', limit), paper)).toMatchObject({
    quiet: false,
    html: `🔵 <b>[PAPER] Buy BTC/USD</b>
sma-cross enters on bitstamp
For <code>1,000 USD</code>, limit order at <code>800.5</code>, post only, near <code>812.5</code>
With stop loss at <code>790</code>, take profit of 50% at <code>830</code>, take profit of 25% at <code>1,850</code>, trailing stop <code>150.5</code> bps behind, time stop after 1d 1h
Attempt <code>2</code>: what was sent before did not get there, or was lost
<i>2014-01-05 12:30 UTC · #idea0000</i>`,
  });
  const unprotected = { ...limit, protection: {}, timeInForce: 'GTC' };
  expect(htmlOf(aSample('order_intended', unprotected))).not.toContain('With');
  const waits = (timeInForce: string) =>
    / order, (.*), near/.exec(htmlOf(aSample('order_intended', { timeInForce })) ?? '')?.[1];
  expect(['GTC', 'IOC', 'FOK', 'GTD'].map(waits)).toEqual([
    undefined,
    'what fills at once',
    'all at once or nothing',
    'until it expires',
  ]);
});

test('orders that protect are told quietly, by what they do', () => {
  const protective = {
    side: 'sell',
    intent: 'exit',
    size: { kind: 'base', quantity: '1.2301' },
    reasons: [],
    protects: 'k3entry',
    reduceOnly: true,
  };
  const told = (change: object) => {
    const message = journalMessage(aSample('order_intended', { ...protective, ...change }), paper);
    return [message?.quiet, message?.html.split('\n').slice(0, 2)];
  };
  expect(told({ role: 'stop_loss', orderType: 'stop', stopPrice: '790' })).toEqual([
    true,
    [
      '🛡 <b>[PAPER] Stop loss: sell BTC/USD</b>',
      'Size <code>1.2301</code>, stop order at <code>790</code>, near <code>812.5</code>',
    ],
  ]);
  expect(
    told({ role: 'stop_loss', orderType: 'stop_limit', stopPrice: '790', limitPrice: '789' })[1],
  ).toContain(
    'Size <code>1.2301</code>, stop order at <code>790</code> with limit <code>789</code>, near <code>812.5</code>',
  );
  expect(
    told({
      role: 'trailing_stop',
      orderType: 'trailing_stop',
      trailingBps: 100,
      stopPrice: '804',
    })[1],
  ).toContain(
    'Size <code>1.2301</code>, trailing stop <code>100</code> bps behind from <code>804</code>, near <code>812.5</code>',
  );
  const quiet = OrderRole.options.filter((role) => told({ role })[0]);
  expect(quiet).toEqual([
    'stop_loss',
    'take_profit',
    'trailing_stop',
    'time_stop',
    'unprotected',
    'unwanted',
  ]);
});

test('what is written off is told once, by whom and at what price, and never as ordered or sold', () => {
  const off = {
    side: 'sell',
    intent: 'exit',
    writeOff: true,
    size: { kind: 'base', quantity: '1.2301' },
    reasons: ['written off by ann: sold by hand'],
  };
  const message = journalMessage(aSample('order_intended', off), paper);
  expect(message).toMatchObject({ severity: 'warning', quiet: false });
  expect(message?.html).toBe(`🧾 <b>[PAPER] Written off: BTC/USD</b>
<code>1.2301</code> that bitstamp does not have, at <code>812.5</code>
Why: written off by ann: sold by hand
<i>2014-01-05 12:30 UTC · #idea0000</i>`);
  const fill = { side: 'sell', fillId: 'write-off' };
  expect(journalMessage(aSample('order_filled', fill), paper)).toBeUndefined();
});
