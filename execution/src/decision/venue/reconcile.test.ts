import { Big, deterministicId, SymbolName, type OrderId } from '@heliograph/contracts';
import { describe, expect, test } from 'vitest';
import { aPortfolio, binance, btc, type PortfolioUnderTest } from '../../testing/a-portfolio.ts';
import type { UnreadOrder, VenueOrder } from '../../brokers/broker.ts';
import { surpluses } from './holdings.ts';
import { reconcile } from './reconcile.ts';
import type { Statement } from './statement.ts';

const eth = SymbolName.parse('ETH/USDT');
const later = Date.UTC(2026, 0, 5, 1);

function statement(change: Partial<Statement> = {}): Statement {
  return { openOrders: [], balances: [], positions: undefined, timeMs: later, ...change };
}

function working(change: Partial<VenueOrder> = {}): VenueOrder {
  return {
    venueOrderId: '1',
    venue: binance,
    symbol: btc,
    side: 'buy',
    type: 'limit',
    quantity: '1',
    filledQuantity: '0',
    limitPrice: '90',
    reduceOnly: false,
    timeMs: 0,
    ...change,
  };
}

function compared(portfolio: PortfolioUnderTest, change: Partial<Statement> = {}) {
  const { events, strays } = reconcile(portfolio.state, statement(change));
  const reported = events.find((event) => event.type === 'reconciliation_reported');
  portfolio.journal(events);
  return { events, strays, differences: reported?.data.differences };
}

function holding(quantity = '2'): PortfolioUnderTest {
  const portfolio = aPortfolio();
  const orderId = portfolio.intend({ quantity });
  portfolio.report({ type: 'accepted', orderId, venueOrderId: '7' });
  portfolio.fill(orderId, quantity);
  return portfolio;
}

function wholly(quantity: string) {
  const facts = { price: '100', fee: '0', liquidity: 'taker', complete: true } as const;
  return { type: 'filled', quantity, ...facts } as const;
}

function bitcoins(total: string) {
  return [{ currency: 'BTC', free: total, total }];
}

/** 2 BTC are held, and an order to leave with them has been accepted, which the venue does not know any more. */
function leaving(side: 'buy' | 'sell' = 'sell') {
  const portfolio = holding();
  const orderId = portfolio.intend({ id: 'out', side, quantity: '2' });
  portfolio.report({ type: 'accepted', orderId, venueOrderId: '8' });
  const forgotten = new Set([orderId]);
  const taken = (change: Partial<Statement>) =>
    compared(portfolio, { forgotten, ...change })
      .events.filter(({ type }) => type === 'order_cancel_intended')
      .map(({ data }) => 'reason' in data && data.reason);
  return { portfolio, orderId, taken };
}

describe('reconciliation', () => {
  test('keeps to what it has found while nothing can be said', () => {
    const portfolio = holding();
    const positions = { positions: [] };
    expect(compared(portfolio, positions).differences).toMatchObject([{ kind: 'position' }]);
    expect(portfolio.state.disputed.size).toBe(1);
    const equal = { venue: binance, symbol: btc, side: 'long', quantity: '2' } as const;
    portfolio.intend({ id: 'another' });
    compared(portfolio, { positions: [equal], timeMs: later + 60_000 });
    expect(portfolio.state.disputed.size, 'an order of it is on its way').toBe(1);
  });

  test('judges what has nothing to do with the order that is on its way', () => {
    const portfolio = holding();
    compared(portfolio, { positions: [] });
    const eth = SymbolName.parse('ETH/USDT');
    portfolio.intend({ id: 'another', symbol: eth });
    const equal = { venue: binance, symbol: btc, side: 'long', quantity: '2' } as const;
    const bought = { venue: binance, symbol: eth, side: 'long', quantity: '1' } as const;
    const there = { positions: [equal, bought], timeMs: later + 60_000 };
    expect(compared(portfolio, there).differences).toEqual([]);
    expect(portfolio.state.disputed.size).toBe(0);
  });

  test('adopts an order anew that the venue has not listed for a while', () => {
    const portfolio = aPortfolio();
    for (const [minute, openOrders] of [[working()], [], [working()], []].entries())
      compared(portfolio, { openOrders, timeMs: later + minute * 60_000 });
    const ids = portfolio.events.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(portfolio.events.filter(({ type }) => type === 'order_adopted')).toHaveLength(2);
  });

  test('tells of an order of which the venue leaves something out, and judges all else', () => {
    const portfolio = holding();
    const unread: UnreadOrder = { venue: binance, symbol: eth, unread: 'side is empty' };
    const openOrders = [{ ...unread, clientOrderId: 'web_1', venueOrderId: '9' }, unread];
    const first = compared(portfolio, { openOrders, balances: bitcoins('1') });
    expect(first.differences).toMatchObject([
      {
        kind: 'adopted',
        symbol: eth,
        orderId: 'web_1',
        found:
          'an order of ETH/USDT, 9 at the venue, of which side is empty: it is not from here, and cannot be counted',
      },
      { kind: 'adopted', found: expect.stringMatching(/^an order of ETH.*: it may be from here/) },
      { kind: 'balance', symbol: btc },
    ]);
    expect(portfolio.state.foreignOrders.size).toBe(0);
    expect([...portfolio.state.disputed.keys()]).toEqual([`${binance}|${btc}`]);
    expect(compared(portfolio, { openOrders, balances: bitcoins('1') }).events).toEqual([]);
  });

  test('takes an order for there, also where all that is told of it is its name', () => {
    const portfolio = holding();
    const orderId = portfolio.intend({ id: 'out', side: 'sell', quantity: '2' });
    portfolio.report({ type: 'accepted', orderId, venueOrderId: '8' });
    const unread: UnreadOrder = { venue: binance, symbol: btc, unread: 'side is empty' };
    const balances = bitcoins('2');
    const named = { openOrders: [{ ...unread, clientOrderId: orderId }], balances };
    expect(compared(portfolio, named).differences).toEqual([]);
    const nameless = compared(portfolio, { openOrders: [unread], balances }).differences;
    expect(nameless, 'it may be that one').toMatchObject([{ kind: 'adopted' }]);
    const elsewhere = { openOrders: [{ ...unread, symbol: eth }], balances };
    expect(compared(portfolio, elsewhere).differences).toMatchObject([
      { kind: 'order', orderId },
      { kind: 'adopted', symbol: eth },
    ]);
  });

  test('lets no order of others go while it may be the one that is not told whole', () => {
    const portfolio = aPortfolio();
    compared(portfolio, { openOrders: [working({ venueOrderId: '7' })] });
    const unread: UnreadOrder = { venue: binance, symbol: btc, unread: 'side is empty' };
    for (const order of [unread, { ...unread, venueOrderId: '7' }]) {
      compared(portfolio, { openOrders: [order] });
      expect(portfolio.state.foreignOrders.size).toBe(1);
    }
    compared(portfolio, { openOrders: [{ ...unread, venueOrderId: '8' }] });
    expect(portfolio.state.foreignOrders.size).toBe(0);
  });

  test('says once that all agrees, and again after an hour', () => {
    const portfolio = aPortfolio();
    expect(compared(portfolio).differences).toEqual([]);
    expect(compared(portfolio, { timeMs: later + 60_000 }).events).toEqual([]);
    expect(compared(portfolio, { timeMs: later + 3_600_000 }).differences).toEqual([]);
  });

  test('adopts an order of somebody else once, counts it, and lets it go when it is gone', () => {
    const portfolio = aPortfolio();
    const openOrders = [working({ clientOrderId: 'web_123' })];
    const first = compared(portfolio, { openOrders });
    expect(first.events.map(({ type }) => type)).toEqual([
      'order_adopted',
      'reconciliation_reported',
    ]);
    expect(first.strays, 'never taken back').toEqual([]);
    expect(portfolio.state.foreignOrders.size).toBe(1);
    expect(compared(portfolio, { openOrders }).events).toEqual([]);
    const last = compared(portfolio);
    expect(last.events.map(({ type }) => type)).toEqual([
      'order_cancelled',
      'reconciliation_reported',
    ]);
    expect(portfolio.state.foreignOrders.size).toBe(0);
  });

  test('names a hundred orders of others at most, and counts the rest', () => {
    const portfolio = aPortfolio();
    const openOrders = Array.from({ length: 6_000 }, (_, at) =>
      working({ venueOrderId: String(at) }),
    );
    const { events, differences } = compared(portfolio, { openOrders });
    expect(events.filter(({ type }) => type === 'order_adopted')).toHaveLength(6_000);
    expect(differences).toHaveLength(101);
    expect(differences?.at(-1)).toMatchObject({
      kind: 'adopted',
      found: '5900 more orders are not from here: they are watched and counted',
    });
    const fewer = compared(portfolio, { openOrders: openOrders.slice(1) });
    expect(fewer.differences?.at(-1)?.found).toMatch(/^5899 more/);
    const all = compared(portfolio, { openOrders: openOrders.slice(0, 100) });
    expect(all.differences).toHaveLength(100);
  });

  test('tells of an order of somebody else that has no quantity, and counts nothing', () => {
    const portfolio = aPortfolio();
    const closesAll = working({ type: 'stop', quantity: '0', side: 'sell' });
    const { events, differences } = compared(portfolio, { openOrders: [closesAll] });
    expect(events.map(({ type }) => type)).toEqual(['reconciliation_reported']);
    expect(differences).toMatchObject([
      { kind: 'adopted', found: expect.stringContaining('of no stated quantity') },
    ]);
    expect(compared(portfolio, { openOrders: [closesAll] }).events).toEqual([]);
    expect(compared(portfolio).differences).toEqual([]);
  });

  test('does not take an order that is not listed for gone', () => {
    const portfolio = aPortfolio();
    const orderId = portfolio.intend();
    portfolio.report({ type: 'accepted', orderId, venueOrderId: '7' });
    const { differences } = compared(portfolio);
    expect(differences).toMatchObject([{ orderId, kind: 'order' }]);
    expect(portfolio.state.orders.get(orderId)?.status).toBe('accepted');
  });

  describe('takes an order back that the venue has forgotten', () => {
    test('once, where all is there that it was to leave, and what was there besides', () => {
      const { taken } = leaving();
      const surplus = new Map([['BTC', new Big('0.5')]]);
      expect(taken({ balances: bitcoins('2'), surplus }), 'half a BTC is gone').toEqual([]);
      expect(taken({ balances: bitcoins('2.5'), surplus })).toEqual(['UNRECONCILED']);
      expect(taken({ balances: bitcoins('2.5'), surplus })).toEqual([]);
    });

    test.each<[string, Partial<Statement>]>([
      ['it may have been filled', { balances: [{ currency: 'BTC', free: '0', total: '0' }] }],
      ['there is more than there was', { balances: [{ currency: 'BTC', free: '4', total: '4' }] }],
      ['it is listed', { openOrders: [working({ clientOrderId: 'its own' })] }],
      ['the venue has not said so for long', { forgotten: new Set<OrderId>() }],
      ['a position at the venue is smaller', { positions: [] }],
    ])('not where %s', (_, change) => {
      const { taken, orderId } = leaving();
      const openOrders = change.openOrders?.map((order) => ({ ...order, clientOrderId: orderId }));
      const said = { balances: bitcoins('2'), ...change, ...(openOrders && { openOrders }) };
      expect(taken(said)).toEqual([]);
    });

    test('not where the same is held in another currency, and was sold instead', () => {
      const { portfolio, taken } = leaving();
      const other = portfolio.intend({ id: 'euro', symbol: SymbolName.parse('BTC/EUR') });
      portfolio.report({ ...wholly('2'), orderId: other, fillId: '2' });
      expect(taken({ balances: bitcoins('2') })).toEqual([]);
      expect(taken({ balances: bitcoins('4') })).toEqual(['UNRECONCILED']);
    });

    test('never an entry: what it may bring is not known', () => {
      const { taken } = leaving('buy');
      expect(taken({ balances: bitcoins('2') })).toEqual([]);
    });
  });

  test('finds orders of its own that had ended', () => {
    const portfolio = aPortfolio();
    const orderId = portfolio.intend();
    portfolio.report({
      type: 'cancelled',
      orderId,
      reason: 'NOT_SENT',
      detail: 'the venue does not have it',
    });
    const { strays, differences } = compared(portfolio, {
      openOrders: [working({ clientOrderId: orderId })],
    });
    expect(strays).toMatchObject([{ clientOrderId: orderId }]);
    expect(differences).toMatchObject([{ orderId, kind: 'order' }]);
  });

  test('closes a symbol to entries while its balance is too small, and opens it when it agrees again', () => {
    const portfolio = holding();
    const short = { balances: [{ currency: 'BTC', free: '1', total: '1' }] };
    expect(compared(portfolio, short).differences).toMatchObject([
      { kind: 'balance', symbol: btc },
    ]);
    expect([...portfolio.state.disputed.keys()]).toEqual(['binance|BTC/USDT']);
    const enough = { balances: [{ currency: 'BTC', free: '0', total: '3.5' }] };
    expect(compared(portfolio, enough).differences).toEqual([]);
    expect(portfolio.state.disputed.size).toBe(0);
  });

  test('a short position differs from whatever a spot account has, and is not among what it has beside', () => {
    const portfolio = aPortfolio();
    const orderId = portfolio.intend({ side: 'sell', quantity: '2' });
    portfolio.fill(orderId, '2');
    const balances = bitcoins('5');
    expect(compared(portfolio, { balances }).differences).toMatchObject([
      {
        kind: 'balance',
        symbol: btc,
        there: '0',
        found: expect.stringMatching(/^short 2 BTC here/),
      },
    ]);
    expect([...portfolio.state.disputed.keys()]).toEqual(['binance|BTC/USDT']);
    expect(surpluses(portfolio.state, statement({ balances }))).toEqual(
      new Map([['BTC', new Big('7')]]),
    );
  });

  test.each([
    ['another quantity', [{ side: 'long', quantity: '1' }]],
    ['the other side', [{ side: 'short', quantity: '2' }]],
    ['nothing', []],
  ] as const)('compares positions on a margin account exactly: %s', (_, there) => {
    const positions = there.map((each) => ({ venue: binance, symbol: btc, ...each }));
    expect(compared(holding(), { positions }).differences).toMatchObject([
      { kind: 'position', symbol: btc },
    ]);
  });

  test('finds positions that only the venue has', () => {
    const equal = { venue: binance, symbol: btc, side: 'long', quantity: '2' } as const;
    const other = { ...equal, symbol: eth };
    expect(compared(holding(), { positions: [equal] }).differences).toEqual([]);
    expect(compared(holding(), { positions: [equal, other] }).differences).toMatchObject([
      { kind: 'position', symbol: eth },
    ]);
  });

  test('does not judge holdings while something moves', () => {
    const portfolio = holding();
    portfolio.intend({ id: deterministicId('second') });
    expect(compared(portfolio).differences).toEqual([]);
    const fresh = holding();
    expect(compared(fresh, { timeMs: fresh.state.lastFillMs + 1_000 }).differences).toEqual([]);
  });

  test('judges them while other instruments are filled all the time', () => {
    const portfolio = holding();
    const orderId = portfolio.intend({ id: 'another', symbol: eth, atMs: later });
    portfolio.report({ type: 'accepted', orderId, venueOrderId: '8', timeMs: later });
    portfolio.report({ ...wholly('1'), orderId, fillId: '2', timeMs: later });
    const positions = [
      { venue: binance, symbol: btc, side: 'long', quantity: '1' },
      { venue: binance, symbol: eth, side: 'long', quantity: '1' },
    ] as const;
    expect(compared(portfolio, { positions, timeMs: later + 1_000 }).differences).toMatchObject([
      { kind: 'position', symbol: btc },
    ]);
  });
});
