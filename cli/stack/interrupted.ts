/** Pulumi's export of a stack, as far as it is used here. */
export interface StackExport {
  deployment: {
    pending_operations?: PendingOperation[];
    resources?: { urn: string }[];
    [key: string]: unknown;
  };
  [key: string]: unknown;
}

/** An operation Pulumi had begun when it was killed. */
export interface PendingOperation {
  type: string;
  resource: { urn: string; type: string; inputs?: Record<string, unknown> };
}

/** What may exist although the state does not know it, in a form that can be removed. */
export type Leftover =
  | { kind: "ct"; vmid: number; nodeName: string }
  | { kind: "bridge"; name: string; nodeName: string }
  | { kind: "docker"; name: string; guest: string };

/**
 * What interrupted creates may have left.
 *
 * A create that was cut off has no entry in the state, so the next one would meet its own result
 * and fail. Other resources of ours (commands, gates, secrets, images) are made to be repeated. What
 * the state knows under the same URN is no leftover: it is what should have been replaced.
 */
export function leftoversOf({ deployment }: StackExport): Leftover[] {
  const known = new Set((deployment.resources ?? []).map(({ urn }) => urn));
  return (deployment.pending_operations ?? [])
    .filter(({ type, resource }) => type === "creating" && !known.has(resource.urn))
    .flatMap(({ resource }): Leftover[] => {
      const { type, inputs = {}, urn } = resource;
      const nodeName = typeof inputs.nodeName === "string" ? inputs.nodeName : "";
      if (/^proxmoxve:.*:Container(Legacy)?$/.test(type) && Number(inputs.vmId) > 0) {
        return [{ kind: "ct", vmid: Number(inputs.vmId), nodeName }];
      }
      if (/^proxmoxve:.*[^:]*:Bridge$/.test(type)) {
        return typeof inputs.name === "string"
          ? [{ kind: "bridge", name: inputs.name, nodeName }]
          : [];
      }
      if (type === "docker:index/container:Container" && typeof inputs.name === "string") {
        // The components name a container's resource "<app node>-<container>".
        const guest = urn
          .split("::")
          .at(-1)!
          .slice(0, -inputs.name.length - 1);
        return [{ kind: "docker", name: inputs.name, guest }];
      }
      return [];
    });
}

/** The export without its pending operations, for `pulumi stack import`. */
export function withoutPending(exported: StackExport): StackExport {
  const deployment = { ...exported.deployment };
  delete deployment.pending_operations;
  return { ...exported, deployment };
}

/** A lock file of Pulumi's local backend. */
export interface BackendLock {
  pid: number;
  hostname: string;
}
