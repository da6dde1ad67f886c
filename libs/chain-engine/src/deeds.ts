import type { Act } from './act.js';
import type { Task } from './chain-state.js';
import { instanceId } from './correlation.js';
import type { ChainDefinition } from './definition.js';
import type { Scopes } from './scopes.js';
import { without, type Sheet } from './sheet.js';
import { uuid5 } from './uuid5.js';

type Of<A extends Act['act']> = Extract<Act, { act: A }>;

/** Carries out acts: numbers what is published, opens and closes tasks, starts chains. */
export class Deeds {
  constructor(
    private readonly definition: ChainDefinition,
    private readonly sheet: Sheet,
    private readonly scopes: Scopes,
  ) {}

  perform(acts: readonly Act[], token: string): void {
    for (const act of acts) this.one(act, token);
  }

  closeTask(name: string): void {
    const task = this.sheet.next.tasks[name];
    if (!task) return;
    this.sheet.next.tasks = without(this.sheet.next.tasks, name);
    this.sheet.effects.push({ kind: 'task-closed', name, task });
  }

  /** The tasks that a token waited for go with it. */
  closeTasksOf(token: string): void {
    for (const [name, task] of Object.entries(this.sheet.next.tasks)) if (task.token === token) this.closeTask(name);
  }

  private one(act: Act, token: string): void {
    const stap = this.scopes.at(token)?.node ?? null;
    switch (act.act) {
      case 'publish':
        this.publish(act);
        break;
      case 'open-task':
        this.openTask(act, stap);
        break;
      case 'ask-task':
        this.askTask(act, token);
        break;
      case 'start-chain':
        this.startChain(act, token);
        break;
      case 'close-task':
        this.closeTask(act.task);
        break;
      case 'compensate':
        this.sheet.signal('gecompenseerd', { stap, reden: act.reden, ingetrokken: act.events });
        break;
      default:
        act satisfies never;
    }
  }

  private publish(act: Omit<Of<'publish'>, 'act'>): void {
    const type = this.definition.events[act.event];
    if (!type) throw new Error(`${this.definition.name} publishes ${act.event}, which it does not name`);
    const { next, at } = this.sheet;
    const gemeente = act.gemeente === undefined ? next.gemeente : (act.gemeente ?? undefined);
    const data = { ...act.data, tijdstipRegistratie: at };
    const id = this.sheet.emit({ type: type.type, subject: act.subject, data, gemeente });
    next.published = { ...next.published, [act.event]: [...(next.published[act.event] ?? []), id] };
  }

  private openTask({ task: name, role, reden, dueOn }: Of<'open-task'>, stap: string | null): void {
    if (this.sheet.next.tasks[name]) return;
    const id = this.open(name, { role, reden, ...(dueOn === undefined ? {} : { dueOn }) });
    this.sheet.signal('geescaleerd', { stap, taakId: id, taakrol: role, reden, uitersteDatum: dueOn ?? null });
  }

  private askTask({ task, role, formulier, dueOn }: Of<'ask-task'>, token: string): void {
    const name = token === 'main' ? task : `${task}@${token}`;
    const id = this.open(name, { role, reden: 'GEVRAAGD', token, ...(dueOn === undefined ? {} : { dueOn }) });
    this.scopes.patch(token, { task: id });
    const [stap, due] = [this.scopes.at(token)?.node ?? task, dueOn ?? null];
    this.sheet.signal('taak-gevraagd', {
      ...{ stap, taak: task, taakId: id, taakrol: role },
      ...{ formulier: formulier ?? null, uitersteDatum: due },
    });
  }

  private startChain({ chain, root, event, subject, data }: Of<'start-chain'>, token: string): void {
    this.scopes.patch(token, { child: instanceId(chain, root) });
    this.publish({ event, subject, data });
  }

  private open(name: string, about: Omit<Task, 'id' | 'openedAt'>): string {
    const { next, now, effects } = this.sheet;
    const id = uuid5(`task/${name}/${next.gen}`, next.id);
    const task: Task = { id, openedAt: now, ...about };
    next.tasks = { ...next.tasks, [name]: task };
    effects.push({ kind: 'task-opened', name, task });
    return id;
  }
}
