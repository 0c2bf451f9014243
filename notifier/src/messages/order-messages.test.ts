import { expect, test } from 'vitest';
import { htmlOf, paper } from '../testing/html-of.ts';
import { aSample } from '../testing/samples.ts';
import { journalMessage } from './journal-message.ts';

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

const cancelledFor = (reason: string) => {
  const message = journalMessage(aSample('order_cancelled', { reason }), paper);
  return [message?.severity, message?.quiet];
};

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

test('without the opening, the portfolio is named and the currency taken from the symbol', () => {
  const html = htmlOf(aSample('order_filled', { symbol: 'BTC/USDT:USDT' }), { name: 'main' });
  expect(html).toContain('[main] Bought BTC/USDT:USDT');
  expect(html).toContain('= <code>999.71 USDT</code>');
  expect(htmlOf(aSample('order_filled', { symbol: 'SPY' }), { name: 'main' })).toContain(
    '= <code>999.71</code>',
  );
});
