import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { InspectorError } from '../inspector-error.ts';
import { escape } from './testing/escape.ts';
import { parseXml } from './xml.ts';
import type { XmlElement } from './xml.ts';

/** Without what is empty, to be read at a glance. */
function plain({ name, namespace, attributes, children, text }: XmlElement): Record<string, unknown> {
  return {
    name,
    ...(namespace !== '' && { namespace }),
    ...(attributes.size > 0 && { attributes: Object.fromEntries(attributes) }),
    ...(children.length > 0 && { children: children.map(plain) }),
    ...(text !== '' && { text }),
  };
}

const cases: readonly (readonly [what: string, xml: string, expected: Record<string, unknown>])[] = [
  ['an element that ends itself', '<d/>', { name: 'd' }],
  ['both kinds of quotes', `<d a='"' b="'" c = '>'/>`, { name: 'd', attributes: { a: '"', b: "'", c: '>' } }],
  ['white space in tags', '<d\n a="1"\t></d >', { name: 'd', attributes: { a: '1' } }],
  ['what is no element', '<?xml version="1.0"?><!-- <x> & --><d><!--<x>--><?php "<x>" ?></d>', { name: 'd' }],
  ['text around children', '<d> a <e/> b\n</d>', { name: 'd', children: [{ name: 'e' }], text: 'a  b' }],
  ['text that begins with no-break space', '<d> \u00a0x\u3000\n</d>', { name: 'd', text: '\u00a0x\u3000' }],
  ['entities, once', '<d a="&lt;&#10;">&amp;lt;&#x1F600;</d>', { name: 'd', attributes: { a: '<\n' }, text: '&lt;😀' }],
  ['unparsed text', '<d>&amp;<![CDATA[&amp;<e>]]></d>', { name: 'd', text: '&&amp;<e>' }],
  [
    'any letters in names',
    '<größe 名="1"><\u{10000}/></größe>',
    { name: 'größe', attributes: { 名: '1' }, children: [{ name: '\u{10000}' }] },
  ],
  [
    'a default namespace and its end',
    '<d xmlns="u"><e xmlns=""/></d>',
    { name: 'd', namespace: 'u', children: [{ name: 'e' }] },
  ],
  [
    'prefixes, the inner one first',
    '<p:d xmlns:p="u"><p:e xmlns:p="v"/><p:f/></p:d>',
    {
      name: 'd',
      namespace: 'u',
      children: [
        { name: 'e', namespace: 'v' },
        { name: 'f', namespace: 'u' },
      ],
    },
  ],
];
for (const [what, xml, expected] of cases) {
  void test(`it reads ${what}`, () => assert.deepEqual(plain(parseXml(xml)), expected));
}

void test('names that JavaScript objects have are ordinary names', () => {
  const { attributes, children } = parseXml('<d __proto__="1" constructor="2"><__proto__>x</__proto__><toString/></d>');
  assert.deepEqual(
    [...attributes],
    [
      ['__proto__', '1'],
      ['constructor', '2'],
    ],
  );
  assert.deepEqual(
    children.map(({ name, text }) => [name, text]),
    [
      ['__proto__', 'x'],
      ['toString', ''],
    ],
  );
});

const faults = {
  nothing: '',
  'no XML': 'not found',
  'two roots': '<d/><d/>',
  'text behind the root': '<d/>x',
  'a wrong end': '<d><e></d></e>',
  'an end too many': '<d/></d>',
  'no end': '<d><e/>',
  'half a tag': '<d><e a="1"',
  'an attribute without quotes': '<d a=1/>',
  'an attribute without a value': '<d a/>',
  'attributes without space between': '<d a="1"b="2"/>',
  'an attribute with a tag in it': '<d a="<e/>"/>',
  'a tag without a name': '<d>< ></d>',
  'an entity that nobody defined': '<d>&nbsp;</d>',
  'a character that is none': '<d>&#xD800;</d>',
  'a bare ampersand': '<d>a & b</d>',
  'a prefix without a namespace': '<d><q:g/></d>',
  'a comment without an end': '<d><!-- </d>',
  'unparsed text without an end': '<d><![CDATA[</d>',
  'a document type': '<!DOCTYPE d [<!ENTITY a "b">]><d>&a;</d>',
  'a document type inside': '<d><!doctype d></d>',
  'a document type that is passed over': '<d><skip><!DOCTYPE d></skip></d>',
  'a wrong end in what is passed over': '<d><skip><a></b></skip></d>',
  '501 levels': '<d>'.repeat(501) + '</d>'.repeat(501),
  '501 levels of what is passed over': `<d><skip>${'<a>'.repeat(499)}${'</a>'.repeat(499)}</skip></d>`,
  '100,001 elements': `<d>${'<a/>'.repeat(100_000)}</d>`,
  'more than 4 Mi characters': `<d>${' '.repeat(4 * 1024 * 1024)}</d>`,
};
for (const [what, xml] of Object.entries(faults)) {
  void test(`it refuses ${what}`, () => {
    assert.throws(
      () => parseXml(xml, (_, { name }) => name === 'skip'),
      (error) => error instanceof InspectorError && error.code === 'bad-description' && error.message.length < 300,
    );
  });
}

void test('what is just within the limits is read', () => {
  assert.equal(parseXml('<d>'.repeat(500) + '</d>'.repeat(500)).name, 'd');
  assert.equal(parseXml(`<d>${'<a/>'.repeat(99_999)}</d>`).children.length, 99_999);
  assert.equal(parseXml(`<d>${'x'.repeat(4 * 1024 * 1024 - 7)}</d>`).text.length, 4 * 1024 * 1024 - 7);
});

void test('what is passed over leaves nothing, counts for nothing, and its namespace decides', () => {
  const many = '<a b="</skip>">t<c/></a>'.replace('</skip>', '>').repeat(120_000);
  const xml = `<d xmlns:s="u"><s:skip>${many}</s:skip><skip>kept</skip><s:e/></d>`;
  const root = parseXml(
    xml,
    (parent, { name, namespace }) => parent.name === 'd' && name === 'skip' && namespace === 'u',
  );
  assert.deepEqual(plain(root), {
    name: 'd',
    children: [
      { name: 'skip', text: 'kept' },
      { name: 'e', namespace: 'u' },
    ],
  });
});

interface Tree {
  readonly name: string;
  readonly attributes: readonly (readonly [string, string])[];
  readonly content: string | readonly Tree[];
}
const write = ({ name, attributes, content }: Tree): string => {
  const inner = typeof content === 'string' ? escape(content) : content.map(write).join('\n  ');
  return `<${name}${attributes.map(([key, value]) => ` ${key}='${escape(value)}'`).join('')}>${inner}</${name}>`;
};
const expected = ({ name, attributes, content }: Tree): Record<string, unknown> => ({
  name,
  ...(attributes.length > 0 && { attributes: Object.fromEntries(attributes) }),
  ...(typeof content !== 'string' && content.length > 0 && { children: content.map(expected) }),
  ...(typeof content === 'string' && content !== '' && { text: content }),
});
const text = fc.string({ unit: 'grapheme' }).filter((value) => !/^[ \t\r\n]|[ \t\r\n]$/.test(value));
const name = fc.stringMatching(/^[a-zäßп名][a-z0-9.äßп名-]{0,8}$/u).filter((value) => !value.startsWith('xmlns'));
const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.record({
    name,
    attributes: fc.uniqueArray(fc.tuple(name, text), { selector: ([key]) => key, maxLength: 3 }),
    content: fc.oneof({ maxDepth: 4 }, text, fc.array(tie('tree'), { maxLength: 3 })),
  }),
}));

void test('whatever is written as libvirt writes it is read back', () => {
  fc.assert(
    fc.property(tree, (value) => {
      assert.deepEqual(plain(parseXml(write(value))), expected(value));
    }),
  );
});
