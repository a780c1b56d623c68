import type * as pulumi from "@pulumi/pulumi";
import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { isInForce, normalFeatures, normalLine, rawLines } from "../lib/ct/configText";
import { readAnswer, readCommand, removeNote, writeNote, type CtNote } from "../lib/ct/ctNote";
import {
  otherFeatures,
  planHostConfig,
  planUndo,
  type HostConfigPlan,
} from "../lib/ct/hostConfigPlan";
import {
  confPath,
  editCommands,
  HOST_KEY_FILE,
  hostKeyCommands,
  startCommands,
  stopCommands,
} from "../lib/ct/hostConfigScripts";
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

const idOf = (vmid: number) => `ct-${vmid}`;

async function look({ node, vmid }: ContainerHostConfigInputs) {
  const text = await mustRun(
    node,
    `read the configuration of CT ${vmid}`,
    readCommand(vmid, confPath(vmid)),
    60,
  );
  return readAnswer(text);
}

async function lookAtExisting(
  inputs: ContainerHostConfigInputs,
): Promise<{ conf: string; note?: CtNote }> {
  const { conf, note } = await look(inputs);
  if (conf === undefined) {
    throw new Error(`unable to configure CT ${inputs.vmid}: it does not exist`);
  }
  return { conf, note };
}

const keyOf = (text: string) => text.trim().split(/\s+/).slice(0, 2).join(" ");

const incarnationOf = (hostKey: string) =>
  createHash("sha256").update(hostKey).digest("hex").slice(0, 12);

/**
 * Does what is planned, starts the CT and asks for its host key. It restarts a CT that runs only when something
 * was edited. The note on the node is there from before the first edit. When a step fails, the state keeps
 * what may be ours all the same, and the next update does the rest.
 */
async function carryOut(
  inputs: ContainerHostConfigInputs,
  conf: string,
  plan: HostConfigPlan,
  former?: ContainerHostConfigState,
): Promise<ContainerHostConfigState> {
  const { node, vmid } = inputs;
  const { previousFeatures, addedLines, touchedLines } = plan;
  // Until they are given back, features that are given up are still ours.
  const features = inputs.features || former?.features || "";
  const note = { features, previousFeatures, addedLines: touchedLines, finished: false };
  const done = {
    ...{ features: inputs.features, previousFeatures, addedLines, finished: true },
  };
  const edits = editCommands(vmid, conf, plan);
  const edit = ["set -eu", writeNote(vmid, note), ...edits];
  try {
    await mustRun(
      node,
      `set features and raw LXC lines of CT ${vmid}`,
      [...edit, ...(edits.length > 0 ? [stopCommands(vmid)] : [])].join("\n"),
      300,
    );
    await mustRun(node, `start CT ${vmid}`, startCommands(vmid), 240);
    const key = await mustRun(
      node,
      `read the SSH host key of CT ${vmid}`,
      ["set -eu", hostKeyCommands(vmid), writeNote(vmid, done)].join("\n"),
      180,
    );
    const hostKey = keyOf(key);
    const incarnation = incarnationOf(hostKey);
    return { ...inputs, previousFeatures, addedLines, hostKey, incarnation, stateVersion: 1 };
  } catch (error) {
    const { hostKey = "", incarnation = "" } = former ?? {};
    const kept = { ...inputs, features, previousFeatures, addedLines: touchedLines };
    const properties = { ...kept, hostKey, incarnation, stateVersion: 1 };
    const reasons = [(error as Error).message];
    throw Object.assign(error as Error, { id: idOf(vmid), properties, reasons });
  }
}

export const containerHostConfigProvider: pulumi.dynamic.ResourceProvider<
  ContainerHostConfigInputs,
  ContainerHostConfigState
> = {
  async create(inputs) {
    const { conf, note } = await lookAtExisting(inputs);
    const plan = planHostConfig(conf, inputs, undefined, note);
    return { id: idOf(inputs.vmid), outs: await carryOut(inputs, conf, plan) };
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
    const { conf, note } = await lookAtExisting(news);
    const plan = planHostConfig(conf, news, olds, note);
    return { outs: await carryOut(news, conf, plan, olds) };
  },

  async read(id, props) {
    if (!props) throw new Error(`unable to read ${id}: import is not supported`);
    const { conf } = await look(props);
    if (conf === undefined) return {}; // gone from the Proxmox node, hence from the state
    const wanted = props.rawLines.filter((line) => isInForce(rawLines(conf), line));
    const managed = normalFeatures(props.features);
    const features = managed ? (otherFeatures(conf, managed) ?? managed) : props.features;
    const ask = `pct exec ${props.vmid} -- cat ${HOST_KEY_FILE}`;
    const asked = await runScript(props.node, ask, 60);
    const hostKey = asked.code === 0 ? keyOf(asked.stdout) : props.hostKey;
    const changed = { features, rawLines: wanted, hostKey, incarnation: incarnationOf(hostKey) };
    return { id, props: { ...props, ...changed } };
  },

  async delete(_id, props) {
    const { node, vmid } = props;
    const { conf, note } = await look(props);
    // A CT that went first has nothing to undo.
    const edits = conf === undefined ? [] : editCommands(vmid, conf, planUndo(conf, props, note));
    const restart = `if pct status ${vmid} | grep -q running; then
${stopCommands(vmid)}
( ${startCommands(vmid)} )
fi`;
    const script = ["set -eu", ...edits, ...(edits.length > 0 ? [restart] : []), removeNote(vmid)];
    await mustRun(
      node,
      `take back features and raw LXC lines of CT ${vmid}`,
      script.join("\n"),
      540,
    );
  },
};
