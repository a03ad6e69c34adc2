import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SeriesResult } from './compare-all.ts';
import { derivedMeters, otherCompat } from './hints.ts';
import { reportLines } from './report-lines.ts';
import { summarize } from './report.ts';
import { runFactLines } from './run-facts.ts';

const agreeing: SeriesResult = {
  meter: 'cpu',
  resourceId: 'guest-1',
  verdict: 'agree',
  differences: [],
  compared: 2,
  moved: 0,
};
const atMs = Date.UTC(2026, 0, 2, 3, 4, 5);
const wrongUnit: SeriesResult = {
  ...agreeing,
  meter: 'memory.usage',
  verdict: 'differ',
  differences: [{ kind: 'unit', what: 'unit', ours: '"MiB"', theirs: '"MB"', atMs }],
};
const wanted: SeriesResult = {
  ...agreeing,
  meter: 'memory.usage',
  resourceId: 'guest-2',
  verdict: 'known',
  differences: [{ kind: 'only-ours', what: '', ours: '1', reason: 'it is meant to be', atMs }],
  compared: 0,
};
const missing: SeriesResult = {
  ...agreeing,
  meter: 'power.state',
  verdict: 'only-theirs',
  differences: [{ kind: 'only-theirs', what: '', theirs: '1', atMs }],
  compared: 0,
};
const unread: SeriesResult = {
  ...agreeing,
  meter: 'vcpus',
  verdict: 'not-compared',
  compared: 0,
  why: 'no\x1b reason',
};

test('a report shows each meter, an example of each kind of difference, and the outcome', () => {
  const report = summarize([agreeing, wrongUnit, wanted, missing, unread]);
  assert.equal(report.agrees, false);
  assert.deepEqual(reportLines(report), [
    'METER         COMPARED  AGREE  DIFFER  KNOWN  ONLY OURS  ONLY THEIRS  WHY',
    'cpu                  1      1       -      -          -            -',
    'memory.usage         1      -       1      1          -            -  unit, known: only-ours',
    'power.state          -      -       -      -          -            1  only-theirs',
    'vcpus                -      -       -      -          -            -  1 not compared',
    '',
    'Differences:',
    '  unit: 1 series (memory.usage)',
    '    memory.usage of guest-1 at 2026-01-02T03:04:05.000Z',
    '      ours    "MiB"',
    '      theirs  "MB"',
    '  only-theirs: 1 series (power.state)',
    '    power.state of guest-1 at 2026-01-02T03:04:05.000Z',
    '      ours    (nothing)',
    '      theirs  1',
    '',
    'Known differences, which do not count:',
    '  only-ours: 1 series (memory.usage)',
    '    it is meant to be',
    '    memory.usage of guest-2 at 2026-01-02T03:04:05.000Z',
    '      ours    1',
    '      theirs  (nothing)',
    '',
    'Not compared:',
    '  1 series: no\\x1b reason',
    '',
    '1 series agree, 1 differ, 0 only ours, 1 only theirs.',
  ]);
});

for (const [what, results, agrees, last] of [
  ['all that agrees', [agreeing], true, 'Everything agrees within the reading times: 1 series.'],
  [
    'known differences beside it',
    [agreeing, wanted],
    true,
    'Everything agrees within the reading times: 1 series, 1 series differ as they are meant to.',
  ],
  ['nothing but known differences', [wanted], false, 'Nothing could be compared.'],
  ['nothing at all', [], false, 'Nothing could be compared.'],
  ['nothing that was compared', [unread], false, 'Nothing could be compared.'],
] as const) {
  test(`${what}: "${last}"`, () => {
    const report = summarize(results);
    assert.equal(report.agrees, agrees);
    assert.equal(reportLines(report).at(-1), last);
  });
}

test('units of another version give a hint which one; other units do not', () => {
  assert.equal(otherCompat([agreeing, wrongUnit], 'head'), '19.0.0');
  const odd = { ...wrongUnit, meter: 'cpu' };
  assert.equal(otherCompat([wrongUnit, odd], 'head'), undefined);
  assert.equal(otherCompat([agreeing], 'head'), undefined);
});

test('derived meters go by the names that their samples bear', () => {
  const names = derivedMeters('19.0.0');
  assert.ok(names.has('cpu_util') && names.has('disk.device.iops'));
  assert.ok(!names.has('cpu') && !names.has('network.incoming.bytes.delta'));
});

test('what the run was is said above it, and what may be wrong if nothing came', () => {
  const lines = runFactLines({
    isCutShort: true,
    compat: 'head',
    otherCompat: '19.0.0',
    ourSamples: 0,
    theirSamples: 0,
    forgotten: 3,
    theirs: { kind: 'file', path: 's.jsonl', rotations: 1, restarts: 2 },
    lineProblems: [{ problem: 'not JSON', lines: 4, example: 'x\x07y' }],
  });
  assert.deepEqual(lines.slice(0, 5), [
    'ours    0 samples (compat: head)',
    'theirs  0 samples from s.jsonl, rotated once, begun anew 2 times',
    '        4 lines not JSON: x\\x07y',
    '3 samples were too many to be kept: the oldest of their series',
    'ended early',
  ]);
  assert.match(
    lines.slice(5).join('\n'),
    /^Nothing came from our side.*\nNothing came from Ceilometer.*\n.*"compat: 19.0.0"/,
  );
});

test('what became of a queue is said, and what to look at if nothing came from it', () => {
  const lines = runFactLines({
    isCutShort: false,
    compat: 'head',
    ourSamples: 1,
    theirSamples: 0,
    forgotten: 0,
    theirs: {
      kind: 'queue',
      url: 'amqp://user@broker',
      exchange: 'ceilometer',
      keys: ['notifications.sample', 'metering.sample'],
      messages: 4,
      losses: 2,
      lost: 'nobody listens',
      overflows: 1,
      gaps: [{ from: 'A', to: 'B' }],
    },
    lineProblems: [{ problem: 'not JSON', lines: 4, example: 'x' }],
  });
  assert.deepEqual(lines.slice(1, 3), [
    'theirs  0 samples from amqp://user@broker, connection lost 2 times, not connected at the end: nobody listens, ' +
      'messages dropped because the queue was full once, not known: A to B',
    '        4 messages not JSON: x',
  ]);
  assert.match(lines[3] ?? '', /exchange "ceilometer" .* "notifications.sample", "metering.sample"/);
});
