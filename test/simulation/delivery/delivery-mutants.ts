import type { Mutant } from '../mutant.js';

const core = 'libs/delivery/src';
const rim = 'test/simulation/delivery';
const mutant = (file: string, name: string, breaks: string, [find, replace]: readonly [string, string]): Mutant => ({
  simulator: 'delivery',
  ...{ file, name, breaks, find, replace },
});

/** The faults that the delivery simulator must find. */
export const deliveryMutants: readonly Mutant[] = [
  mutant(
    `${rim}/gateway.ts`,
    'settle before outcome',
    'an event counts as delivered before the receiver has answered',
    [
      'const outcome = yield* this.outcome(line, partition, attempt);',
      "const outcome: Outcome<string> = { kind: 'delivered' };\n      this.start((function* (self) {\n        yield* self.outcome(line, partition, attempt);\n      })(this));",
    ],
  ),
  mutant(`${rim}/database.ts`, 'no fence', 'an owner that was replaced still moves positions', [
    "if (owner.epoch !== taken.epoch) return 'fenced';",
    '',
  ]),
  mutant(`${rim}/database.ts`, 'commit repeated', 'a commit whose answer was lost is applied again', [
    "if (this.commits.has(taken.id)) return 'done';",
    "if (this.commits.has(taken.id) && taken.next !== taken.from) return 'done';",
  ]),
  mutant(`${rim}/database.ts`, 'release heard twice', 'a release lets go what was parked after it', [
    "keys.set(key, { ...stored, hold: hold && { ...hold, state: 'waiting' } });",
    'void [key, hold, stored];',
  ]),
  mutant(`${core}/lane-book.ts`, 'ladder not reset', 'a delivered event leaves its failures to the next one', [
    '    lane.track.settle(item, state);\n    lane.failures = 0;',
    '    lane.track.settle(item, state);',
  ]),
  mutant(`${core}/desk.ts`, 'lane skips', 'an event that fails lets the next of its key go first', [
    "if (before !== 'probing') lane.failures += 1;\n    const { offset } = lane.queue[0]!;",
    "if (before !== 'probing') lane.failures += 1;\n    const { offset } = lane.queue[0]!;\n    if (lane.hold) lane.queue.push(lane.queue.shift()!);",
  ]),
  mutant(`${core}/desk.ts`, 'gap not declared', 'the receiver is not told what was parked in front', [
    'this.book.setGap(lane, [...lane.gap, { offset, eventId }]);',
    '',
  ]),
  mutant(`${core}/desk.ts`, 'gap forgotten', 'a second release forgets what the first had to tell', [
    '[...lane.gap, ...fresh].sort(',
    '[...fresh].sort(',
  ]),
  mutant(
    `${rim}/door.ts`,
    'authorisation at enqueue',
    'policy is asked the first time only, and not each time bytes leave',
    [
      'const verdict = judge(stage, from.picture, party, event);',
      `const asked = ((stage as any).asked ??= new Map());
  const name = party.subscription.id + event.place + event.offset;
  if (!asked.has(name)) asked.set(name, judge(stage, from.picture, party, event));
  const verdict = asked.get(name);`,
    ],
  ),
  mutant(`${core}/duplicate-window.ts`, 'duplicate window off', 'what stands in the log twice is delivered twice', [
    'if (at >= 0) return this.offsets[at]! < offset ? this.offsets[at]! : undefined;',
    'if (at >= 0) return undefined;',
  ]),
  mutant(`${rim}/gateway.ts`, 'window not refilled', 'a new owner does not know what was in the log before', [
    'partition.window.seenBefore(event.envelope.source, event.id, event.offset);\n    this.refresh',
    'void event;\n    this.refresh',
  ]),
  mutant(`${core}/circuit.ts`, 'circuit never opens', 'a dead receiver is tried with every key', [
    'if (failing.length < failingKeysMax) return',
    'if (failing.length < Infinity) return',
  ]),
  mutant(`${core}/desk.ts`, 'probe lost', 'a probe that went with its partition is never made again', [
    "if (this.circuit.kind === 'probing' && this.inFlight === 0)\n      this.circuit = { ...this.circuit, kind: 'open', probeAt: 0 };",
    '',
  ]),
  mutant(`${core}/desk.ts`, 'probe climbs the ladder', 'an event is parked because the receiver was down', [
    "if (before !== 'probing') lane.failures += 1;",
    'lane.failures += 1;',
  ]),
  mutant(`${core}/desk.ts`, 'parked key not holding', 'what follows a parked event goes on before a person decided', [
    "if (this.options.orderPolicy === 'hold')",
    "if (String(this.options.orderPolicy) === 'never')",
  ]),
  mutant(`${core}/lane-book.ts`, 'parked before its row', 'a key is stored as parked before its event is', [
    "hold.state === 'parked' && hold.front >= next",
    "hold.state === 'parked' && hold.front < 0",
  ]),
  mutant(`${core}/track.ts`, 'position past open', 'the position passes an event that is on its way', [
    "return this.entries.find((e) => e.state.kind === 'open')?.offset ?? this.frontier;",
    'return this.frontier;',
  ]),
  mutant(
    `${core}/track.ts`,
    'exception never ends',
    'a held event that was delivered is still held in the store, and sent again',
    ['    this.heldGone.set(item.offset, item);\n', ''],
  ),
  mutant(`${core}/desk.ts`, 'memory unbounded', 'events are taken in without end', [
    '!this.still && this.book.queued < queuedMax && this.book.queuedBytes < queuedBytesMax && this.book.held < heldMax',
    '!this.still && queuedMax + queuedBytesMax + heldMax > 0',
  ]),
  mutant(`${core}/desk.ts`, 'outcomes pile up', 'an event that hangs keeps outcomes from being committed without end', [
    'first && track.blocked > this.limits.blockedMax;',
    'first && track.blocked > Infinity;',
  ]),
  mutant(`${core}/replay/plan.ts`, 'replay outside its set', 'a plan reaches keys that nobody asked for', [
    '(request.key === undefined || c.key === request.key)',
    "(request.key === undefined || c.key !== '')",
  ]),
  mutant(`${core}/replay/plan.ts`, 'intents mixed', 'a replay of what is missing sends what was delivered', [
    "    'in-flight': 'skipped',\n    delivered: undefined,\n    undelivered: 'queued',",
    "    'in-flight': 'skipped',\n    delivered: 'queued',\n    undelivered: 'queued',",
  ]),
  mutant(`${core}/replay/ramp.ts`, 'ramp without gates', 'a run sends everything at once', [
    'return size === undefined ? Infinity : Math.max(0, size - progress.settledInStep - sending);',
    'return size === undefined ? Infinity : Infinity + sending;',
  ]),
  mutant(
    `${rim}/replay-runner.ts`,
    'item sent twice after success',
    'a new owner does not ask the audit trail what was delivered',
    ["state: had.has(item.event) ? 'delivered' : 'queued'", "state: had.has(item.event) ? 'queued' : 'queued'"],
  ),
  mutant(
    `${rim}/replay-tables.ts`,
    'replay goes past a failure',
    'what stands behind a failed item of its key is sent',
    [
      "const behind = item.state === 'queued' && moved.failedKeys.has(item.keyHash);",
      "const behind = item.state === 'queued' && moved.failedKeys.has('none');",
    ],
  ),
];
