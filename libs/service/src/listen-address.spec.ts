import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatListenAddress, isLocalAddress, parseListenAddress } from './listen-address.ts';
import type { ListenAddress } from './listen-address.ts';

const tcp = (host: string, port: number): ListenAddress => ({ kind: 'tcp', host, port });
const unix = (path: string): ListenAddress => ({ kind: 'unix', path });

for (const [text, address, local] of [
  ['127.0.0.1:7750', tcp('127.0.0.1', 7750), true],
  ['127.9.9.9:0', tcp('127.9.9.9', 0), true],
  ['localhost:65535', tcp('localhost', 65535), true],
  ['[::1]:7750', tcp('::1', 7750), true],
  ['[::ffff:127.0.0.1]:7750', tcp('::ffff:127.0.0.1', 7750), true],
  ['0.0.0.0:7750', tcp('0.0.0.0', 7750), false],
  ['[::]:7750', tcp('::', 7750), false],
  ['[fe80::1%eth0]:7750', tcp('fe80::1%eth0', 7750), false],
  ['compute-1.example.org:7750', tcp('compute-1.example.org', 7750), false],
  ['unix:/run/a.sock', unix('/run/a.sock'), true],
  ['unix:///run/a.sock', unix('/run/a.sock'), true],
  ['unix:a.sock', unix('a.sock'), true],
] as const) {
  test(`${text} is ${local ? 'local' : 'open to others'} and reads as what it says`, () => {
    assert.deepEqual(parseListenAddress(text), { ok: true, address });
    assert.equal(isLocalAddress(address), local);
    assert.deepEqual(parseListenAddress(formatListenAddress(address)), { ok: true, address });
  });
}

for (const [text, message] of [
  ['', /^no port in ""/],
  ['127.0.0.1', /^no port in "127.0.0.1"; write HOST:PORT/],
  ['7750', /^no host in "7750"/],
  [':7750', /^no host in ":7750"; write 127.0.0.1:7750 for this machine only, 0.0.0.0:7750 or \[::\]:7750/],
  ['*:7750', /^no host in "\*:7750"/],
  ['127.0.0.1:', /^"" is no port/],
  ['127.0.0.1:65536', /^"65536" is no port/],
  ['127.0.0.1:http', /^"http" is no port/],
  ['::1:7750', /^an IPv6 address needs brackets/],
  ['[::g]:7750', /^"::g" is no IPv6 address/],
  ['1.2.3:7750', /^"1.2.3" is no host/],
  ['under score:1', /^"under score" is no host/],
  ['http://localhost:7750', /^"http:\/\/localhost:7750" is no address/],
  ['unix:', /^no path after "unix:"/],
  ['unix:@a', /^abstract sockets are not supported/],
  [`unix:/${'a'.repeat(107)}`, /^the socket's path has 108 bytes, at most 107/],
] as const) {
  test(`"${text.slice(0, 40)}" is refused in words`, () => {
    const parsed = parseListenAddress(text);
    assert.match(parsed.ok ? '' : parsed.message, message);
  });
}

test('no text makes the parser throw, and what it accepts it writes the same way again', () => {
  const parts = fc
    .array(fc.constantFrom('[', ']', ':', '::', '1', 'a', '.', 'unix:', '/', '*', '7750', '-', '%'))
    .map((list) => list.join(''));
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), parts), (text) => {
      const parsed = parseListenAddress(text);
      if (parsed.ok) assert.deepEqual(parseListenAddress(formatListenAddress(parsed.address)), parsed);
    }),
    { numRuns: 2000 },
  );
});
