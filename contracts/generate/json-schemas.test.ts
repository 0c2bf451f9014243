import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { eventJsonSchemas, versionOf } from './json-schemas.ts';

const schemas = eventJsonSchemas();

test.each([...schemas])('the schema of %s is valid JSON Schema 2020-12', (_type, schema) => {
  const ajv = new Ajv2020();
  expect(schema.$schema).toBe('https://json-schema.org/draft/2020-12/schema');
  expect(ajv.validateSchema(schema)).toBe(true);
  expect(ajv.errors).toBeNull();
});

test.each([...schemas])('the schema of %s says what it is', (type, schema) => {
  expect(schema).toMatchObject({ $id: `urn:heliograph:event:${type}:1`, title: type });
  expect(schema.description).toMatch(/^[A-Z].*\.$/s);
  expect(versionOf(schema)).toBe(1);
});

test('no schema forbids fields that it does not know', () => {
  expect(JSON.stringify([...schemas.values()])).not.toContain('"additionalProperties":false');
});
