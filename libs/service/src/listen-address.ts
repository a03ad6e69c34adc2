import { BlockList, isIPv4, isIPv6 } from 'node:net';

/** Where a server listens, or where a client finds it. */
export type ListenAddress =
  | { readonly kind: 'tcp'; readonly host: string; /** 0 to 65535; 0: any free one. */ readonly port: number }
  | { readonly kind: 'unix'; /** Path of the socket, at most 107 bytes. */ readonly path: string };

/** The outcome of {@link parseListenAddress}; `message` says what is wrong and what to write. */
export type ParsedListenAddress =
  { readonly ok: true; readonly address: ListenAddress } | { readonly ok: false; readonly message: string };

/** `sun_path` has 108 bytes, the last one a zero. */
const maxUnixPathBytes = 107;
const forms = 'write HOST:PORT, [IPV6]:PORT or unix:PATH, for example 127.0.0.1:7750';

/**
 * Reads `host:port`, `[ipv6]:port`, `unix:path` or `unix:///path`. A host is a name or an address without a wildcard:
 * `:7750` and `*:7750` are refused, since they would open a port to everybody by leaving something out.
 */
export function parseListenAddress(text: string): ParsedListenAddress {
  if (text.startsWith('unix:')) return parseUnix(text.slice('unix:'.length));
  const match = /^(?:\[(?<v6>[^\]]*)\]|(?<host>[^:[\]]*)):(?<port>[^:]*)$/.exec(text);
  const { v6, host = '', port = '' } = match?.groups ?? {};
  if (match === null) return refused(explainShape(text));
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65535) return refused(`"${port}" is no port (0 to 65535); ${forms}`);
  if (v6 !== undefined) {
    if (!isIPv6(v6)) return refused(`"${v6}" is no IPv6 address; ${forms}`);
    return { ok: true, address: { kind: 'tcp', host: v6, port: Number(port) } };
  }
  if (host === '' || host === '*') {
    return refused(
      `no host in "${text}"; write 127.0.0.1:${port} for this machine only, 0.0.0.0:${port} or [::]:${port} for every interface`,
    );
  }
  if (!isHost(host)) return refused(`"${host}" is no host name or address; ${forms}`);
  return { ok: true, address: { kind: 'tcp', host, port: Number(port) } };
}

/** The text that {@link parseListenAddress} reads as this address. gRPC understands it as a target, too. */
export function formatListenAddress(address: ListenAddress): string {
  if (address.kind === 'unix') return `unix:${address.path}`;
  return isIPv6(address.host) ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
}

/** Whether only this machine can reach the address: loopback addresses, `localhost`, unix sockets. */
export function isLocalAddress(address: ListenAddress): boolean {
  if (address.kind === 'unix') return true;
  if (isIPv4(address.host)) return loopback.check(address.host, 'ipv4');
  if (isIPv6(address.host)) return loopback.check(address.host, 'ipv6');
  return address.host.toLowerCase() === 'localhost';
}

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

function parseUnix(rest: string): ParsedListenAddress {
  const path = rest.replace(/^\/\/(?=\/)/, '');
  if (path === '')
    return refused('no path after "unix:"; write unix:PATH, for example unix:/run/nephometer/inspector.sock');
  if (path.startsWith('//')) return refused(`unix://HOST is not possible; write unix:PATH or unix:///PATH`);
  if (path.startsWith('@') || path.includes('\0'))
    return refused('abstract sockets are not supported; write unix:PATH');
  const bytes = Buffer.byteLength(path);
  if (bytes > maxUnixPathBytes)
    return refused(
      `the socket's path has ${bytes} bytes, at most ${maxUnixPathBytes} are possible; choose a shorter one`,
    );
  return { ok: true, address: { kind: 'unix', path } };
}

function explainShape(text: string): string {
  if (isIPv6(text) || /^[0-9a-f:]+:\d+$/i.test(text))
    return `an IPv6 address needs brackets: [${text}]:PORT or like [::1]:7750; ${forms}`;
  if (/^\d+$/.test(text)) return `no host in "${text}"; ${forms}`;
  return text.includes(':') ? `"${text}" is no address; ${forms}` : `no port in "${text}"; ${forms}`;
}

function isHost(host: string): boolean {
  if (/^[\d.]+$/.test(host)) return isIPv4(host);
  return (
    host.length <= 253 && /^[a-z\d_]([a-z\d_-]{0,61}[a-z\d_])?(\.[a-z\d_]([a-z\d_-]{0,61}[a-z\d_])?)*\.?$/i.test(host)
  );
}

function refused(message: string): ParsedListenAddress {
  return { ok: false, message };
}
