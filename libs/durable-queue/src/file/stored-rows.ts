import type { StatementSync } from 'node:sqlite';
import { QueueError } from '../queue-error.ts';
import { decodeHead, isWhole } from './stored-row.ts';
import type { Head, StoredRow } from './stored-row.ts';

/** The row that a statement of `Statements` finds, verified. Throws `damaged` if it is not whole. */
export function getRow(statement: StatementSync, seq: number | undefined, path: string): StoredRow | undefined {
  const found = seq === undefined ? statement.get() : statement.get(seq);
  if (found === undefined) return undefined;
  const { payload, head: bytes } = found;
  const head = readHead(found, path);
  if (!(payload instanceof Uint8Array) || !(bytes instanceof Uint8Array) || !isWhole(bytes, payload)) {
    throw damagedRow(found['seq'], path);
  }
  const { payloadBytes: _, ...row } = head;
  return { ...row, payload };
}

/** The head that a statement of `Statements` finds. Throws `damaged` if it is none; its checksum is not looked at. */
export function getHead(statement: StatementSync, seq: number, path: string): Head | undefined {
  const found = statement.get(seq);
  return found === undefined ? undefined : readHead(found, path);
}

function readHead(found: Readonly<Record<string, unknown>>, path: string): Head {
  const head = found['head'] instanceof Uint8Array ? decodeHead(found['head']) : undefined;
  if (head === undefined || head.seq !== found['seq']) throw damagedRow(found['seq'], path);
  return head;
}

function damagedRow(seq: unknown, path: string): QueueError {
  return new QueueError('damaged', `${path}: row ${String(seq)} is not what was written`, { path });
}
