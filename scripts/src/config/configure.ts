import type { Command } from 'commander';

/**
 * Gives a command what variables and the configuration file say. Their code comes when it is asked for.
 * @returns the configuration file, if there is one
 */
export async function configure(
  command: Command,
  named: string | undefined,
): Promise<string | undefined> {
  const { findConfig } = await import('./read-config.ts');
  const file = named ?? (await findConfig());
  await (await import('./apply-config.ts')).applyConfig(command, file);
  return file;
}
