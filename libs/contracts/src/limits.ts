/** What one payload may hold. A claim beyond it is refused before anything is allocated (avsc hangs on 10⁷ claimed items). */
export const payloadBytesMax = 262_144;
/** List items and map entries of one payload together. */
export const itemsMax = 10_000;
export const depthMax = 32;
