export { catalogue, slugs, type CatalogueEntry, type Level, type Retry, type Slug } from './catalogue.js';
export { asProblem, Problem, problem, toProblemJson, type ProblemFields, type ProblemJson } from './problem.js';
