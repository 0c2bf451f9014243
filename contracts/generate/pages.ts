import { disturbances } from '../src/market-disturbed.ts';
import { incidents } from '../src/incidents.ts';
import { reasonCodes } from '../src/reason-codes.ts';
import type { EventType } from '../src/events.ts';
import { channels, type Channel } from './channels.ts';
import { versionOf, type JsonSchema } from './json-schemas.ts';
import { fieldsOf, labelOf, type Field } from './schema-fields.ts';
import { invalidVectors } from './vectors.ts';

export const note = 'Made from the code by `npm run generate`; changes here are lost.';

/** Every reason code and every kind of incident with its meaning, in Markdown. */
export function reasonCodesPage(): string {
  return lines(
    '# Reason codes',
    '',
    'Why a signal was not traded or an order came to nothing.',
    '',
    ...table(
      ['code', 'meaning'],
      Object.entries(reasonCodes).map(([code, meaning]) => [`\`${code}\``, meaning]),
    ),
    '',
    '## Incidents',
    '',
    'What a person must hear of beside the life of orders: the kinds of `incident_reported`.',
    '',
    ...table(
      ['kind', 'meaning'],
      Object.entries(incidents).map(([kind, meaning]) => [`\`${kind}\``, meaning]),
    ),
    '',
    '## Disturbances',
    '',
    'What can be wrong with a market: the kinds of `market_disturbed`.',
    '',
    ...table(
      ['kind', 'meaning'],
      Object.entries(disturbances).map(([kind, meaning]) => [`\`${kind}\``, meaning]),
    ),
    '',
    note,
  );
}

/** Every event and field, in Markdown. */
export function eventsPage(schemas: Map<EventType, JsonSchema>): string {
  const [anySchema] = schemas.values();
  if (!anySchema) throw new Error('there are no events');
  const envelope = fieldsOf(anySchema).filter(({ path }) => isEnvelopeField(path));
  return lines(
    '# Events',
    '',
    'Each event is a CloudEvent in structured JSON, published on NATS with its `id` as the header `Nats-Msg-Id`. Readers ignore fields that they do not know, and refuse unknown values of a list and unknown major versions. The same is in [JSON Schemas](../contracts/schemas) and in [AsyncAPI](../contracts/asyncapi.json) for machines; [valid and invalid examples](../contracts/vectors) show what is meant.',
    '',
    note,
    '',
    '## Envelope',
    '',
    'Every event has these fields.',
    '',
    ...fieldTable(envelope),
    '',
    ...Object.values(channels).flatMap((channel) => channelSection(channel, schemas)),
    '## Kinds of text',
    '',
    ...definitionTable(schemas),
  );
}

function channelSection(channel: Channel, schemas: Map<EventType, JsonSchema>): string[] {
  const { address, description, stream, senders, receivers } = channel;
  return [
    `## \`${address.replaceAll('{', '<').replaceAll('}', '>')}\``,
    '',
    description,
    '',
    `Stream ${stream}. Sent by ${senders.join(', ')}; received by ${receivers.join(', ')}.`,
    '',
    ...channel.events.flatMap((type) => eventSection(type, schemas.get(type) ?? {})),
  ];
}

function eventSection(type: EventType, schema: JsonSchema): string[] {
  const fields = fieldsOf(schema).filter(
    ({ path }) => !isEnvelopeField(path) && !['', 'data'].includes(path) && !path.endsWith('>'),
  );
  const rules = invalidVectors()
    .filter(({ type: of, content }) => of === type && content.beyondJsonSchema)
    .map(({ content }) => content.why);
  return [
    `### \`${type}\``,
    '',
    `Version ${versionOf(schema)}. ${schema.description}`,
    '',
    ...fieldTable(fields),
    '',
    ...(rules.length === 0
      ? []
      : [
          'Rules that the JSON Schema cannot express:',
          '',
          ...rules.map((rule) => `- ${rule}`),
          '',
        ]),
  ];
}

const envelopeFields = new Set([
  'specversion',
  'id',
  'source',
  'type',
  'schemaversion',
  'subject',
  'time',
  'recordedtime',
  'correlationid',
  'causationid',
  'traceparent',
]);

function isEnvelopeField(path: string): boolean {
  return envelopeFields.has(path);
}

function fieldTable(fields: Field[]): string[] {
  return table(
    ['field', 'need', 'kind', 'meaning'],
    fields.map((field) => [
      `\`${field.path}\``,
      field.required ? 'yes' : 'no',
      kindOf(field),
      field.description,
    ]),
  );
}

function definitionTable(schemas: Map<EventType, JsonSchema>): string[] {
  const definitions = new Map(
    [...schemas.values()].flatMap((schema) => Object.entries(schema.$defs ?? {})),
  );
  return table(
    ['kind', 'meaning'],
    [...definitions]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, { description = '' }]) => [name, description]),
  );
}

/** A field's kind in words, or the name of its definition. */
export function kindOf({ schema, definition, path }: Field): string {
  if (definition !== undefined) return definition;
  if (path === 'type') return 'the name of the event';
  if (schema.const !== undefined) return `\`${schema.const}\``;
  if (schema.enum) return schema.enum.map((value) => `\`${value}\``).join(', ');
  if (schema.oneOf) return `one of ${schema.oneOf.map((one) => `\`${labelOf(one)}\``).join(', ')}`;
  if (schema.type === 'string') return 'text';
  if (schema.type === 'array') return `list${atMost(schema.maxItems)}`;
  return `${String(schema.type)}${bounds(schema)}`;
}

function bounds({ minimum, exclusiveMinimum, maximum }: JsonSchema): string {
  const above = typeof exclusiveMinimum === 'number' ? ` above ${exclusiveMinimum}` : '';
  const from =
    minimum === undefined || minimum === Number.MIN_SAFE_INTEGER ? '' : ` from ${minimum}`;
  const to = maximum === undefined || maximum === Number.MAX_SAFE_INTEGER ? '' : ` to ${maximum}`;
  return `${above}${from}${to}`;
}

function atMost(count: number | undefined): string {
  return count === undefined ? '' : ` of at most ${count}`;
}

/** A table in Markdown. */
export function table(head: string[], rows: string[][]): string[] {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
}

export function lines(...all: string[]): string {
  return `${all.join('\n')}\n`;
}
