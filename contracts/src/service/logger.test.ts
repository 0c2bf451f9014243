import { expect, test } from 'vitest';
import { createLogger, createSilentLogger, type Logger } from './logger.ts';

function recorded(log: (logger: Logger) => void, level?: string): Record<string, unknown>[] {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  log(createLogger({ name: 'execution', destination, ...(level !== undefined && { level }) }));
  return lines.map((line) => JSON.parse(line));
}

test('writes JSON lines with the name of the service and the time in UTC', () => {
  const [line] = recorded((log) => log.info({ symbol: 'BTC/USDT' }, 'signal taken'));
  expect(line).toMatchObject({ name: 'execution', symbol: 'BTC/USDT', msg: 'signal taken' });
  expect(line?.['time']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
});

test.each(['token', 'password', 'apiKey', 'secret', 'pass', 'user'])('hides a %s', (field) => {
  const text = JSON.stringify(
    recorded((log) => {
      log.info({ [field]: 's3cr3t' }, 'at the top');
      log.info({ options: { [field]: 's3cr3t' } }, 'one below');
    }),
  );
  expect(text).not.toContain('s3cr3t');
  expect(text.match(/\[hidden\]/g)).toHaveLength(2);
});

test('writes an error with its cause', () => {
  const err = new Error('append refused', { cause: new Error('wrong last sequence') });
  const [line] = recorded((log) => log.error({ err }, 'decision not kept'));
  expect(line?.['err']).toMatchObject({ message: 'append refused: wrong last sequence' });
});

test('says no more than its level', () => {
  expect(recorded(say)).toHaveLength(2);
  expect(recorded(say, 'warn')).toHaveLength(1);
  expect(recorded(say, 'debug')).toHaveLength(3);
});

test('the silent logger says nothing', () => {
  expect(createSilentLogger().isLevelEnabled('fatal')).toBe(false);
});

function say(log: Logger): void {
  log.debug('detail');
  log.info('news');
  log.warn('trouble');
}
