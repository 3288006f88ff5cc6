# What the scripts here share that start what takes long. To be sourced; `complain` tells of an end.

# What takes long and may be ended at any moment: in a process group of its own, which ends with this.
# Bash would otherwise see to a signal only when it is over.
working=
attended() {
  local status=0
  set -m
  "$@" &
  working=$!
  set +m
  wait "$working" || status=$?
  working=
  return $status
}

exec {told}>&2 # it may come where the errors go elsewhere
end_by_signal() {
  trap '' INT TERM HUP QUIT
  [[ ! $working ]] || kill -TERM -- "-$working" 2>/dev/null || true
  wait
  complain 'interrupted' 2>&"$told"
  exit "$1"
}
trap 'end_by_signal 129' HUP
trap 'end_by_signal 130' INT
trap 'end_by_signal 131' QUIT
trap 'end_by_signal 143' TERM

# install_packages PACKAGE...
updated=
install_packages() {
  command -v apt-get >/dev/null || return
  if [[ ! $updated ]]; then
    attended apt-get --quiet update >&2 || return
    updated=1
  fi
  attended env DEBIAN_FRONTEND=noninteractive \
    apt-get --quiet install --yes --no-install-recommends --no-remove "$@" >&2
}

# provide COMMAND PACKAGE: installs what is not there.
provide() {
  command -v "$1" >/dev/null && return
  echo "Installing $2" >&2
  install_packages "$2"
}
