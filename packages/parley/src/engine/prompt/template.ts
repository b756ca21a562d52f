import vm from 'node:vm';
import { Environment, Interpreter, Template } from '@huggingface/jinja';
import type { ApiError } from '@parley/protocol';
import { invalidRequest } from '@parley/protocol/errors';
import type { MeterLimits } from './meter.ts';
import { METER_LIMITS, Meter, MeterError } from './meter.ts';
import { strftime } from './strftime.ts';

export interface RenderLimits {
  readonly timeoutMilliseconds: number;
  readonly meter?: MeterLimits;
}

/** A parsed chat template. */
export interface ChatTemplate {
  readonly source: string;
  /** Throws an ApiError 400 when the template fails, refuses the conversation or takes too long. */
  render(variables: Readonly<Record<string, unknown>>, now: Date, limits: RenderLimits): string;
}

/** The names that every template can use; variables of a request cannot take their place. */
export const TEMPLATE_GLOBALS = [
  'true',
  'false',
  'none',
  'True',
  'False',
  'None',
  'range',
  'namespace',
  'raise_exception',
  'strftime_now',
] as const;

const MAX_RANGE = 100_000;
const MAX_MESSAGE = 2000;

/** `param` is blamed when the source cannot be parsed. */
export function parseTemplate(source: string, param: string): ChatTemplate {
  let template: Template;
  try {
    template = new Template(source);
  } catch (error) {
    throw templateError(param, `The chat template cannot be parsed: ${messageOf(error)}`);
  }
  return {
    source,
    render: (variables, now, limits) => render(template, variables, now, limits, param),
  };
}

function render(
  template: Template,
  variables: Readonly<Record<string, unknown>>,
  now: Date,
  limits: RenderLimits,
  param: string,
): string {
  const meter = new Meter(limits.meter ?? METER_LIMITS, JSON.stringify(variables).length);
  // What the template itself refuses by raise_exception is the conversation's fault, everything else the template's.
  let refusal: string | undefined;
  const raise = (message: unknown): never => {
    refusal = String(message);
    throw new Error(refusal);
  };
  const environment = environmentOf(variables, now, meter, raise);
  const interpreter = metered(new Interpreter(environment), meter);
  try {
    return withTimeout(() => textOf(interpreter.run(template.parsed)), limits.timeoutMilliseconds);
  } catch (error) {
    if (refusal !== undefined) {
      throw templateError(
        'messages',
        `The chat template refuses the conversation: ${refusal.slice(0, MAX_MESSAGE)}`,
      );
    }
    throw failure(error, param, limits.timeoutMilliseconds);
  }
}

function environmentOf(
  variables: Readonly<Record<string, unknown>>,
  now: Date,
  meter: Meter,
  raise: (message: unknown) => never,
): Environment {
  const environment = new Environment();
  const globals = {
    true: true,
    false: false,
    none: null,
    True: true,
    False: false,
    None: null,
    raise_exception: raise,
    strftime_now: (format: unknown) => strftime(now, String(format)),
    range: (...bounds: unknown[]) => boundedRange(bounds, meter),
  };
  for (const [name, value] of Object.entries({ ...variables, ...globals })) environment.set(name, value);
  return environment;
}

function boundedRange(bounds: readonly unknown[], meter: Meter): number[] {
  const numbers = bounds.filter((bound): bound is number => typeof bound === 'number');
  const [start = 0, stop = 0, step = 1] = numbers.length === 1 ? [0, numbers[0]] : numbers;
  if (step === 0) throw new Error('range() with a step of 0');
  const length = Math.max(0, Math.ceil((stop - start) / step));
  if (length > MAX_RANGE)
    throw new MeterError(`range() of ${length} numbers, at most ${MAX_RANGE} are possible`);
  meter.list(length);
  return Array.from({ length }, (_, i) => start + i * step);
}

/** The nodes whose value is newly made; names and members only point to what exists. */
const MAKERS = new Set([
  'BinaryExpression',
  'FilterExpression',
  'FilterStatement',
  'CallExpression',
  'SliceExpression',
  'SelectExpression',
  'ArrayLiteral',
  'TupleLiteral',
  'For',
  'If',
  'Program',
]);

/** What this file uses of the interpreter; the package's own types do not resolve under Node's module rules. */
interface Evaluator {
  run(program: unknown): { readonly value: unknown };
  evaluate(node: { readonly type: string } | undefined, environment: unknown): { readonly value: unknown };
}

function metered(interpreter: Evaluator, meter: Meter): Evaluator {
  const evaluate = interpreter.evaluate.bind(interpreter);
  // The interpreter calls its own `evaluate` for every node, so this sees them all.
  interpreter.evaluate = (node, environment) => {
    meter.step();
    const result = evaluate(node, environment);
    if (node !== undefined && MAKERS.has(node.type)) {
      const made: unknown = result.value;
      if (typeof made === 'string') meter.text(made.length);
      else if (Array.isArray(made)) meter.list(made.length);
    }
    return result;
  };
  return interpreter;
}

function textOf(result: { readonly value: unknown }): string {
  return String(result.value);
}

/** Runs synchronous code that V8 interrupts after a time. */
function withTimeout(run: () => string, timeoutMilliseconds: number): string {
  const context = vm.createContext({ run });
  return String(vm.runInContext('run()', context, { timeout: timeoutMilliseconds }));
}

function failure(error: unknown, param: string, timeoutMilliseconds: number): ApiError {
  if (error instanceof MeterError)
    return templateError(param, `The chat template uses too much: ${error.message}.`);
  if (isTimeout(error)) {
    return invalidRequest(
      param,
      `The chat template did not finish within ${timeoutMilliseconds} ms.`,
      'template_timeout',
    );
  }
  return templateError(param, `The chat template failed: ${messageOf(error)}`);
}

/** V8's interruption comes as an Error of the context it ran in, which is no instance of ours. */
function isTimeout(error: unknown): boolean {
  return (
    typeof error === 'object' &&
    error !== null &&
    'code' in error &&
    error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'
  );
}

function templateError(param: string, message: string): ApiError {
  return invalidRequest(param, message, 'template_error');
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, MAX_MESSAGE);
}
