import { fullFormats } from 'ajv-formats/dist/formats.js';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { compiled } from '../src/compiled.ts';
import {
  AlertEvent,
  eventSchemas,
  MarketEvent,
  parseEvent,
  type EventType,
} from '../src/events.ts';
import { JournalEvent } from '../src/journal/journal.ts';
import { keysOf } from '../src/keys-of.ts';
import { PermanentError } from '../src/errors.ts';
import { eventJsonSchemas } from './json-schemas.ts';
import { invalidVectors, validVectors } from './vectors.ts';

const ajv = new Ajv2020({ formats: fullFormats, allErrors: true });
const validators = new Map(
  [...eventJsonSchemas()].map(([type, schema]) => [type, ajv.compile(schema)]),
);
const valid = validVectors();
const invalid = invalidVectors();

test.each(valid)('$path is accepted', ({ type, content }) => {
  expect(parseEvent(eventSchemas[type], JSON.stringify(content))).toMatchObject({ type });
  expect(refusalsOf(type, content)).toEqual([]);
});

test.each(invalid)('$path is refused', ({ type, content }) => {
  const read = (): unknown => parseEvent(eventSchemas[type], JSON.stringify(content.event));
  expect(read).toThrow(PermanentError);
  expect(read).toThrow(`${content.path}: `);
  expect(refusalsOf(type, content.event).length > 0).toBe(!content.beyondJsonSchema);
});

test.each(invalid)('$path breaks only the rule that it tells of', ({ type, content }) => {
  const { error } = eventSchemas[type].safeParse(content.event);
  expect(error?.issues.map((issue) => issue.path.join('.'))).toEqual([content.path]);
});

test('every event has a valid and an invalid vector', () => {
  const types = keysOf(eventSchemas).toSorted();
  expect([...new Set(valid.map(({ type }) => type))].toSorted()).toEqual(types);
  expect([...new Set(invalid.map(({ type }) => type))].toSorted()).toEqual(types);
});

test('the rules that JSON Schema cannot express are these', () => {
  const beyond = invalid.filter(({ content }) => content.beyondJsonSchema);
  expect(beyond.map(({ path }) => path)).toEqual([
    'v1/invalid/candle_closed/close-above-the-high',
    'v1/invalid/candle_closed/closes-before-it-opens',
    'v1/invalid/candle_closed/open-below-the-low',
    'v1/invalid/candle_closed/time-is-not-the-close',
    'v1/invalid/trade_signal/enter-long-by-selling',
    'v1/invalid/trade_signal/exit-that-stays-long',
    'v1/invalid/trade_signal/exit-with-a-stop',
    'v1/invalid/trade_signal/expires-at-once',
    'v1/invalid/trade_signal/reduce-by-buying-a-long',
    'v1/invalid/trade_signal/stop-above-a-long',
    'v1/invalid/trade_signal/target-below-a-long',
    'v1/invalid/trade_signal/targets-above-the-position',
    'v1/invalid/trade_signal/write-off-of-a-part',
  ]);
});

const odd = [null, true, 0, -1, 0.5, 1e300, '', ' ', '0', '-0', '00', '1e5', 'live', [], {}];

test('what the code accepts, the JSON Schemas accept too', () => {
  const change = fc.record({
    vector: fc.constantFrom(...valid),
    place: fc.nat(),
    // Nothing is read from a key named __proto__, so the code may ignore what a schema refuses in it.
    value: fc
      .oneof(fc.constantFrom(undefined, ...odd), fc.jsonValue())
      .filter((value) => !JSON.stringify({ value }).includes('__proto__')),
  });
  fc.assert(
    fc.property(change, ({ vector: { type, content }, place, value }) => {
      const event = changedAt(content, place, value);
      const isAccepted = eventSchemas[type].safeParse(event).success;
      expect(isAccepted ? refusalsOf(type, event) : []).toEqual([]);
    }),
    { numRuns: 1_000 },
  );
});

test('each schema is compiled as a whole', () => {
  const unions = { MarketEvent, AlertEvent, JournalEvent };
  for (const schema of Object.values({ ...eventSchemas, ...unions })) {
    expect(() => z.compile(schema, { strict: true })).not.toThrow();
    expect(compiled<z.ZodType>(schema)).not.toBe(schema);
    expect(compiled<z.ZodType>(schema)).toBe(compiled<z.ZodType>(schema));
  }
});

test('compiled, a schema says the same of everything: in the same order of fields, and in the same words', () => {
  const examples = [...valid, ...invalid.map((one) => ({ ...one, content: one.content.event }))];
  const change = fc.record({
    example: fc.constantFrom(...examples),
    places: fc.array(fc.nat(), { maxLength: 3 }),
    value: fc.oneof(fc.constantFrom(undefined, ...odd), fc.jsonValue()),
  });
  fc.assert(
    fc.property(change, ({ example: { type, content }, places, value }) => {
      const event = places.reduce<object>(
        (changed, place) => changedAt(changed, place, value),
        content,
      );
      for (const schema of schemasOf(type))
        expect(said(compiled(schema), event)).toBe(said(schema, event));
    }),
    { numRuns: 2_000 },
  );
});

/** Those by which an event of a type is read. */
function schemasOf(type: EventType): z.ZodType[] {
  const unions = [MarketEvent, AlertEvent, JournalEvent].filter(({ options }) =>
    options.some(({ shape }) => shape.type.value === type),
  );
  return [eventSchemas[type], ...unions];
}

function said(schema: z.ZodType, event: object): string {
  const { data, error } = schema.safeParse(event);
  return JSON.stringify({ data, issues: error?.issues });
}

/** A copy with another value at one of the places in it, counted round and round; undefined takes a field away. */
function changedAt(event: object, place: number, value: unknown): object {
  const text = JSON.stringify(event);
  let places = 0;
  JSON.parse(text, (key, inner: unknown) => {
    if (key) places++;
    return inner;
  });
  let index = 0;
  const changed: unknown = JSON.parse(text, (key, inner: unknown) =>
    key && index++ === place % places ? value : inner,
  );
  return z.looseObject({}).parse(JSON.parse(JSON.stringify(changed)));
}

function refusalsOf(type: EventType, event: unknown): object[] {
  const validate = validators.get(type);
  validate?.(event);
  return validate?.errors ?? [];
}
