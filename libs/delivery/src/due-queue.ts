/** What waits for a time, earliest first (a binary heap). Entries are not removed when they change: the reader checks what it takes. */
export class DueQueue<T> {
  private readonly heap: { at: number; value: T }[] = [];

  get firstAt(): number | undefined {
    return this.heap[0]?.at;
  }

  add(at: number, value: T): void {
    const { heap } = this;
    let i = heap.push({ at, value }) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (heap[parent]!.at <= heap[i]!.at) return;
      [heap[parent], heap[i]] = [heap[i]!, heap[parent]!];
      i = parent;
    }
  }

  /** Takes the earliest one that is due at `now`. */
  take(now: number): T | undefined {
    const { heap } = this;
    const first = heap[0];
    if (first === undefined || first.at > now) return undefined;
    const last = heap.pop()!;
    if (heap.length > 0) {
      heap[0] = last;
      this.sink();
    }
    return first.value;
  }

  private sink(): void {
    const { heap } = this;
    for (let i = 0; ;) {
      const [left, right] = [2 * i + 1, 2 * i + 2];
      let least = i;
      if (left < heap.length && heap[left]!.at < heap[least]!.at) least = left;
      if (right < heap.length && heap[right]!.at < heap[least]!.at) least = right;
      if (least === i) return;
      [heap[i], heap[least]] = [heap[least]!, heap[i]!];
      i = least;
    }
  }
}
