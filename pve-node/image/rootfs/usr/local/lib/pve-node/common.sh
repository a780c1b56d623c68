# Shared by the boot parts.

readonly STATE=/var/lib/pve-node
readonly RUN=/run/pve-node

log() { printf 'pve-node: %s\n' "$*"; }

# supervise NAME COMMAND…: keeps a service running; waits longer after each quick death.
supervise() {
  local name=$1 delay=1 began status
  shift
  echo "$BASHPID" > "$RUN/keeper-$name"
  while [[ ! -e $RUN/stopping ]]; do
    began=$SECONDS
    status=0
    "$@" || status=$?
    [[ -e $RUN/stopping ]] && return
    ((SECONDS - began > 60)) && delay=1
    log "$name: exit status $status; starts again in $delay s"
    sleep "$delay"
    delay=$((delay < 16 ? delay * 2 : 30))
  done
}
