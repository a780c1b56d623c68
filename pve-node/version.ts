/**
 * The Proxmox VE release whose API this node serves. Clients switch behaviour on it: from 9.1 on they
 * send `host-managed` in network devices.
 */
export const PVE_VERSION = "9.1.4";
export const PVE_RELEASE = "9.1";

/** Proxmox puts a commit here; this node is not built from one of theirs. */
export const PVE_REPOID = "0000000000000000";
