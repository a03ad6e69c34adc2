import type { Compat, Metadata } from '@nephometer/sample';
import { compareCodePoints } from './code-point-order.ts';
import { encodedListRepr, listRepr } from './list-repr.ts';
import type { MeteringMessage } from './metering-message.ts';
import { pythonText } from './python-text.ts';
import { isDictionary, isList } from './python-value.ts';
import type { PythonDictionary, PythonValue } from './python-value.ts';

/** What versions do in different ways, and the metadata that was written so. */
interface SigningForm {
  readonly writeList: (list: readonly PythonValue[]) => string;
  /** Metadata is shared by all samples of a resource and dies with it: written once, for all who sign. */
  readonly metadata: WeakMap<Metadata, string>;
}

// Since 2020 strings are encoded before a list is written, by mistake; signatures of messages with lists differ from 2015's.
const plainForm: SigningForm = { writeList: listRepr, metadata: new WeakMap() };
const encodedForm: SigningForm = { writeList: encodedListRepr, metadata: new WeakMap() };

function formOf(compat: Compat): SigningForm {
  return compat === '2015' ? plainForm : encodedForm;
}

/**
 * What is signed of any message (Ceilometer's `recursive_keypairs` and `compute_signature`): names and values one after
 * another, sorted by name at each level. Those of a `dict` within stand where its name stands, as `name:key`; an empty one
 * leaves nothing. The signature itself is not signed.
 */
export function signedText(message: PythonDictionary, compat: Compat): string {
  return dictionaryText('', message, formOf(compat));
}

/** The same of a message of ours, in a fraction of the time. */
export function signedTextOfMessage(message: MeteringMessage, compat: Compat): string {
  const form = formOf(compat);
  return (
    fieldsText(message, fieldsBeforeMetadata) +
    metadataText(message.resource_metadata, form) +
    fieldsText(message, fieldsAfterMetadata)
  );
}

// All fields of a message, sorted.
const fieldsBeforeMetadata = [
  'counter_name',
  'counter_type',
  'counter_unit',
  'counter_volume',
  'message_id',
  'monotonic_time',
  'project_id',
  'project_name',
  'publisher_id',
  'resource_id',
] as const;
const fieldsAfterMetadata = ['source', 'timestamp', 'user_id', 'user_name'] as const;

type Field = (typeof fieldsBeforeMetadata)[number] | (typeof fieldsAfterMetadata)[number];

function fieldsText(message: MeteringMessage, fields: readonly Field[]): string {
  let text = '';
  for (const field of fields) {
    const value = message[field];
    if (value !== undefined) text += field + pythonText(value);
  }
  return text;
}

function metadataText(metadata: Metadata, form: SigningForm): string {
  let text = form.metadata.get(metadata);
  if (text === undefined) {
    text = dictionaryText('resource_metadata:', metadata, form);
    form.metadata.set(metadata, text);
  }
  return text;
}

function dictionaryText(prefix: string, dictionary: PythonDictionary, form: SigningForm): string {
  const pairs: string[] = [];
  addPairs(pairs, prefix, dictionary, form);
  // Joined, not added up: what `+` makes is a tree of texts, walked again whenever a message with kept metadata is hashed.
  return pairs.join('');
}

function addPairs(pairs: string[], prefix: string, dictionary: PythonDictionary, form: SigningForm): void {
  for (const key of Object.keys(dictionary).sort(compareCodePoints)) {
    const value = dictionary[key];
    if (value === undefined) continue;
    const name = prefix + key;
    if (isDictionary(value)) addPairs(pairs, `${name}:`, value, form);
    else if (name !== 'message_signature') pairs.push(name, isList(value) ? form.writeList(value) : pythonText(value));
  }
}
