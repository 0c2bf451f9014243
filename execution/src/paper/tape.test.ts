import { TradePrinted } from '@heliograph/contracts';
import type { StoredMessage } from '@heliograph/contracts/bus';
import { aCandle, aCandleEvent } from '@heliograph/contracts/testing';
import { describe, expect, test } from 'vitest';
import { candleIn, itemIn } from './tape.ts';

const candle = aCandleEvent({}, { tape: 't' });
const print = TradePrinted.parse({
  ...candle,
  type: 'trade_printed',
  data: {
    tape: { id: 't' },
    venue: 'binance',
    symbol: 'BTC/USDT',
    tradeId: '17',
    price: '100.5',
    quantity: '0.25',
  },
});

function message(subject: string, event: object): StoredMessage {
  const body = JSON.stringify(event);
  return { stream: 'MARKET', sequence: 1, subject, id: 'x', storedTime: 0, body };
}

const candleMessage = message('market.candle.binance.BTC-USDT.1m', candle);
const printMessage = message('market.trade.binance.BTC-USDT', print);

describe('a message of the tape', () => {
  test('has a candle or a trade', () => {
    expect(itemIn(candleMessage, 't')).toEqual({ type: 'candle', candle: aCandle() });
    expect(itemIn(printMessage, 't')).toEqual({
      type: 'print',
      print: {
        venue: 'binance',
        symbol: 'BTC/USDT',
        price: '100.5',
        quantity: '0.25',
        timeMs: aCandle().closeTime,
      },
    });
    expect(candleIn(candleMessage, 't')).toEqual(aCandle());
    expect(candleIn(printMessage, 't')).toBeUndefined();
  });

  test('is nothing on another tape, elsewhere, or where it cannot be read', () => {
    expect(itemIn(candleMessage, 'other')).toBeUndefined();
    expect(itemIn(message('market.tape.t', candle), 't')).toBeUndefined();
    expect(itemIn({ ...candleMessage, body: '{"t"' }, 't')).toBeUndefined();
  });
});
