import type { DropReason } from './ledger.ts';

/** What a delivery tells about itself, for logs and counts. A handler must not throw. */
export interface DeliveryEvents {
  /** The target took samples. */
  delivered?(event: { readonly publisher: string; readonly samples: number }): void;
  /** A call failed, and the same samples will be sent again. */
  failed?(event: { readonly publisher: string; readonly samples: number; readonly error: unknown }): void;
  /** The target will never take these samples: they are dropped. */
  refused?(event: { readonly publisher: string; readonly samples: number; readonly reason: string }): void;
  /** Samples begin to go for this reason, because of a limit. Told again only after the queue has been empty. */
  overflowing?(event: { readonly publisher: string; readonly reason: DropReason }): void;
  /** What waits cannot be read from the queue; it is tried again. */
  unreadable?(event: { readonly publisher: string; readonly error: unknown }): void;
  /** The queue cannot be written: samples wait in memory. Told once until {@link stored}. */
  notStored?(event: { readonly publisher: string; readonly error: unknown }): void;
  /** The queue can be written again. */
  stored?(event: { readonly publisher: string }): void;
  /** The publisher could not be closed in order. */
  closeFailed?(event: { readonly publisher: string; readonly error: unknown }): void;
}
