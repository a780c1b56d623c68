/** What a release says of itself. Clients switch behaviour on it: from 9.1 on they send `host-managed`. */
const releases = {
  "9.1": { version: "9.1.4", release: "9.1" },
  "8.4": { version: "8.4.21", release: "8.4" },
} as const;

/** A release of Proxmox VE whose API this node can serve. */
export type PveRelease = keyof typeof releases;

export const pveReleases = Object.keys(releases) as PveRelease[];

/** Served unless another one is asked for. */
export const DEFAULT_RELEASE: PveRelease = "9.1";

/** Proxmox puts a commit here; this node is not built from one of theirs. */
export const PVE_REPOID = "0000000000000000";

export const versionOf = (release: PveRelease) => ({ ...releases[release], repoid: PVE_REPOID });

/** @throws for a release that is not served */
export function pveRelease(text: string | undefined): PveRelease {
  if (text === undefined || text === "") return DEFAULT_RELEASE;
  const found = pveReleases.find((release) => release === text);
  if (found) return found;
  throw new Error(
    `unknown Proxmox VE release ${JSON.stringify(text)}; choose ${pveReleases.join(" or ")}`,
  );
}
