import fc from 'fast-check';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import * as candle from './candle.ts';
import * as command from './command.ts';
import * as deadLetter from './dead-letter.ts';
import { PermanentError } from './errors.ts';
import { eventSchemas, parseEvent, type EventType, type HeliographEvent } from './events.ts';
import { IncidentKind, incidents } from './incidents.ts';
import { keysOf } from './keys-of.ts';
import * as marketDisturbed from './market-disturbed.ts';
import { JournalEvent } from './journal/journal.ts';
import * as orderEvents from './journal/order-events.ts';
import * as portfolioEvents from './journal/portfolio-events.ts';
import * as positionEvents from './journal/position-events.ts';
import * as signalEvents from './journal/signal-events.ts';
import * as tradingStateEvents from './journal/trading-state-events.ts';
import * as venueEvents from './journal/venue-events.ts';
import * as print from './print.ts';
import { ReasonCode, reasonCodes } from './reason-codes.ts';
import * as signal from './signal.ts';
import * as strategyFailure from './strategy-failure.ts';
import { aSignal } from './testing/builders.ts';

/** Every schema of an event that the contracts export, by its type. */
const exported = new Map(
  [
    candle,
    command,
    deadLetter,
    marketDisturbed,
    orderEvents,
    portfolioEvents,
    positionEvents,
    print,
    signal,
    signalEvents,
    strategyFailure,
    tradingStateEvents,
    venueEvents,
  ]
    .flatMap((module): unknown[] => Object.values(module))
    .filter((value) => value instanceof z.ZodObject)
    .flatMap((schema) => {
      const type: unknown = schema.shape['type'];
      return type instanceof z.ZodLiteral ? [[String(type.value), schema] as const] : [];
    }),
);

describe('eventSchemas', () => {
  test('holds every event that there is, under its type', () => {
    expect(new Map<string, unknown>(Object.entries(eventSchemas))).toEqual(exported);
    expectTypeOf<keyof typeof eventSchemas>().toEqualTypeOf<EventType>();
  });

  test('every event of the journal is one of its union', () => {
    const types = JournalEvent.options.map(({ shape }) => shape.type.value);
    const others: EventType[] = [
      'candle_closed',
      'trade_printed',
      'tape_ended',
      'trade_signal',
      'command_given',
      'strategy_failed',
      'market_disturbed',
      'message_dead_lettered',
    ];
    expect([...types, ...others].toSorted()).toEqual(keysOf(eventSchemas).toSorted());
  });

  test('a parsed event has the type of its schema', () => {
    expectTypeOf<z.output<(typeof eventSchemas)['order_filled']>>().toEqualTypeOf<
      Extract<HeliographEvent, { type: 'order_filled' }>
    >();
  });
});

test('the reason codes are the ones that are explained', () => {
  expect(ReasonCode.options).toEqual(Object.keys(reasonCodes));
  for (const meaning of Object.values(reasonCodes)) expect(meaning).toMatch(/^[A-Z].*\.$/);
});

test('the kinds of incidents are the ones that are explained', () => {
  expect(IncidentKind.options).toEqual(Object.keys(incidents));
  for (const meaning of Object.values(incidents)) expect(meaning).toMatch(/^[A-Z].*\.$/);
});

describe('parseEvent', () => {
  const { TradeSignal } = signal;
  const body = JSON.stringify(aSignal());
  const failure = (text: string): unknown => {
    try {
      return parseEvent(TradeSignal, text);
    } catch (error) {
      return error;
    }
  };

  test('reads what was written', () => {
    expect(parseEvent(TradeSignal, body)).toEqual(aSignal());
  });

  test('leaves out fields that it does not know', () => {
    const { data, ...rest } = aSignal();
    const later = { ...rest, mood: 'good', data: { ...data, regime: { kind: 'trend' } } };
    expect(parseEvent(TradeSignal, JSON.stringify(later))).toEqual(aSignal());
  });

  test.each(['', '{', '{"id":}', 'undefined', body.slice(0, -1)])('refuses %j as JSON', (text) => {
    expect(failure(text)).toMatchObject({
      name: 'PermanentError',
      code: 'INVALID_JSON',
      message: expect.stringMatching(/^not JSON: /),
      cause: expect.any(SyntaxError),
    });
  });

  test.each(['null', '1', '"text"', '[]', 'true'])('refuses %s as an event', (text) => {
    expect(failure(text)).toMatchObject({
      code: 'INVALID_EVENT',
      message: expect.stringMatching(/^event: .*expected object/),
    });
  });

  test('names each field that is wrong and what was expected', () => {
    const { data, ...rest } = aSignal();
    const wrong = { ...rest, id: undefined, data: { ...data, side: 'long', symbol: 'btc' } };
    expect(failure(JSON.stringify(wrong))).toMatchObject({
      code: 'INVALID_EVENT',
      message: [
        'id: Invalid input: expected string, received undefined',
        'data.symbol: expected a symbol such as BTC/USDT, in capitals',
        'data.side: Invalid option: expected one of "buy"|"sell"',
      ].join('; '),
    });
  });

  test('names no more than eight', () => {
    const error = failure('{"data":{}}');
    expect(error).toBeInstanceOf(PermanentError);
    expect(String(error).split('; ')).toHaveLength(8);
  });

  test('whatever is published, it is an event or a PermanentError', () => {
    const types = keysOf(eventSchemas);
    fc.assert(
      fc.property(fc.constantFrom(...types), fc.jsonValue(), fc.string(), (type, value, text) => {
        for (const published of [JSON.stringify(value), text])
          expect(() => parseEvent(eventSchemas[type], published)).toThrow(PermanentError);
      }),
    );
  });
});
