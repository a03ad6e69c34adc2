import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryDirectory } from '@nephometer/test-kit';
import { hypervisorOffers } from './choose-hypervisor.ts';
import type { Offer } from './choose-hypervisor.ts';

const { signal } = new AbortController();

/** What is offered as the libvirt of a machine whose sockets are in `socketDirectory`. */
async function systemOffer(socketDirectory: string): Promise<Offer | undefined> {
  const offers = hypervisorOffers({ choice: 'libvirt', simulatedInstances: 1, signal, socketDirectory });
  for await (const offer of offers) return offer;
  return undefined;
}

async function listen(path: string): Promise<AsyncDisposable> {
  const server = createServer((socket) => socket.destroy());
  server.listen(path);
  await once(server, 'listening');
  return server;
}

test('a machine without sockets runs no libvirt', async () => {
  await using directory = await temporaryDirectory();
  assert.deepEqual(await systemOffer(directory.path), {
    refusal: `this machine runs no libvirt (no socket in ${directory.path})`,
  });
});

test('the read-only socket comes first', async () => {
  await using directory = await temporaryDirectory();
  await using _ = await listen(join(directory.path, 'libvirt-sock'));
  await using __ = await listen(join(directory.path, 'libvirt-sock-ro'));
  const offer = await systemOffer(directory.path);
  assert.ok(offer && 'candidate' in offer);
  const socket = join(directory.path, 'libvirt-sock-ro');
  assert.equal(offer.candidate.title, `the libvirt of this machine (${socket})`);
  assert.deepEqual(offer.candidate.config.slice(-1), [`  socket: "${socket}"`]);
});

test('a socket that nobody listens on is passed over for one that somebody does', async () => {
  await using directory = await temporaryDirectory();
  await writeFile(join(directory.path, 'libvirt-sock-ro'), '');
  await using _ = await listen(join(directory.path, 'virtqemud-sock'));
  const offer = await systemOffer(directory.path);
  assert.ok(offer && 'candidate' in offer);
  assert.match(offer.candidate.title, /virtqemud-sock\)$/);
});

test('if nobody listens on any, it says which and why', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'libvirt-sock-ro');
  await writeFile(path, '');
  assert.deepEqual(await systemOffer(directory.path), {
    refusal: `the libvirt of this machine does not answer (${path}: ECONNREFUSED)`,
  });
});

test('an abort is not taken for a refusal', async () => {
  await using directory = await temporaryDirectory();
  await using _ = await listen(join(directory.path, 'libvirt-sock'));
  const reason = new Error('enough');
  const settings = { choice: 'libvirt', simulatedInstances: 1, socketDirectory: directory.path } as const;
  const offers = hypervisorOffers({ ...settings, signal: AbortSignal.abort(reason) });
  await assert.rejects(offers.next(), reason);
});
