import * as command from "@pulumi/command";
import * as docker from "@pulumi/docker";
import * as proxmoxve from "@muhlba91/pulumi-proxmoxve";
import * as pulumi from "@pulumi/pulumi";

const config = new pulumi.Config();
const proxmox = new proxmoxve.Provider("proxmox", { endpoint: config.require("endpoint") });
const engine = new docker.Provider("engine", {
  host: config.require("engine"),
  sshOpts: config.requireObject<string[]>("sshOptions"),
});

// One thing of each provider, and none that anything else reads.
new command.local.Command("command", { create: "true" });
new docker.Volume("volume", {}, { provider: engine });
new proxmoxve.firewall.AliasLegacy(
  "alias",
  { name: config.require("alias"), cidr: "192.0.2.1", comment: "./lab bench up" },
  { provider: proxmox },
);
