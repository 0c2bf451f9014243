import { SymbolName, UserError } from '@heliograph/contracts';

/**
 * The symbols that a command is told.
 * @throws UserError when a word is none, with exit code 2
 */
export function readSymbols(command: string, words: readonly string[]): SymbolName[] {
  return words.map((word) => {
    const parsed = SymbolName.safeParse(word);
    if (parsed.success) return parsed.data;
    throw new UserError(`${command}: ${parsed.error.issues[0]?.message} (found "${word}")`, {
      exitCode: 2,
    });
  });
}
