import { fileURLToPath } from 'node:url';
import { createCertificates, startProcess } from '@nephometer/test-kit';
import type { SinkPorts } from './sink-main.ts';

/** Receivers in a process of their own, so that what they use is not counted. Disposing ends it. */
export interface Sinks extends AsyncDisposable {
  readonly ports: SinkPorts;
  /** Path of the authority that vouches for those with TLS. */
  readonly ca: string;
}

const main = fileURLToPath(new URL('./sink-main.ts', import.meta.url));

/** @param directory for certificates */
export async function startSinks(directory: string, signal: AbortSignal): Promise<Sinks> {
  const file = await createCertificates(directory, { sink: 'DNS:localhost,IP:127.0.0.1' });
  const sinks = await startProcess(process.execPath, [main, file('sink.pem'), file('sink.key')], {
    signal,
    ownGroup: true,
  });
  try {
    const line = await sinks.waitForLine((text) => text.startsWith('{'), { from: 'stdout', signal });
    const ports = JSON.parse(line) as SinkPorts;
    return { ports, ca: file('ca.pem'), [Symbol.asyncDispose]: () => sinks[Symbol.asyncDispose]() };
  } catch (error) {
    await sinks[Symbol.asyncDispose]();
    throw error;
  }
}
