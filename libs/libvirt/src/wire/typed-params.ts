import { LibvirtError } from '../error.ts';
import type { XdrReader } from '../xdr/reader.ts';

/**
 * One named value of a list of typed parameters, as libvirt reports most statistics. `type` is the type on the wire and
 * says what `value` is: `int`, `uint` and `double` are a number, `llong` and `ullong` (64 bits) a bigint.
 */
export type TypedParam =
  | { readonly name: string; readonly type: 'int' | 'uint' | 'double'; readonly value: number }
  | { readonly name: string; readonly type: 'llong' | 'ullong'; readonly value: bigint }
  | { readonly name: string; readonly type: 'boolean'; readonly value: boolean }
  | { readonly name: string; readonly type: 'string'; readonly value: string };

/** An empty name, the type and the shortest value. */
const minParamBytes = 12;

/**
 * Reads a list of typed parameters in its order. Names are shared through the reader's cache. A type that does not
 * exist throws `protocol-error`: what follows it could not be found.
 */
export function readTypedParams(reader: XdrReader, maxParams: number): TypedParam[] {
  return reader.array(maxParams, minParamBytes, readTypedParam);
}

function readTypedParam(reader: XdrReader): TypedParam {
  const name = reader.cachedString();
  const type = reader.int32();
  switch (type) {
    case 1:
      return { name, type: 'int', value: reader.int32() };
    case 2:
      return { name, type: 'uint', value: reader.uint32() };
    case 3:
      return { name, type: 'llong', value: reader.int64() };
    case 4:
      return { name, type: 'ullong', value: reader.uint64() };
    case 5:
      return { name, type: 'double', value: reader.double() };
    case 6:
      return { name, type: 'boolean', value: reader.boolean() };
    case 7:
      return { name, type: 'string', value: reader.string() };
    default:
      throw new LibvirtError(
        'protocol-error',
        `the typed parameter ${JSON.stringify(name)} has the unknown type ${type}`,
      );
  }
}
