import { expect, test } from 'vitest';
import { IncidentKind, type JournalEvent } from '@heliograph/contracts';
import { aSample } from '../testing/samples.ts';
import { journalMessage } from './journal-message.ts';
import type { Portfolio } from './portfolio.ts';

const paper: Portfolio = { name: 'paper-btc-2014', mode: 'paper', currency: 'USD' };

function htmlOf(event: JournalEvent): string | undefined {
  return journalMessage(event, paper)?.html;
}

test('a comparison with the venue is told only when they differ', () => {
  expect(journalMessage(aSample('reconciliation_reported', { differences: [] }), paper)).toBe(
    undefined,
  );
  const differences = Array.from({ length: 7 }, (_, n) => ({ orderId: `o${n}`, found: 'gone' }));
  expect(htmlOf(aSample('reconciliation_reported', { differences })))
    .toBe(`🔎 <b>[PAPER] The venue disagrees on 7 of 12 orders</b>
<code>o0</code>: gone
<code>o1</code>: gone
<code>o2</code>: gone
<code>o3</code>: gone
<code>o4</code>: gone
and 2 more
<i>2014-01-05 12:30 UTC · #idea0000</i>`);
});

test('differences are told by what differs', () => {
  const at = { venue: 'bitstamp', symbol: 'BTC/USD' };
  const differences = [
    { orderId: 'o1', found: 'filled there, open here', kind: 'order', ...at },
    { orderId: 'o2', found: 'buy 0.5 at 800', kind: 'adopted', ...at },
    { orderId: '', found: '0.02 here, 0.01 there', kind: 'position', ...at, symbol: 'SOL/USD' },
    { orderId: '', found: '0.3 here, none there', kind: 'position', ...at, symbol: 'ETH/USD' },
    { orderId: '', found: 'USD: 9,000 here, 8,000 there', kind: 'balance', venue: 'bitstamp' },
  ];
  expect(journalMessage(aSample('reconciliation_reported', { differences }), paper)).toMatchObject({
    severity: 'error',
    html: `🔎 <b>[PAPER] The venue disagrees on 1 order, 1 order from elsewhere, 2 positions, 1 balance</b>
<code>o1</code>: filled there, open here
From elsewhere, <code>o2</code>: buy 0.5 at 800
Position SOL/USD: 0.02 here, 0.01 there
Position ETH/USD: 0.3 here, none there
Balance at bitstamp: USD: 9,000 here, 8,000 there
No entries in SOL/USD, ETH/USD until they agree
<i>2014-01-05 12:30 UTC · #idea0000</i>`,
  });
  const adopted = { differences: differences.slice(1, 2) };
  expect(journalMessage(aSample('reconciliation_reported', adopted), paper)).toMatchObject({
    severity: 'warning',
    html: expect.not.stringContaining('No entries'),
  });
});

test('an order from elsewhere is a warning', () => {
  expect(journalMessage(aSample('order_adopted'), paper)).toMatchObject({
    severity: 'warning',
    html: `👀 <b>[PAPER] From elsewhere: buy BTC/USD</b>
bitstamp has an open order that was not made here. It is watched and counted, never cancelled.
Size <code>0.5</code>, LIMIT at <code>800</code>, reduce only
Filled so far: <code>0.2</code>
Order <code>4711</code> at bitstamp
<i>2014-01-05 12:30 UTC · #idea0000</i>`,
  });
  const bare = { limitPrice: undefined, reduceOnly: false, filledQuantity: '0.0' };
  const html = htmlOf(aSample('order_adopted', bare));
  expect(html).toContain('Size <code>0.5</code>, LIMIT\nOrder');
});

test('an instrument rings when it is not traded any more', () => {
  expect(journalMessage(aSample('instrument_changed'), paper)).toMatchObject({
    severity: 'warning',
    quiet: false,
    html: `⏸ <b>[PAPER] BTC/USD is halted</b>
bitstamp takes no orders in it
On bitstamp: tick <code>0.01</code>, lot <code>0.0001</code>, from <code>0.001</code>, to <code>9,000</code>, worth <code>5 USD</code> at least
<i>2014-01-05 12:30 UTC · #idea0000</i>`,
  });
  const delisted = { status: 'delisted', rules: {} };
  expect(journalMessage(aSample('instrument_changed', delisted), paper)).toMatchObject({
    severity: 'warning',
    html: expect.stringContaining('is delisted</b>\nbitstamp takes no orders in it\n<i>'),
  });
  const trading = { status: 'trading', rules: { tickSize: '0.5' } };
  expect(journalMessage(aSample('instrument_changed', trading), paper)).toMatchObject({
    severity: 'info',
    quiet: true,
    html: expect.stringContaining(
      'BTC/USD has new rules</b>\nOn bitstamp: tick <code>0.5</code>\n<i>',
    ),
  });
});

test('an incident is told as loud as it is, with what it means', () => {
  expect(journalMessage(aSample('incident_reported'), paper)).toMatchObject({
    severity: 'error',
    html: `🚨 <b>[PAPER] Filled too much: BTC/USD</b>
<code>OVERFILL</code>: The venue has filled more than was ordered, or than was held where a position was only to be made smaller. It is booked, for the money has moved.
1.3 of 1.2301
Order <code>k3order</code> at bitstamp
<i>2014-01-05 12:30 UTC · #idea0000</i>`,
  });
  const away = { kind: 'VENUE_UNREACHABLE', severity: 'warning', detail: '', orderId: undefined };
  expect(
    journalMessage(aSample('incident_reported', { ...away, symbol: undefined }), paper),
  ).toMatchObject({
    severity: 'warning',
    html: `⚠ <b>[PAPER] The venue does not answer: bitstamp</b>
<code>VENUE_UNREACHABLE</code>: The venue does not answer; nothing new is traded until it does.
<i>2014-01-05 12:30 UTC · #idea0000</i>`,
  });
  const titles = IncidentKind.options.map(
    (kind) => htmlOf(aSample('incident_reported', { kind }))?.split('\n')[0],
  );
  expect(new Set(titles).size).toBe(IncidentKind.options.length);
});

const missed = '5 had expired, 1 exit was 31 s late';

test.each([
  [missed, `them: ${missed}.`],
  [`${missed}.`, `them: ${missed}.`],
  ['', 'them.'],
])('an outage with the detail %j is one sentence', (detail, end) => {
  const about = { venue: undefined, symbol: undefined, orderId: undefined };
  const outage = { kind: 'OUTAGE', severity: 'warning', detail, ...about };
  expect(htmlOf(aSample('incident_reported', outage))).toBe(`⚠ <b>[PAPER] Back after an outage</b>
Signals came while nobody was there to trade ${end}
<i>2014-01-05 12:30 UTC · #idea0000</i>`);
});
