import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { InstanceState } from '@nephometer/inspector-api';
import type { Instance } from '@nephometer/inspector-api';
import { InspectorError } from '../inspector-error.ts';
import { describe } from './describe.ts';

const facts = { id: '0f6c1d2e-3b4a-4c5d-8e9f-a0b1c2d3e4f5', name: 'instance-0000002a', state: 1, reason: 1 };
const of = (inner: string): Instance => describe(facts, `<domain type='kvm' id='3'>${inner}</domain>`);
const metadata = (inner: string): Instance['nova'] => of(`<metadata>${inner}</metadata>`).nova;

void test('a definition without anything in it gives a description without anything in it', () => {
  const instance = of('');
  assert.deepEqual(
    [instance.id, instance.name, instance.state, instance.stateReason],
    [facts.id, facts.name, InstanceState.RUNNING, 'booted'],
  );
  assert.deepEqual([instance.disks, instance.vnics, instance.balloon, instance.nova], [[], [], undefined, undefined]);
  assert.equal(instance.vcpusCurrent, undefined);
});

void test('sizes, system and balloon are read, with units', () => {
  const instance = of(`<title>Größe &amp; Co</title><memory unit='MiB'>2</memory><currentMemory>1024</currentMemory>
    <vcpu placement='static' current='2'>4</vcpu><os><type arch='x86_64' machine='pc'>hvm</type></os>
    <devices><memballoon model='virtio'><stats period='10'/></memballoon></devices>`);
  assert.deepEqual(
    [
      instance.title,
      instance.memoryMaximumKib,
      instance.memoryCurrentKib,
      instance.vcpusCurrent,
      instance.vcpusMaximum,
    ],
    ['Größe & Co', 2048n, 1024n, 2, 4],
  );
  assert.deepEqual([instance.osType, instance.architecture], ['hvm', 'x86_64']);
  assert.deepEqual(instance.balloon, { model: 'virtio', statsPeriodSeconds: 10 });
});

void test('all vCPUs are in use where the definition names no other number', () => {
  assert.equal(of('<vcpu>3</vcpu>').vcpusCurrent, 3);
});

const oddValues = [
  ["<memory unit='furlong'>2</memory>", 'memoryMaximumKib'],
  ['<memory>-5</memory>', 'memoryMaximumKib'],
  ["<memory unit='constructor'>5</memory>", 'memoryMaximumKib'],
  ['<vcpu>many</vcpu>', 'vcpusMaximum'],
  ['<vcpu>99999999999999</vcpu>', 'vcpusMaximum'],
  ["<devices><memballoon model='none'/></devices>", 'balloon'],
  ['<title/>', 'title'],
] as const;
for (const [xml, key] of oddValues) {
  void test(`what is odd is absent: ${xml}`, () => assert.equal(of(xml)[key], undefined));
}

const nova = (prefix: string, version: string): string => {
  const p = prefix === '' ? '' : `${prefix}:`;
  const xmlns = prefix === '' ? 'xmlns' : `xmlns:${prefix}`;
  return `<${p}instance ${xmlns}='http://openstack.org/xmlns/libvirt/nova/${version}'>
    <${p}package version='31.0.0'/><${p}name>grün-1</${p}name><${p}creationTime>2026-01-02 03:04:05</${p}creationTime>
    <${p}flavor name='m1.small' id='2'><${p}memory>2048</${p}memory><${p}disk>30</${p}disk><${p}swap>0</${p}swap>
      <${p}ephemeral>10</${p}ephemeral><${p}vcpus>1</${p}vcpus>
      <${p}extraSpecs><${p}extraSpec name='hw:cpu_policy'>shared</${p}extraSpec></${p}extraSpecs></${p}flavor>
    <${p}owner><${p}user uuid='u1'>alice</${p}user><${p}project uuid='p1'>demo</${p}project></${p}owner>
    <${p}image uuid=''><${p}containerFormat>bare</${p}containerFormat><${p}diskFormat>qcow2</${p}diskFormat>
      <${p}minDisk>1</${p}minDisk><${p}minRam>0</${p}minRam>
      <${p}properties><${p}property name='os'>linux</${p}property></${p}properties></${p}image>
    <${p}root type='image' uuid='i1'/></${p}instance>`;
};
const fullNova = {
  name: 'grün-1',
  creationTime: '2026-01-02 03:04:05',
  packageVersion: '31.0.0',
  flavor: {
    id: '2',
    name: 'm1.small',
    memoryMib: 2048n,
    diskGib: 30n,
    swapMib: 0n,
    ephemeralGib: 10n,
    vcpus: 1,
    extraSpecs: { entries: { 'hw:cpu_policy': 'shared' } },
  },
  owner: { userId: 'u1', userName: 'alice', projectId: 'p1', projectName: 'demo' },
  image: {
    id: '',
    containerFormat: 'bare',
    diskFormat: 'qcow2',
    minDisk: '1',
    minRam: '0',
    properties: { os: 'linux' },
  },
  rootType: 'image',
  rootId: 'i1',
};
for (const [prefix, version] of [
  ['nova', '1.1'],
  ['nova', '1.0'],
  ['', '1.1'],
  ['anything', '1.1'],
] as const) {
  void test(`Nova's metadata ${version} is found under the prefix "${prefix}"`, () => {
    assert.deepEqual(metadata(`<other:instance xmlns:other='urn:x'/>${nova(prefix, version)}`), fullNova);
  });
}

void test("metadata of somebody else, or of Nova's prefix with another namespace, is not Nova's", () => {
  assert.equal(metadata("<app xmlns='urn:app'><instance/></app>"), undefined);
  assert.equal(metadata("<nova:instance xmlns:nova='urn:other'><nova:name>x</nova:name></nova:instance>"), undefined);
});

void test('an older Nova has no extra specs, which differs from having none', () => {
  const ns = "xmlns:nova='http://openstack.org/xmlns/libvirt/nova/1.1'";
  assert.equal(metadata(`<nova:instance ${ns}><nova:flavor name='a'/></nova:instance>`)?.flavor?.extraSpecs, undefined);
  const none = `<nova:instance ${ns}><nova:flavor name='a'><nova:extraSpecs/></nova:flavor></nova:instance>`;
  assert.deepEqual(metadata(none)?.flavor?.extraSpecs, { entries: {} });
});

void test('disks of all kinds are described in order', () => {
  const { disks } = of(`<devices>
    <disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='/a &quot;b&quot;.qcow2' index='1'/><target dev='vda' bus='virtio'/>
      <serial>s1</serial><alias name='virtio-disk0'/></disk>
    <disk type='network' device='disk'><source protocol='rbd' name='pool/image'><host name='m1'/></source><target dev='vdb' bus='virtio'/></disk>
    <disk type='file' device='cdrom'><driver name='qemu'/><target dev='sda' bus='sata'/><readonly/></disk>
    <disk type='block'><source dev='/dev/sdx'/><target dev='vdc'/></disk>
    <disk type='volume' device='disk'><source pool='p' volume='v'/><target dev='vdd'/></disk>
    <disk type='file'><source file='/no-target'/></disk></devices>`);
  assert.deepEqual(
    disks.map(({ device, kind, source, readOnly }) => [device, kind, source, readOnly]),
    [
      ['vda', 'disk', '/a "b".qcow2', false],
      ['vdb', 'disk', 'rbd:pool/image', false],
      ['sda', 'cdrom', undefined, true],
      ['vdc', 'disk', '/dev/sdx', false],
      ['vdd', 'disk', 'p/v', false],
    ],
  );
  assert.deepEqual(
    [disks[0]?.serial, disks[0]?.alias, disks[0]?.bus, disks[3]?.bus],
    ['s1', 'virtio-disk0', 'virtio', undefined],
  );
  assert.deepEqual(
    disks.map(({ format }) => format),
    ['qcow2', undefined, undefined, undefined, undefined],
  );
});

void test('network cards of all kinds are described in order, with repeated filter parameters', () => {
  const { vnics } = of(`<devices>
    <interface type='bridge'><mac address='fa:16:3e:00:00:01'/><source bridge='br-int'/><target dev='tap1'/><model type='virtio'/>
      <virtualport type='openvswitch'><parameters interfaceid='port-1'/></virtualport>
      <filterref filter='no-spoof'><parameter name='IP' value='10.0.0.1'/><parameter name='IP' value='10.0.0.2'/></filterref>
      <alias name='net0'/></interface>
    <interface type='user'><mac address='52:54:00:00:00:02'/></interface>
    <interface type='hostdev' managed='yes'><mac address='52:54:00:00:00:03'/></interface></devices>`);
  assert.deepEqual(vnics[0], {
    device: 'tap1',
    mac: 'fa:16:3e:00:00:01',
    kind: 'bridge',
    model: 'virtio',
    bridge: 'br-int',
    filter: 'no-spoof',
    filterParameters: [
      { name: 'IP', value: '10.0.0.1' },
      { name: 'IP', value: '10.0.0.2' },
    ],
    interfaceId: 'port-1',
    alias: 'net0',
  });
  assert.deepEqual(
    vnics.slice(1).map(({ device, kind }) => [device, kind]),
    [
      [undefined, 'user'],
      [undefined, 'hostdev'],
    ],
  );
});

const bombs = {
  'an entity bomb': `<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><domain><title>&b;</title></domain>`,
  'an external entity': `<!DOCTYPE d SYSTEM "file:///etc/passwd"><domain/>`,
  'five million characters': `<domain><title>${'x'.repeat(5_000_000)}</title></domain>`,
  'a hundred thousand levels': `<domain>${'<a>'.repeat(100_000)}${'</a>'.repeat(100_000)}</domain>`,
  'an empty text': '',
  'an unclosed element': '<domain><title>x</domain>',
  'no XML at all': 'not found',
  'two roots': '<domain/><domain/>',
};
for (const [what, xml] of Object.entries(bombs)) {
  void test(`${what} is refused with an error of ours`, () => {
    assert.throws(
      () => describe(facts, xml),
      (error) => error instanceof InspectorError && error.code === 'bad-description',
    );
  });
}

void test('entities are decoded exactly once', () => {
  assert.equal(of('<title>&amp;lt; &#65;&#x1F600;</title>').title, '&lt; A😀');
});

void test('names that JavaScript objects have are ordinary names', () => {
  const ns = "xmlns='http://openstack.org/xmlns/libvirt/nova/1.1'";
  const specs = "<extraSpec name='__proto__'>x</extraSpec><extraSpec name='constructor'>y</extraSpec>";
  const found = metadata(`<instance ${ns}><flavor><extraSpecs>${specs}</extraSpecs></flavor></instance>`);
  assert.deepEqual(Object.entries(found?.flavor?.extraSpecs?.entries ?? {}), [['constructor', 'y']]);
});

void test('whatever the text, it is described or refused with an error of ours', () => {
  const piece = fc.oneof(
    fc.constantFrom('<domain>', '</domain>', '<a b="', '"/>', '&', '<![CDATA[', ']]>', '<!--', '<?'),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
      try {
        describe(facts, pieces.join(''));
      } catch (error) {
        assert.ok(error instanceof InspectorError, String(error));
      }
    }),
  );
});
