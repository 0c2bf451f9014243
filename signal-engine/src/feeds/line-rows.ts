import { UserError } from '@heliograph/contracts';

const lineFeed = 10;
const carriageReturn = 13;
const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);
const maxLineLength = 4096;

/** Turns the bytes of one file into what its lines say, and refuses the first line that is not as it has to be. */
export interface Rows<T> {
  /** Of the lines that end in these bytes or before. */
  read(bytes: Buffer): T[];
  /** Of a last line that has no line end. */
  end(): T[];
  /** The last line that was read, counted from 1. */
  readonly line: number;
}

/** What is in the lines. */
export interface RowReader<T> {
  /** The header that is expected, for people. */
  readonly header: string;
  /** Whether this first line is one. */
  readHeader(text: string): boolean;
  readRow(bytes: Buffer, start: number, end: number): T;
}

/**
 * `createReader` is given what refuses the line in hand.
 * @throws UserError that names the file, the line, what stands there and what was expected
 */
export function createLineRows<T>(
  file: string,
  kind: string,
  createReader: (refuse: (problem: string) => never) => RowReader<T>,
): Rows<T> {
  let line = 0;
  let rest: Buffer = Buffer.alloc(0);

  const refuse = (problem: string): never => {
    throw new UserError(`${file}, line ${line}: ${problem}`, { exitCode: 1 });
  };
  const { header, readHeader, readRow } = createReader(refuse);

  const checkHeader = (bytes: Buffer): void => {
    const start = bytes.subarray(0, 3).equals(byteOrderMark) ? 3 : 0;
    const text = bytes.toString('utf8', start);
    if (readHeader(text)) return;
    // oxlint-disable-next-line no-control-regex
    if (/[\0-\x08\x0e-\x1f\ufffd]/.test(text))
      refuse(`found binary data, expected the header ${header}`);
    refuse(`found ${JSON.stringify(text.slice(0, 80))}, expected the header ${header}`);
  };

  const readLine = (bytes: Buffer, start: number, lineEnd: number, into: T[]): void => {
    line++;
    const end = lineEnd > start && bytes[lineEnd - 1] === carriageReturn ? lineEnd - 1 : lineEnd;
    if (line === 1) checkHeader(bytes.subarray(start, end));
    else if (end > start) into.push(readRow(bytes, start, end));
  };

  return {
    get line() {
      return line;
    },
    read(bytes) {
      const all = rest.length > 0 ? Buffer.concat([rest, bytes]) : bytes;
      const found: T[] = [];
      let start = 0;
      for (let end = all.indexOf(lineFeed); end >= 0; end = all.indexOf(lineFeed, start)) {
        readLine(all, start, end, found);
        start = end + 1;
      }
      rest = all.subarray(start);
      if (rest.length > maxLineLength) {
        line++;
        refuse(
          `found more than ${maxLineLength} bytes without a line end, expected a ${kind} file`,
        );
      }
      return found;
    },
    end() {
      const found: T[] = [];
      if (rest.length > 0) readLine(rest, 0, rest.length, found);
      return found;
    },
  };
}
