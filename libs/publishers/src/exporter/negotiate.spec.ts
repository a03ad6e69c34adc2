import assert from 'node:assert/strict';
import { test } from 'node:test';
import { negotiate } from './negotiate.ts';

test('OpenMetrics is for those who ask for its version, at least as much as for the other format', () => {
  const table = [
    [undefined, 'prometheus'],
    ['*/*', 'prometheus'],
    ['text/html', 'prometheus'],
    ['application/openmetrics-text', 'openmetrics'],
    ['application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1', 'openmetrics'],
    ['Application/OpenMetrics-Text; Version="1.0.0"; charset=utf-8', 'openmetrics'],
    ['application/openmetrics-text;version=2.0.0', 'prometheus'],
    ['application/openmetrics-text;version=1.0.0;q=0.2, text/plain;q=0.9', 'prometheus'],
    ['application/openmetrics-text;version=1.0.0;q=0', 'prometheus'],
    ['application/openmetrics-text;q=nonsense', 'prometheus'],
    [',;,=;q=', 'prometheus'],
  ] as const;
  for (const [accept, format] of table) assert.equal(negotiate(accept, undefined).format, format, accept);
});

test('The type names format, version and encoding', () => {
  assert.equal(negotiate('*/*', undefined).contentType, 'text/plain; version=0.0.4; charset=utf-8');
  assert.equal(
    negotiate('application/openmetrics-text', undefined).contentType,
    'application/openmetrics-text; version=1.0.0; charset=utf-8',
  );
});

test('Compressed is for those who take it', () => {
  const table = [
    [undefined, false],
    ['gzip', true],
    ['deflate, GZIP;q=0.5', true],
    ['gzip;q=0', false],
    ['br', false],
  ] as const;
  for (const [accept, isGzip] of table) assert.equal(negotiate(undefined, accept).isGzip, isGzip, accept);
});
