/** A process as the schedule knows it: a dead one does nothing any more, a stalled one goes on where it stood when it wakes. */
export interface Life {
  alive: boolean;
  stalledUntil: number;
}

/** A piece of work that waits `yield`ed milliseconds at each point where it reads, writes, sends or is answered. */
export type Work = Generator<number, void>;

interface Task {
  at: number;
  readonly order: number;
  readonly life: Life | undefined;
  readonly run: () => void;
}

const before = (a: Task, b: Task): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

/** Virtual time: tasks run in order of their moment, then of their making. Nothing else moves the clock. */
export class Schedule {
  now = 0;
  private readonly heap: Task[] = [];
  private order = 0;

  /** Runs `run` after `ms`, unless the process it belongs to is dead by then; once it is awake, if it is stalled. */
  after(ms: number, run: () => void, life?: Life): void {
    this.push({ at: this.now + ms, order: this.order++, life, run });
  }

  /** Starts work of a process. It ends where the process dies: between two of its steps. */
  start(work: Work, life: Life): void {
    const step = (): void => {
      const { done, value } = work.next();
      if (!done) this.after(value, step, life);
    };
    step();
  }

  /** Lets time go by until `until`. */
  runUntil(until: number): void {
    for (let task = this.heap[0]; task && task.at <= until; task = this.heap[0]) {
      this.take();
      this.now = task.at;
      const { life } = task;
      if (life?.alive === false) continue;
      if (life && life.stalledUntil > this.now) this.push({ ...task, at: life.stalledUntil, order: this.order++ });
      else task.run();
    }
    this.now = until;
  }

  private push(task: Task): void {
    const { heap } = this;
    let at = heap.push(task) - 1;
    for (let up = (at - 1) >> 1; at > 0 && before(heap[at]!, heap[up]!); up = (at - 1) >> 1) {
      [heap[up], heap[at]] = [heap[at]!, heap[up]!];
      at = up;
    }
  }

  private take(): void {
    const { heap } = this;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    heap[0] = last;
    for (let at = 0; ;) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      let least = at;
      if (left < heap.length && before(heap[left]!, heap[least]!)) least = left;
      if (right < heap.length && before(heap[right]!, heap[least]!)) least = right;
      if (least === at) return;
      [heap[at], heap[least]] = [heap[least]!, heap[at]!];
      at = least;
    }
  }
}
