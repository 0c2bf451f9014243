import { didYouMean, UserError } from '@heliograph/contracts';
import { z } from 'zod';

/**
 * Reads `name=value` texts as the parameters of a schema: each value as the number, the truth value or the text that
 * its parameter takes.
 * @throws UserError with exit code 2 for a text without a name or a name that comes twice
 */
export function readParams(texts: readonly string[], schema: z.ZodObject): Record<string, unknown> {
  const params: Record<string, unknown> = {};
  for (const text of texts) {
    const at = text.indexOf('=');
    const name = text.slice(0, at);
    if (at < 1)
      throw new UserError(`found parameter ${JSON.stringify(text)}, expected name=value`, {
        exitCode: 2,
      });
    if (name in params)
      throw new UserError(`found parameter ${name} twice, expected it once`, { exitCode: 2 });
    params[name] = readValue(text.slice(at + 1), schema.shape[name]);
  }
  return params;
}

function readValue(text: string, schema: z.core.$ZodType | undefined): unknown {
  const readings = [
    ...(text.trim() !== '' && Number.isFinite(Number(text)) ? [Number(text)] : []),
    ...(text === 'true' || text === 'false' ? [text === 'true'] : []),
    text,
  ];
  const fits = (reading: unknown): boolean =>
    schema !== undefined && z.safeParse(schema, reading).success;
  return readings.find(fits) ?? readings[0];
}

/**
 * Checks parameters and fills in the defaults.
 * @throws UserError with exit code 2 that names what is wrong and which parameters there are
 */
export function checkParams<S extends z.ZodObject>(
  strategy: string,
  schema: S,
  params: z.input<S>,
): z.output<S> {
  const refuse = (problem: string): never => {
    throw new UserError(`strategy ${strategy}: ${problem}; it takes ${describeParams(schema)}`, {
      exitCode: 2,
    });
  };
  const names = Object.keys(schema.shape);
  for (const name of Object.keys(params))
    if (!names.includes(name)) refuse(`there is no parameter ${name}${didYouMean(name, names)}`);
  const parsed = schema.safeParse(params);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  return refuse(`parameter ${issue?.path.join('.')}: ${issue?.message}`);
}

/** The parameters of a schema and their defaults: `fast=10, slow=30, pair=(required)`. */
function describeParams(schema: z.ZodObject): string {
  const params = Object.entries(schema.shape).map(([name, field]) => {
    const { success, data } = z.safeParse(field, undefined);
    return `${name}=${success ? String(data ?? '(none)') : '(required)'}`;
  });
  return params.length > 0 ? params.join(', ') : 'no parameters';
}
