import * as pulumi from "@pulumi/pulumi";
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import type { GuestArgs, SiteArgs } from "../../components";
import { appGuest, databaseGuest, loadBalancerGuest } from "../../components";
import { type RecordedResource, recordResources } from "./recordingMocks";

/** What a piece of a program declared, by name. */
export class Declared {
  constructor(readonly resources: readonly RecordedResource[]) {}

  named(name: string): RecordedResource {
    const found = this.resources.find((one) => one.name === name);
    assert.ok(found, `${name} is not among ${this.resources.map((one) => one.name).join(", ")}`);
    return found;
  }

  inputs(name: string) {
    return this.named(name).inputs;
  }

  dependsOn(name: string, other: string): boolean {
    return this.named(name).dependencies.includes(this.named(other).urn);
  }
}

/** Runs a piece of a program under mocks. */
export async function declare(work: () => unknown): Promise<Declared> {
  const recorded = await recordResources();
  await work();
  await recorded.settle();
  return new Declared(recorded.resources);
}

/** What a piece of a program is refused with; values may only be known after it has run. */
export async function refusalOf(work: () => unknown): Promise<string> {
  const recorded = await recordResources();
  const said = new Set<string>();
  const note = (error: unknown) => void said.add(String((error as Error)?.message ?? error));
  // What is wrong with a value fails every resource that is made of it.
  const usual = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection").on("unhandledRejection", note);
  try {
    await Promise.resolve().then(work).catch(note);
    await recorded.settle();
  } finally {
    process.removeListener("unhandledRejection", note);
    for (const listener of usual) process.on("unhandledRejection", listener);
    forgetPromises();
  }
  assert.ok(said.size > 0, "it is not refused");
  return [...said].join("\n");
}

/** Resources that are refused never end; the SDK would list them when the tests exit. */
function forgetPromises(): void {
  const state = createRequire(__filename)("@pulumi/pulumi/runtime/state") as {
    getStore(): { leakCandidates: Set<unknown> };
  };
  state.getStore().leakCandidates.clear();
}

/** A value that another resource gives: no plain one, and known at once. */
export const given = <T>(value: T) => pulumi.output(value) as pulumi.Output<T>;

/** One CT of each kind; every value that can be an output is one. */
export const GUESTS = {
  lb: () =>
    loadBalancerGuest({
      name: "web-lb",
      vmid: given(400),
      lanAddress: given("192.0.2.10"),
      address: given("10.40.0.10"),
    }),
  app: () => appGuest({ name: "web-1", vmid: given(401), address: given("10.40.0.11") }),
  db: () => databaseGuest({ name: "store", vmid: given(402), address: given("10.40.0.50") }),
};

/** Arguments of a site whose values are outputs, wherever they may be. */
export function siteArgs(guests: readonly GuestArgs[], changes: Partial<SiteArgs> = {}): SiteArgs {
  return {
    proxmox: {
      endpoint: given("https://192.0.2.1:8006/"),
      nodeName: given("pve1"),
      storage: given("local"),
      template: given("local:vztmpl/debian-12.tar.zst"),
    },
    access: {
      endpoint: given({ host: "192.0.2.1", port: 22, user: "root", hostKey: "ssh-ed25519 AAAA" }),
      privateKey: given("PRIVATE KEY"),
      publicKey: given("ssh-ed25519 PUBLIC"),
    },
    lan: { bridge: given("vmbr0"), cidr: given("192.0.2.0/24"), gateway: given("192.0.2.254") },
    privateNetwork: {
      bridge: given("vmbr40"),
      cidr: given("10.40.0.0/24"),
      gateway: given("10.40.0.1"),
    },
    guests,
    ...changes,
  };
}
