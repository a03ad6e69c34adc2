import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryDirectory } from '@nephometer/test-kit';
import { countCycles } from './count-cycles.ts';

const metrics = `# HELP nephometer_coordinator_cycle_duration_seconds How long
nephometer_coordinator_cycle_duration_seconds_bucket{le="0.05",task="5s"} 3
nephometer_coordinator_cycle_duration_seconds_count{task="5s"} 3
nephometer_coordinator_cycle_duration_seconds_count{service="a",task="300s"} 12
nephometer_coordinator_hosts_polled_total{task="60s"} 4
`;

async function serve(socket: string, answer: Parameters<typeof createServer>[1]): Promise<Server> {
  const server = createServer({}, answer);
  server.listen(socket);
  await once(server, 'listening');
  return server;
}

test('the finished cycles of each task are counted', async () => {
  await using directory = await temporaryDirectory();
  const socket = join(directory.path, 's');
  await using _ = await serve(socket, (request, response) => response.end(request.url === '/metrics' ? metrics : ''));
  assert.deepEqual(
    await countCycles(socket, new AbortController().signal),
    new Map([
      ['5s', 3],
      ['300s', 12],
    ]),
  );
});

test('asking ends with the reason of its signal', async () => {
  await using directory = await temporaryDirectory();
  const socket = join(directory.path, 's');
  const controller = new AbortController();
  await using server = await serve(socket, () => controller.abort(new Error('enough')));
  await assert.rejects(countCycles(socket, controller.signal), { message: 'enough' });
  server.closeAllConnections();
});

test('nobody there is an error', async () => {
  await assert.rejects(countCycles('/nonexistent/s', new AbortController().signal), { code: 'ENOENT' });
});
