import { PortfolioSettings, TradeSignal, toTime } from '@heliograph/contracts';
import { aCandle, aSignal } from '@heliograph/contracts/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSimulation } from './simulation.ts';

const settings$ = fc.record({
  cash: fc.constantFrom('1000', '1234.56789'),
  stake: fc.constantFrom(
    { kind: 'quote', value: '333.33' },
    { kind: 'all' },
    { kind: 'equityRatio', value: 0.999 },
    { kind: 'equityRatio', value: 1 },
    { kind: 'riskRatio', value: 0.02 },
  ),
  feeBps: fc.constantFrom('0', '7.5', '100'),
  slippageBps: fc.constantFrom('0', '3', '250'),
  lotSize: fc.constantFrom('0.00000001', '0.003', '0.5'),
  tickSize: fc.constantFrom(undefined, '0.01', '0.05'),
  shorting: fc.boolean(),
  leverage: fc.constantFrom(undefined, 3.5),
  paper: fc.constantFrom(undefined, { slippage: { kind: 'spread', spreadBps: '13' } }),
  risk: fc.constant({}),
});

const wishes$ = fc.array(
  fc.record({
    intent: fc.constantFrom('enter' as const, 'reverse' as const, 'increase' as const),
    target: fc.constantFrom('long' as const, 'short' as const),
    move: fc.constantFrom(1, 1, 1.1, 0.9),
  }),
  { minLength: 1, maxLength: 12 },
);

test('what was decided is taken where the price stays: a reversal is not refused, so that it leaves nothing', () => {
  let reversals = 0;
  fc.assert(
    fc.property(settings$, wishes$, (raw, wishes) => {
      let price = 100;
      const refused: string[] = [];
      const simulation = createSimulation({
        portfolio: 'p',
        tape: 't',
        mode: 'paper',
        settings: PortfolioSettings.parse(JSON.parse(JSON.stringify(raw))),
        onEvent({ type, data }) {
          const isEnd = type === 'order_cancelled' || type === 'order_rejected';
          if (isEnd && data.reason !== 'POSITION_CLOSED') refused.push(data.reason);
          if (type === 'order_intended') reversals += Number(data.intent === 'reverse');
        },
      });
      for (const [at, { intent, target, move }] of wishes.entries()) {
        const close = Number((price * move).toFixed(4));
        const candle = aCandle({ at, open: price, close });
        simulation.onCandle(candle);
        price = close;
        simulation.onSignal(wish(toTime(candle.closeTime), { intent, target, price }));
      }
      simulation.onCandle(aCandle({ at: wishes.length, open: price, close: price }));
      expect(refused).toEqual([]);
    }),
    { numRuns: 2_000 },
  );
  expect(reversals).toBeGreaterThan(100);
});

function wish(
  time: string,
  { intent, target, price }: { intent: string; target: 'long' | 'short'; price: number },
): TradeSignal {
  const signal = aSignal();
  const isLong = target === 'long';
  return TradeSignal.parse({
    ...signal,
    id: `at-${time}`,
    time,
    recordedtime: time,
    expirytime: toTime(Date.parse(time) + 60_000),
    data: {
      ...signal.data,
      intent,
      side: isLong ? 'buy' : 'sell',
      targetPosition: target,
      tape: { id: 't' },
      referencePrice: { price: String(price), kind: 'close', time },
      stopLoss: { price: (price * (isLong ? 0.8 : 1.2)).toFixed(2) },
    },
  });
}
