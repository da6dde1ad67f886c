export { Clock, Random, Timers } from './clock.js';
export { MovableClock, SystemClock, SystemRandom, SystemTimers } from './system.js';
export { SeededRandom, VirtualClock } from './virtual.js';
