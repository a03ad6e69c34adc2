/** Appends to the queue that the first argument names until it is killed, and says on stdout what has been committed. */
import { appending, exampleCommit, exampleRow } from '../example.ts';
import { startQueueWorker } from '../start-queue-worker.ts';

/** Waits for a reader that does not keep up. */
async function say(text: string): Promise<void> {
  await new Promise((resolve) => process.stdout.write(text, resolve));
}

const queue = await startQueueWorker().open(process.argv[2] ?? '');
let { lastSeq: seq, firstSeq: first = seq + 1 } = queue.opened;
for (;;) {
  const appends = [exampleRow(seq + 1, 200_000), exampleRow(seq + 2, 3_000)];
  seq += 2;
  await queue.commit(appending(...appends));
  await say(`+${seq}\n`);
  if (seq - first < 8) continue;
  // Both at once, as a sender that has been answered.
  await queue.commit(
    exampleCommit({ appends: [exampleRow(++seq)], removes: [first], counts: { polled: 1, delivered: 1 } }),
  );
  await say(`+${seq}\n-${first}\n`);
  first += 1;
}
