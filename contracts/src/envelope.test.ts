import { expect, test } from 'vitest';
import { z } from 'zod';
import { envelope } from './envelope.ts';

const Rang = envelope('bell_rang', z.object({ times: z.int() }));
const event = {
  specversion: '1.0',
  id: 'b1',
  source: 'church/tower',
  type: 'bell_rang',
  schemaversion: 1,
  subject: 'noon',
  time: '2026-01-05T12:00:00Z',
  recordedtime: '2026-01-05T12:00:01Z',
  correlationid: 'day',
  data: { times: 12 },
};

test('reads an event', () => {
  expect(Rang.parse(event)).toEqual(event);
});

test('an event without a schemaversion is of version 1', () => {
  const { schemaversion: _, ...old } = event;
  expect(Rang.parse(old)).toEqual(event);
});

test.each([0, 2, 1.5, '1', null])('refuses schemaversion %j', (schemaversion) => {
  const { error } = Rang.safeParse({ ...event, schemaversion });
  expect(error?.issues.map(({ path }) => path)).toEqual([['schemaversion']]);
});

test('ignores fields that it does not know, wherever they are', () => {
  const later = { ...event, dataschema: 'x', data: { ...event.data, tone: 'g' } };
  expect(Rang.parse(later)).toEqual(event);
});

test('optional fields may be there', () => {
  const whole = {
    ...event,
    causationid: 'sun',
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  };
  expect(Rang.parse(whole)).toEqual(whole);
});

test.each(Object.keys(event).filter((field) => field !== 'schemaversion'))(
  'refuses an event without %s, and names it',
  (field) => {
    const { error } = Rang.safeParse({ ...event, [field]: undefined });
    expect(error?.issues.map(({ path }) => path)).toEqual([[field]]);
  },
);
