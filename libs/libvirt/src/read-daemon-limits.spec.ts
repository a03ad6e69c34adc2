import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryDirectory } from '@nephometer/test-kit';
import type { DaemonLimits } from './calls/admin.ts';
import { Channel } from './channel.ts';
import { isNoSupport, LibvirtError } from './error.ts';
import { openSocket } from './open-socket.ts';
import { readDaemonLimits } from './read-daemon-limits.ts';
import { makeFrame, startScriptedDaemon } from './testing/scripted-daemon.ts';
import type { ReceivedCall, ScriptedDaemon } from './testing/scripted-daemon.ts';
import { admin } from './wire/procedures.ts';
import { XdrReader } from './xdr/reader.ts';
import type { XdrWriter } from './xdr/writer.ts';

/*
 * Against a scripted daemon: the bytes, and what a real one does not do on demand.
 */

const expected: DaemonLimits = {
  minWorkers: 5,
  maxWorkers: 20,
  workers: 7,
  freeWorkers: 2,
  priorityWorkers: 4,
  queuedCalls: 3,
  maxClients: 5000,
  clients: 12,
};

type Params = Readonly<Record<string, number>>;

const threadpool: Params = {
  minWorkers: 5,
  maxWorkers: 20,
  nWorkers: 7,
  freeWorkers: 2,
  prioWorkers: 4,
  jobQueueDepth: 3,
};
const clientLimits: Params = { nclients_max: 5000, nclients: 12, nclients_unauth_max: 20, nclients_unauth: 1 };

const uintType = 2;
const ullongType = 4;

const writeParams =
  (params: Params) =>
  (writer: XdrWriter): XdrWriter =>
    writer.array(Object.entries(params), 32, (w, [name, value]) => w.string(name).int32(uintType).uint32(value));

const startAdminSocket = (): Promise<ScriptedDaemon> => startScriptedDaemon({ socketName: 'libvirt-admin-sock' });

/** The socket for everybody, beside the one that the scripted daemon listens on. */
const besideOf = (daemon: ScriptedDaemon): string => join(daemon.socketPath, '../libvirt-sock-ro');

const { signal } = new AbortController();
const start = (daemon: ScriptedDaemon): Promise<DaemonLimits> => readDaemonLimits(besideOf(daemon), { signal });

/** The body of a call, as far as it is one text and the flags. */
function nameAndFlags({ frame }: ReceivedCall): [string, number, number] {
  const reader = new XdrReader(frame, 28);
  return [reader.string(), reader.uint32(), reader.remaining];
}

/** Answers what comes before the limits. */
async function letIn(daemon: ScriptedDaemon): Promise<void> {
  (await daemon.next('ADMIN_CONNECT_OPEN')).reply();
  (await daemon.next('ADMIN_CONNECT_LOOKUP_SERVER')).reply((writer) => writer.string('libvirtd'));
}

const failsWith =
  (code: string, message: RegExp) =>
  (error: unknown): boolean => {
    assert.ok(error instanceof LibvirtError);
    assert.equal(error.code, code);
    assert.match(error.message, message);
    return true;
  };

void test('the server of the daemon is looked up and asked in the admin program, and the connection closed', async () => {
  await using daemon = await startAdminSocket();
  const reading = start(daemon);
  const open = await daemon.next('ADMIN_CONNECT_OPEN');
  assert.equal(
    open.frame.toString('hex'),
    ['00000020', '06900690', '00000001', '00000001', '00000000', '00000001', '00000000', '00000000'].join(''),
  );
  open.reply();
  const lookup = await daemon.next('ADMIN_CONNECT_LOOKUP_SERVER');
  assert.deepEqual(nameAndFlags(lookup), ['libvirtd', 0, 0]);
  lookup.reply((writer) => writer.string('libvirtd'));
  const [threads, clients] = [
    await daemon.next('ADMIN_SERVER_GET_THREADPOOL_PARAMETERS'),
    await daemon.next('ADMIN_SERVER_GET_CLIENT_LIMITS'),
  ];
  assert.deepEqual([nameAndFlags(threads), nameAndFlags(clients)], Array(2).fill(['libvirtd', 0, 0]));
  assert.deepEqual([threads.header.procedure, clients.header.procedure], [6, 12]);
  clients.reply(writeParams(clientLimits));
  threads.reply(writeParams({ ...threadpool, newerThanThisClient: 1 }));
  assert.deepEqual(await reading, expected);
  await open.ended;
});

void test('where the server is not named after the socket, the first that is not for administration is asked', async () => {
  await using daemon = await startAdminSocket();
  const reading = start(daemon);
  (await daemon.next('ADMIN_CONNECT_OPEN')).reply();
  (await daemon.next('ADMIN_CONNECT_LOOKUP_SERVER')).fail(95, "Server not found: No server named 'libvirtd'");
  const list = await daemon.next('ADMIN_CONNECT_LIST_SERVERS');
  assert.equal(list.frame.toString('hex', 28), '0000000100000000');
  list.reply((writer) => writer.array(['admin', 'virtproxyd'], 2, (w, name) => w.string(name)).uint32(2));
  const threads = await daemon.next('ADMIN_SERVER_GET_THREADPOOL_PARAMETERS');
  assert.deepEqual(nameAndFlags(threads), ['virtproxyd', 0, 0]);
  threads.reply(writeParams(threadpool));
  (await daemon.next('ADMIN_SERVER_GET_CLIENT_LIMITS')).reply(writeParams(clientLimits));
  assert.deepEqual(await reading, expected);
});

void test('a daemon with no server but the one for administration is told by the failed look-up', async () => {
  await using daemon = await startAdminSocket();
  const reading = start(daemon);
  (await daemon.next('ADMIN_CONNECT_OPEN')).reply();
  (await daemon.next('ADMIN_CONNECT_LOOKUP_SERVER')).fail(95, 'Server not found');
  const list = await daemon.next('ADMIN_CONNECT_LIST_SERVERS');
  list.reply((writer) => writer.array(['admin'], 1, (w, name) => w.string(name)).uint32(1));
  await assert.rejects(reading, failsWith('libvirt', /LOOKUP_SERVER of libvirtd at .*-admin-sock: .*NO_SERVER/));
  await list.ended;
});

void test('a look-up that fails for any other reason is the end of the reading', async () => {
  await using daemon = await startAdminSocket();
  const reading = start(daemon);
  (await daemon.next('ADMIN_CONNECT_OPEN')).reply();
  const lookup = await daemon.next('ADMIN_CONNECT_LOOKUP_SERVER');
  lookup.fail(39, 'unknown procedure: 5');
  await assert.rejects(reading, failsWith('libvirt', /LOOKUP_SERVER of libvirtd at .*unknown procedure: 5/));
  await lookup.ended;
});

void test('a daemon that is too old for a procedure is recognised, and its connection closed', async () => {
  await using daemon = await startAdminSocket();
  const reading = start(daemon);
  await letIn(daemon);
  const limits = await daemon.next('ADMIN_SERVER_GET_CLIENT_LIMITS');
  limits.fail(39, 'unknown procedure: 12');
  await assert.rejects(reading, (error) => isNoSupport(error) && failsWith('libvirt', /of libvirtd at/)(error));
  await limits.ended;
});

for (const [what, write] of [
  ['does not have', writeParams({ nclients: 12 })],
  ['has as another type than', (w: XdrWriter) => w.uint32(1).string('nclients_max').int32(ullongType).uint64(1n)],
] as const) {
  void test(`a reply that ${what} a number that is due is a protocol error which names it`, async () => {
    await using daemon = await startAdminSocket();
    const reading = start(daemon);
    await letIn(daemon);
    const limits = await daemon.next('ADMIN_SERVER_GET_CLIENT_LIMITS');
    limits.reply(write);
    await assert.rejects(reading, failsWith('protocol-error', /CLIENT_LIMITS of libvirtd at .*no number nclients_max/));
    await limits.ended;
  });
}

void test('on a connection to an admin socket, frames of the remote program are thrown away and counted', async () => {
  await using daemon = await startAdminSocket();
  const { socket, socketPath } = await openSocket([daemon.socketPath], signal);
  const channel = new Channel(socket, socketPath, {
    program: admin,
    maxCallsInFlight: 1,
    maxQueuedCalls: 0,
    callTimeoutMs: Infinity,
    keepalive: false,
  });
  try {
    const call = channel.call({ procedure: 'ADMIN_CONNECT_LOOKUP_SERVER', read: (reader) => reader.string() });
    const lookup = await daemon.next('ADMIN_CONNECT_LOOKUP_SERVER');
    const { procedure, serial } = lookup.header;
    lookup.send(makeFrame({ procedure, serial }, (writer) => writer.string('not the answer')));
    lookup.reply((writer) => writer.string('libvirtd'));
    assert.equal(await call, 'libvirtd');
    assert.equal(channel.dropped['unknown-program'], 1);
  } finally {
    await channel.close();
  }
});

void test('a socket that stays silent is given up in time, and closed', async () => {
  await using daemon = await startAdminSocket();
  const reading = readDaemonLimits(besideOf(daemon), { signal, timeoutMs: 20 });
  const open = await daemon.next('ADMIN_CONNECT_OPEN');
  await assert.rejects(reading, failsWith('timeout', /libvirtd did not give its limits at .*-admin-sock within 20 ms/));
  await open.ended;
});

void test('an aborted reading rejects with the reason, closes its connection and leaves no listener', async () => {
  await using daemon = await startAdminSocket();
  const controller = new AbortController();
  const reading = readDaemonLimits(besideOf(daemon), { signal: controller.signal });
  const open = await daemon.next('ADMIN_CONNECT_OPEN');
  const reason = { any: 'thing' };
  controller.abort(reason);
  await assert.rejects(reading, (error) => error === reason);
  await open.ended;
  assert.equal(getEventListeners(controller.signal, 'abort').length, 0);
  await assert.rejects(readDaemonLimits('nonsense', { signal: controller.signal }), (error) => error === reason);
});

void test('no listener stays on the signal of a reading that was answered', async () => {
  await using daemon = await startAdminSocket();
  const { signal: own } = new AbortController();
  const reading = readDaemonLimits(besideOf(daemon), { signal: own });
  await letIn(daemon);
  (await daemon.next('ADMIN_SERVER_GET_THREADPOOL_PARAMETERS')).reply(writeParams(threadpool));
  (await daemon.next('ADMIN_SERVER_GET_CLIENT_LIMITS')).reply(writeParams(clientLimits));
  await reading;
  assert.equal(getEventListeners(own, 'abort').length, 0);
});

void test('a daemon that goes away during the reading is a lost connection', async () => {
  await using daemon = await startAdminSocket();
  for (const step of ['ADMIN_CONNECT_OPEN', 'ADMIN_CONNECT_LOOKUP_SERVER'] as const) {
    const reading = start(daemon);
    if (step !== 'ADMIN_CONNECT_OPEN') (await daemon.next('ADMIN_CONNECT_OPEN')).reply();
    (await daemon.next(step)).hangUp();
    await assert.rejects(reading, failsWith('connection-lost', /-admin-sock: the daemon closed the connection/));
  }
});

void test('without an admin socket the error names the place and the unit to start', async () => {
  await using directory = await temporaryDirectory();
  await assert.rejects(
    readDaemonLimits(join(directory.path, 'virtqemud-sock-ro'), { signal }),
    failsWith('socket-not-found', /\/virtqemud-admin-sock: virtqemud does not run, .* start virtqemud-admin\.socket\)/),
  );
});

void test('an admin socket that is closed to this user is a denied permission that says whose it is', async () => {
  await using daemon = await startAdminSocket();
  await chmod(daemon.socketPath, 0o000);
  await chmod(join(daemon.socketPath, '..'), 0o755);
  // Root may open everything, so it looks at the socket as somebody else meanwhile.
  const isRoot = process.getuid?.() === 0;
  if (isRoot) process.seteuid?.(65_534);
  try {
    await assert.rejects(start(daemon), failsWith('permission-denied', /-admin-sock: only the daemon's own user/));
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
});

void test('a socket without a known neighbour, and a time that is none, are invalid arguments', async () => {
  await assert.rejects(
    readDaemonLimits('/tmp/forwarded.sock', { signal }),
    failsWith('invalid-argument', /forwarded\.sock/),
  );
  await assert.rejects(
    readDaemonLimits('/run/libvirt/libvirt-sock', { signal, timeoutMs: 0 }),
    failsWith('invalid-argument', /timeoutMs must be at least 1, not 0/),
  );
});
