import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { displayWidth } from '../text/display-width.ts';
import { renderLiveView } from './live-view.ts';
import type { LiveModel } from './live-view.ts';
import type { InstanceRow } from './rates.ts';

const plain = (_: unknown, text: string): string => text;

const busy: InstanceRow = {
  id: 'b',
  name: '東京-web',
  powerState: 1,
  vcpus: 2,
  cpuPercent: 97.25,
  memoryUsedBytes: 300 * 1024 * 1024,
  memoryResidentBytes: 400 * 1024 * 1024,
  memoryTotalBytes: 512 * 1024 * 1024,
  diskReadRate: 2048,
  diskWriteRate: 0,
  networkReceiveRate: 1e6,
  networkTransmitRate: 5,
};
/** What libvirt's test driver knows of a guest. */
const bare: InstanceRow = { id: 'a', name: 'test', powerState: 1, vcpus: 2, memoryTotalBytes: 2 ** 31 };

function model(rows: readonly InstanceRow[], more: Partial<LiveModel> = {}): LiveModel {
  return {
    host: 'kvm1',
    source: 'the simulated hypervisor (2 made-up instances)',
    inspector: 'unix:/tmp/x/inspector.sock',
    intervalS: 5,
    summary: { rows, cycles: 3, samplesPerCycle: 60, samplesPerSecond: 12 },
    keys: 'q or Ctrl-C quits',
    ...more,
  };
}

test('the busiest instance comes first, and what is not known is a dash', () => {
  const lines = renderLiveView(model([bare, busy]), { columns: 110, rows: 20, style: plain });
  assert.deepEqual(
    lines.map((line) => line.trimEnd()),
    [
      'nephometer dev: host kvm1, the simulated hypervisor (2 made-up instances)',
      'inspector unix:/tmp/x/inspector.sock',
      'q or Ctrl-C quits | cycle 3, every 5 s | 2 instances | 60 samples per cycle | 12.0 samples/s',
      '',
      'INSTANCE  STATE    VCPUS  CPU %  MEM USED  RESIDENT    MEMORY    READ/S  WRITE/S     RX/S  TX/S',
      '東京-web  running      2   97.3   300 MiB   400 MiB   512 MiB  2.00 KiB      0 B  977 KiB   5 B',
      'test      running      2      -         -         -  2.00 GiB         -        -        -     -',
    ],
  );
});

test('instances that find no room are counted', () => {
  const rows = Array.from({ length: 30 }, (_, index) => ({ id: `${index}`, name: `vm-${index}`, cpuPercent: index }));
  const lines = renderLiveView(model(rows), { columns: 100, rows: 10, style: plain });
  assert.equal(lines.length, 10);
  assert.match(lines[5] ?? '', /^vm-29 /);
  assert.equal(lines[9], '… 26 more');
  const exact = renderLiveView(model(rows.slice(0, 5)), { columns: 100, rows: 10, style: plain });
  assert.match(exact[9] ?? '', /^vm-0 /);
});

test('before the first sample it says what it waits for', () => {
  const waiting = model([], { summary: { rows: [], cycles: 0, samplesPerCycle: 0 } });
  assert.match(
    renderLiveView(waiting, { columns: 80, rows: 24, style: plain }).join('\n'),
    /Waiting for the first samples/,
  );
  assert.match(renderLiveView(model([]), { columns: 80, rows: 24, style: plain }).join('\n'), /none is running/);
});

test('the last warning of a service is at the bottom, harmless', () => {
  const lines = renderLiveView(model([bare], { notice: 'inspector: lost\x1b[2J' }), {
    columns: 80,
    rows: 24,
    style: plain,
  });
  assert.equal(lines.at(-1), 'inspector: lost\\x1b[2J');
});

test('formats are used where there is a terminal that has them', () => {
  const style = (format: string, text: string): string => `<${format}>${text.trimEnd()}</${format}>`;
  const lines = renderLiveView(model([busy], { notice: 'careful' }), { columns: 80, rows: 24, style });
  assert.match(lines[0] ?? '', /^<bold>nephometer dev/);
  assert.match(lines[4] ?? '', /^<inverse>INSTANCE/);
  assert.equal(lines.at(-1), '<yellow>careful</yellow>');
});

test('the view never is larger than the screen, however small that is', () => {
  const row = fc.record({
    id: fc.uuid(),
    name: fc.string({ unit: 'grapheme' }),
    cpuPercent: fc.integer({ min: 0, max: 900 }),
  });
  fc.assert(
    fc.property(
      fc.array(row, { maxLength: 12 }),
      fc.integer({ min: 1, max: 130 }),
      fc.integer({ min: 1, max: 30 }),
      (rows, columns, height) => {
        const lines = renderLiveView(model(rows, { notice: 'x'.repeat(50) }), { columns, rows: height, style: plain });
        assert.ok(lines.length <= height);
        for (const line of lines) assert.ok(displayWidth(line) <= columns, JSON.stringify(line));
      },
    ),
  );
});
