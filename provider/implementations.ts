/** Every dynamic provider of this package, by the name that its resources load it by. */
export { containerHostConfigProvider } from "./containerHostConfig.provider";
export { ctFirewallStateProvider } from "./ctFirewallState.provider";
export { generatedSecretProvider } from "./generatedSecret.provider";
export { openEgressProvider } from "./openEgress.provider";
export { powerStateProvider } from "./powerState.provider";
export { preflightProvider } from "./preflight.provider";
export { readinessGateProvider } from "./readinessGate.provider";
export { targetAttachmentProvider } from "./targetAttachment.provider";
export { targetDrainProvider } from "./targetDrain.provider";
