import { SERVICE_FILES } from "./serviceFiles";

/** What the service reads its own faults from; see `app/faults.ts`. */
export const SERVICE_FAULTS = {
  error: `${SERVICE_FILES}/fault-error`,
  slow: `${SERVICE_FILES}/fault-slow`,
} as const;

/** The file that fills an app node's disk. */
export const FILLER = "/var/tmp/homelab-fault-full";

/** Where systemd reads which files of ours do not outlive a boot of the app node. */
export const TMPFILES_FILE = "/etc/tmpfiles.d/homelab-faults.conf";

/** A fault ends when its app node is rebooted, as it would if it lived in memory. */
export function tmpfilesText(): string {
  const files = [...Object.values(SERVICE_FAULTS), `${FILLER}*`];
  return `${files.map((file) => `r! ${file}`).join("\n")}\n`;
}
