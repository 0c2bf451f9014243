import { PortfolioSettings } from '@heliograph/contracts';
import { someSettings } from '@heliograph/contracts/testing';
import { describe, expect, test } from 'vitest';
import { changeSettings } from './change-settings.ts';

const settings = someSettings({
  risk: { maxPositions: 5 },
});

describe('--set', () => {
  test.for([
    ['cash=20000', { cash: '20000' }],
    ['stake=10%', { stake: { kind: 'equityRatio', value: 0.1 } }],
    ['tickSize=0.01', { tickSize: '0.01' }],
    ['risk.maxPositions=3', { risk: { maxPositions: 3 } }],
    ['risk.maxPositions=none', { risk: {} }],
    ['risk.maxOrderNotional=500', { risk: { maxPositions: 5, maxOrderNotional: '500' } }],
    [
      'risk.symbols=BTC/USDT,ETH/USDT',
      { risk: { maxPositions: 5, symbols: ['BTC/USDT', 'ETH/USDT'] } },
    ],
    ['shorting=true', { shorting: true }],
    ['leverage=2.5', { leverage: 2.5 }],
    ['exitGraceMs=60000', { exitGraceMs: 60_000 }],
    ['dayStart=06:00', { dayStart: '06:00' }],
    ['paper.tape=trades', { paper: { tape: 'trades' } }],
    ['paper.makerFeeBps=2', { paper: { makerFeeBps: '2' } }],
    [
      'paper.slippage=volume:100',
      { paper: { slippage: { kind: 'volumeShare', impactBps: '100' } } },
    ],
    ['instruments.BTC/USDT.lotSize=0.1', { instruments: { 'BTC/USDT': { lotSize: '0.1' } } }],
  ] as const)('%s changes that and nothing else', ([change, expected]) => {
    expect(changeSettings(settings, change)).toEqual({ ...settings, ...expected });
  });

  test.for([
    'shorting=false',
    'leverage=1',
    'exitGraceMs=0',
    'dayStart=00:00',
    'paper.tape=candles',
    'paper.makerFeeBps=10',
    'paper.latencyMs=0',
  ])('%s says what holds anyhow, and leaves no trace', (change) =>
    expect(changeSettings(settings, change)).toEqual(settings),
  );

  test.for([
    ['risk.max=1', 'expected name=value with one of cash, stake'],
    ['risk=none', 'expected name=value with one of cash, stake'],
    ['cash', 'expected name=value'],
    ['cash=none', '--set cash=none: '],
    ['cash=-1', 'expected a decimal number above 0'],
    ['risk.maxPositions=many', 'expected number, received NaN'],
    ['shorting=perhaps', 'expected boolean'],
    ['stake=5units', 'expected an amount such as 1000'],
    ['paper.slippage=5', 'expected spread:BPS or volume:BPS'],
    ['slippageBps=10000', '--set slippageBps=10000: expected basis points from 0 to below 10000'],
    ['feeBps=20000', 'expected basis points from 0 to below 10000, found 20000'],
    ['paper.slippage=spread:20000', 'expected basis points from 0 to below 20000, found 20000'],
    [`cash=1${'0'.repeat(30)}`, 'expected a decimal of at most 30 digits before the point and 24'],
    [
      `instruments.BTC/USDT.tickSize=0.${'0'.repeat(24)}1`,
      'expected a decimal of at most 30 digits',
    ],
    ['instruments.btc.lotSize=1', '--set instruments.btc.lotSize=1: '],
  ] as const)('%s is refused', ([change, sentence]) => {
    expect(() => changeSettings(settings, change)).toThrow(sentence);
  });

  test('changes what is asked for also where something else would not be accepted any more', () => {
    const old = PortfolioSettings.parse({ ...settings, slippageBps: '10000' });
    expect(changeSettings(old, 'feeBps=2')).toEqual({ ...old, feeBps: '2' });
    expect(changeSettings(old, 'slippageBps=2')).toEqual({ ...settings, slippageBps: '2' });
  });
});
