import { isLocalAddress, parseListenAddress, problemAt } from '@nephometer/service';
import type { ListenAddress, Problem } from '@nephometer/service';
import { z } from 'zod';
import type { LayeredDocument } from './layered-document.ts';

/** An address as text. A unix socket's path is as written: relative ones still have to be resolved. */
export const address = z.string().transform((value, context): ListenAddress => {
  const parsed = parseListenAddress(value);
  if (parsed.ok) return parsed.address;
  context.issues.push({ code: 'custom', message: parsed.message, input: value });
  return z.NEVER;
});

/** A unix socket's path resolved; other addresses as they are. */
export function resolveAddress(
  document: LayeredDocument,
  key: 'listen' | 'http',
  address: ListenAddress,
): ListenAddress {
  return address.kind === 'unix' ? { ...address, path: document.resolvePath([key], address.path) } : address;
}

/** HTTP has no TLS of ours, so who reaches the port reads what is there. */
export function openHttp(document: LayeredDocument, address: ListenAddress | undefined): readonly Problem[] {
  if (address === undefined || isLocalAddress(address)) return [];
  const message =
    'whoever reaches this address reads it, without TLS; keep it on 127.0.0.1 behind a proxy if that is not wanted';
  return [problemAt(document, ['http'], message)];
}
