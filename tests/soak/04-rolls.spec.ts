import { soakClone } from "../support/soak";
import { rolls } from "../trials/rolls";

rolls(soakClone());
