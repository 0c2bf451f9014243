import { createInterface } from 'node:readline/promises';
import { UserError } from '@heliograph/contracts';

/** Where somebody can be asked. */
export interface Dialogue {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly output: NodeJS.WritableStream & { readonly isTTY?: boolean };
}

/**
 * Asks whether that is meant. Only the word yes is a yes.
 * @throws UserError where there is nobody to ask
 */
export async function confirm(what: string, { input, output }: Dialogue): Promise<boolean> {
  if (!input.isTTY || !output.isTTY)
    throw new UserError('--yes: without a terminal to ask at, say it, to mean it', { exitCode: 2 });
  const asking = createInterface({ input, output });
  const ended = new Promise<string>((resolve) => asking.once('close', () => resolve('')));
  try {
    const answer = await Promise.race([asking.question(`${what} Type yes: `), ended]);
    return answer.trim().toLowerCase() === 'yes';
  } finally {
    asking.close();
  }
}
