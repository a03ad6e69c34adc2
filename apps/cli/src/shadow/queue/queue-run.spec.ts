/** `nephometer shadow` on a queue of a real broker, as a process. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { connect } from 'amqplib';
import { createCertificates, eventually, startProcess, startRabbitmq, temporaryDirectory } from '@nephometer/test-kit';
import type { TestProcess } from '@nephometer/test-kit';
import type { Report } from '../report.ts';
import type { RunFacts } from '../run-facts.ts';
import { envelope, notification } from './example-message.ts';

const mainOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const main = mainOf('../../main.ts');
const inspectorMain = mainOf('../../../../inspector/src/main.ts');
const coordinatorMain = mainOf('../../../../coordinator/src/main.ts');

const site = await temporaryDirectory();
after(() => site[Symbol.asyncDispose]());
const { path: directory } = site;
const pem = await createCertificates(directory, { server: 'IP:127.0.0.1' });
const broker = await startRabbitmq({ tls: { ca: pem('ca.pem'), cert: pem('server.pem'), key: pem('server.key') } });
after(() => broker[Symbol.asyncDispose]());

const PASSWORD = 'pa55word';
const brokerAt = (account: string, rest = ''): string => `amqp://${account}127.0.0.1:${broker.port}/${rest}`;

before(async () => {
  await writeFile(join(directory, 'polling.yaml'), 'sources: [{name: all, interval: 1, meters: ["*", "!*.rate"]}]\n');
  for (const [name, publisher] of [
    ['ours', 'test://'],
    ['theirs', 'console://?json'],
  ] as const) {
    const pipeline = {
      sources: [{ name: 'all', meters: ['*'], sinks: ['one'] }],
      sinks: [{ name: 'one', publishers: [publisher] }],
    };
    await writeFile(join(directory, `${name}-pipeline.yaml`), JSON.stringify(pipeline));
    await writeFile(
      join(directory, `${name}.yaml`),
      `polling_file: polling.yaml\npipeline_file: ${name}-pipeline.yaml\n` +
        `inspectors: [{targets: ["unix:i.sock"]}]\nstate_dir: state-${name}\n`,
    );
  }
  await broker.ctl('add_user', 'shadow', PASSWORD);
  await broker.ctl('set_permissions', 'shadow', '^nephometer\\.', '^nephometer\\.', '^(nephometer\\..*|ceilometer)$');
  await broker.ctl('add_user', 'nobody', PASSWORD);
  await broker.ctl('set_permissions', 'nobody', '', '', '');
  await declare();
});

/** What an agent of Ceilometer's makes when it first sends. */
async function declare(): Promise<void> {
  const model = await connect(brokerAt('guest:guest@'));
  const channel = await model.createChannel();
  await channel.assertExchange('ceilometer', 'topic', { durable: false });
  await channel.assertQueue('notifications.sample', { durable: false });
  await model.close();
}

interface Run extends TestProcess {
  /** Nothing of the run is left, and the password has been said nowhere. */
  assertClean(): Promise<void>;
}

async function shadow(url: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Run> {
  await using starting = new AsyncDisposableStack();
  const { path: temporary } = starting.use(await temporaryDirectory());
  const files = ['--config', join(directory, 'ours.yaml'), '--ceilometer', url];
  const command = starting.use(
    await startProcess(process.execPath, [main, 'shadow', ...files, ...args], { env: { TMPDIR: temporary, ...env } }),
  );
  const running = starting.move();
  return {
    ...command,
    async assertClean() {
      assert.deepEqual(await readdir(temporary), []);
      const said = [...command.lines('stdout'), ...command.lines('stderr')].join('\n');
      assert.ok(!said.includes(PASSWORD), said);
      assert.doesNotMatch(said, /^ +at /m, 'a stack trace');
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** A stand-in for Ceilometer: another coordinator of ours, whose samples are sent as a polling agent sends them. */
async function startCeilometer(): Promise<AsyncDisposable> {
  await using starting = new AsyncDisposableStack();
  const coordinator = starting.use(
    await startProcess(process.execPath, [coordinatorMain, '--config', join(directory, 'theirs.yaml')], {
      cwd: directory,
    }),
  );
  const model = await connect(brokerAt('guest:guest@'));
  starting.defer(() => model.close());
  const channel = await model.createChannel();
  let sent = 0;
  let hasEnded = false;
  const sending = (async () => {
    while (!hasEnded) {
      await eventually(() => assert.ok(hasEnded || coordinator.lines('stdout').length > sent));
      const lines = coordinator.lines('stdout').slice(sent);
      sent += lines.length;
      for (let from = 0; from < lines.length; from += 50) {
        const samples = lines
          .slice(from, from + 50)
          .map(meteringMessage)
          .join(', ');
        const body = envelope(notification(`{"samples": [${samples}]}`));
        channel.publish('ceilometer', 'notifications.sample', Buffer.from(body), { contentType: 'application/json' });
      }
    }
  })();
  starting.defer(async () => {
    hasEnded = true;
    await sending;
  });
  const running = starting.move();
  return { [Symbol.asyncDispose]: () => running.disposeAsync() };
}

/** The fields of a sample by the names that they have in a message. Those of its metadata come later. */
function meteringMessage(line: string): string {
  return ['name', 'type', 'unit', 'volume'].reduce(
    (text, key) => text.replace(`"${key}": `, `"counter_${key}": `),
    line,
  );
}

test('with TLS and a user who may do little: what a queue brings agrees', async () => {
  await using starting = new AsyncDisposableStack();
  const inspector = starting.use(
    await startProcess(
      process.execPath,
      [inspectorMain, '--hypervisor', 'simulated', '--listen', `unix:${join(directory, 'i.sock')}`],
      { env: { NEPHOMETER_SIMULATED_INSTANCES: '2' } },
    ),
  );
  await inspector.waitForLine((line) => line.includes('"msg":"ready"'));
  starting.use(await startCeilometer());
  const url = `amqps://shadow@127.0.0.1:${broker.tlsPort}?cacertfile=${pem('ca.pem')}`;
  await using command = await shadow(url, ['--cycles', '4', '--json'], { NEPHOMETER_AMQP_PASSWORD: PASSWORD });
  assert.equal((await command.exit).code, 0, command.lines('stdout').join('\n'));
  const { agrees, theirs, lineProblems, meters } = JSON.parse(command.lines('stdout').join('\n')) as Report & RunFacts;
  assert.ok(agrees && theirs.kind === 'queue' && theirs.messages > 0);
  assert.equal(theirs.url, url);
  assert.deepEqual([theirs.losses, theirs.overflows, theirs.gaps, lineProblems], [0, 0, [], []]);
  assert.ok(meters.find(({ meter }) => meter === 'memory')?.agree === 2);
  await command.assertClean();
  await eventually(async () => assert.doesNotMatch(await broker.ctl('list_queues', 'name'), /nephometer/));
});

test('Ctrl-C ends it early with a report, also while there is no connection', async () => {
  await using command = await shadow(brokerAt(`shadow:${PASSWORD}@`), ['--for', '1h']);
  await command.waitForLine((line) => line.includes('the coordinator polls every 1s'));
  await broker.ctl('clear_permissions', 'shadow');
  await broker.ctl('close_all_connections', 'maintenance');
  await command.waitForLine((line) => line.includes('is lost (') && line.includes('maintenance'));
  command.kill('SIGINT');
  assert.equal((await command.exit).code, 1);
  const output = command.lines('stdout').join('\n');
  assert.match(
    output,
    /^theirs {2}0 samples from amqp:\/\/shadow@127\.0\.0\.1:\d+\/, connection lost once, not connected at/m,
  );
  assert.match(output, /^Nothing came from Ceilometer in this time\. Do its agents use this broker/m);
  await command.assertClean();
});

/** Something that listens and is no broker. */
async function listen(answer: (socket: Socket) => void): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    answer(socket);
  }).listen(0, '127.0.0.1');
  after(() => void server.close());
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

const http = await listen((socket) => socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')));
const mute = await listen((socket) => socket.end());

const refusals: readonly [what: string, url: string, message: RegExp, args?: readonly string[]][] = [
  ['a wrong password', brokerAt(`guest:${PASSWORD}@`), /refuses the password of user "guest"/],
  ['an unknown user', brokerAt(`ghost:${PASSWORD}@`), /refuses the password of user "ghost", or does not know it/],
  ['an unknown vhost', brokerAt('', 'moon'), /no vhost "moon".*list_permissions -p moon/],
  [
    'no permission',
    brokerAt(`nobody:${PASSWORD}@`),
    /user "nobody" lacks permissions: .*read for exchange "ceilometer"/,
  ],
  [
    'an unknown exchange',
    brokerAt('', '?exchange=openstack'),
    /no exchange "openstack" in vhost "\/".*control_exchange/,
  ],
  ['a queue that is there', brokerAt('', '?queue=notifications.sample'), /"notifications\.sample" already/],
  ['nobody there', 'amqp://127.0.0.1:1', /nobody listens at 127\.0\.0\.1:1/],
  ['a host that is unknown', 'amqp://no-such-host.invalid', /no-such-host\.invalid, is not known|no answer/],
  ['a web server', `amqp://127.0.0.1:${http}`, /does not speak AMQP 0-9-1/],
  ['one that hangs up', `amqp://127.0.0.1:${mute}`, /does not speak AMQP 0-9-1, or expects TLS/],
  ['no TLS where it is expected', `amqp://127.0.0.1:${broker.tlsPort}`, /or expects TLS/],
  ['TLS where it is not', `amqps://127.0.0.1:${broker.port}`, /does not speak TLS/],
  ['an unknown authority', `amqps://127.0.0.1:${broker.tlsPort}`, /not trusted.*\?cacertfile=PEM/],
  [
    'a certificate for another name',
    `amqps://localhost:${broker.tlsPort}?cacertfile=${pem('ca.pem')}`,
    /not accepted: .*localhost/,
  ],
  ['a file that is not there', `amqps://127.0.0.1?cacertfile=/nonexistent.pem`, /\/nonexistent\.pem cannot be read/],
  [
    'a file that is no certificate',
    `amqps://127.0.0.1:${broker.tlsPort}?cacertfile=${main}`,
    /not trusted|not accepted/,
  ],
  ['no password', brokerAt('shadow@'), /no password for user "shadow"/],
  ['a wrong parameter', brokerAt('', '?exchnage=x'), /did you mean "exchange"/],
  ['a queue from its start', brokerAt(''), /--from-start is for files/, ['--from-start']],
];

for (const [what, url, message, args = []] of refusals) {
  test(`${what}: exit code 2, and it says why`, async () => {
    await using command = await shadow(url, args);
    const { code } = await command.exit;
    assert.match(command.lines('stderr').join('\n'), message);
    assert.equal(code, 2, command.lines('stderr').join('\n'));
    await command.assertClean();
  });
}

test('Ctrl-C while it connects leaves nothing, and there is nothing to report', async () => {
  const connected = Promise.withResolvers<void>();
  const silent = await listen(() => connected.resolve());
  await using command = await shadow(`amqp://127.0.0.1:${silent}`, []);
  await connected.promise;
  command.kill('SIGINT');
  assert.equal((await command.exit).code, 130);
  assert.deepEqual(command.lines('stdout'), []);
  await command.assertClean();
});
