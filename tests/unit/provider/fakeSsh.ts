import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

/** What `pct` of the fake Proxmox node does, on files of a folder; each call is logged. */
const PCT = `#!/bin/bash
echo "$*" >> "$LAB/calls"
conf=$LAB/$2.conf
case "$1" in
  set)
    sed -i '/^features:/d' "$conf"
    [ "$3" = --features ] && sed -i "1i features: $4" "$conf"
    exit 0 ;;
  status) [ -e "$LAB/stopped" ] && echo "status: stopped" || echo "status: running" ;;
  start)
    if [ -s "$LAB/start-fails" ]; then
      head -n 1 "$LAB/start-fails" >&2
      sed -i 1d "$LAB/start-fails"
      exit 1
    fi
    [ -e "$LAB/dies" ] || rm -f "$LAB/stopped" ;;
  shutdown) touch "$LAB/stopped" ;;
  exec) cat "$LAB/hostkey" ;;
esac
`;

/**
 * A Proxmox node in a folder: `ssh` runs the script here, with its own \`pct\` and with /etc/pve/lxc
 * replaced by the folder. Put first on PATH until it is disposed of.
 */
export function fakeNode(): { folder: string; [Symbol.dispose](): void } {
  const folder = mkdtempSync(join(tmpdir(), "node-"));
  const bin = join(folder, "bin");
  mkdirSync(bin);
  const ssh = `#!/bin/bash\nexport LAB=${folder}\nsed "s#/etc/pve/lxc#${folder}#g; s#/run/lock/lxc#${folder}/lock#g; s#/etc/homelab#${folder}/notes#g; s/sleep 5/sleep 0/" | bash -s\n`;
  for (const [name, text] of [
    ["ssh", ssh],
    ["pct", PCT],
  ] as const) {
    writeFileSync(join(bin, name), text);
    chmodSync(join(bin, name), 0o755);
  }
  const path = process.env.PATH;
  process.env.PATH = `${bin}${delimiter}${path}`;
  return {
    folder,
    [Symbol.dispose]() {
      process.env.PATH = path;
      rmSync(folder, { recursive: true });
    },
  };
}
