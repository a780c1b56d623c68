import { cloneAt } from "../support/labClone";
import { ownNode } from "../trials/ownNode";

// A node of its own: the soak lab's stack would start anew with it.
ownNode(cloneAt(process.env.HOMELAB_OWN_NODE_CLONE ?? "/tmp/homelab-own-node"));
