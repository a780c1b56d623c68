/** A task's identity, `UPID:<node>:<pid>:<pstart>:<starttime>:<type>:<id>:<user>:`; numbers in hex. */
export interface Upid {
  node: string;
  /** Process of the worker and its start time: together they tell whether it still runs. */
  pid: number;
  pstart: number;
  /** Seconds since 1970. */
  starttime: number;
  type: string;
  id: string;
  /** `user@realm`, or `user@realm!token`. */
  authId: string;
}

const hex = (value: number) => value.toString(16).toUpperCase().padStart(8, "0");

export function formatUpid(task: Upid): string {
  const { node, pid, pstart, starttime, type, id, authId } = task;
  const safeId = id.replaceAll(/[^A-Za-z0-9._-]/g, "_"); // colons and slashes would break the form
  return `UPID:${node}:${hex(pid)}:${hex(pstart)}:${hex(starttime)}:${type}:${safeId}:${authId}:`;
}

const FORM =
  /^UPID:([a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?):([0-9A-Fa-f]{8}):([0-9A-Fa-f]{8,9}):([0-9A-Fa-f]{8}):([^:\s/]+):([^:\s/]*):([^:\s/]+):$/;

/** `undefined` when the text is no UPID. */
export function parseUpid(text: string): Upid | undefined {
  const match = FORM.exec(text);
  if (!match) return undefined;
  const [, node = "", pid = "", pstart = "", starttime = "", type = "", id = "", authId = ""] =
    match;
  return {
    node,
    pid: parseInt(pid, 16),
    pstart: parseInt(pstart, 16),
    starttime: parseInt(starttime, 16),
    type,
    id,
    authId,
  };
}
