import type { ProcedureName } from '../wire/procedures.ts';
import type { XdrReader } from '../xdr/reader.ts';
import type { XdrWriter } from '../xdr/writer.ts';

/** How long one call may take. */
export interface CallOptions {
  /**
   * Abandons the call: it rejects with the signal's reason. The daemon cannot be told; it works on, its late answer is
   * thrown away, and only then the call's slot is free.
   */
  readonly signal?: AbortSignal | undefined;
  /** Counted from the call, waiting for a slot included. Default: the connection's `callTimeoutMs`. `Infinity`: never. */
  readonly timeoutMs?: number | undefined;
}

/** One procedure call: what to send and how to read the answer. `Name`: the procedures of the connection's program. */
export interface Request<T, Name extends string = ProcedureName> {
  readonly procedure: Name;
  /** What the call is about, for messages: a domain's name, say. */
  readonly subject?: string | undefined;
  /** Writes the arguments; left out when there are none. Called at once. */
  readonly write?: (writer: XdrWriter) => void;
  /** Reads the results; bytes it leaves are ignored, as libvirt's own client does. */
  readonly read: (reader: XdrReader) => T;
}

/**
 * Calls a procedure. Rejects with the signal's reason when aborted, else with a LibvirtError: `libvirt` for the daemon's
 * own answer, `timeout`, `invalid-argument`, or what ended the connection.
 */
export type Call<Name extends string = ProcedureName> = <T>(
  request: Request<T, Name>,
  options?: CallOptions,
) => Promise<T>;

/** For procedures that return nothing. */
export function readNothing(): void {
  // The body of such a reply is empty.
}
