import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseFileOptions } from './file-options.ts';

test('A URL of a file says where, how and when to rotate', () => {
  const table = [
    ['file:///a/b', { path: '/a/b', format: 'python' }],
    ['file://localhost/a%20b', { path: '/a%20b', format: 'python' }],
    ['file:///a?json', { path: '/a', format: 'json' }],
    ['file:///a?json=no', { path: '/a', format: 'json' }],
    [
      'file:///a?max_bytes=10&backup_count=2',
      { path: '/a', format: 'python', rotation: { maxBytes: 10, backupCount: 2, isCompressed: false } },
    ],
    ...['compress', 'compress=true', 'compress=1'].map(
      (compress) =>
        [
          `file:///a?max_bytes=10&backup_count=2&${compress}`,
          { path: '/a', format: 'python', rotation: { maxBytes: 10, backupCount: 2, isCompressed: true } },
        ] as const,
    ),
    ['file:///a?compress=no', { path: '/a', format: 'python' }],
    ['file:///a?max_bytes=0&backup_count=2', { path: '/a', format: 'python' }],
    ['file:///a?max_bytes=10&backup_count=0', { path: '/a', format: 'python' }],
  ] as const;
  for (const [url, options] of table) assert.deepEqual(parseFileOptions(url), { ok: true, options }, url);
});

test('What is wrong with a URL is said', () => {
  const table = [
    ['file://', /names no file/],
    ['file:///var/log/', /names a directory/],
    ['file://./samples', /"\." stands where a host would/],
    ['file://samples', /"samples" stands where a host would/],
    ['file:///a?max_bytes=10', /max_bytes does nothing alone/],
    ['file:///a?backup_count=10', /backup_count does nothing alone/],
    ['file:///a?max_bytes=ten&backup_count=1', /max_bytes is "ten"/],
    ['file:///a?max_bytes=&backup_count=1', /max_bytes is ""/],
    ['file:///a?max_bytes=-1&backup_count=1', /max_bytes is "-1"/],
    ['file:///a?max_bytes=1&backup_count=1001', /up to 1000/],
    ['file:///a?maxbytes=1', /no option "maxbytes"; it takes max_bytes, backup_count, compress, json/],
    ['file:///a?compress', /compress does nothing alone/],
    ['file:///a?max_bytes=1&backup_count=1&compress=gzip', /compress is "gzip"; it must be true or false/],
    ['/a', /not a URL/],
  ] as const;
  for (const [url, problem] of table) {
    const parsed = parseFileOptions(url);
    assert.ok(!parsed.ok, url);
    assert.equal(parsed.problems.length, 1, url);
    assert.match(parsed.problems.join(), problem);
  }
});

test('All problems of a URL are said at once', () => {
  const parsed = parseFileOptions('file://host?max_bytes=x&backup_count=-1&gzip');
  assert.equal(parsed.ok ? 0 : parsed.problems.length, 4);
});
