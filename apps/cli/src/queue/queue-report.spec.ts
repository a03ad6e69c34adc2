import assert from 'node:assert/strict';
import { test } from 'node:test';
import { storedLedger } from '@nephometer/delivery';
import { isWell, reportLines } from './queue-report.ts';
import type { QueueReport } from './queue-report.ts';

const now = Date.UTC(2026, 6, 21, 16);
const style = (_: string, text: string): string => text;

function reportOf(counts: Readonly<Record<string, number>>, fields: Partial<QueueReport> = {}): QueueReport {
  const { publisher: _, ...ledger } = storedLedger('', { counts, items: 12_000 });
  return {
    publisher: 'gnocchi://',
    isForgotten: false,
    file: '/state/queues/gnocchi-0123456789ab.sqlite',
    kind: 'disk',
    owner: { pid: 12, host: 'kvm1' },
    waiting: { samples: 12_000, bytes: 1_258_291, oldest: '2026-07-21T12:53:00.000Z' },
    ledger,
    damage: [],
    failure: null,
    ...fields,
  };
}

const counts = { polled: 60_000, delivered: 47_000, queue_full: 900, refused: 100 };

test('A queue says whose it is, what waits and what became of the rest', () => {
  assert.deepEqual(reportLines(reportOf(counts), { style, now }), [
    'gnocchi://',
    '  file     /state/queues/gnocchi-0123456789ab.sqlite',
    '  owner    process 12 on kvm1',
    '  waiting  12,000 samples, 1.20 MiB, the oldest for 3h 07m, since 2026-07-21T12:53:00.000Z',
    '  ledger   60,000 polled = 47,000 delivered + 12,000 queued + 1,000 dropped (queue_full 900, refused 100)',
  ]);
  assert.equal(isWell(reportOf(counts)), true);
});

test('Numbers that do not add up are said, in either direction', () => {
  const missing = reportOf({ ...counts, polled: 60_002 });
  assert.match(reportLines(missing, { style, now }).join('\n'), /\n {11}DOES NOT ADD UP: 2 samples missing$/);
  const tooMany = reportOf({ ...counts, polled: 59_999 });
  assert.match(reportLines(tooMany, { style, now }).join('\n'), /\n {11}DOES NOT ADD UP: 1 sample too many$/);
  assert.deepEqual([isWell(missing), isWell(tooMany)], [false, false]);
});

test('Damage is said, with what to do, also where nothing else can be told', () => {
  const damaged = reportOf({}, { waiting: null, ledger: null, owner: null, damage: ['/state: page 3 is\nnot there'] });
  assert.equal(isWell(damaged), false);
  assert.deepEqual(reportLines(damaged, { style, now }).slice(2), [
    '  owner    nobody: no coordinator has it open',
    '  DAMAGE   /state: page 3 is not there',
    '           repaired when it is opened next, or by: nephometer queue repair /state/queues/gnocchi-0123456789ab.sqlite',
  ]);
});

test('A file that is damaged and is no queue by its name is not to be repaired', () => {
  const copy = reportOf(
    {},
    { file: '/tmp/copy', waiting: null, ledger: null, owner: null, damage: ['/tmp/copy: cut'] },
  );
  assert.equal(reportLines(copy, { style, now }).at(-1), '  DAMAGE   /tmp/copy: cut');
});

test('A queue that could not be looked at is not well, and nothing is said about it but why', () => {
  const failure = 'this user may not read /state';
  const unknown = reportOf({}, { waiting: null, ledger: null, owner: null, failure });
  assert.equal(isWell(unknown), false);
  assert.deepEqual(reportLines(unknown, { style, now }).slice(2), [`  ERROR    ${failure}`]);
});

test('A queue that nobody serves any more says so if something waits', () => {
  const forgotten = reportOf(counts, { publisher: null, isForgotten: true, owner: 'unknown' });
  const lines = reportLines(forgotten, { style, now });
  assert.equal(lines[0], 'a publisher that is not configured');
  assert.equal(lines[2], '  owner    a process that left no name');
  assert.match(lines.at(-1) ?? '', /^ {11}nobody sends these: nephometer queue drain --to, replay, or drop$/);
  const empty = reportOf(counts, { isForgotten: true, waiting: { samples: 0, bytes: 0, oldest: null } });
  assert.doesNotMatch(reportLines(empty, { style, now }).join('\n'), /nobody sends/);
  assert.match(reportLines(empty, { style, now }).join('\n'), /waiting {2}nothing/);
});

test('A queue without a file is no trouble', () => {
  const none = reportOf({}, { kind: 'none', waiting: null, ledger: null, owner: null });
  assert.equal(reportLines(none, { style, now }).at(-1), '  waiting  nothing: the file is not there yet');
  const memory = reportOf({}, { kind: 'memory', waiting: null, ledger: null, owner: null });
  assert.deepEqual(reportLines(memory, { style, now }), ['gnocchi://', '  queue    in memory, nothing on disk']);
});
