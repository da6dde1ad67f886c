export {
  bytes, choice, count, defineConfig, flag, list, milliseconds, port, printable, readConfig, text,
  type Definition, type Setting, type Values,
} from './config.js';
