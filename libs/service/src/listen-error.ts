import { formatListenAddress } from './listen-address.ts';
import type { ListenAddress } from './listen-address.ts';
import { ServiceError } from './service-error.ts';

/** What a server's failure to listen means, as the one error of this library. */
export function toListenError(error: unknown, address: ListenAddress): ServiceError {
  const where = formatListenAddress(address);
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const failed = (kind: ServiceError['code'], advice: string): ServiceError =>
    new ServiceError(kind, `cannot listen on ${where}: ${advice}`, { cause: error });
  switch (code) {
    case 'EADDRINUSE':
      return failed('address-in-use', 'another process listens there; stop it or choose another address');
    case 'EADDRNOTAVAIL':
      return failed('address-unavailable', 'this machine has no such address; use one of its own, or 0.0.0.0 for all');
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return failed('address-unavailable', 'the host name has no address; use one that has, or an address');
    case 'EACCES':
    case 'EPERM':
      return failed(
        'address-not-permitted',
        'this user may not; ports below 1024 need a right, a socket needs a writable directory',
      );
    default:
      return failed('listen-failed', error instanceof Error ? error.message : String(error));
  }
}
