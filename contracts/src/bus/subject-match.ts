import { PermanentError } from '../errors.ts';
import { streams, type StreamDeclaration, type StreamName } from './streams.ts';

/** The streams with their names, in the order of their declaration. */
export const streamList: readonly (StreamDeclaration & { readonly name: StreamName })[] =
  Object.keys(streams)
    .filter(isStreamName)
    .map((name) => ({ name, ...streams[name] }));

function isStreamName(name: string): name is StreamName {
  return name in streams;
}

/** Whether a subject matches a pattern, in which `*` stands for one token and a last `>` for one or more. */
export function subjectMatches(pattern: string, subject: string): boolean {
  const wanted = pattern.split('.');
  const tokens = subject.split('.');
  for (const [index, token] of wanted.entries()) {
    if (token === '>') return tokens.length > index;
    if (tokens[index] === undefined || (token !== '*' && token !== tokens[index])) return false;
  }
  return wanted.length === tokens.length;
}

/**
 * The stream that keeps what is published on a subject.
 * @throws PermanentError INVALID_SUBJECT for a subject with blanks or wildcards, NO_STREAM when none keeps it
 */
export function streamOf(subject: string): StreamName {
  if (!/^[^\s.*>]+(\.[^\s.*>]+)*$/.test(subject))
    throw new PermanentError('INVALID_SUBJECT', `not a subject to publish on: "${subject}"`);
  const stream = streamList.find(({ subjects }) =>
    subjects.some((pattern) => subjectMatches(pattern, subject)),
  );
  if (stream === undefined) throw new PermanentError('NO_STREAM', `no stream keeps "${subject}"`);
  return stream.name;
}

/** The stream of a log's prefix. */
export function streamOfLog(prefix: string): StreamName {
  return streamOf(`${prefix}.any`);
}
