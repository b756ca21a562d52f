import { runCases } from './conformance.fixture.ts';
import { deepseekSuite } from './deepseek.fixture.ts';

runCases(deepseekSuite);
