/** Variable with the file that the counting reporter writes to. */
export const countsVariable = "HOMELAB_TEST_COUNTS";
