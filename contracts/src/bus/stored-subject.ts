import type { StreamDeclaration, StreamName } from './streams.ts';
import { streams } from './streams.ts';

/**
 * A partitioned stream keeps `<root>.<partition>.<rest>` of what was published on `<root>.<rest>`. These turn one into
 * the other, so that nobody else knows of it.
 */
export function publishedSubject(stream: StreamName, stored: string): string {
  if (!isPartitioned(stream)) return stored;
  const [root, , ...rest] = stored.split('.');
  return [root, ...rest].join('.');
}

export function storedFilter(stream: StreamName, subject: string): string {
  const [root = '>', ...rest] = subject.split('.');
  return isPartitioned(stream) && root !== '>' ? [root, '*', ...rest].join('.') : subject;
}

/** What is kept in one partition. */
export function partitionFilter(stream: StreamName, partition: number): string {
  return `${rootOf(stream)}.${partition}.>`;
}

/** The server's own mapping into partitions, by venue and symbol. */
export function partitionTransform(
  stream: StreamName,
  partitions: number,
): { src: string; dest: string } {
  const [src = ''] = streams[stream].subjects;
  const wildcards = [1, 2, 3].map((index) => `{{wildcard(${index})}}`);
  return {
    src,
    dest: [rootOf(stream), `{{partition(${partitions},2,3)}}`, ...wildcards].join('.'),
  };
}

function isPartitioned(stream: StreamName): boolean {
  const declaration: StreamDeclaration = streams[stream];
  return declaration.partitioned ?? false;
}

function rootOf(stream: StreamName): string {
  return streams[stream].subjects[0].split('.')[0] ?? '';
}
