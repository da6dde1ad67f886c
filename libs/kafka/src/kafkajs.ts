export { kafkajsDriver } from './kafkajs/driver.js';
