# Makes the box's cgroups and devices usable for LXC. Docker hands them over read-only or not at all.

cgroups_open() {
  mount -o remount,bind,rw /sys
  # The superblock as well: unprivileged CTs mount a sysfs of their own.
  mount -o remount,rw /sys || log "sysfs stays read-only for unprivileged CTs"

  if [[ $(stat -fc %T /sys/fs/cgroup) == cgroup2fs ]]; then
    cgroups_delegate
    return
  fi
  local target
  while read -r target; do
    mount -o remount,bind,rw "$target"
  done < <(awk '$3 == "cgroup" || $3 == "cgroup2" { print $2 }' /proc/mounts)
  mount -o remount,rw /sys/fs/cgroup
  # systemd in CTs wants this hierarchy, which a machine without systemd does not have.
  if [[ ! -d /sys/fs/cgroup/systemd ]]; then
    mkdir /sys/fs/cgroup/systemd
    mount -t cgroup -o none,name=systemd cgroup /sys/fs/cgroup/systemd
  fi
  [[ -d /sys/fs/cgroup/unified ]] || cgroups_unify
  cgroups_weigh
}

# cgroup v1 weighs the box's processes one by one, each as heavy as the group of all CTs: work on the
# node would slow down requests. Five times the default makes each of five CTs a match for one.
cgroups_weigh() {
  local cpu=/sys/fs/cgroup/cpu
  [[ -d $cpu ]] && mkdir -p "$cpu/lxc" && echo 5120 > "$cpu/lxc/cpu.shares" && return
  log "cgroup cpu: CTs keep their weight"
}

# cgroup v1: the systemd of a CT tracks its units in the tree of version 2, which has no controllers
# then. LXC gives each CT a group of its own there only where that tree is mounted; without, all CTs
# share one, and their systemds remove each other's units while they boot (exit status 219). The root
# of the machine's tree, which alone has no cgroup.type, is left alone.
cgroups_unify() {
  local root=/sys/fs/cgroup/unified
  mkdir "$root"
  mount -t cgroup2 cgroup2 "$root" 2> /dev/null && [[ -e $root/cgroup.type ]] && return
  mountpoint -q "$root" && umount "$root"
  rmdir "$root"
  log "cgroup v2: Docker gave the box no group in its tree; systemd in CTs may lose a unit while they boot"
}

# cgroup v2: a group that has processes cannot hand controllers to its children. LXC knows the name
# `init.scope` and looks past it for its root; with any other name it would try to delegate from there.
cgroups_delegate() {
  local root=/sys/fs/cgroup pid controller
  mount -o remount,bind,rw "$root"
  mkdir -p "$root/init.scope"
  while read -r pid; do
    echo "$pid" > "$root/init.scope/cgroup.procs" || true # it ended meanwhile
  done < <(cat "$root/cgroup.procs") 2> /dev/null
  for controller in $(< "$root/cgroup.controllers"); do
    echo "+$controller" > "$root/cgroup.subtree_control" || log "cgroup $controller: not delegated"
  done
}

# The kernel counts inotify instances of all CTs of all labs together, as root's. Its 128 end in the
# sixth lab: systemd there waits for ever. Proxmox raises the limit too; a higher one stays.
limits_raise() {
  local file=/proc/sys/fs/inotify/max_user_instances want=8192
  (($(< "$file") >= want)) && return
  echo "$want" > "$file" || log "fs.inotify.max_user_instances: stays $(< "$file"); few CTs will run"
}

# /dev is Docker's own tmpfs: nodes made here are gone at the next start.
devices_make() {
  local n
  [[ -e /dev/loop-control ]] || mknod /dev/loop-control c 10 237
  for n in {0..31}; do
    [[ -e /dev/loop$n ]] || mknod "/dev/loop$n" b 7 "$n"
  done
  [[ -e /dev/fuse ]] || mknod -m 666 /dev/fuse c 10 229
  mkdir -p /dev/net
  [[ -e /dev/net/tun ]] || mknod -m 666 /dev/net/tun c 10 200
  [[ -e /dev/kmsg ]] || mknod -m 644 /dev/kmsg c 1 11
}
