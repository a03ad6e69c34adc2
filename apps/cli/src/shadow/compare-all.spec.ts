import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareAll } from './compare-all.ts';
import { facts, readings, seriesOf } from './example.ts';
import { knownDifferences } from './known-differences.ts';
import type { Facts } from './observation.ts';
import type { Reading, Series } from './series-store.ts';

const context = { derivedMeters: new Set(['cpu_util']), hasTransformers: false };

const OUR_TIMES = [1000, 11_000, 21_000];
const THEIR_TIMES = [5000, 15_000];

function ours(volume = 1, more: Partial<Facts> = {}): Reading[] {
  return readings(
    OUR_TIMES.map((atMs) => [atMs, volume]),
    more,
  );
}

function theirs(volume = 1, more: Partial<Facts> = {}): Reading[] {
  return readings(
    THEIR_TIMES.map((atMs) => [atMs, volume]),
    more,
  );
}

function metadataOf(more: Readonly<Record<string, unknown>>): Partial<Facts> {
  return { metadata: { ...facts.metadata, ...more } };
}

/** A series on both sides, so that each side is known to have read the host. */
const both = seriesOf(ours(), theirs());

function verdict(series: Series, own: Partial<typeof context> = {}): string {
  const results = compareAll([both, series], { ...context, ...own });
  const [, result] = results;
  assert.ok(result);
  return [result.verdict, ...result.differences.map(({ reason }) => reason ?? 'counts')].join(': ');
}

const guest2 = metadataOf({ instance_id: 'guest-2' });
const unowned = { ...guest2, projectId: null, userId: null };

function reasonOf(part: string): string {
  const found = knownDifferences.filter(({ reason }) => reason.includes(part));
  assert.equal(found.length, 1, part);
  return found[0]?.reason ?? '';
}

const rows: readonly [what: string, series: Series, expected: string][] = [
  ['a series of both', seriesOf(ours(3), theirs(3), { meter: 'm' }), 'agree'],
  ['a series that is not the same', seriesOf(ours(3), theirs(4), { meter: 'm' }), 'differ: counts'],
  ['a series of ours', seriesOf(ours(), [], { meter: 'm' }), 'only-ours: counts'],
  ['a series of theirs', seriesOf([], theirs(), { meter: 'm' }), 'only-theirs: counts'],
  ['a new guest of ours after their last cycle', seriesOf(ours().slice(2), [], { meter: 'm' }), 'not-compared'],
  ['a guest of theirs that was gone before our first cycle', seriesOf([], readings([[500, 1]])), 'not-compared'],
  ['a meter that we derive', seriesOf(ours(), [], { meter: 'cpu_util' }), `known: ${reasonOf('from two readings')}`],
  ['a guest without an owner', seriesOf(ours(1, unowned), []), `known: ${reasonOf('without an owner')}`],
  ['a guest with an owner', seriesOf(ours(1, guest2), []), 'only-ours: counts'],
  [
    'a meter of a guest that they know without an owner',
    seriesOf(ours(1, { projectId: null }), [], { meter: 'm' }),
    'only-ours: counts',
  ],
  [
    'what another agent measures',
    seriesOf([], theirs(1, { metadata: {} }), { meter: 'image.size' }),
    `known: ${reasonOf('another agent')}`,
  ],
  ['a counter of -1', seriesOf([], theirs(-1), { meter: 'network.incoming.bytes' }), `known: ${reasonOf('-1')}`],
  ['a -1 that is no counter', seriesOf([], theirs(-1), { meter: 'memory' }), 'only-theirs: counts'],
  ['CPU time of 0', seriesOf([], theirs(0), { meter: 'cpu' }), `known: ${reasonOf('CPU time')}`],
  [
    'the id of a flavor that only Nova tells',
    seriesOf(
      ours(1, metadataOf({ flavor: { id: 'tiny', name: 'tiny' } })),
      theirs(1, metadataOf({ flavor: { id: '7', name: 'tiny' } })),
    ),
    `known: ${reasonOf('flavor')}`,
  ],
  [
    'the id of a flavor that we know better',
    seriesOf(
      ours(1, metadataOf({ flavor: { id: '8', name: 'tiny' } })),
      theirs(1, metadataOf({ flavor: { id: '7', name: 'tiny' } })),
    ),
    'differ: counts',
  ],
  [
    'a host that only we poll',
    seriesOf(ours(1, metadataOf({ instance_id: 'guest-9', instance_host: 'kvm9' })), []),
    'not-compared',
  ],
  [
    'a host that only they poll',
    seriesOf([], theirs(1, metadataOf({ instance_id: 'guest-9', instance_host: 'kvm9' }))),
    'not-compared',
  ],
];

for (const [what, series, expected] of rows) {
  test(`${what}: ${expected}`, () => assert.equal(verdict(series), expected));
}

test('where transformers make the derived meters on both sides, one that is missing counts', () => {
  assert.equal(verdict(seriesOf(ours(), [], { meter: 'cpu_util' }), { hasTransformers: true }), 'only-ours: counts');
});

test('a host by two names is one: the names differ, and what is missing there is found', () => {
  const here = metadataOf({ instance_host: 'kvm1' });
  const there = metadataOf({ instance_host: 'kvm1.example.org' });
  const [first, second] = compareAll(
    [seriesOf(ours(1, here), theirs(1, there)), seriesOf(ours(1, here), [], { meter: 'm' })],
    context,
  );
  assert.deepEqual(
    first?.differences.map(({ what }) => what),
    ['resource_metadata.instance_host'],
  );
  assert.equal(second?.verdict, 'only-ours');
});

test('why a series was not compared is said', () => {
  const late = readings([[30_000, 1]]);
  const [plain, delta] = compareAll(
    [
      seriesOf(ours(), late),
      seriesOf(ours(1, { type: 'delta' }), theirs(1, { type: 'delta' }).slice(1), { meter: 'd' }),
    ],
    context,
  );
  assert.match(plain?.why ?? '', /^no sample of Ceilometer's came between two readings/);
  assert.match(delta?.why ?? '', /^no two samples/);
});

test('what may have been lost on the way is not compared, whichever side has it; before and after that it counts', () => {
  const known = { ...context, derivedMeters: new Set<string>() };
  const all = [
    both,
    seriesOf(ours(3), theirs(4), { meter: 'a' }),
    seriesOf(ours(), [], { meter: 'b' }),
    seriesOf([], theirs(), { meter: 'c' }),
  ];
  const verdicts = (fromMs: number, toMs: number): string[] =>
    compareAll(all, known, [{ fromMs, toMs }]).map((result) => result.verdict);
  assert.deepEqual(verdicts(7000, 8000), ['not-compared', 'not-compared', 'not-compared', 'not-compared']);
  assert.deepEqual(verdicts(100_000, 200_000), ['agree', 'differ', 'only-ours', 'only-theirs']);
  assert.match(compareAll(all, known, [{ fromMs: 7000, toMs: 8000 }])[2]?.why ?? '', /may be missing/);
});
