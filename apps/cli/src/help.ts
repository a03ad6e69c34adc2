const exitCodes = 'Exit codes: 0 fine; 1 something failed at run time; 2 the command line or a file is wrong.';

/** What `--help` says below the options, by command. */
export const help = {
  program: `
Examples:
  nephometer dev                              see it work on this machine
  nephometer inspect kvm1.example.org         all instances of a host
  nephometer doctor kvm1.example.org          what is wrong with a host, and what to do
  nephometer validate /etc/nephometer/*.yaml  check files before a restart

"nephometer COMMAND --help" tells more about a command. ${exitCodes}`,
  inspect: `
HOST is the address of an inspector: a host name or IP address, with a port unless it is 7750, or unix:PATH.
INSTANCE is a UUID, the beginning of one (4 characters or more), the name on the hypervisor, or Nova's display name.

Numbers in the table are totals since the instance started, disks and network cards summed; "-" was not read, which
is not zero, and the last column says why. MEM USED is what the guest reports, RESIDENT what its process takes on the host.

Examples:
  nephometer inspect kvm1
  nephometer inspect kvm1:7750 instance-0000002a
  nephometer inspect unix:/run/nephometer/inspector.sock a75c2fa5
  nephometer inspect kvm1 --json | jq '.reading.instances[] | {name, status}'
  nephometer inspect kvm1 --tls-ca ca.pem --tls-cert me.pem --tls-key me-key.pem

${exitCodes} A name that means several instances is 2, one that means none is 1.`,
  doctor: `
HOST is the address of an inspector: a host name or IP address, with a port unless it is 7750, or unix:PATH. Only the
inspector is asked, and nothing is changed.

Checked are: the inspector and its hypervisor, versions, the host's clock against this machine's, the daemon's socket,
threads and clients, guests that hang or are busy, guests that do not tell their memory use, other statistics that are
missing, Nova metadata. Each finding says what it means; "look:" commands look closer, "fix:" commands set it right. They
are meant for a root shell on the host.

  PROBLEM   samples are lost, or every guest of the host is at risk
  WARNING   samples of some guests are lost or wrong, or soon will be
  NOTE      worth knowing, nothing is wrong

Examples:
  nephometer doctor kvm1
  nephometer doctor kvm1 --json | jq -r '.findings[] | [.severity, .code, .title] | @tsv'
  nephometer doctor kvm1 --tls-ca ca.pem --tls-cert me.pem --tls-key me-key.pem

Exit codes: 0 nothing worse than a note; 1 a warning or a problem, also when the inspector cannot be asked; 2 the command
line is wrong.`,
  validate: `
A file may be polling.yaml, pipeline.yaml (also Ceilometer's own), coordinator.yaml or inspector.yaml; which one, its
content tells. The files that a coordinator.yaml names are checked, too, alone and against each other.
The environment does not count. Nothing is started, no target of a publisher is touched.

Each finding is a line "file:line: path: message"; each file ends with a line that sums up.

Examples:
  nephometer validate polling.yaml pipeline.yaml
  nephometer validate /etc/nephometer/coordinator.yaml && systemctl restart nephometer-coordinator

Exit codes: 0 all fine, perhaps with warnings; 2 a file is wrong.`,
  dev: `
Starts an inspector and a coordinator, with files of their own in a temporary directory, on the first of these that answers:
  libvirt    the libvirt of this machine, through its read-only socket where there is one
  test       a libvirtd of our own with libvirt's test driver (one made-up guest; CPU and memory only)
  simulated  made-up instances, no hypervisor at all

What is shown has gone the whole way: hypervisor, inspector, coordinator, publisher. On a terminal it is a live view (q
quits); in a pipe, a line for each sample: time, instance, meter, device ("-" for the instance), volume and unit.
CPU % is that of all virtual CPUs together and, as the meter, counts time spent waiting for a CPU of the host, so it may
pass 100. Nothing of this machine is changed, and nothing is left behind.

Examples:
  nephometer dev
  nephometer dev --hypervisor simulated --instances 50 --interval 1
  nephometer dev | grep ' cpu '

${exitCodes}`,
};
