export { toMermaid } from './mermaid.js';
export { ChainTest, testChain } from './test-chain.js';
