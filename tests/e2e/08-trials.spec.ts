import { labClone } from "../support/labClone";
import { seed } from "../support/soak";
import { crashPoints } from "../trials/crashPoints";
import { reboots } from "../trials/reboots";
import { twoUps } from "../trials/twoUps";

// A few of each trial that `./lab test soak` repeats, in the lab that is there anyway.
crashPoints(labClone(), 2, seed);
twoUps(labClone());
reboots(labClone(), 3);
