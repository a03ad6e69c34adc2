import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Host } from '@nephometer/inspector-api';
import { checkDaemon } from './check-daemon.ts';
import type { FindingCode, Severity } from './finding.ts';

const idle = {
  workersMaximum: 20,
  workersCurrent: 5,
  workersFree: 5,
  priorityWorkers: 5,
  callsQueued: 0,
  clientsMaximum: 5000,
  clientsCurrent: 4,
};
const host = Host.create({
  driver: 'libvirt',
  uri: 'qemu:///system',
  daemon: 'libvirtd',
  socket: '/run/libvirt/libvirt-sock-ro',
  daemonLimits: idle,
});

const limits: readonly [what: string, Partial<typeof idle>, readonly (readonly [FindingCode, Severity])[]][] = [
  ['an idle daemon', {}, []],
  ['all of the few threads there are busy, and more may come', { workersFree: 0 }, []],
  ['15 of 20 threads busy', { workersCurrent: 20, workersFree: 5 }, []],
  ['16 of 20 threads busy', { workersCurrent: 20, workersFree: 4 }, [['daemon-workers-scarce', 'warning']]],
  [
    'no thread free and calls queued',
    { workersCurrent: 20, workersFree: 0, callsQueued: 7 },
    [['daemon-workers-exhausted', 'problem']],
  ],
  ['calls queued for a moment', { callsQueued: 1 }, [['daemon-calls-queued', 'note']]],
  ['4499 of 5000 clients', { clientsCurrent: 4499 }, []],
  ['4500 of 5000 clients', { clientsCurrent: 4500 }, [['daemon-clients-scarce', 'warning']]],
  ['5000 of 5000 clients', { clientsCurrent: 5000 }, [['daemon-clients-exhausted', 'problem']]],
  ['a daemon that tells no maximum', { workersMaximum: 0, workersCurrent: 0, workersFree: 0, clientsMaximum: 0 }, []],
];

for (const [what, changed, expected] of limits) {
  test(`${what}: ${expected.map(([code]) => code).join(', ') || 'fine'}`, () => {
    const findings = checkDaemon({ ...host, daemonLimits: { ...idle, ...changed } });
    assert.deepEqual(
      findings.map(({ code, severity }) => [code, severity]),
      expected,
    );
  });
}

test('how to get more threads, now and for good, is said for the daemon that runs', () => {
  const daemonLimits = { ...idle, workersCurrent: 20, workersFree: 0, callsQueued: 1 };
  const [finding] = checkDaemon({ ...host, daemon: 'virtqemud', daemonLimits });
  assert.equal(finding?.title, 'all 20 threads of virtqemud are busy; 1 call in the queue');
  assert.deepEqual(finding.commands, [
    'virt-admin -c virtqemud:///system server-threadpool-set virtqemud --max-workers 40  # until it restarts',
    '/etc/libvirt/virtqemud.conf: max_workers = 40',
  ]);
});

const sockets: readonly [uri: string, socket: string | undefined, found: boolean][] = [
  ['qemu:///system', '/run/libvirt/libvirt-sock-ro', false],
  ['qemu:///system', '/run/libvirt/libvirt-sock', true],
  ['qemu+unix:///system?socket=/srv/libvirt-sock', '/srv/libvirt-sock', true],
  ['qemu:///session', '/run/user/1000/libvirt/libvirt-sock', false],
  ['test:///default', '/run/user/1000/libvirt/libvirt-sock', false],
  ['qemu:///system', undefined, false],
];

for (const [uri, socket, found] of sockets) {
  test(`${uri} over ${socket}: ${found ? 'a read-only socket would do' : 'fine'}`, () => {
    const findings = checkDaemon({ ...host, uri, socket });
    assert.deepEqual(
      findings.map(({ code, commands }) => [code, commands]),
      found ? [['read-write-socket', [`inspector.yaml: libvirt: {socket: "${socket}-ro"}`]]] : [],
    );
  });
}

test('a daemon that keeps its limits to itself is a note, and not asked about a hypervisor without one', () => {
  const [finding, ...others] = checkDaemon({ ...host, uri: 'qemu:///session', daemonLimits: undefined });
  assert.deepEqual([finding?.code, finding?.severity], ['daemon-limits-unknown', 'note']);
  assert.equal(finding?.checks[0], 'virt-admin -c libvirtd:///session server-threadpool-info libvirtd');
  assert.deepEqual(others, []);
  assert.deepEqual(checkDaemon(Host.create({ driver: 'simulated', uri: 'simulated:///' })), []);
});
