/** How numbers are written in a language. It changes no digit: what it is given is as long as it is. */
export interface Notation {
  /** `1234.5` as `1,234.5`. */
  readonly magnitude: (digits: string) => string;
  /** The magnitude with the sign of what it is of, and in its style. */
  readonly shown: (
    magnitude: string,
    how: { readonly sign: -1 | 0 | 1; readonly isResult?: boolean; readonly isPercent?: boolean },
  ) => string;
}

/** @param locale with digits that can be typed everywhere, unless it names others: `ar-EG-u-nu-arab` */
export function notationOf(locale: string): Notation {
  const numberingSystem = new Intl.Locale(locale).numberingSystem ?? 'latn';
  const format = (options: Intl.NumberFormatOptions): Intl.NumberFormat =>
    new Intl.NumberFormat(locale, { numberingSystem, ...options });
  const plain = format({ maximumFractionDigits: 0 });
  const point = format({ minimumFractionDigits: 1 })
    .formatToParts(0.5)
    .find(({ type }) => type === 'decimal');
  const digits = Array.from({ length: 10 }, (_, digit) => plain.format(digit));
  const styles = {
    plain,
    result: format({ maximumFractionDigits: 0, signDisplay: 'exceptZero' }),
    percent: format({ style: 'percent' }),
    percentResult: format({ style: 'percent', signDisplay: 'exceptZero' }),
  };

  return {
    magnitude(text) {
      const [whole = '0', fraction] = text.split('.');
      const grouped = plain.format(BigInt(whole));
      if (fraction === undefined) return grouped;
      const written = fraction.replaceAll(/\d/g, (digit) => digits[Number(digit)] ?? digit);
      return `${grouped}${point?.value ?? '.'}${written}`;
    },
    shown(magnitude, { sign, isResult = false, isPercent = false }) {
      if (sign >= 0 && !isResult && !isPercent) return magnitude;
      const style = isPercent
        ? styles[isResult ? 'percentResult' : 'percent']
        : styles[isResult ? 'result' : 'plain'];
      return style
        .formatToParts(isPercent ? sign / 100 : sign)
        .map(({ type, value }) => (type === 'integer' ? magnitude : withoutMarks(value)))
        .join('');
    },
  };
}

/** The marks that some languages put around a sign turn what follows, and messages hold none. */
function withoutMarks(text: string): string {
  return text.replaceAll(/[\u061C\u200E\u200F]/g, '');
}
