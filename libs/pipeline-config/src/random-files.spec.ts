import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import fc from 'fast-check';
import { examine, loadMessages, loadTestdata } from './catalogue.ts';
import type { Kind } from './catalogue.ts';
import { parseDiscovery } from './discovery-url.ts';
import { createMeterFilter } from './meter-filter.ts';
import type { PipelineConfig } from './pipeline-config.ts';
import type { PollingConfig } from './polling-config.ts';

const messages = await loadMessages();

/** Whatever is in a file: it is understood, or it is said where and why not, in words of the catalogue. */
function isUnderstoodOrExplained(kind: Kind, text: string | Uint8Array): void {
  const { problems, warnings, polling, pipeline } = examine(kind, text);
  assert.ok(problems.length > 0 || polling !== undefined || pipeline !== undefined, 'refused without a word');
  const source = typeof text === 'string' ? text : Buffer.from(text).toString('latin1');
  const lineCount = source.split(/\r\n|\n|\r/).length;
  for (const { file, line = 0, message } of [...problems, ...warnings]) {
    assert.equal(file, 'a.yaml');
    assert.ok(Number.isInteger(line) && line >= 1 && line <= lineCount, `line ${line}: ${message}`);
    assert.ok(
      messages.some(({ pattern }) => pattern.test(message)),
      `not in the catalogue: ${message}`,
    );
  }
  if (polling !== undefined) checkPolling(polling);
  if (pipeline !== undefined) checkPipeline(pipeline);
}

function checkPolling({ sources }: PollingConfig): void {
  assert.equal(new Set(sources.map(({ name }) => name)).size, sources.length);
  for (const { intervalMs, meters, meterLines, resources, discovery } of sources) {
    assert.ok(intervalMs >= 1000 && intervalMs < 2 ** 31 && intervalMs % 1000 === 0);
    assert.ok(meters.length > 0 && meterLines?.length === meters.length);
    assert.equal(typeof createMeterFilter(meters)('cpu'), 'boolean');
    assert.ok([...resources, ...discovery, ...meters].every((text) => text !== ''));
    for (const url of discovery) assert.equal(typeof parseDiscovery(url).name, 'string');
  }
}

function checkPipeline({ sources, sinks }: PipelineConfig): void {
  const names = new Set(sinks.map(({ name }) => name));
  assert.equal(names.size, sinks.length);
  assert.equal(new Set(sources.map(({ name }) => name)).size, sources.length);
  for (const source of sources) {
    assert.ok(source.sinks.length > 0 && source.sinks.every((name) => names.has(name)));
    assert.equal(new Set(source.sinks).size, source.sinks.length);
    assert.equal(typeof createMeterFilter(source.meters)('cpu'), 'boolean');
  }
  for (const sink of sinks) {
    assert.ok(sink.publishers.length > 0 && sink.publishers.every(({ url }) => url.includes('://')));
    for (const { name, parameters, place } of sink.transformers) {
      assert.ok(name !== '' && typeof parameters === 'object' && !Array.isArray(parameters));
      assert.ok((place?.parameterLines?.get('') ?? 0) >= 1);
    }
  }
}

const scalars = [null, true, 0, -5, 1.9, 30, 2 ** 31, '30', '', 'a', 's', '*', '!x', '[z-a', 'a\nb', '\u2028\u001b[1m'];
const lists = [[], [''], ['a', 'a'], [[null]], ['*', '!cpu'], ['cpu', '!cpu'], [{ name: 's', publishers: ['p'] }]];
const others = [{}, { a: 1 }, { name: 's' }, { name: 'delta', parameters: { target: [{ unit: 's' }] } }];
const odd = fc.constantFrom<unknown>(
  ...scalars,
  ...lists,
  ...others,
  'local_node://p',
  'endpoint:x?y',
  'x'.repeat(200),
);
const key = fc.constantFrom(
  'name',
  'nmae',
  'interval',
  'meters',
  'counters',
  'sinks',
  'sources',
  'resources',
  'discovery',
  'publishers',
  'transformers',
  'parameters',
  'group_id_coordination_expression',
  'constructor',
  'a b',
);
const change = fc.record({
  at: fc.nat(),
  how: fc.constantFrom('replace', 'remove', 'repeat', 'rename', 'add'),
  odd,
  key,
});
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

/** A valid file in which a few values are another one, gone, there twice, or under another key. */
function mutate(document: unknown, changes: readonly Change[]): string {
  const copy: unknown = structuredClone(document);
  for (const { at, how, odd: value, key: newKey } of changes) {
    const slots = slotsOf(copy);
    const slot = slots[at % slots.length];
    if (slot === undefined) break;
    const { holder, name } = slot;
    if (how === 'replace') holder[name] = structuredClone(value);
    else if (Array.isArray(holder))
      holder.splice(Number(name), how === 'remove' ? 1 : 0, structuredClone(holder[name]));
    else if (how === 'add') holder[newKey] = structuredClone(value);
    else {
      if (how === 'rename') holder[newKey] = structuredClone(holder[name]);
      Reflect.deleteProperty(holder, name);
    }
  }
  return JSON.stringify(copy, null, 2);
}

interface Slot {
  readonly holder: Record<string, unknown>;
  readonly name: string;
}

function slotsOf(value: unknown): Slot[] {
  if (typeof value !== 'object' || value === null) return [];
  const holder = value as Record<string, unknown>;
  return Object.keys(holder).flatMap((name) => [{ holder, name }, ...slotsOf(holder[name])]);
}

const polled = {
  sources: [
    { name: 'a', interval: 60, meters: ['*', '!disk.*'], resources: ['r'], discovery: ['endpoint:x'] },
    { name: 't', interval: '600', counters: ['cpu', 'memory.*'], discovery: ['local_instances'] },
  ],
};
const everything = {
  sources: polled.sources.map((source) => ({ ...source, sinks: source.name === 'a' ? ['s', 't'] : ['t'] })),
  sinks: [
    { name: 's', publishers: ['gnocchi', 'file:///tmp/a'], transformers: [{ name: 'delta', parameters: null }] },
    { name: 't', publishers: ['p'], transformers: [] },
  ],
};
const documents: Readonly<Record<Kind, readonly unknown[]>> = {
  polling: [await loadTestdata('polling-head.yaml'), await loadTestdata('polling-19.0.0.yaml'), polled],
  pipeline: [await loadTestdata('pipeline-head.yaml'), everything],
  both: [await loadTestdata('pipeline-2015.yaml'), everything],
};

for (const kind of ['polling', 'pipeline', 'both'] as const) {
  test(`two thousand valid files with a few values changed, as ${kind}, are understood or explained`, () => {
    const changes = fc.array(change, { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(fc.constantFrom(...documents[kind]), changes, (document, several) =>
        isUnderstoodOrExplained(kind, mutate(document, several)),
      ),
      { numRuns: 2000 },
    );
  });
}

const anyKind = fc.constantFrom<Kind>('polling', 'pipeline', 'both');
const marks = [
  '- ',
  ': ',
  '\n',
  '\r',
  '  ',
  '[',
  ']',
  '{',
  '}',
  '&a ',
  '*a',
  '<<: ',
  '"',
  "'",
  '|',
  '? ',
  '---',
  '#',
  ', ',
  '\t',
  '\0',
];
const words = ['!!set ', '!!binary ', '~', 'on', '5', '2015-12-01', 'name', 'sinks', '__proto__: '];
const fragment = fc.oneof(fc.constantFrom(...marks, ...words), fc.string({ maxLength: 5 }));

test('two thousand valid files with a few pieces of text put in or taken out are understood or explained', async () => {
  const names = ['polling-head', 'pipeline-head', 'pipeline-2015'];
  const texts = await Promise.all(
    names.map((name) => readFile(new URL(`../testdata/${name}.yaml`, import.meta.url), 'utf8')),
  );
  const cuts = fc.array(fc.record({ at: fc.nat(), length: fc.nat(12), insert: fragment }), {
    minLength: 1,
    maxLength: 4,
  });
  fc.assert(
    fc.property(anyKind, fc.constantFrom(...texts), cuts, (kind, text, several) => {
      let result = text;
      for (const { at, length, insert } of several) {
        const start = at % (result.length + 1);
        result = result.slice(0, start) + insert + result.slice(start + length);
      }
      isUnderstoodOrExplained(kind, result);
    }),
    { numRuns: 2000 },
  );
});

test('two thousand files of any text or bytes, YAML or not, are understood or explained', () => {
  const yaml = fc.array(fragment, { maxLength: 30 }).map((parts) => `sources: ${parts.join('')}`);
  const content = fc.oneof(fc.uint8Array(), fc.string({ unit: 'binary' }), yaml);
  fc.assert(fc.property(anyKind, content, isUnderstoodOrExplained), { numRuns: 2000 });
});
