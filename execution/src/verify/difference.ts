import { canonicalJson } from '@heliograph/contracts';

/** Where two events differ first: the path of a field, and what it is in each; undefined where it is not there. */
export interface FieldDifference {
  readonly path: string;
  readonly recorded: unknown;
  readonly derived: unknown;
}

/**
 * The first field in which they differ, by the order of their names, the type before all; undefined when they are equal.
 * Of what was decided by other rules, ids and words for people are not compared, nor what was not written then: all that
 * belongs to the rules.
 */
export function firstDifference(
  recorded: object,
  derived: object,
  { byOtherRules = false }: { byOtherRules?: boolean } = {},
): FieldDifference | undefined {
  const isLeftOut = (name: string, branch: object): boolean =>
    byOtherRules && (ofTheRules.has(name) || !(name in branch));
  const between = (one: unknown, other: unknown, path: string): FieldDifference | undefined => {
    if (!isBranch(one) || !isBranch(other))
      return textOf(one) === textOf(other) ? undefined : { path, recorded: one, derived: other };
    const names = new Set([...Object.keys(one), ...Object.keys(other)]);
    for (const name of [...names].toSorted()) {
      if (isLeftOut(name, one)) continue;
      const found = between(one[name], other[name], path === '' ? name : `${path}.${name}`);
      if (found) return found;
    }
    return undefined;
  };
  return between(typeOf(recorded), typeOf(derived), 'type') ?? between(recorded, derived, '');
}

const ofTheRules: ReadonlySet<string> = new Set([
  'id',
  'causationId',
  'correlationId',
  'orderId',
  'protects',
  'fillId',
  'tradeId',
  'detail',
]);

function typeOf(event: object): unknown {
  return 'type' in event ? event.type : undefined;
}

function isBranch(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function textOf(value: unknown): string | undefined {
  return value === undefined ? undefined : canonicalJson(value);
}
