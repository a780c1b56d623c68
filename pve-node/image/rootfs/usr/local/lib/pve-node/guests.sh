# Starts the CTs that ask for it and stops all of them, in the order their configuration gives.

# guests_list: `order vmid onboot` per CT, in start order; CTs without an order come last, by vmid.
guests_list() {
  local file
  for file in /etc/pve/lxc/*.conf; do
    [[ -e $file ]] || continue
    awk -v id="$(basename "$file" .conf)" '
      /^\[/ { exit } # snapshots follow
      $1 == "onboot:" { onboot = $2 }
      $1 == "startup:" && match($2, /(^|,)(order=)?[0-9]+/) {
        order = substr($2, RSTART, RLENGTH); gsub(/[^0-9]/, "", order); ordered = 1
      }
      END { print (ordered ? order : 1000000), id, onboot + 0 }' "$file"
  done | sort -n -k1,1 -k2,2
}

guests_start() {
  local id onboot
  until [[ $(api_status) == 401 ]]; do sleep 0.2; done
  while read -r _ id onboot; do
    [[ -e $RUN/stopping ]] && return
    ((onboot)) || continue
    log "CT $id: starts (onboot)"
    pct start "$id" || log "CT $id: not started"
  done < <(guests_list)
  touch "$RUN/guests-started"
}

# An unauthenticated request is refused with 401 as soon as the API answers.
api_status() {
  curl -s -o /dev/null -m 5 --noproxy '*' -w '%{http_code}' --cacert /etc/pve/pve-root-ca.pem \
    https://127.0.0.1:8006/api2/json/version || true
}

# Equal orders stop together. Docker kills what is left after 60 s; disks should be unmounted by then.
guests_stop() {
  local order id last='' deadline=$((SECONDS + 45))
  local -a batch=()
  while read -r order id _; do
    if [[ $order != "$last" ]]; then
      wait_batch "${batch[@]}"
      batch=()
      last=$order
    fi
    lxc-info -n "$id" -s 2> /dev/null | grep -q RUNNING || continue
    pct shutdown "$id" --timeout "$(remaining "$deadline")" --forceStop 1 &
    batch+=($!)
  done < <(guests_list | sort -rn -k1,1 -k2,2)
  wait_batch "${batch[@]}"
  for id in $(lxc-ls --running 2> /dev/null); do lxc-stop -k -n "$id" || true; done
}

remaining() { echo $(($1 - SECONDS > 2 ? $1 - SECONDS : 2)); }

wait_batch() { (($#)) && wait "$@" || true; }
