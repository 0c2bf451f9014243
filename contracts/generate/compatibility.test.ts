import { expect, test } from 'vitest';
import { z } from 'zod';
import { breaksWith, incompatibilities, releasedSchemas } from './compatibility.ts';
import { root } from './documents.ts';
import { eventJsonSchemas, type JsonSchema } from './json-schemas.ts';

test('the schemas are compatible with those that were released', () => {
  const released = releasedSchemas(root);
  expect(released.length).toBeGreaterThan(0);
  expect(breaksWith(released, eventJsonSchemas()), 'raise schemaversion').toEqual([]);
});

const fields = {
  side: z.enum(['buy', 'sell']),
  price: z.string().regex(/^\d+$/).max(9),
  count: z.int().min(1).max(16),
  note: z.string().optional(),
  legs: z.array(z.object({ ratio: z.number() })).max(4),
  size: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('all') }),
    z.object({ kind: z.literal('base'), value: z.number() }),
  ]),
  extra: z.record(z.string(), z.number()),
  closed: z.object({}),
};
type Fields = Record<string, z.ZodType>;

function changed(change: Fields, { without = [] as string[] } = {}): string[] {
  const after: Fields = { ...fields, ...change };
  for (const name of without) delete after[name];
  return incompatibilities(eventOf(fields), eventOf(after));
}

function eventOf(data: Fields, version = 1): JsonSchema {
  const { $schema: _, ...schema } = z.toJSONSchema(
    z.object({ schemaversion: z.literal(version), data: z.object(data) }),
    { io: 'input' },
  );
  return schema;
}

const allowed: [string, Fields][] = [
  ['nothing', {}],
  ['a new optional field', { flag: z.boolean().optional() }],
  [
    'a new optional field with required ones in it',
    { market: z.object({ bid: z.number() }).optional() },
  ],
  [
    'a new optional field of list items',
    { legs: z.array(z.object({ ratio: z.number(), tag: z.string().optional() })).max(4) },
  ],
  ['other words', { note: z.string().describe('For people.').optional() }],
  ['another order of values', { side: z.enum(['sell', 'buy']) }],
  ['a named definition', { count: fields.count.meta({ id: 'compatibility-test-count' }) }],
];

test.each(allowed)('allows %s', (_name, change) => {
  expect(changed(change)).toEqual([]);
});

const breaking: [string, Fields, string][] = [
  [
    'a new required field',
    { flag: z.boolean() },
    'data.flag is new and required: breaks old events',
  ],
  [
    'a field that became required',
    { note: z.string() },
    'data.note: required was false, is true: breaks old events',
  ],
  [
    'a field that became optional',
    { price: fields.price.optional() },
    'data.price: required was true, is false: breaks old readers',
  ],
  [
    'a value that was added',
    { side: z.enum(['buy', 'sell', 'hold']) },
    'data.side: enum was ["buy","sell"], is ["buy","hold","sell"]: breaks old readers',
  ],
  [
    'a value that was removed',
    { side: z.enum(['buy']) },
    'data.side: enum was ["buy","sell"], is ["buy"]: breaks old events',
  ],
  [
    'a value that was renamed',
    { side: z.enum(['buy', 'SELL']) },
    'data.side: enum was ["buy","sell"], is ["SELL","buy"]: breaks old events and old readers',
  ],
  [
    'another type',
    { note: z.number().optional() },
    'data.note: type was "string", is "number": breaks old events and old readers',
  ],
  [
    'another pattern',
    { price: z.string().regex(/^\d*$/).max(9) },
    String.raw`data.price: pattern was "^\\d+$", is "^\\d*$": breaks old events and old readers`,
  ],
  [
    'a pattern that was dropped',
    { price: z.string().max(9) },
    String.raw`data.price: pattern was "^\\d+$", is absent: breaks old readers`,
  ],
  [
    'a longer text',
    { price: z.string().regex(/^\d+$/).max(10) },
    'data.price: maxLength was 9, is 10: breaks old readers',
  ],
  [
    'a text that must not be empty any more',
    { note: z.string().min(1).optional() },
    'data.note: minLength was absent, is 1: breaks old events',
  ],
  [
    'a higher minimum',
    { count: z.int().min(2).max(16) },
    'data.count: minimum was 1, is 2: breaks old events',
  ],
  [
    'a lower minimum',
    { count: z.int().min(0).max(16) },
    'data.count: minimum was 1, is 0: breaks old readers',
  ],
  [
    'a lower maximum',
    { count: z.int().min(1).max(8) },
    'data.count: maximum was 16, is 8: breaks old events',
  ],
  [
    'a longer list',
    { legs: z.array(z.object({ ratio: z.number() })).max(8) },
    'data.legs: maxItems was 4, is 8: breaks old readers',
  ],
  [
    'a field of list items that was removed',
    { legs: z.array(z.object({})).max(4) },
    'data.legs[].ratio was removed',
  ],
  [
    'an alternative that was added',
    { size: z.discriminatedUnion('kind', [...fields.size.options, kind('quote')]) },
    'data.size: oneOf was ["all","base"], is ["all","base","quote"]: breaks old readers',
  ],
  [
    'an alternative that was removed',
    { size: z.discriminatedUnion('kind', [fields.size.options[1]]) },
    'data.size: oneOf was ["all","base"], is ["base"]: breaks old events',
  ],
  [
    'another type in an alternative',
    { size: z.discriminatedUnion('kind', [fields.size.options[0], kind('base', z.string())]) },
    'data.size<base>.value: type was "number", is "string": breaks old events and old readers',
  ],
  [
    'other values of a record',
    { extra: z.record(z.string(), z.string()) },
    'data.extra.*: type was "number", is "string": breaks old events and old readers',
  ],
  [
    'fields that it no longer bears',
    { closed: z.strictObject({}) },
    'data.closed: additionalProperties was absent, is false: breaks old events',
  ],
];

function kind<const K extends string>(name: K, value: z.ZodType = z.number()) {
  return z.object({ kind: z.literal(name), value });
}

test.each(breaking)('reports %s', (_name, change, expected) => {
  expect(changed(change)).toEqual([expected]);
});

test('reports a field that was removed, and not what was in it', () => {
  expect(changed({}, { without: ['note', 'legs'] })).toEqual([
    'data.note was removed',
    'data.legs was removed',
  ]);
});

const released = [{ type: 'order_filled', version: 1, schema: eventOf(fields) }];

test('reports an event that is gone', () => {
  expect(breaksWith(released, new Map())).toEqual(['order_filled: was released and is gone']);
});

test('allows a new event', () => {
  const current = new Map([
    ['order_filled', eventOf(fields)],
    ['order_amended', eventOf({})],
  ]);
  expect(breaksWith(released, current)).toEqual([]);
});

test('allows any change once schemaversion is raised', () => {
  expect(breaksWith(released, new Map([['order_filled', eventOf({}, 2)]]))).toEqual([]);
});

test('reports a schemaversion that goes back', () => {
  const later = [{ type: 'order_filled', version: 2, schema: eventOf(fields, 2) }];
  expect(breaksWith(later, new Map([['order_filled', eventOf(fields)]]))).toEqual([
    'order_filled: schemaversion 2 was released already',
  ]);
});
