import * as fs from "node:fs/promises";
import { dirname, join } from "node:path";

const gibibyte = 1024 ** 3;

/** Files of the recording node that cases presume: a template, disks, a backup, its network. */
const files: Record<string, string | number> = {
  "var/lib/vz/template/cache/recorder-tiny_1.0_amd64.tar.gz": "a template",
  "var/lib/vz/images/7010/vm-7010-disk-0.raw": gibibyte,
  "var/lib/vz/images/7011/vm-7011-disk-0.raw": gibibyte,
  "var/lib/vz/dump/vzdump-lxc-7010-2026_01_02-03_04_05.tar.gz": "a backup",
  "etc/hosts": "127.0.0.1\tlocalhost\n",
  "etc/network/interfaces":
    "auto lo\niface lo inet loopback\n\niface eth0 inet manual\n\nauto vmbr0\niface vmbr0 inet static\n" +
    "\taddress 198.51.100.7/24\n\tgateway 198.51.100.1\n\tbridge-ports eth0\n\tbridge-stp off\n\tbridge-fd 0\n",
};

/** Writes those that are missing; a number stands for a file of so many empty bytes. */
export async function writeFiles(root: string): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    const path = join(root, name);
    await fs.mkdir(dirname(path), { recursive: true });
    try {
      await fs.writeFile(path, typeof content === "string" ? content : "", { flag: "wx" });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      continue;
    }
    if (typeof content === "number") await fs.truncate(path, content);
  }
}
