/** A call that AWS would refuse; the code is AWS's own. */
export class Problem extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status = 400,
  ) {
    super(message);
  }
}

/** A value that is no such thing. */
export const invalid = (message: string): Problem => new Problem("ValidationError", message);
