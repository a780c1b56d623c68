import { rehearsals } from "../trials/rehearsals";

rehearsals();
