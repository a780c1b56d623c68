# The daemons of the node.

services_start() {
  mkdir -p /var/lib/lxcfs
  supervise lxcfs lxcfs_run &
  services_renewable
}

# Those that may start anew under running CTs. CTs have lxcfs mounted, and lose it when it ends.
services_renewable() {
  mkdir -p /run/sshd
  touch /etc/pve/priv/authorized_keys
  chmod 600 /etc/pve/priv/authorized_keys
  mkdir -p /root/.ssh
  chmod 700 /root/.ssh
  ln -sfT /etc/pve/priv/authorized_keys /root/.ssh/authorized_keys # as on Proxmox

  supervise sshd /usr/sbin/sshd -D -e &
  supervise apt-cacher-ng apt_cache_run &

  # Certificates, users and tokens: a node that cannot make them must not pretend to be one.
  /opt/pve-node/bin/node /opt/pve-node/bootstrap.cjs
  supervise api /opt/pve-node/bin/node /opt/pve-node/api.cjs &
}

lxcfs_run() {
  # A killed lxcfs leaves its mount behind, dead.
  umount -l /var/lib/lxcfs 2> /dev/null || true
  lxcfs /var/lib/lxcfs > /var/log/lxcfs.log 2>&1 # prints its whole setup
}

# The cache directory is shared by all labs of the machine, but not made for two writers: the first
# box has it, others use a place of their own. Files belong to the directory's owner outside.
apt_cache_run() (
  local cache=/var/cache/homelab-apt owner
  local -a proxy=()
  mkdir -p "$cache" /var/log/apt-cacher-ng
  exec 9> "$cache/.lock"
  # Without a network nothing is written, and what is there is all that any box can have.
  if ! flock -n 9 && [[ ! -e $STATE/package-offline ]]; then
    cache=$STATE/apt-cache
    mkdir -p "$cache"
  fi
  owner=$(stat -c %u:%g "$cache")
  chown -R "$owner" /var/log/apt-cacher-ng
  know_package_proxy
  # The machine's proxy, where `up` left one. Small proxies end the connection after each answer, which loses
  # requests that were sent ahead and counts as a failure: tinyproxy lost a third of the files of four CTs.
  [[ ! -s $STATE/package-proxy ]] ||
    proxy=("Proxy=$(< "$STATE/package-proxy")" PipelineDepth=1 DlMaxRetries=40)
  # Without a network it serves what it has instead of looking for news first, which would fail.
  [[ ! -e $STATE/package-offline ]] || proxy+=("Offlinemode=1")
  # The package's group: its security.conf is for that group and root only.
  exec setpriv --reuid "${owner%:*}" --regid "${owner#*:}" --groups "$(apt_cache_group)" \
    apt-cacher-ng -c /etc/apt-cacher-ng "CacheDir=$cache" "${proxy[@]}"
)

# apt-cacher-ng asks a resolver for the proxy, even for a numeric address; where only a proxy leads out none
# answers, and each request fails after 17 s. Docker mounts the file: it is written, not replaced.
know_package_proxy() {
  local others line=
  others=$(grep -v '# package proxy$' /etc/hosts || true)
  [[ ! -s $STATE/package-proxy-host ]] || line="$(< "$STATE/package-proxy-host") # package proxy"
  printf '%s\n' "$others" ${line:+"$line"} > /etc/hosts
}

apt_cache_group() { getent group apt-cacher-ng | cut -d: -f3; }

# Succeeds when the package cache answers. CTs have no way round it: a node without it installs nothing.
apt_cache_answers() {
  curl -s -o /dev/null -m 2 --noproxy '*' http://127.0.0.1:3142/
}
