import { runCases } from './conformance.fixture.ts';
import { genericSuite } from './generic.fixture.ts';

runCases(genericSuite);
