/** Chance that is the same for the same seed. */
export interface Random {
  /** From 0 to below 1. */
  uniform(): number;
  /** Mean 0, variance 1. */
  normal(): number;
  /** Student's t with six degrees of freedom, scaled to variance 1: large values come far more often than by `normal`. */
  heavyTailed(): number;
  /** How long until something happens that happens once in `mean`. */
  waiting(mean: number): number;
}

/** `parts` tell sequences of one seed apart, so that one that is drawn from more often does not move another. */
export function createRandom(seed: number, ...parts: readonly string[]): Random {
  const uniform = createWeyl(parts.reduce(hash, seed));
  /** Never 0, so that it has a logarithm. */
  const positive = (): number => 1 - uniform();
  const normal = (): number =>
    Math.sqrt(-2 * Math.log(positive())) * Math.cos(2 * Math.PI * uniform());
  return {
    uniform,
    normal,
    heavyTailed: () =>
      normal() * Math.sqrt(4 / (-2 * Math.log(positive() * positive() * positive()))),
    waiting: (mean) => -mean * Math.log(positive()),
  };
}

/** A 32-bit Weyl sequence, mixed. */
function createWeyl(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    return mix(state) / 2 ** 32;
  };
}

function mix(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x21f0aaad);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}

function hash(seed: number, part: string): number {
  let state = mix(seed ^ part.length);
  for (const letter of part) state = mix(state ^ (letter.codePointAt(0) ?? 0));
  return state;
}
