export interface DriverNote {
  /** What the driver is. */
  what: string;
  /** Why a node of this lab has it. */
  why: string;
}

const NOTES: Readonly<Record<string, DriverNote>> = {
  overlay2: {
    what: "Docker's default: the kernel itself merges the image's layers (OverlayFS).",
    why: "This node's container is allowed to mount OverlayFS, so nothing had to be adapted.",
  },
  "fuse-overlayfs": {
    what: "A process outside the kernel merges the image's layers, through /dev/fuse.",
    why:
      "Where a container may not mount the kernel's OverlayFS, Docker needs this instead: " +
      "the node was given /dev/fuse and the fuse feature, and pays with slower file access.",
  },
};

/** Explains a storage driver to the page's reader. */
export function driverNote(driver: string): DriverNote {
  return (
    NOTES[driver] ?? {
      what: "How Docker on this node stores the layers of images.",
      why: "The node was configured with it; the lab's usual ones are overlay2 and fuse-overlayfs.",
    }
  );
}
