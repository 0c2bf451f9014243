import { Big, PortfolioSettings, SymbolName, type Decimal } from '@heliograph/contracts';
import { aCandle } from '@heliograph/contracts/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Draft } from './decision/state/draft.ts';
import { createSimulation } from './simulation.ts';
import { randomInstants } from './testing/paced-feed.ts';

const symbols = ['BTC/USDT', 'ETH/USDT', 'XRP/USDT'].map((symbol) =>
  aCandle({ symbol: SymbolName.parse(symbol) }),
);

const settings$ = fc.record({
  cash: fc.constantFrom('50', '1000', '1234.56789'),
  stake: fc.constantFrom(
    { kind: 'quote', value: '333.33' },
    { kind: 'all' },
    { kind: 'base', value: '1' },
  ),
  feeBps: fc.constantFrom('0', '7.5', '100'),
  slippageBps: fc.constantFrom('0', '3', '250'),
  lotSize: fc.constantFrom('0.00000001', '0.003', '1'),
  tickSize: fc.constantFrom(undefined, '0.01', '0.5'),
  risk: fc.constantFrom({}, { maxPositions: 1 }, { maxPositions: 2 }),
});

test('the ledger is the sum of its fills, whatever the signals, prices and settings', () => {
  fc.assert(
    fc.property(settings$, fc.nat(), (raw, seed) => {
      const settings = PortfolioSettings.parse(JSON.parse(JSON.stringify(raw)));
      const events: Draft[] = [];
      const simulation = createSimulation({
        portfolio: 'p',
        tape: 't',
        mode: 'paper',
        settings,
        onEvent: (event) => {
          events.push(event);
          if (event.type !== 'position_changed') return;
          expect(Number(event.data.cash), 'cash is never negative').toBeGreaterThanOrEqual(0);
          const held = simulation.portfolio.positions.size;
          expect(held).toBeLessThanOrEqual(settings.risk.maxPositions ?? symbols.length);
        },
      });
      const instants = randomInstants({ seed, count: 40, symbols, tape: 't' });
      for (const { candles, signals } of instants) {
        for (const candle of candles) simulation.onCandle(candle);
        for (const signal of signals) simulation.onSignal(signal);
      }
      const closes = (instants.at(-1)?.candles ?? []).map(({ venue, symbol, close }) => ({
        venue,
        symbol,
        close: decimal(close),
      }));
      simulation.onTapeEnded({ tape: { id: 't' }, candles: 120, closes }, 0);

      let cash = new Big(settings.cash);
      const held = new Map<string, Big>();
      for (const event of events) {
        if (event.type !== 'order_filled') continue;
        const { side, quantity, price, fee, symbol } = event.data;
        const sign = side === 'buy' ? '1' : '-1';
        cash = cash.minus(new Big(quantity).times(price).times(sign)).minus(fee);
        held.set(symbol, (held.get(symbol) ?? new Big('0')).plus(new Big(quantity).times(sign)));
      }
      expect(simulation.portfolio.cash.toFixed()).toBe(cash.toFixed());
      const pnl = events.reduce(
        (sum, event) => (event.type === 'trade_closed' ? sum.plus(event.data.pnl) : sum),
        new Big('0'),
      );
      const open = simulation.portfolio.positions.size > 0;
      expect(
        open || cash.minus(settings.cash).eq(pnl),
        'without positions, pnl is the change of cash',
      ).toBe(true);
      for (const position of simulation.portfolio.positions.values())
        expect(position.quantity.toFixed()).toBe(held.get(position.symbol)?.toFixed());

      const count = (type: Draft['type']) => events.filter((event) => event.type === type).length;
      const signals = instants.reduce((sum, instant) => sum + instant.signals.length, 0);
      expect(count('order_intended') + count('signal_skipped'), 'every signal is decided').toBe(
        signals,
      );
      expect(count('order_filled') + count('order_cancelled'), 'every order ends').toBe(
        count('order_intended'),
      );
      expect(new Set(events.map(({ id }) => id)).size, 'ids are unique').toBe(events.length);
    }),
    { numRuns: 150 },
  );
});

function decimal(value: number): Decimal {
  return PortfolioSettings.shape.cash.parse(String(value));
}
