#!/bin/bash
# Unpacks Debian's fapolicyd into a directory without installing it: the package's installation
# would enable and start a daemon that guards the whole machine.
#
# usage: get_fapolicyd.sh DIRECTORY
set -euo pipefail

directory=${1:?usage: get_fapolicyd.sh DIRECTORY}
[ -x "$directory/usr/sbin/fapolicyd" ] && exit 0

mkdir -p "$directory"
directory=$(realpath "$directory")
trap 'rm -f "$directory"/*.deb' EXIT
# These are libraries only. libmagic's data are a library's, too. Those that are there stay as they are.
apt-get install -y --no-install-recommends --no-upgrade --no-remove \
  libcap-ng0 liblmdb0 libmagic1 libseccomp2 libssl3 libudev1 > /dev/null
(cd "$directory" && apt-get download fapolicyd > /dev/null 2>&1)
dpkg -x "$directory"/fapolicyd_*.deb "$directory"
# Its unit for the service manager, in a directory that is a symbolic link elsewhere.
rm -rf "${directory:?}/lib"
