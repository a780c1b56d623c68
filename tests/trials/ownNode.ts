import assert from "node:assert/strict";
import { boxOf } from "../support/box";
import { freshClone, type LabClone } from "../support/labClone";
import { inBox, type PveInfo, runLocal } from "../support/nodeApi";

const stack = "own";
const PRIVATE_CIDR = "10.10.77.0/24";
const PACKAGE_CACHE = "http://10.10.77.1:3142";

/** What is on a node, as far as a stack could leave something there. Packages stay, and `down` lists them. */
const INVENTORY = [
  "pct list",
  "sort /etc/pve/user.cfg",
  "cat /etc/pve/priv/authorized_keys /etc/network/interfaces",
  "find /etc/network/interfaces.d /etc/homelab /etc/pve/lxc /var/lib/vz/images -type f 2> /dev/null | sort",
  "ip -brief link | awk '{ print $1 }' | sed 's/@.*//' | sort",
  "nft list tables",
].join("; echo; ");

/**
 * A node that starts slowly and loses answers, reached as somebody's own: by its address in the LAN, with the
 * rights that `init` sets, from nothing back to nothing.
 */
export function ownNode(lab: LabClone): void {
  describe("a slow Proxmox VE of somebody's own that loses answers", function () {
    this.timeout("25m");
    this.bail(true);
    const run = (words: string[], seconds: number) =>
      lab.ok([...words, "--stack", stack], { timeoutSeconds: seconds });
    let box: string;
    let address: string;
    let info: PveInfo;
    let atFirst: string;

    before(async () => {
      if (!process.env.HOMELAB_SOAK_KEEP) await freshClone(lab);
      await lab.ok(["pve", "start"], { timeoutSeconds: 1200 });
      box = boxOf(lab.root);
      info = JSON.parse((await lab.ok(["pve", "info", "--json"])).stdout) as PveInfo;
      const own = "ip -4 -o address show dev vmbr0 | awk '{ print $4 }'";
      address = (await inBox(box, own)).trim().split("/")[0]!;
      atFirst = await inBox(box, INVENTORY);
      await lab.ok(["pve", "faults", "--start-delay", "15", "--lose-every", "50"]);
    });
    after(() => lab.ok(["reset", "--yes"], { timeoutSeconds: 280 }));

    it("is given a stack by init, from options alone", async () => {
      const answers = {
        ...{ host: address, "ssh-key": info.sshKeyFile, "private-cidr": PRIVATE_CIDR },
        "apt-proxy": PACKAGE_CACHE,
        "ssh-fingerprint": (await fingerprint(box)).trim(),
      };
      const words = Object.entries(answers).flatMap(([name, answer]) => [`--${name}`, answer]);
      await lab.ok(["init", stack, ...words, "--yes"], { timeoutSeconds: 240 });
    });

    it("passes the doctor's checks", () => run(["doctor"], 180));

    it("has the stack after one up", async () => {
      const { seconds } = await run(["up", "--yes"], 1200);
      console.log(`      ${seconds.toFixed(0)} s`);
    });

    it("balances evenly", () => run(["verify"], 120));

    it("needs no change", async () => {
      const { stdout, stderr } = await run(["preview"], 240);
      assert.doesNotMatch(stdout + stderr, /to (create|update|replace|delete)/);
    });

    it("balances again after a restart of the node", async () => {
      await runLocal("docker", ["restart", "-t", "60", box]);
      await run(["up", "--yes"], 900);
      await run(["verify"], 120);
    });

    it("is as it was after down and --undo", async () => {
      // Its database is protected, as on every stack but `dev`: first the steps that `down` prints.
      const set = ["config", "set", "databaseDeletionProtection", "false"];
      await lab.ok(["pulumi", "--stack", stack, "--", ...set]);
      await run(["up", "--yes"], 900);
      await run(["down", "--yes"], 600);
      await lab.ok(["init", stack, "--undo", "--yes", "--ssh-key", info.sshKeyFile], {
        timeoutSeconds: 240,
      });
      assert.equal(await inBox(box, INVENTORY), atFirst);
    });
  });
}

const fingerprint = (box: string) =>
  inBox(box, "ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub | awk '{ print $2 }'");
