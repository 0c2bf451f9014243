import {
  Decimal,
  deterministicId,
  OrderId,
  toTime,
  type JournalEvent,
} from '@heliograph/contracts';
import { createMemoryBus, type Bus } from '@heliograph/contracts/bus';
import { aJournalEvent, aSignal, someSettings } from '@heliograph/contracts/testing';
import { tap } from 'rxjs';
import { expect, test } from 'vitest';
import { portfoliosBucket } from './desk-registry.ts';
import { createPortfolioReader, listPortfolios, readPortfolio } from './read-portfolio.ts';

async function journal(bus: Bus, portfolio: string, events: readonly JournalEvent[], after = 0) {
  const messages = events.map((event) => ({
    subject: `trading.${portfolio}.${event.type}`,
    id: event.id,
    body: JSON.stringify(event),
  }));
  await bus.log(`trading.${portfolio}`).append(messages, after);
}

function opened(portfolio: string, cash: string): JournalEvent {
  const settings = someSettings({
    cash,
    stake: { kind: 'all' },
    feeBps: '0',
    lotSize: '1',
  });
  const data = { portfolio, mode: 'paper', tape: 'live', currency: 'USDT', settings } as const;
  return aJournalEvent('portfolio_opened', data);
}

const { data } = aSignal();
const orderId = OrderId.parse('h1');
const intended = aJournalEvent('order_intended', {
  signalId: deterministicId('signal'),
  strategy: data.strategy,
  venue: data.venue,
  symbol: data.symbol,
  intent: 'enter',
  side: 'buy',
  orderId,
  orderType: 'market',
  size: { kind: 'base', quantity: data.referencePrice.price },
  reduceOnly: false,
  expiryTime: toTime(Date.UTC(2026, 0, 6)),
  referencePrice: data.referencePrice.price,
  reasons: [],
});

test('reads a portfolio from its journal, and shows each event on the way', async () => {
  await using bus = createMemoryBus();
  await journal(bus, 'paper', [opened('paper', '500'), intended]);
  await journal(bus, 'paper-other', [opened('paper-other', '7')]);
  const seen: string[] = [];
  const portfolio = await readPortfolio(bus, 'paper', ({ type }, sequence) =>
    seen.push(`${sequence} ${type}`),
  );
  expect(portfolio.cash.toFixed()).toBe('500');
  expect(portfolio.orders.get(orderId)).toMatchObject({ status: 'intended', side: 'buy' });
  expect(seen).toEqual(['1 portfolio_opened', '2 order_intended']);
});

test('looks on from where it is: nothing is read twice', async () => {
  await using bus = createMemoryBus();
  const read: number[] = [];
  const watched: Bus = {
    ...bus,
    read: (options) => bus.read(options).pipe(tap(({ sequence }) => read.push(sequence))),
  };
  const look = createPortfolioReader(watched, 'paper');
  expect((await look()).opened).toBeUndefined();
  await journal(bus, 'paper-other', [opened('paper-other', '7')]);
  await journal(bus, 'paper', [opened('paper', '500')]);
  expect((await look()).cash.toFixed()).toBe('500');
  expect((await look()).orders.size).toBe(0);
  await journal(bus, 'paper', [intended], 2);
  expect((await look()).orders.size).toBe(1);
  expect(read).toEqual([2, 3]);
});

test('one that nobody has opened is empty', async () => {
  await using bus = createMemoryBus();
  const portfolio = await readPortfolio(bus, 'paper');
  expect(portfolio.opened).toBeUndefined();
  expect(portfolio.cash.toFixed()).toBe('0');
});

test('lists what the workers have written down', async () => {
  await using bus = createMemoryBus();
  const bucket = await bus.bucket(portfoliosBucket);
  await bucket.put('paper-x-1', JSON.stringify({ tape: 'x-1', status: 'marked' }));
  await bucket.put('paper', JSON.stringify({ tape: 'live', status: 'open' }));
  expect(await listPortfolios(bus)).toEqual([
    { name: 'paper', tape: 'live', status: 'open' },
    { name: 'paper-x-1', tape: 'x-1', status: 'marked' },
  ]);
});

const marked = aJournalEvent('portfolio_marked', {
  tape: 'live',
  candles: 0,
  cash: Decimal.parse('500'),
  equity: Decimal.parse('500'),
  positions: [],
});

test('lists also what only a journal tells of, and passes over what makes no sense', async () => {
  await using bus = createMemoryBus();
  await journal(bus, 'paper', [opened('paper', '500')]);
  await journal(bus, 'other', [opened('other', '500'), marked]);
  await bus.publish({ subject: 'trading.broken.portfolio_opened', id: 'junk', body: '{' });
  await (await bus.bucket(portfoliosBucket)).put('paper', '{"tape":');
  expect(await listPortfolios(bus)).toEqual([
    { name: 'other', tape: 'live', status: 'marked' },
    { name: 'paper', tape: 'live', status: 'open' },
  ]);
});
