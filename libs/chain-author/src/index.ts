export { toBpmn } from './to-bpmn.js';
export { toMermaid } from './to-mermaid.js';
export { ChainTest, testChain } from './test-chain.js';
export { Rehearsal } from './rehearsal.js';
