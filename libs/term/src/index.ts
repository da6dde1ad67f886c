export { civilDateAt, dueAt, startOfDay } from './brussels.js';
export { addDays, addMonths, civilDate, dayNumber, daysBetween, weekday, type CivilDate } from './civil-date.js';
export { dueDate, freeDays, readClock, remaining, reminderDate, type ClockReading } from './due-date.js';
export { explain } from './explain.js';
export { toIcs, type CalendarEntry } from './ics.js';
export { startTerm, termState, type Entry, type Term } from './term.js';
export type { Extension, Sanction, TermRule } from './term-rule.js';
export { termRule, termRules, type TermRuleId } from './term-rules.js';
export {
  extend,
  extendByDecree,
  interrupt,
  lapse,
  meet,
  reAnchor,
  reproject,
  resume,
  suspend,
  waive,
  type Verdict,
} from './verbs.js';
export {
  addWorkingDays,
  isWorkingDay,
  legalHolidays,
  rollToWorkingDay,
  whyFree,
  workingDaysAfter,
  type FreeDays,
} from './working-day.js';
