import { cloneAt } from "../support/labClone";
import { soakClone } from "../support/soak";
import { offline } from "../trials/offline";

// A machine within this one takes network namespaces and a Docker daemon of its own: root alone can make it.
if (process.getuid?.() === 0)
  offline(soakClone(), cloneAt(process.env.HOMELAB_OFFLINE_CLONE ?? "/tmp/homelab-offline"));
