import type * as pulumi from "@pulumi/pulumi";
import { shellQuote } from "../lib/shell/quote";
import { looksAreOn } from "./looks";
import type { SshEndpoint } from "../lib/ssh/sshOptions";
import { runScript } from "./ssh";

/** What the program gives. */
export interface OpenEgressInputs {
  node: SshEndpoint;
  marker: string;
}

export interface OpenEgressState extends OpenEgressInputs {
  unfinished: number;
  stateVersion: 1;
}

function stateOf(inputs: OpenEgressInputs | OpenEgressState): OpenEgressState {
  const { host, port, user, hostKey } = inputs.node;
  return {
    node: { host, port, user, hostKey },
    marker: inputs.marker,
    unfinished: "unfinished" in inputs ? inputs.unfinished : 0,
    stateVersion: 1,
  };
}

export const openEgressProvider: pulumi.dynamic.ResourceProvider<
  OpenEgressInputs,
  OpenEgressState
> = {
  /** A node that does not answer is no failure here: the next resource that needs the node reports it. */
  async check(olds: Partial<OpenEgressState> | undefined, news: OpenEgressInputs) {
    const before = olds?.unfinished;
    let unfinished = before ?? 0;
    if (before !== undefined && looksAreOn()) {
      const { code } = await runScript(news.node, `test -e ${shellQuote(news.marker)}`, 20);
      if (code === 0) unfinished = before + 1;
    }
    const checked = stateOf({ ...news, unfinished });
    return { inputs: checked as unknown as OpenEgressInputs, failures: [] };
  },

  async create(inputs) {
    return Promise.resolve({ id: "open-egress", outs: stateOf(inputs) });
  },

  async diff(_id, olds, news) {
    const same = JSON.stringify(stateOf(olds)) === JSON.stringify(stateOf(news));
    return Promise.resolve({ changes: !same });
  },

  async update(_id, _olds, news) {
    return Promise.resolve({ outs: stateOf(news) });
  },
};
