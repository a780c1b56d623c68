import type * as pulumi from "@pulumi/pulumi";
import { isDeepStrictEqual } from "node:util";
import {
  changeRawLines,
  featuresOf,
  isInForce,
  nextFeatures,
  normalFeatures,
  normalLine,
  rawLines,
} from "../lib/ct/configText";
import { createHash } from "node:crypto";
import { shellQuote } from "../lib/shell/quote";
import { sameEndpoint, type SshEndpoint } from "../lib/ssh/sshOptions";
import { mustRun, runScript } from "./ssh";

/** Resolved inputs; see ContainerHostConfigArgs for what they mean. */
export interface ContainerHostConfigInputs {
  node: SshEndpoint;
  vmid: number;
  features: string;
  rawLines: string[];
}

export interface ContainerHostConfigState extends ContainerHostConfigInputs {
  stateVersion: 1;
  /** Features that the CT had before; given back on delete. */
  previousFeatures: string;
  /** Raw lines that were not there before; only these are taken out on delete. */
  addedLines: string[];
  /** The CT's own SSH host key. */
  hostKey: string;
  /** Changes when the CT is made anew, for each CT gets SSH host keys of its own. */
  incarnation: string;
}

const confPath = (vmid: number) => `/etc/pve/lxc/${vmid}.conf`;

async function readConf(inputs: ContainerHostConfigInputs): Promise<string | undefined> {
  const path = confPath(inputs.vmid);
  const what = `read the configuration of CT ${inputs.vmid}`;
  const text = await mustRun(inputs.node, what, `test ! -e ${path} || cat ${path}`, 60);
  return text.trim() === "" ? undefined : text;
}

/** Features that the CT has, or will have at its next start, and that are not those wanted. */
const otherFeatures = (conf: string, wanted: string): string | undefined =>
  [featuresOf(conf), nextFeatures(conf)].map(normalFeatures).find((found) => found !== wanted);

/**
 * Brings features (undefined: as they are) and raw lines to what is wanted; restarts the CT only when
 * something changed. Lines to add are those that are not in force.
 */
async function apply(
  inputs: ContainerHostConfigInputs,
  features: string | undefined,
  removeLines: string[],
  addLines: string[],
): Promise<void> {
  const { vmid } = inputs;
  const before = await readConf(inputs);
  if (before === undefined) throw new Error(`unable to configure CT ${vmid}: it does not exist`);
  const lines = ["set -eu"];
  const differs =
    features !== undefined && otherFeatures(before, normalFeatures(features)) !== undefined;
  if (differs) {
    lines.push(
      features
        ? `pct set ${vmid} --features ${shellQuote(features)}`
        : `pct set ${vmid} --delete features`,
    );
  }
  const present = rawLines(before);
  // What is there already and not in force goes behind the line that took its place.
  const moved = addLines.filter((line) => present.includes(line));
  const wanted = rawLines(changeRawLines(before, [...removeLines, ...moved], addLines));
  const linesDiffer = wanted.join("\n") !== present.join("\n");
  if (linesDiffer) {
    // `pct set` has rewritten the file: edit what is there now, on the node, line by line.
    const drop = present.filter((line) => moved.includes(line) || !wanted.includes(line));
    const add = wanted.filter((line) => moved.includes(line) || !present.includes(line));
    lines.push(editCommand(vmid, drop, add));
  }
  if (!differs && !linesDiffer) return;
  lines.push(
    `if pct status ${vmid} | grep -q running; then`,
    `  pct shutdown ${vmid} --forceStop 1 --timeout 30`,
    `  pct start ${vmid}`,
    "fi",
  );
  await mustRun(inputs.node, `set features and raw LXC lines of CT ${vmid}`, lines.join("\n"), 300);
}

/** Drops and appends raw lines in the part of the file before its first section. */
function editCommand(vmid: number, drop: string[], add: string[]): string {
  const path = confPath(vmid);
  const list = (items: string[]) =>
    Buffer.from(items.map((i) => `${i}\n`).join("")).toString("base64");
  return `work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
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
' ${path} > ${path}.homelab
mv ${path}.homelab ${path}
exec 8>&-`;
}

/**
 * Starts a CT that is stopped, as every new one is. Proxmox gives a start that meets another operation on the
 * CT 10 s; it is tried again. Any other failure is final, and told in Proxmox's last lines.
 */
async function start(inputs: ContainerHostConfigInputs): Promise<void> {
  const { vmid } = inputs;
  await mustRun(
    inputs.node,
    `start CT ${vmid}`,
    `for try in $(seq 12); do
  if pct status ${vmid} | grep -q running; then exit 0; fi
  if said=$(pct start ${vmid} 2>&1); then exit 0; fi
  case "$said" in
    *"got timeout"* | *"is locked"* | *"already running"*) sleep 5 ;;
    *) break ;;
  esac
done
printf '%s\\n' "$said" | tail -n 10 >&2
exit 1`,
    240,
  );
}

/** The CT's host key, read through the Proxmox node and therefore not trusted on first use. */
async function readHostKey(inputs: ContainerHostConfigInputs): Promise<string> {
  const file = "/etc/ssh/ssh_host_ed25519_key.pub";
  const text = await mustRun(
    inputs.node,
    `read the SSH host key of CT ${inputs.vmid}`,
    `said=$(mktemp)
trap 'rm -f "$said"' EXIT
for i in $(seq 60); do
  pct exec ${inputs.vmid} -- cat ${file} 2>"$said" && exit 0
  sleep 1
  if [ $i -gt 3 ] && pct status ${inputs.vmid} | grep -q stopped; then
    echo "the CT has stopped; pct start ${inputs.vmid} says why when it cannot run" >&2
    exit 1
  fi
done
echo "no key after 60 s; last answer: $(cat "$said")" >&2
exit 1`,
    180,
  );
  return text.trim().split(/\s+/).slice(0, 2).join(" ");
}

const incarnationOf = (hostKey: string) =>
  createHash("sha256").update(hostKey).digest("hex").slice(0, 12);

/**
 * What is in the CT's configuration now. The host key is asked for last: when the CT does not give it, what
 * was written is kept in the state all the same, and the next update asks again.
 */
async function stateAfter(
  inputs: ContainerHostConfigInputs,
  previousFeatures: string,
  addedLines: string[],
  former?: ContainerHostConfigState,
): Promise<ContainerHostConfigState> {
  const { node, vmid, features, rawLines } = inputs;
  const written = { node, vmid, features, rawLines, previousFeatures, addedLines };
  try {
    const hostKey = await readHostKey(inputs);
    return { ...written, stateVersion: 1, hostKey, incarnation: incarnationOf(hostKey) };
  } catch (error) {
    const { hostKey = "", incarnation = "" } = former ?? {};
    const properties = { ...inputs, ...written, stateVersion: 1, hostKey, incarnation };
    const reasons = [(error as Error).message];
    throw Object.assign(error as Error, { id: idOf(vmid), properties, reasons });
  }
}

const idOf = (vmid: number) => `ct-${vmid}`;

export const containerHostConfigProvider: pulumi.dynamic.ResourceProvider<
  ContainerHostConfigInputs,
  ContainerHostConfigState
> = {
  async create(inputs) {
    const before = await readConf(inputs);
    if (before === undefined) {
      throw new Error(`unable to configure CT ${inputs.vmid}: it does not exist`);
    }
    const present = rawLines(before);
    const missing = inputs.rawLines.map(normalLine).filter((line) => !isInForce(present, line));
    await apply(inputs, inputs.features || undefined, [], missing);
    await start(inputs);
    const added = missing.filter((line) => !present.includes(line));
    const outs = await stateAfter(inputs, featuresOf(before), added);
    return { id: idOf(inputs.vmid), outs };
  },

  async diff(_id, olds, news) {
    const replaces = olds.vmid === news.vmid ? [] : ["vmid"];
    const changes =
      replaces.length > 0 ||
      olds.hostKey === "" || // it was not given the last time
      normalFeatures(olds.features) !== normalFeatures(news.features) ||
      !isDeepStrictEqual(olds.rawLines.map(normalLine), news.rawLines.map(normalLine)) ||
      !sameEndpoint(olds.node, news.node);
    return Promise.resolve({ changes, replaces, deleteBeforeReplace: true });
  },

  async update(_id, olds, news) {
    const before = await readConf(news);
    const wanted = news.rawLines.map(normalLine);
    const present = before === undefined ? [] : rawLines(before);
    const add = wanted.filter((line) => !isInForce(present, line));
    const remove = olds.addedLines.filter((line) => !wanted.includes(line));
    // Features given up go back to what they were; features never managed are left alone.
    const features = news.features || (olds.features ? olds.previousFeatures : undefined);
    await apply(news, features, remove, add);
    const kept = olds.addedLines.filter((line) => wanted.includes(line) && present.includes(line));
    const added = add.filter((line) => !present.includes(line));
    return { outs: await stateAfter(news, olds.previousFeatures, [...kept, ...added], olds) };
  },

  async read(id, props) {
    if (!props) throw new Error(`unable to read ${id}: import is not supported`);
    const text = await readConf(props);
    if (text === undefined) return {}; // gone from the Proxmox node, hence from the state
    const wanted = props.rawLines.filter((line) => isInForce(rawLines(text), line));
    const managed = normalFeatures(props.features);
    const features = managed ? (otherFeatures(text, managed) ?? managed) : props.features;
    const file = "/etc/ssh/ssh_host_ed25519_key.pub";
    const asked = await runScript(props.node, `pct exec ${props.vmid} -- cat ${file}`, 60);
    const hostKey =
      asked.code === 0 ? asked.stdout.trim().split(/\s+/).slice(0, 2).join(" ") : props.hostKey;
    const changed = { features, rawLines: wanted, hostKey, incarnation: incarnationOf(hostKey) };
    return { id, props: { ...props, ...changed } };
  },

  async delete(_id, props) {
    if ((await readConf(props)) === undefined) return; // the CT went first: nothing to undo
    await apply(props, props.features ? props.previousFeatures : undefined, props.addedLines, []);
  },
};
