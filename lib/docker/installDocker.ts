import { aptInstall } from "../shell/apt";
import { script, shellQuote, writeFileCommand } from "../shell/quote";
import type { StorageDriver } from "../stack/settings";
import { daemonJson, MTU_PLACEHOLDER } from "./dockerDaemon";
import { SERVICE_FILES, SERVICE_USER } from "./serviceFiles";
import { TMPFILES_FILE, tmpfilesText } from "./faultFiles";

export const DAEMON_JSON = "/etc/docker/daemon.json";
const DOCKER_ROOT = "/var/lib/docker";
/** Exists from before daemon.json changes until a Docker that has read it runs: a run may be cut off between. */
const PENDING = "/etc/docker/homelab-pending";

/**
 * Commands that install Docker on an app node with its storage driver, check that Docker really uses
 * it, and that a container starts at all.
 */
export function installDocker(driver: StorageDriver, aptProxy?: string): string {
  const packages = ["docker.io", ...(driver === "fuse-overlayfs" ? ["fuse-overlayfs"] : [])];
  return script(
    // Root in a privileged CT would set the kernel variables of the whole machine at each boot, and look
    // for LVM snapshots among the machine's disks; the units fail where two CTs do so at once, or where
    // there is no LVM. Docker sets what it needs by itself.
    `units="systemd-sysctl.service e2scrub_reap.service e2scrub_all.timer"
systemctl mask -q --now $units
systemctl reset-failed $units 2>/dev/null || true`,
    // Before the packages, whose installation starts Docker.
    writeFileCommand({ path: `${DAEMON_JSON}.next`, text: daemonJson(driver) }),
    `sed -i "s/${MTU_PLACEHOLDER}/$(cat /sys/class/net/eth0/mtu)/" ${DAEMON_JSON}.next
was_active=no
if systemctl -q is-active docker; then was_active=yes; fi
if cmp -s ${DAEMON_JSON}.next ${DAEMON_JSON}; then
  rm ${DAEMON_JSON}.next
else
  touch ${PENDING}
  mv ${DAEMON_JSON}.next ${DAEMON_JSON}
fi`,
    aptInstall(packages, aptProxy),
    forgetOtherDrivers(driver),
    startDocker(driver),
    smokeTest(),
  );
}

/**
 * Starts Docker, and restarts one that runs with other settings: by what runs and not by what this run has
 * changed, for an earlier run may have ended between the two.
 */
function startDocker(driver: StorageDriver): string {
  return `driver() { docker info --format '{{.Driver}}'; }
systemctl reset-failed docker.service docker.socket 2>/dev/null || true
if [ "$was_active" = yes ] && { [ -e ${PENDING} ] || [ "$(driver)" != ${shellQuote(driver)} ]; }; then
  systemctl restart docker
else
  systemctl start docker
fi
actual=$(driver)
if [ "$actual" != ${shellQuote(driver)} ]; then
  echo "$(hostname): Docker does not use its storage driver, got $actual; wanted ${driver}" >&2
  exit 1
fi
rm -f ${PENDING}`;
}

/**
 * Removes what Docker keeps of another storage driver than this. It would take up disk, and with the old
 * driver back its containers would start again beside those that were made since. Volumes stay. The folder
 * of a driver's images is there as long as anything of it is, so what was cut off is done again.
 */
function forgetOtherDrivers(driver: StorageDriver): string {
  return `mkdir -p ${DOCKER_ROOT}
cd ${DOCKER_ROOT}
for images in image/*; do
  other=\${images#image/}
  if [ "$other" = ${shellQuote(driver)} ] || [ ! -d "$images" ]; then continue; fi
  systemctl stop docker.service docker.socket
  rm -rf containers buildkit "$other" "$images"
done
cd /`;
}

/** A container made of this CT's own `true` and its libraries: no registry is needed to try one. */
function smokeTest(): string {
  return `image=homelab-smoke-test
tar -chf - /bin/true $(ldd /bin/true | grep -o '/[^ )]*') 2>/dev/null | docker import - "$image" >/dev/null
if ! said=$(docker run --rm --network none "$image" /bin/true 2>&1); then
  docker image rm -f "$image" >/dev/null
  echo "$(hostname): Docker cannot start a container: $said" >&2
  case "$said" in
    *ip_unprivileged_port_start*)
      echo "runc is refused by AppArmor: the CT needs lxc.apparmor.profile: unconfined" >&2 ;;
  esac
  exit 1
fi
docker image rm -f "$image" >/dev/null`;
}

/**
 * Commands that write the service's files; standard input is the password, then the certificate. Output is a
 * hash of both: the password is too long to be guessed from it.
 */
export function writeServiceFiles(): string {
  return script(
    writeFileCommand({ path: TMPFILES_FILE, text: tmpfilesText() }),
    "umask 077",
    `mkdir -p ${SERVICE_FILES}`,
    "IFS= read -r password",
    `printf '%s' "$password" > ${SERVICE_FILES}/pgpassword`,
    `cat > ${SERVICE_FILES}/db.crt`,
    `chown -R ${SERVICE_USER} ${SERVICE_FILES}`,
    `chmod 0500 ${SERVICE_FILES}`,
    `chmod 0400 ${SERVICE_FILES}/*`,
    `cat ${SERVICE_FILES}/pgpassword ${SERVICE_FILES}/db.crt | sha256sum | cut -c 1-16`,
  );
}

/** Features of an app node's privileged CT, in Proxmox's spelling. */
export function appNodeFeatures(driver: StorageDriver): string {
  return driver === "fuse-overlayfs" ? "fuse=1,keyctl=1,mknod=1,nesting=1" : "keyctl=1,nesting=1";
}

/** Raw LXC lines that Docker needs in a privileged CT. */
export function appNodeRawLines(driver: StorageDriver): string[] {
  return [
    // Docker loads profiles of its own, and its containers' mounts are refused by the generated one.
    "lxc.apparmor.profile: unconfined",
    "lxc.cap.drop:",
    "lxc.cgroup2.devices.allow: a",
    "lxc.mount.auto: proc:rw sys:rw cgroup:rw:force",
    ...(driver === "fuse-overlayfs"
      ? ["lxc.mount.entry: /dev/fuse dev/fuse none bind,create=file 0 0"]
      : []),
  ];
}
