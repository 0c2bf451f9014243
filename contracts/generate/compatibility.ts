import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { EventType } from '../src/events.ts';
import { versionOf, type JsonSchema } from './json-schemas.ts';
import { fieldsOf, labelOf, type Field } from './schema-fields.ts';

const folder = 'contracts/schemas/released';

/** Where the schema of a released version is kept, from the root of the repository. */
export function releasedPath(type: EventType, schema: JsonSchema): string {
  return `${folder}/v${versionOf(schema)}/${type}.schema.json`;
}

export interface Released {
  readonly type: string;
  readonly version: number;
  readonly schema: JsonSchema;
}

export function releasedSchemas(root: string): Released[] {
  return globSync(`${folder}/v*/*.schema.json`, { cwd: root })
    .toSorted()
    .map((path) => {
      const schema: JsonSchema = JSON.parse(readFileSync(join(root, path), 'utf8'));
      return { type: basename(path, '.schema.json'), version: versionOf(schema), schema };
    });
}

/** Each way in which the schemas break with what was released, as a sentence; none when all is well. */
export function breaksWith(
  released: readonly Released[],
  current: ReadonlyMap<string, JsonSchema>,
): string[] {
  return released.flatMap(({ type, version, schema }) => {
    const now = current.get(type);
    if (!now) return [`${type}: was released and is gone`];
    if (versionOf(now) < version) return [`${type}: schemaversion ${version} was released already`];
    if (versionOf(now) > version) return [];
    return incompatibilities(schema, now).map((change) => `${type}: ${change}`);
  });
}

/**
 * What differs between two schemas of one version. Both directions count, for streams and logs hold old events, and
 * services are updated one by one: to refuse what was accepted breaks old events, to accept what was refused breaks old
 * readers. So a version admits new optional fields, new words of explanation, and nothing else.
 */
export function incompatibilities(released: JsonSchema, current: JsonSchema): string[] {
  const before = byPath(released);
  const after = byPath(current);
  const gone = [...before.values()].filter(
    ({ path, parent }) => !after.has(path) && after.has(parent),
  );
  const come = [...after.values()].filter(
    ({ path, parent }) => !before.has(path) && before.has(parent),
  );
  return [
    ...gone.filter((field) => !isAlternative(field)).map(({ path }) => `${path} was removed`),
    ...come
      .filter((field) => field.required && !isAlternative(field))
      .map(({ path }) => `${path} is new and required: breaks old events`),
    ...[...before.values()].flatMap((field) => changes(field, after.get(field.path))),
  ];
}

function changes(before: Field, now: Field | undefined): string[] {
  if (!now) return [];
  const [was, is] = [rulesOf(before), rulesOf(now)];
  return [...new Set([...Object.keys(was), ...Object.keys(is)])]
    .filter((rule) => JSON.stringify(was[rule]) !== JSON.stringify(is[rule]))
    .map((rule) => {
      const change = `${rule} was ${text(was[rule])}, is ${text(is[rule])}`;
      return `${now.path || 'event'}: ${change}: ${effect(rule, was[rule], is[rule])}`;
    });
}

// Words that refuse nothing, and places that are compared as fields of their own.
const notRules = new Set([
  '$schema',
  '$id',
  '$defs',
  'title',
  'description',
  'default',
  'examples',
  'properties',
  'items',
  'additionalProperties',
]);

/** What a place refuses; a list of values in order, since their order says nothing. */
function rulesOf({ schema, required }: Field): Record<string, unknown> {
  return {
    ...Object.fromEntries(
      Object.entries(schema).filter(([key, rule]) => rule === false || !notRules.has(key)),
    ),
    ...(schema.enum && { enum: schema.enum.map(String).toSorted() }),
    ...(schema.oneOf && { oneOf: schema.oneOf.map(labelOf).toSorted() }),
    required,
  };
}

function effect(rule: string, was: unknown, is: unknown): string {
  const narrower = refusesMore(rule, was, is);
  const wider = refusesMore(rule, is, was);
  if (narrower === wider) return 'breaks old events and old readers';
  return narrower ? 'breaks old events' : 'breaks old readers';
}

/** Whether the second refuses something that the first accepts; where that is hard to tell, it may. */
function refusesMore(rule: string, first: unknown, second: unknown): boolean {
  if (first === undefined || second === undefined) return first === undefined;
  if (Array.isArray(first) && Array.isArray(second))
    return first.some((value) => !second.includes(value));
  if (typeof first === 'number' && typeof second === 'number' && rule !== 'const')
    return /^min|Minimum$/.test(rule) ? second > first : second < first;
  return rule !== 'required' || second === true;
}

function text(value: unknown): string {
  return JSON.stringify(value) ?? 'absent';
}

function isAlternative({ path }: Field): boolean {
  return path.endsWith('>');
}

function byPath(schema: JsonSchema): Map<string, Field> {
  return new Map(fieldsOf(schema).map((field) => [field.path, field]));
}
