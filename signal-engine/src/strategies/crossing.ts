/**
 * Tells when a series changes its sign: 1 upwards, -1 downwards, 0 otherwise. A zero keeps the sign before it, so that a cross through
 * a tie counts once; the first value only sets the sign.
 */
export function createCrossing(): (value: number) => -1 | 0 | 1 {
  let carried = 0;
  return (value) => {
    const sign = Math.sign(value) || carried;
    const crossed = carried !== 0 && sign !== carried;
    carried = sign;
    if (!crossed) return 0;
    return sign > 0 ? 1 : -1;
  };
}
