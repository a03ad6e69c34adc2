const whatIsAQueue = `
QUEUE is a publisher as "queue inspect" names it (its URL without passwords; the beginning is enough where that means one), or
a file: a path, or its name alone if it is in the state directory. A publisher that is no longer in pipeline.yaml is found by
its full URL, too.`;

const needsTheQueue = `
The coordinator must be stopped, as it has the queues open, and the command run as the user that it runs as. A file is left alone if
it is not named as queues are, like gnocchi-0123456789ab.sqlite.`;

/** What `nephometer queue ... --help` says below the options. */
export const queueHelp = {
  queue: `
Each publisher has a queue of its own, a file below the state directory of the coordinator, where its samples wait while the
target is away. What is written here is said at more length in docs/delivery.md.

Examples:
  nephometer queue inspect --config coordinator.yaml
  nephometer queue drain --config coordinator.yaml gnocchi

"nephometer queue COMMAND --help" tells more about a command. Exit codes: 0 fine; 1 something failed at run time; 2 the command
line or a file is wrong.`,
  inspect: `${whatIsAQueue}

Every file is read whole and checked, each row against its checksum; nothing is changed, and the coordinator may run. Numbers
are those of the last commit in the file.

Examples:
  nephometer queue inspect --config coordinator.yaml
  nephometer queue inspect --state-dir /var/lib/nephometer
  nephometer queue inspect -c coordinator.yaml --json | jq '.queues[] | select(.waiting.samples > 0) | .publisher'

Exit codes: 0 all is whole and adds up; 1 something is damaged, does not add up, is not there or cannot be read; 2 the command
line or a file is wrong.`,
  drain: `${whatIsAQueue}
${needsTheQueue}

Samples go in order and are removed when the target has them. Nothing is too old or too much here, whatever the pipeline says.
A target that fails is said once and tried again until the time is over or Ctrl-C; what is left stays in the queue. Passwords
come from pipeline.yaml.

Examples:
  nephometer queue drain -c coordinator.yaml --all --for 10m
  nephometer queue drain -c coordinator.yaml gnocchi://
  nephometer queue drain -c coordinator.yaml https-old.example.org-1f2e3d4c5b6a.sqlite --to https://new.example.org/samples

Exit codes: 0 nothing is left; 1 something is left, or was refused by the target; 2 the command line or a file is wrong.`,
  replay: `${whatIsAQueue}
${needsTheQueue}

Samples keep their ids and their order. The times of --since and --until are those of the samples, in UTC unless they say another
zone. A resource of a device begins with the id of its instance: --resource 'UUID*' means all of it.

Examples:
  nephometer queue replay -c coordinator.yaml gnocchi --to 'console://?json' | jq .
  nephometer queue replay -c coordinator.yaml gnocchi --to file:///var/tmp/copy.jsonl?json --meter 'disk.*' --since 2h

Exit codes: 0 the publisher took everything; 1 it did not; 2 the command line or a file is wrong.`,
  drop: `${whatIsAQueue}
${needsTheQueue}

With --older-than, --resource and --meter, samples go for which all of it is true; a resource of a device begins with the id of
its instance: --resource 'UUID*' means all of it. --older-than counts from when a sample was accepted. To pick single samples,
the file is written anew, which takes room for a second one. Rows that nobody can read go with --all.

Examples:
  nephometer queue drop -c coordinator.yaml gnocchi --older-than 3d
  nephometer queue drop -c coordinator.yaml gnocchi --resource '4ca2f7b1-*' --meter 'disk.*'
  nephometer queue drop --state-dir /var/lib/nephometer udp-old-1f2e3d4c5b6a.sqlite --all --yes

Exit codes: 0 done, also if there was nothing to drop; 1 not done; 2 the command line or a file is wrong.`,
  repair: `${whatIsAQueue}
${needsTheQueue}

A damaged file is put aside, and every row of it that is whole goes into a new one. drain, replay, drop and the coordinator do the
same when they open a queue. Takes room for a second file.

Examples:
  nephometer queue repair -c coordinator.yaml gnocchi
  nephometer queue repair /var/lib/nephometer/queues/gnocchi-1f2e3d4c5b6a.sqlite

Exit codes: 0 whole, or repaired; 1 it could not be done; 2 the command line or a file is wrong.`,
};
