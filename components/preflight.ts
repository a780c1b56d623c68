import type * as pulumi from "@pulumi/pulumi";
import { needsOf } from "../lib/preflight/needs";
import { inStartOrder } from "../lib/stack/guests";
import { PowerState } from "../provider/powerState";
import { Preflight } from "../provider/preflight";
import type { SiteArgs } from "./siteArgs";
import type { KnownSite } from "./siteKnown";

/** What is asked about a site, and how. */
interface Asked {
  args: SiteArgs;
  known: pulumi.Output<KnownSite>;
}

/** The look at Proxmox that everything else waits for. */
export function preflight(
  name: string,
  site: Asked,
  opts: pulumi.CustomResourceOptions,
): Preflight {
  const needs = site.known.apply((known) => needsOf(known, known.guests));
  return new Preflight(name, { ...api(site), needs }, opts);
}

/** Keeps the stack's CTs started, in their order. */
export function powerState(
  name: string,
  site: Asked,
  opts: pulumi.CustomResourceOptions,
): PowerState {
  const args = {
    ...api(site),
    nodeName: site.args.proxmox.nodeName,
    node: site.args.access.endpoint,
    vmids: site.known.apply(({ guests }) => inStartOrder(guests).map(({ vmid }) => vmid)),
  };
  return new PowerState(name, args, opts);
}

function api({ args: { proxmox, apiToken } }: Asked) {
  return { endpoint: proxmox.endpoint, token: apiToken };
}
