import { Big as BigJs } from 'big.js';

BigJs.strict = true;

/** What becomes of digits that are cut off: `Big.roundDown` and its like. */
export type RoundingMode = 0 | 1 | 2 | 3;

/** Digits after the point that a quotient keeps. What is beyond is cut, never rounded up: it must not buy more than there is. */
const quotientPlaces = 24;

/**
 * An exact decimal: a whole number of units, and how many of its digits stand after the point. It comes to what big.js comes
 * to, digit for digit (big.test.ts), in a tenth of the time: a bigint is a number to the processor, a list of digits is not.
 * What is rare is left to big.js. Only text and bigints go in, so a `number` that strays into money throws instead of
 * rounding.
 */
export class Big {
  static readonly roundDown = 0;
  static readonly roundHalfUp = 1;
  static readonly roundHalfEven = 2;
  static readonly roundUp = 3;

  private readonly units: bigint;
  private readonly places: number;
  private text: string | undefined;

  /** Of a bigint the last `places` digits stand after the point. */
  constructor(value: string | bigint | Big, places = 0) {
    this.text = undefined;
    if (typeof value === 'bigint') {
      this.units = value;
      this.places = places;
    } else {
      const same = decimal(value);
      this.units = same.units;
      this.places = same.places;
    }
  }

  plus(other: string | Big): Big {
    const y = decimal(other);
    const { units, places } = this;
    if (places === y.places) return new Big(units + y.units, places);
    return places > y.places
      ? new Big(units + y.units * power(places - y.places), places)
      : new Big(units * power(y.places - places) + y.units, y.places);
  }

  minus(other: string | Big): Big {
    const y = decimal(other);
    const { units, places } = this;
    if (places === y.places) return new Big(units - y.units, places);
    return places > y.places
      ? new Big(units - y.units * power(places - y.places), places)
      : new Big(units * power(y.places - places) - y.units, y.places);
  }

  times(other: string | Big): Big {
    const y = decimal(other);
    return new Big(this.units * y.units, this.places + y.places);
  }

  /** @throws Error when the other is zero */
  div(other: string | Big): Big {
    const y = divisor(other);
    const shift = quotientPlaces + y.places - this.places;
    return shift >= 0
      ? new Big((this.units * power(shift)) / y.units, quotientPlaces)
      : new Big(this.units / (y.units * power(-shift)), quotientPlaces);
  }

  /** What is left of a division to a whole number, of this one's sign. */
  mod(other: string | Big): Big {
    const y = divisor(other);
    const places = Math.max(this.places, y.places);
    return new Big(
      (this.units * power(places - this.places)) % (y.units * power(places - y.places)),
      places,
    );
  }

  pow(exponent: number): Big {
    const size = Math.abs(exponent);
    const raised = new Big(this.units ** BigInt(size), this.places * size);
    return exponent < 0 ? one.div(raised) : raised;
  }

  neg(): Big {
    return new Big(-this.units, this.places);
  }

  abs(): Big {
    return this.units < 0n ? this.neg() : this;
  }

  /** Below 0, 0 or above. */
  cmp(other: string | Big): number {
    const y = decimal(other);
    let { units: left } = this;
    let { units: right } = y;
    if (this.places < y.places && left !== 0n) left *= power(y.places - this.places);
    else if (this.places > y.places && right !== 0n) right *= power(this.places - y.places);
    return left < right ? -1 : left > right ? 1 : 0;
  }

  eq(other: string | Big): boolean {
    return this.cmp(other) === 0;
  }

  gt(other: string | Big): boolean {
    return this.cmp(other) > 0;
  }

  gte(other: string | Big): boolean {
    return this.cmp(other) >= 0;
  }

  lt(other: string | Big): boolean {
    return this.cmp(other) < 0;
  }

  lte(other: string | Big): boolean {
    return this.cmp(other) <= 0;
  }

  /** To so many digits after the point; where that is negative, before it. */
  round(places = 0, rounding: RoundingMode = Big.roundDown): Big {
    if (places >= this.places) return this;
    const divided = power(this.places - places);
    let units = this.units / divided;
    if (rounding !== Big.roundDown) {
      const rest = this.units - units * divided;
      if (isRoundedUp(rest < 0n ? -rest : rest, divided, { rounding, isOdd: units % 2n !== 0n }))
        units += this.units < 0n ? -1n : 1n;
    }
    return places < 0 ? new Big(units * power(-places)) : new Big(units, places);
  }

  /** Plain notation: all digits, or so many after the point. */
  toFixed(places?: number, rounding?: RoundingMode): string {
    if (places === undefined) return (this.text ??= plain(this.units, this.places));
    const { units, places: there } = this.round(places, rounding);
    const size = String((units < 0n ? -units : units) * power(places - there));
    const digits = size.padStart(places + 1, '0');
    const whole = `${this.units < 0n ? '-' : ''}${digits.slice(0, digits.length - places)}`;
    return places === 0 ? whole : `${whole}.${digits.slice(-places)}`;
  }

  /** Below a millionth and from 10^21 on with an exponent, as numbers are. */
  toString(): string {
    const text = this.toFixed();
    return text.length <= 21 && !text.includes('0.000000') ? text : this.library().toString();
  }

  toJSON(): string {
    return this.toString();
  }

  /** @throws Error when no `number` is exactly that */
  toNumber(): number {
    return this.library().toNumber();
  }

  /** How many places its first digit is from the one before the point. */
  get e(): number {
    return this.library().e;
  }

  /** @throws Error always: `<`, `+` and their like would make a number of it. */
  valueOf(): never {
    throw new Error('valueOf disallowed: a decimal is no number, it has methods');
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }

  private library(): BigJs {
    return new BigJs(this.toFixed());
  }
}

const zero = new Big(0n);
const one = new Big(1n);
const powers: bigint[] = [];

function power(exponent: number): bigint {
  return (powers[exponent] ??= 10n ** BigInt(exponent));
}

function decimal(value: string | Big): Big {
  return value instanceof Big ? value : parsed(value);
}

/** @throws Error when it is no number */
function parsed(text: string): Big {
  if (typeof text !== 'string') throw new TypeError('a decimal is made of text');
  if (text === '0') return zero;
  if (!/^-?\d+(\.\d+)?$/.test(text)) return parsed(new BigJs(text).toFixed());
  const point = text.indexOf('.');
  if (point < 0) return new Big(BigInt(text));
  return new Big(BigInt(text.slice(0, point) + text.slice(point + 1)), text.length - point - 1);
}

function divisor(value: string | Big): Big {
  const divided = decimal(value);
  if (divided.eq(zero)) throw new Error('division by zero');
  return divided;
}

/** Whether what is cut off, `rest` of `whole`, makes the last digit larger; both are 0 or above. */
function isRoundedUp(
  rest: bigint,
  whole: bigint,
  { rounding, isOdd }: { rounding: RoundingMode; isOdd: boolean },
): boolean {
  switch (rounding) {
    case 0:
      return false;
    case 1:
      return rest * 2n >= whole;
    case 2:
      return rest * 2n > whole || (rest * 2n === whole && isOdd);
    case 3:
      return rest > 0n;
  }
}

/** All digits, without zeros at the end of those after the point. */
function plain(units: bigint, places: number): string {
  if (places === 0 || units === 0n) return String(units);
  const sign = units < 0n ? '-' : '';
  const digits = String(units < 0n ? -units : units).padStart(places + 1, '0');
  const point = digits.length - places;
  let end = digits.length;
  while (end > point && digits.endsWith('0', end)) end--;
  const whole = sign + digits.slice(0, point);
  return end === point ? whole : `${whole}.${digits.slice(point, end)}`;
}
