import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Ajv, type SchemaObject } from 'ajv';
import { expect, test } from 'vitest';
import { eventSchemas } from '../src/events.ts';
import { keysOf } from '../src/keys-of.ts';
import { queryNames } from '../src/queries.ts';
import { subjects } from '../src/subjects.ts';
import { streams } from '../src/bus/streams.ts';
import { subjectMatches } from '../src/bus/subject-match.ts';
import { SymbolName, Timeframe, Venue } from '../src/units.ts';
import { asyncApiDocument } from './asyncapi.ts';
import { channels, parametersOf, type Channel } from './channels.ts';
import { root } from './documents.ts';
import { eventJsonSchemas } from './json-schemas.ts';

const require = createRequire(import.meta.url);
const metaSchema: SchemaObject = require('@asyncapi/specs/schemas/3.1.0-without-$id.json');
const document = asyncApiDocument(eventJsonSchemas(), '1.2.3');

test('the document is valid AsyncAPI 3.1', () => {
  const ajv = new Ajv({ strict: false, logger: false });
  const validate = ajv.compile(metaSchema);
  validate(document);
  expect(validate.errors).toBeNull();
  expect(document).toMatchObject({ asyncapi: '3.1.0' });
});

test('a misspelt operation is noticed', () => {
  const ajv = new Ajv({ strict: false, logger: false });
  const text = JSON.stringify(document).replace('"action":"send"', '"action":"emit"');
  expect(ajv.validate(metaSchema, JSON.parse(text))).toBe(false);
});

test('every reference leads somewhere', () => {
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)];
  const dangling = references
    .map(([, reference = '']) => reference)
    .filter((reference) => {
      const [file = '', pointer = ''] = reference.split('#');
      const target: unknown = file
        ? JSON.parse(readFileSync(join(root, 'contracts', file), 'utf8'))
        : document;
      return at(target, pointer) === undefined;
    });
  expect(references.length).toBeGreaterThan(0);
  expect(dangling).toEqual([]);
});

test('every event travels on one channel and has an example', () => {
  const types = Object.values(channels).flatMap((channel): string[] => [...channel.events]);
  expect(types.toSorted()).toEqual(Object.keys(eventSchemas).toSorted());
  for (const type of types)
    expect(at(document, `/components/messages/${type}/examples/0/payload/type`)).toBe(type);
});

const market = {
  venue: Venue.parse('binance'),
  symbol: SymbolName.parse('BTC/USDT:USDT'),
  timeframe: Timeframe.parse('1m'),
};
const published: Record<keyof typeof channels, string> = {
  candles: subjects.candle(market),
  prints: subjects.print(market),
  tapes: subjects.tape('live'),
  signals: subjects.signal({ strategy: 'sma-cross', ...market }),
  journal: subjects.journal('paper', 'order_filled'),
  commands: subjects.command('telegram'),
  alerts: subjects.alert('error'),
  deadLetters: subjects.deadLetter('execution'),
};

test.each(keysOf(channels))('the address of %s is where its events are published', (name) => {
  const channel: Channel = channels[name];
  const pattern = channel.address.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^.]+');
  expect(published[name]).toMatch(new RegExp(`^${pattern}$`));
  const stored: readonly string[] = streams[channel.stream].subjects;
  expect(stored.some((subject) => subjectMatches(subject, published[name]))).toBe(true);
});

test.each(queryNames)('%s can be asked of the trade log and is answered', (name) => {
  const operation = at(document, `/operations/trade-log-answers-${name}`);
  expect(operation).toMatchObject({
    action: 'receive',
    bindings: { nats: { queue: 'trade-log' } },
  });
  expect(at(document, `/channels/query-${name}/address`)).toBe(subjects.query(name));
  expect(at(document, `/channels/query-${name}-answers/address`)).toBeNull();
  expect(subjectMatches(subjects.everyQuery(), subjects.query(name))).toBe(true);
});

test('no stream stores questions', () => {
  const stored = Object.values(streams).flatMap((stream): readonly string[] => stream.subjects);
  expect(stored.filter((subject) => subjectMatches(subject, 'query.orders'))).toEqual([]);
});

test('every parameter of an address is explained', () => {
  for (const [name, channel] of Object.entries(channels))
    for (const parameter of parametersOf(channel))
      expect(at(document, `/channels/${name}/parameters/${parameter}/description`)).toMatch(/\.$/);
});

function at(target: unknown, pointer: string): unknown {
  let place = target;
  for (const key of pointer.split('/').slice(1))
    place = typeof place === 'object' && place !== null ? Reflect.get(place, key) : undefined;
  return place;
}
