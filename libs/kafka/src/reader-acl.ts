import { codeOf } from './log-unavailable.js';

/** What came of a grant. `no-authorizer`: this broker asks nobody for rights, so everyone who reaches it may read. */
export type Granted = 'granted' | 'no-authorizer';

/** The protocol's own numbers: READ 3, DESCRIBE 8, ALLOW 3; a topic by its name, groups by the topic's name as prefix. */
export function readerAcl(topic: string, principal: string) {
  const rule = { principal, host: '*', permissionType: 3 as const };
  const onTopic = { ...rule, resourceType: 2 as const, resourceName: topic, resourcePatternType: 3 as const };
  const groups = { ...rule, resourceType: 3 as const, resourceName: topic, resourcePatternType: 4 as const };
  return [
    { ...onTopic, operation: 3 as const },
    { ...onTopic, operation: 8 as const },
    { ...groups, operation: 3 as const },
  ];
}

/** Runs a grant; a broker without an authorizer is an answer, not a fault. */
export async function granting(call: () => Promise<unknown>): Promise<Granted> {
  try {
    await call();
    return 'granted';
  } catch (error) {
    if (codeOf(error) === 'SECURITY_DISABLED') return 'no-authorizer';
    throw error;
  }
}
