import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CAPITAL, installed, KEY, MODEL, PLACE, QUESTION, URL } from './given.mjs';

const ai = await installed('ai');
const provider = await installed('@ai-sdk/openai-compatible');
if (ai && provider) {
  const { createOpenAICompatible } = provider;
  const parley = createOpenAICompatible({
    name: 'parley',
    apiKey: KEY,
    baseURL: `${URL}/v1`,
    includeUsage: true,
    supportsStructuredOutputs: true,
  });
  const model = parley(MODEL);
  const tools = {
    get_weather: ai.tool({
      description: 'Get the weather of a city',
      inputSchema: ai.jsonSchema(PLACE),
      execute: async ({ city }) => ({ city, temperature: 21 }),
    }),
  };

  test('generateText', async () => {
    const { text, usage, finishReason, warnings } = await ai.generateText({
      model,
      system: 'Answer briefly.',
      prompt: 'Hello!',
      maxOutputTokens: 16,
      temperature: 0.6,
      topP: 0.9,
      seed: 3,
      stopSequences: ['\u0001'],
      presencePenalty: 0.1,
      frequencyPenalty: 0.1,
    });
    assert.ok(text.length > 0);
    assert.ok(usage.inputTokens > 0 && usage.outputTokens > 0);
    assert.ok(['stop', 'length'].includes(finishReason));
    assert.deepEqual(warnings ?? [], []);
  });

  test('streamText', async () => {
    const result = ai.streamText({ model, prompt: 'Hello!', maxOutputTokens: 16, temperature: 0 });
    const pieces = [];
    for await (const piece of result.textStream) pieces.push(piece);
    assert.ok(pieces.length > 2);
    assert.equal(pieces.join(''), await result.text);
    assert.ok((await result.usage).totalTokens > 0);
    assert.ok(['stop', 'length'].includes(await result.finishReason));
  });

  test('several steps with a tool', async () => {
    const { steps } = await ai.generateText({
      model,
      messages: QUESTION,
      tools,
      maxOutputTokens: 80,
      prepareStep: ({ stepNumber }) => ({ toolChoice: stepNumber === 0 ? 'required' : 'none' }),
      stopWhen: ai.stepCountIs(2),
    });
    assert.equal(steps.length, 2);
    assert.equal(steps[0].toolCalls[0].toolName, 'get_weather');
    assert.equal(steps[0].toolResults[0].output.temperature, 21);
  });

  test('a streamed call', async () => {
    const toolChoice = { type: 'tool', toolName: 'get_weather' };
    const result = ai.streamText({ model, messages: QUESTION, tools, toolChoice, maxOutputTokens: 80 });
    const kinds = new Set();
    for await (const part of result.fullStream) kinds.add(part.type);
    for (const kind of ['tool-input-start', 'tool-input-delta', 'tool-call', 'tool-result', 'finish']) {
      assert.ok(kinds.has(kind), kind);
    }
    assert.ok(!kinds.has('error'));
  });

  test('an object, whole and as it grows', async () => {
    const output = ai.Output.object({ schema: ai.jsonSchema(CAPITAL) });
    const whole = await ai.generateText({ model, prompt: 'Name a capital.', output, maxOutputTokens: 60 });
    assert.ok(Number.isInteger(whole.output.rank));
    const result = ai.streamText({ model, prompt: 'Name a capital.', output, maxOutputTokens: 60 });
    let last;
    for await (const partial of result.partialOutputStream) last = partial;
    assert.ok(Number.isInteger(last.rank));
  });

  test('an image is refused with the reason', async () => {
    const image = {
      type: 'image',
      image: new Uint8Array([137, 80, 78, 71, 13, 10, 26, 10]),
      mediaType: 'image/png',
    };
    const call = ai.generateText({
      model,
      maxRetries: 0,
      messages: [{ role: 'user', content: [{ type: 'text', text: 'Look.' }, image] }],
    });
    await assert.rejects(call, ({ statusCode, message }) => {
      assert.equal(statusCode, 400);
      assert.match(message, /messages\[0\]\.content\[1\]/);
      return true;
    });
  });
}
