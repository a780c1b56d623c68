import { readFileSync } from "node:fs";

/** Linux capabilities by bit number that Docker 20.10 knows; newer ones the node does not need. */
const names = [
  "CHOWN",
  "DAC_OVERRIDE",
  "DAC_READ_SEARCH",
  "FOWNER",
  "FSETID",
  "KILL",
  "SETGID",
  "SETUID",
  "SETPCAP",
  "LINUX_IMMUTABLE",
  "NET_BIND_SERVICE",
  "NET_BROADCAST",
  "NET_ADMIN",
  "NET_RAW",
  "IPC_LOCK",
  "IPC_OWNER",
  "SYS_MODULE",
  "SYS_RAWIO",
  "SYS_CHROOT",
  "SYS_PTRACE",
  "SYS_PACCT",
  "SYS_ADMIN",
  "SYS_BOOT",
  "SYS_NICE",
  "SYS_RESOURCE",
  "SYS_TIME",
  "SYS_TTY_CONFIG",
  "MKNOD",
  "LEASE",
  "AUDIT_WRITE",
  "AUDIT_CONTROL",
  "SETFCAP",
  "MAC_OVERRIDE",
  "MAC_ADMIN",
  "SYSLOG",
  "WAKE_ALARM",
  "BLOCK_SUSPEND",
  "AUDIT_READ",
] as const;

/**
 * The capabilities to give the node: all that this machine can give.
 *
 * `--privileged` asks for every capability the kernel has and fails where the machine itself, being
 * a container or a sandbox, lacks one. Without `/proc` (Docker Desktop) the full list is right: the
 * daemon runs in a virtual machine of its own.
 */
export function capabilitiesOf(processStatus: string | undefined): string[] {
  const mask = /^CapBnd:\s*([0-9a-f]+)$/m.exec(processStatus ?? "")?.[1];
  if (!mask) return [...names];
  const bits = BigInt(`0x${mask}`);
  return names.filter((_, bit) => (bits >> BigInt(bit)) & 1n);
}

/** Flags of `docker run` that let a container run LXC, the same for the node and the template. */
export function hostAccess(): string[] {
  let status: string | undefined;
  try {
    status = readFileSync("/proc/self/status", "utf8");
  } catch {
    status = undefined;
  }
  return [
    ...capabilitiesOf(status).flatMap((name) => ["--cap-add", name]),
    ...["seccomp", "apparmor", "systempaths"].flatMap((o) => ["--security-opt", `${o}=unconfined`]),
    // SELinux (Fedora, RHEL): a confined container may not read bind mounts. Without SELinux: no effect.
    ...["--security-opt", "label=disable"],
    "--device-cgroup-rule=a *:* rwm",
    "--device=/dev/fuse",
    "--cgroupns=private",
  ];
}
