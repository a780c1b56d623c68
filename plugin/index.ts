import { componentProviderHost } from "@pulumi/pulumi/provider/experimental";
import { WebStack } from "../components/webStack";

/** Serves the component to programs in any language; docs/adr/020 says what still stands in the way. */
void componentProviderHost({ name: "homelab", components: [WebStack], dirname: __dirname });
