import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startLibvirtd } from '@nephometer/test-kit';
import { connect } from './connect.ts';
import { isDenied, isNoDomain, isNoDomainMetadata, isNoSupport, LibvirtError } from './error.ts';

/*
 * Against a real libvirtd with its test driver, which has one made-up domain and answers nearly everything.
 */

const tinyDomain = (name: string): string =>
  `<domain type='test'><name>${name}</name><memory>1024</memory><os><type>hvm</type></os></domain>`;

void test('a real libvirtd answers about itself, its host and its domain', async () => {
  await using libvirtd = await startLibvirtd();
  await using connection = await connect({ uri: libvirtd.uri('test') });
  assert.equal(connection.socketPath, libvirtd.socketPath);
  assert.equal(connection.daemon, 'libvirtd');
  assert.equal(await connection.getType(), 'TEST');
  assert.equal(await connection.getVersion(), 2n);
  assert.ok((await connection.getLibVersion()) >= 9_000_000n);
  assert.equal(await connection.getUri(), 'test:///default');
  assert.match(await connection.getCapabilities(), /^<capabilities>/);
  assert.notEqual(await connection.getHostname(), '');

  assert.deepEqual(await connection.getNodeInfo(), {
    model: 'i686',
    memoryKib: 3_145_728n,
    cpus: 16,
    mhz: 1400,
    nodes: 2,
    sockets: 2,
    coresPerSocket: 2,
    threadsPerCore: 2,
  });
  assert.deepEqual(
    (await connection.getNodeCpuStats()).map(({ name }) => name),
    ['user', 'kernel', 'idle', 'iowait'],
  );
  assert.deepEqual(await connection.getCellsFreeMemory(0, 8), [2_097_152n, 4_194_304n]);
  assert.equal(await connection.getFreeMemory(), 3_145_728n);
  const [pool] = await connection.listAllStoragePools();
  assert.ok(pool?.name === 'default-pool');
  assert.deepEqual(await connection.getStoragePoolInfo(pool), {
    state: 2,
    capacityBytes: 107_374_182_400n,
    allocationBytes: 0n,
    availableBytes: 107_374_182_400n,
  });
});

void test('the domain is found in every way, described, and measured without the bulk call', async () => {
  await using libvirtd = await startLibvirtd();
  await using connection = await connect({ uri: libvirtd.uri('test') });
  const [domain] = await connection.listAllDomains();
  assert.ok(domain?.name === 'test' && domain.uuid === '6695eb01-f6a4-8304-79aa-97f2502e193f');
  assert.deepEqual(await connection.lookupByName('test'), domain);
  assert.deepEqual(await connection.lookupByUuid(domain.uuid.toUpperCase()), domain);
  assert.deepEqual(await connection.lookupById(domain.id), domain);
  assert.equal(await connection.isActive(domain), true);
  assert.equal((await connection.getState(domain)).state, 1);
  assert.match(await connection.getXmlDesc(domain), /<uuid>6695eb01-f6a4-8304-79aa-97f2502e193f<\/uuid>/);

  const info = await connection.getInfo(domain);
  assert.deepEqual([info.maxMemoryKib, info.memoryKib, info.vcpuCount], [8_388_608n, 2_097_152n, 2]);
  assert.ok(info.cpuTimeNs > BigInt(Number.MAX_SAFE_INTEGER), 'more than a number can hold');
  assert.equal((await connection.getMemoryStats(domain)).find(({ name }) => name === 'usable')?.value, 1_048_576n);
  assert.deepEqual(await connection.getCpuStats(domain), [
    { name: 'cpu_time', type: 'ullong', value: 48_772_617_035n },
    { name: 'user_time', type: 'ullong', value: 5_540_000_000n },
    { name: 'system_time', type: 'ullong', value: 6_460_000_000n },
  ]);
  assert.deepEqual(
    (await connection.getVcpus(domain)).vcpus.map(({ number, state }) => [number, state]),
    [
      [0, 1],
      [1, 1],
    ],
  );
  assert.ok((await connection.getInterfaceStats(domain, 'testnet0')).rxBytes > 0n);
  assert.equal((await connection.getInterfaceAddresses(domain, 'lease'))[0]?.addresses[0]?.prefix, 24);
  assert.equal(
    (await connection.getPerfEvents(domain)).every(({ type }) => type === 'boolean'),
    true,
  );
  assert.deepEqual(await connection.getAllDomainStats({ groups: 0 }), [
    {
      domain,
      params: [
        { name: 'state.state', type: 'int', value: 1 },
        { name: 'state.reason', type: 'int', value: 0 },
      ],
    },
  ]);
});

void test('errors of the daemon are recognised: no domain, no metadata, not supported, denied', async () => {
  await using libvirtd = await startLibvirtd();
  await using connection = await connect({ uri: libvirtd.uri('test') });
  const domain = await connection.lookupByName('test');
  await assert.rejects(connection.lookupByName('nobody'), isNoDomain);
  await assert.rejects(connection.lookupByUuid('01010101-0101-0101-0101-010101010101'), isNoDomain);
  await assert.rejects(connection.getMetadata(domain, { type: 'element', uri: 'http://x/y' }), isNoDomainMetadata);
  await assert.rejects(connection.getJobInfo(domain), isNoSupport);
  await assert.rejects(connection.getJobStats(domain), isNoSupport);
  await assert.rejects(connection.getNodeMemoryStats(), isNoSupport);
  await assert.rejects(connection.getBlockStatsFlags(domain, 'vda'), isNoSupport);
  await assert.rejects(connection.suspend(domain), isDenied);
  await assert.rejects(connection.getXmlDesc(domain, { flags: 1 }), isDenied);
  await assert.rejects(connection.getInterfaceAddresses(domain, 'agent'), isDenied);
  assert.equal((await connection.getState(domain)).state, 1, 'the connection has survived them all');
});

void test('what one connection changes, another one is told', async () => {
  await using libvirtd = await startLibvirtd();
  await using writer = await connect({ uri: libvirtd.uri('test'), readOnly: false });
  await using reader = await connect({ uri: libvirtd.uri('test') });
  const domain = await writer.lookupByName('test');
  await using events = await reader.subscribe(['lifecycle', 'metadata-change', 'connection-closed']);
  const told = async (): Promise<string> => {
    const { value } = await events.next();
    if (value?.type === 'lifecycle') return `${value.domain.name} ${value.event} ${value.detail}`;
    if (value?.type === 'metadata-change') return `${value.domain.name} ${value.metadata} ${value.uri ?? ''}`;
    return `unexpected ${value?.type ?? 'end'}`;
  };

  await writer.suspend(domain);
  assert.equal(await told(), 'test suspended paused');
  await writer.resume(domain);
  assert.equal(await told(), 'test resumed unpaused');
  await writer.setMetadata(domain, { type: 'element', uri: 'http://e/1', key: 'e', text: '<a>größe</a>' });
  assert.equal(await told(), 'test element http://e/1');
  assert.equal(await reader.getMetadata(domain, { type: 'element', uri: 'http://e/1' }), '<a>größe</a>');
  await writer.setMetadata(domain, { type: 'title', text: 'a title' });
  assert.equal(await told(), 'test title ');
  assert.equal(await reader.getMetadata(domain, { type: 'title' }), 'a title');

  const defined = await writer.defineXml(tinyDomain('two'));
  assert.equal(await told(), 'two defined added');
  assert.equal(defined.id, -1);
  await writer.create(defined);
  assert.equal(await told(), 'two started booted');
  await writer.shutdown(defined);
  assert.equal(await told(), 'two stopped shutdown');
  await writer.undefine(defined);
  assert.equal(await told(), 'two undefined removed');
  const transient = await writer.createXml(tinyDomain('three'));
  assert.equal(await told(), 'three started booted');
  await writer.destroy(transient);
  assert.equal(await told(), 'three stopped destroyed');
  await assert.rejects(reader.getState(transient), isNoDomain);
});

void test('hundreds of domains come in one reply', async () => {
  await using libvirtd = await startLibvirtd();
  await using connection = await connect({ uri: libvirtd.uri('test'), readOnly: false });
  const names = Array.from({ length: 300 }, (_, index) => `vm-${index}`);
  await Promise.all(names.map((name) => connection.createXml(tinyDomain(name))));
  const records = await connection.getAllDomainStats({ groups: 1 });
  assert.deepEqual(records.map(({ domain }) => domain.name).toSorted(), ['test', ...names].toSorted());
});

void test('a driver the daemon does not have open, or a URI it does not know, is its own error', async () => {
  await using libvirtd = await startLibvirtd();
  await assert.rejects(connect({ uri: 'qemu:///system', socketPath: libvirtd.socketPath }), (error) => {
    assert.ok(error instanceof LibvirtError && error.code === 'libvirt');
    return error.message.includes('qemu:///system');
  });
});

void test('a daemon that stands still is found out by its missing PONG', async () => {
  await using libvirtd = await startLibvirtd();
  await using connection = await connect({
    uri: libvirtd.uri('test'),
    keepalive: { intervalMs: 20, timeoutMs: 200 },
  });
  const { pid } = libvirtd;
  process.kill(pid, 'SIGSTOP');
  try {
    assert.match((await connection.closed).message, /did not answer a keepalive PING/);
  } finally {
    process.kill(pid, 'SIGCONT');
  }
});
