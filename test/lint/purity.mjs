/**
 * Chains are pure: what they decide depends on what they are given. The clock, chance and the world come in through their arguments
 * (`context.now`, `context.today`, the payload) and leave as acts.
 */
const global = (name) => ({
  name,
  message: `A chain has no ${name}: time comes from the context, effects leave as acts.`,
});

export const purity = {
  'no-restricted-globals': [
    'error',
    ...['fetch', 'process', 'console', 'setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask'].map(global),
    ...['crypto', 'performance', 'globalThis', 'WebSocket', 'XMLHttpRequest', 'Buffer'].map(global),
  ],
  'no-restricted-syntax': [
    'error',
    {
      selector: "MemberExpression[object.name='Date'][property.name='now']",
      message: 'The moment is `context.now`.',
    },
    { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'The moment is `context.now`.' },
    { selector: "CallExpression[callee.name='Date']", message: 'The moment is `context.now`.' },
    { selector: "MemberExpression[object.name='Math'][property.name='random']", message: 'A chain takes no chances.' },
    { selector: 'MemberExpression[property.name=/^toLocale/]', message: 'A locale is the machine’s, not the law’s.' },
    { selector: 'AwaitExpression', message: 'A chain waits for events, never for a promise.' },
    { selector: ':function[async=true]', message: 'A chain decides at once; what takes time is an event.' },
    { selector: 'ImportDeclaration[source.value=/^node:/]', message: 'A chain does no I/O.' },
    { selector: 'ImportExpression', message: 'A chain is whole before it runs.' },
    { selector: "Program > VariableDeclaration[kind='let']", message: 'A chain remembers in its variables only.' },
    {
      selector: 'TSEnumDeclaration',
      message: 'Use a union of literals: the words of the wire are the words of the code.',
    },
  ],
};
