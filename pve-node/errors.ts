/** An answer other than 200. The message becomes the HTTP reason phrase, as Proxmox's clients expect. */
export class PveError extends Error {
  constructor(
    readonly status: number,
    message: string,
    /** Text per parameter; only for status 400. */
    readonly errors?: Record<string, string>,
  ) {
    super(message);
    this.name = "PveError";
  }
}

/** An answer that the HTTP layer gives itself: it has no JSON, only `text`. */
export class PlainError extends PveError {
  constructor(
    status: number,
    reason: string,
    readonly text = reason,
  ) {
    super(status, reason);
  }
}

/** 400 with one text per parameter, such as `{ vmid: "VM 100 already exists" }`. */
export function parameterError(errors: Record<string, string>): PveError {
  return new PveError(400, "Parameter verification failed.", errors);
}

/** 403; `what` is `<path>, <privilege>` or one of Proxmox's own sentences. */
export function permissionError(what?: string): PveError {
  return new PveError(403, what ? `Permission check failed (${what})` : "Permission check failed");
}

/** 500: what a plain `die` gives on a real node. */
export function failure(message: string): PveError {
  return new PveError(500, message);
}
