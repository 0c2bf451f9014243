import { queryNames, subjects, UserError } from '@heliograph/contracts';
import { z } from 'zod';
import { openControl } from '../control/open-control.ts';
import { exitCodes, type ExitCode } from '../exit.ts';
import { readOptions, type Invocation } from '../invocation.ts';

const AskOptions = z.object({
  with: z.string().default('{}'),
});

const Answer = z.union([
  z.object({ status: z.literal('ok'), result: z.unknown() }),
  z.object({
    status: z.literal('error'),
    error: z.object({ code: z.string(), message: z.string() }),
  }),
]);

/** A question to the trade log that runs, over the bus as any other client would ask it; its result comes as JSON. */
export async function ask(invocation: Invocation): Promise<ExitCode> {
  const { with: question } = readOptions(invocation, AskOptions);
  const { words, terminal } = invocation;
  const name = queryNames.find((one) => one === words[0]);
  if (name === undefined)
    throw new UserError(`ask: expected one of ${queryNames.join(', ')}`, { exitCode: 2 });
  await using bus = await openControl(invocation);
  const body = await bus.request(subjects.query(name), question);
  const answer = Answer.parse(JSON.parse(body));
  if (answer.status === 'error')
    throw new UserError(`${name}: ${answer.error.message} (${answer.error.code})`, {
      exitCode: answer.error.code === 'BAD_REQUEST' ? 2 : 1,
    });
  terminal.data(JSON.stringify(answer.result, null, invocation.json ? 0 : 2));
  return exitCodes.ok;
}
