import * as pulumi from "@pulumi/pulumi";
import {
  Ct,
  ctCommand,
  CtFirewall,
  firewallRules,
  type Guest,
  type Ingress,
  type Site,
} from "../../components";

interface CacheNodeArgs {
  site: Site;
  guest: Guest;
  ingress: readonly Ingress[];
}

/** The component of a kind that the stack does not have: all of it that a program needs. */
export class CacheNode extends pulumi.ComponentResource {
  constructor(name: string, args: CacheNodeArgs) {
    const { site, guest, ingress } = args;
    super("homelab:tests:CacheNode", name, {}, site.options());
    const firewall = firewallRules(guest, ingress);
    const ct = new Ct(
      name,
      { site, guest, firewall, description: "Redis", cores: 1 },
      { parent: this },
    );
    const guard = new CtFirewall(name, { ct, rules: firewall }, { parent: this });
    const install = ctCommand(
      `${name}-install`,
      {
        ct,
        installs: true,
        script: "apt-get install -y redis-server",
        dependsOn: [guard.installed],
      },
      this,
    );
    guard.seal([install]);
    this.registerOutputs({});
  }
}
