#!/bin/sh
# Sets up what a step of the repository needs and is missing: sh tools/setup.sh npm|start|test
#
#   npm    the packages of package-lock.json, and a Node that runs the sources
#   start  npm, and a libvirt for `nephometer dev`; without one it goes on, with the simulated hypervisor
#   test   npm, and the programs that the tests start; without one of them it fails and says which
#
# Says one line for each thing it does, on stderr, and nothing when all is there. Exit code 0, or 1 with a reason.
# Plain sh and what npm needs anyway: it runs before anything is installed.

set -u
cd "$(dirname "$0")/.." || exit 1
# Daemons, and dpkg's own helpers, are in sbin, which a normal user's PATH leaves out on Debian.
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
export PATH

stamp=node_modules/.nephometer-setup
lock=.setup-lock
test_packages='libvirt-daemon qemu-system-x86 qemu-utils libvirt-clients iproute2 util-linux
python3-grpcio python3-grpc-tools python3-protobuf procps openssl prometheus prometheus-pushgateway
postgresql sqlite3 python3-gnocchi uwsgi-plugin-python3
rabbitmq-server python3-msgpack python3-oslo.messaging python3-ceilometer
librdkafka1 kcat nats-server'
test_commands='libvirtd virsh qemu-system-x86_64 qemu-img ip nsenter openssl prometheus promtool prometheus-pushgateway psql sqlite3 gnocchi-metricd uwsgi rabbitmq-server epmd kcat nats-server'
# What these packages would start, and start again with the machine. The tests start servers of their own.
test_units='rabbitmq-server.service epmd.service epmd.socket prometheus.service prometheus-pushgateway.service
postgresql.service nats-server.service'
policy=/usr/sbin/policy-rc.d
policy_mark='written by the setup of nephometer'

say() { echo "setup: $*" >&2; }

fail() {
  say "$*"
  exit 1
}

has() { command -v "$1" >/dev/null 2>&1; }

# What the command in the log complained about: npm's and apt's first errors, else the end.
show_log() {
  grep -E '^(npm (ERR!|error)|E:|Err:)' "$log_file" | head -n 12 >&2
  grep -qE '^(npm (ERR!|error)|E:|Err:)' "$log_file" || tail -n 12 "$log_file" >&2
}

clean_up() {
  allow_services
  [ -z "${log_file-}" ] || rm -f "$log_file"
  [ -z "${locked-}" ] || rm -rf "$lock"
}

trap clean_up EXIT
# Without these the shell would end without its EXIT trap.
trap 'exit 130' INT
trap 'exit 143' TERM

# Once per run; `log_file` goes away with it.
make_log() {
  [ -z "${log_file-}" ] || return 0
  log_file=$(mktemp) || fail 'cannot write to the temporary directory'
}

# One set-up at a time: two npm would take each other's packages away. Waits for the other one, unless it is dead.
take_lock() {
  while ! mkdir "$lock" 2>/dev/null; do
    owner=$(cat "$lock/pid" 2>/dev/null)
    if [ -n "$owner" ] && ! kill -0 "$owner" 2>/dev/null; then
      rm -rf "$lock"
    else
      [ -n "${waiting-}" ] || say "waiting for another set-up of this checkout (process ${owner:-unknown}; remove $lock if there is none)"
      waiting=yes
      sleep 1
    fi
  done
  locked=yes
  echo $$ >"$lock/pid"
}

# --- npm ---------------------------------------------------------------------------------------------------------------

# PATH without the bin directories that `npm run` puts in front: Debian's npm only works with Debian's Node, not with the
# one among the packages, which is about to be replaced anyway.
path_without_packages() {
  echo "$PATH" | tr ':' '\n' | grep -v 'node_modules/\.bin/*$' | tr '\n' ':' | sed 's/:$//'
}

run_npm() { env PATH="$outer_path" npm "$@" --no-audit --no-fund >"$log_file" 2>&1; }

is_set_up() { [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ]; }

install_npm_packages() {
  [ -f package-lock.json ] || fail 'package-lock.json is missing: is this a complete checkout?'
  # A directory that came from another kind of machine holds another Node.
  wanted="$(cksum <package-lock.json) $(uname -sm)"
  if is_set_up; then return; fi
  take_lock
  if is_set_up; then return; fi
  outer_path=$(path_without_packages)
  PATH=$outer_path command -v npm >/dev/null ||
    fail 'npm is not installed. Debian and Ubuntu: apt-get install --no-install-recommends npm'
  say 'installing the npm packages of package-lock.json (about a minute)'
  make_log
  run_npm ci || {
    # EUSAGE: npm ci does not accept the lock file. Some versions of npm want an entry in it for the optional packages of
    # every platform, others do not. npm install takes the versions from it just the same, and leaves it as it is.
    grep -q EUSAGE "$log_file" && run_npm install --no-save
  } || {
    show_log
    fail 'npm failed as above. It needs the npm registry (see: npm config get registry) and disk space'
  }
  # npm 9 installs the Node among the packages and makes no link to it.
  for binary in node_modules/node-*/bin/node; do
    if [ ! -e node_modules/.bin/node ] && "$binary" --version >/dev/null 2>&1; then
      ln -sf "../${binary#node_modules/}" node_modules/.bin/node
    fi
  done
  echo "$wanted" >"$stamp"
  rm -rf "$lock"
  locked=
}

# What npm's scripts get: the Node among the packages if there is one for this platform, else the system's.
check_node() {
  version=$(PATH=node_modules/.bin:$PATH node --version 2>/dev/null) || version=none
  major=${version#v}
  minor=${major#*.}
  case $version in
    v*.*.*) [ "${major%%.*}" -gt 22 ] || { [ "${major%%.*}" = 22 ] && [ "${minor%%.*}" -ge 18 ]; } && return ;;
  esac
  fail "Node 22.18 or newer is needed (found: $version), and none came with the npm packages for $(uname -sm):" \
    'install one from https://nodejs.org/'
}

# --- distribution packages ---------------------------------------------------------------------------------------------

is_debian() { has apt-get && has dpkg-query; }

# Sets `root` to what goes before a command that needs root.
find_root() {
  if [ "$(id -u)" = 0 ]; then
    root=
  elif has sudo && sudo -n true 2>/dev/null; then
    root='sudo -n'
  else
    return 1
  fi
}

# Those of the packages in "$@" that are not installed.
missing_packages() {
  for package in "$@"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || echo "$package"
  done | tr '\n' ' ' | sed 's/ $//'
}

# shellcheck disable=SC2086 # $root is no word, or two
run_apt_get() {
  $root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120 "$@" >"$log_file" 2>&1
}

# apt_install PACKAGE...: needs find_root. Lists are fetched only if it does not work with those that are there.
apt_install() {
  say "installing with apt-get: $*"
  make_log
  run_apt_get install -y --no-install-recommends "$@" && return
  say 'fetching the package lists first'
  run_apt_get update && run_apt_get install -y --no-install-recommends "$@" && return
  show_log
  return 1
}

# Packages start no services from here on. A machine that has a rule about this keeps it.
# shellcheck disable=SC2086 # $root is no word, or two
forbid_services() {
  if [ -e "$policy" ] && ! grep -q "$policy_mark" "$policy"; then return; fi
  forbidden=yes
  printf '#!/bin/sh\n# %s, which was ended before it could remove it: remove it\nexit 101\n' "$policy_mark" |
    $root tee "$policy" >/dev/null && $root chmod 755 "$policy"
}

# shellcheck disable=SC2086 # $root is no word, or two
allow_services() {
  [ -z "${forbidden-}" ] || $root rm -f "$policy"
  forbidden=
}

# Those of the units in "$@" that are not there.
missing_units() {
  for unit in "$@"; do
    [ -e "/lib/systemd/system/$unit" ] || echo "$unit"
  done | tr '\n' ' '
}

# apt_install_idle PACKAGE...: as apt_install, but the services in test_units that are new are neither started nor enabled.
# shellcheck disable=SC2086 # $root is no word, or two; the others are lists of words
apt_install_idle() {
  units=$(missing_units $test_units)
  forbid_services
  apt_install "$@"
  installed=$?
  if [ -n "$units" ] && has systemctl; then $root systemctl disable $units >/dev/null 2>&1; fi
  allow_services
  return $installed
}

has_libvirt() {
  for socket in /run/libvirt/libvirt-sock-ro /run/libvirt/libvirt-sock \
    /run/libvirt/virtqemud-sock-ro /run/libvirt/virtqemud-sock; do
    if [ -S "$socket" ]; then return 0; fi
  done
  has libvirtd
}

prepare_start() {
  if has_libvirt; then return; fi
  if is_debian && find_root && apt_install libvirt-daemon; then return; fi
  say 'no libvirt here: the simulated hypervisor will be used. For a real one install libvirtd' \
    '(Debian and Ubuntu: apt-get install --no-install-recommends libvirt-daemon)'
}

prepare_test() {
  if is_debian; then
    # shellcheck disable=SC2086 # a list of words
    missing=$(missing_packages $test_packages)
    if [ -z "$missing" ]; then return; fi
    by_hand="apt-get install -y --no-install-recommends $missing"
    find_root || fail "the tests need packages, and installing needs root. Run as root: $by_hand"
    # shellcheck disable=SC2086 # a list of words
    apt_install_idle $missing || fail "the tests need packages that could not be installed. Run as root: $by_hand"
    return
  fi
  missing=
  for name in $test_commands; do has "$name" || missing="$missing $name"; done
  if [ -n "$missing" ]; then fail "the tests need programs that are not here, install them:$missing"; fi
}

# -----------------------------------------------------------------------------------------------------------------------

case ${1-} in
  npm | start | test) ;;
  *) fail 'usage: sh tools/setup.sh npm|start|test' ;;
esac
install_npm_packages
check_node
case $1 in
  start) prepare_start ;;
  test) prepare_test ;;
esac
exit 0
