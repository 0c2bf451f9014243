import {
  candleEvent,
  PortfolioSettings,
  subjects,
  SymbolName,
  TransientError,
  Venue,
  type Candle,
} from '@heliograph/contracts';
import { createSilentLogger } from '@heliograph/contracts/service';
import { createMemoryServer, type Bus } from '@heliograph/contracts/bus';
import { aCandle, startTestNats, type TestNats, someSettings } from '@heliograph/contracts/testing';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll } from 'vitest';
import { testBroker } from '../brokers/broker-contract.ts';
import type { BrokerHarness, BrokerTerms } from '../brokers/contract/harness.ts';
import { createFaultyBroker, type Fault } from '../brokers/faulty-broker.ts';
import { createExchangeBroker } from './exchange-broker.ts';
import { openPaperBroker, type PaperBroker } from './paper-broker.ts';

const settings = someSettings({
  stake: { kind: 'all' },
  tickSize: '0.01',
  instruments: { 'BTC/USDT': { minQuantity: '0.01', maxQuantity: '5', minNotional: '10' } },
  // All of it, so that the tests say by the volume how much trades.
  paper: { maxVolumeRatio: 1 },
});

const base = (quantity: string) => ({
  size: { kind: 'base', quantity: PortfolioSettings.shape.cash.parse(quantity) } as const,
});

const terms: Omit<BrokerTerms, 'open'> = {
  venue: Venue.parse('binance'),
  symbol: SymbolName.parse('BTC/USDT'),
  currencies: { base: 'BTC', quote: 'USDT' },
  price: '100',
  lowerPrice: '90',
  quantity: '0.5',
  fee: { ratio: '0.001', ofBuys: 'quote' },
  forbidden: [
    { name: 'less than a lot', change: base('0.0001'), reasons: ['BELOW_MINIMUM'] },
    { name: 'less than the minimum', change: base('0.009'), reasons: ['BELOW_MINIMUM'] },
    { name: 'worth less than the minimum', change: base('0.1'), reasons: ['BELOW_MINIMUM'] },
    { name: 'more than the maximum', change: base('6'), reasons: ['ABOVE_MAXIMUM'] },
    { name: 'a price between ticks', change: { limitPrice: '90.001' }, reasons: ['INVALID_PRICE'] },
    {
      name: 'a symbol that is paid in something else',
      change: { symbol: SymbolName.parse('BTC/EUR') },
      reasons: ['UNKNOWN_SYMBOL'],
    },
  ],
};

/** One candle after the other, each at one price. */
function createTape() {
  let at = 0;
  let thin: string | undefined;
  return {
    nowMs: () => aCandle({ at }).openTime,
    next(price: string, volume = plenty): Candle {
      const traded = thin ?? volume;
      thin = undefined;
      return aCandle({ at: at++, close: Number(price), volume: Number(traded) });
    },
    makeThin(volume: string): void {
      thin = volume;
    },
  };
}

const plenty = '1000000';

testBroker('the paper exchange in process', { ...terms, open: openInProcess });

async function openInProcess(): Promise<BrokerHarness> {
  const tape = createTape();
  let fault: Fault | undefined;
  const { exchange, ...paper } = createExchangeBroker(settings);
  const broker = createFaultyBroker(paper, ({ operation }) => {
    const due = operation === 'place' ? fault : undefined;
    if (due) fault = undefined;
    return due;
  });
  return {
    broker,
    passWindow: () => undefined,
    nowMs: tape.nowMs,
    reconnect: async () => ({ ...paper, [Symbol.asyncDispose]: async () => undefined }),
    movePrice: async (price) => exchange.onCandle(tape.next(price)),
    trade: async (price, quantity) => exchange.onCandle(tape.next(price, quantity)),
    makeThin: tape.makeThin,
    loseNextAnswer() {
      fault = { kind: 'lost_answer' };
    },
    [Symbol.asyncDispose]: () => broker[Symbol.asyncDispose](),
  };
}

testBroker('the paper exchange on the memory bus', {
  ...terms,
  open: async () => {
    const server = createMemoryServer({ drainTimeoutMs: 1 });
    return openOnBus(async () => server.connect());
  },
});

let nats: TestNats | undefined;
beforeAll(async () => {
  nats = await startTestNats();
});
afterAll(() => nats?.[Symbol.asyncDispose]());

testBroker('the paper exchange on JetStream', {
  ...terms,
  open: async () => {
    if (!nats) throw new Error('the server is not there');
    return openOnBus(nats.connect);
  },
});

async function openOnBus(connect: () => Promise<Bus>): Promise<BrokerHarness> {
  const tape = createTape();
  const name = randomUUID();
  const stack = new AsyncDisposableStack();
  let losesAnswer = false;
  let isAway = false;
  const open = async (): Promise<PaperBroker> => {
    const bus = stack.use(await connect());
    const log = createSilentLogger();
    const seenUpTo = await bus.lastSequence('MARKET');
    const forgetful = failing(bus, {
      isAway: () => isAway,
      losesAnswer() {
        const loses = losesAnswer;
        losesAnswer = false;
        return loses;
      },
    });
    return openPaperBroker({ bus: forgetful, account: name, tape: name, settings, seenUpTo, log });
  };
  const publisher = stack.use(await connect());
  const broker = await open();
  const show = async (price: string, volume?: string): Promise<void> => {
    const candle = tape.next(price, volume);
    const event = candleEvent(candle, { tape: name, source: 'test', recordedMs: 0 });
    const { sequence } = await publisher.publish({
      subject: subjects.candle(candle),
      id: event.id,
      body: JSON.stringify(event),
    });
    broker.onCandle(candle, sequence);
    await broker.matchMissed(0, async () => undefined);
  };
  return {
    broker,
    passWindow: () => undefined,
    nowMs: tape.nowMs,
    reconnect: open,
    movePrice: (price) => show(price),
    trade: show,
    makeThin: tape.makeThin,
    async goAway() {
      isAway = true;
    },
    loseNextAnswer() {
      losesAnswer = true;
    },
    async [Symbol.asyncDispose]() {
      await broker[Symbol.asyncDispose]();
      await stack.disposeAsync();
    },
  };
}

function failing(bus: Bus, fails: { isAway: () => boolean; losesAnswer: () => boolean }): Bus {
  return {
    ...bus,
    log(prefix) {
      const log = bus.log(prefix);
      return {
        ...log,
        async readAfter(sequence) {
          failIf(fails.isAway(), 'nobody answers');
          return log.readAfter(sequence);
        },
        async append(messages, expectedSequence) {
          failIf(fails.isAway(), 'nobody answers');
          const appended = await log.append(messages, expectedSequence);
          failIf(fails.losesAnswer(), 'the answer was lost');
          return appended;
        },
      };
    },
  };
}

function failIf(isSo: boolean, what: string): void {
  if (isSo) throw new TransientError('UNREACHABLE', what);
}
