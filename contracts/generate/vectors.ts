import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { eventSchemas } from '../src/events.ts';
import { keysOf } from '../src/keys-of.ts';

const folder = join(import.meta.dirname, '../vectors');

const EventTypeName = z.enum(keysOf(eventSchemas));

const InvalidVector = z.strictObject({
  /** The rule that it breaks. */
  why: z.string(),
  /** The field that the refusal has to name. */
  path: z.string(),
  /** JSON Schema cannot express the rule: only the code refuses it. */
  beyondJsonSchema: z.literal(true).optional(),
  event: z.looseObject({}),
});
export type InvalidVector = z.infer<typeof InvalidVector>;

export interface Vector<T> {
  /** `v1/valid/trade_signal/minimal` */
  readonly path: string;
  readonly type: z.infer<typeof EventTypeName>;
  readonly name: string;
  readonly content: T;
}

/** Events that every reader must accept, of all versions. */
export function validVectors(): Vector<Record<string, unknown>>[] {
  return vectors('valid', z.looseObject({}));
}

/** Events that every reader must refuse. */
export function invalidVectors(): Vector<InvalidVector>[] {
  return vectors('invalid', InvalidVector);
}

function vectors<S extends z.ZodType>(kind: string, schema: S): Vector<z.output<S>>[] {
  return globSync(`*/${kind}/*/*.json`, { cwd: folder })
    .toSorted()
    .map((file) => ({
      path: file.replace(/\.json$/, ''),
      type: EventTypeName.parse(basename(dirname(file))),
      name: basename(file, '.json'),
      content: schema.parse(JSON.parse(readFileSync(join(folder, file), 'utf8'))),
    }));
}
