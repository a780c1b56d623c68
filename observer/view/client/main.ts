import type { PageFacts } from "../message";
import { live } from "./live";
import { embedded, Page } from "./page";

live(new Page(embedded<PageFacts>("facts")!));
