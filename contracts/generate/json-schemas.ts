import { z } from 'zod';
import { eventSchemas, type EventType } from '../src/events.ts';
import { keysOf } from '../src/keys-of.ts';

export type JsonSchema = z.core.JSONSchema.JSONSchema;

/** What each event looks like on the wire, as JSON Schema 2020-12. Fields that it does not name are allowed. */
export function eventJsonSchemas(): Map<EventType, JsonSchema> {
  return new Map(keysOf(eventSchemas).map((type) => [type, jsonSchemaOf(type)]));
}

/** The major version of an event that its schema speaks of. */
export function versionOf(schema: JsonSchema): number {
  const version = schema.properties?.['schemaversion'];
  if (typeof version !== 'object') throw new Error('the schema has no schemaversion');
  return z.number().parse(version.const);
}

function jsonSchemaOf(type: EventType): JsonSchema {
  const { $schema, ...schema } = z.toJSONSchema(eventSchemas[type], { io: 'input' });
  return {
    ...($schema && { $schema }),
    $id: `urn:heliograph:event:${type}:${versionOf(schema)}`,
    title: type,
    ...schema,
  };
}
