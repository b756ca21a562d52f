import { runCases } from './conformance.fixture.ts';
import { glmSuite } from './glm.fixture.ts';

runCases(glmSuite);
