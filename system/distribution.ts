import { existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Families of Linux distributions whose packages and commands are known here. */
export type Family = "debian" | "fedora" | "arch" | "suse" | "alpine" | "other";

/** Programs that a lab may call, by the command that is looked for. */
export type Program =
  "ssh" | "docker" | "mmdebstrap" | "iptables" | "newuidmap" | "shellcheck" | "haproxy";

/** `ID` and `ID_LIKE` of /etc/os-release, to the family whose package manager is there. */
const ids: Record<string, Family> = {
  debian: "debian",
  ubuntu: "debian",
  fedora: "fedora",
  rhel: "fedora",
  centos: "fedora",
  arch: "arch",
  suse: "suse",
  opensuse: "suse",
  alpine: "alpine",
};

const install: Record<Exclude<Family, "other">, string> = {
  debian: "apt-get install",
  fedora: "dnf install",
  arch: "pacman -S",
  suse: "zypper install",
  alpine: "apk add",
};

/** Package names; a program that is missing has no package in that family's own repositories. */
const packages: Record<Exclude<Family, "other">, Partial<Record<Program, string>>> = {
  debian: {
    ssh: "openssh-client",
    docker: "docker.io",
    mmdebstrap: "mmdebstrap",
    iptables: "iptables",
    newuidmap: "uidmap",
    shellcheck: "shellcheck",
    haproxy: "haproxy",
  },
  fedora: {
    ssh: "openssh-clients",
    docker: "moby-engine",
    iptables: "iptables-nft",
    newuidmap: "shadow-utils-subid",
  },
  arch: { ssh: "openssh", docker: "docker", iptables: "iptables", newuidmap: "shadow" },
  suse: { ssh: "openssh-clients", docker: "docker", iptables: "iptables", newuidmap: "shadow" },
  alpine: {
    ssh: "openssh-client",
    docker: "docker",
    iptables: "iptables",
    newuidmap: "shadow-uidmap",
  },
};

/** The family that the text of /etc/os-release names; its own id counts before what it is like. */
export function familyOf(osRelease: string): Family {
  const values = (key: string) =>
    (new RegExp(`^${key}=["']?([^"'\\n]*)`, "m").exec(osRelease)?.[1] ?? "").split(/\s+/);
  for (const id of [...values("ID"), ...values("ID_LIKE")]) {
    const family = ids[id] ?? ids[id.split("-")[0]!];
    if (family) return family;
  }
  return "other";
}

/** The family of this machine; `other` where it does not say. */
export function thisFamily(): Family {
  const file = "/etc/os-release";
  return existsSync(file) ? familyOf(readFileSync(file, "utf8")) : "other";
}

/** Package of a program in a family's own repositories, if there is one. */
export const packageOf = (program: Program, family: Family): string | undefined =>
  family === "other" ? undefined : packages[family][program];

/** What installs programs, as a person types it: `sudo dnf install openssh-clients`. */
export function installCommand(programs: Program[], family: Family = thisFamily()): string {
  const names = programs.map((program) => packageOf(program, family));
  if (family === "other" || names.some((name) => name === undefined)) {
    return `install ${programs.join(", ")}`;
  }
  return `sudo ${install[family]} ${names.join(" ")}`;
}

/** What starts Docker's daemon, now and at each boot. */
export const startDockerCommand = (family: Family = thisFamily()): string =>
  family === "alpine"
    ? "sudo rc-update add docker && sudo service docker start"
    : "sudo systemctl enable --now docker";

/** A command's place is looked up in the administrator's folders too: iptables lives there. */
export function inPath(command: string): boolean {
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/sbin"];
  return folders.some((folder) => folder !== "" && existsSync(join(folder, command)));
}
