import { expect, test } from 'vitest';
import { label } from './messages/portfolio.ts';
import { createPortfolios } from './portfolios.ts';
import { aSample } from './testing/samples.ts';

test.each([
  ['paper', 'live', 'paper', '[PAPER]'],
  ['paper-tape-1', 'tape-1', 'paper', '[PAPER]'],
  ['careful-tape-1', 'tape-1', 'paper', '[PAPER careful]'],
  ['money', 'live', 'live', '[LIVE money]'],
] as const)('%s on the tape %s is told as %4$s', async (name, tape, mode, expected) => {
  const event = aSample('portfolio_opened', { tape, mode });
  const portfolios = createPortfolios({ read: () => expect.fail('nothing has to be read') });
  const subject = `trading.${name}.portfolio_opened`;
  const message = {
    stream: 'TRADING',
    subject,
    id: '1',
    sequence: 1,
    storedTime: 0,
    body: '',
  } as const;
  expect(label(await portfolios.of(event, message))).toBe(expected);
});
