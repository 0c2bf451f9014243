import fc from 'fast-check';
import { expect, test } from 'vitest';
import { uncovered, type Span } from './sequence-gaps.ts';

const most = 40;

/** Ascending spans without overlap, from the numbers that are in them. */
function spansOf(numbers: Iterable<number>): Span[] {
  const spans: Span[] = [];
  for (const number of [...numbers].toSorted((a, b) => a - b)) {
    const last = spans.at(-1);
    if (last?.last === number - 1) spans[spans.length - 1] = { first: last.first, last: number };
    else spans.push({ first: number, last: number });
  }
  return spans;
}

function numbersOf(spans: readonly Span[]): Set<number> {
  return new Set(
    spans.flatMap(({ first, last }) =>
      Array.from({ length: last - first + 1 }, (_, at) => first + at),
    ),
  );
}

test('what no cover lies over is what is in a span and in no cover', () => {
  const numbers = fc.uniqueArray(fc.integer({ min: 1, max: most }));
  const cover = fc
    .tuple(fc.integer({ min: 1, max: most }), fc.integer({ min: 0, max: 9 }))
    .map(([first, more]) => ({ first, last: first + more }));
  fc.assert(
    fc.property(numbers, fc.array(cover), (wanted, covers) => {
      const ascending = covers.toSorted((a, b) => a.first - b.first);
      const found = uncovered(spansOf(wanted), ascending);
      const expected = new Set(wanted).difference(numbersOf(covers));
      expect(spansOf(numbersOf(found))).toEqual(spansOf(expected));
    }),
  );
});
