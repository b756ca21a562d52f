/** A tool that the model may call, whichever parameter it came in. */
export type ToolSpec = FunctionSpec | CustomSpec;

export interface FunctionSpec {
  readonly kind: 'function';
  readonly name: string;
  /** JSON Schema of the arguments; without one there are none. */
  readonly parameters: Readonly<Record<string, unknown>> | undefined;
}

export interface CustomSpec {
  readonly kind: 'custom';
  readonly name: string;
  readonly format:
    | { readonly type: 'text' }
    | { readonly type: 'regex'; readonly pattern: string }
    | { readonly type: 'lark'; readonly grammar: string };
}

/** A format in the sense of structural tags, as `{ type: 'sequence', elements: [...] }`. */
export type TagFormat = Readonly<Record<string, unknown>> & { readonly type: string };

export interface CallRules {
  /** Those that may be called; never empty. */
  readonly tools: readonly ToolSpec[];
  /** Whether one answer may hold several calls. */
  readonly parallel: boolean;
  /** Further declared tools, which must not be called. */
  readonly withheld?: readonly ToolSpec[];
}

/**
 * What a piece of an answer turned out to be. `text`, `reasoning` and `skip` together use up every UTF-16 code unit of the
 * answer, in its order; `call` and `arguments` use up none: what they were read from is in the `skip`s around them.
 */
export type AnswerPart =
  | { readonly type: 'text' | 'reasoning'; readonly text: string }
  /** Marks and whatever else is not shown as it stands; `separates`: between texts of that kind, so a line stays free there. */
  | { readonly type: 'skip'; readonly length: number; readonly separates?: 'text' | 'reasoning' }
  /** A call begins; the ones before it are complete. */
  | {
      readonly type: 'call';
      readonly kind: 'function' | 'custom';
      readonly name: string;
      /** Where the model itself names the call. */
      readonly id?: string;
    }
  /** More of the open call: of a function's arguments as JSON text, of a custom tool's input as it is. */
  | { readonly type: 'arguments'; readonly text: string };

/**
 * Reads the answer of one choice as it comes, cut anywhere. It holds back only what may be the beginning of a mark.
 * It never throws: what looks like a call and is none stays text.
 */
export interface AnswerReader {
  push(text: string): AnswerPart[];
  /** The end of the answer: what was held back. */
  end(): AnswerPart[];
}

/** How a family of models writes calls: the constraint, and the reader of what comes of it. One file each. */
export interface CallFormat {
  readonly name: string;
  /** Whether this is how the chat template writes calls. Formats are asked in order; the first that says yes is taken. */
  detects(template: string): boolean;
  /** Control tokens that the form is made of, by name: they are shown to the reader and allowed by the constraint. */
  readonly controlTokens: readonly string[];
  /** One or more calls and nothing else. */
  calls(rules: CallRules): TagFormat;
  /** Text that may hold calls or end in them. */
  textOrCalls(rules: CallRules): TagFormat;
  /** Text in which no call begins, of all these tools. */
  text(tools: readonly ToolSpec[]): TagFormat;
  reader(rules: CallRules): AnswerReader;
  /**
   * A text of the form as the family writes text, where it puts marks around it. The reader is then used without tools
   * as well, and takes the marks off.
   */
  framed?(form: TagFormat): TagFormat;
  /** Ids of calls that the model does not name. `call_` and 24 characters of [A-Za-z0-9] without it. */
  newId?(random: () => number): string;
}

/** How a family of models marks what it thinks before it answers. One file each. */
export interface ReasoningFormat extends ReasoningMarks {
  readonly name: string;
  detects(template: string): boolean;
  readonly controlTokens: readonly string[];
}

export interface ReasoningMarks {
  /** Opens a block of reasoning. A template may have written it as the end of the prompt. */
  readonly begin: string;
  /** Closes it. */
  readonly end: string;
  /** What is written to close a block early, when the budget is used up; `end` and the white space around it. */
  readonly forcedEnd: string;
}

/** What an answer may be, apart from free text. */
export interface AnswerRules {
  /** The tools that may be called; undefined without tools, or where none may be called. */
  readonly calls: (CallRules & { readonly required: boolean }) | undefined;
  /** The form that the answer's text must have. With `calls` the answer is either calls or such a text. */
  readonly form: TagFormat | undefined;
  /**
   * `open`: the prompt ends inside of a reasoning block. `optional`: the model may begin one. `none`: the model has none,
   * or was told not to think.
   */
  readonly reasoning: 'open' | 'optional' | 'none';
  /** Whether reasoning is shown in the text, with its marks where the family has marks for it alone. Default false. */
  readonly rawReasoning?: boolean;
  /** Without `calls`: the declared tools, none of which may be called. The text must not begin a call. */
  readonly withheld?: readonly ToolSpec[];
}

/** A model's whole way to answer: reasoning, text and calls. */
export interface AnswerDialect {
  readonly name: string;
  readonly controlTokens: readonly string[];
  /** How what the model thinks before it answers is marked; undefined for models that do not. */
  readonly thought: ReasoningMarks | undefined;
  /** Whether also plain text stands between marks, so that a form alone needs the structure around it. Default false. */
  readonly framesText?: boolean;
  /**
   * For dialects whose marks are not those of a ReasoningFormat: whether the prompt ends inside of reasoning, and what
   * goes behind it where the model was told not to think.
   */
  opening?(
    prompt: string,
    wish: { readonly off: boolean },
  ): { readonly state: AnswerRules['reasoning']; readonly suffix: string };
  /** Undefined where every text is allowed. */
  structure(rules: AnswerRules): TagFormat | undefined;
  reader(rules: AnswerRules): AnswerReader;
  newId?(random: () => number): string;
}
