import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '@heliograph/contracts/testing';

export interface TempFolder extends AsyncDisposable {
  readonly path: string;
  /** Writes a file and gives its path. */
  write(name: string, content: string | Uint8Array): Promise<string>;
}

/** An empty folder that is taken away again. */
export async function makeTempFolder(): Promise<TempFolder> {
  const folder = await temporaryFolder();
  return {
    ...folder,
    async write(name, content) {
      const path = join(folder.path, name);
      await writeFile(path, content);
      return path;
    },
  };
}
