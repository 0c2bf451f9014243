import { PortfolioSettings } from '@heliograph/contracts';
import { createMemoryServer } from '@heliograph/contracts/bus';
import { someSettings } from '@heliograph/contracts/testing';
import { describe, expect, test } from 'vitest';
import { createExchangeBroker } from '../../paper/exchange-broker.ts';
import { startBinanceDouble } from '../../testing/binance-double/binance-double.ts';
import { journalOf, liveSignal, publish, startLiveWorker } from '../../testing/live-run.ts';
import { refuseMargin } from './spot-account.ts';

const spotSettings = someSettings();
const marginSettings = someSettings({ shorting: true });

describe.concurrent('a spot account', () => {
  test.each([
    { shorting: true, sentence: /^portfolio money has shorting, and its account is a spot/ },
    { leverage: 2, sentence: /^portfolio money has a leverage of 2, and its account is a spot/ },
  ])(
    'is not sold short, nor traded with more than it has: $sentence',
    async ({ sentence, ...change }) => {
      await using double = await startBinanceDouble();
      await using bus = createMemoryServer({ drainTimeoutMs: 1 }).connect();
      const settings = PortfolioSettings.parse({
        ...spotSettings,
        ...change,
        risk: { symbols: ['BTC/USDT'] },
      });
      await using worker = startLiveWorker({ bus, double, settings });
      await publish(bus, liveSignal('in', { side: 'sell', targetPosition: 'short' }));
      await expect(worker.finished).rejects.toMatchObject({ message: sentence });
      expect(double.orders()).toEqual([]);
      expect(await journalOf(bus), 'it may be started with other settings').toEqual([]);
    },
  );

  test('may be traded long with what it has, and a margin account may go short', async () => {
    await using spot = createExchangeBroker(spotSettings);
    await refuseMargin(spot, spotSettings, 'money');
    await using margin = createExchangeBroker(marginSettings);
    await refuseMargin(margin, marginSettings, 'money');
    await expect(refuseMargin(spot, marginSettings, 'money')).rejects.toThrow('spot account');
  });
});
