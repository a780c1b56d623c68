/** The name of a resource: `urn:pulumi:STACK::PROJECT::TYPE::NAME`. The name itself may have colons. */
export const nameOfUrn = (urn: string): string => urn.split("::").slice(3).join("::");
