import { changeRawLines, normalFeatures, rawLines } from "./configText";
import { otherFeatures, type HostConfigPlan } from "./hostConfigPlan";
import { shellQuote } from "../shell/quote";

export const confPath = (vmid: number) => `/etc/pve/lxc/${vmid}.conf`;

/** Commands that bring features and raw lines of a CT to what is planned; none where nothing differs. */
export function editCommands(vmid: number, conf: string, plan: HostConfigPlan): string[] {
  const { features, remove, add } = plan;
  const commands: string[] = [];
  if (features !== undefined && otherFeatures(conf, normalFeatures(features)) !== undefined) {
    commands.push(
      features
        ? `pct set ${vmid} --features ${shellQuote(features)}`
        : `pct set ${vmid} --delete features`,
    );
  }
  const present = rawLines(conf);
  // What is there already and not in force goes behind the line that took its place.
  const moved = add.filter((line) => present.includes(line));
  const wanted = rawLines(changeRawLines(conf, [...remove, ...moved], add));
  if (wanted.join("\n") !== present.join("\n")) {
    // `pct set` has rewritten the file: edit what is there now, on the node, line by line.
    const drop = present.filter((line) => moved.includes(line) || !wanted.includes(line));
    const append = wanted.filter((line) => moved.includes(line) || !present.includes(line));
    commands.push(editFile(vmid, drop, append));
  }
  return commands;
}

/** Drops and appends raw lines in the part of the file before its first section. */
function editFile(vmid: number, drop: string[], add: string[]): string {
  const path = confPath(vmid);
  const next = `${path}.homelab`;
  const list = (items: string[]) =>
    Buffer.from(items.map((i) => `${i}\n`).join("")).toString("base64");
  return `work=$(mktemp -d); trap 'rm -rf "$work" ${next}' EXIT
drop=$work/drop add=$work/add
echo ${list(drop)} | base64 -d > "$drop"
echo ${list(add)} | base64 -d > "$add"
# Under the lock that Proxmox's own commands take (PVE::AbstractConfig), and into place in one move: a
# connection that breaks here leaves the old file.
mkdir -p /run/lock/lxc
exec 8> /run/lock/lxc/pve-config-${vmid}.lock
flock -w 60 8 || { echo "the configuration stays locked by another process for 60 s" >&2; exit 1; }
awk -v drop="$drop" -v add="$add" '
  function put() { while ((getline line < add) > 0) print line; done = 1 }
  BEGIN { while ((getline line < drop) > 0) gone[line] = 1 }
  /^\\[/ && !done { put() }
  { plain = $0; sub(/[ \\t]*[:=][ \\t]*/, ": ", plain); sub(/[ \\t]+$/, "", plain) }
  !done && /^lxc\\./ && (plain in gone) { next }
  { print }
  END { if (!done) put() }
' ${path} > ${next}
mv ${next} ${path}
exec 8>&-`;
}

/** Commands that stop a CT that runs, for what was edited to take effect at its next start. */
export function stopCommands(vmid: number): string {
  return `if pct status ${vmid} | grep -q running; then
  pct shutdown ${vmid} --forceStop 1 --timeout 30
fi`;
}

/**
 * Commands that start a CT that is stopped, as every new one is. Proxmox gives a start that meets another
 * operation on the CT 10 s; it is tried again. Any other failure is final, and told in Proxmox's last lines.
 */
export function startCommands(vmid: number): string {
  return `for try in $(seq 12); do
  if pct status ${vmid} | grep -q running; then exit 0; fi
  if said=$(pct start ${vmid} 2>&1); then exit 0; fi
  case "$said" in
    *"got timeout"* | *"is locked"* | *"already running"*) sleep 5 ;;
    *) break ;;
  esac
done
printf '%s\\n' "$said" | tail -n 10 >&2
exit 1`;
}

export const HOST_KEY_FILE = "/etc/ssh/ssh_host_ed25519_key.pub";

/** Commands that print the CT's host key, read through the Proxmox node and so not trusted on first use. */
export function hostKeyCommands(vmid: number): string {
  return `said=$(mktemp)
trap 'rm -f "$said"' EXIT
key=""
for i in $(seq 60); do
  if key=$(pct exec ${vmid} -- cat ${HOST_KEY_FILE} 2>"$said"); then break; fi
  sleep 1
  if [ $i -gt 3 ] && pct status ${vmid} | grep -q stopped; then
    echo "the CT has stopped; pct start ${vmid} says why when it cannot run" >&2
    exit 1
  fi
done
if [ -z "$key" ]; then
  echo "no key after 60 s; last answer: $(cat "$said")" >&2
  exit 1
fi
printf '%s\\n' "$key"`;
}
