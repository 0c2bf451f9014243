import { readFile } from 'node:fs/promises';
import { didYouMean, UserError } from '@heliograph/contracts';
import { z } from 'zod';
import { parseJsonText } from './json-text.ts';

/**
 * A JSON file that somebody has written by hand, not yet checked.
 * @throws UserError that names the file and, after `option`, what it was to be
 */
export async function readJson(
  path: string,
  { option, example }: { option: string; example: string },
): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    // Routes have secrets in them: what should have been in a file is not repeated.
    const found = /^\s*[[{]/.test(path) ? 'JSON itself' : path;
    throw new UserError(`${option} that can be read, found ${found}`, { exitCode: 2, cause });
  });
  try {
    return parseJsonText(text, path);
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    // The rest of what it says repeats the text.
    const [place] = /line \d+ column \d+/.exec(cause.message) ?? [];
    const where = place === undefined ? '' : ` at ${place}`;
    throw new UserError(`${path}: not JSON${where}, expected ${example}`, { cause });
  }
}

/**
 * A value by its schema, in which nothing may stand that the schema does not know: a misspelt limit would be none.
 * @throws UserError that names, after `where`, the first field that is wrong
 */
export function parseStrictly<S extends z.ZodType>(
  schema: S,
  value: unknown,
  where: string,
): z.output<S> {
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new UserError(
      [where, placeOf(issue?.path ?? []), issue?.message].filter(Boolean).join(': '),
    );
  }
  const unknown = firstUnknown(value, parsed.data);
  if (unknown)
    throw new UserError(
      `${where}: ${placeOf(unknown)}: there is no such setting${remedyFor(unknown, schema)}`,
    );
  return parsed.data;
}

/** Where the value has a field that the schema has left out of what it made of it. */
function firstUnknown(value: unknown, made: unknown): PropertyKey[] | undefined {
  // What was a text and became an object has no fields of its own.
  if (typeof value !== 'object' || value === null) return undefined;
  if (typeof made !== 'object' || made === null) return undefined;
  const fields = new Map(Object.entries(made));
  for (const [key, inner] of Object.entries(value)) {
    if (!fields.has(key)) return [key];
    const deeper = firstUnknown(inner, fields.get(key));
    if (deeper) return [key, ...deeper];
  }
  return undefined;
}

/** What may have been meant, or else what there is. */
function remedyFor(path: readonly PropertyKey[], schema: z.ZodType): string {
  const names = namesIn(schema, path.slice(0, -1));
  if (names.length === 0) return '';
  return didYouMean(String(path.at(-1)), names) || `: expected ${names.join(', ')}`;
}

/** The names that a schema knows at a place; none where it takes several forms there. */
function namesIn(schema: unknown, path: readonly PropertyKey[]): string[] {
  if (schema instanceof z.ZodOptional) return namesIn(schema.unwrap(), path);
  const [step, ...rest] = path;
  if (schema instanceof z.ZodObject)
    return step === undefined
      ? Object.keys(schema.shape)
      : namesIn(schema.shape[String(step)], rest);
  return schema instanceof z.ZodRecord && step !== undefined ? namesIn(schema.valueType, rest) : [];
}

function placeOf(path: readonly PropertyKey[]): string {
  return path.map(String).join('.');
}
