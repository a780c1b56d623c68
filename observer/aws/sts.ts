import { ACCOUNT } from "./names";
import type { Document } from "./wire/document";

/** Whoever reaches the endpoint is the same: it only reads, and asks for no key. */
export function getCallerIdentity(): Document {
  return {
    UserId: "AIDAHOMELAB",
    Account: ACCOUNT,
    Arn: `arn:aws:iam::${ACCOUNT}:user/homelab`,
  };
}
