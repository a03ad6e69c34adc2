import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLogger } from './logger.ts';
import type { Logger, LogLevel } from './logger.ts';

function collect(level?: LogLevel): { logger: Logger; lines: () => Record<string, unknown>[] } {
  const written: string[] = [];
  const destination = { write: (line: string) => void written.push(line) };
  const logger = createLogger({ name: 'inspector', destination, ...(level && { level }) });
  return { logger, lines: () => written.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

test('a line has level as a word, ISO time, process, name, fields and text', () => {
  const { logger, lines } = collect();
  logger.info({ listen: '127.0.0.1:1' }, 'ready');
  const [{ time, ...rest } = {}] = lines();
  assert.deepEqual(rest, { level: 'info', pid: process.pid, name: 'inspector', listen: '127.0.0.1:1', msg: 'ready' });
  assert.equal(new Date(time as string).toISOString(), time);
});

test('each call is one line with its line feed', () => {
  const written: string[] = [];
  createLogger({ name: 'a', destination: { write: (line) => void written.push(line) } }).warn('two\nlines');
  assert.equal(written.length, 1);
  assert.match(written[0] ?? '', /^[^\n]+\n$/);
});

test('below the level nothing is written, and a child carries its fields', () => {
  const { logger, lines } = collect('warn');
  const child = logger.child({ host: 'compute-1' });
  child.info('no');
  child.error('yes');
  assert.deepEqual(
    lines().map(({ msg, host }) => [msg, host]),
    [['yes', 'compute-1']],
  );
});

test('an error in the field err is written with its causes', () => {
  const { logger, lines } = collect();
  logger.error({ err: new Error('outer', { cause: new Error('inner') }) }, 'failed');
  const err = lines()[0]?.['err'] as { message: string; cause: { message: string } };
  assert.deepEqual([err.message, err.cause.message], ['outer', 'inner']);
});

test('fields that JSON cannot hold do not make it throw', () => {
  const { logger, lines } = collect();
  const round: Record<string, unknown> = { big: 2n ** 70n };
  round['self'] = round;
  logger.info(round, 'odd');
  assert.equal(lines()[0]?.['msg'], 'odd');
});
