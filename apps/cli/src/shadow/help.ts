/** What `nephometer shadow --help` says below the options. */
export const shadowHelp = `
Runs a coordinator of its own beside a Ceilometer that goes on as it is, and compares what the two say about the same
guests, meter by meter: is each series there, with the same type, unit, owner and metadata, and does its volume fit.

  our side      coordinator.yaml as it is (inspectors, polling file, discovery, compat), but nothing is published, no port
                is opened and the state directory is not touched
  Ceilometer's  a file: what its publisher "file:///PATH?json" writes, followed while it grows, also when it is rotated
                or cut off;
                or a queue: copies of what its agents send over RabbitMQ, from now on. Nobody gets a message less

A queue is a URL: amqp://USER:PASSWORD@HOST[:PORT][/VHOST][?PARAMETER=VALUE&...], or amqps:// for TLS. Other users of this
machine see the command line: leave the password out and put it into NEPHOMETER_AMQP_PASSWORD. Parameters:
  exchange=NAME      control_exchange of the agents (default: ceilometer)
  topic=NAME         repeatable: notifications, the default, is what polling agents send to, metering what a publisher
                     notifier:// does
  queue=NAME         our own queue, where the user may not declare nephometer.shadow.*
  cacertfile=PEM     authority that signed the broker's certificate
  certfile=PEM       our certificate, and keyfile=PEM its key

The two never read a guest at the same moment. So a volume of Ceilometer's is held against our readings before and after it:
what did not move between those must be equal, a counter must be between them, and a gauge that moves must be near. A delta
and a rate depend on both ends of a span, so one that moves is only counted.

  DIFFER     something is not the same; an example of each kind follows below the table
  KNOWN      not the same on purpose; the reason follows below the table, the exit code does not count it
  ONLY ...   a series that the other one did not give, though it was read at the time

Examples:
  nephometer shadow --config coordinator.yaml --ceilometer /var/lib/ceilometer/samples.jsonl
  nephometer shadow --config coordinator.yaml --ceilometer amqp://openstack@controller:5672/
  nephometer shadow --config coordinator.yaml --ceilometer samples.jsonl --for 30m --json | jq '.meters[] | select(.differ > 0)'

Ctrl-C ends it early and reports what there is.

Exit codes: 0 everything that could be compared agrees; 1 something differs, or nothing could be compared; 2 the command
line or a file is wrong.`;
