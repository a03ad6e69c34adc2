import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { eventually, startLibvirtd } from '@nephometer/test-kit';
import type { TestLibvirtd } from '@nephometer/test-kit';
import { InspectionStatus, InstanceState } from '@nephometer/inspector-api';
import { escape } from './testing/escape.ts';
import { serveGuests } from './testing/served-guests.ts';
import type { ServedGuests } from './testing/served-guests.ts';

let served: ServedGuests<TestLibvirtd>;
before(async () => {
  served = await serveGuests(await startLibvirtd(), eventually);
});
after(() => served[Symbol.asyncDispose]());

const nova = (inner: string): string =>
  `<nova:instance xmlns:nova='http://openstack.org/xmlns/libvirt/nova/1.1'>${inner}</nova:instance>`;

/** libvirt cannot start a guest whose name it has to cut in the middle of a character, so the longer one stays off. */
const oddNames = { running: `größe 😀&<>'"`, off: `虚拟机 größe 😀 &<>'" \u202e\u0301`.repeat(5) };

test('a guest may be called anything', async () => {
  const { libvirtd } = served;
  for (const [kind, name] of Object.entries(oddNames)) {
    const { uuid } = await libvirtd.guests.define({
      name: kind,
      disks: 1,
      xml: `<title>${escape(name)}</title>`,
      metadataXml: nova(`<nova:name>${escape(name)}</nova:name>`),
    });
    await libvirtd.virsh('domrename', kind, name);
    if (kind === 'running') await libvirtd.virsh('start', name);
    const state = kind === 'running' ? InstanceState.RUNNING : InstanceState.SHUT_OFF;
    const instance = await served.described(uuid, (described) => {
      assert.deepEqual([described.name, described.state], [name, state]);
    });
    assert.deepEqual([instance.title, instance.nova?.name], [name, name]);
    const statistics = await served.readOne(name);
    assert.deepEqual([statistics.id, statistics.state, statistics.disks[0]?.device], [uuid, state, 'vda']);
  }
  await libvirtd.guests.destroy(oddNames.running);
});

test('texts of the metadata arrive as they were written, whatever they are', async () => {
  // Characters that XML can hold; libvirt's library refuses all others.
  const character = fc
    .oneof(
      fc.constantFrom(...`&<>'";#]]> \t`),
      fc.integer({ min: 0x20, max: 0x10ffff }).map((code) => String.fromCodePoint(code)),
    )
    .filter((text) => /^[\t\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]$/u.test(text));
  const texts = fc.sample(fc.string({ unit: character, minLength: 1, maxLength: 40 }), { numRuns: 200, seed: 7 });
  const expected = Object.fromEntries(texts.map((text, index) => [`${index} ${text}`, `${text}.`]));
  // A tab in an attribute is a space to every reader of XML unless it is written as a reference.
  const attribute = (text: string): string => escape(text).replaceAll('\t', '&#9;');
  const specs = Object.entries(expected).map(
    ([name, value]) => `<nova:extraSpec name='${attribute(name)}'>.${escape(value)}</nova:extraSpec>`,
  );
  const { uuid } = await served.libvirtd.guests.define({
    name: 'texts',
    metadataXml: nova(`<nova:flavor name='f'><nova:extraSpecs>${specs.join('')}</nova:extraSpecs></nova:flavor>`),
  });
  const { nova: described } = await served.described(uuid);
  const found = described?.flavor?.extraSpecs?.entries ?? {};
  assert.deepEqual(found, Object.fromEntries(Object.entries(expected).map(([name, value]) => [name, `.${value}`])));
});

test('metadata of other tools, however huge or odd, hides nothing of the guest and harms nobody', async () => {
  const many = `<m:many xmlns:m='urn:many'>${"<m:item key='a &gt; b'/>".repeat(40_000)}</m:many>`;
  const deep = `<e:deep xmlns:e='urn:deep'>${'<e:er>'.repeat(200)}${'</e:er>'.repeat(200)}</e:deep>`;
  const odd =
    "<o:odd xmlns:o='urn:odd' o:__proto__='1'><o:__proto__/><o:größe/><o:\u{10000}/><!-- <nova:instance> -->" +
    '<![CDATA[<!DOCTYPE x [<!ENTITY y "z">]> &amp;]]><?odd <x> ?></o:odd>';
  const fake = "<nova:instance xmlns:nova='urn:other'><nova:name>fake</nova:name></nova:instance>";
  const { uuid } = await served.libvirtd.guests.create({
    name: 'laden',
    disks: 1,
    metadataXml: many + deep + odd + fake + nova('<nova:name><![CDATA[a &amp; b]]></nova:name>'),
  });
  const instance = await served.described(uuid, ({ state }) => assert.equal(state, InstanceState.RUNNING));
  assert.deepEqual([instance.nova?.name, instance.disks[0]?.device], ['a &amp; b', 'vda']);
  assert.ok((await served.readOne('laden')).disks[0]?.readBytes !== undefined);
  await served.libvirtd.guests.destroy('laden');
});

test('a flavor without a name and an owner that is missing are absent, and nothing else is', async () => {
  const flavor = '<nova:flavor><nova:memory>512</nova:memory><nova:vcpus/></nova:flavor>';
  const owner = "<nova:owner><nova:project uuid='p1'/></nova:owner>";
  const half = await served.libvirtd.guests.define({ name: 'half', metadataXml: nova(flavor + owner) });
  const none = await served.libvirtd.guests.define({ name: 'none', metadataXml: nova('<nova:name>n</nova:name>') });
  const { nova: halfNova } = await served.described(half.uuid);
  assert.deepEqual(
    [halfNova?.name, halfNova?.flavor?.name, halfNova?.flavor?.memoryMib, halfNova?.flavor?.vcpus],
    [undefined, undefined, 512n, undefined],
  );
  assert.deepEqual(
    [halfNova?.owner?.userId, halfNova?.owner?.projectId, halfNova?.owner?.projectName],
    [undefined, 'p1', undefined],
  );
  const { nova: noneNova } = await served.described(none.uuid);
  assert.deepEqual([noneNova?.name, noneNova?.flavor, noneNova?.owner], ['n', undefined, undefined]);
  for (const name of ['half', 'none']) assert.equal((await served.readOne(name)).status, InspectionStatus.SHUT_OFF);
});

test('two hundred guests that are off are all there, and those that run are complete among them', async () => {
  const { libvirtd, loop } = served;
  const before = loop.sink.inventory.size;
  const os = "<os><type arch='x86_64' machine='pc'>hvm</type></os>";
  const names = Array.from({ length: 200 }, (_, index) => `crowd-${index}`);
  const paths = names.map((name) => join(libvirtd.directory, `${name}.xml`));
  await Promise.all(
    paths.map((path, index) =>
      writeFile(path, `<domain type='qemu'><name>crowd-${index}</name><memory unit='MiB'>16</memory>${os}</domain>`),
    ),
  );
  await libvirtd.virsh(paths.map((path) => `define ${path}`).join('; '));
  await libvirtd.guests.create({ name: 'second', disks: 1 });
  const all = await served.read();
  const crowd = names.map((name) => all.get(name));
  assert.ok(crowd.every((statistics) => statistics?.status === InspectionStatus.SHUT_OFF));
  const running = [...all.values()].filter(({ state }) => state === InstanceState.RUNNING);
  assert.deepEqual(new Set(running.map(({ name }) => name)), new Set(['bystander', 'second']));
  assert.ok(running.every(({ disks }) => disks[0]?.readBytes !== undefined));
  const { id } = all.get('crowd-199') ?? { id: '' };
  await served.described(id);
  await served.described(crowd[0]?.id ?? '', () => assert.equal(loop.sink.inventory.size, before + 201));
});
