import { writeFile } from "node:fs/promises";
import { release } from "node:os";
import { join } from "node:path";
import { exec } from "../../system/exec";
import type { LabPaths } from "../../system/labPaths";
import { readState, writeState } from "./boxState";
import { withContext } from "./buildContext";
import { hostAccess } from "./capabilities";

/** Something the kernel, or Docker on it, must let the node do. */
export interface Ability {
  name: string;
  /** What the lab needs it for. */
  use: string;
  /** What a person does where it is missing. */
  remedy: string;
  /** Shell commands that do it for a moment in a container like the node's; they fail where it is missing. */
  trial: string;
}

const modprobe = (...names: string[]) =>
  `load it (sudo modprobe ${names.join(" ")}), or use a kernel with it`;

/** Each is tried for real: what a kernel was built with cannot be read everywhere, and Docker has its say. */
export const abilities: readonly Ability[] = [
  {
    name: "bind mounts of the cache",
    use: "the node reads CT templates from there",
    remedy: "use a Docker daemon that runs on this machine and may read your home folder",
    trial: "test -e /probe/marker",
  },
  {
    name: "nftables",
    use: "the node's filters",
    remedy: modprobe("nf_tables"),
    trial: "nft add table inet probe && nft delete table inet probe",
  },
  {
    name: "nftables for bridges (NF_TABLES_BRIDGE)",
    use: "the guards on the CTs' ports",
    remedy:
      "use a kernel that has it: WSL2's own has not (name another in .wslconfig), distributions' kernels have",
    trial: "nft add table bridge probe && nft delete table bridge probe",
  },
  {
    name: "logging of packets (NFLOG)",
    use: "./lab flows",
    remedy: modprobe("nfnetlink_log", "nft_log", "xt_NFLOG"),
    trial:
      "nft add table inet probe && nft add chain inet probe c && nft add rule inet probe c log group 1 && " +
      "nft delete table inet probe && iptables -A OUTPUT -j NFLOG --nflog-group 1",
  },
  {
    name: "address translation (MASQUERADE)",
    use: "the private subnet's way out",
    remedy: modprobe("nf_nat", "xt_MASQUERADE"),
    trial: "iptables -t nat -A POSTROUTING -j MASQUERADE",
  },
  {
    name: "bridges and veth",
    use: "the CTs' networks",
    remedy: modprobe("bridge", "veth"),
    trial: "ip link add probe0 type bridge && ip link add probe1 type veth peer name probe2",
  },
  {
    name: "loop devices",
    use: "the CTs' disks",
    remedy: modprobe("loop"),
    trial:
      // Other labs take loop devices too: the one that was free may not be a moment later.
      "{ [ -e /dev/loop-control ] || mknod /dev/loop-control c 10 237; } && truncate -s 1M /tmp/disk && " +
      "for i in 1 2 3 4 5; do n=$(losetup -f) && { [ -e $n ] || mknod $n b 7 ${n#/dev/loop}; } && " +
      "losetup $n /tmp/disk && losetup -d $n && exit 0; done; exit 1",
  },
  {
    name: "overlay file systems",
    use: "Docker on app1",
    remedy: modprobe("overlay"),
    trial:
      "mkdir /tmp/o && mount -t tmpfs tmpfs /tmp/o && mkdir /tmp/o/l /tmp/o/u /tmp/o/w /tmp/o/m && " +
      "mount -t overlay overlay -o lowerdir=/tmp/o/l,upperdir=/tmp/o/u,workdir=/tmp/o/w /tmp/o/m",
  },
  {
    name: "FUSE",
    use: "Docker on the other app nodes, and what CTs see of their limits",
    remedy: modprobe("fuse"),
    trial: "exec 3<> /dev/fuse",
  },
  {
    name: "IPv6 filters (ip6tables)",
    use: "the CTs' rules, which close IPv6 as well",
    remedy:
      "start the machine without ipv6.disable=1; sysctl net.ipv6.conf.all.disable_ipv6=1 keeps IPv6 off too",
    trial: "ip6tables -A OUTPUT -j ACCEPT",
  },
  {
    name: "user namespaces",
    use: "the unprivileged CTs",
    remedy: "sudo sysctl -w user.max_user_namespaces=15000",
    trial: "unshare --user true",
  },
  {
    name: "cgroup controllers (memory, cpu, cpuset, pids)",
    use: "the CTs' caps",
    remedy:
      "add cgroup_enable=memory to the kernel's command line where it is memory; in a container, have them delegated",
    trial:
      "for c in memory cpu cpuset pids; do grep -qw $c /sys/fs/cgroup/cgroup.controllers 2> /dev/null || " +
      "[ -d /sys/fs/cgroup/$c ] || { echo no $c >&2; exit 1; }; done",
  },
];

/** Prints `NAME<tab>what the failed command said` for each ability that is missing. */
export function trialScript(tried: readonly Ability[] = abilities): string {
  const one = ({ name, trial }: Ability) =>
    `said=$( (${trial}) 2>&1 > /dev/null) || printf '%s\\t%s\\n' '${name}' "$(printf %s "$said" | head -n 1)"`;
  return ["PATH=$PATH:/usr/sbin:/sbin", ...tried.map(one)].join("\n");
}

/** An ability that is missing, with what the failed command said. */
export interface Missing {
  ability: Ability;
  said: string;
}

/** Reads what `trialScript` printed. */
export function parseTrials(text: string): Missing[] {
  return text.split("\n").flatMap((line) => {
    const [name, said = ""] = line.split("\t");
    const ability = abilities.find((one) => one.name === name);
    return ability ? [{ ability, said }] : [];
  });
}

/**
 * Tries all abilities in a container like the node's, which is removed at once.
 *
 * @param folder a folder of this machine that has a file `marker`
 * @throws when Docker cannot make such a container at all.
 */
export async function tryAbilities(systemImage: string, folder: string): Promise<Missing[]> {
  const call = [
    ...["run", "--rm", "--log-driver", "none", "--network", "none", ...hostAccess()],
    ...["--volume", `${folder}:/probe:ro`],
    ...["--entrypoint", "bash", systemImage, "-c", trialScript()],
  ];
  const { code, stdout, stderr } = await exec("docker", call, { timeoutMs: 60_000 });
  if (code !== 0 && stdout === "") {
    throw new Error(
      `Docker: cannot make a container with what the node needs (devices, capabilities): ${stderr.trim()}`,
    );
  }
  return parseTrials(stdout);
}

/**
 * Tries what this machine's kernel and Docker can do, once for each kernel and system image.
 *
 * @throws with everything that is missing.
 */
export async function requireAbilities(paths: LabPaths, systemImage: string): Promise<void> {
  const machine = `${release()} ${systemImage}`;
  if ((await readState(paths)).tried === machine) return;
  const missing = await tryHere(paths, systemImage);
  if (missing.length > 0) {
    const lines = missing.map((one) => `  ${missingLine(one)}`).join("\n");
    throw new Error(`embedded node: this machine lacks what it needs:\n${lines}`);
  }
  await writeState(paths, { tried: machine });
}

/** Tries them with a folder of the cache, where Docker must be able to read. */
export const tryHere = (paths: LabPaths, systemImage: string): Promise<Missing[]> =>
  withContext(paths, async (folder) => {
    await writeFile(join(folder, "marker"), "");
    return tryAbilities(systemImage, folder);
  });

/** One sentence for a person: `loop devices: missing (losetup: …), needed for the CTs' disks; load it …`. */
export const missingLine = ({ ability, said }: Missing): string =>
  `${ability.name}: missing (${said || "it failed"}), needed for ${ability.use}; ${ability.remedy}`;
