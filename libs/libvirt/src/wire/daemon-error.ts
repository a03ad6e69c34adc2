import type { DaemonErrorFields } from '../error.ts';
import type { XdrReader } from '../xdr/reader.ts';
import { readDomain } from './domain.ts';

/** Reads the body of a reply with status ERROR; the fields nobody fills in (domain, str3, int2, network) are dropped. */
export function readDaemonError(reader: XdrReader): DaemonErrorFields {
  const code = reader.int32();
  const domain = reader.int32();
  const message = reader.optionalString() ?? '';
  const level = reader.int32();
  if (reader.isPresent()) readDomain(reader);
  const str1 = reader.optionalString();
  const str2 = reader.optionalString();
  reader.optionalString();
  const int1 = reader.int32();
  reader.int32();
  if (reader.isPresent()) {
    reader.string();
    reader.uuid();
  }
  return { code, domain, level, message, str1, str2, int1 };
}
