import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseServerList, serverListText } from './server-list.ts';

test('A list has one server or several, with ports or without, and a user or none', () => {
  const table = [
    ['a', 'a:9092', undefined],
    ['a,b:1,[::1]:2', 'a:9092,b:1,[::1]:2', undefined],
    ['u:p@a', 'a:9092', { name: 'u', password: 'p' }],
    ['u:@a', 'a:9092', { name: 'u', password: '' }],
    ['token@a,b', 'a:9092,b:9092', { name: 'token' }],
    ['u%40x:p%3Aq:r@s@a', 'a:9092', { name: 'u@x', password: 'p:q:r@s' }],
    ['u:100%@a', 'a:9092', { name: 'u', password: '100%' }],
  ] as const;
  for (const [text, servers, user] of table) {
    const problems: string[] = [];
    const list = parseServerList(text, 9092, problems);
    assert.deepEqual(problems, [], text);
    assert.equal(serverListText(list?.servers ?? []), servers);
    assert.deepEqual(list?.user, user);
  }
});

test('Every server that is none is a problem of its own, and no password is repeated', () => {
  const table = [
    ['', [/names no host/]],
    ['a,,b', [/names no host/]],
    ['u:hidden@a:0,b:x', [/port is "0"/, /port is "x"/]],
    [':hidden@a', [/nothing before the @/]],
    ['@a', [/nothing before the @/]],
  ] as const;
  for (const [text, expected] of table) {
    const problems: string[] = [];
    assert.equal(parseServerList(text, 9092, problems), undefined);
    assert.equal(problems.length, expected.length, text);
    for (const [index, pattern] of expected.entries()) assert.match(problems[index] ?? '', pattern);
    assert.doesNotMatch(problems.join(), /hidden/);
  }
});
