import type { StackExport } from "./interrupted";
import { resourcesOf } from "./stackState";
import { nameOfUrn } from "./urn";

/**
 * Targets whose last change has not ended: they were drained for it and not put back since, or a command
 * that was killed was at work on them. They are changed first, for no other may be taken out before they
 * are back.
 */
export function unfinishedTargets(state: StackExport): string[] {
  const resources = resourcesOf(state);
  const pending = (state.deployment.pending_operations ?? []).map(({ resource }) =>
    nameOfUrn(resource.urn),
  );
  return resources
    .filter(({ type }) => type.endsWith(":TargetDrain"))
    .flatMap(({ outputs = {} }) => {
      const target = String(outputs.target);
      const attached = resources.find(
        ({ type, outputs: of }) => type.endsWith(":TargetAttachment") && of?.target === target,
      );
      const triggers = (attached?.outputs?.triggers ?? []) as unknown[];
      const isBack = attached !== undefined && triggers.includes(outputs.drains);
      const isPending = pending.some((name) => name.startsWith(`${target}-`));
      return isBack && !isPending ? [] : [target];
    });
}
