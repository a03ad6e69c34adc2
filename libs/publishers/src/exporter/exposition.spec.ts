import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Sample } from '@nephometer/sample';
import { checkMetrics } from '@nephometer/test-kit';
import { exampleCycles, exampleSample } from '../example.ts';
import { readTestdata, recordedMessages, sampleOf } from '../message/recorded.ts';
import { ceilometerNaming } from '../series/ceilometer-naming.ts';
import { nativeNaming } from '../series/native-naming.ts';
import type { TextFormat } from './exposition.ts';
import { exposition } from './exposition.ts';
import { formatPythonValue, formatValue } from './format-value.ts';
import { createSeriesStore } from './series-store.ts';

interface Given {
  readonly naming?: typeof nativeNaming;
  readonly format?: TextFormat;
  readonly hasTimestamps?: boolean;
}

function textOf(
  samples: readonly Sample[],
  { naming = nativeNaming, format = 'prometheus', hasTimestamps = false }: Given = {},
): string {
  const store = createSeriesStore({ naming, maxSeries: 1000 });
  assert.deepEqual(store.update(samples, 0), []);
  const formats = naming === nativeNaming ? formatValue : formatPythonValue;
  return [...exposition(store.read(0), { format, hasTimestamps, formatValue: formats })].join('');
}

const sample = exampleSample({ resourceId: 'a "b"\\\n', volume: 1.5e9, userId: null, projectId: 'é' });

test('The text of Prometheus has help, type and escaped labels', () => {
  assert.equal(
    textOf([sample]),
    '# HELP nephometer_cpu_seconds_total Meter cpu: total, in seconds.\n' +
      '# TYPE nephometer_cpu_seconds_total counter\n' +
      'nephometer_cpu_seconds_total{project_id="é",resource_id="a \\"b\\"\\\\\\n"} 1.5\n',
  );
});

test('OpenMetrics names the family without _total, gives its unit, and says where it ends', () => {
  assert.equal(
    textOf([sample], { format: 'openmetrics' }),
    '# HELP nephometer_cpu_seconds Meter cpu: total, in seconds.\n' +
      '# TYPE nephometer_cpu_seconds counter\n' +
      '# UNIT nephometer_cpu_seconds seconds\n' +
      'nephometer_cpu_seconds_total{project_id="é",resource_id="a \\"b\\"\\\\\\n"} 1.5\n' +
      '# EOF\n',
  );
  assert.equal(textOf([], { format: 'openmetrics' }), '# EOF\n');
  assert.equal(textOf([]), '');
});

test('Times are milliseconds in one format and seconds in the other', () => {
  assert.match(textOf([sample], { hasTimestamps: true }), / 1\.5 1767323045678\n/);
  assert.match(textOf([sample], { hasTimestamps: true, format: 'openmetrics' }), / 1\.5 1767323045\.678\n/);
});

test('Help is escaped as each format wants it', () => {
  const odd = exampleSample({ name: 'a"b\\\nc' });
  assert.match(textOf([odd]), /Meter a"b\\\\\\nc: /);
  assert.match(textOf([odd], { format: 'openmetrics' }), /Meter a\\"b\\\\\\nc: /);
});

test('All series of a name stand together, however they came', () => {
  const names = textOf(exampleCycles(3, 2).flat())
    .split('\n')
    .map((line) => /^(\w+)\{/.exec(line)?.[1])
    .filter((name) => name !== undefined);
  assert.equal(names.length, 18);
  assert.equal(names.filter((name, index) => name !== names[index - 1]).length, 6);
});

test('promtool has nothing against what Ceilometer’s compute agent measures', async () => {
  for (const compat of ['head', '19.0.0']) {
    assert.equal(await checkMetrics(textOf(recordedMessages(`messages-${compat}.jsonl`).map(sampleOf))), '');
  }
});

test('With Ceilometer’s names the text is that of its exporter, byte for byte', () => {
  const samples = recordedMessages('messages-head.jsonl').map(sampleOf);
  const golden = readTestdata('exporter-head.txt');
  const families = [...golden.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name);
  const ordered = families.flatMap((family) =>
    samples.filter(({ name }) => `ceilometer_${name.replaceAll('.', '_')}` === family),
  );
  assert.equal(textOf(ordered, { naming: ceilometerNaming }), golden);
});

test('With Ceilometer’s names a name that no metric may have, and another set of labels, are no errors', () => {
  const text = textOf(
    [
      exampleSample({ name: '0a-b.c', unit: '' }),
      exampleSample({ name: '0a-b.c', unit: '', resourceId: 'r2', userId: null }),
    ],
    { naming: ceilometerNaming },
  );
  assert.match(text, /^ceilometer_0a_b_c\{_0a_b="r1",counter="0a-b.c",.*user="u1"\} 5\.0$/m);
  assert.match(text, /^ceilometer_0a_b_c\{_0a_b="r2",.*,resource="r2",type="c"\} 5\.0$/m);
});

test('A long text comes in pieces, which are made when they are asked for', () => {
  const store = createSeriesStore({ naming: nativeNaming, maxSeries: 10_000 });
  store.update(
    Array.from({ length: 3000 }, (_, index) => exampleSample({ resourceId: `r${index}` })),
    0,
  );
  const pieces = exposition(store.read(0), { format: 'prometheus', hasTimestamps: false, formatValue });
  const first = pieces.next().value ?? '';
  assert.ok(first.length >= 65536 && first.length < 70_000, String(first.length));
  assert.equal([first, ...pieces].join('').match(/^nephometer/gm)?.length, 3000);
});
