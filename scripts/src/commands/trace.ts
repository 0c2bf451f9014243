import { UserError } from '@heliograph/contracts';
import { readStory, type Story } from '@heliograph/trade-log';
import { exitCodes, type ExitCode } from '../exit.ts';
import type { Invocation } from '../invocation.ts';
import { openLogOrStreams } from '../logged-streams.ts';
import { storyTable } from '../output/story-text.ts';

/** A signal's whole story, with the times between its steps. */
export async function trace(invocation: Invocation): Promise<ExitCode> {
  const { words, json, terminal } = invocation;
  const [id = ''] = words;
  using log = await openLogOrStreams(invocation);
  const story = readStory(log.database, id);
  if (!story)
    throw new UserError(
      `the log has no signal, order or trade ${id}, or several whose ids begin so; \`heliograph signals --json\` lists them`,
      { exitCode: exitCodes.usage },
    );
  if (json) terminal.data(JSON.stringify(story));
  else terminal.data(textOf(story));
  return exitCodes.ok;
}

function textOf({ signalId, signal, candle, chapters, deadLetters }: Story): string {
  const before = [candle, signal].filter((event) => event !== undefined);
  const gone = signal ? [] : ['the signal itself is pruned'];
  const parts = chapters.map(({ portfolio, events }) => {
    const inOrder = [...before, ...events].toSorted((a, b) => a.storedTime - b.storedTime);
    return `${portfolio}\n${storyTable(inOrder)}`;
  });
  const lost = deadLetters.map(
    ({ time, error }) => `given up at ${new Date(time).toISOString()}: ${error}`,
  );
  const undecided = chapters.length === 0 ? [`not decided\n${storyTable(before)}`] : [];
  return [`signal ${signalId}`, ...gone, ...undecided, ...parts, ...lost].join('\n\n');
}
