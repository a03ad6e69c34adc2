import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hostPortText, parseHostPort } from './host-port.ts';

test('A host is a name or an address, with a port or without', () => {
  const table = [
    ['collector', 'collector', 4952, 'collector:4952'],
    ['collector.example.org:1', 'collector.example.org', 1, 'collector.example.org:1'],
    ['127.0.0.1:65535', '127.0.0.1', 65535, '127.0.0.1:65535'],
    ['[::1]', '::1', 4952, '[::1]:4952'],
    ['[fe80::1%eth0]:7', 'fe80::1%eth0', 7, '[fe80::1%eth0]:7'],
  ] as const;
  for (const [text, host, port, written] of table) {
    assert.deepEqual(parseHostPort(text, 4952), { ok: true, at: { host, port } });
    assert.equal(hostPortText({ host, port }), written);
  }
});

test('What is none is said, and a password is not repeated', () => {
  const table = [
    ['', /names no host/],
    [':4952', /no readable host/],
    ['::1', /no readable host.*in brackets/],
    ['[h]:1', /\[h\] is no address of IPv6/],
    ['h:', /port is ""/],
    ['h:0', /port is "0"/],
    ['h:65536', /from 1 to 65535/],
    ['h:1e3', /port is "1e3"/],
    ['u:hidden@h:1', /^it has no readable host(?!.*hidden)/],
    ['h h', /no readable host/],
  ] as const;
  for (const [text, problem] of table) {
    const parsed = parseHostPort(text, 4952);
    assert.match(parsed.ok ? '' : parsed.problem, problem, text);
  }
});
