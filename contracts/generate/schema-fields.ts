import type { JsonSchema } from './json-schemas.ts';

/** One place in a JSON Schema: a field, the items of a list (`[]`), any other key (`*`) or one alternative (`<kind>`). */
export interface Field {
  /** e.g. `data.size<quote>.value`; empty for the schema itself. */
  readonly path: string;
  /** The path of what it belongs to. */
  readonly parent: string;
  readonly required: boolean;
  /** References resolved. */
  readonly schema: JsonSchema;
  /** The name in `$defs` that it was referred to by. */
  readonly definition: string | undefined;
  /** Its own, not that of the definition. */
  readonly description: string;
}

/** Every place in a schema, each followed by the places in it. */
export function fieldsOf(root: JsonSchema): Field[] {
  const fields: Field[] = [];

  const visit = (at: JsonSchema, place: Pick<Field, 'path' | 'parent' | 'required'>): void => {
    const { path } = place;
    const definition = at.$ref?.replace('#/$defs/', '');
    const schema = definition === undefined ? at : root.$defs?.[definition];
    if (!schema) throw new Error(`${path}: ${at.$ref} is not defined`);
    fields.push({ ...place, schema, definition, description: at.description ?? '' });

    const into = (inner: unknown, name: string, required = true): void => {
      if (isSchema(inner)) visit(inner, { path: `${path}${name}`, parent: path, required });
    };
    for (const [key, inner] of Object.entries(schema.properties ?? {}))
      into(inner, path ? `.${key}` : key, schema.required?.includes(key) ?? false);
    into(schema.items, '[]');
    into(schema.additionalProperties, '.*');
    for (const alternative of schema.oneOf ?? []) into(alternative, `<${labelOf(alternative)}>`);
  };
  visit(root, { path: '', parent: '', required: true });
  return fields;
}

/** What tells an alternative from the others: the values of its constant fields. */
export function labelOf(alternative: JsonSchema): string {
  const fields = Object.values(alternative.properties ?? {}).filter(isSchema);
  return fields.flatMap((field) => (field.const === undefined ? [] : [field.const])).join(' ');
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
