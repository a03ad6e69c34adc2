import type { Instance, ListInstancesRequest, ListInstancesResponse } from '@nephometer/inspector-api';
import type { Violation } from '../inspector-error.ts';
import { requireHypervisor } from './service-context.ts';
import type { ServiceContext } from './service-context.ts';
import { checkId, throwIfAny } from './validate.ts';

const defaultPageSize = 500;
const maxPageSize = 1000;
/** Tokens of another version of this inspector are refused instead of misread. */
const tokenPrefix = 'v1:';

/**
 * One page of descriptions. The token is the last id of the page before, so pages stay in step with an inventory that
 * changes between them: nothing that was there all the time is skipped or sent twice.
 */
export async function listInstances(
  context: ServiceContext,
  request: ListInstancesRequest,
  signal: AbortSignal,
): Promise<ListInstancesResponse> {
  const after = parseToken(request.pageToken);
  const host = await requireHypervisor(context, signal);
  const size = request.pageSize === 0 ? defaultPageSize : Math.min(request.pageSize, maxPageSize);
  const all = context.inventory.list();
  const start = after === undefined ? 0 : firstAfter(all, after);
  const page = all.slice(start, start + size);
  const last = page.at(-1);
  const more = start + size < all.length;
  return {
    instances: page,
    nextPageToken: more && last !== undefined ? formatToken(last.id) : '',
    inventoryRevision: context.inventory.revision,
    host,
  };
}

function formatToken(id: string): string {
  return Buffer.from(tokenPrefix + id).toString('base64url');
}

function parseToken(token: string): string | undefined {
  if (token === '') return undefined;
  const text = Buffer.from(token.slice(0, 100), 'base64url').toString();
  const violations: Violation[] = [];
  if (text.startsWith(tokenPrefix)) checkId(text.slice(tokenPrefix.length), 'page_token', violations);
  const wrong = violations.length > 0 || formatToken(text.slice(tokenPrefix.length)) !== token;
  const description = 'is not a next_page_token of this inspector; begin anew with an empty one';
  throwIfAny(wrong ? [{ field: 'page_token', description }] : []);
  return text.slice(tokenPrefix.length);
}

/** Index of the first instance whose id is behind `id`; a binary search, because pages of 100,000 would add up. */
function firstAfter(sorted: readonly Instance[], id: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle]?.id ?? '') <= id) low = middle + 1;
    else high = middle;
  }
  return low;
}
