import { hostname, userInfo } from 'node:os';
import { Name } from '@heliograph/contracts';
import { z } from 'zod';
import { SpanText } from '../options/setting-texts.ts';

/** It is shown on other people's terminals, which take control characters for orders. */
const PlainText = z
  .string()
  .trim()
  .regex(/^\P{Cc}*$/u, 'expected one line without control characters');

/** What commands that change something are told. */
export const controlOptions = {
  portfolio: Name,
  reason: PlainText.min(1, 'say why').max(400, 'expected at most 400 characters').optional(),
  author: PlainText.min(1, 'say who it is')
    .max(100, 'expected at most 100 characters')
    // Workers take what it writes for their own.
    .refine((author) => author !== 'breaker', 'breaker is what the limits themselves are called')
    .default(whoAmI),
  wait: SpanText,
};

/** `user@host`. */
function whoAmI(): string {
  return `${userName()}@${hostname()}`.slice(0, 100);
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A user without an entry in the system's list, as in containers.
    return `user-${process.getuid?.() ?? 'unknown'}`;
  }
}
