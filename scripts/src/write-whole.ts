import { rename, rm } from 'node:fs/promises';
import { beginDraft } from '@heliograph/trade-log';

/** Makes a file beside its place and puts it there, over what is there, once it is whole. */
export async function writeWhole(
  path: string,
  write: (draft: string) => Promise<unknown>,
): Promise<void> {
  const draft = beginDraft(path);
  try {
    await write(draft);
    await rename(draft, path);
  } finally {
    await rm(draft, { force: true });
  }
}
