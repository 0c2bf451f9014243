import { describe, expect, test } from 'vitest';
import { TradeSignal, type Intent, type Side } from './signal.ts';
import { aSignal } from './testing/builders.ts';

type Change = NonNullable<Parameters<typeof aSignal>[0]>;

/** The fields that are refused, none when the signal is accepted. The reference price is 100. */
function refused(data: NonNullable<Change['data']>, envelope: Omit<Change, 'data'> = {}): string[] {
  const signal = aSignal();
  const { error } = TradeSignal.safeParse({
    ...signal,
    ...envelope,
    data: { ...signal.data, ...data },
  });
  return (error?.issues ?? []).map(({ path }) => path.join('.'));
}

describe('intent, side and target tell one story', () => {
  const targets = ['long', 'short', 'flat'] as const;
  const stories: [Intent, Side, (typeof targets)[number][]][] = [
    ['enter', 'buy', ['long']],
    ['enter', 'sell', ['short']],
    ['increase', 'buy', ['long']],
    ['increase', 'sell', ['short']],
    ['reverse', 'buy', ['long']],
    ['reverse', 'sell', ['short']],
    ['exit', 'buy', ['flat']],
    ['exit', 'sell', ['flat']],
    ['reduce', 'sell', ['long']],
    ['reduce', 'buy', ['short']],
    ['cancel', 'buy', ['long', 'short', 'flat']],
    ['cancel', 'sell', ['long', 'short', 'flat']],
  ];

  test.each(stories)('%s by a %s aims at %j and nothing else', (intent, side, allowed) => {
    const accepted = targets.filter(
      (targetPosition) => refused({ intent, side, targetPosition }).length === 0,
    );
    expect(accepted).toEqual(allowed);
  });

  test('the refusal says what it should be', () => {
    expect(() => aSignal({ data: { side: 'sell' } })).toThrow(
      'enter with side sell must aim at short, not long',
    );
  });
});

describe('protection', () => {
  const long = {};
  const short = { side: 'sell', targetPosition: 'short' } as const;
  const exit = { intent: 'exit', side: 'sell', targetPosition: 'flat' } as const;

  test.each([
    ['below a long', long, '99.99', true],
    ['on the price of a long', long, '100', false],
    ['above a long', long, '100.01', false],
    ['above a short', short, '100.01', true],
    ['on the price of a short', short, '100.00', false],
    ['below a short', short, '99.99', false],
  ])('a stop %s', (_where, direction, price, accepted) => {
    const expected = accepted ? [] : ['data.stopLoss.price'];
    expect(refused({ ...direction, stopLoss: { price } })).toEqual(expected);
  });

  test.each([
    ['above a long', long, '100.01', true],
    ['on the price of a long', long, '100', false],
    ['below a long', long, '99.99', false],
    ['below a short', short, '99.99', true],
    ['above a short', short, '100.01', false],
  ])('a profit target %s', (_where, direction, price, accepted) => {
    const expected = accepted ? [] : ['data.takeProfits.0.price'];
    expect(refused({ ...direction, takeProfits: [{ price, ratio: 1 }] })).toEqual(expected);
  });

  test('prices are compared exactly, beyond what a number can tell apart', () => {
    const price = '99.99999999999999999999';
    expect(refused({ stopLoss: { price } })).toEqual([]);
    expect(refused({ takeProfits: [{ price, ratio: 1 }] })).toEqual(['data.takeProfits.0.price']);
  });

  test('each wrong target is named', () => {
    const takeProfits = ['101', '99', '98'].map((price) => ({ price, ratio: 0.1 }));
    expect(refused({ takeProfits })).toEqual([
      'data.takeProfits.1.price',
      'data.takeProfits.2.price',
    ]);
  });

  test('ten tenths of a position are one position', () => {
    const tenth = { price: '101', ratio: 0.1 };
    expect(refused({ takeProfits: Array.from({ length: 10 }, () => tenth) })).toEqual([]);
    expect(refused({ takeProfits: Array.from({ length: 11 }, () => tenth) })).toEqual([
      'data.takeProfits',
    ]);
  });

  test.each([
    ['stopLoss', { price: '99' }],
    ['takeProfits', [{ price: '101', ratio: 1 }]],
    ['trailingStop', { distanceBps: 50 }],
    ['timeStopMs', 60_000],
  ])('an exit takes no %s', (field, value) => {
    expect(refused({ ...exit, [field]: value })).toEqual([`data.${field}`]);
  });

  test('a malformed price is all that is said of a signal with one', () => {
    expect(refused({ stopLoss: { price: '1e2' } })).toEqual(['data.stopLoss.price']);
    expect(refused({ stopLoss: { price: '9'.repeat(65) } })).toEqual(['data.stopLoss.price']);
  });
});

describe('entry', () => {
  test.each([
    [{ type: 'market' }, []],
    [{ type: 'limit', limitPrice: '99' }, []],
    [{ type: 'stop', stopPrice: '101' }, []],
    [{ type: 'stop', stopPrice: '101', limitPrice: '102' }, []],
  ] as const)('accepts %j', (entry, expected) => {
    expect(refused({ entry })).toEqual(expected);
  });

  test('a limit needs its price, a stop needs its own', () => {
    const { data, ...envelope } = aSignal();
    const limit = { ...envelope, data: { ...data, entry: { type: 'limit' } } };
    const stop = { ...envelope, data: { ...data, entry: { type: 'stop', limitPrice: '99' } } };
    expect(() => TradeSignal.parse(limit)).toThrow('limitPrice');
    expect(() => TradeSignal.parse(stop)).toThrow('stopPrice');
  });
});

describe('expiry', () => {
  const time = '2026-01-05T00:01:00.000Z';

  test.each([
    ['2026-01-05T00:01:00.001Z', []],
    ['2026-01-05T00:01:00Z', ['expirytime']],
    ['2026-01-05T00:00:59.999Z', ['expirytime']],
    ['soon', ['expirytime']],
  ])('at %s', (expirytime, expected) => {
    expect(refused({}, { time, expirytime })).toEqual(expected);
  });
});
