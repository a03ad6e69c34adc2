/** Makes the code and the descriptors in libs/inspector-api/src/gen from proto/. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const proto = fileURLToPath(new URL('../proto', import.meta.url));

function buf(...args: string[]): void {
  const { status, error } = spawnSync('buf', args, { cwd: proto, stdio: 'inherit' });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

buf('generate');
buf('build', '--as-file-descriptor-set', '-o', '../libs/inspector-api/src/gen/descriptors.binpb');
// The health check's own file, as its package ships it: reflection serves it beside the API.
buf(
  'build',
  '../node_modules/grpc-health-check/proto',
  '--as-file-descriptor-set',
  '-o',
  '../libs/inspector-api/src/gen/health.binpb',
);
