import { readFileSync } from 'node:fs';
import { UserError } from '@heliograph/contracts';
import type { Env } from './env.ts';
import { createSecret, type Secret } from './secret.ts';

/**
 * A secret from its variable, or from the file that its other variable names.
 * @throws UserError when both are set, or the file cannot be read
 */
export function secretOf(
  env: Env,
  name:
    | 'HELIOGRAPH_API_KEY'
    | 'HELIOGRAPH_API_SECRET'
    | 'HELIOGRAPH_API_PASSPHRASE'
    | 'HELIOGRAPH_WEBHOOK_SECRET',
): Secret | undefined {
  const text = env[name];
  const path = env[`${name}_FILE`];
  if (text !== undefined && path !== undefined)
    throw new UserError(`${name}: set it or ${name}_FILE, not both`);
  if (text !== undefined || path === undefined) return text;
  let content: string;
  try {
    content = readFileSync(path, 'utf8').trim();
  } catch (cause) {
    throw new UserError(`${name}_FILE: expected a file that can be read, found ${path}`, { cause });
  }
  if (content === '') throw new UserError(`${name}_FILE: ${path} is empty`);
  return createSecret(content);
}
