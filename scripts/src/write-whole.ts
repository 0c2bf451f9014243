import { rm } from 'node:fs/promises';
import { beginDraft, putDraft } from '@heliograph/trade-log';

/**
 * Makes a file beside its place and puts it there once it is whole, over what is there.
 * @returns false where something is there that, without `force`, is not replaced
 */
export async function writeWhole(
  path: string,
  write: (draft: string) => Promise<unknown>,
  { force = true } = {},
): Promise<boolean> {
  const draft = beginDraft(path);
  try {
    await write(draft);
    return putDraft(draft, path, { force });
  } finally {
    await rm(draft, { force: true });
  }
}
